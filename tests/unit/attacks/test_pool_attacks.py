"""Hostile traders, collections, assets and royalty receivers against pools."""

import pytest
from eth_utils import keccak

from tests.helpers.abi import address_of
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
    WAD,
    build_market,
)
from tests.helpers.protocol import deploy_asset

LOCKED = keccak(b"GroupLocked()")[:4]


@pytest.fixture
def market(driver):
    return build_market(driver, 6)


def selector(text):
    return keccak(text.encode())[:4]


ON_BUY = selector("onPoolBuy(uint256,bytes)")
ON_SELL = selector("onPoolSell(uint256,bytes)")


@pytest.fixture
def probe(driver):
    """A trader that answers callbacks as a test tells it."""
    return driver.deploy("CallbackProbe")


def entries_and_views(market, pool, who):
    """Everything of a pool that must be closed while it trades."""
    who = address_of(who)
    return {
        "buy": pool.buy.data([1], 2**200, who, FOREVER, b""),
        "sell": pool.sell.data([1], 0, who, FOREVER, [], b""),
        "fund": pool.fund.data([], 0),
        "drain": pool.drain.data([], 0, who),
        "setTerms": pool.setTerms.data(1, 0, 0),
        "addLiquidity": pool.addLiquidity.data([], 1, 0, who, FOREVER, []),
        "removeLiquidity": pool.removeLiquidity.data(1, [], 0, who, FOREVER),
        "collectProtocolFees": pool.collectProtocolFees.data(),
        "book": pool.book.data(who, [], 0),
        "quoteBuy": pool.quoteBuy.data([1], who),
        "quoteSell": pool.quoteSell.data([1], who),
        "quoteAdd": pool.quoteAdd.data(1, 0),
        "quoteRemove": pool.quoteRemove.data(1),
        "state": pool.state.data(),
        "reserves": pool.reserves.data(),
        "depthAt": pool.depthAt.data(0, 5),
    }


def assert_all_locked(script, calls):
    assert script.outcomes() == len(calls)
    for index, name in enumerate(calls):
        outcome = script.outcome(index)
        assert (outcome.success, outcome.output[:4]) == (False, LOCKED), name


# -- re-entrancy ----------


@pytest.mark.parametrize("kind", ["two-sided", "shared"])
def test_nft__calls_back_from_its_transfer__finds_everything_closed(market, kind):
    hostile = market.driver.deploy("ReentrantNft")
    pool = market.pool(kind, nfts=6, assets=1_000, collection=hostile)
    calls = entries_and_views(market, pool, THIEF)
    steps = [(pool.address, 0, data, False) for data in calls.values()]
    for during in (hostile.BEFORE(), hostile.AFTER()):
        for swap in (lambda: market.buy(pool, market.held(pool)[:1]), lambda: market.sell(pool, 1)):
            hostile.clearOutcomes(sender=THIEF)
            ids = market.mint(SELLER, 0, pool, hostile)
            assert ids == []
            hostile.script(during, steps, sender=THIEF)
            swap()
            assert_all_locked(hostile, calls)


@pytest.mark.parametrize("during", [ON_BUY, ON_SELL])
def test_trader__calls_back_from_its_callback__finds_everything_closed(market, probe, during):
    pool = market.pool("shared", nfts=6)
    calls = entries_and_views(market, pool, probe)
    steps = [(pool.address, 0, data, False) for data in calls.values()]
    if during == ON_BUY:
        cost = pool.quoteBuy([1], probe).total
        market.asset.mint(probe, cost, sender=GOVERNOR)
        pay = (market.asset.address, 0, market.asset.transfer.data(pool, cost), True)
        probe.script(during, [*steps, pay], sender=THIEF)
        data = pool.buy.data([1], cost, probe.address, FOREVER, b"\1")
    else:
        [token] = market.mint(probe, 1)
        give = (market.nft.address, 0, market.nft.transferFrom.data(probe, pool, token), True)
        probe.script(during, [*steps, give], sender=THIEF)
        data = pool.sell.data([token], 0, probe.address, FOREVER, [], b"\1")
    probe.execute(pool, 0, data, sender=THIEF)
    for index, name in enumerate(calls):
        outcome = probe.outcome(index)
        assert (outcome.success, outcome.output[:4]) == (False, LOCKED), name
    pool.reserves()  # open again


def test_asset__calls_a_receiver_of_proceeds__finds_everything_closed(driver, probe):
    market = build_market(driver, asset=driver.deploy("HookedAsset", 6))
    pool = market.pool("shared", nfts=6)
    [token] = market.mint(SELLER, 1, pool)
    calls = entries_and_views(market, pool, probe)
    market.asset.setHooked(probe, True, sender=THIEF)
    received = selector("tokensReceived(address,address,uint256)")
    probe.script(received, [(pool.address, 0, data, False) for data in calls.values()], sender=THIEF)
    pool.sell([token], 0, probe, FOREVER, [], b"", sender=SELLER)
    assert_all_locked(probe, calls)


# -- callbacks ----------


def test_buy__in_a_callback__nfts_first_and_payment_inside(market, probe):
    pool = market.pool("sell", nfts=2)
    cost = pool.quoteBuy([1], probe).total
    market.asset.mint(probe, cost, sender=GOVERNOR)
    pay = (market.asset.address, 0, market.asset.transfer.data(pool, cost), True)
    probe.script(ON_BUY, [pay], sender=THIEF)
    probe.execute(pool, 0, pool.buy.data([1], cost, probe.address, FOREVER, b"\1"), sender=THIEF)
    assert market.nft.ownerOf(1) == probe.address
    assert probe.callAt(0).caller == pool.address


@pytest.mark.parametrize("paid", [0, -1])
def test_buy__in_a_callback_that_pays_too_little__short_payment(market, probe, paid):
    pool = market.pool("sell", nfts=2)
    cost = pool.quoteBuy([1], probe).total
    part = 0 if paid == 0 else cost - 1
    market.asset.mint(probe, cost, sender=GOVERNOR)
    pay = (market.asset.address, 0, market.asset.transfer.data(pool, part), True)
    probe.script(ON_BUY, [pay], sender=THIEF)
    with reverts("ShortPayment", arrived=part, wanted=cost):
        probe.execute(pool, 0, pool.buy.data([1], cost, probe.address, FOREVER, b"\1"), sender=THIEF)
    assert market.nft.ownerOf(1) == pool.address


@pytest.mark.parametrize("during", [ON_BUY, ON_SELL])
def test_swap__callback_that_answers_nonsense__reverts(market, probe, during):
    pool = market.pool("two-sided", nfts=2, assets=1_000)
    probe.setAnswer(during, 0, b"\7" * 4 + b"\0" * 28, sender=THIEF)
    [token] = market.mint(probe, 1)
    data = (
        pool.buy.data([1], 2**200, probe.address, FOREVER, b"\1")
        if during == ON_BUY
        else pool.sell.data([token], 0, probe.address, FOREVER, [], b"\1")
    )
    with reverts("BadTraderCallback", answer=b"\7" * 4):
        probe.execute(pool, 0, data, sender=THIEF)


def test_sell__in_a_callback_without_delivering__reverts(market, probe):
    pool = market.pool("two-sided", nfts=2, assets=1_000)
    [token] = market.mint(probe, 1)
    watch = Watch([market.asset], [(market.nft, token)], holders={"pool": pool, "probe": probe})
    with unchanged(watch), reverts("TokenNotHeld", tokenId=token):
        probe.execute(pool, 0, pool.sell.data([token], 0, probe.address, FOREVER, [], b"\1"), sender=THIEF)


def test_sell__of_the_pools_own_nfts_in_a_callback__reverts(market, probe):
    pool = market.pool("two-sided", nfts=2, assets=1_000)
    for ids, error in (([1], "TokenHeldAlready"), ([2, 1], "TokenHeldAlready"), ([2, 2], "DuplicateToken")):
        with reverts(error):
            probe.execute(pool, 0, pool.sell.data(ids, 0, probe.address, FOREVER, [], b"\1"), sender=THIEF)


def test_sell__one_nft_named_twice_in_a_callback__reverts(market, probe):
    pool = market.pool("two-sided", nfts=1, assets=1_000)
    [token] = market.mint(probe, 1)
    give = (market.nft.address, 0, market.nft.transferFrom.data(probe, pool, token), True)
    probe.script(ON_SELL, [give], sender=THIEF)
    with reverts("DuplicateToken", tokenId=token):
        probe.execute(
            pool, 0, pool.sell.data([token, token], 0, probe.address, FOREVER, [], b"\1"), sender=THIEF
        )


def test_callback__an_account_that_is_no_contract__reverts(market):
    pool = market.pool("two-sided", nfts=1, assets=1_000)
    with reverts(""):
        pool.buy([1], 2**200, THIEF, FOREVER, b"\1", sender=THIEF)


# -- collections that lie ----------


def test_nft__transfer_that_does_nothing__reverts_both_ways(market):
    lying = market.driver.deploy("LyingNft")
    pool = market.pool("two-sided", nfts=2, assets=1_000, collection=lying)
    [token] = market.mint(SELLER, 1, pool, lying)
    market.give(BUYER, market.units(1_000), pool)
    lying.setTransfers(1, THIEF, sender=THIEF)
    with reverts("NftNotMoved", tokenId=1, owner=pool.address, expected=BUYER.address):
        pool.buy([1], 2**200, BUYER, FOREVER, b"", sender=BUYER)
    with reverts("NftNotMoved", tokenId=token, owner=SELLER.address, expected=pool.address):
        pool.sell([token], 0, SELLER, FOREVER, [], b"", sender=SELLER)
    lying.setTransfers(2, THIEF, sender=THIEF)
    with reverts("NftNotMoved"):
        pool.sell([token], 0, SELLER, FOREVER, [], b"", sender=SELLER)


def test_nft__that_lies_about_everything__cannot_touch_other_pools(market):
    honest = market.pool("shared", nfts=6)
    lying = market.driver.deploy("LyingNft")
    pool = market.pool("shared", nfts=6, collection=lying)
    reserves = honest.reserves()
    lying.setTransfers(1, THIEF, sender=THIEF)
    lying.setOwners(3, THIEF, sender=THIEF)
    market.sell_ids(pool, market.mint(THIEF, 1, pool, lying), THIEF)
    assert honest.reserves() == reserves
    assert market.asset.balanceOf(honest) >= reserves[1]
    assert market.asset.balanceOf(pool) >= pool.reserves()[1] + pool.state()[4]


def test_nft__frozen_by_its_issuer__the_reason_comes_through(market):
    frozen = market.driver.deploy("FrozenNft")
    pool = market.pool("sell", nfts=2, collection=frozen)
    market.give(BUYER, market.units(1_000), pool)
    frozen.freezeToken(1, True, sender=THIEF)
    with reverts("TransferFrozen", operator=pool.address, tokenId=1):
        pool.buy([1], 2**200, BUYER, FOREVER, b"", sender=BUYER)
    pool.buy([2], 2**200, BUYER, FOREVER, b"", sender=BUYER)
    pool.drain([], 0, MAKER, sender=MAKER)


def test_nft__bought_for_a_receiver_that_refuses__arrives(market):
    refusing = market.driver.deploy("RefusingReceiver")
    pool = market.pool("sell", nfts=1)
    market.give(BUYER, market.units(1_000), pool)
    pool.buy([1], 2**200, refusing, FOREVER, b"", sender=BUYER)
    assert market.nft.ownerOf(1) == refusing.address


# -- royalties ----------

MODES = {"revert": 1, "revert bomb": 2, "burn gas": 3, "bomb": 4, "short": 5, "dirty": 6}


@pytest.mark.parametrize("mode", MODES)
def test_royalty__that_fails_in_any_way__does_not_stop_a_trade(market, mode):
    art = market.driver.deploy("RoyaltyNft", ARTIST, 500)
    pool = market.pool("two-sided", nfts=3, assets=1_000, collection=art)
    art.setMode(MODES[mode], sender=THIEF)
    assert pool.quoteBuy([1, 2], BUYER).royalty == 0
    market.buy(pool, [1, 2])
    market.sell(pool, 2)
    assert market.royalties.totalClaimable() == 0


def test_royalty__of_more_than_everything__is_cut_to_the_cap(market):
    art = market.driver.deploy("RoyaltyNft", ARTIST, 20_000)
    pool = market.pool("two-sided", nfts=3, assets=1_000, collection=art)
    quote = pool.quoteBuy([1], BUYER)
    assert quote.royalty == quote.price // 10
    sold = pool.quoteSell(market.mint(SELLER, 1, pool, art), SELLER)
    assert sold.royalty == sold.price // 10
    assert sold.total > 0


def test_royalty__that_asks_for_more_the_second_time__pays_what_was_quoted(market):
    art = market.driver.deploy("RoyaltyNft", ARTIST, 500)
    pool = market.pool("two-sided", nfts=3, assets=1_000, collection=art)
    art.setMode(7, sender=THIEF)  # ten times as much when asked again in one transaction
    cost = market.units(111.5)  # asked once, the royalty is 1 % or, asked warm, 10 %
    market.give(BUYER, cost, pool)
    tx = pool.buy([1], cost, BUYER, FOREVER, b"", sender=BUYER)
    bought = pool.event("NftsBought", tx)
    assert bought.total == tx.return_value == market.units(101.5) + bought.royalty
    assert market.asset.balanceOf(BUYER) == cost - bought.total
    assert market.royalties.claimable(ARTIST) == bought.royalty > 0
    assert market.asset.balanceOf(market.royalties) == bought.royalty


def test_royalty__receiver_that_refuses_or_is_blacklisted__blocks_nothing(driver):
    market = build_market(driver, asset=deploy_asset(driver, "usdt"))
    refusing = driver.deploy("RefusingReceiver")
    art = driver.deploy("RoyaltyNft", refusing, 500)
    market.asset.addBlackList(refusing, sender=market.asset.owner())
    pool = market.pool("two-sided", nfts=3, assets=1_000, collection=art)
    quote = pool.quoteBuy([1, 2], BUYER)
    market.buy(pool, [1, 2])
    assert market.royalties.claimable(refusing) == quote.royalty > 0
    market.sell(pool, 1)


def test_royalty__receivers_that_differ_by_token__each_gets_his(market):
    art = market.driver.deploy("SplitRoyaltyNft", [ARTIST, STRANGER], 400)
    pool = market.pool("two-sided", nfts=4, assets=1_000, collection=art)
    quote = pool.quoteBuy([1, 2, 3], BUYER)
    each = quote.price // 3 * 400 // 10_000
    market.buy(pool, [1, 2, 3])
    assert quote.royalty == 2 * each  # ids that divide by three have none
    assert market.royalties.claimable(STRANGER) == market.royalties.claimable(ARTIST) == each


def test_royalty__first_token_without_one__the_others_are_asked_too(market):
    art = market.driver.deploy("SplitRoyaltyNft", [ARTIST, STRANGER], 400)
    pool = market.pool("two-sided", nfts=4, assets=1_000, collection=art)
    quote = pool.quoteBuy([3, 1], BUYER)
    assert quote.royalty == quote.price // 2 * 400 // 10_000


def test_royalty__money_of_the_pool__never_pays_it_twice(market):
    art = market.driver.deploy("RoyaltyNft", ARTIST, 1_000)
    pool = market.pool("shared", nfts=6, collection=art)
    for _ in range(3):
        market.buy(pool, market.held(pool)[:2])
        market.sell(pool, 2)
        _, assets = pool.reserves()
        assert market.asset.balanceOf(pool) == assets + pool.state()[4]


# -- assets ----------


def test_asset__that_takes_a_fee__never_a_loss_of_the_pool(driver):
    market = build_market(driver, asset=driver.deploy("FeeAsset", 6, 0))
    pool = market.pool("shared", nfts=5)
    market.give(PROVIDER, market.units(1_000), pool)
    market.give(BUYER, market.units(1_000), pool)
    market.asset.setFee(50, sender=GOVERNOR)
    ids = market.mint(PROVIDER, 1, pool)
    with reverts("ShortPayment"):
        pool.addLiquidity(ids, 2**200, 0, PROVIDER, FOREVER, [], sender=PROVIDER)
    with reverts("ShortPayment"):
        pool.buy([1], 2**200, BUYER, FOREVER, b"", sender=BUYER)
    market.sell(pool, 1)  # the seller bears it
    assert market.asset.balanceOf(pool) == pool.reserves()[1] + pool.state()[4]


def test_asset__blacklisted_receivers__only_they_are_refused(driver):
    market = build_market(driver, asset=deploy_asset(driver, "usdt"))
    pool = market.pool("two-sided", nfts=2, assets=1_000)
    market.asset.addBlackList(market.factory.feeReceiver(), sender=market.asset.owner())
    market.asset.addBlackList(MAKER, sender=market.asset.owner())
    market.buy(pool, [1])
    market.sell(pool, 1)
    pool.drain([2], pool.reserves()[1], STRANGER, sender=MAKER)
    assert market.asset.balanceOf(pool) == pool.state()[4]


# -- shares ----------


@pytest.mark.parametrize("curve", SHARED_CURVES)
def test_shares__swaps_around_a_deposit__take_nothing_from_the_others(market, curve):
    """An LP who adds, trades against the pool and removes leaves the others no poorer."""
    pool = market.pool("shared", curve, nfts=10)
    owned = pool.quoteRemove(5 * WAD)
    market.add(pool, 10, by=THIEF)
    market.give(THIEF, market.units(10**6), pool)
    ids = market.held(pool)[:6]
    pool.buy(ids, 2**200, THIEF, FOREVER, b"", sender=THIEF)
    market.remove(pool, pool.balanceOf(THIEF), by=THIEF)
    mine = [i for i in range(1, 21) if market.nft.ownerOf(i) == THIEF.address]
    nfts, _ = pool.reserves()
    pool.sell(mine[: 10 - nfts], 0, THIEF, FOREVER, [], b"", sender=THIEF)
    assert pool.reserves()[0] == 10
    after = pool.quoteRemove(5 * WAD)
    assert after.nfts == owned.nfts
    assert after.assets >= owned.assets
