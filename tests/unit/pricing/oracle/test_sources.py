"""Listing and sources: who may, which, hostile ones, tokens that price themselves, the twin."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.helpers.evm import PyrevmDriver, Revert, reverts
from tests.unit.pricing.worlds import (
    GOVERNOR,
    HOUR,
    RATE,
    STRANGER,
    ZERO,
    build_feed,
    build_oracle,
    punk,
)
from vitrine.models.floor_feed import Reading
from vitrine.models.oracle import UNPRICED, priced_quote
from vitrine.models.quotes import OracleState, Quote
from vitrine.units import DAY, WAD

FRESH, DEGRADED, STALE = OracleState
MODES = {"revert": 1, "garbage": 2, "burn": 3, "bomb": 4, "revert bomb": 5}


# ---------------------------------------------------------------- governance


def test_set_sources__one_to_four__told_and_readable(driver):
    world = build_oracle(driver)
    for count in (1, 2, 3, 4, 2, 1):
        world.sources(count)
        feeds, keys, priced, backup = world.oracle.sourcesOf(world.collection)
        assert feeds == [feed.address for feed in world.feeds[:count]]
        assert (keys, priced, backup) == ([7] * count, False, False)
    tx = world.oracle.setSources(world.collection, world.feeds[:3], False, sender=GOVERNOR)
    told = world.oracle.event("SourcesSet", tx)
    assert told.feeds == [feed.address for feed in world.feeds[:3]]


def test_set_sources__shrunk__leaves_nothing_behind(driver):
    world = build_oracle(driver)
    clean = driver.dump(world.oracle)
    world.sources(4)
    world.sources(1)
    assert driver.dump(world.oracle) == clean


def test_set_sources__none_five_twice_unknown_or_wide_key__reverts(driver):
    world = build_oracle(driver, sources=4)
    oracle, collection = world.oracle, world.collection
    fifth = driver.deploy("MockFloorFeed")
    for feeds in ([], [*world.feeds, fifth]):
        with reverts("OutOfBounds", value=len(feeds), low=1, high=4):
            oracle.setSources(collection, feeds, False, sender=GOVERNOR)
    with reverts("SourceRepeated", feed=fifth):
        oracle.setSources(collection, [fifth, world.feeds[0], fifth], False, sender=GOVERNOR)
    with reverts("ZeroAddress"):
        oracle.setSources(ZERO, [fifth], False, sender=GOVERNOR)
    fifth.setKey(2**64, sender=STRANGER)
    with reverts("Overflow", value=2**64, bits=64):
        oracle.setSources(collection, [fifth], False, sender=GOVERNOR)
    signed = build_feed(driver)
    with reverts("UnknownToFeed", collection=collection):
        oracle.setSources(collection, [signed.feed], False, sender=GOVERNOR)
    assert len(oracle.sourcesOf(collection)[0]) == 4


def test_delist__then_listed_again(driver):
    world = build_oracle(driver, sources=4)
    tx = world.oracle.delist(world.collection, sender=GOVERNOR)
    assert world.oracle.event("CollectionDelisted", tx).collection == world.collection.address
    with reverts("CollectionNotListed", collection=world.collection):
        world.oracle.quote(world.collection)
    with reverts("CollectionNotListed", collection=world.collection):
        world.oracle.delist(world.collection, sender=GOVERNOR)
    world.sources(1)
    world.says(0, world.reading())
    assert world.quote().state == FRESH


@pytest.mark.parametrize("name", ["setSources", "setPriceSource", "delist", "setBackupRate"])
def test_governance__by_a_stranger__reverts(driver, name):
    world = build_oracle(driver)
    args = {
        "setSources": (world.collection, world.feeds, False),
        "setPriceSource": (world.collection, world.feeds[0]),
        "delist": (world.collection,),
        "setBackupRate": (world.feeds[0],),
    }[name]
    with reverts("AccessManagedUnauthorized", caller=STRANGER):
        getattr(world.oracle, name)(*args, sender=STRANGER)


# ---------------------------------------------------------------- hostile feeds


@pytest.mark.parametrize("mode", MODES)
def test_hostile__only_source__stale_and_zero_never_a_revert(driver, mode):
    world = build_oracle(driver)
    world.says(0, world.reading())
    world.feeds[0].setMode(MODES[mode], sender=STRANGER)
    assert world.oracle.quote(world.collection, gas=400_000) == tuple(UNPRICED)


@pytest.mark.parametrize("mode", MODES)
def test_hostile__three_of_four__the_good_one_still_prices(driver, mode):
    world = build_oracle(driver, sources=4)
    for place in range(4):
        world.says(place, world.reading())
    for feed in world.feeds[:3]:
        feed.setMode(MODES[mode], sender=STRANGER)
    q = Quote(*world.oracle.quote(world.collection, gas=1_000_000))
    assert (q.mid, q.state) == (world.units(60 * RATE), DEGRADED)


def test_hostile__account_without_code__dead(driver):
    world = build_oracle(driver)
    world.oracle.setPriceSource(world.collection, STRANGER, sender=GOVERNOR)
    assert world.oracle.quote(world.collection) == tuple(UNPRICED)


@pytest.mark.parametrize("field", ["spot", "avg", "sale", "depth", "as_of", "posted_at", "confidence_bps"])
def test_hostile__absurd_word__dead(driver, field):
    world = build_oracle(driver)
    absurd = 10_001 if field == "confidence_bps" else 2**96
    world.says(0, world.reading(**{field: absurd}) if field != "spot" else world.reading(absurd, avg=1))
    assert world.quote() == UNPRICED
    world.says(
        0, world.reading(**{field: 2**256 - 1}) if field != "spot" else world.reading(2**256 - 1, avg=1)
    )
    assert world.quote() == UNPRICED


@pytest.mark.parametrize("field", ["as_of", "posted_at"])
def test_hostile__times_from_the_future__dead_and_now_is_not_the_future(driver, field):
    world = build_oracle(driver)
    now = driver.timestamp
    world.says(0, world.reading(**{field: now + 2}))  # saying it takes a second
    assert world.quote() == UNPRICED
    driver.warp_to(now + 2)
    assert world.quote().state == FRESH
    world.says(0, world.reading(as_of=0))
    assert world.quote() == UNPRICED


@pytest.mark.parametrize("count", [1, 2])
def test_hostile__caller_starves_a_slow_source__reverts_instead_of_calling_it_dead(driver, count):
    """No amount of gas makes a living source look dead: the quote is the honest one, or there is none."""
    world = build_oracle(driver, sources=count)
    for place in range(count):
        world.says(place, world.reading((60 + 2 * place) * WAD))
    world.feeds[-1].setMode(6, sender=STRANGER)
    honest = world.oracle.quote(world.collection)
    assert honest.state == FRESH
    starved = answered = 0
    for gas in range(220_000, 350_000, 400):
        try:
            found = world.oracle.quote(world.collection, gas=gas)
        except Revert:
            starved += 1
        else:
            answered += 1
            assert found == honest
    assert starved and answered


# ---------------------------------------------------------------- over the real feed


def test_quote__over_the_signed_feed__reading_by_reading(driver):
    world, signed = build_oracle(driver), build_feed(driver)
    key = signed.enlist()
    collection = signed.collections[0]
    world.oracle.setSources(collection, [signed.feed], False, sender=GOVERNOR)
    world.collection = collection
    assert world.oracle.sourcesOf(collection)[1] == [key]
    for spot in (60, 66, 40):
        signed.say(spot, sale=spot - 1, depth=spot - 5)
        world.eth(RATE)
        world.readings = [signed.latest(key)]
        q = world.quote()
        assert q.state == (DEGRADED if spot == 40 else FRESH)
    driver.warp(7 * HOUR)
    world.eth(RATE)
    world.readings = [signed.latest(key)]
    assert world.quote().state == DEGRADED
    signed.feed.setListed(key, False, sender=GOVERNOR)
    world.readings = [Reading()]
    assert world.quote() == UNPRICED


def test_quote__posted_in_this_block__shows(driver):
    world, signed = build_oracle(driver), build_feed(driver)
    signed.enlist()
    world.oracle.setSources(signed.collections[0], [signed.feed], False, sender=GOVERNOR)
    slot = signed.next_slot()
    with driver.same_block():
        signed.send(slot, signed.reports(slot, [[punk(60)]] * 3))
        assert world.oracle.postedAt(signed.collections[0]) == driver.timestamp
    assert world.oracle.postedAt(signed.collections[0]) == driver.timestamp - 1


# ---------------------------------------------------------------- tokens that price themselves


@pytest.fixture
def priced(driver):
    world = build_oracle(driver)
    source = driver.deploy("MockPriceSource")
    tx = world.oracle.setPriceSource(world.collection, source, sender=GOVERNOR)
    assert world.oracle.event("PriceSourceSet", tx).source == source.address
    return world, source


def words_of(world, bid=95, mid=100, ask=105, age=10, confidence=9_000, state=FRESH):
    at = world.driver.timestamp - age
    return [bid * 10**6, mid * 10**6, ask * 10**6, at, at, confidence, int(state)]


def test_price_source__as_it_says__in_the_asset(priced):
    world, source = priced
    words = words_of(world)
    source.set(words, 224, sender=STRANGER)
    q = Quote(*world.oracle.quote(world.collection))
    assert q == priced_quote(tuple(words), world.driver.timestamp)
    assert (q.bid, q.mid, q.ask, q.spot, q.avg, q.sale) == (
        95 * 10**6,
        100 * 10**6,
        105 * 10**6,
        100 * 10**6,
        100 * 10**6,
        0,
    )
    assert q.state == FRESH
    assert world.oracle.sourcesOf(world.collection)[2] is True
    world.eth(0)
    assert world.oracle.quote(world.collection).mid == 100 * 10**6  # ETH/USD is not its affair


@pytest.mark.parametrize("state", list(OracleState))
@pytest.mark.parametrize(
    ("age", "least"), [(6 * HOUR - 1, FRESH), (6 * HOUR, DEGRADED), (DAY - 1, DEGRADED), (DAY, STALE)]
)  # a second passes
def test_price_source__age_and_own_state__the_worse(priced, state, age, least):
    world, source = priced
    source.set(words_of(world, age=age, state=state), 224, sender=STRANGER)
    assert world.oracle.quote(world.collection).state == max(state, least)


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (0, 101 * 10**6),
        (1, 0),
        (1, 106 * 10**6),
        (2, 2**128),
        (3, 2**40 - 1),
        (3, 2**256 - 1),
        (4, 2**40 - 1),
        (5, 10_001),
        (6, 3),
    ],
)
def test_price_source__nonsense__stale_and_zero(priced, place, value):
    world, source = priced
    words = words_of(world)
    words[place] = value
    source.set(words, 224, sender=STRANGER)
    assert world.oracle.quote(world.collection) == tuple(UNPRICED)
    assert priced_quote(tuple(words), world.driver.timestamp) == UNPRICED


def test_price_source__short_answer_or_burning__stale_and_zero(priced):
    world, source = priced
    source.set(words_of(world), 223, sender=STRANGER)
    assert world.oracle.quote(world.collection) == tuple(UNPRICED)
    source.setBurning(True, sender=STRANGER)
    assert world.oracle.quote(world.collection, gas=3_000_000) == tuple(UNPRICED)
    with reverts("GasTooLow"):
        world.oracle.quote(world.collection, gas=1_000_000)


def test_price_source__replaced_by_feeds__prices_by_feeds(priced):
    world, source = priced
    source.set(words_of(world), 224, sender=STRANGER)
    world.sources(2)
    for place in range(2):
        world.says(place, world.reading())
    assert world.quote().mid == world.units(60 * RATE)
    world.oracle.setPriceSource(world.collection, source, sender=GOVERNOR)
    assert world.oracle.sourcesOf(world.collection)[0] == [source.address]
    assert world.oracle.quote(world.collection).mid == 100 * 10**6


# ---------------------------------------------------------------- the twin

signals = st.one_of(
    st.just(0),
    st.integers(1, 200 * WAD),
    st.integers(55 * WAD, 65 * WAD),
    st.sampled_from([1, 2**96 - 1, 2**96]),
)
ages = st.sampled_from([0, 1, HOUR, 6 * HOUR, 6 * HOUR + 9, 23 * HOUR, DAY + 9])


@st.composite
def readings(draw):
    return {
        "spot": draw(signals),
        "avg": draw(signals),
        "sale": draw(signals),
        "depth": draw(signals),
        "as_of": draw(ages),
        "posted_at": draw(ages),
        "confidence_bps": draw(st.sampled_from([0, 4_999, 5_000, 10_000, 10_001])),
        "flags": draw(st.integers(0, 7)),
    }


@given(
    said=st.lists(readings(), min_size=1, max_size=4),
    dollars=st.one_of(st.floats(10, 100_000), st.sampled_from([0, 9, 10, 100_000])),
    rate_age=ages,
    decimals=st.sampled_from([0, 6, 18]),
)
def test_quote__any_readings__contract_is_the_model(said, dollars, rate_age, decimals):
    driver = PyrevmDriver()
    world = build_oracle(driver, driver.deploy("MockAsset", decimals), sources=len(said))
    now = driver.timestamp + len(said) + 1
    for place, told in enumerate(said):
        times = {name: now - told[name] for name in ("as_of", "posted_at")}
        world.says(place, Reading(**(told | times)))
    world.eth(dollars, age=rate_age)
    q = world.quote()
    if q.state != STALE:
        assert q.bid <= q.mid <= q.ask
        assert q.bid <= q.spot <= q.ask
        assert q.mid <= q.spot * 105 // 100 + 1
