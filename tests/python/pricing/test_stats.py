"""Robust statistics: against plain definitions."""

import statistics

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitrine.errors import ConfigError, DataError
from vitrine.pricing import Multipliers, PricingParams, Reason
from vitrine.pricing.reasons import count_reasons
from vitrine.pricing.stats import (
    decay_weights,
    dispersion_bps,
    effective_hundredths,
    floor_equivalent,
    iqr_outliers,
    mad_outliers,
    median_down,
    weighted_median_down,
    weighted_quantile,
)

prices = st.lists(st.integers(1, 10**14), min_size=1, max_size=40)


@given(prices)
def test_median_down__any__is_the_median_rounded_down(values: list[int]) -> None:
    low, high = statistics.median_low(values), statistics.median_high(values)
    assert median_down(np.array(values)) == (low + high) // 2


@given(prices)
def test_weighted_median__equal_weights__is_the_median(values: list[int]) -> None:
    array = np.array(values)
    assert weighted_median_down(array, np.ones(len(values), dtype=np.int64)) == median_down(array)


@given(prices, st.data())
def test_weighted_median__any_weights__half_the_weight_on_each_side(
    values: list[int], data: st.DataObject
) -> None:
    weights = np.array(data.draw(st.lists(st.integers(1, 2**30), min_size=len(values), max_size=len(values))))
    array = np.array(values)
    found = weighted_median_down(array, weights)
    assert 2 * weights[array < found].sum() <= weights.sum()
    assert 2 * weights[array > found].sum() <= weights.sum()


def test_decay_weights__every_half_life__halves_and_never_vanishes() -> None:
    weights = decay_weights(np.array([0, 10, 20, 10_000]), 10)
    assert weights.tolist() == [2**30, 2**29, 2**28, 1]


@given(st.lists(st.integers(1, 2**30), min_size=1, max_size=50))
def test_effective_hundredths__between_one_and_all(weights: list[int]) -> None:
    assert 100 <= effective_hundredths(np.array(weights)) <= 100 * len(weights)
    assert effective_hundredths(np.array([7] * len(weights))) == 100 * len(weights)


@pytest.mark.parametrize(
    ("values", "centre", "bps"), [([90, 100, 110], 100, 1_000), ([100], 100, 0), ([], 100, 0)]
)
def test_dispersion__mad_over_centre(values: list[int], centre: int, bps: int) -> None:
    assert dispersion_bps(np.array(values, dtype=np.int64), centre) == bps


@given(st.integers(0, 10**15), st.integers(10_000, 30_000))
def test_floor_equivalent__largest_prices__exact_without_overflow(price: int, multiplier: int) -> None:
    found = floor_equivalent(np.array([price]), np.array([multiplier]))
    assert found.tolist() == [price * 10_000 // multiplier]


def test_outliers__too_few_values__none() -> None:
    assert not mad_outliers(np.array([0.0, 9.0]), np.ones(2, dtype=np.int64), 3.5, 0.03).any()
    assert not iqr_outliers(np.array([0.0, 0.0, 9.0]), np.ones(3, dtype=np.int64), 2.0, 0.03).any()


def test_mad_outliers__equal_prices__small_moves_pass() -> None:
    logs = np.array([0.0] * 9 + [0.10, 0.11])
    assert mad_outliers(logs, np.ones(11, dtype=np.int64), 3.5, 0.03).tolist() == [False] * 10 + [True]


@given(st.lists(st.floats(-5, 5), min_size=1, max_size=30), st.floats(0, 1))
def test_weighted_quantile__equal_weights__share_at_or_below(values: list[float], share: float) -> None:
    found = weighted_quantile(np.array(values), np.ones(len(values), dtype=np.int64), share)
    assert found in values
    assert sum(value <= found for value in values) >= share * len(values)
    assert sum(value < found for value in values) <= max(share * len(values), 0)


def test_count_reasons__not_asked__is_no_rejection() -> None:
    codes = np.array(
        [Reason.USED, Reason.DUST, Reason.DUST, Reason.OUTSIDE_WINDOW, Reason.NOT_LIVE], dtype=np.int8
    )
    assert count_reasons(codes, codes) == {Reason.DUST: 4}


@pytest.mark.parametrize(
    "bad",
    [
        {"ask_rank": 1},
        {"min_samples": 2},
        {"sample_size": 2},
        {"window": 0},
        {"half_life": -1},
        {"pair_limit": 1},
        {"multiplier_cap_bps": 30_001},
        {"multiplier_cap_bps": 9_999},
        {"dust_gwei": 10**15},
        {"stale_ask_bps": 10_000},
        {"dead_age": 1},
        {"mad_limit": "3"},
    ],
)
def test_params__out_of_range__refused(bad: dict[str, object]) -> None:
    with pytest.raises(ConfigError, match=next(iter(bad))):
        PricingParams(**bad)  # type: ignore[arg-type]


def test_multipliers__lookup__ordinary_pieces_are_one_floor_piece() -> None:
    rarity = Multipliers.of({7: 12_345, 3: 30_000})
    assert rarity.lookup(np.array([3, 7, 8, -1, 0])).tolist() == [30_000, 12_345, 10_000, 10_000, 10_000]
    assert (rarity.units(7), rarity.units(3), rarity.units(1)) == (123, 300, 100)
    assert Multipliers.none().lookup(np.array([1])).tolist() == [10_000]


@pytest.mark.parametrize("bps", [9_999, 30_001])
def test_multipliers__outside_one_to_three__refused(bps: int) -> None:
    with pytest.raises(DataError, match="token 5"):
        Multipliers.of({5: bps})
