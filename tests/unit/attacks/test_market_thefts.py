"""Thefts across contracts of the markets: what one trade may not do to another, or to an older plan."""

import pytest
from eth_utils import keccak

from tests.helpers.balances import Watch, unchanged
from tests.helpers.core import GOVERNOR, STRANGER, THIEF
from tests.helpers.evm import reverts
from tests.helpers.markets import (
    ARTIST,
    BUYER,
    FOREVER,
    MAKER,
    PROVIDER,
    SELLER,
    SHARED_CURVES,
    Market,
    build_market,
)

ON_BUY, ON_SELL = (
    keccak(text.encode())[:4] for text in ("onPoolBuy(uint256,bytes)", "onPoolSell(uint256,bytes)")
)


@pytest.fixture
def market(driver, asset) -> Market:
    return build_market(driver, asset=asset)


def test_override__raised_right_before_a_trade__limits_hold(market):
    """The owner of a collection sees a trade coming and asks for a tenth of it."""
    nft = market.driver.deploy("RoyaltyNft", ARTIST, 0)
    nft.setOwner(MAKER, sender=MAKER)
    pool = market.pool("two-sided", nfts=3, assets=1_000, collection=nft)
    cost = pool.quoteBuy([1], BUYER).total
    [token] = market.mint(SELLER, 1, pool, nft)
    proceeds = pool.quoteSell([token], SELLER).total
    market.give(BUYER, 2 * cost, pool)
    watch = Watch([market.asset], [(nft, 1), (nft, token)], holders={"b": BUYER, "s": SELLER, "p": pool})
    market.royalties.setOverride(nft, ARTIST, 1_000, sender=MAKER)
    with unchanged(watch), reverts("CostAboveMax", maxCost=cost):
        pool.buy([1], cost, BUYER, FOREVER, b"", sender=BUYER)
    with unchanged(watch), reverts("ProceedsBelowMin", minProceeds=proceeds):
        pool.sell([token], proceeds, SELLER, FOREVER, [], b"", sender=SELLER)
    assert market.royalties.claimable(ARTIST) == 0


def test_callback__nft_of_one_pool_sold_into_another__both_are_paid_once(market):
    """Without capital: buy in the one, sell into the other inside the callback, pay with what that brings."""
    probe = market.driver.deploy("CallbackProbe")
    cheap = market.pool("two-sided", price=100, nfts=3, assets=1_000, fee_bps=0)
    dear = market.pool("two-sided", price=200, nfts=3, assets=1_000, fee_bps=0)
    cost, proceeds = cheap.quoteBuy([1], probe).total, dear.quoteSell([1], probe).total
    sale = dear.sell.data([1], 0, cheap.address, FOREVER, [], b"")  # straight to the pool that is owed
    steps = [
        (market.nft.address, 0, market.nft.setApprovalForAll.data(dear, True), True),
        (dear.address, 0, sale, True),
    ]
    probe.script(ON_BUY, steps, sender=THIEF)
    held = {pool: market.asset.balanceOf(pool) for pool in (cheap, dear)}
    probe.execute(cheap, 0, cheap.buy.data([1], cost, probe.address, FOREVER, b"\1"), sender=THIEF)
    assert market.nft.ownerOf(1) == dear.address
    assert market.asset.balanceOf(cheap) - held[cheap] == proceeds >= cost  # the thief gave the rest away
    assert held[dear] - market.asset.balanceOf(dear) == proceeds


@pytest.mark.parametrize("short", [0, 1])
def test_callback__proceeds_of_the_other_pool_a_unit_short__reverts(market, short):
    probe = market.driver.deploy("CallbackProbe")
    cheap = market.pool("two-sided", price=100, nfts=3, assets=1_000)
    cost = cheap.quoteBuy([1], probe).total
    market.asset.mint(probe, cost, sender=GOVERNOR)
    pay = (market.asset.address, 0, market.asset.transfer.data(cheap, cost - short), True)
    probe.script(ON_BUY, [pay], sender=THIEF)
    call = cheap.buy.data([1], cost, probe.address, FOREVER, b"\1")
    if short:
        with reverts("ShortPayment", arrived=cost - 1):
            probe.execute(cheap, 0, call, sender=THIEF)
        assert market.nft.ownerOf(1) == cheap.address
    else:
        probe.execute(cheap, 0, call, sender=THIEF)
        assert market.nft.ownerOf(1) == probe.address


@pytest.mark.parametrize("curve", SHARED_CURVES)
def test_receiver__the_pool_itself__is_the_loss_of_the_caller_alone(market, curve):
    pool = market.pool("shared", curve, nfts=8)
    market.add(pool, 4, by=THIEF)
    honest = pool.balanceOf(PROVIDER)
    before = pool.quoteRemove(honest)
    market.buy(pool, [1], by=THIEF, receiver=pool)
    market.sell_ids(pool, market.mint(THIEF, 1, pool), by=THIEF)
    worth = pool.quoteRemove(honest)
    assert (worth.nfts, worth.assets) >= (before.nfts, before.assets)
    market.remove(pool, pool.balanceOf(THIEF), by=THIEF, receiver=pool)
    told = pool.quoteRemove(honest)  # the last shares now
    assert told.nfts >= worth.nfts and told.assets >= worth.assets
    market.remove(pool, honest)
    assert market.asset.balanceOf(pool) == pool.state().protocolFees


def test_create_and_fund__collection_that_adds_first__creator_pays_no_other_price(market):
    """Between the creation and the first shares, a hostile collection makes itself the first provider."""
    nft = market.driver.deploy("ReentrantNft")
    terms = market.terms("shared", "linear", collection=nft)
    pool = market.driver.at("NFTPool", market.factory.poolOf(terms, MAKER))
    price = terms[5]
    market.mint(nft, 1, None, nft)
    market.mint(MAKER, 2, market.factory, nft)
    market.give(MAKER, 2 * price, market.factory)
    market.asset.mint(nft, price, sender=GOVERNOR)
    steps = [
        (market.asset.address, 0, market.asset.approve.data(pool, price), True),
        (nft.address, 0, nft.approve.data(pool, 1), True),
        (pool.address, 0, pool.addLiquidity.data([1], price, 0, STRANGER.address, FOREVER, []), False),
    ]
    nft.script(nft.BEFORE(), steps, sender=THIEF)
    made = market.factory.createAndFund(terms, [2, 3], 2 * price, sender=MAKER)
    assert made.return_value == pool.address
    assert pool.balanceOf(MAKER) == 2 * 10**18
    assert tuple(pool.reserves()) == (2 + pool.balanceOf(STRANGER) // 10**18, market.asset.balanceOf(pool))
