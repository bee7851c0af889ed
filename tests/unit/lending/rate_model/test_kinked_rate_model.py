"""KinkedRateModel: the curve, the damped path, and its twin, to the unit."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.helpers.evm import PyrevmDriver, reverts
from tests.helpers.strategies import amounts
from vitrine.errors import AmountError
from vitrine.models.interest import CROWDED_UTILISATION, RISE_PER_DAY, RateModel
from vitrine.units import DAY, WAD, YEAR

APRS = (WAD // 10, WAD // 5, 2 * WAD // 5, 4 * WAD // 5)
TWIN = RateModel.from_aprs(*APRS)
SHAPES = [
    APRS, (0, 0, 0, 1), (0, WAD, WAD, WAD - 1), (WAD, WAD, WAD, WAD // 2), (1, 2, 3, WAD // 3),
    (WAD // 100, WAD // 20, WAD, 9 * WAD // 10),
]  # fmt: skip


@pytest.fixture(scope="module")
def deployed():
    driver = PyrevmDriver()
    return {shape: driver.deploy("KinkedRateModel", *shape) for shape in SHAPES}


@pytest.fixture(scope="module")
def model(deployed):
    return deployed[APRS]


def test_target__market_curve__ten_twenty_forty_percent(model):
    assert model.targetRate(0) == WAD // 10 // YEAR
    assert model.targetRate(8 * WAD // 10) == WAD // 5 // YEAR
    assert model.targetRate(WAD) == 2 * WAD // 5 // YEAR
    assert model.targetRate(2**255) == model.targetRate(WAD)
    assert model.targetRate(4 * WAD // 10) == 3 * WAD // 20 // YEAR
    assert model.targetRate(9 * WAD // 10) == (WAD // 5 // YEAR + 2 * WAD // 5 // YEAR) // 2


@pytest.mark.parametrize("around", [-1, 0, 1])
def test_target__around_the_kink__continuous(model, around):
    at = model.targetRate(8 * WAD // 10)
    assert 0 <= abs(model.targetRate(8 * WAD // 10 + around) - at) <= 1


def test_follow__below_target__five_points_a_day(model):
    start, utilisation = TWIN.base_rate, 8 * WAD // 10
    average, end = model.follow(start, utilisation, DAY)
    assert end - start == RISE_PER_DAY
    assert average == start + -(-RISE_PER_DAY // 2)
    assert model.follow(start, utilisation, 1) == (
        start + -(-RISE_PER_DAY // (2 * DAY)),
        start + RISE_PER_DAY // DAY,
    )


@pytest.mark.parametrize("over", [-1, 0, 1])
def test_follow__around_the_crowded_mark__three_times_as_fast_above(model, over):
    start = TWIN.base_rate
    _, end = model.follow(start, CROWDED_UTILISATION + over, DAY // 2)
    points = (end - start) * YEAR / 10**16
    assert points == pytest.approx(7.5 if over > 0 else 2.5, abs=1e-6)


@pytest.mark.parametrize("around", [-1, 0, 1])
def test_follow__around_the_moment_of_arrival__no_jump(model, around):
    """20 % is reached from 10 % after two days."""
    start, target = TWIN.base_rate, TWIN.kink_rate
    average, end = model.follow(start, 8 * WAD // 10, 2 * DAY + around)
    assert target - 10**5 < end <= target
    assert abs(average - (start + target) // 2) < 10**5


def test_follow__long_after__mean_tends_to_the_target(model):
    average, end = model.follow(TWIN.base_rate, 8 * WAD // 10, 3_650 * DAY)
    assert end == TWIN.kink_rate
    assert TWIN.kink_rate - average < TWIN.kink_rate // 1_000


def test_follow__above_target__falls_at_once(model):
    assert model.follow(TWIN.full_rate, 0, 1) == (TWIN.base_rate, TWIN.base_rate)
    assert model.follow(2**255, WAD, 1) == (TWIN.full_rate, TWIN.full_rate)


@pytest.mark.parametrize(
    ("shape", "name"),
    [
        ((0, 0, WAD + 1, WAD // 2), "full apr"),
        ((0, WAD // 2 + 1, WAD // 2, WAD // 2), "kink apr"),
        ((WAD // 4 + 1, WAD // 4, WAD // 2, WAD // 2), "base apr"),
        ((0, 0, WAD, 0), "kink utilisation"),
        ((0, 0, WAD, WAD), "kink utilisation"),
    ],
)
def test_construct__outside_the_bounds__reverts_with_the_numbers(shape, name):
    with reverts("RateParameterOutOfBounds") as caught:
        PyrevmDriver().deploy("KinkedRateModel", *shape)
    assert caught.error["name"].rstrip(b"\0") == name.encode()
    with pytest.raises(AmountError, match=name):
        RateModel.from_aprs(*shape)


def test_constants__contract_and_twin__equal(model):
    assert model.RISE_PER_DAY() == RISE_PER_DAY
    assert model.CROWDED_UTILISATION() == CROWDED_UTILISATION
    assert (model.BASE_RATE(), model.KINK_RATE(), model.FULL_RATE(), model.KINK_UTILISATION()) == TWIN


@given(
    shape=st.sampled_from(SHAPES),
    anchor=amounts(0, WAD // YEAR),
    utilisation=st.one_of(amounts(0, WAD), st.sampled_from([CROWDED_UTILISATION, CROWDED_UTILISATION + 1])),
    elapsed=amounts(1, 3_650 * DAY),
)
def test_follow__any_input__equals_the_twin_and_stays_in_bounds(
    deployed, shape, anchor, utilisation, elapsed
):
    twin = RateModel.from_aprs(*shape)
    target = twin.target(utilisation)
    assert deployed[shape].targetRate(utilisation) == target
    average, end = deployed[shape].follow(anchor, utilisation, elapsed)
    assert (average, end) == twin.follow(anchor, utilisation, elapsed)
    assert min(anchor, target) <= end <= target
    assert min(anchor, target) <= average <= target
    assert average <= max(end, min(anchor, target)) or elapsed <= 2


def test_follow__cut_into_pieces__charges_no_less_and_rises_no_faster():
    """Whoever accrues often gains nothing: pieces cost at least the whole, to the rounding of each."""
    rng = random.Random(5)
    for _ in range(200):
        anchor, utilisation = rng.randint(0, TWIN.kink_rate), rng.randint(0, WAD)
        pieces = [rng.randint(1, 5_000) for _ in range(rng.randint(2, 12))]
        whole_average, whole_end = TWIN.follow(anchor, utilisation, sum(pieces))
        at, area = anchor, 0
        for piece in pieces:
            average, at = TWIN.follow(at, utilisation, piece)
            area += average * piece
        assert whole_end - len(pieces) <= at <= whole_end
        assert abs(area - whole_average * sum(pieces)) <= (len(pieces) + 1) * sum(pieces)
