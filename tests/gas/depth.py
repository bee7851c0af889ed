"""What royalties, pool averages and measured depth cost on Anvil: `ROWS` and `measure()` for the table."""

from tests.gas.footprint import Footprint, footprint_of_last
from tests.gas.table import Row
from tests.helpers.accounts import Account
from tests.helpers.anvil import AnvilDriver
from tests.helpers.core import BORROWER, GOVERNOR, HOUR, KEEPER, MAX_RATE, build_core
from tests.helpers.evm import Contract, Driver, Tx
from tests.helpers.markets import build_market

CREATOR, VENUE = Account("creator"), Account("venue")
ZERO = "0x" + "00" * 20

ROWS = (
    Row("royalty.none", None, None, None),
    Row("royalty.of", None, None, None),
    Row("royalty.credit", None, None, None),
    Row("royalty.claim", None, None, None),
    Row("twap.poke", None, None, None),
    Row("twap.average", None, None, None),
    Row("depth.poke", None, None, None),
    Row("vault.borrow_measured", None, None, None),
)


def execution(driver: Driver, contract: Contract, data: bytes) -> Tx:
    """A view sent as a transaction; the base fee and its calldata are taken off where it is told."""
    return driver.transact(KEEPER.address, contract.address, data)


def measure(driver: AnvilDriver) -> dict[str, tuple[int, Footprint]]:
    """Every row: gas (of views: of their execution), and what it touched."""
    found: dict[str, tuple[int, Footprint]] = {}

    def weigh(row: str, tx: Tx, data: bytes = b"") -> None:
        assert tx.gas_used is not None
        base = 21_000 + sum(16 if byte else 4 for byte in data) if data else 0
        found[row] = (tx.gas_used - base, footprint_of_last(driver))

    core = build_core(driver)
    core.supply(2_000_000)
    market = build_market(driver, core=core)
    engine, asset = market.royalties, core.asset
    art = driver.deploy("RoyaltyNft", CREATOR, 500)
    for row, collection in (("royalty.none", core.nft), ("royalty.of", art)):
        data = engine.royaltyOf.data(collection, 1, 10**9, VENUE)
        weigh(row, execution(driver, engine, data), data)
    asset.mint(VENUE, 10**12, sender=GOVERNOR)
    for _ in range(2):  # the second one is the steady state
        asset.transfer(engine, 10**6, sender=VENUE)
        weigh("royalty.credit", engine.credit(art, 1, CREATOR, 2 * 10**7, 10**6, 10**6, sender=VENUE))
    asset.mint(CREATOR, 1, sender=GOVERNOR)
    weigh("royalty.claim", engine.claim(CREATOR, sender=CREATOR))

    core.loan(1_000, 2)
    pool = market.pool("shared", "product", price=60_000, nfts=20)
    feed = driver.deploy("PoolTwapFeed", market.factory, pool, 4 * HOUR)
    lens = driver.deploy("DepthLens", core.authority, core.book, core.oracle, market.factory, ZERO)
    lens.setPools(core.nft, [pool], sender=GOVERNOR)
    for _ in range(40):  # both rings were filled once
        driver.warp(HOUR)
        weigh("twap.poke", feed.poke(sender=KEEPER))
        weigh("depth.poke", lens.poke(core.nft, sender=KEEPER))
    data = feed.average.data()
    weigh("twap.average", execution(driver, feed, data), data)
    core.book.setExitDepth(lens, sender=GOVERNOR)
    core.price(60_000)
    driver.warp(60)
    borrowed = core.desk.borrow(core.units(100), MAX_RATE, BORROWER, BORROWER, sender=BORROWER)
    weigh("vault.borrow_measured", borrowed)
    return found
