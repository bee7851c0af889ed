"""Bit-exact twin of `DepthLens`: readings of exit depth and the paced credit cap they allow."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from vitrine.units import BPS, DAY, FLOOR_PIECE, HOUR, WAD, bps_down, bps_up

READING_EVERY: Final = HOUR
READING_LASTS: Final = DAY
MIN_READINGS: Final = 4
RISE_BPS_PER_DAY: Final = 1_000
MAX_UNITS: Final = 2**24 - 1
SIGNED_UNITS: Final = 3 * FLOOR_PIECE
MOST_PER_POOL: Final = 64


class Reading(NamedTuple):
    """Depth at one time."""

    at: int
    units: int


def min_price(mid: int, discount_max_bps: int) -> int:
    """What an NFT must fetch to count, rounded up."""
    return bps_up(mid, BPS - discount_max_bps)


def depth_now(pools: Iterable[int], bids: int, *, bid: int, least: int) -> int:
    """Units that markets take at `least` or more: NFTs per pool and of bids, or the reported three."""
    found = sum(min(n, MOST_PER_POOL) for n in pools) + min(bids, MAX_UNITS // FLOOR_PIECE)
    return min(max(found * FLOOR_PIECE, SIGNED_UNITS if bid >= least else 0), MAX_UNITS)


@dataclass
class Gauge:
    """What is remembered of one collection."""

    readings: list[Reading] = field(default_factory=list)
    level_wad: int = 0
    level_at: int = 0

    def recall(self, now: int) -> tuple[int, int]:
        """Number and least of the readings that count; a reading of exactly 24 hours ago is over."""
        units = [r.units for r in self.readings if r.at + READING_LASTS > now]
        return len(units), min(units, default=0)

    def level(self, ceiling: int, now: int) -> int:
        """The paced level of now, wad of units."""
        count, lowest = self.recall(now)
        level = self.level_wad
        if count >= MIN_READINGS:
            level += bps_down(ceiling * WAD * (now - self.level_at), RISE_BPS_PER_DAY) // DAY
        return min(level, min(ceiling, lowest) * WAD)

    def poke(self, units: int, ceiling: int, now: int) -> bool:
        """Takes a reading, and tells whether it is a new one: within an hour it only lowers the last."""
        fresh = not self.readings or now >= self.readings[-1].at + READING_EVERY
        if fresh:
            self.readings.append(Reading(now, units))
            del self.readings[: -READING_LASTS // READING_EVERY]
        elif units < self.readings[-1].units:
            self.readings[-1] = Reading(now, units)
        self.level_wad, self.level_at = self.level(ceiling, now), now
        return fresh

    def cap(self, units: int, ceiling: int, now: int) -> int:
        """`depthUnits` when markets would take `units` now."""
        count, _ = self.recall(now)
        return min(self.level(ceiling, now) // WAD, units) if count >= MIN_READINGS else 0
