"""Pools, standing bids, royalties and sales of pieces, rebuilt from events alone. One method per event."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from typing import Final

from vitrine.chain.abibook import Event
from vitrine.demo.audit.findings import Findings

ZERO: Final = "0x" + "00" * 20
BPS: Final = 10_000
SHARED: Final = 3
MOST_ROYALTY_BPS: Final = 1_000
Ref = tuple[str, int]


@dataclass(slots=True)
class Pool:
    """A pool as its events tell it."""

    collection: str
    owner: str
    kind: int
    words: tuple[int, int, int]
    """Curve state (two words) and fee."""
    protocol_fee_bps: int
    protocol_fees: int = 0
    shares: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    @property
    def total(self) -> int:
        return sum(self.shares.values())


@dataclass(frozen=True, slots=True)
class Bid:
    """A standing bid as its events tell it."""

    bidder: str
    collection: str
    price_bps: int
    quantity: int
    ends_at: int
    cancelled: bool
    max_price: int
    locked: int


@dataclass(slots=True)
class RebuiltMarkets:
    """State of everything that trades; `findings` takes what an event says wrong."""

    findings: Findings
    pools: dict[str, Pool] = field(default_factory=dict)
    bids: dict[int, Bid] = field(default_factory=dict)
    bid_credits: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    owed: dict[Ref, str] = field(default_factory=dict)
    royalty: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    policies: dict[str, tuple[int, int]] = field(default_factory=dict)
    due: int = 0
    paid: int = 0
    exits: dict[str, str] = field(default_factory=dict)
    """Names of exits by address, given by who audits."""
    sold_to: Counter[str] = field(default_factory=Counter)
    """Sales of auctions by where they went."""
    swaps: Counter[str] = field(default_factory=Counter)
    loans: Counter[str] = field(default_factory=Counter)
    order_fills: int = 0

    def apply(self, event: Event) -> None:
        handler = getattr(self, f"_on_{event.name}", None)
        if handler is not None:
            handler(event)

    # ------------------------------------------------------------------- pools

    def _on_PoolCreated(self, event: Event) -> None:
        self.pools[event.pool] = Pool(
            event.collection, event.owner, event.kind, (event.spot, event.delta, event.feeBps),
            event.protocolFeeBps,
        )  # fmt: skip

    def _on_Transfer(self, event: Event) -> None:
        pool = self.pools.get(event.address)
        if pool is None:
            return
        amount = event.args.get("value", event.args.get("amount", 0))
        if event.args["from"] != ZERO:
            pool.shares[event.args["from"]] -= amount
        if event.to != ZERO:
            pool.shares[event.to] += amount

    def _on_NftsBought(self, event: Event) -> None:
        self._swap(event, event.total - event.lpFee - event.protocolFee - event.royalty)

    def _on_NftsSold(self, event: Event) -> None:
        self._swap(event, event.total + event.lpFee + event.protocolFee + event.royalty)

    def _swap(self, event: Event, price: int) -> None:
        pool = self.pools[event.address]
        fee = pool.words[2]
        self.findings.same("swaps", f"fee of {event.tx_hash}", -(-price * fee // BPS), event.lpFee)
        protocol = -(-price * pool.protocol_fee_bps // BPS)
        self.findings.same("swaps", f"protocol fee of {event.tx_hash}", protocol, event.protocolFee)
        pool.words = (event.spot, event.delta, fee)
        pool.protocol_fees += event.protocolFee
        self.swaps[event.name] += len(event.tokenIds)

    def _on_PoolTermsSet(self, event: Event) -> None:
        self.pools[event.address].words = (event.spot, event.delta, event.feeBps)

    def _on_LiquidityAdded(self, event: Event) -> None:
        pool = self.pools[event.address]
        pool.words = (event.spot, event.delta, pool.words[2])

    def _on_LiquidityRemoved(self, event: Event) -> None:
        self._on_LiquidityAdded(event)

    def _on_ProtocolFeesCollected(self, event: Event) -> None:
        self.pools[event.address].protocol_fees -= event.assets

    # ----------------------------------------------------------- standing bids

    def _on_BidPlaced(self, event: Event) -> None:
        self.bids[event.bidId] = Bid(
            event.bidder, event.collection, event.priceBps, event.quantity, event.expiresAt, False,
            event.maxPrice, event.locked,
        )  # fmt: skip

    def _on_BidFilled(self, event: Event) -> None:
        bid = self.bids[event.bidId]
        self.owed[event.collection, event.tokenId] = bid.bidder
        self.findings.holds("bids", f"bid {event.bidId} paid above its limit", event.price <= bid.max_price)
        self.bids[event.bidId] = replace(bid, quantity=event.quantity, locked=event.locked)

    def _on_BidRefunded(self, event: Event) -> None:
        self.bid_credits[event.bidder] += event.assets

    def _on_BidCancelled(self, event: Event) -> None:
        self.bids[event.bidId] = replace(self.bids[event.bidId], cancelled=True, ends_at=event.claimableAt)

    def _on_BidClosed(self, event: Event) -> None:
        gone = self.bids.pop(event.bidId)
        self.findings.same("bids", f"capital of bid {event.bidId}", gone.locked, event.assets)
        self.bid_credits[event.bidder] += event.assets

    def _on_BidMoneyClaimed(self, event: Event) -> None:
        self.bid_credits[event.bidder] -= event.assets

    def _on_BidNftClaimed(self, event: Event) -> None:
        self.owed.pop((event.collection, event.tokenId), None)

    # --------------------------------------------------------------- royalties

    def _on_RoyaltyPolicySet(self, event: Event) -> None:
        self.policies[event.collection] = (event.policy, event.reducedBps)

    def _on_RoyaltyDue(self, event: Event) -> None:
        policy, reduced = self.policies.get(event.collection, (0, 0))
        forgiven = (event.due, event.due * reduced // BPS, 0)[policy]
        what = f"royalty of {event.tokenId} in {event.tx_hash}"
        self.findings.holds(
            "royalties", f"{what} above the cap", event.due * BPS <= event.price * MOST_ROYALTY_BPS
        )
        self.findings.holds(
            "royalties", f"{what} is neither due nor forgiven", event.paid in (event.due, forgiven)
        )
        self.due += event.due
        self.paid += event.paid

    def _on_RoyaltyPaid(self, event: Event) -> None:
        self.royalty[event.receiver] += event.assets

    def _on_RoyaltyClaimed(self, event: Event) -> None:
        self.royalty[event.receiver] -= event.assets

    # ------------------------------------------------------------------- sales

    def _on_AuctionTaken(self, event: Event) -> None:
        self.sold_to[self.exits.get(event.taker, "taker")] += 1

    def _on_AuctionSettledInto(self, event: Event) -> None:
        self.sold_to[self.exits.get(event.venue, event.venue)] += 1
        self.findings.holds(
            "sales", f"{event.tokenId} went below its price in {event.tx_hash}", event.proceeds >= event.price
        )

    def _on_BoughtWithLoan(self, event: Event) -> None:
        self.loans["bought with a loan"] += len(event.tokenIds)

    def _on_SoldToRepay(self, event: Event) -> None:
        self.loans["sold to repay"] += len(event.tokenIds)

    def _on_OrderFulfilled(self, _event: Event) -> None:
        self.order_fills += 1
