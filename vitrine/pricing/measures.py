"""The numbers of a valuation, from rows that passed the filters; shared by both forms of valuing."""

from __future__ import annotations

from dataclasses import dataclass
from math import isqrt

import numpy as np

from vitrine.pricing.params import PricingParams
from vitrine.pricing.reasons import Reason
from vitrine.pricing.stats import (
    Codes,
    Ints,
    decay_weights,
    dispersion_bps,
    effective_hundredths,
    floor_equivalent,
    iqr_outliers,
    mad_outliers,
    median_down,
    weighted_median_down,
)
from vitrine.units import BPS

UNKNOWN_DISPERSION = 10_000
FULL_ERROR_BPS = 2_000
"""A standard error of the sale level this large leaves no confidence."""
FREE_GAP_BPS, FULL_GAP_BPS = 1_000, 6_000
"""Spot and sale may differ by the first at no cost; at the second nothing is left."""
LONE_SIGNAL_BPS = 5_000
"""Confidence with only one of spot and sale."""


@dataclass(frozen=True, slots=True)
class SaleLevel:
    """Level of recent sales in gwei per floor piece, and how sure it is."""

    level: int | None
    dispersion_bps: int
    count: int
    effective: int
    """Hundredths of a sample: how many equally weighted sales are worth as much."""
    newest_at: int | None
    reasons: Codes
    """Per row of the pool: used, outlier, or beyond the sample cut."""


def sale_level(times: Ints, prices: Ints, multipliers: Ints, params: PricingParams) -> SaleLevel:
    """Weighted median of floor-equivalents of a pool: canonical order, oldest first, <= 2 x sample_size."""
    values = floor_equivalent(prices, multipliers)
    reasons = np.zeros(len(values), dtype=np.int8)
    logs, weights = np.log(values.astype(np.float64)), recency_weights(times, params)
    far = mad_outliers(logs, weights, params.mad_limit, params.mad_floor)
    reasons[far] = Reason.OUTLIER_MAD
    near = np.flatnonzero(~far)
    odd = iqr_outliers(logs[near], weights[near], params.iqr_fence, params.mad_floor)
    reasons[near[odd]] = Reason.OUTLIER_IQR
    good = np.flatnonzero(reasons == Reason.USED)
    reasons[good[: -params.sample_size]] = Reason.OUTSIDE_WINDOW
    good = good[-params.sample_size :]
    newest = int(times[good[-1]]) if len(good) else None
    if newest is None or len(good) < params.min_samples:
        return SaleLevel(None, UNKNOWN_DISPERSION, len(good), 0, newest, reasons)
    sample = values[good]
    weights = recency_weights(times[good], params)
    level = weighted_median_down(sample, weights)
    dispersion, effective = dispersion_bps(sample, level), effective_hundredths(weights)
    return SaleLevel(level, dispersion, len(good), effective, newest, reasons)


def recency_weights(times: Ints, params: PricingParams) -> Ints:
    """Newer sales weigh more, but in a quiet market the newest `quiet_samples` together, never one alone."""
    if len(times) == 0:
        return times
    quiet = int(times[-1] - times[-min(params.quiet_samples, len(times))])
    return decay_weights(times[-1] - times, max(params.half_life, quiet))


def stale_below(sale: int | None, lowest_asks: Ints, params: PricingParams) -> int:
    """Old asks below this are not executable: a share of the sale level, else of the lowest asks' median."""
    reference = sale
    if reference is None:
        if len(lowest_asks) < params.ask_rank:
            return 0
        reference = median_down(lowest_asks[: params.reference_asks])
    return reference * params.stale_ask_bps // BPS


def spot_level(lowest_asks: Ints, params: PricingParams) -> int | None:
    """k-th of ascending live asks; of a thinner book the highest; of a single ask nothing."""
    if len(lowest_asks) < 2:
        return None
    return int(lowest_asks[min(params.ask_rank, len(lowest_asks)) - 1])


def depth_level(best_bids: Ints, quantities: Ints, params: PricingParams) -> int | None:
    """Price of the n-th unit of descending bids: all n pieces fetch at least this."""
    enough = np.flatnonzero(np.cumsum(np.minimum(quantities, params.depth_items)) >= params.depth_items)
    return int(best_bids[enough[0]]) if len(enough) else None


def confidence_bps(sale: SaleLevel, spot: int | None, as_of: int, params: PricingParams) -> int:
    """How far the valuation can be trusted: samples and their spread, age, agreement of asks and sales."""
    if sale.level is None or sale.newest_at is None:
        return LONE_SIGNAL_BPS if spot is not None else 0
    # 1.86 x MAD / sqrt(n) is the standard error of a median of n normal samples.
    error = sale.dispersion_bps * 18_600 // isqrt(sale.effective * 10**6)
    confidence = BPS - min(BPS, error * BPS // FULL_ERROR_BPS)
    age = min(max(as_of - sale.newest_at - params.full_age, 0), params.dead_age - params.full_age)
    confidence = confidence * (params.dead_age - params.full_age - age) // (params.dead_age - params.full_age)
    if spot is None:
        return confidence * LONE_SIGNAL_BPS // BPS
    gap = abs(spot - sale.level) * BPS // max(spot, sale.level)
    excess = min(max(gap - FREE_GAP_BPS, 0), FULL_GAP_BPS - FREE_GAP_BPS)
    return confidence * (FULL_GAP_BPS - FREE_GAP_BPS - excess) // (FULL_GAP_BPS - FREE_GAP_BPS)
