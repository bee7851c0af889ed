"""Seeded paths are pinned to every close and bounded in between; parts sum to the whole."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from vitrine.demo.bridge import bridge, split_exactly, stream


@given(
    st.lists(st.integers(10**18, 10**20), min_size=1, max_size=12),
    st.integers(2, 12),
    st.integers(0, 900),
    st.integers(0, 2**32),
)
def test_bridge__any_closes__pinned_and_bounded(closes, steps, noise_bps, seed):
    grain = 10**16
    path = bridge(closes, steps, noise_bps, stream(seed, "x"), start=closes[0], grain=grain)
    assert len(path) == len(closes) * steps + 1
    assert path[steps::steps] == closes
    last = closes[0]
    for day, close in enumerate(closes):
        for step in range(1, steps):
            line = math.exp(math.log(last) * (1 - step / steps) + math.log(close) * step / steps)
            value = path[day * steps + step]
            assert value % grain == 0
            assert abs(value - line) <= line * (math.expm1(noise_bps / 10_000) + 1e-9) + grain
        last = close


def test_bridge__same_seed__same_path():
    one = bridge([5 * 10**18], 6, 200, stream(7, "a"), start=4 * 10**18)
    assert one == bridge([5 * 10**18], 6, 200, stream(7, "a"), start=4 * 10**18)
    assert one != bridge([5 * 10**18], 6, 200, stream(8, "a"), start=4 * 10**18)


def test_stream__other_name__other_numbers():
    assert not np.array_equal(stream(1, "a").random(4), stream(1, "b").random(4))


@given(st.integers(0, 10**9), st.lists(st.floats(0, 100), min_size=1, max_size=40))
def test_split__any_weights__sums_exactly(total, weights):
    parts = split_exactly(total, weights)
    assert sum(parts) == total
    mass = sum(weights)
    if mass > 0:
        for part, weight in zip(parts, weights, strict=True):
            assert abs(part - total * weight / mass) <= 1 + len(parts)


def test_split__nothing_to_split_over__nothing():
    assert split_exactly(0, []) == []
