"""Robust statistics on integer prices. Results are integers; floats only rank and weigh."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.int8]

NORMAL_MAD: Final = 1.4826
"""Normalised MAD of a normal sample estimates its standard deviation."""
WEIGHT_ONE: Final = 2**30


def median_down(values: Ints) -> int:
    """Median of integers; the mean of the middle two, rounded down, when even."""
    ordered = np.sort(values)
    half = len(ordered) // 2
    if len(ordered) % 2:
        return int(ordered[half])
    return (int(ordered[half - 1]) + int(ordered[half])) // 2


def decay_weights(ages: Ints, half_life: int) -> Ints:
    """Integer weights that halve with every half-life; never below 1."""
    scaled = np.exp2(-np.maximum(ages, 0) / half_life) * WEIGHT_ONE
    weights: Ints = np.maximum(scaled.astype(np.int64), 1)
    return weights


def effective_hundredths(weights: Ints) -> int:
    """Effective sample size (sum of weights)^2 / sum of squares, in hundredths, rounded down."""
    whole = [int(weight) for weight in weights]
    return 100 * sum(whole) ** 2 // sum(weight * weight for weight in whole)


def weighted_median_down(values: Ints, weights: Ints) -> int:
    """Value with half the weight below it; on an exact tie the mean of the middle two, rounded down."""
    order = np.argsort(values, kind="stable")
    ordered, cumulative = values[order], np.cumsum(weights[order])
    total = int(cumulative[-1])
    at = int(np.searchsorted(2 * cumulative, total, side="left"))
    value = int(ordered[at])
    if 2 * int(cumulative[at]) == total and at + 1 < len(ordered):
        return (value + int(ordered[at + 1])) // 2
    return value


def weighted_quantile(values: Floats, weights: Ints, share: float) -> float:
    """Smallest value with at least this share of the weight at or below it."""
    order = np.argsort(values, kind="stable")
    cumulative = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(cumulative, share * float(cumulative[-1]), side="left")])


def mad_outliers(logs: Floats, weights: Ints, limit: float, floor: float) -> Mask:
    """True where |x - median| exceeds `limit` normalised MADs (at least `floor`). Below 3 values: none."""
    if len(logs) < 3:
        return np.zeros(len(logs), dtype=np.bool_)
    distance = np.abs(logs - weighted_quantile(logs, weights, 0.5))
    scale = max(NORMAL_MAD * weighted_quantile(distance, weights, 0.5), floor)
    return np.asarray(distance > limit * scale, dtype=np.bool_)


def iqr_outliers(logs: Floats, weights: Ints, fence: float, floor: float) -> Mask:
    """True outside [Q1 - fence x IQR, Q3 + fence x IQR] (IQR at least `floor`). Below 4 values: none."""
    if len(logs) < 4:
        return np.zeros(len(logs), dtype=np.bool_)
    low, high = weighted_quantile(logs, weights, 0.25), weighted_quantile(logs, weights, 0.75)
    reach = fence * max(high - low, floor)
    return np.asarray((logs < low - reach) | (logs > high + reach), dtype=np.bool_)


def dispersion_bps(values: Ints, centre: int) -> int:
    """Median absolute deviation from the centre, in basis points of it, rounded up; at most 65535."""
    if centre <= 0 or len(values) == 0:
        return 0
    deviation = median_down(np.abs(values - centre))
    return min(-(-deviation * 10_000 // centre), 65_535)


def floor_equivalent(prices: Ints, multipliers_bps: Ints) -> Ints:
    """price / multiplier, rounded down, without overflow for prices up to 10^15."""
    whole, rest = np.divmod(prices, multipliers_bps)
    return np.asarray(whole * 10_000 + rest * 10_000 // multipliers_bps, dtype=np.int64)
