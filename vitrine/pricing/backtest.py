"""Walking through a stored history day by day: valuations as they would have been, and what came next.

At the last second of every day D the collection is valued from what was known then, under multipliers fitted
when the month began, on sales known then. The **target** of D is the median, over the sales of day D + 1 that
carry a price between the dust and the absurd bound, of price / multiplier, with those same multipliers; days
with fewer than three such sales have none. No other filter touches the target.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from vitrine.errors import DataError
from vitrine.pricing.frames import MarketFrames
from vitrine.pricing.measures import sale_level, spot_level, stale_below
from vitrine.pricing.multipliers import Multipliers
from vitrine.pricing.params import GWEI, PricingParams
from vitrine.pricing.rarity import RarityParams, TraitTable, fit_multipliers
from vitrine.pricing.rolling import RollingMarket
from vitrine.pricing.stats import Floats, Ints, floor_equivalent, median_down
from vitrine.pricing.valuation import Valuation

DAY = 86_400
MIN_TARGET_SALES = 3
POOL = 200
ASKS = 80


@dataclass(frozen=True, slots=True)
class DayCase:
    """One day: what was known at its end, what it was valued at, and what followed. Prices in gwei."""

    as_of: int
    target: int | None
    """Median floor-equivalent of the next day's sales."""
    raw_target: int | None
    """Their plain median, for contrast."""
    valuation: Valuation
    pool: tuple[Ints, Ints, Ints]
    """(time, price, multiplier) of recent sales before outlier filters."""
    asks: tuple[Ints, Ints]
    """(price, start) of the lowest asks before the stale test."""
    naive: dict[str, int] = field(default_factory=dict)
    """What simple rules would have said."""


def walk_forward(
    market: MarketFrames,
    traits: TraitTable | None,
    first_day: str,
    last_day: str,
    params: PricingParams | None = None,
    rarity: RarityParams | None = None,
) -> list[DayCase]:
    """All days from first to last (ISO dates, UTC), multipliers refitted at every change of month."""
    rules = params or PricingParams()
    first, last = day_end(first_day), day_end(last_day)
    if last < first:
        raise DataError(f"{last_day} lies before {first_day}", "Give the first day first")
    rolling = RollingMarket(market.collection, rules)
    rolling.extend(market)
    history = _History(market, rules)
    cases, month = [], ""
    for as_of in range(first, last + 1, DAY):
        if traits is not None and month != (month := month_of(as_of + 1)):
            fit = fit_multipliers(market, traits, as_of, rarity, rules)
            rolling.set_multipliers(fit.multipliers)
        valuation = rolling.value(as_of)
        cases.append(
            DayCase(
                as_of=as_of,
                target=history.target(as_of, rolling.multipliers),
                raw_target=history.target(as_of, Multipliers.none()),
                valuation=valuation,
                pool=rolling.recent_sales(as_of, POOL),
                asks=rolling.lowest_asks(ASKS),
                naive=history.naive(as_of, rolling.multipliers),
            )
        )
    return cases


def day_end(day: str) -> int:
    """Last second of an ISO date (UTC)."""
    return int(pd.Timestamp(day, tz="UTC").timestamp()) + DAY - 1


def month_of(moment: int) -> str:
    """Calendar month (UTC) of a moment, like 2021-03."""
    return pd.Timestamp(moment, unit="s").strftime("%Y-%m")


class _History:
    """Recorded sales and asks, for targets and simple rules."""

    def __init__(self, market: MarketFrames, params: PricingParams) -> None:
        sales, asks = market.sales, market.listings
        price = sales["price"].to_numpy()
        priced = (price >= params.dust_gwei) & (price < params.absurd_gwei)
        self.time = sales["time"].to_numpy()[priced]
        self.price = price[priced]
        self.token = sales["token_id"].to_numpy()[priced]
        public = (asks["price"].to_numpy() > 0) & ~asks["private"].to_numpy()
        self.start, self.end = asks["start"].to_numpy()[public], asks["end"].to_numpy()[public]
        self.ask = asks["price"].to_numpy()[public]

    def target(self, as_of: int, multipliers: Multipliers) -> int | None:
        begin, stop = np.searchsorted(self.time, (as_of, as_of + DAY), side="right")
        if stop - begin < MIN_TARGET_SALES:
            return None
        return median_down(self._equivalents(int(begin), int(stop), multipliers))

    def naive(self, as_of: int, multipliers: Multipliers) -> dict[str, int]:
        stop = int(np.searchsorted(self.time, as_of, side="right"))
        live = self.ask[(self.start <= as_of) & (self.end > as_of)]
        ten = self.price[max(0, stop - 10) : stop]
        said = {"minimum ask": int(live.min())} if len(live) else {}
        if len(ten) == 10:
            equivalents = self._equivalents(stop - 10, stop, multipliers)
            said |= {
                "last sale": int(ten[-1]),
                "mean of ten sales": int(ten.mean()),
                "median of ten sales": median_down(ten),
                "last sale / multiplier": int(equivalents[-1]),
                "median of ten / multiplier": median_down(equivalents),
            }
        return said

    def _equivalents(self, begin: int, stop: int, multipliers: Multipliers) -> Ints:
        return floor_equivalent(self.price[begin:stop], multipliers.lookup(self.token[begin:stop]))


def sale_of(case: DayCase, params: PricingParams) -> int | None:
    """`sale` of a case under other parameters (those of the estimator, not of the filters before it)."""
    times, prices, factors = case.pool
    fresh = times > case.as_of - params.window
    rows = np.flatnonzero(fresh)[-2 * params.sample_size :]
    return sale_level(times[rows], prices[rows], factors[rows], params).level


def spot_of(case: DayCase, params: PricingParams) -> int | None:
    """`spot` of a case under other parameters."""
    prices, starts = case.asks
    bound = stale_below(sale_of(case, params), prices, params)
    fresh = (prices >= bound) | (case.as_of - starts <= params.stale_ask_age)
    return spot_level(prices[fresh], params)


@dataclass(frozen=True, slots=True)
class Score:
    """Errors of one estimator over the days on which it and the target exist."""

    days: int
    median_error_eth: float
    """Median absolute error in ETH."""
    median_error: float
    """Median of |estimate / target - 1|."""
    bias: float
    """Median of estimate / target - 1."""


def score(pairs: Iterable[tuple[int | None, int | None]]) -> Score:
    """From (estimate, target) in gwei; pairs with a missing side are left out."""
    kept = np.array([pair for pair in pairs if None not in pair], dtype=np.float64).reshape(-1, 2)
    if len(kept) == 0:
        return Score(0, float("nan"), float("nan"), float("nan"))
    estimate, target = kept[:, 0], kept[:, 1]
    relative = estimate / target - 1
    return Score(
        days=len(kept),
        median_error_eth=float(np.median(np.abs(estimate - target))) / GWEI,
        median_error=float(np.median(np.abs(relative))),
        bias=float(np.median(relative)),
    )


def choose(
    cases: list[DayCase],
    candidates: Iterable[PricingParams],
    estimate: Callable[[DayCase, PricingParams], int | None],
) -> tuple[PricingParams, list[tuple[PricingParams, Score]]]:
    """The candidate with the smallest median relative error (the first of equals), and all scores."""
    scores = [
        (params, score((estimate(case, params), case.target) for case in cases)) for params in candidates
    ]
    if not scores:
        raise DataError("No candidates to choose from", "Give at least one")
    return min(scores, key=lambda entry: entry[1].median_error)[0], scores


def trait_spread(
    market: MarketFrames, traits: TraitTable, first_day: str, last_day: str, rarity: RarityParams
) -> tuple[float, float]:
    """Median distance (log) of sales from their day's median: (floor-equivalent, as paid).

    Every month is judged under the fit made before it, on days with at least three priced sales.
    """
    history = _History(market, PricingParams())
    begin, stop = np.searchsorted(history.time, (day_end(first_day) - DAY, day_end(last_day)), side="right")
    paid, fair, month, fit = [], [], "", Multipliers.none()
    days = history.time[begin:stop] // DAY
    for day in np.unique(days):
        rows = begin + np.flatnonzero(days == day)
        if month != (month := month_of(int(day) * DAY)):
            fit = fit_multipliers(
                market, traits, int(pd.Timestamp(month, tz="UTC").timestamp()) - 1, rarity
            ).multipliers
        if len(rows) >= MIN_TARGET_SALES:
            price = history.price[rows]
            paid.append(_distances(price))
            fair.append(_distances(floor_equivalent(price, fit.lookup(history.token[rows]))))
    return float(np.median(np.concatenate(fair))), float(np.median(np.concatenate(paid)))


def _distances(prices: Ints) -> Floats:
    logs = np.log(prices.astype(np.float64))
    return np.asarray(np.abs(logs - np.median(logs)), dtype=np.float64)
