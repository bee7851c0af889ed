import pytest

from tests.helpers.core import DAY, GOVERNOR, GUARDIAN, STRANGER
from tests.helpers.evm import reverts

GROUP, OTHER = b"lending".ljust(32, b"\0"), b"other".ljust(32, b"\0")


@pytest.fixture
def pauser(driver):
    authority = driver.deploy("Authority", GOVERNOR)
    made = driver.deploy("Pauser", authority)
    authority.grantRole(1, GUARDIAN, 0, sender=GOVERNOR)
    authority.setTargetFunctionRole(made, [made.pause.selector, made.resume.selector], 1, sender=GOVERNOR)
    return made


def test_pause__by_a_stranger__reverts(pauser):
    with reverts("AccessManagedUnauthorized"):
        pauser.pause(GROUP, sender=STRANGER)
    assert pauser.status(GROUP)[1] is False


def test_pause__clock_stands_still_and_other_groups_run(pauser, driver):
    pauser.pause(GROUP, sender=GUARDIAN)
    clock = pauser.status(GROUP)[0]
    driver.warp(3 * DAY)
    assert pauser.status(GROUP) == (clock, True, 0)
    assert pauser.status(OTHER) == (driver.timestamp, False, 0)


def test_pause__ends_by_itself_at_its_longest(pauser, driver):
    pauser.pause(GROUP, sender=GUARDIAN)
    started = pauser.status(GROUP)[0]
    driver.warp_to(started + 7 * DAY - 1)
    assert pauser.status(GROUP) == (started, True, 0)
    driver.warp_to(started + 7 * DAY)
    assert pauser.status(GROUP) == (started, False, started + 7 * DAY)
    driver.warp(5)
    assert pauser.status(GROUP)[0] == started + 5
    with reverts("NotPaused"):
        pauser.resume(GROUP, sender=GUARDIAN)


def test_pause__twice__reverts(pauser):
    pauser.pause(GROUP, sender=GUARDIAN)
    with reverts("AlreadyPaused"):
        pauser.pause(GROUP, sender=GUARDIAN)


@pytest.mark.parametrize("early", [True, False])
def test_pause__renewed_only_a_week_after_its_end(pauser, driver, early):
    pauser.pause(GROUP, sender=GUARDIAN)
    if early:
        driver.warp(DAY)
        pauser.resume(GROUP, sender=GUARDIAN)
    else:
        driver.warp(7 * DAY)
    ended = pauser.status(GROUP)[2]
    driver.warp_to(ended + 7 * DAY - 1)
    with driver.same_block(), reverts("PauseCoolingDown", allowedAt=ended + 7 * DAY):
        pauser.pause(GROUP, sender=GUARDIAN)
    driver.warp_to(ended + 7 * DAY)
    with driver.same_block():
        pauser.pause(GROUP, sender=GUARDIAN)
    assert pauser.status(GROUP)[1] is True


def test_clock__over_two_pauses__loses_exactly_the_time_paused(pauser, driver):
    start = driver.timestamp
    pauser.pause(GROUP, sender=GUARDIAN)
    driver.warp_to(start + 2 * DAY)
    pauser.resume(GROUP, sender=GUARDIAN)
    driver.warp_to(start + 10 * DAY)
    pauser.pause(GROUP, sender=GUARDIAN)
    driver.warp_to(start + 11 * DAY)
    pauser.resume(GROUP, sender=GUARDIAN)
    driver.warp_to(start + 12 * DAY)
    assert pauser.status(GROUP)[0] == start + 12 * DAY - 3 * DAY
