"""For whom markets hold what they hold: pools, standing bids and the royalty ledger, told by their events."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from vitrine.chain.abibook import Event
from vitrine.demo.names import ZERO, Names
from vitrine.demo.views import Piece

BUY, SELL, TWO_SIDED, SHARED = range(4)
KIND_NAMES: Final = ("buys", "sells", "two-sided", "shared")
DUST: Final = "rounding dust"
"""Holds what belongs to nobody, the shares that a pool keeps back for ever among it."""


@dataclass(slots=True)
class PoolBook:
    """One pool: its terms, and what lies in it."""

    address: str
    name: str
    key: str
    owner: str
    """The market maker; of a shared pool who created it."""
    kind: int
    curve: str
    fee_bps: int
    protocol_fee_bps: int
    spot: int
    delta: int
    balance: int = 0
    """Asset, protocol fees included."""
    protocol_fees: int = 0
    pieces: dict[Piece, None] = field(default_factory=dict)
    shares: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    @property
    def shared(self) -> bool:
        return self.kind == SHARED

    @property
    def cash(self) -> int:
        """Asset of the pool's own."""
        return self.balance - self.protocol_fees

    @property
    def total_shares(self) -> int:
        return sum(self.shares.values())


@dataclass(slots=True)
class BidBook:
    """One standing bid."""

    number: int
    bidder: str
    key: str
    price_bps: int
    max_price: int
    quantity: int
    ends_at: int
    """Its expiry, or the delay after its cancel."""
    locked: int
    cancelled: bool = False


@dataclass(slots=True)
class Custody:
    """Everything that markets hold, by party. `apply` takes in every event in order."""

    names: Names
    pools: dict[str, PoolBook] = field(default_factory=dict)
    """By address."""
    bids: dict[int, BidBook] = field(default_factory=dict)
    bid_money: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    """What bidders may take out."""
    bid_pieces: dict[Piece, str] = field(default_factory=dict)
    """Pieces that wait for the bidder who bought them."""
    royalty: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    """What receivers may take out."""

    def apply(self, event: Event) -> None:
        handler = getattr(self, f"_on_{event.name}", None)
        if handler is not None:
            handler(event)

    # ------------------------------------------------------------------ reads

    @property
    def protocol_fees(self) -> int:
        """In all pools, not collected yet."""
        return sum(pool.protocol_fees for pool in self.pools.values())

    def in_bids(self) -> dict[str, int]:
        """Asset by bidder: locked, or to be taken out."""
        found = defaultdict(int, self.bid_money)
        for bid in self.bids.values():
            found[bid.bidder] += bid.locked
        return found

    def pool_named(self, name: str) -> PoolBook:
        return next(pool for pool in self.pools.values() if pool.name == name)

    def _party(self, address: str) -> str:
        return self.names.party_at.get(address, address)

    def _piece(self, event: Event) -> Piece:
        return Piece(self.names.key_at[event.collection], event.tokenId)

    # ------------------------------------------------------------------ tokens

    def _on_Transfer(self, event: Event) -> None:
        source, target = event.args.get("from", ZERO), event.to
        key = self.names.key_at.get(event.address)
        if key is not None:
            piece = Piece(key, event.tokenId)
            if source in self.pools:
                self.pools[source].pieces.pop(piece, None)
            if target in self.pools:
                self.pools[target].pieces[piece] = None
            return
        amount = event.args.get("value", event.args.get("amount", 0))
        if event.address == self.names.asset:
            if source in self.pools:
                self.pools[source].balance -= amount
            if target in self.pools:
                self.pools[target].balance += amount
        elif event.address in self.pools:
            shares = self.pools[event.address].shares
            if source != ZERO:
                shares[self._holder(source)] -= amount
            if target != ZERO:
                shares[self._holder(target)] += amount

    def _holder(self, address: str) -> str:
        return self.names.party_at.get(address, DUST)

    # ------------------------------------------------------------------- pools

    def _on_PoolCreated(self, event: Event) -> None:
        key = self.names.key_at[event.collection]
        owner = self._party(event.owner)
        number = 1 + sum(1 for pool in self.pools.values() if pool.key == key)
        self.pools[event.pool] = PoolBook(
            event.pool, f"{key} {number}, {KIND_NAMES[event.kind]}", key, owner, event.kind, event.curve,
            event.feeBps, event.protocolFeeBps, event.spot, event.delta,
        )  # fmt: skip

    def _on_NftsBought(self, event: Event) -> None:
        self._swapped(event)

    def _on_NftsSold(self, event: Event) -> None:
        self._swapped(event)

    def _swapped(self, event: Event) -> None:
        pool = self.pools[event.address]
        pool.protocol_fees += event.protocolFee
        pool.spot, pool.delta = event.spot, event.delta

    def _on_PoolTermsSet(self, event: Event) -> None:
        pool = self.pools[event.address]
        pool.spot, pool.delta, pool.fee_bps = event.spot, event.delta, event.feeBps

    def _on_LiquidityAdded(self, event: Event) -> None:
        pool = self.pools[event.address]
        pool.spot, pool.delta = event.spot, event.delta

    def _on_LiquidityRemoved(self, event: Event) -> None:
        self._on_LiquidityAdded(event)

    def _on_ProtocolFeesCollected(self, event: Event) -> None:
        self.pools[event.address].protocol_fees -= event.assets

    # ----------------------------------------------------------- standing bids

    def _on_BidPlaced(self, event: Event) -> None:
        self.bids[event.bidId] = BidBook(
            event.bidId, self._party(event.bidder), self.names.key_at[event.collection], event.priceBps,
            event.maxPrice, event.quantity, event.expiresAt, event.locked,
        )  # fmt: skip

    def _on_BidFilled(self, event: Event) -> None:
        bid = self.bids[event.bidId]
        bid.quantity, bid.locked = event.quantity, event.locked
        self.bid_pieces[self._piece(event)] = bid.bidder

    def _on_BidRefunded(self, event: Event) -> None:
        self.bid_money[self._party(event.bidder)] += event.assets

    def _on_BidCancelled(self, event: Event) -> None:
        bid = self.bids[event.bidId]
        bid.cancelled, bid.ends_at = True, event.claimableAt

    def _on_BidClosed(self, event: Event) -> None:
        self.bids.pop(event.bidId)
        self.bid_money[self._party(event.bidder)] += event.assets

    def _on_BidMoneyClaimed(self, event: Event) -> None:
        self.bid_money[self._party(event.bidder)] -= event.assets

    def _on_BidNftClaimed(self, event: Event) -> None:
        self.bid_pieces.pop(self._piece(event), None)

    # --------------------------------------------------------------- royalties

    def _on_RoyaltyPaid(self, event: Event) -> None:
        self.royalty[self._party(event.receiver)] += event.assets

    def _on_RoyaltyClaimed(self, event: Event) -> None:
        self.royalty[self._party(event.receiver)] -= event.assets


def lp_claims(pool: PoolBook, worth: int, grain: int) -> dict[str, int]:
    """Every provider's part of `worth`, in 1 / `grain` units, rounded down."""
    total = pool.total_shares
    return {name: held * worth * grain // total for name, held in pool.shares.items() if held and total}


def pool_worth(pool: PoolBook, worth: Callable[[Piece], int]) -> int:
    """Cash and pieces of the pool's own."""
    return pool.cash + sum(worth(piece) for piece in pool.pieces)
