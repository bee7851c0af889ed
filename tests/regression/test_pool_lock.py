"""A pool's average must hold the bid down for everybody, also inside a trade of that pool.

Found by asking what a borrower does whom the pool's average costs credit: he buys one NFT there and borrows
inside the pool's callback, where a locked view would have looked like a pool that says nothing.
"""

import pytest
from eth_utils import keccak

from tests.helpers.core import THIEF
from tests.helpers.evm import Contract, Driver
from tests.helpers.markets import FOREVER, Market, build_market
from tests.unit.pricing.worlds import GOVERNOR, HOUR, RATE, build_oracle
from vitrine.models.quotes import Quote
from vitrine.units import WAD

WINDOW = 4 * HOUR
ON_BUY, ON_SELL = "onPoolBuy(uint256,bytes)", "onPoolSell(uint256,bytes)"


@pytest.fixture
def stage(driver: Driver, asset: Contract) -> tuple[Market, Contract, Contract, Contract]:
    """Market, pool, feed and oracle; the average lies a third below the reported price."""
    world = build_oracle(driver, asset)
    world.says(0, world.reading(depth=60 * WAD))
    floor = Quote(*world.oracle.quote(world.collection)).mid
    market = build_market(driver, asset=asset)
    terms = market.terms(
        "shared", "product", collection=world.collection, spot=floor * 2 // 3 * 20, delta=20 * WAD
    )
    pool = market.create(terms)
    market.add(pool, 20)
    feed = driver.deploy("PoolTwapFeed", market.factory, pool, WINDOW)
    world.oracle.setPoolFeed(world.collection, feed, sender=GOVERNOR)
    for _ in range(10):
        feed.poke(sender=GOVERNOR)
        driver.warp(WINDOW // 8)
    world.eth(RATE)
    world.says(0, world.reading(depth=60 * WAD))
    return market, pool, feed, world.oracle


@pytest.mark.parametrize("during", [ON_BUY, ON_SELL])
def test_quote__inside_a_trade_of_the_pool__bid_is_held_down_as_before(stage, during):
    market, pool, feed, oracle = stage
    driver, collection = market.driver, market.collection_of(pool)
    average = feed.average()
    assert 0 < average == oracle.quote(collection).bid < oracle.quote(collection).mid * 7 // 10
    probe = driver.deploy("CallbackProbe")
    asks = [
        (oracle.address, 0, oracle.quote.data(collection), False),
        (pool.address, 0, pool.observe.data(), False),
    ]
    market.asset.mint(probe, market.units(10**6), sender=GOVERNOR)
    if during == ON_BUY:
        cost = pool.quoteBuy([1], probe).total
        end = (market.asset.address, 0, market.asset.transfer.data(pool, cost), True)
        trade = pool.buy.data([1], cost, probe.address, FOREVER, b"\1")
    else:
        [token] = market.mint(probe, 1, None, collection)
        end = (collection.address, 0, collection.transferFrom.data(probe, pool, token), True)
        trade = pool.sell.data([token], 0, probe.address, FOREVER, [], b"\1")
    probe.script(keccak(during.encode())[:4], [*asks, end], sender=THIEF)
    with driver.same_block():
        outside, seen = oracle.quote(collection), pool.observe()
        assert outside.bid <= average
        probe.execute(pool, 0, trade, sender=THIEF)
        told, observed = (probe.outcome(n).output for n in range(2))
        assert told == encode_quote(outside)
        assert [int.from_bytes(observed[n : n + 32]) for n in range(0, 96, 32)] == list(seen)


def encode_quote(quote: Quote) -> bytes:
    return b"".join(int(word).to_bytes(32) for word in quote)
