"""Gas of pools on Anvil, with and without a 5 % royalty: `ROWS` and `measure()` for the table."""

from collections.abc import Callable

from tests.gas.footprint import Footprint, footprint_of_last
from tests.gas.table import Row
from tests.helpers.anvil import AnvilDriver
from tests.helpers.evm import Contract, Tx
from tests.helpers.markets import (
    ARTIST,
    BUYER,
    FOREVER,
    MAKER,
    PROVIDER,
    RIVAL_PROVIDER,
    SELLER,
    Market,
    build_market,
)

ROWS = (
    Row("pool.create", 130_000, "sudoswap v2", 168_593),
    Row("pool.buy1", 92_000, "sudoswap v2", 118_056),
    Row("pool.buy5", 135_000, "sudoswap v2", 162_733),
    Row("pool.sell1", 92_000, "sudoswap v2", 116_453),
    Row("pool.sell5", 135_000, "sudoswap v2", 161_774),
    Row("pool.buy1_royalty", None, "sudoswap v2", 127_961),
    Row("pool.buy5_royalty", None, "sudoswap v2", 172_637),
    Row("pool.sell1_royalty", None, "sudoswap v2", 126_056),
    Row("pool.sell5_royalty", None, "sudoswap v2", 171_376),
    Row("pool.shared_buy1", None, None, None),
    Row("pool.add_liquidity", None, None, None),
    Row("pool.remove_liquidity", None, None, None),
)


def measure(driver: AnvilDriver) -> dict[str, tuple[int, Footprint]]:
    """Every row: gas and what it touched. Steady state: everybody holds tokens and traded here before."""
    found: dict[str, tuple[int, Footprint]] = {}

    def weigh(row: str, tx: Tx) -> None:
        assert tx.gas_used is not None
        found[row] = (tx.gas_used, footprint_of_last(driver))

    market = build_market(driver)
    market.pool("two-sided")  # the maker's first
    weigh("pool.create", market.factory.create(market.terms("two-sided"), sender=MAKER))
    swaps(market, market.nft, weigh, "")
    swaps(market, driver.deploy("RoyaltyNft", ARTIST, 500), weigh, "_royalty")
    assert market.royalties.claimable(ARTIST) > 0
    shared(market, weigh)
    return found


def swaps(market: Market, collection: Contract, weigh: Callable[[str, Tx], None], mark: str) -> None:
    """Swaps of 1 and 5."""
    pool = market.pool("two-sided", "linear", price=1_000, nfts=20, assets=100_000, collection=collection)
    market.give(BUYER, market.units(10**6), pool)
    market.give(SELLER, market.units(1), pool)
    ids = market.mint(SELLER, 20, pool, collection)
    market.mint(BUYER, 1, collection=collection)
    held = market.held(pool)
    pool.buy(held[:1], 2**255, BUYER, FOREVER, b"", sender=BUYER)
    pool.sell(ids[:1], 0, SELLER, FOREVER, [], b"", sender=SELLER)
    for count, start in ((1, 1), (5, 2)):
        these, those = held[start : start + count], ids[start : start + count]
        weigh(f"pool.buy{count}{mark}", pool.buy(these, 2**255, BUYER, FOREVER, b"", sender=BUYER))
        weigh(f"pool.sell{count}{mark}", pool.sell(those, 0, SELLER, FOREVER, [], b"", sender=SELLER))


def shared(market: Market, weigh: Callable[[str, Tx], None]) -> None:
    """A pool of two providers, an hour after its last swap."""
    pool = market.pool("shared", "product", price=1_000, nfts=10)
    market.add(pool, 2, by=RIVAL_PROVIDER)
    market.give(BUYER, market.units(10**6), pool)
    pool.buy(market.held(pool)[:1], 2**255, BUYER, FOREVER, b"", sender=BUYER)
    market.driver.warp(3_600)
    weigh("pool.shared_buy1", pool.buy(market.held(pool)[:1], 2**255, BUYER, FOREVER, b"", sender=BUYER))
    ids = market.mint(PROVIDER, 1, pool)
    market.give(PROVIDER, market.units(10_000), pool)
    market.driver.warp(3_600)
    weigh("pool.add_liquidity", pool.addLiquidity(ids, 2**200, 0, PROVIDER, FOREVER, [], sender=PROVIDER))
    market.driver.warp(3_600)
    shares = pool.balanceOf(PROVIDER) // 4
    weigh("pool.remove_liquidity", market.remove(pool, shares))
