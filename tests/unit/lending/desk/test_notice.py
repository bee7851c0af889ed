import pytest

from tests.helpers.core import BORROWER, DAY, GOVERNOR, GUARDIAN, HOUR, KEEPER, STRANGER
from tests.helpers.evm import reverts

PAUSE_GROUP = b"lending".ljust(32, b"\0")


def price_at_ratio(core, numerator: int, denominator: int) -> None:
    """Sets the price so that debt = value * numerator / denominator, rounded against the account."""
    core.oracle.setPrice(core.nft, core.debt() * denominator // numerator, sender=GOVERNOR)


@pytest.mark.parametrize(("bps", "warned"), [(6799, False), (6801, True)])
def test_flag__around_the_warning_line(core, bps, warned):
    core.loan(30_000)
    price_at_ratio(core, bps, 10_000)
    if not warned:
        with reverts("NotWarnable"):
            core.flag()
        return
    tx = core.flag()
    event = core.desk.event("NoticeOpened", tx)
    assert event.args["flagger"] == KEEPER.address and event.args["debt"] < event.args["limit"]
    assert core.desk.accountOf(BORROWER).flags == 1


def price_with_line(line: int) -> int:
    """The lowest price of one floor piece whose warning line is `line`."""
    price = line * 10_000 // 6_800 - 10
    while price * 7_500 // 10_000 - -(-price * 700 // 10_000) < line:
        price += 1
    return price


def test_flag__exact_line_in_the_unit(core, driver):
    """Debt one unit below the line is refused, at the line it is flagged: all in one block."""
    core.loan(30_000)
    with driver.same_block():
        debt = core.debt()
        core.oracle.setPrice(core.nft, price_with_line(debt + 1), sender=GOVERNOR)
        with reverts("NotWarnable", debt=debt, line=debt + 1):
            core.flag()
        core.oracle.setPrice(core.nft, price_with_line(debt), sender=GOVERNOR)
        core.flag()
    assert core.desk.noticeOf(BORROWER).flagger == KEEPER.address


def test_flag__while_one_lives__reverts_and_keeps_the_first(core, driver):
    core.loan(30_000)
    core.price(42_000)
    core.flag()
    opened = core.desk.noticeOf(BORROWER).openedAt
    driver.warp(72 * HOUR - 2)
    with reverts("NoticeLives", openedAt=opened):
        core.flag(by=STRANGER)
    assert core.desk.noticeOf(BORROWER).flagger == KEEPER.address
    driver.warp(5)
    core.flag(by=STRANGER)
    assert core.desk.noticeOf(BORROWER).flagger == STRANGER.address


def test_flag__healthy_or_without_debt_or_stale_or_paused__reverts(core):
    with reverts("NotWarnable"):
        core.flag()
    core.loan(30_000)
    with reverts("NotWarnable"):
        core.flag()
    core.price(40_000)
    core.oracle.setState(core.nft, 2, sender=GOVERNOR)
    with reverts("PriceStale"):
        core.flag()
    core.oracle.setState(core.nft, 1, sender=GOVERNOR)  # degraded is enough to warn
    core.pauser.pause(PAUSE_GROUP, sender=GUARDIAN)
    with reverts("GroupPaused"):
        core.flag()
    core.pauser.resume(PAUSE_GROUP, sender=GUARDIAN)
    core.flag()


def test_clear__only_below_the_calm_line_or_after_its_life(core, driver):
    core.loan(30_000)
    core.price(43_000)
    core.flag()
    price_at_ratio(core, 6_501, 10_000)
    with reverts("NoticeInForce"):
        core.desk.clear(BORROWER, sender=STRANGER)
    price_at_ratio(core, 6_499, 10_000)
    tx = core.desk.clear(BORROWER, sender=STRANGER)
    assert core.desk.events("NoticeClosed", tx)
    assert core.desk.accountOf(BORROWER).flags == 0


def test_notice__dies_on_repayment_below_the_calm_line(core):
    core.loan(30_000)
    core.price(43_000)
    core.flag()
    core.approve(BORROWER, core.vault)
    core.desk.repay(core.units(1_000), BORROWER, sender=BORROWER)
    assert core.desk.accountOf(BORROWER).flags == 1
    core.desk.repay(core.units(3_000), BORROWER, sender=BORROWER)
    assert core.desk.accountOf(BORROWER).flags == 0


def test_notice__dies_on_added_collateral(core):
    core.loan(30_000)
    core.price(43_000)
    core.flag()
    core.desk.pledge(core.mint(BORROWER), BORROWER, sender=BORROWER)
    assert core.desk.accountOf(BORROWER).flags == 0


def test_notice__erased_by_repayment_cannot_be_borrowed_back(core):
    """A flash repayment kills the notice, but the account may not borrow above its limit again."""
    core.loan(30_000)
    core.price(43_000)
    core.flag()
    core.approve(BORROWER, core.vault)
    core.desk.repay(core.units(8_600), BORROWER, sender=BORROWER)
    limit = core.health().borrowLimit
    with reverts("DebtAboveLimit", limit=limit):
        core.desk.borrow(core.units(8_600), 2**256 - 1, BORROWER, BORROWER, sender=BORROWER)


@pytest.mark.parametrize(
    ("age", "ripe"), [(6 * HOUR - 1, False), (6 * HOUR, True), (72 * HOUR, True), (72 * HOUR + 1, False)]
)
def test_liquidate__notice_age(core, driver, age, ripe):
    refs = core.loan(30_000)
    core.price(39_990)
    core.flag()
    opened = core.desk.noticeOf(BORROWER).openedAt
    driver.warp_to(opened + age)
    with driver.same_block():
        if ripe:
            core.liquidate(refs)
            assert core.auction.termsOf(*refs[0]).startedAt != 0
        else:
            with reverts("NoRipeNotice", graceSeconds=6 * HOUR):
                core.liquidate(refs)


def test_liquidate__hoarded_notice_of_another_day_is_worthless(core, driver):
    """A notice opened long before and never used does not let anyone start at once."""
    refs = core.loan(30_000)
    core.price(43_000)
    core.flag()
    driver.warp(5 * DAY)
    core.price(39_500)
    driver.warp(10)
    with reverts("NoRipeNotice", age=0):
        core.liquidate(refs)


def test_liquidate__above_the_critical_line_needs_no_notice(core, driver):
    refs = core.loan(30_000)
    price_at_ratio(core, 8_001, 10_000)
    driver.warp(10)
    tx = core.liquidate(refs)
    assert core.desk.event("LiquidationStarted", tx).args["count"] == 1


def test_liquidate__below_the_threshold__reverts(core, driver):
    refs = core.loan(30_000)
    core.price(42_000)
    core.flag()
    driver.warp(7 * HOUR)
    price_at_ratio(core, 7_490, 10_000)
    driver.warp(10)
    with reverts("NotLiquidatable"):
        core.liquidate(refs)


def test_liquidate__round_of_this_block__reverts(core, driver):
    refs = core.loan(30_000)
    core.price(39_000)
    core.flag()
    driver.warp(7 * HOUR)
    core.oracle.setPostedAt(core.nft, driver.timestamp + 10, sender=GOVERNOR)
    driver.warp_to(driver.timestamp + 9)
    with driver.same_block():
        core.oracle.setPostedAt(core.nft, driver.timestamp, sender=GOVERNOR)
        with reverts("RoundInThisBlock"):
            core.liquidate(refs)
    core.liquidate(refs)


def test_liquidate__borrow_post_and_start_in_one_block__reverts(core, driver):
    with driver.same_block():
        refs = core.loan(30_000)
        core.price(30_000)
        core.oracle.setPostedAt(core.nft, driver.timestamp, sender=GOVERNOR)
        with reverts("RoundInThisBlock"):
            core.liquidate(refs)
    assert core.nft.ownerOf(refs[0][1]) == core.desk.address


def test_liquidate__mass_at_unpause__waits_for_grace(core, driver):
    refs = core.loan(30_000)
    core.price(39_900)
    core.flag()
    driver.warp(7 * HOUR)
    core.pauser.pause(PAUSE_GROUP, sender=GUARDIAN)
    debt = core.debt()
    driver.warp(3 * DAY)
    assert core.debt() == debt  # interest stands still
    with reverts("GroupPaused"):
        core.liquidate(refs)
    core.pauser.resume(PAUSE_GROUP, sender=GUARDIAN)
    resumed = core.pauser.status(PAUSE_GROUP)[2]
    with reverts("GraceAfterPause"):
        core.liquidate(refs)
    driver.warp_to(resumed + 6 * HOUR - 1)
    with driver.same_block(), reverts("GraceAfterPause"):
        core.liquidate(refs)
    driver.warp_to(resumed + 6 * HOUR)
    with driver.same_block():
        core.liquidate(refs)
