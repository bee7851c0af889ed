"""Marks that a dead price or a quiet sale must not bend; exits of a dropped collection."""

from tests.helpers.core import BORROWER, DAY, GOVERNOR, HOUR, KEEPER, STRANGER, SUPPLIER
from tests.helpers.evm import reverts

STALE = 2


def dead(core) -> None:
    """The price of the main collection is stale and unknown."""
    at = core.driver.timestamp - 1
    core.oracle.setQuote(core.nft, (0, 0, 0, 1, 0, 0, at, at, 0, STALE), sender=GOVERNOR)


def test_mark__price_missing__last_mark_stays(core, driver):
    core.loan(30_000)
    core.price(30_000)
    driver.warp(10)
    core.desk.mark([BORROWER], sender=STRANGER)
    floating, price = core.vault.floatingBadDebt(), core.vault.convertToAssets(10**18)
    dead(core)
    core.desk.mark([BORROWER], sender=STRANGER)
    assert core.vault.floatingBadDebt() - floating <= core.units(1)
    assert core.vault.convertToAssets(10**18) == price


def test_take__distressed_sale_without_notice__leaves_the_rest_marked(core, driver):
    """An auction started above the critical line has no notice: its account is measured all the same."""
    refs = core.loan(60_000, 2)
    core.price(36_500)
    driver.warp(10)
    core.liquidate(refs)
    driver.warp(12 * HOUR)
    price = core.vault.convertToAssets(10**18)
    core.take(refs[0])
    debt, health = core.desk.healthOf(BORROWER)
    assert debt > health.deep
    assert core.desk.accountOf(BORROWER).flags & 2
    assert core.vault.floatingBadDebt() >= debt - health.deep - core.units(1)
    assert core.vault.convertToAssets(10**18) < price


def test_borrow__recovered_account__loses_its_mark(core, driver):
    core.loan(30_000)
    core.price(30_000)
    driver.warp(10)
    core.desk.mark([BORROWER], sender=STRANGER)
    core.price(90_000)
    core.desk.borrow(core.units(100), 2**256 - 1, BORROWER, BORROWER, sender=BORROWER)
    assert core.vault.floatingBadDebt() == 0 and core.desk.markOf(BORROWER).shares == 0


def test_auction__stale_though_recent__does_not_fall_below_the_band(core, driver):
    refs = core.loan(30_000)
    core.price(39_900)
    core.warn_and_liquidate(refs)
    driver.warp(12 * HOUR)
    core.price(39_900)
    core.oracle.setState(core.nft, STALE, sender=GOVERNOR)
    assert core.auction.priceOf(*refs[0])[0] == core.units(39_900) * 85 // 100


def test_exits__collection_dropped_by_the_oracle__stay_open(core, driver):
    refs = core.loan(30_000)
    core.loan(29_900, who=STRANGER)
    core.price(36_000)
    driver.warp(10)
    core.desk.mark([STRANGER], sender=KEEPER)
    core.flag()
    core.liquidate(refs)
    core.oracle.setQuote(core.nft, (0, 0, 0, 0, 0, 0, 0, 0, 0, STALE), sender=GOVERNOR)
    with reverts("CollectionNotListed"):
        core.oracle.quote(core.nft)
    core.fund(BORROWER, core.units(40_000))
    core.desk.repay(core.units(5_000), BORROWER, sender=BORROWER)
    core.desk.repay(core.units(40_000), BORROWER, sender=BORROWER)
    core.desk.reclaim(BORROWER, refs, sender=BORROWER)
    core.desk.withdraw(refs, BORROWER, BORROWER, sender=BORROWER)
    assert core.nft.ownerOf(refs[0][1]) == BORROWER.address
    core.vault.redeem(core.vault.balanceOf(SUPPLIER) // 2, SUPPLIER, SUPPLIER, sender=SUPPLIER)
    driver.warp(DAY)
