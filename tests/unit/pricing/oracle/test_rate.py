"""ETH/USD in quotes: decimals, late, dead, halted, the backup."""

from dataclasses import astuple

import pytest

from tests.helpers.evm import reverts
from tests.unit.pricing.worlds import GOVERNOR, HEARTBEAT, HOUR, RATE, STRANGER, ZERO, build_oracle
from vitrine.models.floor_feed import FLAG_LATE
from vitrine.models.oracle import UNPRICED
from vitrine.models.quotes import OracleState
from vitrine.units import DAY, WAD

FRESH, DEGRADED, STALE = OracleState


@pytest.fixture
def world(driver):
    built = build_oracle(driver)
    built.says(0, built.reading(60 * WAD))
    return built


def with_backup(world, dollars=2_900, **fields):
    world.backup = world.driver.deploy("MockFloorFeed")
    world.backup.set(astuple(world.reading(dollars * WAD, **fields)), sender=STRANGER)
    world.oracle.setBackupRate(world.backup, sender=GOVERNOR)


@pytest.mark.parametrize("decimals", [0, 6, 8, 18])
@pytest.mark.parametrize("asset_decimals", [0, 6, 8, 18])
def test_rate__any_decimals__same_quote(driver, decimals, asset_decimals):
    asset = driver.deploy("MockAsset", asset_decimals)
    aggregator = driver.deploy("MockAggregatorV3", decimals, 3_000 * 10**decimals)
    base = build_oracle(driver)
    terms = (aggregator, DAY, WAD, 10**6 * WAD, ZERO, 0)
    code = driver.deploy("FloorAggregator")
    oracle = driver.deploy("FloorOracle", base.authority, asset, terms, ZERO, code)
    oracle.setSources(base.collection, base.feeds, False, sender=GOVERNOR)
    aggregator.set(3_000 * 10**decimals, sender=STRANGER)
    base.says(0, base.reading(60 * WAD))
    q = oracle.quote(base.collection)
    assert (q.spot, q.state) == (180_000 * 10**asset_decimals, FRESH)
    assert oracle.rate()[0] == 3_000 * WAD


def test_constructor__asset_of_19_decimals_or_no_clone_code__reverts(driver):
    base = build_oracle(driver)
    terms = (base.eth_usd, HEARTBEAT, WAD, 10**6 * WAD, ZERO, 0)
    with reverts("OutOfBounds", value=19, low=0, high=18):
        driver.deploy("FloorOracle", base.authority, driver.deploy("MockAsset", 19), terms, ZERO, STRANGER)
    with reverts("ZeroAddress"):
        driver.deploy("FloorOracle", base.authority, base.asset, terms, ZERO, ZERO)


@pytest.mark.parametrize(
    ("age", "state"),
    [(0, FRESH), (HEARTBEAT, FRESH), (HEARTBEAT + 1, DEGRADED), (DAY, DEGRADED), (DAY + 1, STALE)],
)
def test_rate__older_than_its_heartbeat__degraded_then_stale(world, age, state):
    world.eth(RATE, age=age - 1)
    q = world.quote()
    assert (q.state, q.spot) == (state, world.units(60 * RATE))
    if state != FRESH:
        assert world.driver.timestamp - q.as_of == age


@pytest.mark.parametrize("dollars", [0, -1, 9.99, 100_001])
def test_rate__zero_negative_or_out_of_bounds__stale_and_zero(world, dollars):
    world.eth(dollars)
    assert world.quote() == UNPRICED


@pytest.mark.parametrize("mode", [1, 2, 3, 4], ids=["revert", "garbage", "burn", "bomb"])
def test_rate__hostile_aggregator__stale_and_zero_with_bounded_gas(world, mode):
    world.eth_usd.setMode(mode, sender=STRANGER)
    assert world.oracle.quote(world.collection, gas=250_000) == tuple(UNPRICED)


def test_rate__from_the_future__stale(world):
    world.eth(RATE, age=-100)
    assert world.quote() == UNPRICED


def test_backup__primary_dead__used_and_degraded(world):
    with_backup(world)
    assert world.quote().spot == world.units(60 * RATE)
    world.eth(0)
    q = world.quote()
    assert (q.state, q.spot) == (DEGRADED, world.units(60 * 2_900))
    assert world.oracle.rate()[0] == 2_900 * WAD and world.oracle.rate()[2]


def test_backup__primary_late__used_while_live(world):
    with_backup(world)
    world.eth(RATE, age=2 * HOUR)
    assert world.quote().spot == world.units(60 * 2_900)
    with_backup(world, flags=FLAG_LATE)
    world.eth(RATE, age=2 * HOUR)
    assert world.quote().spot == world.units(60 * RATE)
    world.eth(0)
    q = world.quote()
    assert (q.spot, q.state) == (world.units(60 * 2_900), DEGRADED)


def test_backup__dead_too__stale_and_zero(world):
    with_backup(world, dollars=0)
    world.eth(0)
    assert world.quote() == UNPRICED


def test_backup__hostile__does_not_block(world):
    with_backup(world)
    world.eth(0)
    for mode in (1, 2, 3, 4, 5):
        world.backup.setMode(mode, sender=STRANGER)
        assert world.oracle.quote(world.collection) == tuple(UNPRICED)


def test_backup__listing_that_asks_for_it__ignores_the_primary(world):
    with reverts("ZeroAddress"):
        world.sources(1, backup_only=True)
    with_backup(world)
    world.sources(1, backup_only=True)
    world.says(0, world.reading(60 * WAD))
    q = world.quote(backup_only=True)
    assert (q.spot, q.state) == (world.units(60 * 2_900), FRESH)
    world.eth(0)
    assert world.quote(backup_only=True).state == FRESH


def test_backup__taken_away__back_to_none(world):
    with_backup(world)
    tx = world.oracle.setBackupRate(ZERO, sender=GOVERNOR)
    world.backup = None
    assert world.oracle.event("BackupRateSet", tx).feed == ZERO
    world.eth(0)
    assert world.quote() == UNPRICED


def test_sequencer__down_or_just_back__stale_with_the_price(driver):
    base = build_oracle(driver)
    sequencer = driver.deploy("MockAggregatorV3", 0, 0)
    terms = (base.eth_usd, HEARTBEAT, WAD, 10**6 * WAD, sequencer, HOUR)
    code = driver.deploy("FloorAggregator")
    oracle = driver.deploy("FloorOracle", base.authority, base.asset, terms, ZERO, code)
    oracle.setSources(base.collection, base.feeds, False, sender=GOVERNOR)

    def state(answer, since_seconds):
        at = driver.timestamp - since_seconds
        sequencer.setRound(1, answer, at, at, sender=STRANGER)
        base.eth(RATE)
        base.says(0, base.reading(60 * WAD))
        q = oracle.quote(base.collection)
        assert q.spot == base.units(60 * RATE)
        return q.state

    assert state(0, 10 * HOUR) == FRESH
    assert state(1, 10 * HOUR) == STALE
    assert state(0, HOUR - 3) == STALE  # three transactions later it is exactly an hour
    assert state(0, HOUR - 2) == FRESH
    sequencer.setMode(3, sender=STRANGER)
    assert oracle.quote(base.collection).state == STALE


def test_terms__as_given(world):
    terms = world.oracle.rateTerms()
    assert (terms.aggregator, terms.heartbeat, terms.sequencerFeed) == (
        world.eth_usd.address,
        HEARTBEAT,
        ZERO,
    )
    assert (world.oracle.asset(), world.oracle.assetDecimals()) == (world.asset.address, 6)
