"""Bit-exact twin of `PoolTwapFeed`: checkpoints of a pool's price sum and the average over a window."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, NamedTuple

from vitrine.errors import ConfigError
from vitrine.units import DAY, HOUR

MIN_WINDOW: Final = HOUR // 2
MAX_WINDOW: Final = DAY
STEPS: Final = 8


class Observation(NamedTuple):
    """What a shared pool remembers; names and order are the contract's."""

    price_seconds: int
    at: int
    thick_since: int  # 0: it is thin


@dataclass
class PoolTwap:
    """One feed: `poke` and `average` as the contract's."""

    window: int
    checkpoints: dict[int, tuple[int, int]] = field(default_factory=dict)  # period -> (time, sum)

    def __post_init__(self) -> None:
        if not MIN_WINDOW <= self.window <= MAX_WINDOW:
            raise ConfigError(
                f"A window of {self.window} s is outside {MIN_WINDOW} … {MAX_WINDOW} s", "Choose one inside"
            )

    @property
    def step(self) -> int:
        return self.window // STEPS

    def poke(self, seen: Observation) -> bool:
        """Keeps the sum unless this eighth of the window has one."""
        period = seen.at // self.step
        if period in self.checkpoints:
            return False
        self.checkpoints[period] = (seen.at, seen.price_seconds)
        for old in [p for p in self.checkpoints if p < period - 2 * STEPS - 2]:
            del self.checkpoints[old]
        return True

    def average_since(self, seen: Observation | None) -> tuple[int, int]:
        """Average price, rounded down, and the start of its span; (0, 0) when stale. None: no answer."""
        if seen is None or seen.thick_since == 0:
            return 0, 0
        latest = seen.at - self.window
        usable = [c for c in self.checkpoints.values() if c[0] <= latest]
        if not usable:
            return 0, 0
        at, total = max(usable)
        if at < latest - self.window or at < seen.thick_since or seen.price_seconds < total:
            return 0, 0
        return (seen.price_seconds - total) // (seen.at - at), at
