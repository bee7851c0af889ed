"""PoolTaker: take, sell, pay, keep the difference; without capital and with nothing left inside."""

import pytest

from tests.helpers.core import GOVERNOR, STRANGER, TAKER, build_core
from tests.helpers.evm import DEPLOYER, PyrevmDriver, reverts
from tests.helpers.markets import MAKER
from tests.unit.liquidation.conftest import EXIT
from tests.unit.periphery.pool_exits import KEEPER, RECEIVER, PoolExits, abi_proofs, build_pool_exits


@pytest.fixture(params=[6, 18])
def market_exits(request, driver) -> PoolExits:
    core = build_core(driver, request.param)
    core.supply(2_000_000)
    return build_pool_exits(core)


def test_take_into__pool_pays_more__difference_to_the_receiver(market_exits):
    world = market_exits
    core = world.core
    (ref,) = world.exits.auction()
    pool = world.pool(45_000)
    with core.driver.same_block():
        price = core.auction.priceOf(*ref)[0]
        net = pool.quoteSell([ref[1]], world.taker).total
        before = core.asset.balanceOf(core.vault)
        tx = world.take(ref, pool, most=price, profit=net - price)
        assert tx.return_value == net - price == core.asset.balanceOf(RECEIVER) > 0
        assert core.asset.balanceOf(core.vault) == before + price
    event = world.taker.event("TakenInto", tx)
    assert (event.venue, event.keeper, event.price, event.profit) == (
        pool.address, KEEPER.address, price, net - price,
    )  # fmt: skip
    assert core.nft.ownerOf(ref[1]) == pool.address
    assert core.asset.balanceOf(KEEPER) == 0 and world.empty()
    assert core.vault.creditOf(KEEPER) == 0  # a taker earns no settler's tip


def test_take_into__usdt_asset_twice__allowance_is_used_up():
    driver = PyrevmDriver()
    core = build_core(driver, 6, driver.deploy("MockUsdt", 6, sender=DEPLOYER))
    core.supply(1_000_000)
    world = build_pool_exits(core)
    refs = world.exits.auction(price=31_000, count=2)
    pool = world.pool(45_000)
    for ref in refs:
        assert world.take(ref, pool).return_value > 0
    assert world.empty()


@pytest.mark.parametrize("over", [0, 1])
def test_take_into__least_profit__boundary(market_exits, over):
    world = market_exits
    core = world.core
    (ref,) = world.exits.auction()
    pool = world.pool(45_000)
    with core.driver.same_block():
        gain = pool.quoteSell([ref[1]], world.taker).total - core.auction.priceOf(*ref)[0]
        if over:
            with reverts("ProceedsBelowMin"):
                world.take(ref, pool, profit=gain + 1)
            assert core.desk.pledgeOf(*ref).live
        else:
            assert world.take(ref, pool, profit=gain).return_value == gain


@pytest.mark.parametrize("over", [-1, 0])
def test_take_into__highest_price__boundary(market_exits, over):
    world = market_exits
    core = world.core
    (ref,) = world.exits.auction()
    pool = world.pool(45_000)
    with core.driver.same_block():
        price = core.auction.priceOf(*ref)[0]
        if over < 0:
            with reverts("PriceAboveMax"):
                world.take(ref, pool, most=price - 1)
        else:
            world.take(ref, pool, most=price)


def test_take_into__pool_below_the_price__nothing_happens(market_exits):
    world = market_exits
    core = world.core
    (ref,) = world.exits.auction()
    pool = world.pool(30_000)
    with reverts("ProceedsBelowMin"):
        world.take(ref, pool)
    assert core.desk.pledgeOf(*ref).live and world.empty()


def test_take_into__sandwich__bounded_by_both_limits(market_exits):
    world = market_exits
    core = world.core
    (ref,) = world.exits.auction()
    pool = world.pool(45_000)
    price = core.auction.priceOf(*ref)[0]
    gain = pool.quoteSell([ref[1]], world.taker).total - price
    world.market.sell(pool, 1)
    with reverts("ProceedsBelowMin"):
        world.take(ref, pool, most=price, profit=gain)
    core.price(39_950)  # the price of the auction rises meanwhile
    with reverts("PriceAboveMax"):
        world.take(ref, pool, most=price)


def test_take_into__unknown_venue__refused(market_exits, driver):
    world = market_exits
    (ref,) = world.exits.auction()
    fake = driver.deploy("CallbackProbe")
    with reverts("UnknownTakeVenue", venue=fake):
        world.take(ref, fake)
    pool = world.pool(45_000, collection=world.core.thin)
    with reverts("WrongCollection"):
        world.take(ref, pool)
    with reverts("Unauthorized", caller=world.taker):
        world.take(ref, world.exit, data=world.data(pool))  # serves auctions alone


@pytest.mark.parametrize("over", [-1, 0, 1])
def test_take_into__exit_that_serves_anyone__measured(market_exits, over):
    world = market_exits
    core = world.core
    (ref,) = world.exits.auction()
    venue = world.exits.venue
    with core.driver.same_block():
        price = core.auction.priceOf(*ref)[0]
        core.asset.mint(venue, price + over, sender=GOVERNOR)
        step = (core.asset, 0, core.asset.transfer.data(world.taker, price + over), True)
        venue.script(EXIT, [step], sender=GOVERNOR)
        if over < 0:
            with reverts("TakeUnprofitable", proceeds=price - 1, wanted=price):
                world.take(ref, venue, data=b"anything")
        else:
            assert world.take(ref, venue, data=b"anything").return_value == over
            assert core.nft.ownerOf(ref[1]) == venue.address
    assert world.empty()


def test_take_into__venue_enters_again__closed(market_exits):
    world = market_exits
    core = world.core
    refs = world.exits.auction(price=31_000, count=2)
    venue, pool = world.exits.venue, world.pool(45_000)
    price = core.auction.priceOf(*refs[0])[0]
    core.asset.mint(venue, price, sender=GOVERNOR)
    again = world.taker.takeInto.data(*refs[1], pool, 2**255, 0, STRANGER, abi_proofs([]))
    callback = world.taker.onTake.data(*refs[1], 0, abi_proofs([]))
    venue.script(
        EXIT,
        [
            (core.asset, 0, core.asset.transfer.data(world.taker, price), True),
            (world.taker, 0, again, False),
            (world.taker, 0, callback, False),
        ],
        sender=GOVERNOR,
    )
    world.take(refs[0], venue, data=b"anything")
    assert [venue.outcome(i).success for i in range(3)] == [True, False, False]
    assert core.desk.pledgeOf(*refs[1]).live


def test_take_into__asset_sent_before__is_nobodys_profit(market_exits):
    world = market_exits
    core = world.core
    (ref,) = world.exits.auction()
    pool = world.pool(45_000)
    core.asset.mint(world.taker, 5, sender=GOVERNOR)
    with core.driver.same_block():
        gain = pool.quoteSell([ref[1]], world.taker).total - core.auction.priceOf(*ref)[0]
        assert world.take(ref, pool).return_value == gain
    assert core.asset.balanceOf(world.taker) == 5


def test_on_take__not_from_the_auction__refused(market_exits):
    world = market_exits
    with reverts("Unauthorized", caller=TAKER):
        world.taker.onTake(world.core.nft, 1, 0, b"", sender=TAKER)


def test_take_into__auction_gone__fails_cleanly(market_exits):
    world = market_exits
    core = world.core
    (ref,) = world.exits.auction()
    pool = world.pool(45_000)
    with core.driver.same_block():
        world.take(ref, pool)
        with reverts("NoAuction"):
            world.settle(ref, pool)
        with reverts("NoAuction"):
            world.take(ref, pool)
    assert core.nft.ownerOf(ref[1]) == pool.address
    assert core.asset.balanceOf(MAKER) == 0
