"""Whether the measured credit cap kept its rule: rebuilt from the readings, by the model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby

from vitrine.demo.names import Names
from vitrine.demo.record import Logged, TickRow
from vitrine.models.depth import MAX_UNITS, Gauge


def depth_held(
    log: Iterable[Logged], rows: Iterable[TickRow], names: Names, ceilings: Mapping[str, int]
) -> bool:
    """Every cap that was seen is at most what the readings before it allow; `ceilings` in units."""
    readings = {
        at: [logged.event for logged in group if logged.event.name == "DepthRead"]
        for at, group in groupby(log, lambda logged: logged.at)
    }
    gauges = {key: Gauge() for key in names.collections}
    times = sorted(at for at, events in readings.items() if events)
    place, held = 0, True
    for row in rows:
        while place < len(times) and times[place] <= row.depth_at:
            at = times[place]
            for event in readings[at]:
                key = names.key_at[event.collection]
                gauges[key].poke(event.units, ceilings[key], at)
            place += 1
        for key, seen in row.depth.items():
            most = gauges[key].cap(MAX_UNITS, ceilings[key], row.depth_at)
            held = held and seen.lens <= min(most, seen.units) and (not seen.follows or seen.cap <= most)
    return held
