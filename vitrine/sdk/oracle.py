"""Prices: quotes, and posting a round that reporters signed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from vitrine.chain.client import Chain
from vitrine.chain.contract import Call, Contract
from vitrine.chain.transaction import BlockTag
from vitrine.models.reports import SignedReport, order_reports

STATES: Final = ("fresh", "degraded", "stale")


@dataclass(frozen=True, slots=True)
class PriceQuote:
    """Price of one floor NFT, asset units."""

    collection: str
    bid: int
    mid: int
    ask: int
    spot: int
    avg: int
    sale: int
    as_of: int
    posted_at: int
    confidence_bps: int
    state: str


class OracleClient:
    """`FloorOracle` over its `SignedFloorFeed`."""

    def __init__(self, chain: Chain, oracle: Contract, feed: Contract) -> None:
        self._chain = chain
        self.contract = oracle
        self.feed = feed
        self.address = oracle.address

    def quote(self, collection: str, block: BlockTag = "latest") -> PriceQuote:
        return self.quotes([collection], block)[0]

    def quotes(self, collections: Sequence[str], block: BlockTag = "latest") -> list[PriceQuote]:
        found = self._chain.read_many([self.contract.quote(c) for c in collections], block=block)
        return [_quote(c, q) for c, q in zip(collections, found, strict=True)]

    def value_of(self, collection: str, token_id: int) -> tuple[int, int]:
        """Bid and mid of one token, its appraisal included."""
        bid, mid = self._chain.read(self.contract.valueOf(collection, token_id))
        return int(bid), int(mid)

    def rate_wad(self) -> int:
        """Dollars per ETH, wad."""
        return int(self._chain.read(self.contract.rate()).rateWad)

    def slot_at(self, now: int) -> int:
        """The latest slot time that may be posted at `now`."""
        seconds = int(self._chain.read(self.feed.slotSeconds()))
        return now - now % seconds

    def quorum(self) -> tuple[int, int]:
        """Reports needed, and reporters there are."""
        need, have = self._chain.read_many([self.feed.quorum(), self.feed.reporterCount()])
        return int(need), int(have)

    def reporters(self, candidates: Iterable[str]) -> list[str]:
        """Those of `candidates` whose signatures count."""
        todo = list(candidates)
        found = self._chain.read_many([self.feed.isReporter(account) for account in todo])
        return [account for account, yes in zip(todo, found, strict=True) if yes]

    def update(self, slot_at: int, reports: Iterable[SignedReport]) -> Call:
        """Posts reports, put in the order the feed asks for."""
        return self.feed.update(slot_at, [report.as_argument for report in order_reports(reports)])


def _quote(collection: str, q: Any) -> PriceQuote:
    return PriceQuote(
        collection,
        q.bid,
        q.mid,
        q.ask,
        q.spot,
        q.avg,
        q.sale,
        q.asOf,
        q.postedAt,
        q.confidenceBps,
        STATES[q.state],
    )
