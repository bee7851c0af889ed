"""Shared pools: what a dust of shares, or a price that was pushed for a moment, must not do.

Found by random play (MKT-12) and by looking at what happens to those who stay: a provider who bought from the
pool, left, and sold back into one as deep as before, or whose fraction was paid at the raised bid, took from
them.
"""

import pytest

from tests.helpers.core import THIEF
from tests.helpers.evm import reverts
from tests.helpers.markets import FOREVER, PROVIDER, RIVAL_PROVIDER, SHARED_CURVES, WAD, Market, build_market


@pytest.fixture
def market(driver, asset) -> Market:
    return build_market(driver, asset=asset)


@pytest.mark.parametrize("curve", SHARED_CURVES)
@pytest.mark.parametrize("left", [1, 10**15 - 1, 10**15])
def test_remove_liquidity__all_but_a_dust_of_another__goes_out(market, curve, left):
    pool = market.pool("shared", curve, nfts=6)
    pool.transfer(THIEF, left, sender=PROVIDER)
    shares = pool.balanceOf(PROVIDER)
    nfts, assets, _ = pool.quoteRemove(shares)
    market.remove(pool, shares)
    assert (nfts, pool.totalSupply()) == (5, left)
    assert market.asset.balanceOf(PROVIDER) == assets


@pytest.mark.parametrize("left", [1, 10**15 - 1])
def test_add_liquidity__to_a_dust_of_shares__refused(market, left):
    pool = market.pool("shared", "linear", nfts=2)
    pool.transfer(THIEF, left, sender=PROVIDER)
    market.remove(pool, pool.balanceOf(PROVIDER))
    ids = market.mint(RIVAL_PROVIDER, 1, pool)
    market.give(RIVAL_PROVIDER, market.units(1_000), pool)
    with reverts("TooFewShares", supply=left, least=10**15):
        pool.addLiquidity(ids, market.units(1_000), 0, RIVAL_PROVIDER, FOREVER, [], sender=RIVAL_PROVIDER)


@pytest.mark.parametrize("curve", SHARED_CURVES)
@pytest.mark.parametrize("count", [1, 10])
def test_remove_liquidity__after_pushing_the_price_up__takes_nothing_from_the_others(market, curve, count):
    """Buy, leave, sell back in one block; without a fee of the pool's own."""
    pool = market.pool("shared", curve, nfts=40, fee_bps=0)
    thief_ids = market.add(pool, 2, by=THIEF)
    assert len(thief_ids) == 2
    market.driver.warp(2 * pool.CASH_WINDOW())
    fair = market.curves[curve].priceOf(*pool.state()[:2])
    shares = pool.balanceOf(THIEF) - WAD // 100  # 1.99 NFTs
    market.give(THIEF, market.units(100_000), pool)
    market.nft.setApprovalForAll(pool, True, sender=THIEF)
    with market.driver.same_block():
        before = market.asset.balanceOf(THIEF) + pool.quoteRemove(shares)[1]
        bought = market.held(pool)[:count]
        pool.buy(bought, 2**200, THIEF, FOREVER, b"", sender=THIEF)
        raised = market.curves[curve].priceOf(*pool.state()[:2])
        market.remove(pool, shares, by=THIEF)
        pool.sell(bought, 0, THIEF, FOREVER, [], b"", sender=THIEF)
        assert raised > fair
        assert market.asset.balanceOf(THIEF) <= before


@pytest.mark.parametrize("curve", SHARED_CURVES)
def test_remove_liquidity__in_fractions__sells_along_the_curve(market, curve):
    """Who leaves in pieces of just under an NFT sells what he leaves behind: not all of it at one price,
    which would empty a pool whose price is old."""
    proceeds = []
    for in_pieces in (False, True):
        pool = market.pool("shared", curve, nfts=20, fee_bps=0)
        ids = market.add(pool, 8, by=THIEF)
        market.driver.warp(2 * pool.CASH_WINDOW())
        before = market.asset.balanceOf(THIEF)
        shares = pool.balanceOf(THIEF)
        if in_pieces:
            while shares := pool.balanceOf(THIEF):
                piece = (pool.totalSupply() * 99) // (100 * pool.reserves()[0])
                market.remove(pool, min(piece, shares), by=THIEF)
        else:
            pool.removeLiquidity(shares, ids, 0, THIEF, FOREVER, sender=THIEF)
            market.sell_ids(pool, ids, by=THIEF)
        assert pool.balanceOf(THIEF) == 0 and not any(market.nft.ownerOf(t) == THIEF.address for t in ids)
        proceeds.append(market.asset.balanceOf(THIEF) - before)
    whole, pieces = proceeds
    assert pieces <= whole + market.units(100)  # one step of the curve comes late


def test_remove_liquidity__a_unit_of_share__moves_no_price(market):
    """It raised the step of a linear pool by a unit each time, for nothing."""
    pool = market.pool("shared", "linear", nfts=4)
    before = pool.state()
    for _ in range(5):
        market.remove(pool, 1)
    after = pool.state()
    assert (after.delta - before.delta) * 10**17 <= before.delta  # what so little liquidity is worth
    assert 0 <= after.spot - before.spot <= after.delta - before.delta


def test_remove_liquidity__at_a_price_beyond_what_a_sum_holds__goes_out(market):
    """All but 10^-18 of an NFT bought: uncut, the price of a whole one does not fit the sum of the past."""
    delta = 10 * WAD + 1
    pool = market.pool("shared", "product", nfts=12, spot=10**7, delta=delta)
    market.buy(pool, market.held(pool)[:10])
    assert pool.state().delta == 1
    assert market.curves["product"].priceOf(*pool.state()[:2]) > 2**128
    shares = pool.balanceOf(PROVIDER) // 4
    for _ in range(4):
        start = pool.observe().priceSeconds
        price = min(market.curves["product"].priceOf(*pool.state()[:2]), 2**88 - 1)
        market.driver.warp(10**6)
        assert pool.observe().priceSeconds == start + price * 10**6
        market.remove(pool, min(shares, pool.balanceOf(PROVIDER)))
    assert pool.totalSupply() == 0
