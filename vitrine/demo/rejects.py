"""What the filters threw out over a run, and whether everything planted is among it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import pandas as pd

from vitrine.demo.reporters import whole_frames
from vitrine.demo.scenario import Scenario
from vitrine.pricing import Multipliers, Reason
from vitrine.pricing.valuation import judge_collection
from vitrine.units import DAY

_TO_LIGHT: Final = 2 * DAY
"""A wash trade shows when its last leg is there: later ones are not asked for."""


@dataclass(slots=True)
class Rejects:
    """Distinct events that were rejected at the close of any day, by reason."""

    by_reason: dict[str, int]
    by_day: dict[int, dict[str, int]]
    """Unix time of the close -> reason -> events rejected for the first time."""
    planted: dict[str, int] = field(default_factory=dict)
    missed: dict[str, int] = field(default_factory=dict)
    """Planted and never rejected, by kind."""
    examples: list[dict[str, object]] = field(default_factory=list)


def find_rejects(scenario: Scenario, multipliers: Mapping[str, Multipliers]) -> Rejects:
    """Judges every collection at every close with all there was to see."""
    seen: dict[tuple[str, int], str] = {}
    by_day: dict[int, Counter[str]] = {}
    planted: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    examples: dict[str, dict[str, object]] = {}
    start, end = scenario.times[0], scenario.times[-1]
    for key, script in scenario.collections.items():
        frames = whole_frames(script)
        for close in range(start + DAY, end + DAY, DAY):
            rejected = judge_collection(frames, min(close, end), script.params, multipliers[key]).rejected()
            today = by_day.setdefault(close, Counter())
            for row in rejected.to_dict("records"):
                event = (key, int(row["event_id"]))
                if event in seen:
                    continue
                seen[event] = str(row["reason"])
                today[str(row["reason"])] += 1
                examples.setdefault(
                    str(row["reason"]),
                    {
                        "collection": key,
                        "reason": str(row["reason"]),
                        "table": str(row["table"]),
                        "at": int(row["time"]),
                        "token_id": int(row["token_id"]),
                        "price_gwei": str(int(row["price_gwei"])),
                    },
                )
        happened = _times(script.market.frames())
        for event_id, kind in script.market.planted.items():
            if happened[event_id] > end - _TO_LIGHT:
                continue
            planted[kind] += 1
            missed[kind] += (key, event_id) not in seen
    order = [reason.name for reason in Reason]
    counted = Counter(seen.values())
    return Rejects(
        {name: counted[name] for name in order if counted[name]},
        {close: dict(found) for close, found in by_day.items()},
        dict(planted),
        {kind: count for kind, count in missed.items() if count},
        [examples[name] for name in order if name in examples],
    )


def _times(frames: Mapping[str, pd.DataFrame]) -> dict[int, int]:
    """When each sale or ask began, by event."""
    found: dict[int, int] = {}
    for table, column in (("sales", "time"), ("listings", "start")):
        frame = frames.get(table)
        if frame is not None:
            found |= dict(zip(frame["event_id"].tolist(), frame[column].tolist(), strict=True))
    return found
