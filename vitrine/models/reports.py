"""The wire format of `SignedFloorFeed`: what a reporter signs and what `update` takes.

Prices on the wire are in units of 1e-8 ETH (`PRICE_UNIT` wei). Nothing here needs a chain or a key: sign the
result of `report_typed_data` with any signer of EIP-712 messages.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, ClassVar, Final, Self

from vitrine.errors import AmountError
from vitrine.units import BPS

PRICE_UNIT: Final = 10**10
"""Wei in one unit of a posted price."""
MAX_PRICE: Final = 2**44 - 1
DOMAIN_NAME: Final = "Vitrine SignedFloorFeed"
DOMAIN_VERSION: Final = "1"
REPORT_TYPES: Final[dict[str, list[dict[str, str]]]] = {
    "Report": [{"name": "slotAt", "type": "uint256"}, {"name": "items", "type": "uint256[]"}]
}


def bits(word: int, at: int, width: int) -> int:
    """`width` bits of a word from bit `at`."""
    return word >> at & ((1 << width) - 1)


@dataclass(frozen=True, slots=True, order=True)
class ReportItem:
    """One collection in a report; prices in units of 1e-8 ETH, 0 for an absent sale or depth."""

    feed_id: int
    spot: int
    sale: int = 0
    depth: int = 0
    confidence_bps: int = BPS
    age: int = 0

    _WIDTHS: ClassVar[tuple[tuple[str, int, int], ...]] = (
        ("depth", 0, 64),
        ("sale", 64, 64),
        ("spot", 128, 64),
        ("confidence_bps", 192, 16),
        ("age", 208, 32),
        ("feed_id", 240, 16),
    )

    @property
    def word(self) -> int:
        """The item as the contract takes it."""
        packed = 0
        for name, at, width in self._WIDTHS:
            value = getattr(self, name)
            if not 0 <= value < 1 << width:
                raise AmountError(f"{name} {value} does not fit {width} bits", "Report a smaller number")
            packed |= value << at
        return packed

    @classmethod
    def from_word(cls, word: int) -> Self:
        return cls(**{name: bits(word, at, width) for name, at, width in cls._WIDTHS})

    @classmethod
    def from_wei(
        cls,
        feed_id: int,
        *,
        spot: int,
        sale: int = 0,
        depth: int = 0,
        confidence_bps: int = BPS,
        observed_at: int,
        slot_at: int,
    ) -> Self:
        """From prices in wei (rounded down to units) and the time of the observation."""
        if observed_at > slot_at:
            raise AmountError(
                f"The observation of {observed_at} is after its slot {slot_at}", "Report it in the next slot"
            )
        age = min(slot_at - observed_at, 2**32 - 1)
        units = (spot // PRICE_UNIT, sale // PRICE_UNIT, depth // PRICE_UNIT)
        return cls(feed_id, *units, confidence_bps=confidence_bps, age=age)


def item_words(items: Iterable[ReportItem]) -> list[int]:
    """The words of a report, ascending by feed id as the contract wants them."""
    ordered = sorted(items)
    for previous, item in pairwise(ordered):
        if previous.feed_id == item.feed_id:
            raise AmountError(f"Feed {item.feed_id} is in the report twice", "Report each collection once")
    return [item.word for item in ordered]


def report_typed_data(chain_id: int, feed: str, slot_at: int, words: Sequence[int]) -> dict[str, Any]:
    """The full EIP-712 message of a report, ready for any signer of typed data."""
    return {
        "types": {
            "EIP712Domain": [
                {"name": "name", "type": "string"},
                {"name": "version", "type": "string"},
                {"name": "chainId", "type": "uint256"},
                {"name": "verifyingContract", "type": "address"},
            ],
            **REPORT_TYPES,
        },
        "primaryType": "Report",
        "domain": {
            "name": DOMAIN_NAME,
            "version": DOMAIN_VERSION,
            "chainId": chain_id,
            "verifyingContract": feed,
        },
        "message": {"slotAt": slot_at, "items": list(words)},
    }


@dataclass(frozen=True, slots=True)
class SignedReport:
    """A reporter's report as `update` takes it."""

    reporter: str
    words: tuple[int, ...]
    signature: bytes = b""

    @property
    def as_argument(self) -> tuple[str, list[int], bytes]:
        return self.reporter, list(self.words), self.signature


def order_reports(reports: Iterable[SignedReport]) -> list[SignedReport]:
    """What `update` takes: the largest group of reports about the same feeds (the earliest of equals), each
    reporter once (his first), ascending by reporter."""
    groups: dict[tuple[int, ...], dict[int, SignedReport]] = {}
    for report in reports:
        feeds = tuple(word >> 240 for word in report.words)
        groups.setdefault(feeds, {}).setdefault(int(report.reporter, 16), report)
    largest = max(groups.values(), key=len, default={})
    return [largest[key] for key in sorted(largest)]
