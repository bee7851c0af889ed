"""Bit-exact twin of `SignedFloorFeed`: the wire format of reports, the stored round, and what `update` does.

Prices on the wire and in a round are in units of 1e-8 ETH (`PRICE_UNIT` wei), readings are in wei.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from enum import IntEnum
from itertools import pairwise
from typing import Any, ClassVar, Final, Self

from vitrine.errors import AmountError, StateError
from vitrine.units import BPS, DAY, HOUR, WAD, div_up, median_down

PRICE_UNIT: Final = 10**10
"""Wei in one unit of a posted price."""
MAX_PRICE: Final = 2**44 - 1
MAX_AGE: Final = 2**17 - 1
MAX_REPORT_AGE: Final = HOUR
MIN_QUORUM: Final = 3
MAX_REPORTERS: Final = 16
MAX_FEEDS: Final = 4_095
BOUND_BPS: Final = 1_500
BOUND_SECONDS: Final = 4 * HOUR
MAX_BOUND_BPS: Final = 6_000
MIN_HALF_LIFE: Final = HOUR
MAX_HALF_LIFE: Final = DAY

FLAG_CLAMPED: Final = 1
FLAG_LATE: Final = 2
FLAG_IN_USD: Final = 4

DOMAIN_NAME: Final = "Vitrine SignedFloorFeed"
DOMAIN_VERSION: Final = "1"
REPORT_TYPES: Final[dict[str, list[dict[str, str]]]] = {
    "Report": [{"name": "slotAt", "type": "uint256"}, {"name": "items", "type": "uint256[]"}]
}


class ItemReason(IntEnum):
    """Why a collection got no round."""

    NotListed = 0
    SlotNotNew = 1
    NoQuorum = 2
    OutsideBand = 3


class FeedRefusedError(StateError):
    """`update` would revert; `error` is the contract's error and `params` its numbers."""

    def __init__(self, fact: str, next_step: str = "", error: str = "", **params: int | str) -> None:
        super().__init__(fact, next_step)
        self.error, self.params = error, params


# ---------------------------------------------------------------- average and bound


def pow_wad(base_wad: int, n: int) -> int:
    """base ** n in wad by squaring, each product rounded to the nearest, halves up: `WadMath.powWad`."""
    result = WAD
    while n:
        if n & 1:
            result = (result * base_wad + WAD // 2) // WAD
        n >>= 1
        base_wad = (base_wad * base_wad + WAD // 2) // WAD
    return result


def decay_per_second_wad(half_life: int) -> int:
    """The constructor argument for a half-life in seconds: 2 ** (-1 / half_life), rounded down."""
    if not MIN_HALF_LIFE <= half_life <= MAX_HALF_LIFE:
        raise AmountError(
            f"A half-life of {half_life} s is outside {MIN_HALF_LIFE} to {MAX_HALF_LIFE} s", "Give one inside"
        )
    with localcontext() as context:
        context.prec = 60
        return int((Decimal(2).ln() / -half_life).exp() * WAD)


def towards_down(avg: int, target: int, decay_wad: int) -> int:
    """target + (avg - target) * decay, rounded down on either side."""
    if avg >= target:
        return target + (avg - target) * decay_wad // WAD
    return target - div_up((target - avg) * decay_wad, WAD)


def move_bound_up(previous: int, elapsed: int) -> int:
    """How far a spot may move in `elapsed` seconds, rounded up."""
    bps = min(BOUND_BPS * elapsed, MAX_BOUND_BPS * BOUND_SECONDS)
    return div_up(previous * bps, BPS * BOUND_SECONDS)


def clamp_spot(wanted: int, previous: int, elapsed: int) -> int:
    """`wanted`, or the nearest spot that the bound allows."""
    move = move_bound_up(previous, elapsed)
    if wanted > previous + move:
        return min(previous + move, MAX_PRICE)
    return previous - move if wanted + move < previous else wanted


# ---------------------------------------------------------------- the stored word


def _bits(word: int, at: int, width: int) -> int:
    return word >> at & ((1 << width) - 1)


@dataclass(frozen=True, slots=True)
class Round:
    """One round of one collection; `word` is what the contract stores and emits."""

    spot: int = 0
    avg: int = 0
    sale: int = 0
    depth: int = 0
    posted_at: int = 0
    delay: int = 0
    age: int = 0
    confidence_bps: int = 0
    clamped: bool = False
    listed: bool = False

    @property
    def slot_at(self) -> int:
        return self.posted_at - self.delay

    @property
    def observed_at(self) -> int:
        return self.slot_at - self.age

    @property
    def word(self) -> int:
        prices = self.spot | self.avg << 44 | self.sale << 88 | self.depth << 132
        times = self.posted_at << 176 | self.delay << 208 | self.age << 220
        return prices | times | self.confidence_bps << 237 | self.clamped << 251 | self.listed << 252

    @classmethod
    def from_word(cls, word: int) -> Self:
        return cls(
            spot=_bits(word, 0, 44),
            avg=_bits(word, 44, 44),
            sale=_bits(word, 88, 44),
            depth=_bits(word, 132, 44),
            posted_at=_bits(word, 176, 32),
            delay=_bits(word, 208, 12),
            age=_bits(word, 220, 17),
            confidence_bps=_bits(word, 237, 14),
            clamped=bool(_bits(word, 251, 1)),
            listed=bool(_bits(word, 252, 1)),
        )

    def avg_at(self, now: int, decay_wad_per_second: int) -> int:
        """The average at `now`, as readers and the next update see it."""
        return towards_down(self.avg, self.spot, pow_wad(decay_wad_per_second, now - self.posted_at))


# ---------------------------------------------------------------- the wire


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
        return cls(**{name: _bits(word, at, width) for name, at, width in cls._WIDTHS})

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
    """Ascending by reporter, each once (the first one kept), as the contract demands."""
    kept: dict[int, SignedReport] = {}
    for report in reports:
        kept.setdefault(int(report.reporter, 16), report)
    return [kept[key] for key in sorted(kept)]


# ---------------------------------------------------------------- the feed


@dataclass(slots=True)
class UpdateOutcome:
    """What one `update` did, in the order of its events."""

    rounds: dict[int, Round] = field(default_factory=dict)
    clamped: list[tuple[int, int, int]] = field(default_factory=list)
    """(id, wanted, taken)"""
    rejected: list[tuple[int, ItemReason, int]] = field(default_factory=list)
    """(id, reason, detail)"""
    ignored_values: list[tuple[int, str, ItemReason, int]] = field(default_factory=list)
    """(id, reporter, reason, detail)"""
    ignored_reports: list[str] = field(default_factory=list)


@dataclass(slots=True)
class SignedFloorFeedModel:
    """State and rules of the contract. Signatures are the caller's: only reports that verify may be given."""

    slot_seconds: int
    decay_wad: int
    quorum: int
    reporters: set[str] = field(default_factory=set)
    bands: dict[int, tuple[int, int]] = field(default_factory=dict)
    rounds: dict[int, Round] = field(default_factory=dict)

    def list_feed(self, low: int, high: int) -> int:
        """The next key, with its first-price band."""
        feed_id = len(self.bands) + 1
        self.bands[feed_id], self.rounds[feed_id] = (low, high), Round(listed=True)
        return feed_id

    def set_listed(self, feed_id: int, listed: bool) -> None:
        known = self.rounds[feed_id]
        self.rounds[feed_id] = Round(posted_at=known.posted_at, delay=known.delay, listed=listed)

    def update(self, slot_at: int, now: int, reports: Sequence[SignedReport]) -> UpdateOutcome:
        """`SignedFloorFeed.update`; raises `FeedRefusedError` where the contract reverts."""
        self._check_slot(slot_at, now)
        outcome = UpdateOutcome()
        live = self._live(reports, outcome)
        after = dict(self.rounds)
        for feed_id, values in _merged(live):
            usable = _usable(feed_id, values, outcome)
            found = self._next(feed_id, usable, slot_at, now)
            if isinstance(found, tuple):
                outcome.rejected.append((feed_id, *found))
                continue
            after[feed_id] = outcome.rounds[feed_id] = found
            wanted = median_down([item.spot for item in usable])
            if found.clamped:
                outcome.clamped.append((feed_id, wanted, found.spot))
        if not outcome.rounds:
            raise FeedRefusedError(
                f"No item of slot {slot_at} was taken",
                "Sign the next slot",
                "NothingAccepted",
                slotAt=slot_at,
            )
        self.rounds = after
        return outcome

    def read(self, feed_id: int, now: int) -> Reading:
        """`SignedFloorFeed.read`, in wei."""
        known = self.rounds.get(feed_id, Round())
        if known.spot == 0:
            return Reading()
        return Reading(
            spot=known.spot * PRICE_UNIT,
            avg=known.avg_at(now, self.decay_wad) * PRICE_UNIT,
            sale=known.sale * PRICE_UNIT,
            depth=known.depth * PRICE_UNIT,
            as_of=known.observed_at,
            posted_at=known.posted_at,
            confidence_bps=known.confidence_bps,
            flags=FLAG_CLAMPED if known.clamped else 0,
        )

    def _check_slot(self, slot_at: int, now: int) -> None:
        if slot_at % self.slot_seconds:
            fact = f"Slot {slot_at} is not a multiple of {self.slot_seconds} s"
            raise FeedRefusedError(fact, "Use the slot time before it", "SlotMisaligned", slotAt=slot_at)
        if slot_at > now:
            raise FeedRefusedError(
                f"Slot {slot_at} lies after {now}", "Wait for it", "SlotInFuture", slotAt=slot_at
            )
        if now - slot_at > MAX_REPORT_AGE:
            fact = f"Slot {slot_at} is older than {now - MAX_REPORT_AGE}"
            raise FeedRefusedError(fact, "Sign the next slot", "SlotTooOld", slotAt=slot_at)

    def _live(self, reports: Sequence[SignedReport], outcome: UpdateOutcome) -> list[SignedReport]:
        live: list[SignedReport] = []
        last = 0
        for report in reports:
            if int(report.reporter, 16) <= last:
                fact = f"{report.reporter} is not above the reporter before it"
                raise FeedRefusedError(fact, "Order the reports by reporter, each once", "ReportersUnordered")
            last = int(report.reporter, 16)
            if report.reporter in self.reporters:
                live.append(report)
            else:
                outcome.ignored_reports.append(report.reporter)
        if len(live) < self.quorum:
            fact = f"{len(live)} live reports, {self.quorum} are needed"
            raise FeedRefusedError(fact, "Wait for more reports", "QuorumMissing", live=len(live))
        return live

    def _next(
        self, feed_id: int, usable: list[ReportItem], slot_at: int, now: int
    ) -> Round | tuple[ItemReason, int]:
        """The next round of a collection, or why there is none."""
        known = self.rounds.get(feed_id, Round())
        if len(usable) < self.quorum:
            return ItemReason.NoQuorum, len(usable)
        if not known.listed:
            return ItemReason.NotListed, feed_id
        if known.slot_at >= slot_at:
            return ItemReason.SlotNotNew, known.slot_at
        wanted = spot = avg = median_down([item.spot for item in usable])
        if known.spot == 0:
            low, high = self.bands[feed_id]
            if not low <= wanted <= high:
                return ItemReason.OutsideBand, wanted
        else:
            spot = clamp_spot(wanted, known.spot, slot_at - known.slot_at)
            avg = known.avg_at(now, self.decay_wad)
        return Round(
            spot=spot,
            avg=avg,
            sale=self._quorate_median([item.sale for item in usable]),
            depth=self._quorate_median([item.depth for item in usable]),
            posted_at=now,
            delay=now - slot_at,
            age=min(median_down([item.age for item in usable]), MAX_AGE),
            confidence_bps=median_down([item.confidence_bps for item in usable]),
            clamped=spot != wanted,
            listed=True,
        )

    def _quorate_median(self, values: list[int]) -> int:
        given = [value for value in values if value]
        return min(median_down(given), MAX_PRICE) if len(given) >= self.quorum else 0


@dataclass(frozen=True, slots=True)
class Reading:
    """What one feed knows about one collection (`FeedReading`), in wei or, when flagged, wads of dollars."""

    spot: int = 0
    avg: int = 0
    sale: int = 0
    depth: int = 0
    as_of: int = 0
    posted_at: int = 0
    confidence_bps: int = 0
    flags: int = 0


def _merged(live: Sequence[SignedReport]) -> Iterable[tuple[int, dict[str, ReportItem]]]:
    """The items by feed id, smallest next id first, as the contract walks them."""
    queues = {report.reporter: [ReportItem.from_word(word) for word in report.words] for report in live}
    places: Mapping[str, list[int]] = {reporter: [0] for reporter in queues}
    last = 0
    while heads := {r: q[places[r][0]] for r, q in queues.items() if places[r][0] < len(q)}:
        feed_id = min(item.feed_id for item in heads.values())
        if feed_id <= last:
            fact = f"Feed {feed_id} comes after feed {last}"
            raise FeedRefusedError(fact, "Order the items by feed id, each once", "ItemsUnordered")
        last = feed_id
        taken = {r: item for r, item in heads.items() if item.feed_id == feed_id}
        for reporter in taken:
            places[reporter][0] += 1
        yield feed_id, taken


def _usable(feed_id: int, values: Mapping[str, ReportItem], outcome: UpdateOutcome) -> list[ReportItem]:
    usable = []
    for reporter, item in values.items():
        if not 0 < item.spot <= MAX_PRICE:
            outcome.ignored_values.append((feed_id, reporter, ItemReason.BadSpot, item.spot))
        elif item.confidence_bps > BPS:
            detail = item.confidence_bps
            outcome.ignored_values.append((feed_id, reporter, ItemReason.BadConfidence, detail))
        else:
            usable.append(item)
    return usable
