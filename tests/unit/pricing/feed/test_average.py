"""The exponential average: what updates store and readers extrapolate, and the series behind it."""

from decimal import Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.helpers.evm import PyrevmDriver
from tests.unit.pricing.worlds import ETH, HALF_LIFE, HOUR, SLOT, build_feed, punk, wei
from vitrine.models.floor_feed import towards_down, weight_x64
from vitrine.units import DAY


def exact(half_life: int, elapsed: int) -> Decimal:
    with localcontext() as context:
        context.prec = 50
        return Decimal(2) ** (Decimal(-elapsed) / half_life)


@given(half_life=st.integers(HOUR, DAY), elapsed=st.integers(0, 60 * DAY))
def test_weight__any_time__exact_to_2e_12(half_life, elapsed):
    weight = Decimal(weight_x64(half_life, elapsed)) / 2**64
    assert abs(weight - exact(half_life, elapsed)) < Decimal("2e-12")


@given(half_life=st.integers(HOUR, DAY), elapsed=st.integers(0, 10 * DAY))
def test_weight__never_rises(half_life, elapsed):
    slack = (
        2**64 * 2 // 10**12 if (elapsed + 1) % half_life == 0 else 0
    )  # the series meets itself at whole half-lives
    assert weight_x64(half_life, elapsed + 1) <= weight_x64(half_life, elapsed) + slack


@pytest.mark.parametrize("halvings", [0, 1, 2, 10, 63, 64, 1_000])
def test_weight__whole_half_lives__are_exact(halvings):
    assert weight_x64(HALF_LIFE, halvings * HALF_LIFE) == 2**64 >> halvings


@given(
    avg=st.integers(1, 2**44 - 1),
    spot=st.integers(1, 2**44 - 1),
    first=st.integers(0, 2 * DAY),
    second=st.integers(0, 2 * DAY),
)
def test_average__split_in_two_updates__differs_by_rounding_alone(avg, spot, first, second):
    at_once = towards_down(avg, spot, weight_x64(HALF_LIFE, first + second))
    halfway = towards_down(avg, spot, weight_x64(HALF_LIFE, first))
    split = towards_down(halfway, spot, weight_x64(HALF_LIFE, second))
    # One unit (1e-8 ETH) per update, and what the series is off by: 6e-12 of the distance.
    assert abs(split - at_once) <= 2 + abs(avg - spot) * 6 // 10**12


@given(avg=st.integers(1, 2**44 - 1), spot=st.integers(1, 2**44 - 1), elapsed=st.integers(0, 9 * DAY))
def test_average__stays_between_the_old_one_and_the_spot(avg, spot, elapsed):
    found = towards_down(avg, spot, weight_x64(HALF_LIFE, elapsed))
    assert min(avg, spot) <= found <= max(avg, spot)


def test_average__integrates_the_previous_spot_not_the_new_one(world):
    world.say(100, delay=0)
    found = world.say(110, delay=0)
    assert found.avg == 100 * ETH  # until now the spot was 100
    found = world.say(110, delay=0)
    expected = towards_down(100 * ETH, 110 * ETH, weight_x64(HALF_LIFE, 4 * HOUR))
    assert found.avg == expected
    assert 102 * ETH < expected < 102.1 * ETH  # 10 * (1 - 2 ** (-4/12)) = 2.063


def test_average__reader__extrapolates_as_the_next_update_will(world):
    world.say(100, delay=0)
    world.say(90, delay=0)
    slot = world.next_slot(delay=1_234)
    told = world.latest().avg
    assert world.post(slot, [[punk(95)]] * 3).rounds[1].avg * 10**10 == told


@pytest.mark.parametrize("wait", [0, 1, 59, 3_600, 12 * HOUR, 24 * HOUR, 40 * DAY, 700 * DAY])
def test_average__read_any_time_later__contract_and_model_agree(world, wait):
    world.say(100)
    world.say(86)
    world.driver.warp(wait)
    told = world.latest()
    assert wei(86 * ETH) <= told.avg <= wei(100 * ETH)


def test_average__after_half_a_life__is_half_way(world):
    world.say(100)
    posted = world.say(90).posted_at
    world.driver.warp_to(posted + HALF_LIFE)
    assert world.latest().avg == wei(95 * ETH)


def test_average__posting_more_often__tells_the_same_up_to_rounding(driver):
    """Two feeds see one price path; the second skips the rounds that say nothing new."""
    often, seldom = build_feed(driver), build_feed(PyrevmDriver())
    for world in (often, seldom):
        world.enlist()
    start = max(often.slot(), seldom.slot()) + SLOT
    for step in range(12):
        slot, price = start + step * SLOT, 100 + step // 2
        for world in (often, seldom):
            world.driver.warp_to(slot + 60)
            if world is often or step % 2 == 0:
                world.post(slot, [[punk(price)]] * 3)
    for world in (often, seldom):
        world.driver.warp_to(start + 12 * SLOT)
    assert abs(often.latest().avg - seldom.latest().avg) <= 12 * 10**10
