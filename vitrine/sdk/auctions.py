"""Running auctions and how to buy from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from vitrine.chain.client import Chain
from vitrine.chain.contract import Call, Contract
from vitrine.chain.transaction import BlockTag

PHASES: Final = ("none", "premium", "band", "distressed", "reserve")


@dataclass(frozen=True, slots=True)
class Lot:
    """One NFT in auction, at its price of now."""

    collection: str
    token_id: int
    price: int
    worth: int
    phase: str
    units: int
    started_at: int

    @property
    def discount_bps(self) -> int:
        """Below the reference; negative above it."""
        return 10_000 - self.price * 10_000 // self.worth if self.worth else 0


class AuctionClient:
    """`LiquidationAuction`."""

    def __init__(self, chain: Chain, contract: Contract, since: int) -> None:
        self._chain = chain
        self.contract = contract
        self.address = contract.address
        self._since = since

    def running(self, block: BlockTag = "latest") -> list[tuple[str, int]]:
        """NFTs in auction, in the order they were started; from events."""
        names = ("AuctionStarted", "AuctionTaken", "AuctionCancelled")
        topics = [[self._chain.book.topic(name) for name in names]]
        live: dict[tuple[str, int], None] = {}
        for event in self._chain.logs(self._since, block, addresses=[self.address], topics=topics):
            key = (event.args["collection"], event.args["tokenId"])
            if event.name == "AuctionStarted":
                live[key] = None
            else:
                live.pop(key, None)
        return list(live)

    def lots(self, block: BlockTag = "latest") -> list[Lot]:
        """Running auctions with their prices."""
        at = self._chain.block_number() if block == "latest" else block
        return self.lots_of(self.running(at), at)

    def lots_of(self, nfts: Sequence[tuple[str, int]], block: BlockTag = "latest") -> list[Lot]:
        """Prices of the named auctions."""
        prices = self._chain.read_many([self.contract.priceOf(*nft) for nft in nfts], block=block)
        terms = self._chain.read_many([self.contract.termsOf(*nft) for nft in nfts], block=block)
        return [_lot(nft, price, term) for nft, price, term in zip(nfts, prices, terms, strict=True)]

    def lot(self, collection: str, token_id: int) -> Lot:
        return self.lots_of([(collection, token_id)])[0]

    def take(self, collection: str, token_id: int, max_price: int, receiver: str, data: bytes = b"") -> Call:
        return self.contract.take(collection, token_id, max_price, receiver, data)

    def restart(self, collection: str, token_id: int) -> Call:
        return self.contract.restart(collection, token_id)


def _lot(nft: tuple[str, int], price: Any, terms: Any) -> Lot:
    return Lot(*nft, price.price, price.worth, PHASES[price.phase], terms.units, terms.startedAt)
