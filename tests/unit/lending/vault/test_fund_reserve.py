from tests.helpers.core import GOVERNOR, GUARDIAN, SUPPLIER
from tests.unit.lending.vault.rig import LENDING, PAYER, build_rig


def test_fund_reserve__anyone__raises_cash_and_reserve_not_the_price(plain):
    plain.vault.accrue(sender=PAYER)
    with plain.driver.same_block():
        cash, reserve, supply = plain.vault.cash(), plain.vault.reserve(), plain.vault.supplyAssets()
        before = plain.balance(PAYER)
        tx = plain.vault.fundReserve(plain.units(500), sender=PAYER)
        assert tx.return_value == plain.units(500) == before - plain.balance(PAYER)
        grown = plain.vault.supplyAssets() - supply
    assert plain.vault.cash() == cash + plain.units(500)
    assert plain.vault.reserve() == reserve + plain.units(500)
    assert grown < plain.units(1) // 100  # a second of interest
    event = plain.vault.event("ReserveFunded", tx)
    assert (event.payer, event.assets) == (PAYER.address, plain.units(500))
    plain.assert_solvent()


def test_fund_reserve__fee_on_the_way__what_arrives(driver):
    rig = build_rig(driver, driver.deploy("FeeAsset", 6, 250))
    assert rig.vault.fundReserve(10_000, sender=PAYER).return_value == 9_750
    assert rig.vault.reserve() == rig.vault.cash() == rig.balance(rig.vault) == 9_750
    assert rig.vault.supplyAssets() == 0


def test_fund_reserve__paused__open(funded):
    funded.pauser.pause(LENDING, sender=GUARDIAN)
    funded.vault.fundReserve(7, sender=PAYER)
    assert funded.vault.reserve() == 7


def test_reserve__suppliers_cannot_take_it(funded):
    funded.vault.fundReserve(funded.units(100), sender=PAYER)
    funded.vault.redeem(funded.vault.balanceOf(SUPPLIER), SUPPLIER, SUPPLIER, sender=SUPPLIER)
    assert funded.vault.cash() == funded.vault.reserve() == funded.units(100)
    funded.vault.setReserveFactor(5_000, sender=GOVERNOR)
