"""Carries the reporters' signed reports to the feed, and the dollar price to the aggregator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from eth_account.messages import encode_typed_data
from eth_utils.crypto import keccak

from vitrine.chain.contract import Contract
from vitrine.demo.reporters import Report
from vitrine.demo.views import Move
from vitrine.demo.world import World
from vitrine.errors import StateError
from vitrine.models.reports import SignedReport, order_reports, report_typed_data

_REPORT_TYPE: Final = keccak(text="Report(uint256 slotAt,uint256[] items)")
_TOO_FEW: Final = ("NothingAccepted", "QuorumMissing")


@dataclass(slots=True)
class Poster:
    """One carrier; anyone could be it."""

    world: World
    feed: Contract
    aggregator: Contract
    keys: Sequence[Any]
    """Signing keys by number of the reporter."""
    carrier: str
    gas: list[int] = field(default_factory=list)
    _domain: bytes = b""

    def post(self, slot: int, reports: Sequence[Report], usd: int, at: int) -> bool:
        """One block with the dollar price and one round for every collection.

        False when the feed took nothing: too few reporters had a price. The oracle grows old, as it should.
        """
        signed = order_reports(self._signed(slot, report) for report in reports)
        outcomes = self.world.send(
            [
                (self.aggregator.set(usd), self.carrier),
                (self.feed.update(slot, [report.as_argument for report in signed]), self.carrier),
            ],
            at,
            [Move("market", "eth-usd", "set", ()), Move("reporters", "feed", "update", ())],
        )
        last = outcomes[1]
        self.gas.append(last.gas)
        if not last.ok and last.reason not in _TOO_FEW:
            raise StateError(f"The round of slot {slot} was refused: {last.reason}")
        return last.ok

    def _signed(self, slot: int, report: Report) -> SignedReport:
        key = self.keys[report.reporter]
        signature = bytes(key.unsafe_sign_hash(self._digest(slot, report.words)).signature)
        return SignedReport(str(key.address), report.words, signature)

    def _digest(self, slot: int, words: Sequence[int]) -> bytes:
        """The EIP-712 digest; the domain is hashed once, not once per report."""
        if not self._domain:
            chain_id = self.world.chain.chain_id
            typed = report_typed_data(chain_id, self.feed.address, slot, list(words))
            self._domain = encode_typed_data(full_message=typed).header
        items = keccak(b"".join(word.to_bytes(32, "big") for word in words))
        struct = keccak(_REPORT_TYPE + slot.to_bytes(32, "big") + items)
        return keccak(b"\x19\x01" + self._domain + struct)
