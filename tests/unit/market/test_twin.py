"""Random histories: the pool equals its model after every step, to the unit."""

import random

import pytest

from tests.helpers.evm import Revert
from tests.helpers.markets import ARTIST, BUYER, CURVES, FOREVER, PROVIDER, RIVAL_PROVIDER, SELLER, shapes
from vitrine.errors import VitrineError
from vitrine.models.curves import CURVES as MODELS
from vitrine.models.pool import PoolModel


def same(pool, model):
    spot, delta, fee_bps, protocol_fee_bps, fees = pool.state()
    assert (spot, delta, fee_bps, protocol_fee_bps, fees) == (
        model.spot, model.delta, model.fee_bps, model.protocol_fee_bps, model.fees,
    )  # fmt: skip
    assert pool.reserves() == (model.nfts, model.assets)
    assert pool.totalSupply() == model.supply


def play(market, pool, model, rng, steps, shared):
    """Random moves on both; what one refuses the other refuses."""
    done = 0
    royalty_of = {}
    for _ in range(steps):
        count = rng.randint(1, 3)
        bps = royalty_of.setdefault("bps", 500)

        def royalty(base, count=count, bps=bps):
            return count * (base * bps // 10_000)

        move = rng.choice(["buy", "sell", "add", "remove"] if shared else ["buy", "sell"])
        floor = model.bid() * rng.randint(80, 110) // 100
        assert pool.depthAt(floor, 20) == model.depth_at(floor, 20)
        before = model.potential()
        try:
            if move == "buy":
                ids = market.held(pool)[:count]
                if len(ids) < count:
                    continue
                legs = model.buy(count, royalty)
                assert pool.quoteBuy(ids, BUYER) == legs
                market.buy(pool, ids)
            elif move == "sell":
                ids = market.mint(SELLER, count, pool, market.collection_of(pool))
                legs = model.sell(count, royalty)
                assert pool.quoteSell(ids, SELLER) == legs
                assert market.sell_ids(pool, ids).return_value == legs.total
            elif move == "add":
                added = model.add(count)
                assert pool.quoteAdd(count, 0) == added
                market.add(pool, count, by=RIVAL_PROVIDER)
            else:
                held = [pool.balanceOf(who) for who in (PROVIDER, RIVAL_PROVIDER)]
                who = rng.randint(0, 1)
                shares = held[who] * rng.randint(1, 3) // 4
                if not shares:
                    continue
                out = model.quote_remove(shares)
                assert pool.quoteRemove(shares) == out
                market.remove(pool, shares, by=(PROVIDER, RIVAL_PROVIDER)[who])
                model.remove(shares)
        except VitrineError:
            continue
        done += 1
        if move in ("buy", "sell"):
            assert all(b >= a for a, b in zip(before, model.potential(), strict=True))
        same(pool, model)
    return done


@pytest.mark.parametrize(("kind", "curve"), shapes("two-sided", "shared"))
def test_pool__random_history__equals_the_model(market, kind, curve):
    rng = random.Random(f"{kind} {curve} {market.one}")
    art = market.driver.deploy("RoyaltyNft", ARTIST, 500)
    price = rng.randint(50, 5_000)
    pool = market.pool(kind, curve, price=price, nfts=8, assets=20 * price, fee_bps=130, collection=art)
    spot, delta = pool.state()[:2]
    nfts, assets = pool.reserves()
    model = PoolModel(MODELS[curve], spot, delta, 130, 50, nfts, assets, 0, pool.totalSupply())
    assert play(market, pool, model, rng, 60, kind == "shared") > 25
    assert market.royalties.claimable(ARTIST) == market.asset.balanceOf(market.royalties) > 0


@pytest.mark.parametrize("curve", CURVES)
def test_pool__quote_refused__swap_refused_for_the_same_reason(market, curve):
    pool = market.pool("two-sided", curve, nfts=1, assets=1)
    ids = market.mint(SELLER, 200, pool)
    for quote, swap in (
        (
            lambda: pool.quoteSell(ids, SELLER),
            lambda: pool.sell(ids, 0, SELLER, FOREVER, [], b"", sender=SELLER),
        ),
        (
            lambda: pool.quoteBuy(ids, BUYER),
            lambda: pool.buy(ids, 2**255, BUYER, FOREVER, b"", sender=BUYER),
        ),
    ):
        errors = []
        for call in (quote, swap):
            with pytest.raises(Revert) as caught:
                call()
            errors.append(caught.value.name)
        assert errors[0] == errors[1] != "Panic"
