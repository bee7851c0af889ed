"""Plans to sell: the most the tokens bring, over bids and pools."""

from hypothesis import given
from hypothesis import strategies as st

from tests.python.routing.worlds import Steps, dearest_by_trying
from vitrine.routing import Bid, GasPrice, PoolOffer, Terms, ladder, plan_sell, selling
from vitrine.units import WAD

C = "0x" + "c0" * 20
BOOK, POOLS = "0x" + "b0" * 20, "0x" + "a0" * 20
GAS = GasPrice(WAD // 10)


def bid(price: int, *ids: int, **more: object) -> Bid:
    return Bid(BOOK, price, token_ids=frozenset(ids) or None, payload=f"bid {price}", **more)  # type: ignore[arg-type]


def pool(spot: int, step: int = 10, **more: object) -> PoolOffer:
    return PoolOffer(POOLS, Steps(spot, step), payload=f"pool {spot}", **more)  # type: ignore[arg-type]


def test_sell__bids_and_a_pool__each_token_where_it_brings_most():
    plan = plan_sell(C, [1, 2, 3, 4], [bid(95), bid(200, 3), bid(60)], [pool(100)])
    parts = {leg.choice.payloads[0]: leg.choice.token_ids for leg in plan.legs}
    assert parts["bid 200"] == (3,)
    assert len(parts["pool 100"]) == 2 and len(parts["bid 95"]) == 1
    assert plan.objective == plan.assets == 200 + 95 + 100 + 90
    assert plan.missing == 0


def test_sell__below_the_gas__kept():
    plan = plan_sell(C, [1, 2], [bid(50, gas=499), bid(50, gas=500)], terms=Terms(GAS))
    assert (plan.count, plan.missing, plan.objective) == (0, 2, 0)
    assert plan_sell(C, [1], [bid(50, gas=490)], terms=Terms(GAS)).objective == 1


def test_sell__fees_and_royalty_of_a_bid__are_the_sellers():
    [leg] = plan_sell(C, [1], [bid(100, fee=5, royalty=10), bid(90)]).legs
    assert leg.choice.payloads == ("bid 90",)
    [leg] = plan_sell(C, [1], [bid(100, fee=5, royalty=10), bid(90)], terms=Terms(with_royalty=False)).legs
    assert (leg.choice.payloads, leg.choice.limit) == (("bid 100",), 85)


def test_sell__quantity_of_a_bid__is_used_up():
    plan = plan_sell(C, [1, 2, 3, 4], [bid(100, quantity=3), bid(90)])
    assert sorted(leg.choice.limit for leg in plan.legs) == [90, 100, 100, 100]


def test_sell__substitutes__next_best_bids_for_that_token():
    plan = plan_sell(C, [1, 2], [bid(100, 1), bid(99, 2), bid(80, 2), bid(70, 1)], terms=Terms(substitutes=1))
    fills = {leg.choice.token_ids: [fill.limit for fill in leg.fills] for leg in plan.legs}
    assert fills == {(1,): [100, 70], (2,): [99, 80]}


def test_ladder__each_number_with_what_it_brings():
    assert ladder(pool(100, 30), 9) == [100, 170, 210, 220]
    offer = pool(100, 30)
    [leg] = plan_sell(C, [1, 2, 3], [], [offer], Terms(ladder=True, slippage_bps=0)).legs
    assert [(fill.token_ids, fill.limit) for fill in leg.fills] == [
        ((1, 2, 3), 210),
        ((1, 2), 170),
        ((1,), 100),
    ]


def test_sell__pool_with_a_list__takes_those_only():
    listed = pool(100, 1, accepts=frozenset({2}))
    plan = plan_sell(C, [1, 2], [bid(5)], [listed])
    parts = {leg.choice.payloads[0]: leg.choice.token_ids for leg in plan.legs}
    assert parts == {"pool 100": (2,), "bid 5": (1,)}


def test_sell__limit_of_a_pool__rounded_up_for_the_seller():
    [leg] = plan_sell(C, [1], [], [pool(199)]).legs
    assert (leg.choice.assets, leg.choice.limit) == (199, 198)


def test_sell__no_taker__nothing():
    plan = plan_sell(C, [1, 2], [bid(10, 3)], [])
    assert (plan.legs, plan.missing) == ((), 2)


@st.composite
def books(draw):
    fees = st.sampled_from((0, 100))
    tokens = draw(st.lists(st.integers(1, 5), min_size=1, max_size=4, unique=True))
    some = st.one_of(st.none(), st.frozensets(st.integers(1, 5), min_size=1, max_size=3))
    bids = [
        Bid(
            BOOK, draw(st.integers(1, 60)), draw(st.integers(0, 5)), draw(st.integers(0, 5)),
            draw(st.integers(0, 90)), draw(some), draw(st.integers(1, 2)),
        )
        for _ in range(draw(st.integers(0, 3)))
    ]  # fmt: skip
    pools = [
        PoolOffer(
            POOLS,
            Steps(
                draw(st.integers(1, 60)),
                draw(st.integers(0, 20)),
                draw(fees),
                500,
                cash=90,
            ),
            accepts=draw(some),
            gas_first=draw(st.integers(0, 200)),
            gas_more=draw(st.integers(0, 50)),
        )
        for _ in range(draw(st.integers(0, 2)))
    ]
    return (
        tokens,
        bids,
        pools,
        Terms(draw(st.sampled_from((GasPrice(), GAS))), with_royalty=draw(st.booleans())),
    )


@given(books())
def test_sell__any_small_market__as_good_as_trying_everything(book):
    tokens, bids, pools, terms = book
    plan = plan_sell(C, tokens, bids, pools, terms)
    assert plan.objective == dearest_by_trying(tokens, bids, pools, terms)
    sold = [token for leg in plan.legs for token in leg.choice.token_ids]
    assert len(set(sold)) == len(sold) and plan.missing == len(tokens) - len(sold)


@given(books())
def test_sell__past_the_exact_limit__never_more_than_the_best_and_never_a_loss(book):
    tokens, bids, pools, terms = book
    before, selling.MOST_STATES = selling.MOST_STATES, 0  # type: ignore[misc]
    try:
        plan = plan_sell(C, tokens, bids, pools, terms)
    finally:
        selling.MOST_STATES = before  # type: ignore[misc]
    assert 0 <= plan.objective <= dearest_by_trying(tokens, bids, pools, terms)
