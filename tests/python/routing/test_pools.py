"""Pools by their twin: what the planner is told is what the pool quotes, and what it cannot do is None."""

import pytest

from vitrine.models.curves import ConstantProductCurve, ExponentialCurve, LinearCurve
from vitrine.models.pool import PoolModel
from vitrine.routing import Cheapest, Listing, PoolOffer, Terms, plan_buy
from vitrine.routing.pools import ModelQuoter
from vitrine.units import WAD

ONE = 10**6


def model(curve: str = "linear", nfts: int = 5, assets: int = 1_000 * ONE) -> PoolModel:
    made = {
        "linear": (LinearCurve(), 100 * ONE, 5 * ONE),
        "exponential": (ExponentialCurve(), 100 * ONE, WAD * 105 // 100),
        "product": (ConstantProductCurve(), 1_000 * ONE, 10 * WAD),
    }[curve]
    return PoolModel(*made, fee_bps=100, protocol_fee_bps=50, nfts=nfts, assets=assets)


@pytest.mark.parametrize("curve", ["linear", "exponential", "product"])
def test_quoter__every_curve__totals_of_the_twin(curve):
    pool = model(curve)
    for count in (1, 3, 5):
        for side in ("buy", "sell"):
            legs = getattr(pool, f"quote_{side}")(count)
            assert getattr(ModelQuoter(pool), side)(count) == (legs.total, 0)


def test_quoter__royalty__in_the_total():
    pool = model()
    plain, royal = ModelQuoter(pool).buy(2), ModelQuoter(pool, 500).buy(2)
    assert plain is not None and royal is not None
    assert royal.royalty > 0 and royal.total == plain.total + royal.royalty


@pytest.mark.parametrize("slack", [-1, 0, 1])
def test_quoter__more_than_the_pool_holds__none(slack):
    assert (ModelQuoter(model(nfts=3)).buy(3 + slack) is None) is (slack > 0)
    legs = model().quote_sell(2)
    pays = legs.price - legs.lp_fee
    assert (ModelQuoter(model(assets=pays - slack)).sell(2) is None) is (slack > 0)


def test_quoter__beyond_the_curve__none():
    assert ModelQuoter(model(assets=10**30)).sell(40) is None


def test_plan__over_the_twin__takes_what_is_cheap():
    offer = PoolOffer("0xpools", ModelQuoter(model()), range(50, 55), payload="pool")
    lots = [Listing("0xbook", token, price * ONE) for token, price in ((1, 109), (2, 150))]
    plan = plan_buy("0xnft", Cheapest(3), lots, [offer], Terms(slippage_bps=0))
    counts = {leg.choice.venue: len(leg.choice.token_ids) for leg in plan.legs}
    assert counts == {"0xpools": 2, "0xbook": 1}
