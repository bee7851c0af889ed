"""Gas of pools on Anvil, with and without a 5 % royalty. Fails when an operation grows by more than 2 %."""

import pytest

from tests.gas.table import GROWTH_BPS
from tests.helpers.anvil import AnvilDriver
from tests.helpers.core import GOVERNOR
from tests.helpers.evm import Contract
from tests.helpers.markets import ARTIST, BUYER, FOREVER, MAKER, SELLER, Market, build_market

MEASURED = {
    "pool.create": 126_863,
    "pool.buy1": 94_749,
    "pool.buy5": 146_139,
    "pool.sell1": 94_521,
    "pool.sell5": 146_431,
    "pool.buy1 with royalty": 130_867,
    "pool.buy5 with royalty": 232_946,
    "pool.sell1 with royalty": 130_636,
    "pool.sell5 with royalty": 233_232,
}
BUDGETS = {
    "pool.create": 130_000,
    "pool.buy1": 92_000,
    "pool.buy5": 135_000,
    "pool.sell1": 92_000,
    "pool.sell5": 135_000,
}


def weigh_swaps(market: Market, collection: Contract) -> dict[str, int]:
    """Swaps of 1 and 5 in steady state: everybody holds tokens and money, and traded here before."""
    pool = market.pool("two-sided", "linear", price=1_000, nfts=20, assets=100_000, collection=collection)
    market.give(BUYER, market.units(10**6), pool)
    market.give(SELLER, market.units(1), pool)
    ids = market.mint(SELLER, 20, pool, collection)
    market.mint(BUYER, 1, collection=collection)
    held = market.held(pool)
    pool.buy(held[:1], 2**255, BUYER, FOREVER, b"", sender=BUYER)
    pool.sell(ids[:1], 0, SELLER, FOREVER, [], b"", sender=SELLER)
    found = {}
    for count, start in ((1, 1), (5, 2)):
        these, those = held[start : start + count], ids[start : start + count]
        tx = pool.buy(these, 2**255, BUYER, FOREVER, b"", sender=BUYER)
        found[f"pool.buy{count}"] = tx.gas_used
        tx = pool.sell(those, 0, SELLER, FOREVER, [], b"", sender=SELLER)
        found[f"pool.sell{count}"] = tx.gas_used
    return found


@pytest.fixture(scope="module")
def measured() -> dict[str, int]:
    driver = AnvilDriver()
    try:
        market = build_market(driver)
        market.pool("two-sided")  # the maker's first
        created = market.factory.create(market.terms("two-sided"), sender=MAKER)
        artful = driver.deploy("RoyaltyNft", ARTIST, 500)
        with_royalty = weigh_swaps(market, artful)
        assert market.royalties.claimable(ARTIST) > 0
        market.factory.setProtocolFee(50, sender=GOVERNOR)
        return (
            {"pool.create": created.gas_used}
            | weigh_swaps(market, market.nft)
            | {f"{name} with royalty": gas for name, gas in with_royalty.items()}
        )
    finally:
        driver.close()


@pytest.mark.parametrize("name", MEASURED)
def test_pool_gas__no_operation_grew_unseen(measured, name):
    budget = f", budget {BUDGETS[name]:,}" if name in BUDGETS else ""
    print(f"{name}: {measured[name]:,} (committed {MEASURED[name]:,}{budget})")
    assert measured[name] * 10_000 <= MEASURED[name] * (10_000 + GROWTH_BPS)
