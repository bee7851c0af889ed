"""`AggregatorFeed`: any decimals, dead, late and halted answers, hostile aggregators."""

import pytest

from tests.helpers.actors import ACTORS
from tests.helpers.evm import reverts
from tests.unit.pricing.worlds import HOUR, ZERO
from vitrine.models.oracle import (
    AggregatorAnswer,
    AggregatorTerms,
    Reading,
    aggregator_reading,
    read_wad,
)
from vitrine.units import WAD

STRANGER = ACTORS.stranger
HEARTBEAT, GRACE = HOUR, 30 * 60
MIN, MAX = WAD // 1_000, 10_000 * WAD


class FeedOf:
    """An `AggregatorFeed` over a settable aggregator (and sequencer feed), beside the model."""

    def __init__(self, driver, decimals=18, sequencer=False, in_usd=False, confidence=9_000):
        self.driver, self.in_usd, self.confidence = driver, in_usd, confidence
        self.collection = driver.deploy("MockNft")
        self.aggregator = driver.deploy("MockAggregatorV3", decimals, 0)
        self.sequencer = driver.deploy("MockAggregatorV3", 0, 0) if sequencer else None
        self.terms = AggregatorTerms(decimals, HEARTBEAT, MIN, MAX, sequencer, GRACE)
        chain_terms = (self.aggregator, HEARTBEAT, MIN, MAX, self.sequencer or ZERO, GRACE)
        self.feed = driver.deploy("AggregatorFeed", self.collection, in_usd, confidence, chain_terms)

    def answer(self, source):
        return AggregatorAnswer(
            source.answer(),
            source.updatedAt(),
            source.startedAt(),
            source.roundId(),
            source.answeredInRound(),
            ok=source.mode() in (0, 4),
        )

    def latest(self):
        """The contract's reading, which must be the model's."""
        got = self.answer(self.aggregator)
        if self.aggregator.mode() == 4:  # a bomb: its first words are nothing
            got = AggregatorAnswer(0, 0)
        sequencer = self.answer(self.sequencer) if self.sequencer else None
        told = Reading(*self.feed.latest(0))
        found = read_wad(self.terms, got, self.driver.timestamp, sequencer)
        expected = aggregator_reading(found, in_usd=self.in_usd, confidence_bps=self.confidence)
        assert told == expected
        return told

    def set(self, answer, age=0):
        now = self.driver.timestamp
        self.aggregator.setRound(2, answer, now - age, now - age, sender=STRANGER)


@pytest.mark.parametrize("decimals", [0, 1, 6, 8, 17, 18, 19, 27, 36])
def test_latest__any_decimals__same_price(driver, decimals):
    feed = FeedOf(driver, decimals)
    feed.set(60 * 10**decimals, age=10)
    told = feed.latest()
    assert (told.spot, told.avg, told.sale, told.depth) == (60 * WAD, 0, 0, 0)
    assert told.as_of == told.posted_at == driver.timestamp - 11
    assert (told.confidence_bps, told.flags) == (9_000, 0)


@pytest.mark.parametrize(
    ("decimals", "answer", "wad"), [(19, 605 * 10**18 + 9, 605 * 10**17), (36, 10**37 - 1, 10**19 - 1)]
)
def test_latest__more_than_18_decimals__rounded_down(driver, decimals, answer, wad):
    feed = FeedOf(driver, decimals)
    feed.set(answer)
    assert feed.latest().spot == wad


def test_constructor__37_decimals__reverts(driver):
    with reverts("OutOfBounds", value=37, low=0, high=36):
        FeedOf(driver, 37)


@pytest.mark.parametrize("answer", [0, -1, -(2**127), 2**127 - 1, MIN - 1, MAX + 1])
def test_latest__zero_negative_absurd__dead(driver, answer):
    feed = FeedOf(driver)
    feed.set(answer)
    assert feed.latest() == Reading()


@pytest.mark.parametrize("answer", [MIN, MIN + 1, MAX - 1, MAX])
def test_latest__at_the_bounds__believed(driver, answer):
    feed = FeedOf(driver)
    feed.set(answer)
    assert feed.latest().spot == answer


@pytest.mark.parametrize(
    ("age", "flags"), [(HEARTBEAT - 1, 0), (HEARTBEAT, 0), (HEARTBEAT + 1, 2), (30 * HOUR, 2)]
)
def test_latest__older_than_the_heartbeat__late_with_its_value(driver, age, flags):
    feed = FeedOf(driver)
    feed.set(60 * WAD, age=age - 1)  # posting takes a second
    told = feed.latest()
    assert (told.spot, told.flags, driver.timestamp - told.as_of) == (60 * WAD, flags, age)


def test_latest__from_the_future_or_never_updated__dead(driver):
    feed = FeedOf(driver)
    for updated_at in (driver.timestamp + 100, 2**32 - 1, 0):
        feed.aggregator.setRound(2, 60 * WAD, 1, updated_at, sender=STRANGER)
        assert feed.latest() == Reading()


def test_latest__this_very_second__live(driver):
    feed = FeedOf(driver)
    with driver.same_block():
        feed.aggregator.setRound(2, 60 * WAD, 1, driver.timestamp, sender=STRANGER)
        assert Reading(*feed.feed.latest(0)).spot == 60 * WAD


def test_latest__incomplete_round__dead(driver):
    feed = FeedOf(driver)
    feed.set(60 * WAD)
    feed.aggregator.setAnsweredInRound(1, sender=STRANGER)
    assert feed.latest() == Reading()
    feed.aggregator.setAnsweredInRound(3, sender=STRANGER)
    assert feed.latest().spot == 60 * WAD


@pytest.mark.parametrize("mode", [1, 2, 3, 4], ids=["revert", "garbage", "burn", "bomb"])
def test_latest__hostile_aggregator__dead_with_bounded_gas(driver, mode):
    feed = FeedOf(driver)
    feed.set(60 * WAD)
    feed.aggregator.setMode(mode, sender=STRANGER)
    assert Reading(*feed.feed.latest(0, gas=130_000)) == Reading()


def test_latest__aggregator_without_code__dead(driver):
    feed = FeedOf(driver)
    feed.set(60 * WAD)
    terms = (feed.aggregator, HEARTBEAT, MIN, MAX, STRANGER, GRACE)
    other = driver.deploy("AggregatorFeed", feed.collection, False, 10_000, terms)
    told = Reading(*other.latest(0))  # the sequencer feed has no code: halted, hence late
    assert (told.spot, told.flags) == (60 * WAD, 2)


def test_latest__too_little_gas_for_a_failing_aggregator__reverts_instead_of_calling_it_dead(driver):
    feed = FeedOf(driver)
    feed.set(60 * WAD)
    feed.aggregator.setMode(3, sender=STRANGER)
    with reverts("GasTooLow"):
        feed.feed.latest(0, gas=60_000 + 25_000)
    feed.aggregator.setMode(0, sender=STRANGER)
    assert Reading(*feed.feed.latest(0, gas=85_000)).spot == 60 * WAD


def test_latest__in_dollars__flagged(driver):
    feed = FeedOf(driver, decimals=8, in_usd=True)
    feed.set(100 * 10**8)
    assert feed.latest().flags == 4
    driver.warp(2 * HOUR)
    assert feed.latest().flags == 4 | 2


def test_latest__sequencer_down_or_just_back__late(driver):
    feed = FeedOf(driver, sequencer=True)
    now = driver.timestamp

    def sequencer(answer, since):
        feed.sequencer.setRound(1, answer, since, since, sender=STRANGER)
        feed.set(60 * WAD)
        return feed.latest().flags

    assert sequencer(0, now - 10 * HOUR) == 0
    assert sequencer(1, now - 10 * HOUR) == 2
    back = driver.timestamp + 2  # as read after the two transactions
    assert sequencer(0, back - GRACE) == 2
    back = driver.timestamp + 2
    assert sequencer(0, back - GRACE - 1) == 0
    assert sequencer(0, 0) == 2
    feed.sequencer.setMode(1, sender=STRANGER)
    assert feed.latest().flags == 2


def test_key__only_its_collection(driver):
    feed = FeedOf(driver)
    feed.set(60 * WAD)
    assert feed.feed.keyOf(feed.collection) == 0
    with reverts("UnknownToFeed", collection=STRANGER):
        feed.feed.keyOf(STRANGER)
    assert set(feed.feed.latest(1)) == {0}


def test_terms__as_given(driver):
    feed = FeedOf(driver, sequencer=True)
    assert tuple(feed.feed.terms()) == (
        feed.aggregator.address,
        HEARTBEAT,
        MIN,
        MAX,
        feed.sequencer.address,
        GRACE,
    )
    assert (feed.feed.collection(), feed.feed.inUsd()) == (feed.collection.address, False)
    assert feed.feed.confidenceBps() == 9_000


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({0: ZERO}, "ZeroAddress"),
        ({1: 0}, "OutOfBounds"),
        ({1: 2 * 86_400 + 1}, "OutOfBounds"),
        ({2: 0}, "OutOfBounds"),
        ({2: MAX + 1}, "OutOfBounds"),
        ({3: 10**28 + 1}, "OutOfBounds"),
        ({5: 86_401}, "OutOfBounds"),
    ],
)
def test_constructor__senseless_terms__revert(driver, changed, error):
    aggregator = driver.deploy("MockAggregatorV3", 18, 1)
    terms = [aggregator, HEARTBEAT, MIN, MAX, ZERO, GRACE]
    for place, value in changed.items():
        terms[place] = value
    with reverts(error):
        driver.deploy("AggregatorFeed", ZERO, False, 10_000, tuple(terms))
    with reverts("OutOfBounds", value=10_001):
        driver.deploy("AggregatorFeed", ZERO, False, 10_001, (aggregator, HEARTBEAT, MIN, MAX, ZERO, GRACE))
