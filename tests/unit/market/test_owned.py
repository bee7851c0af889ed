"""What the owner of a pool may do, and nobody else."""

import pytest

from tests.helpers.balances import Watch
from tests.helpers.core import GOVERNOR, STRANGER
from tests.helpers.evm import reverts
from tests.helpers.markets import BUYER, MAKER, PROVIDER, SELLER, build_market


def test_fund__by_the_owner__moves_in_and_tells(market):
    pool = market.pool("two-sided")
    ids = market.mint(MAKER, 3, pool)
    market.give(MAKER, market.units(70), pool)
    tx = pool.fund(ids, market.units(70), sender=MAKER)
    assert pool.reserves() == (3, market.units(70))
    event = pool.event("PoolFunded", tx)
    assert (event["from"], list(event.tokenIds), event.assets) == (MAKER.address, ids, market.units(70))


def test_fund__with_a_fee_asset__short_payment(driver):
    market = build_market(driver, asset=driver.deploy("FeeAsset", 6, 100))
    pool = market.pool("two-sided")
    market.give(MAKER, 10_000, pool)
    with reverts("ShortPayment", arrived=9_900, wanted=10_000):
        pool.fund([], 10_000, sender=MAKER)


def test_drain__by_the_owner__takes_out_and_tells(market):
    pool = market.pool("two-sided", nfts=3, assets=70)
    watch = Watch(
        [market.asset], [(market.nft, i) for i in (1, 2, 3)], holders={"pool": pool, "friend": STRANGER}
    )
    before = watch.now()
    tx = pool.drain([2], market.units(30), STRANGER, sender=MAKER)
    watch.assert_moved(
        before, {"pool": -market.units(30), "friend": market.units(30)}, {(market.nft, 2): STRANGER}
    )
    event = pool.event("PoolDrained", tx)
    assert (event.to, list(event.tokenIds), event.assets) == (STRANGER.address, [2], market.units(30))


def test_drain__more_than_the_pools_own__reverts(market):
    pool = market.pool("two-sided", nfts=2, assets=70)
    market.buy(pool, [1])
    own = pool.reserves()[1]
    fees = pool.state()[4]
    assert fees > 0
    with reverts("PoolShort", held=own, wanted=own + 1):
        pool.drain([], own + 1, MAKER, sender=MAKER)
    pool.drain([2], own, MAKER, sender=MAKER)
    assert market.asset.balanceOf(pool) == fees
    with reverts("TokenNotHeld", tokenId=1):
        pool.drain([1], 0, MAKER, sender=MAKER)


@pytest.mark.parametrize("who", [STRANGER, BUYER, GOVERNOR])
def test_owner_entries__by_anyone_else__revert(market, who):
    pool = market.pool("two-sided", nfts=1, assets=10)
    for call in (
        lambda: pool.fund([], 0, sender=who),
        lambda: pool.drain([1], 0, who, sender=who),
        lambda: pool.setTerms(1, 0, 0, sender=who),
        lambda: pool.initialize(1, 0, 0, sender=who),
        lambda: pool.book(who, [], 0, sender=who),
    ):
        with reverts("Unauthorized", caller=who):
            call()


def test_owner_entries__of_a_shared_pool__are_closed_to_its_owner_too(market):
    pool = market.pool("shared", nfts=2)
    for call in (
        lambda: pool.fund([], 0, sender=MAKER),
        lambda: pool.drain([1], 0, MAKER, sender=MAKER),
        lambda: pool.setTerms(1, 0, 0, sender=MAKER),
    ):
        with reverts("WrongKind", kind=3):
            call()


def test_shared_entries__of_an_owned_pool__are_closed(market):
    pool = market.pool("two-sided", nfts=2)
    for call in (
        lambda: pool.addLiquidity([], 0, 0, PROVIDER, 2**40, [], sender=PROVIDER),
        lambda: pool.removeLiquidity(1, [], 0, PROVIDER, 2**40, sender=PROVIDER),
        lambda: pool.quoteAdd(1, 0),
        lambda: pool.quoteRemove(1),
        lambda: pool.observe(),
    ):
        with reverts("WrongKind", kind=2):
            call()


def test_set_terms__new_state_and_fee__next_quote_follows(market):
    pool = market.pool("two-sided", nfts=2, assets=10)
    tx = pool.setTerms(market.units(50), market.units(1), 250, sender=MAKER)
    assert pool.state() == (market.units(50), market.units(1), 250, 50, 0)
    event = pool.event("PoolTermsSet", tx)
    assert (event.spot, event.delta, event.feeBps) == (market.units(50), market.units(1), 250)
    assert pool.quoteBuy([1], BUYER).price == market.units(50)


def test_set_terms__beyond_the_bounds__named_errors(market):
    pool = market.pool("two-sided", "linear")
    with reverts("BadSpot", spot=0):
        pool.setTerms(0, 1, 0, sender=MAKER)
    with reverts("BadSpot", spot=2**88):
        pool.setTerms(2**88, 1, 0, sender=MAKER)
    with reverts("BadDelta", delta=2**88):
        pool.setTerms(1, 2**88, 0, sender=MAKER)
    with reverts("OutOfBounds", value=5_001, high=5_000):
        pool.setTerms(1, 1, 5_001, sender=MAKER)
    pool.setTerms(2**88 - 1, 2**88 - 1, 5_000, sender=MAKER)
    assert pool.state()[:3] == (2**88 - 1, 2**88 - 1, 5_000)


def test_swaps__protocol_fees_of_18_decimals__are_carried_over(driver):
    market = build_market(driver, 18)
    pool = market.pool("two-sided", price=60_000, nfts=2, assets=100_000)
    market.buy(pool, [1])
    market.sell_ids(pool, [1], BUYER)
    market.buy(pool, [1])
    fees = pool.state()[4]
    assert fees == market.units(3 * 300) > 2**56
    pool.drain([2], pool.reserves()[1], MAKER, sender=MAKER)
    assert market.asset.balanceOf(pool) == fees
    pool.collectProtocolFees(sender=SELLER)
    assert market.asset.balanceOf(pool) == 0
