"""Bit-exact twin of `SignedFloorFeed`: the average, the bound, the stored round, and what `update` does.

Prices in a round are in units of 1e-8 ETH (`PRICE_UNIT` wei), readings are in wei.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import Final, Self

from vitrine.errors import StateError
from vitrine.models.reports import MAX_PRICE, PRICE_UNIT, ReportItem, SignedReport, bits
from vitrine.units import BPS, DAY, HOUR, div_up, median_down

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


_HALVING: Final = (
    473_683_537,
    8_200_570_677,
    130_140_149_132,
    1_877_525_477_726,
    24_378_270_262_728,
    281_363_276_907_910,
    2_841_449_829_983_172,
    24_596_073_471_909_060,
    177_423_166_116_318_949,
    1_023_870_087_579_328_454,
    4_431_396_893_595_737_425,
    12_786_308_645_202_655_660,
    2**64,
)
"""Taylor coefficients of 2 ** -g, ln(2) ** k / k! in 64 fractional bits, from k = 12 down to 0."""


def weight_x64(half_life: int, elapsed: int) -> int:
    """2 ** (-elapsed / half_life) in 64 fractional bits: `Decay.weightX64`."""
    whole, rest = divmod(elapsed, half_life)
    g = (rest << 64) // half_life
    weight = _HALVING[0]
    for coefficient in _HALVING[1:]:
        weight = coefficient - (g * weight >> 64)
    return weight >> whole


def towards_down(avg: int, target: int, w_x64: int) -> int:
    """target + (avg - target) * weight, rounded down on either side."""
    if avg >= target:
        return target + ((avg - target) * w_x64 >> 64)
    return target - div_up((target - avg) * w_x64, 2**64)


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

    @classmethod
    def from_event(cls, slot_at: int, word: int) -> tuple[int, Self]:
        """(feed id, round) out of a word of the event `RoundsPosted`."""
        posted_at = slot_at + bits(word, 208, 12)
        stored = word & ~(0xFFFFFFFF << 176) | posted_at << 176
        return bits(word, 176, 32), cls.from_word(stored)

    @property
    def word(self) -> int:
        prices = self.spot | self.avg << 44 | self.sale << 88 | self.depth << 132
        times = self.posted_at << 176 | self.delay << 208 | self.age << 220
        return prices | times | self.confidence_bps << 237 | self.clamped << 251 | self.listed << 252

    @classmethod
    def from_word(cls, word: int) -> Self:
        return cls(
            spot=bits(word, 0, 44),
            avg=bits(word, 44, 44),
            sale=bits(word, 88, 44),
            depth=bits(word, 132, 44),
            posted_at=bits(word, 176, 32),
            delay=bits(word, 208, 12),
            age=bits(word, 220, 17),
            confidence_bps=bits(word, 237, 14),
            clamped=bool(bits(word, 251, 1)),
            listed=bool(bits(word, 252, 1)),
        )

    def avg_at(self, now: int, half_life: int) -> int:
        """The average at `now`, as readers and the next update see it."""
        return towards_down(self.avg, self.spot, weight_x64(half_life, now - self.posted_at))


# ---------------------------------------------------------------- the feed


@dataclass(slots=True)
class UpdateOutcome:
    """What one `update` did, in the order of its events."""

    rounds: dict[int, Round] = field(default_factory=dict)
    clamped: list[tuple[int, int, int]] = field(default_factory=list)
    """(id, wanted, taken)"""
    rejected: list[tuple[int, ItemReason, int]] = field(default_factory=list)
    """(id, reason, detail)"""
    ignored_values: list[tuple[int, str, int]] = field(default_factory=list)
    """(id, reporter, spot)"""
    ignored_reports: list[str] = field(default_factory=list)


@dataclass(slots=True)
class SignedFloorFeedModel:
    """State and rules of the contract. Signatures are the caller's: only reports that verify may be given."""

    slot_seconds: int
    half_life: int
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
        for feed_id, items in self._aligned(live):
            usable = _usable(items, outcome)
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
            avg=known.avg_at(now, self.half_life) * PRICE_UNIT,
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

    @staticmethod
    def _aligned(live: Sequence[SignedReport]) -> Iterable[tuple[int, list[tuple[str, ReportItem]]]]:
        """Per feed id what each reporter says; refuses reports about different feeds."""
        rows = [[ReportItem.from_word(word) for word in report.words] for report in live]
        for report, row in zip(live, rows, strict=True):
            if len(row) != len(rows[0]):
                raise _misaligned(report.reporter)
        last = 0
        for column in zip(*rows, strict=True):
            feed_id = column[0].feed_id
            for report, item in zip(live, column, strict=True):
                if item.feed_id != feed_id:
                    raise _misaligned(report.reporter)
            if feed_id <= last:
                fact = f"Feed {feed_id} comes after feed {last}"
                raise FeedRefusedError(fact, "Order the items by feed id, each once", "ItemsUnordered")
            last = feed_id
            yield feed_id, [(report.reporter, item) for report, item in zip(live, column, strict=True)]

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
            avg = known.avg_at(now, self.half_life)
        return Round(
            spot=spot,
            avg=avg,
            sale=majority_median([item.sale for item in usable]),
            depth=majority_median([item.depth for item in usable]),
            posted_at=now,
            delay=now - slot_at,
            age=median_down([item.age for item in usable]),
            confidence_bps=min(median_down([item.confidence_bps for item in usable]), BPS),
            clamped=spot != wanted,
            listed=True,
        )


def majority_median(values: list[int]) -> int:
    """Median with zeros as low values; 0, absent, unless more than half give a value."""
    given = sum(1 for value in values if value)
    return median_down(values) if 2 * given > len(values) else 0


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


def _misaligned(reporter: str) -> FeedRefusedError:
    fact = f"The report of {reporter} is about other feeds than the first one"
    return FeedRefusedError(fact, "Carry reports about the same feeds", "ItemsMisaligned", reporter=reporter)


def _usable(items: Sequence[tuple[str, ReportItem]], outcome: UpdateOutcome) -> list[ReportItem]:
    """The items with a usable spot, their other fields saturated."""
    usable = []
    for reporter, item in items:
        if 0 < item.spot <= MAX_PRICE:
            fields = {"sale": MAX_PRICE, "depth": MAX_PRICE, "age": MAX_AGE}
            saturated = {name: min(getattr(item, name), top) for name, top in fields.items()}
            usable.append(replace(item, **saturated))
        else:
            outcome.ignored_values.append((item.feed_id, reporter, item.spot))
    return usable
