"""accrue, rates and the path of the rate: compounding by the second, damped up, immediate down."""

import pytest

from tests.helpers.core import GOVERNOR, GUARDIAN, STRANGER, SUPPLIER
from tests.unit.lending.vault.rig import LENDING, PAYER, build_rig
from vitrine.models.interest import MAX_BOOK, MAX_ELAPSED, RISE_PER_DAY, YEAR

DAY = 86_400
WAD = 10**18


def points(rate):
    """A rate per second in percentage points a year."""
    return rate * YEAR / 10**16


def test_accrue__a_day__interest_and_reserve_as_the_model_says(funded):
    twin = funded.model()
    twin.deposit("supplier", funded.units(1_000_000))
    with funded.driver.same_block():
        now = funded.driver.timestamp
        funded.draw(funded.units(800_000))
    twin.world = twin.world._replace(clock=now)
    with twin.group():
        twin.draw_down(funded.units(800_000))
    for span in (1, 59, 3_600, DAY, 40 * DAY):
        funded.driver.warp(span)
        twin.world = twin.world._replace(clock=funded.driver.timestamp)
        tx = funded.vault.accrue(sender=STRANGER)
        reserve = twin.reserve
        interest = twin.accrue()
        event = funded.vault.event("Accrued", tx)
        assert (event.interest, event.toReserve) == (interest, twin.reserve - reserve)
        assert (event.anchorRate, event.clock) == (twin.anchor_rate, twin.clock)
        assert funded.vault.ratePath() == (twin.anchor_rate, twin.clock)
    assert twin.reserve > 0


def test_accrue__twice_in_a_second__books_once(lent):
    lent.driver.warp(DAY)
    with lent.driver.same_block():
        first, second = lent.vault.accrue(sender=STRANGER), lent.vault.accrue(sender=STRANGER)
    assert first.named("Accrued")
    assert second.logs == []


def test_accrue__paused__interest_stops_by_the_clock(lent):
    lent.vault.accrue(sender=STRANGER)
    lent.pauser.pause(LENDING, sender=GUARDIAN)
    debt = lent.vault.debtTotals()
    lent.driver.warp(3 * DAY)
    assert lent.vault.debtTotals() == debt
    lent.pauser.resume(LENDING, sender=GUARDIAN)
    lent.driver.warp(DAY)
    day = lent.vault.debtTotals()[0] - debt[0]
    assert lent.units(500_000) * 10 // 100 // 365 < day < lent.units(500_000) * 25 // 100 // 365


def test_rates__empty_vault__base_rate(rig):
    rate, target = rig.vault.rates()
    assert rate == target == WAD // 10 // YEAR
    assert rig.vault.utilisation() == 0
    rig.driver.warp(1_000 * DAY)
    assert rig.vault.accrue(sender=STRANGER).logs == []
    assert rig.vault.rates() == (rate, target)


def test_rates__full_utilisation__forty_percent_in_two_days_and_no_overflow(funded):
    """95 % lent, the rest withdrawn: 100 %, the rate rises by 15 points a day to 40 %."""
    funded.draw(funded.units(950_000))
    funded.vault.withdraw(funded.vault.cash(), SUPPLIER, SUPPLIER, sender=SUPPLIER)
    assert funded.vault.utilisation() == WAD
    start, target = funded.vault.rates()
    assert points(target) == pytest.approx(40)
    funded.driver.warp(DAY)
    assert points(funded.vault.rates()[0] - start) == pytest.approx(15, abs=1e-3)
    funded.driver.warp(DAY)
    assert funded.vault.rates()[0] == target
    funded.driver.warp(100 * DAY)
    assert funded.vault.rates() == (target, target)
    assert funded.vault.maxWithdraw(SUPPLIER) == 0


def test_rates__rise__five_points_a_day_at_most(lent):
    lent.draw(lent.units(300_000))
    start, target = lent.vault.rates()
    assert points(target) > 19
    last = start
    for _ in range(3):
        at = lent.vault.rates()[0]
        lent.driver.warp(DAY)
        last = lent.vault.rates()[0]
        assert last - at <= RISE_PER_DAY
    assert points(last) == pytest.approx(points(lent.vault.rates()[1]), abs=0.05)


def test_rates__many_small_steps__never_faster_than_one_big_one(lent):
    lent.draw(lent.units(300_000))
    snapshot = lent.driver.snapshot()
    lent.driver.warp(3_600)
    once = lent.vault.rates()[0]
    lent.driver.revert(snapshot)
    for _ in range(360):
        lent.driver.warp(9)
        lent.vault.accrue(sender=STRANGER)  # a second each
    assert once - 400 <= lent.vault.rates()[0] <= once


def test_rates__fall__immediate(funded):
    shares = funded.draw(funded.units(900_000))
    funded.driver.warp(30 * DAY)
    rate, _ = funded.vault.rates()
    assert points(rate) > 25
    funded.collect(funded.units(700_000), shares)
    rate, target = funded.vault.rates()
    assert abs(rate - target) <= 3  # the utilisation grew by the interest of a second
    assert points(rate) < 14


def test_rates__flash_deposit__leaves_no_trace_on_the_path(funded):
    """A borrower floods the vault for one block: once the deposit is gone, so is its effect."""
    flood = funded.units(50_000_000)
    funded.fund(STRANGER, flood)
    funded.draw(funded.units(900_000))
    funded.driver.warp(30 * DAY)
    snapshot = funded.driver.snapshot()
    with funded.driver.same_block():
        funded.vault.accrue(sender=STRANGER)
        undisturbed = funded.vault.ratePath(), funded.vault.rates()
    funded.driver.warp(DAY)
    debt = funded.vault.debtTotals()

    funded.driver.revert(snapshot)
    with funded.driver.same_block():
        shares = funded.vault.deposit(flood, STRANGER, sender=STRANGER).return_value
        assert points(funded.vault.rates()[0]) < 11
        funded.vault.redeem(shares, STRANGER, STRANGER, sender=STRANGER)
        path, rates = funded.vault.ratePath(), funded.vault.rates()
    assert path == undisturbed[0]
    assert all(abs(now - then) <= 1 for now, then in zip(rates, undisturbed[1], strict=True))
    funded.driver.warp(DAY)
    assert abs(funded.vault.debtTotals()[0] - debt[0]) <= debt[0] // 10**11 + 1


def test_rates__flash_withdrawal__raises_nothing(lent):
    """The other way round: cash gone and back within a block neither raises the rate nor moves its path."""
    lent.driver.warp(20 * DAY)
    with lent.driver.same_block():
        lent.vault.accrue(sender=STRANGER)
        before = lent.vault.ratePath(), lent.vault.rates()
        cash = lent.vault.cash()
        lent.vault.withdraw(cash, SUPPLIER, SUPPLIER, sender=SUPPLIER)
        assert lent.vault.rates()[0] == before[1][0]
        lent.fund(SUPPLIER, 0)
        lent.vault.deposit(cash, SUPPLIER, sender=SUPPLIER)
        after = lent.vault.ratePath(), lent.vault.rates()
        assert after[0] == before[0]
        assert abs(after[1][0] - before[1][0]) <= 1


@pytest.mark.parametrize("years", [1, 9.99, 10, 10.01, 25, 300])
def test_accrue__years_without_a_touch__at_most_ten_charged(lent, years):
    twin_rate = lent.vault.rates()
    lent.driver.warp(int(years * YEAR))
    debt, shares = lent.vault.debtTotals()
    lent.vault.accrue(sender=STRANGER)
    assert lent.vault.ratePath()[1] == lent.driver.timestamp - 1
    factor = debt / lent.units(500_000)
    charged = min(years, 10)
    assert 1.1**charged < factor < 1.55**charged
    assert twin_rate[1] >= twin_rate[0]
    before = lent.balance(PAYER)
    lent.fund(PAYER, 3 * debt)
    with lent.driver.same_block():
        lent.collect(2**250, shares)
    assert lent.vault.debtTotals() == (0, 0)
    assert before <= lent.balance(PAYER)
    lent.vault.redeem(lent.vault.balanceOf(SUPPLIER), SUPPLIER, SUPPLIER, sender=SUPPLIER)
    lent.assert_solvent()


def test_accrue__a_book_that_cannot_grow__interest_stops_and_exits_stay_open(driver):
    """100 % a year for decades on the largest supply there may be: the book stops at its limit."""
    rig = build_rig(driver, driver.deploy("MockAsset", 18))
    steep = driver.deploy("KinkedRateModel", WAD, WAD, WAD, WAD // 2)
    rig.vault.setRateModel(steep, sender=GOVERNOR)
    rig.deposit(rig.vault.supplyCap())
    shares = rig.draw(2**95)
    for _ in range(6):
        driver.warp(2 * MAX_ELAPSED)
        rig.vault.accrue(sender=STRANGER)
    debt, total = rig.vault.debtTotals()
    assert debt + rig.vault.cash() == MAX_BOOK
    assert total == shares
    rig.vault.withdraw(2**90, SUPPLIER, SUPPLIER, sender=SUPPLIER)
    rig.fund(PAYER, 2**103)
    rig.collect(2**103, shares)
    driver.warp(DAY)
    rig.vault.withdraw(2**90, SUPPLIER, SUPPLIER, sender=SUPPLIER)
    rig.assert_solvent()


def test_accrue__dust_debt__rounds_up_against_the_borrower(funded):
    funded.draw(1)
    funded.driver.warp(1)
    assert funded.vault.debtTotals()[0] == 2
