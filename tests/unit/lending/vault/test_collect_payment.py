"""collectPayment: debt, fine and tips out of what arrives."""

import pytest

from tests.helpers.core import GOVERNOR, KEEPER, STRANGER
from tests.helpers.evm import reverts
from tests.unit.lending.vault.rig import PAYER, build_rig
from vitrine.models.wad import debt_to_assets_up, debt_to_shares_down

DAY = 86_400
FLAGGER, STARTER = STRANGER, KEEPER


def test_collect__part__shares_rounded_down(lent):
    shares = lent.draw(lent.units(1_000))
    lent.driver.warp(50 * DAY)
    with lent.driver.same_block():
        lent.vault.accrue(sender=STRANGER)
        debt, total = lent.vault.debtTotals()
        cash, before = lent.vault.cash(), lent.balance(PAYER)
        held = lent.collect(lent.units(100) + 1, shares)
        burned, repaid, fine = held.outputs[0]
        assert (repaid, fine) == (lent.units(100) + 1, 0)
        assert burned == debt_to_shares_down(repaid, debt, total)
        assert before - lent.balance(PAYER) == repaid == lent.vault.cash() - cash
        assert lent.vault.debtTotals() == (debt - repaid, total - burned)
    event = lent.vault.event("Collected", held.tx)
    assert (event.payer, event.assets, event.shares, event.fine) == (PAYER.address, repaid, burned, 0)


def test_collect__more_than_owed__takes_the_debt_and_all_shares(lent):
    shares = lent.draw(lent.units(1_000))
    lent.driver.warp(50 * DAY)
    before = lent.balance(PAYER)
    with lent.driver.same_block():
        lent.vault.accrue(sender=STRANGER)
        owed = debt_to_assets_up(shares, *lent.vault.debtTotals())
        burned, repaid, fine = lent.collect(2**256 - 1, shares).outputs[0]
    assert (burned, repaid, fine) == (shares, owed, 0)
    assert before - lent.balance(PAYER) == owed


@pytest.mark.parametrize("short", [0, 1, 2])
def test_collect__one_unit_less_than_owed__leaves_a_debt(lent, short):
    shares = lent.draw(lent.units(10))
    lent.driver.warp(9 * DAY)
    with lent.driver.same_block():
        lent.vault.accrue(sender=STRANGER)
        owed = debt_to_assets_up(shares, *lent.vault.debtTotals())
        burned, repaid, _ = lent.collect(owed - short, shares).outputs[0]
        assert repaid == owed - short
        assert (burned == shares) == (short == 0)
        assert lent.vault.debtOf(shares - burned) >= short


def test_collect__nothing__changes_nothing(lent):
    totals = lent.vault.debtTotals()
    with lent.driver.same_block():
        lent.vault.accrue(sender=STRANGER)
        totals = lent.vault.debtTotals()
        assert tuple(lent.collect(0, 10**9).outputs[0]) == (0, 0, 0)
        assert tuple(lent.collect(10**6, 0).outputs[0]) == (0, 0, 0)
        assert lent.vault.debtTotals() == totals


@pytest.mark.parametrize("asked", [1, 2, 51, 52, 102, 10**6 + 1, 10**9 + 7])
def test_collect__with_a_fine__never_above_what_was_offered(lent, asked):
    shares = lent.draw(lent.units(5_000))
    before, reserve = lent.balance(PAYER), lent.vault.reserve()
    with lent.driver.same_block():
        lent.vault.accrue(sender=STRANGER)
        reserve = lent.vault.reserve()
        _, repaid, fine = lent.collect(asked, shares, fine_bps=200).outputs[0]
        assert lent.vault.reserve() == reserve + fine
    assert fine == -(-repaid * 200 // 10_000)
    assert before - lent.balance(PAYER) == repaid + fine <= asked
    assert asked - (repaid + fine) <= 1


def test_collect__fine_with_tips__starter_first_rest_to_the_reserve(lent):
    lent.vault.setMaxTip(lent.units(1_000), sender=GOVERNOR)
    shares = lent.draw(lent.units(50_000))
    with lent.driver.same_block():
        lent.vault.accrue(sender=STRANGER)
        cash, reserve = lent.vault.cash(), lent.vault.reserve()
        held = lent.collect(lent.units(10_200), shares, 200, FLAGGER, STARTER)
        _, repaid, fine = held.outputs[0]
        assert (repaid, fine) == (lent.units(10_000), lent.units(200))
        assert lent.vault.creditOf(STARTER) == lent.units(75)
        assert lent.vault.creditOf(FLAGGER) == lent.units(25)
        assert lent.vault.totalCredits() == lent.units(100)
        assert lent.vault.cash() == cash + lent.units(10_100)
        assert lent.vault.reserve() == reserve + lent.units(100)
    credited = [(e.payee, e.kind.rstrip(b"\0"), e.assets, e.fromReserve) for e in held.tx.named("Credited")]
    assert credited == [
        (STARTER.address, b"start tip", lent.units(75), True),
        (FLAGGER.address, b"warn tip", lent.units(25), True),
    ]
    lent.assert_solvent()


def test_collect__small_fine__tips_never_exceed_it(lent):
    """At 80 bps the starter takes 75, the flagger the 5 that are left."""
    shares = lent.draw(lent.units(1_000))
    reserve = lent.vault.reserve()
    with lent.driver.same_block():
        lent.vault.accrue(sender=STRANGER)
        reserve = lent.vault.reserve()
        lent.collect(lent.units(1_008), shares, 80, FLAGGER, STARTER)
        assert lent.vault.creditOf(STARTER) == lent.units(7.5)
        assert lent.vault.creditOf(FLAGGER) == lent.units(0.5)
        assert lent.vault.reserve() == reserve
    shares = lent.draw(lent.units(1_000))
    with lent.driver.same_block():
        lent.vault.accrue(sender=STRANGER)
        reserve = lent.vault.reserve()
        lent.collect(lent.units(1_005), shares, 50, FLAGGER, STARTER)
        assert lent.vault.creditOf(STARTER) == lent.units(12.5)
        assert lent.vault.creditOf(FLAGGER) == lent.units(0.5)
        assert lent.vault.reserve() == reserve


def test_collect__large_debt__tips_stop_at_the_cap(lent):
    lent.vault.setMaxTip(lent.units(3), sender=GOVERNOR)
    shares = lent.draw(lent.units(10_000))
    lent.collect(lent.units(5_100), shares, 200, FLAGGER, STARTER)
    assert lent.vault.creditOf(STARTER) == lent.vault.creditOf(FLAGGER) == lent.units(3)


def test_collect__without_a_fine__no_tip(lent):
    shares = lent.draw(lent.units(10_000))
    lent.collect(lent.units(5_000), shares, 0, FLAGGER, STARTER)
    assert lent.vault.totalCredits() == 0


def test_collect__fee_on_the_way__what_arrives_is_booked(driver):
    rig = build_rig(driver, driver.deploy("FeeAsset", 6, 0))
    rig.deposit(10**12)
    shares = rig.draw(10**11)
    rig.asset.setFee(100, sender=GOVERNOR)
    with rig.driver.same_block():
        rig.vault.accrue(sender=STRANGER)
        debt, total = rig.vault.debtTotals()
        cash, reserve = rig.vault.cash(), rig.vault.reserve()
        burned, repaid, fine = rig.collect(10**9, shares, 200).outputs[0]
        asked = 10**9 * 10_000 // 10_200
        arrived = asked + -(-asked * 200 // 10_000)
        arrived -= arrived * 100 // 10_000
        assert (repaid, fine) == (arrived * 10_000 // 10_200, arrived - arrived * 10_000 // 10_200)
        assert fine >= repaid * 200 // 10_000
        assert rig.vault.cash() - cash == arrived == repaid + fine
        assert rig.vault.reserve() - reserve == fine
        assert burned == debt_to_shares_down(repaid, debt, total)
    rig.assert_solvent()


def test_collect__fee_on_the_way_of_the_whole_debt__account_not_cleared(driver):
    rig = build_rig(driver, driver.deploy("FeeAsset", 6, 0))
    rig.deposit(10**12)
    shares = rig.draw(10**11)
    rig.asset.setFee(100, sender=GOVERNOR)
    burned, repaid, _ = rig.collect(2**200, shares).outputs[0]
    assert burned < shares
    assert repaid < 10**11
    assert rig.vault.debtOf(shares - burned) >= 10**9


def test_collect__payer_without_allowance__reverts(lent):
    shares = lent.draw(lent.units(10))
    lent.asset.approve(lent.vault, 0, sender=PAYER)
    with reverts("") if not _names_allowance(lent) else reverts("InsufficientAllowance"):
        lent.collect(lent.units(1), shares)


def test_collect__last_debt_of_all__dust_is_named_and_reserve_bears_it(funded):
    shares = funded.draw(2)
    funded.vault.fundReserve(4, sender=PAYER)
    for _ in range(30):
        funded.driver.warp(1)
        funded.vault.accrue(sender=STRANGER)  # one unit each: rounding up makes debt grow beyond its shares
    debt, total = funded.vault.debtTotals()
    owed = debt_to_assets_up(shares, debt, total)
    assert debt > owed + 1
    held = funded.collect(2**200, shares)
    _, repaid, _ = held.outputs[0]
    [loss] = held.tx.named("LossRealised")
    assert loss.account == "0x" + "00" * 20
    assert loss.byReserve + loss.bySuppliers == loss.loss > 0
    assert (loss.byCover, loss.shares, loss.loss) == (0, 0, debt - repaid)
    assert 0 < loss.byReserve <= loss.loss
    assert funded.vault.debtTotals() == (0, 0)
    assert funded.vault.supplyAssets() == funded.vault.cash() - funded.vault.reserve()
    funded.assert_solvent()


def _names_allowance(rig):
    return rig.asset.interface.name != "MockUsdt"
