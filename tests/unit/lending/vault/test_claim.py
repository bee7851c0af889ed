"""claim: money owed is pulled; who cannot be paid loses nothing and stops nobody."""

from tests.helpers.core import BORROWER, KEEPER, STRANGER
from tests.helpers.evm import DEPLOYER, reverts
from tests.unit.lending.vault.rig import build_rig


def test_claim__all_of_it__to_any_receiver(funded):
    funded.sell(BORROWER, 0, 1_000)
    funded.sell(KEEPER, 0, 50)
    before = funded.balance(STRANGER)
    tx = funded.vault.claim(STRANGER, sender=BORROWER)
    assert tx.return_value == 1_000 == funded.balance(STRANGER) - before
    assert (funded.vault.creditOf(BORROWER), funded.vault.totalCredits()) == (0, 50)
    event = funded.vault.event("Claimed", tx)
    assert (event.account, event.receiver, event.assets) == (BORROWER.address, STRANGER.address, 1_000)
    funded.assert_solvent()


def test_claim__nothing_owed__nothing_happens(funded):
    tx = funded.vault.claim(STRANGER, sender=STRANGER)
    assert tx.return_value == 0
    assert tx.logs == []


def test_claim__credits__are_no_cash_of_the_vault(funded):
    cash, supply = funded.vault.cash(), funded.vault.supplyAssets()
    funded.sell(BORROWER, 0, 1_000)
    assert (funded.vault.cash(), funded.vault.supplyAssets()) == (cash, supply)
    with reverts("NotEnoughCash", cash=cash):
        funded.draw(cash + 1)


def test_claim__blacklisted__reverts_keeps_the_credit_and_pays_elsewhere(driver):
    rig = build_rig(driver, driver.deploy("MockUsdt", 6))
    rig.deposit(10**9)
    rig.sell(BORROWER, 0, 1_000)
    rig.asset.pause(sender=DEPLOYER)
    with reverts(""):
        rig.vault.claim(BORROWER, sender=BORROWER)
    assert rig.vault.creditOf(BORROWER) == rig.vault.totalCredits() == 1_000
    rig.asset.unpause(sender=DEPLOYER)
    rig.vault.claim(STRANGER, sender=BORROWER)
    assert rig.balance(STRANGER) == 1_000
