"""What events alone say of pools, royalties and standing bids."""

from collections import defaultdict
from dataclasses import dataclass, field

from tests.helpers.evm import Contract, Event, Tx
from tests.helpers.markets import KINDS

ZERO = "0x" + "00" * 20


@dataclass
class PoolBook:
    """One pool. `assets` and `nfts` are the ledger of a shared one."""

    kind: str
    collection: str
    spot: int
    delta: int
    fee_bps: int
    fees: int = 0
    assets: int = 0
    nfts: int = 0
    shares: dict[str, int] = field(default_factory=lambda: defaultdict(int))


@dataclass
class BidBook:
    """One standing bid."""

    bidder: str
    collection: str
    locked: int
    quantity: int


@dataclass
class MarketBook:
    """Replays the events of factory, pools, royalty engine and standing bids."""

    factory: Contract
    royalties: Contract
    bids_at: Contract
    pools: dict[str, PoolBook] = field(default_factory=dict)
    royalty: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    due: int = 0
    paid: int = 0
    bids: dict[int, BidBook] = field(default_factory=dict)
    credits: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    owed: dict[tuple[str, int], str] = field(default_factory=dict)

    def read(self, tx: Tx) -> None:
        for event in tx.events:
            if event.address in self.pools:
                handler = getattr(self, "pool_" + event.name, None)
                if handler is not None:
                    handler(self.pools[event.address], event)
            elif event.address in (self.factory.address, self.royalties.address, self.bids_at.address):
                handler = getattr(self, "on_" + event.name, None)
                if handler is not None:
                    handler(event)

    # -- pools ----------

    def on_PoolCreated(self, e: Event) -> None:
        self.pools[e.pool] = PoolBook(KINDS[e.kind], e.collection, e.spot, e.delta, e.feeBps)

    def pool_NftsBought(self, p: PoolBook, e: Event) -> None:
        p.spot, p.delta = e.spot, e.delta
        p.fees += e.protocolFee
        p.assets += e.total - e.protocolFee - e.royalty
        p.nfts -= len(e.tokenIds)

    def pool_NftsSold(self, p: PoolBook, e: Event) -> None:
        p.spot, p.delta = e.spot, e.delta
        p.fees += e.protocolFee
        p.assets -= e.total + e.protocolFee + e.royalty
        p.nfts += len(e.tokenIds)

    def pool_LiquidityAdded(self, p: PoolBook, e: Event) -> None:
        p.spot, p.delta = e.spot, e.delta
        p.assets += e.assets
        p.nfts += len(e.tokenIds)

    def pool_LiquidityRemoved(self, p: PoolBook, e: Event) -> None:
        p.spot, p.delta = e.spot, e.delta
        last = not any(p.shares.values())  # the last shares take gifts along
        p.assets = 0 if last else p.assets - e.assets
        p.nfts = 0 if last else p.nfts - len(e.tokenIds)

    def pool_PoolTermsSet(self, p: PoolBook, e: Event) -> None:
        p.spot, p.delta, p.fee_bps = e.spot, e.delta, e.feeBps

    def pool_ProtocolFeesCollected(self, p: PoolBook, e: Event) -> None:
        p.fees -= e.assets

    def pool_Transfer(self, p: PoolBook, e: Event) -> None:
        sender, receiver, value = e.args["from"], e.args["to"], e.args["value"]
        if sender != ZERO:
            p.shares[sender] -= value
        if receiver != ZERO:
            p.shares[receiver] += value

    # -- royalties ----------

    def on_RoyaltyDue(self, e: Event) -> None:
        self.due += e.due
        self.paid += e.paid

    def on_RoyaltyPaid(self, e: Event) -> None:
        self.royalty[e.receiver] += e.assets

    def on_RoyaltyClaimed(self, e: Event) -> None:
        self.royalty[e.receiver] -= e.assets

    # -- standing bids ----------

    def on_BidPlaced(self, e: Event) -> None:
        self.bids[e.bidId] = BidBook(e.bidder, e.collection, e.locked, e.quantity)

    def on_BidFilled(self, e: Event) -> None:
        bid = self.bids[e.bidId]
        bid.locked, bid.quantity = e.locked, e.quantity
        self.owed[e.collection, e.tokenId] = bid.bidder

    def on_BidRefunded(self, e: Event) -> None:
        self.credits[e.bidder] += e.assets

    def on_BidClosed(self, e: Event) -> None:
        del self.bids[e.bidId]
        self.credits[e.bidder] += e.assets

    def on_BidMoneyClaimed(self, e: Event) -> None:
        self.credits[e.bidder] -= e.assets

    def on_BidNftClaimed(self, e: Event) -> None:
        del self.owed[e.collection, e.tokenId]
