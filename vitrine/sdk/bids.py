"""Standing bids for liquidated NFTs: capital that waits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from vitrine.chain.client import Chain
from vitrine.chain.contract import Call, Contract
from vitrine.chain.transaction import BlockTag
from vitrine.errors import StateError


@dataclass(frozen=True, slots=True)
class Bid:
    """One standing bid as it stands."""

    id: int
    bidder: str
    collection: str
    price_bps: int
    quantity: int
    ends_at: int
    cancelled: bool
    max_price: int
    locked: int

    def status(self, now: int) -> str:
        """Where the bid stands, in one word."""
        if now >= self.ends_at:
            return "over"
        return "cancelled" if self.cancelled else "live"


class BidClient:
    """`StandingBids`."""

    def __init__(self, chain: Chain, contract: Contract, since: int) -> None:
        self._chain = chain
        self.contract = contract
        self.address = contract.address
        self._since = since

    # --- reads

    def bids(self, collection: str | None = None, bidder: str | None = None) -> list[Bid]:
        """Bids that have not ended, oldest first; from events."""
        topics: list[Any] = [self._chain.book.topic("BidPlaced"), None]
        topics.append(None if bidder is None else _topic(bidder))
        if collection is not None:
            topics.append(_topic(collection))
        placed = self._chain.logs(self._since, addresses=[self.address], topics=topics)
        ids = [event.args["bidId"] for event in placed]
        return [bid for bid in self.read(ids) if bid.locked]

    def read(self, ids: list[int], block: BlockTag = "latest") -> list[Bid]:
        """The named bids; one that ended is all zero."""
        found = self._chain.read_many([self.contract.bidOf(bid_id) for bid_id in ids], block=block)
        return [
            Bid(
                bid_id,
                item.bidder,
                item.collection,
                item.priceBps,
                item.quantity,
                item.endsAt,
                item.cancelled,
                item.maxPrice,
                item.locked,
            )
            for bid_id, item in zip(ids, found, strict=True)
        ]

    def bid_of(self, bid_id: int, owner: str | None = None) -> Bid:
        """A bid that is there, and that of `owner` when one is named."""
        found = self.read([bid_id])[0]
        if not int(found.bidder, 16):
            raise StateError(f"There is no standing bid {bid_id}", "See `vitrine bid list`")
        if owner is not None and found.bidder != owner:
            fact = f"The standing bid {bid_id} is of {found.bidder}, not of {owner}"
            raise StateError(fact, "Give --sender the bidder")
        return found

    def claimable(self, bidder: str) -> int:
        return int(self._chain.read(self.contract.claimable(bidder)))

    def nfts_owed(self, bidder: str) -> list[tuple[str, int]]:
        """NFTs that bids of `bidder` bought and that he has not taken out; from events."""
        names = ("BidPlaced", "BidFilled", "BidNftClaimed")
        topics = [[self._chain.book.topic(name) for name in names]]
        mine: set[int] = set()
        owed: dict[tuple[str, int], None] = {}
        for event in self._chain.logs(self._since, addresses=[self.address], topics=topics):
            if event.name == "BidPlaced":
                if event.args["bidder"] == bidder:
                    mine.add(event.args["bidId"])
                continue
            nft = (event.args["collection"], event.args["tokenId"])
            if event.name == "BidNftClaimed":
                owed.pop(nft, None)
            elif event.args["bidId"] in mine:
                owed[nft] = None
        return list(owed)

    # --- calls

    def place(self, collection: str, price_bps: int, max_price: int, quantity: int, expires_at: int) -> Call:
        return self.contract.place(collection, price_bps, max_price, quantity, expires_at)

    def cancel(self, bid_id: int) -> Call:
        return self.contract.cancel(bid_id)

    def close(self, bid_id: int) -> Call:
        return self.contract.close(bid_id)

    def claim(self, to: str) -> Call:
        return self.contract.claim(to)

    def claim_nft(self, collection: str, token_id: int, to: str) -> Call:
        return self.contract.claimNft(collection, token_id, to)


def _topic(address: str) -> str:
    return "0x" + address[2:].lower().rjust(64, "0")
