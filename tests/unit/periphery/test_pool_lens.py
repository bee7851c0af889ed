"""`PoolLens`: the ids a pool holds, whatever its collection answers."""

import pytest

from tests.helpers.core import STRANGER
from tests.helpers.markets import BUYER, Market, build_market


@pytest.fixture
def market(driver) -> Market:
    return build_market(driver)


@pytest.fixture
def lens(driver):
    return driver.deploy("PoolLens")


@pytest.mark.parametrize("kind", ["two-sided", "shared"])
def test_held__after_trades_and_gifts__what_the_collection_says(market, lens, kind):
    pool = market.pool(kind, nfts=6, assets=1_000)
    market.buy(pool, [2, 5], by=BUYER)
    (gift,) = market.mint(STRANGER, 1)
    market.nft.transferFrom(STRANGER, pool, gift, sender=STRANGER)
    assert lens.heldIn(pool, 0, 20) == market.held(pool) == [1, 3, 4, 6, gift]
    assert lens.heldIn(pool, 3, 2) == [3, 4]
    assert lens.heldIn(pool, 3, 0) == lens.heldIn(pool, 100, 50) == []
    assert lens.heldAmong(pool, [6, 2, 1, 999, 1]) == [6, 1, 1]


def test_held__owners_that_cannot_be_told__count_as_not_held(market, lens):
    pool = market.pool("two-sided", nfts=2)
    top = 2**256 - 1
    assert lens.heldAmong(pool, [0, top, 1]) == [1]  # never minted: the collection reverts
    assert lens.heldIn(pool, top, 1) == []
