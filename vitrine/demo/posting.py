"""Carries the reporters' signed reports to the feed, and the dollar price to the aggregator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from vitrine.chain.contract import Contract
from vitrine.demo.reporters import Report
from vitrine.demo.views import Move
from vitrine.demo.world import Outcome, World
from vitrine.errors import StateError

PRICE_UNIT: Final = 10**10
"""Wei per unit of a posted price (1e-8 ETH)."""


@dataclass(slots=True)
class Poster:
    """One carrier; anyone could be it."""

    world: World
    feed: Contract
    aggregator: Contract
    feed_ids: Mapping[str, int]
    keys: Sequence[Any]
    """Signing keys by number of the reporter."""
    carrier: str
    gas: list[int] = field(default_factory=list)

    def post(self, slot: int, reports: Sequence[Report], usd: int, at: int) -> None:
        """One block with the dollar price and one round for every collection."""
        items = [self._items(slot, report) for report in reports]
        digests = self.world.chain.read_many([self.feed.digestOf(slot, words) for words in items])
        signed = sorted(
            (
                (self.keys[report.reporter].address, words, self._sign(report.reporter, digest))
                for report, words, digest in zip(reports, items, digests, strict=True)
            ),
            key=lambda entry: int(entry[0], 16),
        )
        outcomes = self.world.send(
            [(self.aggregator.set(usd), self.carrier), (self.feed.update(slot, signed), self.carrier)],
            at,
            [Move("market", "eth-usd", "set", ()), Move("reporters", "feed", "update", ())],
        )
        self._require(outcomes[1], slot)
        self.gas.append(outcomes[1].gas)

    def _items(self, slot: int, report: Report) -> list[int]:
        words = [
            self.feed_ids[reading.key] << 240
            | (slot - reading.as_of) << 208
            | reading.confidence_bps << 192
            | reading.spot // PRICE_UNIT << 128
            | (reading.sale or 0) // PRICE_UNIT << 64
            | (reading.depth or 0) // PRICE_UNIT
            for reading in report.readings
        ]
        return sorted(words)

    def _sign(self, reporter: int, digest: bytes) -> bytes:
        return bytes(self.keys[reporter].unsafe_sign_hash(digest).signature)

    def _require(self, outcome: Outcome, slot: int) -> None:
        if not outcome.ok:
            raise StateError(f"The round of slot {slot} was refused: {outcome.reason}")
