"""`aggregatorOf`: a collection's price for readers of Chainlink-style aggregators."""

from tests.helpers.evm import reverts
from tests.unit.pricing.worlds import GOVERNOR, HOUR, RATE, STRANGER, ZERO, build_oracle
from vitrine.models.floor_feed import Reading
from vitrine.models.quotes import OracleState
from vitrine.units import DAY, WAD


def created(driver, asset=None):
    world = build_oracle(driver, asset)
    tx = world.oracle.createAggregator(world.collection, sender=STRANGER)
    clone = driver.at("FloorAggregator", tx.return_value)
    told = world.oracle.event("AggregatorCreated", tx)
    assert (told.collection, told.aggregator) == (world.collection.address, clone.address)
    return world, clone


def test_create__anyone_once__at_the_foretold_address(driver):
    world = build_oracle(driver)
    foretold = world.oracle.aggregatorOf(world.collection)
    assert driver.code(foretold) == b""
    tx = world.oracle.createAggregator(world.collection, sender=STRANGER)
    assert tx.return_value == foretold and driver.code(foretold) != b""
    again = world.oracle.createAggregator(world.collection, sender=STRANGER)
    assert again.return_value == foretold and again.events == []


def test_create__not_listed__reverts(driver):
    world = build_oracle(driver)
    with reverts("CollectionNotListed", collection=STRANGER):
        world.oracle.createAggregator(STRANGER, sender=STRANGER)


def test_latest_round__mid_in_asset_units(driver, asset):
    world, clone = created(driver, asset)
    world.says(0, world.reading(60 * WAD, avg=62 * WAD))
    q = world.quote()
    data = clone.latestRoundData()
    assert data.answer == q.mid == world.units(61 * RATE)
    assert (data.updatedAt, data.startedAt) == (q.as_of, q.as_of)
    assert data.id == data.answeredInRound == q.posted_at
    assert clone.decimals() == asset.decimals()
    assert (clone.description(), clone.version()) == ("Vitrine NFT floor", 1)
    assert clone.source() == (world.oracle.address, world.collection.address)


def test_latest_round__old_price__old_updated_at(driver):
    world, clone = created(driver)
    world.says(0, world.reading(age=9 * DAY))
    data = clone.latestRoundData()
    assert (data.updatedAt, data.answer) == (world.readings[0].as_of, world.units(60 * RATE))


def test_latest_round__stale_for_another_reason__looks_old(driver):
    world, clone = created(driver)
    world.says(0, world.reading(flags=2))
    assert world.quote().state == OracleState.STALE
    assert driver.timestamp - clone.latestRoundData().updatedAt == DAY + 1


def test_latest_round__no_price__reverts(driver):
    world, clone = created(driver)
    with reverts("NoDataPresent"):
        clone.latestRoundData()
    world.says(0, world.reading())
    assert clone.latestRoundData().answer > 0
    world.says(0, Reading())
    with reverts("NoDataPresent"):
        clone.latestRoundData()
    world.oracle.delist(world.collection, sender=GOVERNOR)
    with reverts("CollectionNotListed", collection=world.collection):
        clone.latestRoundData()


def test_get_round__only_the_newest__is_known(driver):
    world, clone = created(driver)
    world.says(0, world.reading())
    newest = clone.latestRoundData()
    assert clone.getRoundData(newest.id) == newest
    with reverts("NoDataPresent"):
        clone.getRoundData(newest.id - 1)


def test_chain__one_oracle_reads_the_aggregator_of_another(driver):
    world, clone = created(driver)
    world.says(0, world.reading())
    terms = (clone, 6 * HOUR, WAD, 10**7 * WAD, ZERO, 0)
    feed = driver.deploy("AggregatorFeed", world.collection, True, 10_000, terms)
    told = Reading(*feed.latest(0))
    assert (told.spot, told.flags) == (60 * RATE * WAD, 4)
    world.says(0, world.reading(flags=2))
    assert Reading(*feed.latest(0)).flags == 4 | 2
