"""Bad debt in sight: marks, the two prices of a share, and who bears what."""

import pytest

from tests.helpers.core import BORROWER, DAY, GOVERNOR, HOUR, STRANGER, SUPPLIER
from tests.helpers.evm import reverts

LATE = "late supplier"


def test_mark__underwater__floating_bad_debt_is_debt_less_deep_value(core, driver):
    core.loan(30_000)
    core.price(30_000)
    driver.warp(10)
    assert core.vault.floatingBadDebt() == 0
    tx = core.desk.mark([BORROWER], sender=STRANGER)
    mark = core.desk.event("AccountMarked", tx).args
    assert mark["collateral"] == core.units(30_000) * 85 // 100
    assert core.vault.floatingBadDebt() == pytest.approx(core.units(4_500), rel=1e-4)
    assert core.desk.accountOf(BORROWER).flags & 2


def test_mark__interest_on_marked_debt__never_raises_the_share_price(core, driver):
    core.loan(30_000)
    core.price(20_000)
    driver.warp(10)
    core.desk.mark([BORROWER], sender=STRANGER)
    price = core.vault.convertToAssets(10**18)
    floating = core.vault.floatingBadDebt()
    driver.warp(30 * DAY)
    core.vault.accrue(sender=STRANGER)
    assert core.vault.floatingBadDebt() > floating
    assert core.vault.convertToAssets(10**18) <= price


def test_mark__leaving_supplier_bears_his_share_and_gains_nothing_over_one_who_stays(core, driver):
    """Two equal suppliers: one leaves after the mark, one stays until the sale at the marked price."""
    core.supply(1_000_000, STRANGER)
    core.loan(30_000)
    core.price(20_000)
    driver.warp(10)
    core.desk.mark([BORROWER], sender=STRANGER)
    core.vault.redeem(core.vault.balanceOf(STRANGER), STRANGER, STRANGER, sender=STRANGER)
    left_with = core.asset.balanceOf(STRANGER)
    shortfall = core.units(30_000) - core.units(20_000) * 85 // 100
    assert core.units(1_000_000) - left_with >= shortfall // 2 - core.units(1)
    core.liquidate([(core.nft.address, 1)])
    driver.warp(7 * HOUR - 10)  # just before the end of the band: at or above the price the mark assumed
    core.take((core.nft.address, 1))
    stayed = core.vault.convertToAssets(core.vault.balanceOf(SUPPLIER))
    assert stayed >= left_with


def test_mark__round_of_this_block__closes_deposit_and_redeem(core, driver):
    core.loan(30_000)
    core.price(20_000)
    driver.warp(10)
    core.desk.mark([BORROWER], sender=STRANGER)
    with driver.same_block():
        core.oracle.setPostedAt(core.nft, driver.timestamp, sender=GOVERNOR)
        core.fund(STRANGER, core.units(100))
        for call in (
            lambda: core.vault.deposit(core.units(100), STRANGER, sender=STRANGER),
            lambda: core.vault.redeem(10**9, SUPPLIER, SUPPLIER, sender=SUPPLIER),
        ):
            with reverts("RoundInThisBlock"):
                call()
    core.vault.redeem(10**9, SUPPLIER, SUPPLIER, sender=SUPPLIER)


def test_mark__recovery_takes_the_mark_away(core, driver):
    core.loan(30_000)
    core.price(20_000)
    driver.warp(10)
    core.desk.mark([BORROWER], sender=STRANGER)
    core.price(60_000)
    core.desk.mark([BORROWER], sender=STRANGER)
    assert core.vault.floatingBadDebt() == 0 and core.desk.accountOf(BORROWER).flags == 0
    assert core.desk.markOf(BORROWER).shares == 0


def test_mark__stale__last_mark_stays(core, driver):
    core.loan(30_000)
    core.price(20_000)
    driver.warp(10)
    core.desk.mark([BORROWER], sender=STRANGER)
    floating = core.vault.floatingBadDebt()
    core.price(60_000)
    core.oracle.setState(core.nft, 2, sender=GOVERNOR)
    core.desk.mark([BORROWER], sender=STRANGER)
    assert core.vault.floatingBadDebt() >= floating


def test_mark__distressed_auction__counts_at_the_reserve(core, driver):
    refs = core.loan(30_000)
    core.price(34_000)
    driver.warp(10)
    core.liquidate(refs)
    driver.warp(8 * HOUR)
    core.desk.markDistressed(BORROWER, refs[0], sender=STRANGER)
    assert core.vault.floatingBadDebt() == pytest.approx(core.units(13_000), rel=1e-2)


def test_mark__repaying_shrinks_the_mark_at_once(core, driver):
    core.loan(30_000)
    core.price(30_000)
    driver.warp(10)
    core.desk.mark([BORROWER], sender=STRANGER)
    core.approve(BORROWER, core.vault)
    core.desk.repay(core.units(2_000), BORROWER, sender=BORROWER)
    assert core.vault.floatingBadDebt() == pytest.approx(core.units(2_500), rel=1e-3)
    core.desk.repay(core.units(10_000), BORROWER, sender=BORROWER)
    assert core.vault.floatingBadDebt() == 0
