"""Shared pools: shares, the ledger, the past."""

import pytest

from tests.helpers.balances import Watch
from tests.helpers.core import GOVERNOR, STRANGER, THIEF
from tests.helpers.evm import reverts
from tests.helpers.markets import (
    BUYER,
    FOREVER,
    PROVIDER,
    RIVAL_PROVIDER,
    SELLER,
    SHARED_CURVES,
    WAD,
    list_leaf,
)
from vitrine.demo.merkle import MerkleTree
from vitrine.units import bps_up, mul_div_up


def fair(pool, curve):
    """The price at which nothing is gained either way."""
    spot, delta = pool.state()[:2]
    return (2 * spot - delta) // 2 if curve == "linear" else spot * WAD // delta


@pytest.mark.parametrize("curve", SHARED_CURVES)
def test_add_liquidity__first__a_price_of_asset_per_nft(market, curve):
    pool = market.pool("shared", curve)
    ids = market.mint(PROVIDER, 4, pool)
    market.give(PROVIDER, market.units(1_000), pool)
    due = market.units(400)
    assert pool.quoteAdd(4, 0) == (due, 4 * WAD)
    with reverts("CostAboveMax", cost=due, maxCost=due - 1):
        pool.addLiquidity(ids, due - 1, 0, PROVIDER, FOREVER, [], sender=PROVIDER)
    with reverts("SharesBelowMin", shares=4 * WAD, minShares=4 * WAD + 1):
        pool.addLiquidity(ids, due, 4 * WAD + 1, PROVIDER, FOREVER, [], sender=PROVIDER)
    state = pool.state()
    watch = Watch(
        [market.asset], [(market.nft, i) for i in ids], holders={"provider": PROVIDER, "pool": pool}
    )
    before = watch.now()
    tx = pool.addLiquidity(ids, due, 4 * WAD, STRANGER, FOREVER, [], sender=PROVIDER)
    watch.assert_moved(
        before,
        {"provider": -due, "pool": due},
        {(market.nft, i): pool for i in ids},
    )
    assert pool.balanceOf(STRANGER) == pool.totalSupply() == 4 * WAD
    assert pool.state() == state
    event = pool.event("LiquidityAdded", tx)
    assert (event.provider, event.receiver, event.assets, event.shares) == (
        PROVIDER.address, STRANGER.address, due, 4 * WAD,
    )  # fmt: skip


@pytest.mark.parametrize("curve", SHARED_CURVES)
def test_add_liquidity__later__proportional_and_rounded_against_the_provider(market, curve):
    pool = market.pool("shared", curve, nfts=7)
    market.buy(pool, [1, 2, 3, 4])
    nfts, assets = pool.reserves()
    supply, price = pool.totalSupply(), fair(pool, curve)
    due, shares = pool.quoteAdd(2, 0)
    assert (due, shares) == (mul_div_up(assets, 2, nfts), supply * 2 // nfts)
    market.add(pool, 2, by=RIVAL_PROVIDER)
    assert pool.reserves() == (nfts + 2, assets + due)
    assert (pool.balanceOf(RIVAL_PROVIDER), pool.totalSupply()) == (shares, supply + shares)
    assert abs(fair(pool, curve) - price) <= 1 + price // 10**15


@pytest.mark.parametrize("curve", SHARED_CURVES)
def test_remove_liquidity__what_was_just_added__never_more_comes_out(market, curve):
    pool = market.pool("shared", curve, nfts=7)
    market.buy(pool, [1, 2])
    spot, delta = pool.state()[:2]
    market.add(pool, 3, by=RIVAL_PROVIDER)
    paid = pool.quoteAdd(3, 0)[0]
    shares = pool.balanceOf(RIVAL_PROVIDER)
    nfts, assets, cash = pool.quoteRemove(shares)
    assert (nfts, cash) in ((3, 0), (2, cash))
    assert assets - cash <= paid
    market.remove(pool, shares, by=RIVAL_PROVIDER)
    assert abs(pool.state()[0] - spot) <= 1
    assert abs(pool.state()[1] - delta) <= 1


def test_remove_liquidity__a_fraction__cash_at_the_pools_own_bid_net_of_fees(market):
    pool = market.pool("shared", "linear", nfts=4)
    shares = 3 * WAD // 2  # 1.5 of 4 NFTs
    market.driver.warp(pool.CASH_WINDOW() - 2)  # a block is a second
    assert pool.quoteRemove(shares)[2] == 0  # too young to know its average
    market.driver.warp(1)
    nfts, assets, cash = pool.quoteRemove(shares)
    bid = market.units(95)
    net = bid - bps_up(bid, 100) - bps_up(bid, 50)
    assert (nfts, cash) == (1, net // 2)
    assert assets == market.units(150) + cash
    with reverts("WrongNftCount", named=2, due=1):
        pool.removeLiquidity(shares, [1, 2], 0, PROVIDER, FOREVER, sender=PROVIDER)
    with reverts("WrongNftCount", named=0, due=1):
        pool.removeLiquidity(shares, [], 0, PROVIDER, FOREVER, sender=PROVIDER)
    with reverts("ProceedsBelowMin", proceeds=assets, minProceeds=assets + 1):
        pool.removeLiquidity(shares, [3], assets + 1, PROVIDER, FOREVER, sender=PROVIDER)
    watch = Watch(
        [market.asset], [(market.nft, i) for i in (1, 2, 3, 4)], holders={"out": STRANGER, "pool": pool}
    )
    before = watch.now()
    tx = pool.removeLiquidity(shares, [3], assets, STRANGER, FOREVER, sender=PROVIDER)
    watch.assert_moved(before, {"out": assets, "pool": -assets}, {(market.nft, 3): STRANGER})
    event = pool.event("LiquidityRemoved", tx)
    assert (event.assets, event.cashInLieu, event.shares) == (assets, cash, shares)
    assert pool.reserves() == (3, market.units(400) - assets)


def test_remove_liquidity__last_shares__take_everything_gifts_too_but_no_protocol_fees(market):
    pool = market.pool("shared", nfts=4)
    market.buy(pool, [1])
    market.mint(STRANGER, 1)
    market.nft.transferFrom(STRANGER, pool, 5, sender=STRANGER)
    market.asset.mint(pool, 77, sender=GOVERNOR)
    fees = pool.state()[4]
    held = market.asset.balanceOf(pool)
    assert pool.quoteRemove(4 * WAD) == (3, held - fees, 0)
    with reverts("WrongNftCount", named=2, due=3):
        pool.removeLiquidity(4 * WAD, [2, 3], 0, PROVIDER, FOREVER, sender=PROVIDER)
    pool.removeLiquidity(4 * WAD, [2, 3, 4, 5], 0, PROVIDER, FOREVER, sender=PROVIDER)
    assert market.held(pool) == []
    assert market.asset.balanceOf(pool) == fees > 0
    assert (pool.totalSupply(), pool.reserves()) == (0, (0, 0))
    market.add(pool, 2)  # and it starts again, at the price it had
    assert pool.totalSupply() == 2 * WAD


def test_shared__sold_out_or_without_asset__goes_on(market):
    pool = market.pool("shared", nfts=3)
    market.buy(pool, [1, 2, 3])
    assert pool.reserves()[0] == 0
    with reverts("TooFewNfts", held=0, wanted=1):
        pool.quoteBuy([1], BUYER)
    with reverts("WrongNftCount", named=1, due=0):
        pool.quoteAdd(1, 10)
    supply, assets = pool.totalSupply(), pool.reserves()[1]
    market.give(RIVAL_PROVIDER, assets, pool)
    pool.addLiquidity([], assets, supply, RIVAL_PROVIDER, FOREVER, [], sender=RIVAL_PROVIDER)
    assert pool.balanceOf(RIVAL_PROVIDER) == supply
    market.remove(pool, supply, by=RIVAL_PROVIDER)
    assert market.asset.balanceOf(RIVAL_PROVIDER) == assets
    while True:
        [token] = market.mint(SELLER, 1, pool)
        try:
            market.sell_ids(pool, [token])
        except Exception as error:
            if getattr(error, "name", "") != "PoolShort":
                raise
            break
    nfts, left = pool.reserves()
    assert nfts >= 3
    assert pool.depthAt(1, 10) == 0
    market.remove(pool, supply // 3)  # a fraction's cash is at most what is there
    assert pool.reserves()[1] <= left
    market.remove(pool, pool.totalSupply())
    assert pool.reserves() == (0, 0)


def test_shared__gifts__move_neither_shares_nor_reserves(market):
    pool = market.pool("shared", nfts=5)
    quote, reserves, depth = pool.quoteAdd(1, 0), pool.reserves(), pool.depthAt(1, 100)
    market.asset.mint(pool, market.units(10**6), sender=GOVERNOR)
    [token] = market.mint(THIEF, 1)
    market.nft.transferFrom(THIEF, pool, token, sender=THIEF)
    assert (pool.quoteAdd(1, 0), pool.reserves()) == (quote, reserves)
    assert pool.depthAt(1, 100) == depth


def test_shared__a_tiny_supply_and_a_large_gift__takes_nothing_from_the_next(market):
    pool = market.pool("shared", nfts=1)
    market.buy(pool, [1])
    shares = pool.balanceOf(PROVIDER)
    market.remove(pool, shares - pool.LEAST_SUPPLY())  # the least that can be added to, with next to nothing
    assert pool.reserves() == (0, pool.reserves()[1])
    market.asset.mint(pool, market.units(10**6), sender=GOVERNOR)
    paid = market.units(1_000)
    market.give(RIVAL_PROVIDER, paid, pool)
    pool.addLiquidity([], paid, 0, RIVAL_PROVIDER, FOREVER, [], sender=RIVAL_PROVIDER)
    back = pool.quoteRemove(pool.balanceOf(RIVAL_PROVIDER))[1]
    assert paid - pool.reserves()[1] // 1_000 - 2 <= back <= paid


def test_add_liquidity__with_a_list__proofs_are_needed(market):
    tree = MerkleTree([list_leaf(token) for token in range(1, 5)])
    pool = market.pool("shared", root=tree.root)
    ids = market.mint(PROVIDER, 5, pool)
    market.give(PROVIDER, market.units(1_000), pool)
    proofs = [tree.proof(0), tree.proof(1)]
    for named, shown, error in (
        (ids[:2], proofs[:1], "LengthMismatch"),
        ([5, 1], proofs, "NotOnList"),
        ([2, 1], proofs, "NotOnList"),
    ):
        with reverts(error):
            pool.addLiquidity(named, 2**200, 0, PROVIDER, FOREVER, shown, sender=PROVIDER)
    pool.addLiquidity([1, 2], 2**200, 0, PROVIDER, FOREVER, proofs, sender=PROVIDER)
    assert market.held(pool) == [1, 2]


def test_liquidity__after_the_deadline_or_of_nothing__named_errors(market):
    pool = market.pool("shared", nfts=3)
    late = market.driver.timestamp - 1
    with reverts("DeadlineExpired"):
        pool.addLiquidity([], 0, 0, PROVIDER, late, [], sender=PROVIDER)
    with reverts("DeadlineExpired"):
        pool.removeLiquidity(1, [], 0, PROVIDER, late, sender=PROVIDER)
    with reverts("NothingTraded"):
        pool.addLiquidity([], 10, 0, PROVIDER, FOREVER, [], sender=PROVIDER)
    with reverts("NothingTraded"):
        pool.removeLiquidity(0, [], 0, PROVIDER, FOREVER, sender=PROVIDER)
    with reverts("OutOfBounds", value=3 * WAD + 1, high=3 * WAD):
        pool.removeLiquidity(3 * WAD + 1, [1, 2, 3], 0, PROVIDER, FOREVER, sender=PROVIDER)
    with reverts("ERC20InsufficientBalance"):
        pool.removeLiquidity(3 * WAD, [1, 2, 3], 0, THIEF, FOREVER, sender=THIEF)


def test_observe__adds_the_price_left_by_the_block_before(market):
    pool = market.pool("shared", "linear", nfts=6)
    curve = market.curves["linear"]
    start = pool.observe()
    market.driver.warp(1_000)
    price = curve.priceOf(*pool.state()[:2])
    now = pool.observe()
    assert (now.priceSeconds - start.priceSeconds, now.at - start.at) == (1_000 * price, 1_000)
    with market.driver.same_block():  # pumped and dumped within a block: nothing
        market.buy(pool, [1, 2, 3, 4])
        pumped = curve.priceOf(*pool.state()[:2])
        assert pumped > price
        market.nft.setApprovalForAll(pool, True, sender=BUYER)
        pool.sell([1, 2, 3, 4], 0, BUYER, FOREVER, [], b"", sender=BUYER)
        at = market.driver.timestamp
        assert pool.observe().priceSeconds == start.priceSeconds + (at - start.at) * price
    market.driver.warp_to(at + 500)
    assert pool.observe().priceSeconds == start.priceSeconds + (at + 500 - start.at) * price
    market.buy(pool, [5])
    bought = market.driver.timestamp - 1
    market.driver.warp_to(bought + 100)
    after = curve.priceOf(*pool.state()[:2])
    assert pool.observe().priceSeconds == (start.priceSeconds + (bought - start.at) * price + 100 * after)


def test_observe__thick_only_without_a_gap(market):
    pool = market.pool("shared", "linear", nfts=4)
    assert pool.observe().thickSince == 0
    market.add(pool, 1, by=RIVAL_PROVIDER)
    since = market.driver.timestamp - 1
    assert pool.observe().thickSince == since
    market.driver.warp(1_000)
    with market.driver.same_block():
        market.buy(pool, [1])  # four are left
        assert pool.observe().thickSince == 0
        market.nft.setApprovalForAll(pool, True, sender=BUYER)
        pool.sell([1], 0, BUYER, FOREVER, [], b"", sender=BUYER)
        at = market.driver.timestamp
    assert pool.observe().thickSince == at > since
    market.sell(pool, 1)  # six NFTs, asset for less than five
    assert pool.observe().thickSince == 0


def test_shares__are_an_erc20(market):
    pool = market.pool("shared", nfts=2)
    assert (pool.name(), pool.symbol(), pool.decimals()) == ("Vitrine Pool Share", "VPS", 18)
    pool.transfer(STRANGER, WAD, sender=PROVIDER)
    market.remove(pool, WAD, by=STRANGER)
    assert market.nft.balanceOf(STRANGER) == 1


@pytest.mark.parametrize("curve", SHARED_CURVES)
def test_remove_liquidity__by_a_blacklisted_provider__pays_another_receiver(driver, curve):
    from tests.helpers.markets import build_market
    from tests.helpers.protocol import deploy_asset

    market = build_market(driver, asset=deploy_asset(driver, "usdt"))
    pool = market.pool("shared", curve, nfts=4)
    market.add(pool, 2, by=RIVAL_PROVIDER)
    owner = market.asset.owner()
    market.asset.addBlackList(PROVIDER, sender=owner)
    market.remove(pool, pool.balanceOf(RIVAL_PROVIDER), by=RIVAL_PROVIDER)  # the others are not hurt
    market.buy(pool, market.held(pool)[:1])
    shares = pool.balanceOf(PROVIDER)
    market.remove(pool, shares, receiver=STRANGER)
    assert market.asset.balanceOf(STRANGER) > 0
    assert pool.balanceOf(PROVIDER) == 0
