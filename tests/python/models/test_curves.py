"""Curves: the twin equals the chain, errors included, and what makes them safe to trade against."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.helpers.evm import PyrevmDriver, Revert, reverts
from tests.helpers.markets import SHARED_CURVES
from tests.helpers.strategies import amounts
from vitrine.models.curves import (
    CURVES,
    MAX_STATE,
    BadDeltaError,
    BadSpotError,
    CurveExhaustedError,
    NotScalableError,
)
from vitrine.models.pool import PoolModel
from vitrine.units import WAD

NAMES = sorted(CURVES)
CONTRACTS = {"linear": "LinearCurve", "exponential": "ExponentialCurve", "product": "ConstantProductCurve"}
FAILURES = {
    BadSpotError: "BadSpot",
    NotScalableError: "NotScalable",
    BadDeltaError: "BadDelta",
    CurveExhaustedError: "CurveExhausted",
}


@pytest.fixture(scope="module")
def contracts():
    driver = PyrevmDriver()
    return {name: driver.deploy(contract) for name, contract in CONTRACTS.items()}


def states(name):
    """Legal states; edges and all orders of magnitude."""
    if name == "linear":
        return st.tuples(amounts(1, MAX_STATE), amounts(0, MAX_STATE))
    if name == "exponential":
        ratio = st.one_of(amounts(WAD + 1, WAD * 11 // 10), amounts(WAD + 1, 10 * WAD))
        return st.tuples(amounts(1, MAX_STATE), ratio)
    return st.tuples(amounts(1, MAX_STATE), amounts(1, MAX_STATE)).filter(lambda s: s[0] * WAD >= s[1])


def ordinary(name):
    """States in which a few trades are possible."""
    if name == "linear":
        return st.tuples(amounts(10**4, 10**26), amounts(0, 10**24)).filter(lambda s: s[1] * 40 < s[0])
    if name == "exponential":
        return st.tuples(amounts(1, 10**24), amounts(WAD + 1, WAD * 12 // 10))
    return st.tuples(amounts(10**6, 10**26), amounts(WAD * 41, WAD * 10**5))


def attempt(call):
    """The result, or the name of the failure."""
    try:
        return tuple(call())
    except tuple(FAILURES) as error:
        return FAILURES[type(error)]
    except Revert as error:
        return error.name


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
def test_curve__any_numbers__model_equals_the_chain(contracts, name, data):
    wild = st.tuples(st.integers(0, 2**256 - 1), st.integers(0, 2**256 - 1))
    spot, delta = data.draw(st.one_of(states(name), ordinary(name), wild))
    count = data.draw(st.one_of(st.integers(0, 40), amounts(0, 10_001), amounts(0, 2**256 - 1)))
    chain, model = contracts[name], CURVES[name]
    assert attempt(lambda: chain.buyUp(spot, delta, count)) == attempt(
        lambda: model.buy_up(spot, delta, count)
    )
    assert attempt(lambda: chain.sellDown(spot, delta, count)) == attempt(
        lambda: model.sell_down(spot, delta, count)
    )
    assert attempt(lambda: [chain.priceOf(spot, delta)]) == attempt(lambda: [model.price_of(spot, delta)])
    assert attempt(lambda: chain.validate(spot, delta) or ()) == attempt(
        lambda: model.validate(spot, delta) or ()
    )
    before, after = data.draw(amounts(0, 2**129)), data.draw(amounts(0, 2**129))
    assert attempt(lambda: chain.scale(spot, delta, before, after)) == attempt(
        lambda: model.scale(spot, delta, before, after)
    )


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
def test_curve__sold_then_bought_back__never_profits(name, data):
    curve = CURVES[name]
    state = data.draw(ordinary(name))
    count = data.draw(st.integers(1, 30))
    try:
        brought, *after = curve.sell_down(*state, count)
        cost, *_ = curve.buy_up(*after, count)
    except CurveExhaustedError:
        return
    assert cost >= brought


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
def test_curve__bought_then_sold_back__never_profits(name, data):
    curve = CURVES[name]
    state = data.draw(ordinary(name))
    count = data.draw(st.integers(1, 30))
    try:
        cost, *after = curve.buy_up(*state, count)
        brought, *_ = curve.sell_down(*after, count)
    except CurveExhaustedError:
        return
    assert cost >= brought


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
def test_curve__any_walk_back_to_the_start__never_profits(name, data):
    curve = CURVES[name]
    state = data.draw(ordinary(name))
    gained = height = 0
    try:
        for step in [*data.draw(st.lists(st.integers(-6, 6).filter(bool), max_size=12)), None]:
            move = -height if step is None else step
            trade = curve.buy_up if move > 0 else curve.sell_down
            amount, *state = trade(*state, abs(move))
            gained += amount if move < 0 else -amount
            height += move
    except CurveExhaustedError:
        return
    assert height == 0
    assert gained <= 0


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
def test_curve__a_trade_in_parts__never_beats_the_whole_by_more_than_rounding(name, data):
    curve = CURVES[name]
    state = data.draw(ordinary(name))
    first, second = data.draw(st.integers(1, 15)), data.draw(st.integers(1, 15))
    for trade, sign in ((curve.buy_up, 1), (curve.sell_down, -1)):
        try:
            whole = trade(*state, first + second)
            one = trade(*state, first)
            two = trade(one.spot, one.delta, second)
        except CurveExhaustedError:
            continue
        gain = sign * (whole.amount - one.amount - two.amount)
        assert gain <= 1
        if name != "product":
            assert gain == 0
            assert (two.spot, two.delta) == (whole.spot, whole.delta)


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
def test_curve__more_tokens__cost_more_each_and_bring_less_each(name, data):
    curve = CURVES[name]
    state = data.draw(ordinary(name))
    costs, bids, here, there = [], [], state, state
    try:
        for _ in range(data.draw(st.integers(2, 30))):
            cost, *here = curve.buy_up(*here, 1)
            bid, *there = curve.sell_down(*there, 1)
            costs.append(cost)
            bids.append(bid)
    except CurveExhaustedError:
        pass
    slack = 1 if name == "product" else 0  # a rounded difference of rounded reserves
    assert all(b >= a - slack for a, b in pairwise(costs))
    assert all(b <= a + slack for a, b in pairwise(bids))
    if costs:
        price = curve.price_of(*state)
        assert bids[0] <= price <= costs[0]


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
def test_pool__whatever_is_traded__lp_value_never_falls(name, data):
    spot, delta = data.draw(ordinary(name))
    fee = data.draw(st.sampled_from([0, 1, 100, 5_000]))
    pool = PoolModel(CURVES[name], spot, delta, fee, 50, nfts=10, assets=10**28)
    for _ in range(data.draw(st.integers(1, 8))):
        count = data.draw(st.integers(1, 5))
        before = pool.potential()
        try:
            (pool.buy if data.draw(st.booleans()) and pool.nfts >= count else pool.sell)(count)
            after = pool.potential()
        except (CurveExhaustedError, ValueError, RuntimeError):
            return
        assert all(b >= a for a, b in zip(before, after, strict=True)), (before, after)


@pytest.mark.parametrize("name", SHARED_CURVES)
@given(data=st.data())
def test_pool__pushed_left_and_sold_back__profits_nobody(name, data):
    """Who trades, leaves and trades back has no more than his part was worth at the price before."""
    spot, delta = data.draw(ordinary(name))
    curve = CURVES[name]
    pool = PoolModel(curve, spot, delta, 0, 0, nfts=0, assets=0)
    pool.add(data.draw(st.integers(6, 60)))
    supply, nfts = pool.supply, pool.nfts
    shares = supply * data.draw(st.integers(1, 9)) // 10
    pool.average = curve.price_of(spot, delta)
    middle = (
        spot - delta // 2 if name == "linear" else pool.average
    )  # a fair price: where nothing is to be gained
    up, count = data.draw(st.booleans()), data.draw(st.integers(1, 20))
    try:
        before = (nfts * middle + pool.assets) * shares // supply
        paid = (pool.buy if up else pool.sell)(count).total
        out = pool.remove(shares)
        held, cash = out.nfts + (count if up else -count), out.assets + (-paid if up else paid)
        best = held * middle + cash
        for back in range(1, count + 1):
            moved = (pool.quote_sell if up else pool.quote_buy)(back).total
            best = max(
                best, (held - back) * middle + cash + moved if up else (held + back) * middle + cash - moved
            )
    except (CurveExhaustedError, BadSpotError, RuntimeError):
        return
    assert best <= before + nfts + count + 2 + before // 10**9, (best, before)


@pytest.mark.parametrize("name", SHARED_CURVES)
@given(data=st.data())
def test_pool__liquidity_added_and_removed__never_leaves_less_for_the_others(name, data):
    spot, delta = data.draw(ordinary(name))
    pool = PoolModel(CURVES[name], spot, delta, 100, 50)
    pool.add(data.draw(st.integers(1, 9)))
    try:
        (pool.buy if data.draw(st.booleans()) else pool.sell)(data.draw(st.integers(1, 3)))
        if not pool.nfts:
            return
        nfts, assets, supply = pool.nfts, pool.assets, pool.supply
        count = data.draw(st.integers(1, 9))
        paid, shares = pool.add(count)
        out = pool.remove(shares)
    except (CurveExhaustedError, BadSpotError, RuntimeError):
        return
    assert pool.supply == supply
    assert out.nfts <= count
    assert out.assets - out.cash_in_lieu <= paid
    if out.nfts == count:
        assert (pool.nfts, pool.assets >= assets) == (nfts, True)


def test_linear__at_its_limits__named_errors(contracts):
    curve = contracts["linear"]
    curve.validate(1, 0)
    curve.validate(MAX_STATE, MAX_STATE)
    assert curve.sellDown(11, 5, 2) == (6 + 1, 1, 5)
    with reverts("CurveExhausted", spot=10, delta=5, count=2):
        curve.sellDown(10, 5, 2)  # the second would bring nothing
    assert curve.buyUp(MAX_STATE - 5, 5, 1) == (MAX_STATE - 5, MAX_STATE, 5)
    with reverts("CurveExhausted", count=1):
        curve.buyUp(MAX_STATE - 4, 5, 1)


def test_exponential__at_its_limits__named_errors(contracts):
    curve = contracts["exponential"]
    curve.validate(1, WAD + 1)
    curve.validate(1, 10 * WAD)
    for ratio in (0, WAD, 10 * WAD + 1):
        with reverts("BadDelta", delta=ratio):
            curve.validate(1, ratio)
    assert curve.sellDown(2, 2 * WAD, 1) == (1, 1, 2 * WAD)
    with reverts("CurveExhausted", spot=1, count=1):
        curve.sellDown(1, 2 * WAD, 1)  # half a unit
    with reverts("CurveExhausted", count=10_001):
        curve.buyUp(1, WAD + 1, 10_001)


def test_product__at_its_limits__named_errors(contracts):
    curve = contracts["product"]
    curve.validate(1, WAD)
    with reverts("BadSpot", spot=1):
        curve.validate(1, WAD + 1)  # a token would be worth less than a unit
    with reverts("BadDelta", delta=0):
        curve.validate(1, 0)
    assert curve.buyUp(100, 2 * WAD, 1) == (100, 200, WAD)
    with reverts("CurveExhausted", count=1):
        curve.buyUp(100, WAD, 1)  # the last one has no price
    with reverts("CurveExhausted", count=1):
        curve.sellDown(1, WAD, 1)
