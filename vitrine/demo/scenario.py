"""What the world outside the protocol does: ticks of time, ETH/USD, and the markets of the collections."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final

import numpy as np

from vitrine.demo.bridge import bridge, stream
from vitrine.demo.days import MILLI_ETH, DayRow, crash_of_2022
from vitrine.demo.market import CENT_ETH, MarketMaker, MarketTables
from vitrine.demo.traits import make_portraits
from vitrine.pricing import PricingParams
from vitrine.units import DAY, ETH, HOUR

TICK: Final = 4 * HOUR
TICKS_A_DAY: Final = DAY // TICK
WARM_DAYS: Final = 45
"""Made days before the first real one: reporters need a past to learn multipliers and levels from."""
FLOOR_NOISE_BPS: Final = 160
USD_NOISE_BPS: Final = 220
_THIN_SHARE: Final = 0.235
"""Floor of the thin collection at the start, of the main one's,"""
_THIN_LEAST: Final = 5 * ETH
"""and at least this, so that steps of a hundredth of an ETH stay fine."""
STOCK: Final = (200, 120)
"""Plain pieces for the chain's own markets, main and thin."""
MAIN: Final = "punks"
THIN: Final = "quiet"


@dataclass(slots=True)
class CollectionScript:
    """One collection of the scenario: how it is called, valued and lent against, and its market."""

    key: str
    name: str
    symbol: str
    market: MarketTables
    floors: list[int]
    """Wei at every bound of a tick, the start included."""
    params: PricingParams
    tokens: list[int]
    """Pieces the borrowers own; the made market never touches them."""
    stock: list[int] = field(default_factory=list)
    """Plain pieces that are traded on the chain; the made market never touches them either."""


@dataclass(slots=True)
class Scenario:
    """The script of one run. `times[0]` is the start, `times[k]` the end of tick k."""

    name: str
    seed: int
    source: str
    days: list[DayRow]
    times: list[int]
    usd: list[int]
    """ETH/USD with 8 decimals at every bound of a tick."""
    collections: dict[str, CollectionScript]
    eventful: bool = True
    """Whether enough has to happen for the promises about counts: true for the crash."""

    @property
    def ticks(self) -> int:
        return len(self.times) - 1

    def window(self, first: int, last: int) -> Scenario:
        """The same script, cut to ticks `first` … `last` (a shorter run for tests and trials)."""
        cut = slice(first, last + 1)
        scripts = {
            key: replace(script, floors=script.floors[cut]) for key, script in self.collections.items()
        }
        return replace(self, times=self.times[cut], usd=self.usd[cut], collections=scripts, eventful=False)


def crash_scenario(seed: int) -> Scenario:
    """The main job: CryptoPunks, 20 April to 5 July 2022."""
    source = "nftpricefloor.com (floor, sales, volume) and public daily ETH/USD, embedded as crash_2022.csv"
    return made_scenario(crash_of_2022(), seed, name="The crash of spring 2022", source=source)


def made_scenario(days: Sequence[DayRow], seed: int, *, name: str, source: str) -> Scenario:
    """The script pinned to daily figures: everything between the closes comes from the seed."""
    usd_rng, floor_rng = stream(seed, "usd"), stream(seed, "floor")
    warm = _warm_days(days[0], stream(seed, "warm"))
    start = days[0].starts_at
    usd = bridge([d.eth_usd for d in days], TICKS_A_DAY, USD_NOISE_BPS, usd_rng, start=days[0].eth_usd)
    everything = [*warm, *days]
    floors = bridge(
        [d.floor_wei for d in everything],
        TICKS_A_DAY,
        FLOOR_NOISE_BPS,
        floor_rng,
        start=warm[0].floor_wei,
        grain=CENT_ETH,
    )
    times = [warm[0].starts_at + k * TICK for k in range(len(floors))]
    first = len(warm) * TICKS_A_DAY
    main = _main_script(seed, everything, times, floors, first)
    thin = thin_script(seed, everything, times, floors, first)
    return Scenario(
        name=name,
        seed=seed,
        source=source,
        days=list(days),
        times=[start + k * TICK for k in range(len(days) * TICKS_A_DAY + 1)],
        usd=usd,
        collections={MAIN: main, THIN: thin},
    )


def _main_script(
    seed: int, days: Sequence[DayRow], times: list[int], floors: list[int], first: int
) -> CollectionScript:
    maker = MarketMaker(seed, MAIN, make_portraits(seed, MAIN, 10_000), times, floors)
    for index, row in enumerate(days):
        maker.sell_day(row, range(index * TICKS_A_DAY, (index + 1) * TICKS_A_DAY))
    last = len(times) - 2
    maker.quote_ticks(range(max(first - 3 * TICKS_A_DAY, 0), last + 1))
    maker.standing_asks(45, times[first] - 10 * DAY, times[-1])
    maker.plant(range(first, last + 1), rounds=5, pairs=2, funded=3, wei_sales=2, stale=5)
    return CollectionScript(
        MAIN,
        "Wrapped CryptoPunks",
        "WPUNKS",
        maker.market,
        floors[first:],
        PricingParams(ask_rank=5),
        maker.kept_tokens[:400],
        maker.plain_kept(400, STOCK[0]),
    )


def thin_script(
    seed: int, days: Sequence[DayRow], times: list[int], main_floors: list[int], first: int
) -> CollectionScript:
    """A thinner collection: it follows the main one loosely, with noise of its own and few sales."""
    rng = stream(seed, "thin")
    portraits = make_portraits(seed, THIN, 4_000)
    drift, rows = 0.0, []
    base = max(main_floors[first] * _THIN_SHARE, _THIN_LEAST)
    for row in days:
        drift = 0.9 * drift + float(rng.normal(0.0, 0.022))
        level = base * math.pow(row.floor_wei / main_floors[first], 0.95) * math.exp(drift)
        floor = max(round(level / CENT_ETH), 1) * CENT_ETH
        sales = int(rng.poisson(1.6))
        volume = round(sales * floor * float(rng.uniform(1.03, 1.3))) // MILLI_ETH * MILLI_ETH
        rows.append(replace(row, floor_wei=floor, sales=sales, volume_wei=volume))
    floors = bridge(
        [r.floor_wei for r in rows], TICKS_A_DAY, 240, rng, start=rows[0].floor_wei, grain=CENT_ETH
    )
    maker = MarketMaker(seed, THIN, portraits, times, floors)
    for index, row in enumerate(rows):
        maker.sell_day(row, range(index * TICKS_A_DAY, (index + 1) * TICKS_A_DAY))
    last = len(times) - 2
    maker.quote_ticks(range(max(first - 3 * TICKS_A_DAY, 0), last + 1))
    maker.standing_asks(12, times[first] - 10 * DAY, times[-1])
    maker.plant(range(first, last + 1), rounds=2, pairs=1, funded=1, wei_sales=1, stale=2)
    return CollectionScript(
        THIN,
        "Quiet Hours",
        "QUIET",
        maker.market,
        floors[first:],
        PricingParams(ask_rank=3, window=21 * DAY, half_life=3 * DAY),
        maker.kept_tokens[:150],
        maker.plain_kept(150, STOCK[1]),
    )


def _warm_days(first: DayRow, rng: np.random.Generator) -> list[DayRow]:
    """Quiet days that lead up to the first real one."""
    rows: list[DayRow] = []
    level = 0.0
    for back in range(WARM_DAYS, 0, -1):
        level = 0.8 * level + float(rng.normal(0.0, 0.008))
        pull = min(back / 6, 1.0)
        floor = round(first.floor_wei * math.exp(level * pull) / CENT_ETH) * CENT_ETH
        sales = int(rng.integers(6, 15))
        volume = round(sales * floor * float(rng.uniform(1.12, 1.26))) // MILLI_ETH * MILLI_ETH
        day = first.day - timedelta(days=back)
        rows.append(DayRow(day, floor, sales, volume, first.eth_usd))
    return rows
