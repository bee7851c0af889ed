import pytest

from tests.helpers.core import BORROWER, DAY, GOVERNOR, MAX_RATE, STRANGER
from tests.helpers.evm import reverts


def appraise(core, ref, units: int, life: int = 30 * DAY) -> None:
    core.oracle.setUnits(core.nft, ref[1], units, core.driver.timestamp + life, sender=GOVERNOR)


def test_restamp__up_by_owner__raises_what_may_be_borrowed(core):
    refs = core.mint(BORROWER)
    core.desk.pledge(refs, BORROWER, sender=BORROWER)
    appraise(core, refs[0], 250)
    core.desk.restamp(refs, sender=BORROWER)
    assert core.desk.pledgeOf(*refs[0]).units == 250
    core.desk.borrow(core.units(75_000), MAX_RATE, BORROWER, BORROWER, sender=BORROWER)
    assert core.desk.behindDebt() == 250 << 8


def test_restamp__up_by_stranger__reverts(core):
    refs = core.mint(BORROWER)
    core.desk.pledge(refs, BORROWER, sender=BORROWER)
    appraise(core, refs[0], 250)
    with reverts("OnlyOwnerRaises", owner=BORROWER.address):
        core.desk.restamp(refs, sender=STRANGER)


def test_restamp__expired__down_by_anyone_and_units_behind_debt_follow(core, driver):
    refs = core.mint(BORROWER)
    core.desk.pledge(refs, BORROWER, sender=BORROWER)
    appraise(core, refs[0], 250, 2 * DAY)
    core.desk.restamp(refs, sender=BORROWER)
    core.desk.borrow(core.units(30_000), MAX_RATE, BORROWER, BORROWER, sender=BORROWER)
    driver.warp(3 * DAY)
    core.desk.restamp(refs, sender=STRANGER)
    assert core.desk.accountOf(BORROWER).units == 100
    assert core.desk.behindDebt() == 100 << 8


def test_restamp__down_below_the_threshold__still_needs_a_ripe_notice(core, driver):
    refs = core.mint(BORROWER)
    core.desk.pledge(refs, BORROWER, sender=BORROWER)
    appraise(core, refs[0], 160, 2 * DAY)
    core.desk.restamp(refs, sender=BORROWER)
    core.desk.borrow(core.units(47_000), MAX_RATE, BORROWER, BORROWER, sender=BORROWER)
    driver.warp(3 * DAY)
    core.desk.restamp(refs, sender=STRANGER)
    with reverts("NoRipeNotice"):
        core.liquidate(refs)
    core.warn_and_liquidate(refs)


def test_restamp__in_auction__reverts(core):
    refs = core.loan(30_000)
    core.price(39_900)
    core.warn_and_liquidate(refs)
    appraise(core, refs[0], 300)
    with reverts("InAuction"):
        core.desk.restamp(refs, sender=BORROWER)


def test_liquidate__live_appraisal_never_stamped__auction_starts_at_it(core):
    refs = core.loan(30_000)
    core.price(39_900)
    appraise(core, refs[0], 300)
    core.warn_and_liquidate(refs)
    assert core.auction.termsOf(*refs[0]).premiumBps == 30_000


@pytest.mark.parametrize("units", [100, 300])
def test_restamp__not_pledged__reverts(core, units):
    refs = core.mint(BORROWER)
    appraise(core, refs[0], units)
    with reverts("NotPledged"):
        core.desk.restamp(refs, sender=BORROWER)
