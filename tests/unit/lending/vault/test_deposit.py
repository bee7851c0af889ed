"""deposit and mint: priced at everything but the reserve, credited with what arrives."""

import pytest

from tests.helpers.core import GOVERNOR, GUARDIAN, STRANGER, SUPPLIER, THIEF
from tests.helpers.evm import DEPLOYER, reverts
from tests.unit.lending.vault.rig import LENDING, build_rig

DAY = 86_400


def test_deposit__empty_vault__a_million_shares_a_unit(rig):
    assets = rig.units(1_000)
    rig.fund(SUPPLIER, assets)
    before = rig.balance(SUPPLIER)
    tx = rig.vault.deposit(assets, STRANGER, sender=SUPPLIER)
    assert tx.return_value == assets * 10**6 == rig.vault.balanceOf(STRANGER) == rig.vault.totalSupply()
    assert (rig.balance(SUPPLIER), rig.balance(rig.vault)) == (before - assets, assets)
    assert rig.vault.cash() == rig.vault.totalAssets() == rig.vault.supplyAssets() == assets
    [event] = rig.vault.events("Deposit", tx)
    assert (event.sender, event.owner, event.assets, event.shares) == (
        SUPPLIER.address, STRANGER.address, assets, assets * 10**6,
    )  # fmt: skip
    rig.assert_solvent()


def test_deposit__after_interest__fewer_shares_and_previewed(lent):
    lent.driver.warp(30 * DAY)
    assets = lent.units(1_000)
    lent.fund(STRANGER, assets)
    preview = lent.vault.previewDeposit(assets)
    with lent.driver.same_block():
        shares = lent.vault.deposit(assets, STRANGER, sender=STRANGER).return_value
        assert lent.vault.convertToAssets(shares) in (assets - 1, assets)
    assert shares == preview < assets * 10**6


def test_deposit__zero_or_dust__mints_nothing_and_reverts(rig):
    rig.fund(SUPPLIER, 10)
    with reverts("NothingForIt", assets=0, shares=0):
        rig.vault.deposit(0, SUPPLIER, sender=SUPPLIER)
    with reverts("NothingForIt", assets=0, shares=0):
        rig.vault.mint(0, SUPPLIER, sender=SUPPLIER)


@pytest.mark.parametrize("more", [-1, 0, 1])
def test_deposit__at_the_cap__only_up_to_it(funded, more):
    funded.vault.setSupplyCap(funded.units(1_000_001) + 17, sender=GOVERNOR)  # rounded down to whole tokens
    room = funded.units(1)
    assert funded.vault.supplyCap() == funded.units(1_000_001)
    assert funded.vault.maxDeposit(STRANGER) == room
    funded.fund(STRANGER, 2 * room)
    if more > 0:
        with reverts("SupplyCapExceeded", assets=room + 1, room=room):
            funded.vault.deposit(room + more, STRANGER, sender=STRANGER)
    else:
        funded.vault.deposit(room + more, STRANGER, sender=STRANGER)
        assert funded.vault.maxDeposit(STRANGER) == -more
        assert funded.vault.balanceOf(STRANGER) > 0


def test_deposit__absurd_amount__refused_by_name(rig):
    with reverts("SupplyCapExceeded"):
        rig.vault.deposit(2**256 - 1, SUPPLIER, sender=SUPPLIER)
    with reverts("Overflow", bits=128):
        rig.vault.mint(2**256 - 1, SUPPLIER, sender=SUPPLIER)
    with reverts("Overflow", bits=128):
        rig.vault.previewDeposit(2**256 - 1)


def test_mint__exact_shares__pays_rounded_up(lent):
    lent.driver.warp(10 * DAY)
    lent.fund(STRANGER, lent.units(100))
    for shares in (1, 10**6, lent.units(50) * 10**6 + 7):
        before = lent.balance(STRANGER)
        preview = lent.vault.previewMint(shares)
        with lent.driver.same_block():
            assets = lent.vault.mint(shares, STRANGER, sender=STRANGER).return_value
            assert lent.vault.previewRedeem(shares) in (assets - 1, assets)
        assert before - lent.balance(STRANGER) == assets == preview


def test_mint__up_to_max__accepted(funded):
    funded.vault.setSupplyCap(funded.units(1_000_002), sender=GOVERNOR)
    most = funded.vault.maxMint(STRANGER)
    funded.fund(STRANGER, funded.units(3))
    with reverts("SupplyCapExceeded"):
        funded.vault.mint(most + 10**6, STRANGER, sender=STRANGER)
    funded.vault.mint(most, STRANGER, sender=STRANGER)
    assert funded.vault.maxMint(STRANGER) < 10**6


def test_deposit__paused__closed_and_max_zero_until_resumed(funded):
    funded.pauser.pause(LENDING, sender=GUARDIAN)
    funded.fund(STRANGER, 100)
    assert funded.vault.maxDeposit(STRANGER) == funded.vault.maxMint(STRANGER) == 0
    with reverts("GroupPaused", group=LENDING):
        funded.vault.deposit(100, STRANGER, sender=STRANGER)
    with reverts("GroupPaused", group=LENDING):
        funded.vault.mint(100, STRANGER, sender=STRANGER)
    funded.pauser.resume(LENDING, sender=GUARDIAN)
    assert funded.vault.deposit(100, STRANGER, sender=STRANGER).return_value > 0


def test_deposit__donation_before__ignored(rig):
    rig.asset.mint(rig.vault, rig.units(5_000), sender=THIEF)
    assert rig.deposit(rig.units(10)) == rig.units(10) * 10**6
    rig.asset.mint(rig.vault, rig.units(5_000), sender=THIEF)
    assert rig.vault.totalAssets() == rig.vault.cash() == rig.units(10)


def test_deposit__first_depositor_attack__costs_more_than_it_takes(rig):
    """The thief is first with one unit and inflates the price the only way there is, through the ledger."""
    rig.fund(THIEF, rig.units(2_000_000))
    paid = rig.units(1_000_000) + 1
    rig.vault.deposit(1, THIEF, sender=THIEF)
    rig.asset.transfer(rig.vault, rig.units(1_000_000), sender=THIEF)
    victim = rig.units(1_000)
    shares = rig.deposit(victim, STRANGER)
    assert rig.vault.previewRedeem(shares) == victim
    thief = rig.vault.redeem(rig.vault.balanceOf(THIEF), THIEF, THIEF, sender=THIEF).return_value
    assert thief == 1 < paid


def test_deposit__fee_on_the_way__only_what_arrives_counts(driver):
    asset = driver.deploy("FeeAsset", 6, 100)
    rig = build_rig(driver, asset)
    rig.fund(SUPPLIER, 10_000)
    shares = rig.vault.deposit(10_000, SUPPLIER, sender=SUPPLIER).return_value
    assert (shares, rig.vault.cash(), rig.balance(rig.vault)) == (9_900 * 10**6, 9_900, 9_900)
    rig.fund(SUPPLIER, 10_000)
    with reverts("ArrivedShort", arrived=4_950, wanted=5_000):
        rig.vault.mint(5_000 * 10**6, SUPPLIER, sender=SUPPLIER)


def test_deposit__usdt_fee_switched_on_mid_life__shares_for_what_arrives(driver):
    asset = driver.deploy("MockUsdt", 6)
    rig = build_rig(driver, asset)
    rig.deposit(10**9)
    asset.setParams(19, 49, sender=DEPLOYER)
    shares = rig.deposit(10**9, STRANGER)
    arrived = 10**9 - 10**9 * 19 // 10_000
    assert rig.balance(rig.vault) == rig.vault.cash() == 10**9 + arrived
    assert rig.vault.previewRedeem(shares) == arrived
    rig.assert_solvent()


def test_deposit__round_in_this_block_while_bad_debt_floats__reverts(lent):
    shares = lent.draw(lent.units(100))
    lent.mark(shares, lent.units(10))
    lent.fund(STRANGER, 10_000)
    lent.driver.mine()
    with lent.driver.same_block():
        lent.set_round(lent.driver.timestamp)
        assert lent.vault.maxDeposit(STRANGER) == lent.vault.maxRedeem(SUPPLIER) == 0
        for call, args in (
            (lent.vault.deposit, (10_000, STRANGER)),
            (lent.vault.mint, (10**9, STRANGER)),
            (lent.vault.withdraw, (1, SUPPLIER, SUPPLIER)),
            (lent.vault.redeem, (10**9, SUPPLIER, SUPPLIER)),
            (lent.vault.fillQueue, (1,)),
        ):
            with reverts("RoundInThisBlock", postedAt=lent.driver.timestamp):
                call(*args, sender=STRANGER if call in (lent.vault.deposit, lent.vault.mint) else SUPPLIER)
    lent.vault.deposit(10_000, STRANGER, sender=STRANGER)


def test_deposit__round_in_this_block_without_bad_debt__accepted(lent):
    lent.fund(STRANGER, 10_000)
    with lent.driver.same_block():
        lent.set_round(lent.driver.timestamp)
        lent.vault.deposit(10_000, STRANGER, sender=STRANGER)
