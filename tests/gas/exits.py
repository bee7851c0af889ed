"""What ways out of an auction and standing bids cost on Anvil: `ROWS` and `measure()` for the table."""

from tests.gas.footprint import Footprint, footprint_of_last
from tests.gas.table import Row
from tests.helpers.anvil import AnvilDriver
from tests.helpers.core import BORROWER, DAY, GOVERNOR, HOUR, build_core
from tests.helpers.evm import Tx
from tests.unit.liquidation.conftest import BIDDER, RIVAL
from tests.unit.periphery.pool_exits import KEEPER, RECEIVER, abi_pool, abi_proofs, build_pool_exits

ROWS = (
    Row("auction.settle_into.bid", None, None, None),
    Row("auction.settle_into.bid_of_32", None, None, None),
    Row("auction.settle_into.pool", None, None, None),
    Row("auction.take_into.pool", None, None, None),
    Row("bid.place", None, None, None),
    Row("bid.cancel", None, None, None),
    Row("bid.claim", None, None, None),
    Row("bid.claim_nft", None, None, None),
)


def measure(driver: AnvilDriver) -> dict[str, tuple[int, Footprint]]:
    """Every row: gas and what it touched. One of several auctions; everybody was here before."""
    found: dict[str, tuple[int, Footprint]] = {}

    def weigh(row: str, tx: Tx) -> None:
        assert tx.gas_used is not None
        found[row] = (tx.gas_used, footprint_of_last(driver))

    core = build_core(driver)
    core.supply(2_000_000)
    world = build_pool_exits(core)
    bids = world.exits.bids
    refs = core.loan(8 * 30_000, 8)
    core.price(31_000)
    core.warn_and_liquidate(refs)
    driver.warp(2 * HOUR)
    core.price(31_000)
    pool = world.pool(45_000, assets=1_000_000)
    for who in (BIDDER, RIVAL):
        core.fund(who, core.units(10**7), bids)
    until = driver.timestamp + 30 * DAY
    terms = (core.nft, 9_800, core.units(32_000), 9, until)
    bids.place(*terms, sender=BIDDER)
    weigh("bid.place", bids.place(*terms, sender=BIDDER))
    weigh("bid.cancel", bids.cancel(2, sender=BIDDER))
    core.asset.mint(RECEIVER, 1, sender=GOVERNOR)
    core.auction.settleInto(*refs[0], bids, 0, b"", sender=KEEPER)  # first tips, credits and fees
    core.auction.settleInto(*refs[1], world.exit, 0, abi_pool(pool), sender=KEEPER)
    weigh("auction.settle_into.bid", core.auction.settleInto(*refs[2], bids, 0, b"", sender=KEEPER))
    settled = core.auction.settleInto(*refs[3], world.exit, 0, abi_pool(pool), sender=KEEPER)
    weigh("auction.settle_into.pool", settled)
    taken = world.taker.takeInto(*refs[4], pool, 2**255, 0, RECEIVER, abi_proofs([]), sender=KEEPER)
    weigh("auction.take_into.pool", taken)
    for _ in range(30):
        bids.place(core.nft, 9_000, core.units(32_000), 1, until, sender=RIVAL)
    assert len(bids.bidsOf(core.nft)) == bids.MAX_BIDS()
    weigh("auction.settle_into.bid_of_32", core.auction.settleInto(*refs[5], bids, 0, b"", sender=KEEPER))
    weigh("bid.claim", bids.claim(BIDDER, sender=BIDDER))
    weigh("bid.claim_nft", bids.claimNft(*refs[0], BIDDER, sender=BIDDER))
    assert core.debt(BORROWER) > 0
    return found
