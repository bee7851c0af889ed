"""Plays a scenario: each tick a round of prices, then moments at which everybody looks and some act."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from vitrine.demo import moves
from vitrine.demo.bridge import stream
from vitrine.demo.cast import Cast, floor_value
from vitrine.demo.governance import Governor
from vitrine.demo.marketminds import MarketMinds
from vitrine.demo.minds import Minds
from vitrine.demo.posting import Poster
from vitrine.demo.record import Record
from vitrine.demo.reporters import Bench
from vitrine.demo.scenario import Scenario
from vitrine.demo.views import Snapshot
from vitrine.demo.world import World
from vitrine.units import HOUR, MINUTE

_BUSY_MOMENTS: Final = (4, 8)
"""How often, within a tick, people look while notices or auctions are open."""


@dataclass(slots=True)
class Run:
    """One play of a scenario on a stage."""

    scenario: Scenario
    cast: Cast
    world: World
    bench: Bench
    poster: Poster
    minds: Minds
    traders: MarketMinds
    governor: Governor
    record: Record
    progress: Callable[[int, Record], None] = lambda _tick, _record: None
    last: Snapshot | None = None
    rng: np.random.Generator = field(init=False)

    def __post_init__(self) -> None:
        self.rng = stream(self.scenario.seed, "moments")
        self.world.observers.append(self.record.observe)

    def play(self) -> None:
        """All ticks."""
        for tick in range(self.scenario.ticks + 1):
            self.tick(tick)
            self.progress(tick, self.record)

    def tick(self, tick: int) -> None:
        """The round of a tick, then what people make of it until the next."""
        slot = self.scenario.times[tick]
        usd = self.scenario.usd[tick]
        posted = slot + int(self.rng.integers(20, 90))
        self.poster.post(slot, self.bench.reports(slot, tick), usd, posted)
        fair = {
            key: floor_value(self.scenario, key, tick, self.world.decimals)
            for key in self.scenario.collections
        }
        first = posted + int(self.rng.integers(2 * MINUTE, 8 * MINUTE))
        see = self._moment(first, tick, fair)
        floors = {key: script.floors[tick] for key, script in self.scenario.collections.items()}
        depth = self.governor.act(see, tick, first + 60)
        self.record.tick(see, floors, usd, depth, first + 60)
        until = slot + 4 * HOUR - 5 * MINUTE
        for at in self._later_moments(first + 5 * MINUTE, until, see.busy or bool(self.world.mirror.lots)):
            self._moment(at, tick, fair)

    def _later_moments(self, low: int, high: int, busy: bool) -> list[int]:
        count = int(self.rng.integers(*_BUSY_MOMENTS)) if busy else int(self.rng.random() < 0.5)
        chosen = sorted(int(t) for t in self.rng.integers(low, high, count))
        return [at for i, at in enumerate(chosen) if i == 0 or at - chosen[i - 1] > 2 * MINUTE]

    def _moment(self, at: int, tick: int, fair: Mapping[str, int]) -> Snapshot:
        """Look at one block, act in the next."""
        self.world.pass_time(at)
        see = self.world.look(at, fair)
        self.record.sample(see)
        self.last = see
        wanted = [*self.traders.decide(see, tick), *self.minds.decide(see, self.world.market, tick)]
        if wanted:
            outcomes = self.world.play(wanted, at + 12)
            self.minds.hear(outcomes)
            self.traders.hear(outcomes)
            self.last = None
        return see

    def settle_books(self) -> Snapshot:
        """A last look, after interest was booked and every loan marked at the last prices."""
        at = self.scenario.times[-1] + 4 * HOUR
        names = [name for name, loan in self.world.look(at, {}).loans.items() if loan.debt]
        actor = self.cast.keepers[0]
        self.minds.hear(self.world.play([moves.accrue(actor), moves.mark(actor, names)], at))
        return self.world.look(at, {})
