"""Buying from pools: every leg, limits, ids, directions."""

import pytest

from tests.helpers.balances import Watch
from tests.helpers.core import GOVERNOR
from tests.helpers.evm import reverts
from tests.helpers.markets import BUYER, FEE_RECEIVER, FOREVER, MAKER, SELLER, build_market, shapes
from vitrine.units import bps_up


@pytest.mark.parametrize(("kind", "curve"), shapes("sell", "two-sided", "shared"))
def test_buy__every_kind_and_curve__costs_what_was_quoted_and_moves_the_price(market, kind, curve):
    pool = market.pool(kind, curve, nfts=6, assets=100)
    ids = market.held(pool)[:3]
    quote = pool.quoteBuy(ids, BUYER)
    assert quote.price > market.units(300 - 1)
    assert quote.lpFee == bps_up(quote.price, 100)
    assert quote.protocolFee == bps_up(quote.price, 50)
    assert quote.royalty == 0
    assert quote.total == quote.price + quote.lpFee + quote.protocolFee
    market.give(BUYER, quote.total, pool)
    nfts, assets = pool.reserves()
    watch = Watch(
        [market.asset],
        nfts=[(market.nft, i) for i in range(1, 7)],
        holders={"buyer": BUYER, "pool": pool, "engine": market.royalties},
    )
    before = watch.now()
    tx = pool.buy(ids, quote.total, BUYER, FOREVER, b"", sender=BUYER)
    assert tx.return_value == quote.total
    watch.assert_moved(
        before, {"buyer": -quote.total, "pool": quote.total}, {(market.nft, i): BUYER for i in ids}
    )
    assert pool.state() == (quote.newSpot, quote.newDelta, 100, 50, quote.protocolFee)
    assert pool.reserves() == (nfts - 3, assets + quote.price + quote.lpFee)
    event = pool.event("NftsBought", tx)
    assert (event.buyer, event.receiver, list(event.tokenIds)) == (BUYER.address, BUYER.address, ids)
    assert (event.total, event.lpFee, event.protocolFee, event.royalty, event.spot, event.delta) == (
        quote.total, quote.lpFee, quote.protocolFee, 0, quote.newSpot, quote.newDelta,
    )  # fmt: skip


def test_buy__cost_at_the_limit__passes_and_one_unit_less_reverts(market):
    pool = market.pool("sell", nfts=2)
    cost = pool.quoteBuy([1], BUYER).total
    market.give(BUYER, cost, pool)
    with reverts("CostAboveMax", cost=cost, maxCost=cost - 1):
        pool.buy([1], cost - 1, BUYER, FOREVER, b"", sender=BUYER)
    pool.buy([1], cost, BUYER, FOREVER, b"", sender=BUYER)
    assert market.nft.ownerOf(1) == BUYER.address


def test_buy__at_the_deadline__passes_and_a_second_later_reverts(market):
    pool = market.pool("sell", nfts=2)
    market.give(BUYER, market.units(1_000), pool)
    now = market.driver.timestamp
    pool.buy([1], 2**255, BUYER, now, b"", sender=BUYER)
    with reverts("DeadlineExpired", deadline=now, now_=now + 1):
        pool.buy([2], 2**255, BUYER, now, b"", sender=BUYER)


def test_buy__from_a_pool_that_only_buys__reverts(market):
    pool = market.pool("buy", nfts=1, assets=1_000)
    with reverts("WrongDirection", kind=0):
        pool.quoteBuy([1], BUYER)
    with reverts("WrongDirection", kind=0):
        pool.buy([1], 2**255, BUYER, FOREVER, b"", sender=BUYER)


def test_buy__nothing_or_twice_or_foreign_ids__named_errors(market):
    pool = market.pool("sell", nfts=3)
    market.give(BUYER, market.units(10_000), pool)
    [foreign] = market.mint(SELLER, 1)
    for call in (
        lambda ids: pool.quoteBuy(ids, BUYER),
        lambda ids: pool.buy(ids, 2**255, BUYER, FOREVER, b"", sender=BUYER),
    ):
        with reverts("NothingTraded"):
            call([])
        with reverts("DuplicateToken", tokenId=2):
            call([3, 2, 1, 2])
    with reverts("TokenNotHeld", tokenId=foreign):
        pool.quoteBuy([1, foreign], BUYER)
    with reverts("TokenNotHeld", tokenId=foreign):
        pool.buy([1, foreign], 2**255, BUYER, FOREVER, b"", sender=BUYER)
    with reverts("TokenDoesNotExist"):
        pool.buy([999], 2**255, BUYER, FOREVER, b"", sender=BUYER)
    pool.buy([3, 1, 2], 2**255, BUYER, FOREVER, b"", sender=BUYER)  # any order will do
    assert market.nft.balanceOf(BUYER) == 3


def test_buy__with_a_fee_asset__short_payment(driver):
    market = build_market(driver, asset=driver.deploy("FeeAsset", 6, 0))
    pool = market.pool("sell", nfts=1)
    cost = pool.quoteBuy([1], BUYER).total
    market.give(BUYER, 2 * cost, pool)
    market.asset.setFee(1, sender=GOVERNOR)
    with reverts("ShortPayment", arrived=cost - cost // 10_000, wanted=cost):
        pool.buy([1], 2**255, BUYER, FOREVER, b"", sender=BUYER)
    assert market.nft.ownerOf(1) == pool.address


def test_buy__many_times__protocol_fees_add_up_and_are_collected_by_anyone(market):
    pool = market.pool("two-sided", price=60_000, nfts=8, assets=1_000_000)
    due = 0
    for token in range(1, 9):
        due += pool.quoteBuy([token], BUYER).protocolFee
        market.buy(pool, [token])
    for _ in range(4):
        [token] = market.mint(SELLER, 1, pool)
        due += pool.quoteSell([token], SELLER).protocolFee
        market.sell_ids(pool, [token])
    assert due > market.units(3_600)
    own = pool.reserves()[1]
    assert pool.state()[4] == due == market.asset.balanceOf(pool) - own
    tx = pool.collectProtocolFees(sender=SELLER)
    assert market.asset.balanceOf(FEE_RECEIVER) == due == tx.return_value
    assert (pool.state()[4], pool.reserves()[1]) == (0, own)
    assert pool.event("ProtocolFeesCollected", tx).assets == due
    assert pool.collectProtocolFees(sender=SELLER).return_value == 0
    pool.drain([], own, MAKER, sender=MAKER)
    assert market.asset.balanceOf(pool) == 0
