"""withdraw, redeem, max* and preview*: the redeem price, limited by free cash, open while paused."""

import pytest

from tests.helpers.core import GOVERNOR, GUARDIAN, STRANGER, SUPPLIER, THIEF
from tests.helpers.evm import DEPLOYER, reverts
from tests.unit.lending.vault.rig import LENDING, PAYER, build_rig

DAY = 86_400
RECEIVER = THIEF


def test_withdraw__exact_assets__burns_rounded_up(lent):
    lent.driver.warp(20 * DAY)
    for assets in (1, 3, lent.units(1_000) + 1):
        preview = lent.vault.previewWithdraw(assets)
        held, supply, got = (
            lent.vault.balanceOf(SUPPLIER), lent.vault.totalSupply(), lent.balance(RECEIVER),
        )  # fmt: skip
        tx = lent.vault.withdraw(assets, RECEIVER, SUPPLIER, sender=SUPPLIER)
        shares = tx.return_value
        assert shares == preview
        assert held - lent.vault.balanceOf(SUPPLIER) == shares == supply - lent.vault.totalSupply()
        assert lent.balance(RECEIVER) - got == assets
        event = lent.vault.event("Withdraw", tx)
        assert (event.sender, event.receiver, event.owner) == (
            SUPPLIER.address, RECEIVER.address, SUPPLIER.address,
        )  # fmt: skip
        lent.assert_solvent()


def test_redeem__exact_shares__pays_rounded_down(lent):
    lent.driver.warp(20 * DAY)
    for shares in (10**6, 10**9 + 1, lent.units(500) * 10**6 + 3):
        preview, got = lent.vault.previewRedeem(shares), lent.balance(SUPPLIER)
        assets = lent.vault.redeem(shares, SUPPLIER, SUPPLIER, sender=SUPPLIER).return_value
        assert assets == preview == lent.balance(SUPPLIER) - got


def test_deposit_then_redeem__same_block__never_profits(lent):
    lent.driver.warp(13 * DAY)
    for assets in (1, 2, 999, lent.units(77) + 5):
        with lent.driver.same_block():
            shares = lent.deposit(assets, STRANGER)
            if lent.vault.previewRedeem(shares) == 0:
                continue
            back = lent.vault.redeem(shares, STRANGER, STRANGER, sender=STRANGER).return_value
        assert back <= assets


def test_withdraw__on_behalf__spends_the_allowance(funded):
    assets = funded.units(10)
    with reverts("ERC20InsufficientAllowance", allowance=0):
        funded.vault.withdraw(assets, THIEF, SUPPLIER, sender=THIEF)
    with reverts("ERC20InsufficientAllowance", allowance=0):
        funded.vault.redeem(assets * 10**6, THIEF, SUPPLIER, sender=THIEF)
    funded.vault.approve(STRANGER, assets * 10**6, sender=SUPPLIER)
    funded.vault.withdraw(assets, STRANGER, SUPPLIER, sender=STRANGER)
    assert funded.vault.allowance(SUPPLIER, STRANGER) == 0
    assert funded.balance(STRANGER) == assets


def test_withdraw__more_than_owned__reverts(funded):
    funded.deposit(funded.units(5), STRANGER)
    with reverts("ERC20InsufficientBalance"):
        funded.vault.withdraw(funded.units(5) + 1, STRANGER, STRANGER, sender=STRANGER)
    with reverts("ERC20InsufficientBalance"):
        funded.vault.redeem(funded.units(5) * 10**6 + 10**6, STRANGER, STRANGER, sender=STRANGER)


def test_withdraw__nothing__reverts(funded):
    with reverts("NothingForIt", assets=0, shares=0):
        funded.vault.withdraw(0, SUPPLIER, SUPPLIER, sender=SUPPLIER)
    with reverts("NothingForIt", assets=0):
        funded.vault.redeem(10**6 - 1, SUPPLIER, SUPPLIER, sender=SUPPLIER)


@pytest.mark.parametrize("more", [-1, 0, 1])
def test_withdraw__at_the_cash_limit__only_up_to_it(lent, more):
    cash = lent.vault.cash()
    assert lent.vault.maxWithdraw(SUPPLIER) == cash == lent.units(500_000)
    if more > 0:
        with reverts("NotEnoughCash", cash=cash, wanted=cash + 1):
            lent.vault.withdraw(cash + more, SUPPLIER, SUPPLIER, sender=SUPPLIER)
    else:
        lent.vault.withdraw(cash + more, SUPPLIER, SUPPLIER, sender=SUPPLIER)
        assert lent.vault.cash() == -more


def test_redeem__max_redeem__accepted_and_more_refused(lent):
    lent.driver.warp(5 * DAY)
    with lent.driver.same_block():
        most = lent.vault.maxRedeem(SUPPLIER)
        assert most < lent.vault.balanceOf(SUPPLIER)
        with reverts("NotEnoughCash"):
            lent.vault.redeem(most + 2 * 10**6, SUPPLIER, SUPPLIER, sender=SUPPLIER)
        lent.vault.redeem(most, SUPPLIER, SUPPLIER, sender=SUPPLIER)
        assert lent.vault.cash() <= 1


def test_redeem__paused__open(lent):
    lent.pauser.pause(LENDING, sender=GUARDIAN)
    assets = lent.units(1_000)
    assert lent.vault.maxWithdraw(SUPPLIER) == lent.vault.cash()
    before = lent.balance(SUPPLIER)
    lent.vault.withdraw(assets, SUPPLIER, SUPPLIER, sender=SUPPLIER)
    paid = lent.vault.redeem(assets * 10**6, SUPPLIER, SUPPLIER, sender=SUPPLIER).return_value
    assert lent.balance(SUPPLIER) == before + assets + paid
    assert paid > 0


def test_redeem__last_supplier_out__no_one_is_left_short(funded):
    shares = funded.draw(funded.units(300_000))
    funded.driver.warp(400 * DAY)
    funded.collect(2**200, shares)
    funded.vault.redeem(funded.vault.balanceOf(SUPPLIER), SUPPLIER, SUPPLIER, sender=SUPPLIER)
    assert funded.vault.totalSupply() == 0
    assert funded.vault.debtTotals() == (0, 0)
    # what stays is the reserve and at most the virtual share's part of the price: about one unit
    left = funded.vault.cash() - funded.vault.reserve()
    assert 0 <= left <= 2
    funded.assert_solvent()
    # and the vault goes on
    assets = funded.units(10)
    shares = funded.deposit(assets, STRANGER)
    assert assets - 2 <= funded.vault.previewRedeem(shares) <= assets


def test_redeem__down_to_a_few_wei__price_holds(funded):
    """A thief leaves a single unit of supply behind and donates: the next supplier loses nothing."""
    funded.vault.redeem(funded.vault.balanceOf(SUPPLIER) - 3, SUPPLIER, SUPPLIER, sender=SUPPLIER)
    assert funded.vault.totalSupply() == 3
    funded.asset.mint(funded.vault, funded.units(10**6), sender=THIEF)
    assets = funded.units(123)
    shares = funded.deposit(assets, STRANGER)
    assert funded.vault.previewRedeem(shares) in (assets - 1, assets)


def test_redeem__blacklisted_receiver__reverts_and_another_receiver_works(driver):
    asset = driver.deploy("MockUsdt", 6)
    rig = build_rig(driver, asset)
    rig.deposit(10**9)
    asset.addBlackList(SUPPLIER, sender=DEPLOYER)
    with reverts(
        ""
    ):  # the token's own refusal: only its sender is checked, so this is the payer of a deposit
        rig.vault.deposit(1, SUPPLIER, sender=SUPPLIER)
    rig.vault.redeem(10**14, STRANGER, SUPPLIER, sender=SUPPLIER)
    assert rig.balance(STRANGER) == 10**8


def test_redeem__asset_that_returns_false__nothing_is_burned(driver):
    asset = driver.deploy("FalseAsset", 6)
    rig = build_rig(driver, asset)
    rig.deposit(10**9)
    shares = rig.vault.balanceOf(SUPPLIER)
    asset.setFailing(True, sender=GOVERNOR)
    with reverts("SafeERC20FailedOperation"):
        rig.vault.redeem(shares, SUPPLIER, SUPPLIER, sender=SUPPLIER)
    asset.setFailing(False, sender=GOVERNOR)
    assert rig.vault.balanceOf(SUPPLIER) == shares
    assert rig.vault.cash() == 10**9


def test_max_and_preview__many_states__honest(lent):
    """What max* allows is accepted, what preview* says happens, in the same block."""
    for days in (0, 1, 40, 300):
        lent.driver.warp(days * DAY)
        with lent.driver.same_block():
            most = lent.vault.maxWithdraw(SUPPLIER) // 3
            preview = lent.vault.previewWithdraw(most)
            assert lent.vault.withdraw(most, PAYER, SUPPLIER, sender=SUPPLIER).return_value == preview
            shares = lent.vault.maxRedeem(SUPPLIER) // 2
            preview = lent.vault.previewRedeem(shares)
            assert lent.vault.redeem(shares, PAYER, SUPPLIER, sender=SUPPLIER).return_value == preview
    assert lent.vault.maxWithdraw(STRANGER) == lent.vault.maxRedeem(STRANGER) == 0


def test_transfer__between_accounts__moves_the_claim(funded):
    shares = funded.units(7) * 10**6
    funded.vault.transfer(STRANGER, shares, sender=SUPPLIER)
    assert funded.vault.maxWithdraw(STRANGER) == funded.units(7)
    funded.vault.approve(THIEF, shares, sender=STRANGER)
    funded.vault.transferFrom(STRANGER, THIEF, shares, sender=THIEF)
    assert (funded.vault.balanceOf(STRANGER), funded.vault.balanceOf(THIEF)) == (0, shares)
