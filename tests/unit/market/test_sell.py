"""Selling into pools: every leg, limits, lists, what is refused."""

import pytest

from tests.helpers.balances import Watch, unchanged
from tests.helpers.core import GOVERNOR, STRANGER
from tests.helpers.evm import reverts
from tests.helpers.markets import (
    ARTIST,
    BUYER,
    CURVES,
    FOREVER,
    MAKER,
    SELLER,
    build_market,
    list_leaf,
    shapes,
)
from vitrine.demo.merkle import MerkleTree
from vitrine.units import bps_up


@pytest.mark.parametrize(("kind", "curve"), shapes("buy", "two-sided", "shared"))
def test_sell__every_kind_and_curve__brings_what_was_quoted(market, kind, curve):
    pool = market.pool(kind, curve, nfts=6, assets=1_000)
    ids = market.mint(SELLER, 3, pool)
    quote = pool.quoteSell(ids, SELLER)
    assert market.units(200) < quote.price < market.units(300)
    assert (quote.lpFee, quote.protocolFee) == (bps_up(quote.price, 100), bps_up(quote.price, 50))
    assert quote.total == quote.price - quote.lpFee - quote.protocolFee
    nfts, assets = pool.reserves()
    watch = Watch(
        [market.asset],
        nfts=[(market.nft, i) for i in range(1, ids[-1] + 1)],
        holders={"seller": SELLER, "friend": STRANGER, "pool": pool},
    )
    before = watch.now()
    tx = pool.sell(ids, quote.total, STRANGER, FOREVER, [], b"", sender=SELLER)
    assert tx.return_value == quote.total
    watch.assert_moved(
        before, {"friend": quote.total, "pool": -quote.total}, {(market.nft, i): pool for i in ids}
    )
    assert pool.state() == (quote.newSpot, quote.newDelta, 100, 50, quote.protocolFee)
    assert pool.reserves() == (nfts + 3, assets - quote.price + quote.lpFee)
    event = pool.event("NftsSold", tx)
    assert (event.seller, event.receiver, list(event.tokenIds)) == (SELLER.address, STRANGER.address, ids)
    assert (event.total, event.lpFee, event.protocolFee, event.royalty, event.spot, event.delta) == (
        quote.total, quote.lpFee, quote.protocolFee, 0, quote.newSpot, quote.newDelta,
    )  # fmt: skip


def test_sell__proceeds_at_the_limit__pass_and_one_unit_more_reverts(market):
    pool = market.pool("buy", assets=1_000)
    ids = market.mint(SELLER, 1, pool)
    proceeds = pool.quoteSell(ids, SELLER).total
    with reverts("ProceedsBelowMin", proceeds=proceeds, minProceeds=proceeds + 1):
        pool.sell(ids, proceeds + 1, SELLER, FOREVER, [], b"", sender=SELLER)
    pool.sell(ids, proceeds, SELLER, FOREVER, [], b"", sender=SELLER)
    assert market.asset.balanceOf(SELLER) == proceeds


def test_sell__at_the_deadline__passes_and_a_second_later_reverts(market):
    pool = market.pool("buy", assets=1_000)
    ids = market.mint(SELLER, 2, pool)
    now = market.driver.timestamp
    pool.sell(ids[:1], 0, SELLER, now, [], b"", sender=SELLER)
    with reverts("DeadlineExpired", deadline=now, now_=now + 1):
        pool.sell(ids[1:], 0, SELLER, now, [], b"", sender=SELLER)


def test_sell__into_a_pool_that_only_sells__reverts(market):
    pool = market.pool("sell", nfts=1, assets=0)
    ids = market.mint(SELLER, 1, pool)
    for call in (
        lambda: pool.quoteSell(ids, SELLER),
        lambda: pool.sell(ids, 0, SELLER, FOREVER, [], b"", sender=SELLER),
    ):
        with reverts("WrongDirection", kind=1):
            call()


@pytest.mark.parametrize("kind", ["buy", "shared"])
def test_sell__a_unit_of_asset_missing__pool_short(market, kind):
    pool = market.pool(kind, nfts=4 if kind == "shared" else 0)
    ids = market.mint(SELLER, 8, pool)
    quote = pool.quoteSell(ids[:1], SELLER) if kind == "shared" else None
    if quote is None:
        wanted = market.units(95) - bps_up(market.units(95), 100)
        market.give(MAKER, wanted, pool)
        pool.fund([], wanted - 1, sender=MAKER)
        with reverts("PoolShort", held=wanted - 1, wanted=wanted):
            pool.sell(ids[:1], 0, SELLER, FOREVER, [], b"", sender=SELLER)
        pool.fund([], 1, sender=MAKER)
        pool.sell(ids[:1], 0, SELLER, FOREVER, [], b"", sender=SELLER)
        assert pool.reserves() == (1, 0)
        assert market.asset.balanceOf(pool) == pool.state()[4] == bps_up(market.units(95), 50)
        return
    market.asset.mint(pool, market.units(10_000), sender=GOVERNOR)  # a gift is not the pool's to spend
    with reverts("PoolShort"):
        pool.sell(ids, 0, SELLER, FOREVER, [], b"", sender=SELLER)
    pool.sell(ids[:4], 0, SELLER, FOREVER, [], b"", sender=SELLER)


def test_sell__what_the_pool_has_or_nothing_or_twice__named_errors(market):
    pool = market.pool("two-sided", nfts=2, assets=1_000)
    ids = market.mint(SELLER, 2, pool)
    [foreign] = market.mint(BUYER, 1, pool)
    for call in (
        lambda which: pool.quoteSell(which, SELLER),
        lambda which: pool.sell(which, 0, SELLER, FOREVER, [], b"", sender=SELLER),
    ):
        with reverts("NothingTraded"):
            call([])
        with reverts("DuplicateToken", tokenId=ids[0]):
            call([ids[0], ids[0]])
    with reverts("TokenHeldAlready", tokenId=1):
        pool.quoteSell([1], SELLER)
    with reverts("TransferFromIncorrectOwner"):
        pool.sell([1], 0, SELLER, FOREVER, [], b"", sender=SELLER)
    with reverts("TransferFromIncorrectOwner"):
        pool.sell([ids[0], foreign], 0, SELLER, FOREVER, [], b"", sender=SELLER)
    with reverts("TokenDoesNotExist"):
        pool.sell([999], 0, SELLER, FOREVER, [], b"", sender=SELLER)
    with reverts("LengthMismatch", left=1, right=0):
        pool.sell(ids, 0, SELLER, FOREVER, [[]], b"", sender=SELLER)


def test_sell__to_a_pool_with_a_list__only_what_is_on_it(market):
    tree = MerkleTree([list_leaf(token) for token in range(1, 6)])
    pool = market.pool("buy", assets=1_000, root=tree.root)
    assert pool.listRoot() == tree.root
    ids = market.mint(SELLER, 7, pool)
    watch = Watch([market.asset], [(market.nft, i) for i in ids], holders={"seller": SELLER, "pool": pool})
    with unchanged(watch):
        with reverts("LengthMismatch", left=1, right=2):
            pool.sell([1, 2], 0, SELLER, FOREVER, [tree.proof(0)], b"", sender=SELLER)
        with reverts("NotOnList", tokenId=6):
            pool.sell([6], 0, SELLER, FOREVER, [tree.proof(4)], b"", sender=SELLER)
        with reverts("NotOnList", tokenId=2):
            pool.sell([1, 2], 0, SELLER, FOREVER, [tree.proof(0), tree.proof(0)], b"", sender=SELLER)
        with reverts("NotOnList", tokenId=1):
            pool.sell([1], 0, SELLER, FOREVER, [[]], b"", sender=SELLER)
    pool.sell([1, 5], 0, SELLER, FOREVER, [tree.proof(0), tree.proof(4)], b"", sender=SELLER)
    assert market.held(pool) == [1, 5]


def test_sell__price_that_fees_would_eat__named_error(market):
    pool = market.create(market.terms("two-sided", "linear", spot=2, delta=1, fee_bps=100))
    market.fund(pool, 0, 1)
    ids = market.mint(SELLER, 1, pool)
    with reverts("FeesAbovePrice", fees=2, price=1):
        pool.sell(ids, 0, SELLER, FOREVER, [], b"", sender=SELLER)


def test_sell__depth__is_what_can_be_sold_one_by_one(market):
    for curve in CURVES:
        pool = market.pool("two-sided", curve, assets=700, nfts=1)
        floor = market.units(60)
        depth = pool.depthAt(floor, 100)
        assert 0 < depth < 100
        assert pool.depthAt(floor, depth - 1) == depth - 1
        mark = market.driver.snapshot()
        lowest = 0
        for _ in range(depth):
            [token] = market.mint(SELLER, 1, pool)
            lowest = market.sell_ids(pool, [token]).return_value
            assert lowest >= floor
        [token] = market.mint(SELLER, 1, pool)
        spot, delta = pool.state()[:2]
        price = market.curves[curve].sellDown(spot, delta, 1)[0]
        net = price - bps_up(price, 100) - bps_up(price, 50)
        if net >= floor:
            with reverts("PoolShort"):
                pool.quoteSell([token], SELLER)
        market.driver.revert(mark)
        market._next_id[market.nft.address] -= depth + 1
        assert pool.depthAt(lowest, 100) == depth
    assert market.pool("sell", nfts=3).depthAt(0, 10) == 0


def test_sell__with_royalty__every_leg_and_the_credit(driver):
    market = build_market(driver, 6)
    art = driver.deploy("RoyaltyNft", ARTIST, 500)
    pool = market.pool("two-sided", nfts=2, assets=1_000, collection=art)
    ids = market.mint(SELLER, 2, pool, art)
    quote = pool.quoteSell(ids, SELLER)
    assert quote.royalty == 2 * (quote.price // 2 * 500 // 10_000)
    assert quote.total == quote.price - quote.lpFee - quote.protocolFee - quote.royalty
    own = pool.reserves()[1]
    pool.sell(ids, quote.total, SELLER, FOREVER, [], b"", sender=SELLER)
    assert market.royalties.claimable(ARTIST) == quote.royalty == market.asset.balanceOf(market.royalties)
    assert pool.reserves()[1] == own - quote.price + quote.lpFee
    bought = pool.quoteBuy([1], BUYER)
    assert bought.total == bought.price + bought.lpFee + bought.protocolFee + bought.royalty
    market.buy(pool, [1])
    assert market.royalties.claimable(ARTIST) == quote.royalty + bought.royalty
