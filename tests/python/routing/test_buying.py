"""Plans to buy: the best there is, mapped one to one onto the legs of the router."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.python.routing.worlds import Steps, cheapest_by_trying, listing_cost, pool_cost
from vitrine.errors import AmountError
from vitrine.routing import (
    Cheapest,
    GasPrice,
    Listing,
    PoolOffer,
    Terms,
    These,
    Traits,
    plan_buy,
    rank,
)
from vitrine.units import WAD

C = "0x" + "c0" * 20
BOOK, POOLS = "0x" + "b0" * 20, "0x" + "a0" * 20
GAS = GasPrice(WAD // 10)  # a tenth of a unit per gas


def lot(token: int, price: int, **more: object) -> Listing:
    return Listing(BOOK, token, price, payload=f"order {token}", **more)  # type: ignore[arg-type]


def pool(first: int, spot: int, step: int = 10, held: int = 5, **more: object) -> PoolOffer:
    ids = range(first, first + held)
    return PoolOffer(POOLS, Steps(spot, step, held=held), ids, payload=f"pool {first}", **more)  # type: ignore[arg-type]


# --- all-in cost -----------------------------------------------------------------------------------------


def test_rank__all_in__fee_royalty_and_gas_decide():
    lots = [
        lot(1, 100),
        lot(2, 90, fee=5, royalty=8),
        lot(3, 90, fee=5, royalty=8, gas=1),
        lot(4, 80, gas=190),
    ]
    assert [(r.token_id, r.cost) for r in rank(lots, Terms(GAS))] == [(4, 99), (1, 100), (2, 103), (3, 104)]
    without = rank(lots, Terms(GAS, with_royalty=False))
    assert [(r.token_id, r.cost) for r in without] == [(2, 95), (3, 96), (4, 99), (1, 100)]


def test_rank__several_listings_of_a_token__its_cheapest():
    assert [(r.token_id, r.cost) for r in rank([lot(1, 9), lot(1, 7), lot(2, 8)])] == [(1, 7), (2, 8)]


def test_gas_price__rounds_up():
    assert [GAS.cost_up(gas) for gas in (0, 1, 10, 11)] == [0, 1, 1, 2]


def test_plan__royalty_not_counted__still_paid():
    plan = plan_buy(C, Cheapest(1), [lot(1, 100), lot(2, 95, royalty=9)], terms=Terms(with_royalty=False))
    assert plan.legs[0].choice.token_ids == (2,)
    assert (plan.objective, plan.assets, plan.legs[0].choice.limit) == (95, 104, 104)


# --- the cheapest ----------------------------------------------------------------------------------------


def test_cheapest__pools_and_listings__marginal_prices_decide():
    lots = [lot(token, 100 + token) for token in range(1, 9)]
    plan = plan_buy(C, Cheapest(5), lots, [pool(50, 80), pool(60, 95)])
    assert [leg.choice.token_ids for leg in plan.legs] == [(50, 51), (1,), (2,), (3,)]
    assert plan.count == 5
    assert plan.objective == plan.assets == 90 + 100 + 101 + 102 + 103


def test_cheapest__gas_of_a_swap__is_shared_by_its_items():
    """One item of the pool is dearer than a listing, three together are not."""
    terms = Terms(GAS)
    lots = [lot(token, 100) for token in range(1, 5)]
    offers = [pool(50, 80, 1, gas_first=500, gas_more=10)]
    assert plan_buy(C, Cheapest(1), lots, offers, terms).legs[0].choice.venue == BOOK
    plan = plan_buy(C, Cheapest(3), lots, offers, terms)
    assert [len(leg.choice.token_ids) for leg in plan.legs] == [3]
    assert plan.objective == 81 + 82 + 83 + 52


def test_cheapest__fewer_offered_than_wished__all_there_are():
    plan = plan_buy(C, Cheapest(9), [lot(1, 5)], [pool(50, 80, held=2)])
    assert (plan.count, plan.missing) == (3, 6)
    assert plan_buy(C, Cheapest(1), []).legs == ()


def test_cheapest__listing_of_a_token_a_pool_holds__is_dead():
    plan = plan_buy(C, Cheapest(1), [lot(50, 1)], [pool(50, 80)])
    assert plan.legs[0].choice.venue == POOLS


offers, extras = st.integers(1, 60), st.integers(0, 5)


@st.composite
def worlds(draw):
    lots = [
        Listing(
            BOOK,
            token,
            draw(offers),
            draw(st.integers(0, 5)),
            draw(st.integers(0, 5)),
            draw(st.integers(0, 90)),
        )
        for token in draw(st.lists(st.integers(1, 6), max_size=7))
    ]
    pools = [
        PoolOffer(
            POOLS,
            Steps(draw(offers), draw(st.integers(0, 9)), draw(st.sampled_from((0, 50, 333))),
                  draw(st.sampled_from((0, 500))), held),
            range(100 * (i + 1), 100 * (i + 1) + held),
            gas_first=draw(st.integers(0, 200)),
            gas_more=draw(st.integers(0, 90)),
        )
        for i in range(draw(st.integers(0, 3)))
        for held in [draw(st.integers(0, 4))]
    ]  # fmt: skip
    terms = Terms(draw(st.sampled_from((GasPrice(), GAS))), with_royalty=draw(st.booleans()))
    return lots, pools, terms, draw(st.integers(1, 5))


@given(worlds())
def test_cheapest__any_small_market__as_good_as_trying_everything(world):
    lots, pools, terms, count = world
    plan = plan_buy(C, Cheapest(count), lots, pools, terms)
    assert (plan.count, plan.objective) == cheapest_by_trying(count, lots, pools, terms)
    bought = [token for leg in plan.legs for token in leg.choice.token_ids]
    assert len(set(bought)) == len(bought)
    assert plan.missing == count - len(bought)


@given(worlds(), st.integers(1, 70))
def test_traits__any_small_market__as_good_as_trying_everything(world, most):
    """Under a cap the candidates are those listings, and those first items of pools, that keep it."""
    lots, pools, terms, count = world
    wanted = frozenset({1, 2, 4, 100, 101, 200, 203, 300})
    plan = plan_buy(C, Traits(wanted, count, most), lots, pools, terms)
    fitting = [x for x in lots if x.token_id in wanted and listing_cost(x, terms) <= most]
    capped = []
    for one in pools:
        ids = [token for token in one.token_ids if token in wanted]
        kept = 0
        while kept < len(ids):
            before, cost = pool_cost(one, kept, terms), pool_cost(one, kept + 1, terms)
            if cost is None or cost - before > most:
                break
            kept += 1
        capped.append(PoolOffer(one.venue, one.quoter, ids[:kept], None, one.gas_first, one.gas_more))
    assert (plan.count, plan.objective) == cheapest_by_trying(count, fitting, capped, terms)
    assert {t for leg in plan.legs for f in leg.fills for t in f.token_ids} <= wanted


# --- these, and traits -----------------------------------------------------------------------------------


def test_these__in_pools_and_listed__each_where_it_is():
    lots = [lot(1, 9), lot(1, 8), lot(1, 10), lot(1, 12), lot(2, 5), lot(3, 1)]
    plan = plan_buy(C, These(frozenset({1, 2, 51, 53, 99})), lots, [pool(50, 80), pool(60, 70)])
    chosen = {leg.choice.token_ids: leg for leg in plan.legs}
    assert set(chosen) == {(1,), (2,), (51, 53)}
    assert [fill.assets for fill in chosen[1,].fills] == [8, 9, 10]
    assert (plan.missing, plan.objective) == (1, 8 + 5 + 90 + 100)


def test_traits__worth_more_to_the_buyer__taken_first():
    lots = [lot(1, 100), lot(2, 130), lot(3, 90), lot(4, 500)]
    wish = Traits(frozenset({1, 2, 4}), 1, 400, {2: 50, 4: 1_000})
    plan = plan_buy(C, wish, lots)
    assert plan.legs[0].choice.token_ids == (2,)
    assert (plan.objective, plan.assets) == (80, 130)


def test_traits__in_a_pool__the_worthiest_of_it():
    wish = Traits(frozenset({51, 52, 54}), 2, 400, {52: 5, 54: 9})
    [leg] = plan_buy(C, wish, [], [pool(50, 80)]).legs
    assert leg.choice.token_ids == (54, 52)


@pytest.mark.parametrize("slack", [-1, 0, 1])
def test_traits__cap(slack):
    plan = plan_buy(C, Traits(frozenset({1}), 1, 100 + slack), [lot(1, 100)])
    assert plan.count == (slack >= 0)


def test_wishes__for_nothing__refused():
    for wish in (lambda: Cheapest(0), lambda: These(frozenset()), lambda: Traits(frozenset(), 0, 1)):
        with pytest.raises(AmountError):
            wish()


# --- legs ------------------------------------------------------------------------------------------------


def test_legs__substitutes__next_best_and_each_leg_its_own():
    plan = plan_buy(C, Cheapest(2), [lot(token, token) for token in range(1, 9)], terms=Terms(substitutes=2))
    fills = [[fill.token_ids for fill in leg.fills] for leg in plan.legs]
    assert fills == [[(1,), (3,), (4,)], [(2,), (5,), (6,)]]
    assert plan.max_total == 4 + 6


def test_legs__of_a_pool__as_many_listings_instead():
    [leg] = plan_buy(C, Cheapest(2), [lot(t, 200 + t) for t in range(1, 9)], [pool(50, 80)]).legs
    assert [fill.token_ids for fill in leg.fills] == [(50, 51), (1, 2)]
    assert leg.choice.limit == 190 + 2  # 1 %, rounded up
    assert leg.fills[1].limit == 201 + 202


def test_legs__ladder__fewer_items_each_with_its_limit():
    [leg] = plan_buy(C, Cheapest(3), [], [pool(50, 80)], Terms(ladder=True, slippage_bps=0)).legs
    assert [(fill.token_ids, fill.limit) for fill in leg.fills] == [
        ((50, 51, 52), 90 + 100 + 110), ((50, 51), 190), ((50,), 90),
    ]  # fmt: skip


def test_legs__bundled__one_fill_per_venue():
    other = Listing("0x" + "dd" * 20, 9, 2, payload="x")
    plan = plan_buy(C, Cheapest(3), [lot(1, 1), lot(2, 2), other], terms=Terms(bundle=True))
    assert sorted(leg.choice.token_ids for leg in plan.legs) == [(1, 2), (9,)]
    assert all(len(leg.fills) == 1 for leg in plan.legs)


def test_words__encoders_of_the_venues__make_the_legs_of_the_router():
    plan = plan_buy(C, Cheapest(3), [lot(1, 5), lot(2, 500)], [pool(50, 80)], Terms(slippage_bps=0))
    encoders = {BOOK: lambda p: repr(p).encode(), POOLS: lambda p: b"pool:" + p[0].encode()}
    assert plan.words(encoders) == [
        ([(POOLS, C, [50, 51], 190, b"pool:pool 50")],),
        ([(BOOK, C, [1], 5, b"('order 1',)"), (BOOK, C, [2], 500, b"('order 2',)")],),
    ]


def test_terms__slippage_out_of_bounds__refused():
    for bps in (-1, 10_000):
        with pytest.raises(AmountError):
            Terms(slippage_bps=bps)
