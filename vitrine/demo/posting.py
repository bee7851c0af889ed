"""Carries the reporters' signed reports to the feed, and the dollar price to the aggregator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from eth_account.messages import encode_typed_data
from eth_utils.crypto import keccak

from vitrine.chain.contract import Contract
from vitrine.demo.reporters import Report
from vitrine.demo.views import Move
from vitrine.demo.world import World
from vitrine.errors import StateError
from vitrine.models.reports import ReportItem, SignedReport, item_words, order_reports, report_typed_data

_REPORT_TYPE = keccak(text="Report(uint256 slotAt,uint256[] items)")


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
    _domain: bytes = b""

    def post(self, slot: int, reports: Sequence[Report], usd: int, at: int) -> None:
        """One block with the dollar price and one round for every collection."""
        signed = [self._signed(slot, report) for report in reports]
        outcomes = self.world.send(
            [
                (self.aggregator.set(usd), self.carrier),
                (self.feed.update(slot, [s.as_argument for s in order_reports(signed)]), self.carrier),
            ],
            at,
            [Move("market", "eth-usd", "set", ()), Move("reporters", "feed", "update", ())],
        )
        if not outcomes[1].ok:
            raise StateError(f"The round of slot {slot} was refused: {outcomes[1].reason}")
        self.gas.append(outcomes[1].gas)

    def _signed(self, slot: int, report: Report) -> SignedReport:
        words = item_words(
            ReportItem.from_wei(
                self.feed_ids[reading.key],
                spot=reading.spot,
                sale=reading.sale or 0,
                depth=reading.depth or 0,
                confidence_bps=reading.confidence_bps,
                observed_at=reading.as_of,
                slot_at=slot,
            )
            for reading in report.readings
        )
        key = self.keys[report.reporter]
        signature = bytes(key.unsafe_sign_hash(self._digest(slot, words)).signature)
        return SignedReport(str(key.address), tuple(words), signature)

    def _digest(self, slot: int, words: Sequence[int]) -> bytes:
        """The EIP-712 digest; the domain is hashed once, not once per report."""
        if not self._domain:
            chain_id = self.world.chain.chain_id
            typed = report_typed_data(chain_id, self.feed.address, slot, list(words))
            self._domain = encode_typed_data(full_message=typed).header
        items = keccak(b"".join(word.to_bytes(32, "big") for word in words))
        struct = keccak(_REPORT_TYPE + slot.to_bytes(32, "big") + items)
        return keccak(b"\x19\x01" + self._domain + struct)
