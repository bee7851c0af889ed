"""`PoolTwapFeed`: which pools, which windows, which spans; and what the oracle makes of the average."""

import random

import pytest

from tests.helpers.actors import ACTORS
from tests.helpers.core import tier
from tests.helpers.evm import Contract, Driver, Revert, reverts
from tests.unit.pricing.worlds import GOVERNOR, HOUR, RATE, STRANGER, ZERO, build_oracle
from vitrine.models.oracle import lowered_to_pool, quote
from vitrine.models.pool_feed import Observation, PoolTwap
from vitrine.models.quotes import OracleState, Quote
from vitrine.units import DAY, WAD

WINDOW = 4 * HOUR
STEP = WINDOW // 8
PRICE = 60_000 * 10**6
OUTSIDER = ACTORS.keeper
MODES = {"revert": 1, "burn": 2, "bomb": 3, "short": 4}


class Rig:
    """A feed over a pool whose price a test sets, beside the model."""

    def __init__(self, driver: Driver, window: int = WINDOW, collection: Contract | None = None, asset=None):
        self.driver = driver
        self.collection = collection or driver.deploy("MockNft")
        self.asset = asset or driver.deploy("MockAsset", 6)
        self.pool = driver.deploy("MockPool", self.collection, self.asset)
        self.feed = driver.deploy("PoolTwapFeed", self.pool, self.pool, window)
        self.model = PoolTwap(window)
        self.price(PRICE)

    def price(self, price: int) -> None:
        self.pool.setPrice(price, sender=STRANGER)

    def seen(self) -> Observation | None:
        return None if self.pool.mode() else Observation(*self.pool.observe())

    def poke(self) -> bool:
        seen = self.seen()
        assert seen
        kept = self.model.poke(seen)
        assert self.feed.poke(sender=OUTSIDER).return_value == kept
        return kept

    def run(self, seconds: int) -> None:
        """Time passes with a poke in every step."""
        end = self.driver.timestamp + seconds
        while self.driver.timestamp < end:
            self.poke()
            step = (self.driver.timestamp // self.feed.step() + 1) * self.feed.step()
            self.driver.warp_to(min(end, step))

    def average(self) -> int:
        told = tuple(self.feed.averageSince())
        assert told == self.model.average_since(self.seen())
        assert self.feed.average() == told[0]
        return told[0]


@pytest.fixture
def rig(driver: Driver) -> Rig:
    return Rig(driver)


# ---------------------------------------------------------------- which pools, which windows


@pytest.mark.parametrize("kind", [0, 1, 2])
def test_constructor__owned_pool__reverts(rig, driver, kind):
    rig.pool.setKind(kind, sender=STRANGER)
    with reverts("NotASharedPool", pool=rig.pool):
        driver.deploy("PoolTwapFeed", rig.pool, rig.pool, WINDOW)


def test_constructor__pool_of_another_factory__reverts(rig, driver):
    rig.pool.setStranger(rig.pool, True, sender=STRANGER)
    with reverts("NotASharedPool", pool=rig.pool):
        driver.deploy("PoolTwapFeed", rig.pool, rig.pool, WINDOW)


@pytest.mark.parametrize("window", [HOUR // 2 - 1, HOUR // 2, DAY, DAY + 1])
def test_constructor__window_at_its_bounds(rig, driver, window):
    if HOUR // 2 <= window <= DAY:
        feed = driver.deploy("PoolTwapFeed", rig.pool, rig.pool, window)
        assert (feed.window(), feed.step()) == (window, window // 8)
        assert (feed.pool(), feed.collection()) == (rig.pool.address, rig.collection.address)
        assert feed.asset() == rig.asset.address
    else:
        with reverts("OutOfBounds", value=window, low=HOUR // 2, high=DAY):
            driver.deploy("PoolTwapFeed", rig.pool, rig.pool, window)


# ---------------------------------------------------------------- checkpoints


def test_poke__once_per_step__the_rest_is_ignored(rig, driver):
    start = (driver.timestamp // STEP + 1) * STEP
    driver.warp_to(start)
    tx = rig.feed.poke(sender=OUTSIDER)
    told = rig.feed.event("CheckpointKept", tx)
    assert (tx.return_value, told.at) == (True, start)
    assert tuple(rig.feed.checkpointIn(start // STEP)) == (start, told.priceSeconds)
    driver.warp_to(start + STEP - 1)
    tx = rig.feed.poke(sender=OUTSIDER)
    assert not tx.return_value
    assert not tx.events
    assert rig.feed.poke(sender=OUTSIDER).return_value  # a second later a new step begins
    assert tuple(rig.feed.checkpointIn(start // STEP + 2)) == (0, 0)


def test_poke__pool_does_not_answer__reverts_and_keeps_nothing(rig, driver):
    rig.pool.setMode(MODES["revert"], sender=STRANGER)
    with reverts("Unavailable"):
        rig.feed.poke(sender=OUTSIDER)
    assert tuple(rig.feed.checkpointIn(driver.timestamp // STEP)) == (0, 0)


# ---------------------------------------------------------------- the average


def test_average__before_a_window_is_over__none(rig, driver):
    rig.poke()
    first = driver.timestamp - 1
    driver.warp_to(first + WINDOW - 1)
    assert rig.average() == 0
    driver.warp_to(first + WINDOW)
    assert rig.average() == PRICE


def test_average__price_changes__weighted_by_time_and_rounded_down(rig, driver):
    rig.poke()
    first = driver.timestamp - 1
    driver.warp_to(first + WINDOW // 2)
    rig.price(PRICE // 2 + 1)
    driver.warp_to(first + WINDOW)
    assert rig.average() == (PRICE * (WINDOW // 2) + (PRICE // 2 + 1) * (WINDOW // 2)) // WINDOW


def test_average__moved_in_this_very_block__changes_nothing(rig, driver):
    rig.run(WINDOW + STEP)
    before = rig.average()
    with driver.same_block():
        for price in (1, 2**120, 0):
            rig.price(price)
            assert rig.average() == before == PRICE


def test_average__nobody_poked__span_up_to_twice_the_window(rig, driver):
    rig.poke()
    first = driver.timestamp - 1
    driver.warp_to(first + 2 * WINDOW)
    assert rig.average() == PRICE
    driver.warp_to(first + 2 * WINDOW + 1)
    assert rig.average() == 0


@pytest.mark.parametrize("late", [-1, 0, 1])
def test_average__thick_since_the_start_of_the_span(rig, driver, late):
    rig.poke()
    first = driver.timestamp - 1
    rig.pool.setThickSince(first + late, sender=STRANGER)
    driver.warp_to(first + WINDOW)
    assert rig.average() == (PRICE if late <= 0 else 0)


def test_average__thin_now__none_until_a_whole_window_later(rig, driver):
    rig.run(WINDOW + STEP)
    assert rig.average() == PRICE
    rig.pool.setThickSince(0, sender=STRANGER)
    assert rig.average() == 0
    rig.pool.setThickSince(driver.timestamp, sender=STRANGER)
    assert rig.average() == 0
    rig.run(WINDOW - STEP)
    assert rig.average() == 0
    rig.run(2 * STEP + 2)
    assert rig.average() == PRICE


@pytest.mark.parametrize("mode", MODES)
def test_average__hostile_pool__none_with_bounded_gas(rig, mode):
    rig.run(WINDOW + STEP)
    rig.pool.setMode(MODES[mode], sender=STRANGER)
    assert tuple(rig.feed.averageSince(gas=21_000 + 150_000)) == (0, 0)


def test_average__random_lives__equals_the_model(driver):
    rng = random.Random(7)
    for window in (HOUR // 2, 5_000, DAY):
        rig = Rig(driver, window)
        answered = 0
        for _ in range(120):
            rig.driver.warp(rng.choice([1, window // 16, window // 8, window // 8 + 1, window // 3]))
            dice = rng.random()
            if dice < 0.2:
                rig.price(rng.randrange(1, 2**100))
            elif dice < 0.23:
                rig.pool.setThickSince(rng.choice([0, driver.timestamp]), sender=STRANGER)
            elif dice < 0.9:
                rig.poke()
            answered += rig.average() != 0
            if rig.pool.thickSince() == 0:
                rig.pool.setThickSince(driver.timestamp, sender=STRANGER)
        assert answered > 10


# ---------------------------------------------------------------- in the oracle


class Priced:
    """An oracle with one feed and a pool feed whose average is `average`."""

    def __init__(self, driver: Driver) -> None:
        self.driver = driver
        self.world = build_oracle(driver)
        self.rig = Rig(driver, collection=self.world.collection, asset=self.world.asset)
        self.oracle = self.world.oracle

    def settle(self, average: int) -> None:
        """A whole window at one price; then the feed and ETH/USD are fresh again."""
        self.rig.price(average)
        self.rig.run(WINDOW + 2 * STEP)
        self.fresh()
        assert self.rig.average() == average

    def fresh(self, **fields: int) -> None:
        self.world.eth(RATE)
        self.world.says(0, self.world.reading(depth=59 * WAD, **fields))

    def attach(self, feed=None) -> None:
        self.oracle.setPoolFeed(self.world.collection, feed or self.rig.feed, sender=GOVERNOR)

    def plain(self) -> Quote:
        """What the model says without a pool."""
        world = self.world
        return quote(world.readings, world.rate(), self.driver.timestamp, world.decimals)

    def quote(self) -> Quote:
        return Quote(*self.oracle.quote(self.world.collection))


@pytest.fixture
def priced(driver: Driver) -> Priced:
    return Priced(driver)


@pytest.mark.parametrize("offset", [-(10**10), -1, 0, 1, 10**10, 2**90])
def test_quote__pool_average__lowers_the_bid_and_nothing_else(priced, offset):
    priced.fresh()
    bid = priced.plain().bid
    priced.settle(bid + offset)
    before = priced.quote()
    assert before == priced.plain()
    priced.attach()
    told = priced.quote()
    assert told == lowered_to_pool(priced.plain(), bid + offset)
    assert told._replace(bid=0) == before._replace(bid=0)
    assert told.bid == min(bid, bid + offset)
    assert (told.posted_at, told.state) == (before.posted_at, OracleState.FRESH)


@pytest.mark.parametrize("mode", [*MODES, "thin"])
def test_quote__pool_feed_dead_or_stale__as_if_there_were_none(priced, mode):
    priced.settle(1)
    priced.attach()
    assert priced.quote().bid == 1
    if mode == "thin":
        priced.rig.pool.setThickSince(0, sender=STRANGER)
    else:
        priced.rig.pool.setMode(MODES[mode], sender=STRANGER)
    assert priced.quote() == priced.plain()
    assert priced.quote().state == OracleState.FRESH


@pytest.mark.parametrize("mode", [1, 2, 3])
def test_quote__hostile_pool_feed__as_if_there_were_none(priced, driver, mode):
    hostile = driver.deploy("MockPool", priced.world.collection, priced.world.asset)
    probe = driver.deploy("CallbackProbe")
    priced.fresh()
    for name, contract in (("collection", priced.world.collection), ("asset", priced.world.asset)):
        selector = getattr(hostile, name).selector
        probe.setAnswer(selector, 0, bytes(12) + bytes.fromhex(contract.address[2:]), sender=STRANGER)
    priced.attach(probe)
    probe.setAnswer(priced.rig.feed.average.selector, mode, b"", sender=STRANGER)
    assert priced.quote() == priced.plain()


def test_quote__too_little_gas_for_the_pool_feed__reverts_instead_of_missing_it(priced):
    priced.settle(1)
    priced.attach()
    bids, stopped = set(), set()
    for gas in range(60_000, 300_000, 5_000):
        try:
            bids.add(priced.oracle.quote(priced.world.collection, gas=gas).bid)
        except Revert as error:
            stopped.add(bool(error.halt))
    assert (bids, stopped) == ({1}, {True})  # as if it ran out of gas, never without the pool


def test_quote__too_little_gas__is_no_missing_price_to_a_caller_that_catches(priced, driver):
    """A tier book that was given little gas must not go on as if the collection had no new round."""
    priced.settle(1)
    priced.attach()
    world = priced.world
    book = driver.deploy("TierBook", world.authority, world.oracle, world.appraisals, world.collection)
    book.addCollection(world.collection, tier(), sender=GOVERNOR)
    priced.fresh()
    round_at = priced.quote().posted_at
    rounds, stopped = set(), set()
    for gas in range(40_000, 300_000, 2_000):
        try:
            rounds.add(book.latestRoundAt(gas=gas))
        except Revert as error:
            stopped.add(bool(error.halt))
    assert (rounds, stopped) == ({round_at}, {True})


def test_quote__stale_prices__pool_average_does_not_make_one(priced, driver):
    priced.settle(10**9)
    priced.attach()
    driver.warp(25 * HOUR)
    assert priced.quote().state == OracleState.STALE
    priced.world.says(0, priced.world.reading(spot=0))
    assert priced.quote() == priced.plain()


def test_set_pool_feed__only_of_the_collection_and_the_asset(priced, driver):
    world, oracle = priced.world, priced.oracle
    other = Rig(driver, asset=world.asset)
    with reverts("PoolFeedMismatch", feed=other.feed, collection=world.collection):
        priced.attach(other.feed)
    foreign = Rig(driver, collection=world.collection)
    with reverts("PoolFeedMismatch", feed=foreign.feed, asset=world.asset):
        priced.attach(foreign.feed)
    with reverts("CollectionNotListed", collection=other.collection):
        oracle.setPoolFeed(other.collection, other.feed, sender=GOVERNOR)
    with reverts("AccessManagedUnauthorized", caller=STRANGER):
        oracle.setPoolFeed(world.collection, priced.rig.feed, sender=STRANGER)
    assert oracle.poolFeedOf(world.collection) == ZERO


def test_set_pool_feed__zero__takes_it_off(priced):
    priced.settle(1)
    priced.attach()
    tx = priced.oracle.setPoolFeed(priced.world.collection, ZERO, sender=GOVERNOR)
    assert priced.oracle.event("PoolFeedSet", tx).feed == ZERO
    assert priced.quote() == priced.plain()
    assert priced.oracle.poolFeedOf(priced.world.collection) == ZERO


def test_set_sources__keeps_the_pool_feed__delist_and_own_price_drop_it(priced, driver):
    priced.settle(1)
    priced.attach()
    world, oracle = priced.world, priced.oracle
    world.sources(2)
    world.sources(1)
    priced.fresh()
    assert priced.quote().bid == 1
    tx = oracle.delist(world.collection, sender=GOVERNOR)
    assert oracle.event("PoolFeedSet", tx).feed == ZERO
    world.sources(1)
    priced.fresh()
    assert priced.quote() == priced.plain()
    priced.attach()
    source = driver.deploy("MockPriceSource")
    tx = oracle.setPriceSource(world.collection, source, sender=GOVERNOR)
    assert oracle.event("PoolFeedSet", tx).feed == ZERO
    assert oracle.poolFeedOf(world.collection) == ZERO
    with reverts("CollectionNotListed"):
        priced.attach()
