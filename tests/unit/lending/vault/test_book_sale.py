"""bookSale and payTips: debt, tips from the surplus or a free reserve, the rest to the borrower."""

import pytest

from tests.helpers.core import BORROWER, GOVERNOR, KEEPER, STRANGER
from tests.unit.lending.vault.rig import PAYER
from vitrine.models.tips import reserve_tips, split_sale
from vitrine.models.wad import debt_to_assets_up, debt_to_shares_down

DAY = 86_400
FLAGGER, STARTER = STRANGER, KEEPER
NOBODY = "0x" + "00" * 20


def credited(rig, tx):
    return [
        (e.payee, e.kind.rstrip(b"\0").decode(), e.assets, e.fromReserve)
        for e in tx.named("Credited", rig.vault)
    ]


def test_book_sale__below_the_debt__all_of_it_repays(lent):
    shares = lent.draw(lent.units(1_000))
    lent.driver.warp(30 * DAY)
    with lent.driver.same_block():
        lent.vault.accrue(sender=STRANGER)
        debt, total = lent.vault.debtTotals()
        cash = lent.vault.cash()
        held = lent.sell(BORROWER, shares, lent.units(600))
        burned, repaid, surplus = held.outputs[0]
        assert (repaid, surplus) == (lent.units(600), 0)
        assert burned == debt_to_shares_down(repaid, debt, total) < shares
        assert lent.vault.cash() == cash + repaid
        assert lent.vault.debtTotals() == (debt - repaid, total - burned)
    event = lent.vault.event("SaleBooked", held.tx)
    assert (event.account, event.proceeds, event.repaid, event.shares, event.surplus) == (
        BORROWER.address, repaid, repaid, burned, 0,
    )  # fmt: skip
    assert credited(lent, held.tx) == []


def test_book_sale__above_the_debt__surplus_is_the_borrowers(lent):
    shares = lent.draw(lent.units(1_000))
    with lent.driver.same_block():
        lent.vault.accrue(sender=STRANGER)
        owed = debt_to_assets_up(shares, *lent.vault.debtTotals())
        held = lent.sell(BORROWER, shares, lent.units(1_500))
        burned, repaid, surplus = held.outputs[0]
    assert (burned, repaid, surplus) == (shares, owed, lent.units(1_500) - owed)
    assert lent.vault.creditOf(BORROWER) == surplus == lent.vault.totalCredits()
    assert credited(lent, held.tx) == [(BORROWER.address, "surplus", surplus, False)]
    before = lent.balance(BORROWER)
    lent.vault.claim(BORROWER, sender=BORROWER)
    assert lent.balance(BORROWER) == before + surplus
    lent.assert_solvent()


@pytest.mark.parametrize("over", [-1, 0, 1])
def test_book_sale__proceeds_around_the_debt__boundary(lent, over):
    shares = lent.draw(lent.units(1_000))
    with lent.driver.same_block():
        lent.vault.accrue(sender=STRANGER)
        owed = debt_to_assets_up(shares, *lent.vault.debtTotals())
        burned, repaid, surplus = lent.sell(BORROWER, shares, owed + over).outputs[0]
    assert repaid == owed + min(over, 0)
    assert surplus == max(over, 0)
    assert (burned == shares) == (over >= 0)


@pytest.mark.parametrize("surplus", [0, 1, 6, 7, 8, 9, 10, 100])
def test_book_sale__tips__from_the_surplus_only(plain, surplus):
    """Of 1,000 repaid the starter earns 7, the flagger 2 (asset units, rounded down)."""
    shares = plain.draw(1_000)
    with plain.driver.same_block():
        plain.vault.fundReserve(500, sender=PAYER)
        owed = debt_to_assets_up(shares, *plain.vault.debtTotals())
        cash = plain.vault.cash()
        held = plain.sell(BORROWER, shares, owed + surplus, FLAGGER, STARTER)
        expected = split_sale(owed, owed + surplus, plain.vault.maxTip(), flagged=True, started=True)
        assert plain.vault.creditOf(STARTER) == expected.tips.start == min(7, surplus)
        assert plain.vault.creditOf(FLAGGER) == expected.tips.warn == min(2, surplus - min(7, surplus))
        assert plain.vault.creditOf(BORROWER) == expected.to_account == max(0, surplus - 9)
        assert (plain.vault.reserve(), plain.vault.cash()) == (500, cash + owed)
    assert not any(taken for *_, taken in credited(plain, held.tx))
    plain.assert_solvent()


@pytest.mark.parametrize("reserve", [0, 1, 6, 7, 8, 9, 10, 500])
@pytest.mark.parametrize("floating", [0, 3, 1_000])
def test_pay_tips__sale_without_surplus__from_what_the_reserve_owes_nobody(plain, reserve, floating):
    shares = plain.draw(2_000)
    with plain.driver.same_block():
        plain.vault.accrue(sender=STRANGER)
        if reserve:
            plain.vault.fundReserve(reserve, sender=PAYER)
        debt = debt_to_assets_up(shares, *plain.vault.debtTotals())
        plain.mark(shares, debt - floating)
        assert plain.vault.floatingBadDebt() == floating
        cash, supply = plain.vault.cash(), plain.vault.supplyAssets()
        held = plain.held(("payTips", (1_000, FLAGGER, STARTER, NOBODY)))
        expected = reserve_tips(
            1_000, reserve, floating, cash, plain.vault.maxTip(), flagged=True, started=True
        )
        assert (plain.vault.creditOf(FLAGGER), plain.vault.creditOf(STARTER)) == expected[:2]
        assert sum(expected) == min(9, max(0, reserve - floating))
        assert plain.vault.reserve() == reserve - sum(expected)
        assert plain.vault.cash() == cash - sum(expected)
        assert plain.vault.supplyAssets() == supply
    assert all(taken for *_, taken in credited(plain, held.tx))
    plain.assert_solvent()


def test_book_sale__account_without_debt__all_surplus(lent):
    lent.sell(BORROWER, 0, 777, FLAGGER, STARTER)
    assert lent.vault.creditOf(BORROWER) == 777
    assert lent.vault.creditOf(STARTER) == lent.vault.creditOf(FLAGGER) == 0


def test_book_sale__one_payee_for_all__sums_up(lent):
    shares = lent.draw(lent.units(100))
    with lent.driver.same_block():
        lent.vault.accrue(sender=STRANGER)
        owed = debt_to_assets_up(shares, *lent.vault.debtTotals())
        lent.sell(KEEPER, shares, owed + lent.units(10), KEEPER, KEEPER)
    assert lent.vault.creditOf(KEEPER) == lent.units(10)


def test_quote_tips__any_amount__rounded_down_and_capped(lent):
    assert lent.vault.quoteTips(0) == (0, 0)
    assert lent.vault.quoteTips(399) == (0, 2)
    assert lent.vault.quoteTips(400) == (1, 3)
    lent.vault.setMaxTip(5, sender=GOVERNOR)
    assert lent.vault.quoteTips(10**9) == (5, 5)
