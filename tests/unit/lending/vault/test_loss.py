"""realiseLoss, remark, price of shares: reserve, cover, suppliers; nobody leaves at par ahead of it."""

import pytest

from tests.helpers.core import BORROWER, GOVERNOR, STRANGER, SUPPLIER
from tests.helpers.evm import Revert, reverts
from tests.unit.lending.vault.rig import ANSWER, BOMB, BURN_GAS, PAYER, REVERT, selector
from vitrine.models.wad import debt_to_assets_up

DAY = 86_400
AVAILABLE, PAY = selector("available()"), selector("pay(uint256)")


@pytest.fixture
def bad(plain):
    """A loan of 100,000 that will be lost."""
    plain.bad_shares = plain.draw(plain.units(100_000))
    return plain


@pytest.mark.parametrize("reserve", [0, 1, 40_000, 99_999, 200_000])
@pytest.mark.parametrize("cover", [None, 0, 1, 30_000, 500_000])
def test_realise_loss__reserve_cover_suppliers__in_that_order(bad, reserve, cover):
    if reserve:
        bad.vault.fundReserve(bad.units(reserve), sender=PAYER)
    if cover is not None:
        bad.cover(bad.units(cover))
    with bad.driver.same_block():
        bad.vault.accrue(sender=STRANGER)
        loss = debt_to_assets_up(bad.bad_shares, *bad.vault.debtTotals())
        cash, held_reserve, supply = bad.vault.cash(), bad.vault.reserve(), bad.vault.supplyAssets()
        held = bad.lose(BORROWER, bad.bad_shares)
        by_reserve = min(loss, bad.units(reserve))
        by_cover = min(loss - by_reserve, bad.units(cover or 0))
        by_suppliers = loss - by_reserve - by_cover
        assert tuple(held.outputs[0]) == (by_reserve, by_cover, by_suppliers)
        assert bad.vault.reserve() == held_reserve - by_reserve
        assert bad.vault.cash() == cash + by_cover
        assert bad.vault.supplyAssets() == supply - by_suppliers
    event = bad.vault.event("LossRealised", held.tx)
    assert (event.account, event.loss, event.shares) == (BORROWER.address, loss, bad.bad_shares)
    assert (event.byReserve, event.byCover, event.bySuppliers) == (by_reserve, by_cover, by_suppliers)
    bad.assert_solvent()


@pytest.mark.parametrize("mode", [REVERT, BURN_GAS, BOMB])
def test_realise_loss__hostile_cover__counts_as_empty(bad, mode):
    probe = bad.cover(bad.units(50_000))
    probe.setAnswer(PAY, mode, b"", sender=GOVERNOR)
    borne = bad.lose(BORROWER, bad.bad_shares).outputs[0]
    assert borne.byCover == 0
    assert borne.bySuppliers > bad.units(100_000)


def test_realise_loss__cover_without_code__counts_as_empty(bad):
    bad.vault.setCover(STRANGER, sender=GOVERNOR)
    assert bad.lose(BORROWER, bad.bad_shares).outputs[0].byCover == 0


def test_realise_loss__starved_of_gas__reverts_instead_of_skipping_the_cover(bad):
    """Somebody who would rather see suppliers pay sends just too little gas for the cover's call."""
    bad.cover(bad.units(500_000))
    steps = [
        (bad.vault, 0, bad.vault.hold.data(), True),
        (bad.vault, 0, bad.vault.realiseLoss.data(BORROWER, bad.bad_shares), True),
        (bad.vault, 0, bad.vault.free.data(), True),
    ]
    outcomes = set()
    for gas in range(200_000, 700_000, 50_000):
        snapshot = bad.driver.snapshot()
        try:
            borne = bad.desk.executeAll(steps, sender=GOVERNOR, gas=gas).return_value[1]
        except Revert as error:
            outcomes.add(error.name or error.halt or "empty")
        else:
            outcomes.add("paid")
            assert int.from_bytes(borne[32:64], "big") > bad.units(100_000)
        bad.driver.revert(snapshot)
    assert {"paid", "GasTooLow"} <= outcomes
    with reverts("GasTooLow"):
        bad.desk.executeAll(steps, sender=GOVERNOR, gas=450_000)


def test_realise_loss__cover_that_reenters__finds_the_group_locked(bad):
    probe = bad.cover(bad.units(50_000))
    pay = (bad.asset, 0, bad.asset.transfer.data(bad.vault, bad.units(50_000)), True)
    again = (bad.vault, 0, bad.vault.deposit.data(1, STRANGER), False)
    probe.script(PAY, [again, pay], sender=GOVERNOR)
    assert bad.lose(BORROWER, bad.bad_shares).outputs[0].byCover == bad.units(50_000)
    assert bytes(probe.outcome(0).output) == selector("GroupLocked()")


def test_realise_loss__last_debt_of_all__takes_the_dust_along(funded):
    shares = funded.draw(2)
    for _ in range(30):
        funded.driver.warp(1)
        funded.vault.accrue(sender=STRANGER)
    debt, _ = funded.vault.debtTotals()
    held = funded.lose(BORROWER, shares)
    [event] = held.tx.named("LossRealised")
    assert (event.account, event.loss) == (BORROWER.address, debt)
    assert sum(held.outputs[0]) == debt
    assert funded.vault.debtTotals() == (0, 0)


# -- marks -----------------------------------------------------------------------------


def test_remark__sums__replace_one_contribution(bad):
    held = bad.mark(1_000_000, 500)
    assert bad.vault.marks() == (1_000_000, 500)
    event = bad.vault.event("MarksChanged", held.tx)
    assert (event.markedShares, event.markedCollateral) == (1_000_000, 500)
    bad.held(("remark", (0, 0, 77, 7)))
    assert bad.vault.marks() == (1_000_077, 507)
    bad.mark(0, 0, (1_000_000, 500))
    assert bad.vault.marks() == (77, 7)
    bad.mark(0, 0, (77, 7))
    assert bad.vault.marks() == (0, 0)
    assert bad.vault.floatingBadDebt() == 0


@pytest.mark.parametrize("above", [-1, 0, 1])
def test_floating_bad_debt__around_the_collateral__floor_at_zero(bad, above):
    with bad.driver.same_block():
        bad.vault.accrue(sender=STRANGER)
        debt = debt_to_assets_up(bad.bad_shares, *bad.vault.debtTotals())
        bad.mark(bad.bad_shares, debt - above)
        assert bad.vault.floatingBadDebt() == max(0, above)


def test_price__visible_loss__leavers_bear_it_and_depositors_do_not_profit(bad):
    bad.deposit(bad.units(1_000_000), STRANGER)
    with bad.driver.same_block():
        bad.vault.accrue(sender=STRANGER)
        debt = debt_to_assets_up(bad.bad_shares, *bad.vault.debtTotals())
        par, price_in = bad.vault.totalAssets(), bad.vault.previewDeposit(10**6)
        assert par == bad.vault.supplyAssets()
        bad.mark(bad.bad_shares, debt - bad.units(60_000))
        assert bad.vault.floatingBadDebt() == bad.units(60_000)
        assert bad.vault.totalAssets() == par - bad.units(60_000)
        assert bad.vault.supplyAssets() == par
        assert bad.vault.previewDeposit(10**6) == price_in
        shares = bad.vault.balanceOf(STRANGER) // 10
        fair = shares * (par - bad.units(60_000) + 1) // (bad.vault.totalSupply() + 10**6)
        assert bad.vault.redeem(shares, STRANGER, STRANGER, sender=STRANGER).return_value == fair


def test_price__loss_below_reserve_and_cover__shares_at_par(bad):
    bad.vault.fundReserve(bad.units(20_000), sender=PAYER)
    bad.cover(bad.units(25_000))
    with bad.driver.same_block():
        bad.vault.accrue(sender=STRANGER)
        debt = debt_to_assets_up(bad.bad_shares, *bad.vault.debtTotals())
        gross = bad.vault.supplyAssets()
        bad.mark(bad.bad_shares, debt - bad.units(45_000))
        assert bad.vault.totalAssets() == gross
        bad.mark(bad.bad_shares, debt - bad.units(45_000) - 1, (bad.bad_shares, debt - bad.units(45_000)))
        assert bad.vault.totalAssets() == gross - 1
        assert bad.vault.supplyAssets() == gross


@pytest.mark.parametrize("mode", [REVERT, BURN_GAS, ANSWER])
def test_price__hostile_cover__counts_as_empty_and_exits_stay_open(bad, mode):
    probe = bad.cover(bad.units(50_000))
    probe.setAnswer(AVAILABLE, mode, b"\1" * 31, sender=GOVERNOR)  # 31 bytes are no number
    with bad.driver.same_block():
        bad.mark(bad.bad_shares, 0)
        assert bad.vault.totalAssets() == bad.vault.supplyAssets() - bad.vault.floatingBadDebt()
        assert bad.vault.redeem(10**9, SUPPLIER, SUPPLIER, sender=SUPPLIER).return_value > 0


def test_price__all_debt_marked_at_nothing__shares_are_worth_the_cash(bad):
    _, total = bad.vault.debtTotals()
    bad.driver.warp(1_000 * DAY)
    with bad.driver.same_block():
        bad.mark(total, 0)
        rounding = bad.vault.totalAssets() - bad.vault.cash()
        assert 0 <= rounding <= 10  # the virtual share's part of the debt
        assert bad.vault.redeem(10**12, SUPPLIER, SUPPLIER, sender=SUPPLIER).return_value > 0


def test_price__everything_lost__zero_exits_refuse_and_nobody_is_burned_for_nothing(plain):
    plain.draw(plain.units(440_000))
    plain.vault.withdraw(plain.vault.cash(), SUPPLIER, SUPPLIER, sender=SUPPLIER)
    plain.lose(BORROWER, plain.vault.debtTotals()[1])
    assert plain.vault.totalAssets() == plain.vault.supplyAssets() == 0
    assert plain.vault.maxWithdraw(SUPPLIER) == plain.vault.maxRedeem(SUPPLIER) == 0
    with reverts("NothingForIt", assets=0):
        plain.vault.redeem(plain.vault.balanceOf(SUPPLIER), SUPPLIER, SUPPLIER, sender=SUPPLIER)
    queued = plain.vault.balanceOf(SUPPLIER)
    plain.vault.requestRedeem(queued, SUPPLIER, sender=SUPPLIER)
    plain.vault.fillQueue(5, sender=STRANGER)
    assert plain.vault.queuedShares() == queued
    assert plain.vault.requestOf(0) == (SUPPLIER.address, queued)
    # who comes now owns everything; what 128 bits of shares cannot stand for is refused by name and by max*
    most = plain.vault.maxDeposit(STRANGER)
    plain.fund(STRANGER, most + 1)
    if most < plain.vault.supplyCap():
        with reverts("Overflow", bits=128):
            plain.vault.deposit(most + 1, STRANGER, sender=STRANGER)
    plain.vault.deposit(most, STRANGER, sender=STRANGER)
    plain.assert_solvent()


def test_interest__on_marked_debt__never_moves_the_redeem_price(bad):
    """All of the debt is marked: a year of interest raises debt, bad debt and reserve alike."""
    debt, total = bad.vault.debtTotals()
    bad.mark(total, bad.units(100_000))
    with bad.driver.same_block():
        bad.vault.accrue(sender=STRANGER)
        before = (bad.vault.totalAssets(), bad.vault.supplyAssets(), bad.vault.floatingBadDebt())
        reserve, debt = bad.vault.reserve(), bad.vault.debtTotals()[0]
    bad.driver.warp(365 * DAY)
    with bad.driver.same_block():
        bad.vault.accrue(sender=STRANGER)
        interest = bad.vault.debtTotals()[0] - debt
        assert interest > bad.units(60_000)
        assert bad.vault.reserve() - reserve == interest
        assert bad.vault.supplyAssets() == before[1]
        assert before[0] <= bad.vault.totalAssets() <= before[0] + 1
        assert interest - 1 <= bad.vault.floatingBadDebt() - before[2] <= interest


def test_interest__on_half_marked_debt__suppliers_earn_on_the_rest_only(bad):
    debt, total = bad.vault.debtTotals()
    bad.mark(total // 2, 0)
    with bad.driver.same_block():
        bad.vault.accrue(sender=STRANGER)
        supply, reserve, debt = bad.vault.supplyAssets(), bad.vault.reserve(), bad.vault.debtTotals()[0]
    bad.driver.warp(100 * DAY)
    with bad.driver.same_block():
        bad.vault.accrue(sender=STRANGER)
        interest = bad.vault.debtTotals()[0] - debt
        to_reserve = -(-interest * (total // 2) // total)
        assert bad.vault.reserve() - reserve == to_reserve
        assert bad.vault.supplyAssets() - supply == interest - to_reserve
