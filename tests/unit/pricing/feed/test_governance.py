"""Who may change `SignedFloorFeed`, and within which bounds."""

import pytest

from tests.helpers.actors import ACTORS
from tests.helpers.evm import reverts
from tests.unit.pricing.worlds import (
    ETH,
    GOVERNOR,
    HALF_LIFE,
    HIGH,
    LOW,
    REPORTERS,
    SLOT,
    STRANGER,
    ZERO,
    build_feed,
)
from vitrine.models.reports import MAX_PRICE

NEWCOMER = ACTORS.rival


def deploy(driver, slot=SLOT, half_life=HALF_LIFE, reporters=REPORTERS, quorum=3):
    authority = driver.deploy("Authority", GOVERNOR)
    return driver.deploy("SignedFloorFeed", authority, slot, half_life, list(reporters), quorum)


@pytest.mark.parametrize(("slot", "good"), [(59, False), (60, True), (86_400, True), (86_401, False)])
def test_constructor__slot__within_bounds(driver, slot, good):
    if good:
        assert deploy(driver, slot=slot).slotSeconds() == slot
    else:
        with reverts("OutOfBounds", value=slot, low=60, high=86_400):
            deploy(driver, slot=slot)


@pytest.mark.parametrize(
    ("half_life", "good"), [(3_599, False), (3_600, True), (86_400, True), (86_401, False), (0, False)]
)
def test_constructor__half_life__within_bounds(driver, half_life, good):
    if good:
        assert deploy(driver, half_life=half_life).halfLife() == half_life
    else:
        with reverts("OutOfBounds", value=half_life, low=3_600, high=86_400):
            deploy(driver, half_life=half_life)


@pytest.mark.parametrize("quorum", [0, 1, 2, 6])
def test_constructor__quorum_below_3_or_above_the_reporters__reverts(driver, quorum):
    with reverts("OutOfBounds", value=quorum, low=3, high=5):
        deploy(driver, quorum=quorum)


def test_constructor__reporter_zero_or_twice__reverts(driver):
    with reverts("ZeroAddress"):
        deploy(driver, reporters=[ZERO, *REPORTERS])
    with reverts("ReporterKnown", reporter=REPORTERS[0]):
        deploy(driver, reporters=[*REPORTERS, REPORTERS[0]])


def test_add_reporter__up_to_16__then_reverts(driver):
    feed = deploy(driver)
    for account in ACTORS.borrowers[:11]:
        tx = feed.addReporter(account, sender=GOVERNOR)
        assert feed.event("ReporterAdded", tx).reporter == account.address
    assert feed.reporterCount() == 16
    with reverts("OutOfBounds", value=17, low=3, high=16):
        feed.addReporter(NEWCOMER, sender=GOVERNOR)
    with reverts("ReporterKnown", reporter=REPORTERS[0]):
        feed.addReporter(REPORTERS[0], sender=GOVERNOR)


def test_remove_reporter__down_to_the_quorum__then_reverts(world):
    feed = world.feed
    for account in REPORTERS[:2]:
        feed.removeReporter(account, sender=GOVERNOR)
        assert not feed.isReporter(account)
    with reverts("QuorumMissing", live=2, quorum=3):
        feed.removeReporter(REPORTERS[2], sender=GOVERNOR)
    with reverts("ReporterUnknown", reporter=REPORTERS[0]):
        feed.replaceReporter(REPORTERS[0], NEWCOMER, sender=GOVERNOR)
    feed.replaceReporter(REPORTERS[2], NEWCOMER, sender=GOVERNOR)
    assert (feed.isReporter(NEWCOMER), feed.isReporter(REPORTERS[2]), feed.reporterCount()) == (
        True,
        False,
        3,
    )


def test_replace_reporter__by_one_who_is_one__reverts(world):
    with reverts("ReporterKnown", reporter=REPORTERS[1]):
        world.feed.replaceReporter(REPORTERS[0], REPORTERS[1], sender=GOVERNOR)
    assert world.feed.isReporter(REPORTERS[0])


@pytest.mark.parametrize(("quorum", "good"), [(2, False), (3, True), (4, True), (5, True), (6, False)])
def test_set_quorum__between_3_and_the_reporters(world, quorum, good):
    if good:
        world.feed.setQuorum(quorum, sender=GOVERNOR)
        assert world.feed.quorum() == quorum
    else:
        with reverts("OutOfBounds", value=quorum, low=3, high=5):
            world.feed.setQuorum(quorum, sender=GOVERNOR)
        assert world.feed.quorum() == 3


@pytest.mark.parametrize(
    ("low", "high", "good"),
    [(1, 1, True), (1, MAX_PRICE, True), (0, 1, False), (2, 1, False), (1, MAX_PRICE + 1, False)],
)
def test_list__band__within_the_prices_there_are(world, low, high, good):
    collection = world.driver.deploy("MockNft")
    if not good:
        with reverts("OutOfBounds"):
            world.feed.list(collection, low, high, sender=GOVERNOR)
        with reverts("OutOfBounds"):
            world.feed.setBand(1, low, high, sender=GOVERNOR)
        return
    tx = world.feed.list(collection, low, high, sender=GOVERNOR)
    listed = world.feed.event("FeedListed", tx)
    assert (listed.id, listed.collection, listed.low, listed.high) == (2, collection.address, low, high)
    assert world.feed.feedAt(2) == (collection.address, low, high, True)
    world.feed.setBand(1, low, high, sender=GOVERNOR)
    assert world.feed.feedAt(1)[1:3] == (low, high)


def test_list__twice_or_zero__reverts(world):
    with reverts("FeedKnown", collection=world.collections[0], id=1):
        world.feed.list(world.collections[0], LOW, HIGH, sender=GOVERNOR)
    with reverts("ZeroAddress"):
        world.feed.list(ZERO, LOW, HIGH, sender=GOVERNOR)
    assert world.feed.feedCount() == 1


def test_set_listed__unknown_or_same_state__reverts(world):
    for key in (0, 2, 2**256 - 1):
        with reverts("FeedStateWrong", id=key):
            world.feed.setListed(key, False, sender=GOVERNOR)
        with reverts("FeedStateWrong", id=key):
            world.feed.setBand(key, LOW, HIGH, sender=GOVERNOR)
    with reverts("FeedStateWrong", id=1):
        world.feed.setListed(1, True, sender=GOVERNOR)
    tx = world.feed.setListed(1, False, sender=GOVERNOR)
    assert world.feed.event("FeedDelisted", tx).id == 1
    with reverts("FeedStateWrong", id=1):
        world.feed.setListed(1, False, sender=GOVERNOR)
    tx = world.feed.setListed(1, True, sender=GOVERNOR)
    assert world.feed.event("FeedRelisted", tx).id == 1
    assert world.feed.keyOf(world.collections[0]) == 1


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("addReporter", (NEWCOMER,)),
        ("removeReporter", (REPORTERS[0],)),
        ("replaceReporter", (REPORTERS[0], NEWCOMER)),
        ("setQuorum", (4,)),
        ("list", (NEWCOMER, ETH, ETH)),
        ("setBand", (1, ETH, ETH)),
        ("setListed", (1, False)),
    ],
)
@pytest.mark.parametrize("who", [STRANGER, REPORTERS[0]], ids=["stranger", "reporter"])
def test_governance__by_anyone_else__reverts(driver, name, args, who):
    world = build_feed(driver)
    world.enlist()
    with reverts("AccessManagedUnauthorized", caller=who):
        getattr(world.feed, name)(*args, sender=who)


def test_constants__are_those_of_the_model(world):
    from vitrine.models import floor_feed, reports

    feed = world.feed
    assert feed.PRICE_UNIT() == reports.PRICE_UNIT
    assert feed.MAX_PRICE() == reports.MAX_PRICE
    assert feed.MIN_QUORUM() == floor_feed.MIN_QUORUM
    assert feed.MAX_REPORTERS() == floor_feed.MAX_REPORTERS
    assert feed.MAX_REPORT_AGE() == floor_feed.MAX_REPORT_AGE
