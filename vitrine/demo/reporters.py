"""Five reporters look at the same markets with different eyes: one looks late, one lies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
import pandas as pd

from vitrine.demo.bridge import stream
from vitrine.demo.scenario import TICK, CollectionScript, Scenario
from vitrine.keepers.reports import Feed, compose
from vitrine.models.reports import ReportItem
from vitrine.pricing import MarketFrames, Multipliers, Valuation
from vitrine.pricing.rolling import RollingMarket
from vitrine.units import BPS, median_down

REPORTERS: Final = 5
HONEST, LATE, LIAR = "honest", "late", "liar"
ROLES: Final = (HONEST, HONEST, HONEST, LATE, LIAR)
_MISSED: Final = 0.06
"""Part of the asks, bids and sales that one reporter does not get to see."""
_ABSENT: Final = 0.03
"""Chance that one reporter sends nothing for a slot."""
LATE_BY: Final = 2 * TICK


@dataclass(frozen=True, slots=True)
class Report:
    """What one reporter would sign for one slot."""

    reporter: int
    role: str
    words: tuple[int, ...]


@dataclass(slots=True)
class LiarRecord:
    """How far the liar got, over all slots in which he lied."""

    slots: int = 0
    moved: int = 0
    """Slots in which the median of spot is not what it would be without him."""
    most_moved_bps: int = 0
    spread_then_bps: int = 0
    """Honest spread in the slot in which he moved the median most."""
    least_room_bps: int | None = None
    """Smallest honest spread less what he moved, over the slots in which he moved anything."""
    held: bool = True
    """In every slot the median moved by less than the honest spread."""
    worst_lie_bps: int = 0


@dataclass(slots=True)
class Sight:
    """One market as one reporter sees it: late, or through a lie."""

    market: RollingMarket
    late_by: int = 0
    lie: float = 0.0
    """Factor on everything he says; 0: the truth."""

    def value(self, as_of: int) -> Valuation:
        seen = self.market.value(as_of - self.late_by)
        if not self.lie:
            return seen
        return replace(
            seen,
            spot=_times(seen.spot, self.lie),
            sale=_times(seen.sale, self.lie),
            depth=_times(seen.depth, self.lie),
            confidence_bps=BPS,
        )


@dataclass(slots=True)
class Eyes:
    """One reporter's own picture of all markets."""

    number: int
    role: str
    feeds: Sequence[Feed]
    sights: dict[str, Sight]
    """By collection, lower case."""
    rng: np.random.Generator

    def look(self, slot: int, tick: int) -> Report | None:
        """His report for a slot, as the project's reporter composes it; None when he is absent."""
        if self.rng.random() < _ABSENT and tick > 2:
            return None
        lie = self._lie(tick)
        for sight in self.sights.values():
            sight.lie = lie
        draft = compose(self.feeds, self.sights, slot, {})
        return None if draft.empty else Report(self.number, self.role, draft.words)

    def _lie(self, tick: int) -> float:
        """0 when he tells the truth; else the factor by which he lies, very sure of himself."""
        if self.role != LIAR or tick < 6 or self.rng.random() < 0.35:
            return 0.0
        low, high = ((0.25, 0.8), (1.25, 4.0))[int(self.rng.integers(2))]
        return float(self.rng.uniform(low, high))


@dataclass(slots=True)
class Bench:
    """All reporters of a run."""

    eyes: list[Eyes]
    liar: LiarRecord = field(default_factory=LiarRecord)

    def reports(self, slot: int, tick: int) -> list[Report]:
        """Reports for a slot, by number of the reporter."""
        found = [report for eye in self.eyes if (report := eye.look(slot, tick)) is not None]
        self._judge_liar(found)
        return found

    def _judge_liar(self, reports: list[Report]) -> None:
        lie = next((report for report in reports if report.role == LIAR), None)
        if lie is None:
            return
        lied = False
        for place, word in enumerate(lie.words):
            said = ReportItem.from_word(word).spot
            others = [
                ReportItem.from_word(report.words[place]).spot for report in reports if report.role != LIAR
            ]
            honest = [spot for spot in others if spot]
            if len(honest) < 2 or not said:
                continue
            truth = median_down(honest)
            if abs(said - truth) * 50 < truth:
                continue
            lied = True
            self._weigh(said, honest, truth)
        self.liar.slots += lied

    def _weigh(self, lie: int, honest: list[int], truth: int) -> None:
        record = self.liar
        spread = max(honest) - min(honest)
        moved = abs(median_down([*honest, lie]) - truth)
        moved_bps, spread_bps = moved * BPS // truth, spread * BPS // truth
        record.worst_lie_bps = max(record.worst_lie_bps, abs(lie - truth) * BPS // truth)
        if not moved:
            return
        record.moved += 1
        record.held = record.held and moved < spread
        room = (spread - moved) * BPS // truth
        record.least_room_bps = room if record.least_room_bps is None else min(record.least_room_bps, room)
        if moved_bps >= record.most_moved_bps:
            record.most_moved_bps, record.spread_then_bps = moved_bps, spread_bps


def make_bench(
    scenario: Scenario, multipliers: Mapping[str, Multipliers], feeds: Mapping[str, Feed]
) -> Bench:
    """Reporters with their own gaps in what they see; `feeds` by key of the collection."""
    eyes = []
    for number, role in enumerate(ROLES):
        rng = stream(scenario.seed, "reporter", number)
        sights = {
            feeds[key].collection.lower(): Sight(
                _market(script, multipliers[key], rng), LATE_BY if role == LATE else 0
            )
            for key, script in scenario.collections.items()
        }
        eyes.append(Eyes(number, role, list(feeds.values()), sights, rng))
    return Bench(eyes)


def whole_frames(script: CollectionScript) -> MarketFrames:
    """Everything that happened, as an all-seeing reporter would have it."""
    return MarketFrames.build(script.key, **script.market.frames())


def _market(script: CollectionScript, multipliers: Multipliers, rng: np.random.Generator) -> RollingMarket:
    market = RollingMarket(script.key, script.params, multipliers)
    seen = {
        name: frame if name == "transfers" else _with_gaps(frame, rng)
        for name, frame in script.market.frames().items()
    }
    market.extend(MarketFrames.build(script.key, **seen))
    return market


def _with_gaps(frame: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    return frame[rng.random(len(frame)) >= _MISSED]


def _times(value: int | None, factor: float) -> int | None:
    return None if value is None else int(value * factor)
