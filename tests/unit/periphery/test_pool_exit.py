"""PoolExit: an auctioned NFT into a pool, straight to the vault; for auctions alone."""

import pytest
from eth_utils import keccak

from tests.helpers.core import BORROWER, GOVERNOR, HOUR, STRANGER, SUPPLIER, build_core, tier
from tests.helpers.evm import DEPLOYER, PyrevmDriver, reverts
from tests.helpers.markets import ARTIST, MAKER, SELLER
from tests.unit.periphery.pool_exits import KEEPER, PoolExits, build_pool_exits


@pytest.fixture(params=[6, 18])
def market_exits(request, driver) -> PoolExits:
    core = build_core(driver, request.param)
    core.supply(2_000_000)
    return build_pool_exits(core)


def test_exit__pool_pays_more__all_of_it_for_the_account(market_exits):
    world = market_exits
    core = world.core
    (ref,) = world.exits.auction()
    pool = world.pool(45_000)
    net = world.exit.quoteExit(*ref, world.data(pool))
    assert net == pool.quoteSell([ref[1]], world.exit).total
    before = core.asset.balanceOf(core.vault)
    tx = world.settle(ref, pool, least=net)
    assert tx.return_value == net == core.asset.balanceOf(core.vault) - before
    event = core.auction.event("AuctionSettledInto", tx)
    assert (event.venue, event.settler, event.proceeds) == (world.exit.address, KEEPER.address, net)
    assert core.nft.ownerOf(ref[1]) == pool.address
    assert core.debt() == 0 and core.vault.creditOf(BORROWER) > 0
    assert core.vault.creditOf(KEEPER) > 0
    assert world.empty()
    assert core.nft.getApproved(ref[1]) == "0x" + "00" * 20


def test_exit__usdt_asset__works():
    driver = PyrevmDriver()
    core = build_core(driver, 6, driver.deploy("MockUsdt", 6, sender=DEPLOYER))
    core.supply(1_000_000)
    world = build_pool_exits(core)
    (ref,) = world.exits.auction()
    pool = world.pool(45_000)
    assert world.settle(ref, pool).return_value > 0
    assert core.nft.ownerOf(ref[1]) == pool.address and world.empty()


def test_exit__anyone_else__refused(market_exits):
    """An entitled caller that served anyone would let anyone skip royalties."""
    world = market_exits
    pool = world.pool(45_000)
    world.core.nft.mint(world.exit, 777, sender=GOVERNOR)
    with reverts("Unauthorized", caller=STRANGER):
        world.exit.exit(world.core.nft, 777, STRANGER, 0, world.data(pool), sender=STRANGER)


def test_exit__royalty__entitled_policy_counts(market_exits, driver):
    world = market_exits
    core = world.core
    nft = driver.deploy("RoyaltyNft", ARTIST, 500)
    core.price(60_000, nft)
    core.book.addCollection(nft, tier(), sender=GOVERNOR)
    (ref,) = core.loan(30_000, collection=nft)
    core.price(39_900, nft)
    core.warn_and_liquidate([ref])
    driver.warp(2 * HOUR)
    pool = world.pool(45_000, collection=nft)
    full = pool.quoteSell([ref[1]], SELLER)
    assert full.royalty > 0
    assert world.exit.quoteExit(*ref, world.data(pool)) == full.total
    world.market.royalties.setPolicy(nft, 2, 0, sender=GOVERNOR)
    assert pool.quoteSell([ref[1]], SELLER).royalty == full.royalty
    net = full.total + full.royalty
    assert world.exit.quoteExit(*ref, world.data(pool)) == net
    assert world.settle(ref, pool).return_value == net


def test_exit__no_pool_of_the_factory__refused(market_exits, driver):
    world = market_exits
    (ref,) = world.exits.auction()
    fake = driver.deploy("CallbackProbe")
    with reverts("UnknownPool", pool=fake):
        world.settle(ref, fake)
    with reverts("UnknownPool", pool=fake):
        world.exit.quoteExit(*ref, world.data(fake))
    assert world.core.nft.ownerOf(ref[1]) == world.core.desk.address


def test_exit__pool_of_another_collection__refused(market_exits):
    world = market_exits
    (ref,) = world.exits.auction()
    pool = world.pool(45_000, collection=world.core.thin)
    with reverts("WrongCollection", trades=world.core.thin):
        world.settle(ref, pool)


def test_exit__dead_pool__fails_and_the_auction_goes_on(market_exits):
    """Drained, or of a kind that does not buy: the auction stands, and any other exit still works."""
    world = market_exits
    core = world.core
    (ref,) = world.exits.auction()
    drained, seller = world.pool(45_000), world.pool(45_000, "sell", assets=0)
    drained.drain([], core.units(200_000), MAKER, sender=MAKER)
    with reverts("PoolShort"):
        world.settle(ref, drained)
    with reverts("WrongDirection"):
        world.settle(ref, seller)
    assert core.desk.pledgeOf(*ref).live and core.nft.ownerOf(ref[1]) == core.desk.address
    pool = world.pool(45_000)
    assert world.settle(ref, pool).return_value > 0


@pytest.mark.parametrize("over", [-1, 0])
def test_exit__pool_around_the_callers_minimum__boundary(market_exits, over):
    world = market_exits
    (ref,) = world.exits.auction()
    pool = world.pool(45_000)
    net = world.exit.quoteExit(*ref, world.data(pool))
    if over < 0:
        with reverts("ProceedsBelowMin", proceeds=net, minProceeds=net + 1):
            world.settle(ref, pool, least=net + 1)
    else:
        assert world.settle(ref, pool, least=net).return_value == net


def test_exit__sandwich__bounded_by_both_limits(market_exits):
    """A front-runner sells first: he pushes it neither below the minimum nor below the auction price."""
    world = market_exits
    core = world.core
    (ref,) = world.exits.auction()
    pool = world.pool(45_000)
    net = world.exit.quoteExit(*ref, world.data(pool))
    world.market.sell(pool, 1)
    pushed = world.exit.quoteExit(*ref, world.data(pool))
    assert pushed < net
    with reverts("ProceedsBelowMin", proceeds=pushed, minProceeds=net):
        world.settle(ref, pool, least=net)
    world.market.sell(pool, 3)
    price = core.auction.priceOf(*ref)[0]
    assert world.exit.quoteExit(*ref, world.data(pool)) < price
    with reverts("ProceedsBelowMin"):
        world.settle(ref, pool)
    assert core.desk.pledgeOf(*ref).live


def test_exit__pool_with_a_list__needs_the_proof(market_exits):
    world = market_exits
    (ref,) = world.exits.auction()
    leaf = keccak(keccak(ref[1].to_bytes(32, "big")))
    pool = world.pool(45_000, root=leaf)
    with reverts("NotOnList"):
        world.settle(ref, pool, proofs=[[b"\1" * 32]])
    tx = world.settle(ref, pool, proofs=[[]])
    assert tx.return_value > 0 and world.core.nft.ownerOf(ref[1]) == pool.address


def test_exit__two_auctions_one_pool_one_block__each_at_its_own_price(market_exits):
    world = market_exits
    core = world.core
    refs = world.exits.auction(price=31_000, count=3)[:2]
    pool = world.pool(45_000)
    with core.driver.same_block():
        first, second = (world.settle(ref, pool).return_value for ref in refs)
    assert first > second
    assert all(core.nft.ownerOf(ref[1]) == pool.address for ref in refs)


def test_on_pool_sell__not_from_the_pool_in_progress__refused(market_exits):
    world = market_exits
    world.core.nft.mint(world.exit, 778, sender=GOVERNOR)
    for contract in (world.exit, world.taker):
        with reverts("Unauthorized", caller=STRANGER):
            contract.onPoolSell(0, b"\0" * 64, sender=STRANGER)
        with reverts("Unauthorized", caller=STRANGER):
            contract.onPoolBuy(0, b"", sender=STRANGER)


def test_exit__suppliers__never_pay(market_exits):
    world = market_exits
    core = world.core
    (ref,) = world.exits.auction()
    pool = world.pool(45_000)
    worth = core.vault.convertToAssets(core.vault.balanceOf(SUPPLIER))
    world.settle(ref, pool)
    assert core.vault.convertToAssets(core.vault.balanceOf(SUPPLIER)) >= worth
