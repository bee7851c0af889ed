"""The mock tokens do what their originals do."""

from tests.helpers.accounts import Account
from tests.helpers.evm import reverts

supplier, keeper = Account("supplier"), Account("keeper")


def test_usdt_transfer__fee_on__receiver_gets_less(driver):
    owner = Account("deployer")
    usdt = driver.deploy("MockUsdt", 6)
    usdt.mint(supplier, 100_000_000, sender=supplier)
    usdt.setParams(10, 1, sender=owner)
    tx = usdt.transfer(keeper, 100_000_000, sender=supplier)
    assert (usdt.balanceOf(keeper), usdt.balanceOf(owner), usdt.balanceOf(supplier)) == (
        99_900_000,
        100_000,
        0,
    )
    assert [e.value for e in usdt.events("Transfer", tx)] == [100_000, 99_900_000]


def test_usdt_approve__non_zero_to_non_zero__reverts(driver):
    usdt = driver.deploy("MockUsdt", 6)
    usdt.approve(keeper, 5, sender=supplier)
    with reverts(""):
        usdt.approve(keeper, 6, sender=supplier)
    usdt.approve(keeper, 0, sender=supplier)
    usdt.approve(keeper, 6, sender=supplier)
    assert usdt.allowance(supplier, keeper) == 6


def test_usdt_transfer__blacklisted_sender__reverts_and_funds_can_be_burnt(driver):
    owner = Account("deployer")
    usdt = driver.deploy("MockUsdt", 6)
    usdt.mint(supplier, 100, sender=supplier)
    usdt.addBlackList(supplier, sender=owner)
    with reverts(""):
        usdt.transfer(keeper, 1, sender=supplier)
    usdt.mint(keeper, 1, sender=keeper)
    usdt.transfer(supplier, 1, sender=keeper)
    usdt.destroyBlackFunds(supplier, sender=owner)
    assert (usdt.balanceOf(supplier), usdt.totalSupply()) == (0, 0)
