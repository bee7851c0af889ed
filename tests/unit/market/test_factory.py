"""Creating pools and knowing them again."""

import pytest

from tests.helpers.accounts import Account
from tests.helpers.core import GOVERNOR, STRANGER, THIEF
from tests.helpers.evm import DEPLOYER, reverts
from tests.helpers.markets import CURVES, FEE_RECEIVER, KINDS, MAKER, PROVIDER, build_market


@pytest.fixture
def market(driver):
    return build_market(driver, 6)


@pytest.mark.parametrize("kind", KINDS)
def test_create__every_kind__is_where_it_was_foretold_and_says_what_it_is(market, kind):
    for root in (b"\0" * 32, b"\7" * 32):
        terms = market.terms(kind, "product", root=root)
        foretold = market.factory.poolOf(terms, MAKER)
        assert not market.factory.isPool(foretold)
        tx = market.factory.create(terms, sender=MAKER)
        assert tx.return_value == foretold
        assert market.factory.isPool(foretold)
        pool = market.driver.at("NFTPool", foretold)
        assert pool.collection() == market.nft.address
        assert pool.curve() == market.curves["product"].address
        assert (pool.owner(), pool.kind(), pool.listRoot()) == (MAKER.address, KINDS.index(kind), root)
        assert pool.asset() == market.asset.address
        assert pool.state() == (*terms[5:7], 100, 50, 0)
        assert pool.reserves() == (0, 0)
        event = market.factory.event("PoolCreated", tx)
        assert (event.pool, event.collection, event.owner) == (foretold, market.nft.address, MAKER.address)
        assert (event.curve, event.kind, event.feeBps) == (pool.curve(), KINDS.index(kind), 100)
        assert (event.protocolFeeBps, event.spot, event.delta) == (50, *terms[5:7])
        assert event.listRoot == root


def test_create__the_same_terms_again__reverts_and_another_salt_is_another_pool(market):
    terms = market.terms(salt=7)
    first = market.factory.create(terms, sender=MAKER).return_value
    with reverts("FailedDeployment"):
        market.factory.create(terms, sender=MAKER)
    second = market.factory.create((*terms[:-1], 8), sender=MAKER).return_value
    thief = market.factory.create(terms, sender=THIEF).return_value  # the creator is part of the address
    cheaper = market.factory.create((*terms[:5], 1, *terms[6:]), sender=MAKER).return_value
    assert len({first, second, thief, cheaper}) == 4


def test_create__bad_terms__named_errors(market):
    good = market.terms()
    with reverts("CurveNotListed"):
        market.factory.create((good[0], STRANGER.address, *good[2:]), sender=MAKER)
    with reverts("NotErc721"):
        market.factory.create((STRANGER.address, *good[1:]), sender=MAKER)
    with reverts("NotErc721"):
        market.factory.create((market.asset.address, *good[1:]), sender=MAKER)
    with reverts("ZeroAddress"):
        market.factory.create((*good[:2], "0x" + "00" * 20, *good[3:]), sender=MAKER)
    with reverts("OutOfBounds", value=5_001, high=5_000):
        market.factory.create(market.terms(fee_bps=5_001), sender=MAKER)
    with reverts("BadSpot", spot=0):
        market.factory.create(market.terms(spot=0, delta=1), sender=MAKER)
    with reverts("BadDelta", delta=10**18):
        market.factory.create(market.terms(curve="exponential", spot=1, delta=10**18), sender=MAKER)


def test_create__curve_delisted__no_new_pools_and_the_old_ones_go_on(market):
    pool = market.pool("sell", nfts=1)
    market.factory.setCurve(market.curves["linear"], False, sender=GOVERNOR)
    with reverts("CurveNotListed"):
        market.factory.create(market.terms(), sender=MAKER)
    market.buy(pool, [1])


@pytest.mark.parametrize("curve", CURVES)
def test_create_and_fund__owned__pulled_from_the_caller(market, curve):
    terms = market.terms("two-sided", curve)
    ids = market.mint(MAKER, 3, market.factory)
    market.give(MAKER, market.units(50), market.factory)
    tx = market.factory.createAndFund(terms, ids, market.units(50), sender=MAKER)
    pool = market.driver.at("NFTPool", tx.return_value)
    assert pool.reserves() == (3, market.units(50))
    assert market.asset.balanceOf(MAKER) == market.asset.balanceOf(market.factory) == 0
    event = pool.event("PoolFunded", tx)
    assert (event["from"], list(event.tokenIds), event.assets) == (MAKER.address, ids, market.units(50))


def test_create_and_fund__shared__first_shares_for_a_price_per_nft(market):
    terms = market.terms("shared", "product")
    ids = market.mint(PROVIDER, 3, market.factory)
    market.give(PROVIDER, market.units(1_000), market.factory)
    with reverts("CostAboveMax", cost=market.units(300), maxCost=market.units(299)):
        market.factory.createAndFund(terms, ids, market.units(299), sender=PROVIDER)
    tx = market.factory.createAndFund(terms, ids, market.units(1_000), sender=PROVIDER)
    pool = market.driver.at("NFTPool", tx.return_value)
    assert pool.reserves() == (3, market.units(300))
    assert market.asset.balanceOf(PROVIDER) == market.units(700)
    assert pool.balanceOf(PROVIDER) == pool.totalSupply() == 3 * 10**18
    event = pool.event("LiquidityAdded", tx)
    assert (event.provider, event.receiver, event.shares) == (
        PROVIDER.address,
        PROVIDER.address,
        3 * 10**18,
    )


def test_create_and_fund__shared_with_a_list__unproven_ids_are_refused(market):
    ids = market.mint(PROVIDER, 1, market.factory)
    market.give(PROVIDER, market.units(1_000), market.factory)
    with reverts("NotOnList", tokenId=ids[0]):
        market.factory.createAndFund(
            market.terms("shared", root=b"\1" * 32), ids, market.units(1_000), sender=PROVIDER
        )


def test_create_and_fund__fee_asset__short_payment(driver):
    market = build_market(driver, asset=driver.deploy("FeeAsset", 6, 100))
    market.give(MAKER, 10_000, market.factory)
    with reverts("ShortPayment", arrived=9_900, wanted=10_000):
        market.factory.createAndFund(market.terms(), [], 10_000, sender=MAKER)


def test_is_pool__clones_by_others_and_plain_addresses__are_not(market):
    pool = market.pool("sell", nfts=1)
    for other in (STRANGER.address, market.nft.address, market.factory.implementation()):
        assert not market.factory.isPool(other)
    copy = market.driver.deploy_code(market.driver.code(pool))
    assert market.driver.code(copy) == market.driver.code(pool)
    assert not market.factory.isPool(copy)
    rogue = market.driver.at("NFTPool", copy)
    with reverts("Unauthorized"):
        rogue.initialize(1, 0, 0, sender=THIEF)
    for call in (
        lambda: rogue.quoteBuy([1], THIEF),
        lambda: rogue.buy([1], 0, THIEF, 2**40, b"", sender=THIEF),
        lambda: rogue.sell([1], 0, THIEF, 2**40, [], b"", sender=THIEF),
        lambda: rogue.fund([], 0, sender=MAKER),
        lambda: rogue.drain([], 0, MAKER, sender=MAKER),
        lambda: rogue.state(),
        lambda: rogue.reserves(),
        lambda: rogue.collectProtocolFees(sender=THIEF),
    ):
        with reverts("NotInitialized"):
            call()


def test_implementation__is_of_no_use_itself(market):
    code = market.driver.at("NFTPool", market.factory.implementation())
    with reverts("NotInitialized"):
        code.collectProtocolFees(sender=THIEF)
    with reverts("Unauthorized"):
        code.initialize(1, 1, 1, sender=THIEF)


def test_govern__only_the_governor_inside_the_bounds(market):
    factory = market.factory
    for call in (
        lambda who: factory.setProtocolFee(1, sender=who),
        lambda who: factory.setFeeReceiver(who, sender=who),
        lambda who: factory.setCurve(market.curves["linear"], False, sender=who),
    ):
        with reverts("AccessManagedUnauthorized"):
            call(THIEF)
    with reverts("OutOfBounds", value=501, high=500):
        factory.setProtocolFee(501, sender=GOVERNOR)
    with reverts("ZeroAddress"):
        factory.setFeeReceiver("0x" + "00" * 20, sender=GOVERNOR)
    before = market.pool("two-sided")
    tx = factory.setProtocolFee(500, sender=GOVERNOR)
    assert factory.event("ProtocolFeeSet", tx).bps == 500
    after = market.pool("two-sided")
    assert (before.state()[3], after.state()[3]) == (50, 500)
    assert factory.isPool(before)
    assert factory.isPool(after)
    heir = Account("heir of the fees")
    assert factory.feeReceiver() == FEE_RECEIVER.address
    factory.setFeeReceiver(heir, sender=GOVERNOR)
    assert factory.feeReceiver() == heir.address


def test_constructors__zero_addresses__revert(market):
    driver, zero = market.driver, "0x" + "00" * 20
    a = DEPLOYER.address
    for args in ((zero, a, a), (a, zero, a), (a, a, zero)):
        with reverts("ZeroAddress"):
            driver.deploy("NFTPool", *args)
    for args in ((zero, a, 0, a), (a, zero, 0, a), (a, a, 0, zero)):
        with reverts("ZeroAddress"):
            driver.deploy("NFTPoolFactory", market.authority, *args)


def test_create__shared_with_prices_that_cannot_follow_liquidity__refused(market):
    for kind in ("two-sided", "buy", "sell"):
        market.create(market.terms(kind, "exponential"))
    with reverts("NotScalable"):
        market.factory.create(market.terms("shared", "exponential"), sender=MAKER)
