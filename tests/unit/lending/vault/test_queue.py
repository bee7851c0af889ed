"""requestRedeem, cancelRequest, fillQueue: first come first served, priced when filled, pulled by claim."""

import pytest

from tests.helpers.core import BORROWER, GOVERNOR, GUARDIAN, KEEPER, STRANGER, SUPPLIER
from tests.helpers.evm import reverts
from tests.unit.lending.vault.rig import ANY_RATE, LENDING, PAYER

DAY = 86_400
SECOND, THIRD = STRANGER, KEEPER


@pytest.fixture
def short(plain):
    """Three suppliers and no cash: 2 × 100,000 and the first one's million, 95 % lent, the rest withdrawn."""
    for who in (SECOND, THIRD):
        plain.deposit(plain.units(100_000), who)
    debt = plain.vault.debtTotals()[0]
    plain.debt_shares = plain.draw(plain.units(1_140_000) - debt)
    plain.vault.withdraw(plain.vault.cash(), SUPPLIER, SUPPLIER, sender=SUPPLIER)
    assert plain.vault.cash() == 0
    return plain


def repay(rig, assets):
    """Cash comes back."""
    rig.collect(assets, rig.debt_shares)


def test_request__shares_move_into_escrow_and_still_earn(short):
    shares = short.vault.balanceOf(SECOND)
    tx = short.vault.requestRedeem(shares, SECOND, sender=SECOND)
    assert tx.return_value == 0
    assert (short.vault.balanceOf(SECOND), short.vault.balanceOf(short.vault)) == (0, shares)
    assert short.vault.queuedShares() == shares
    assert short.vault.queueBounds() == (0, 1)
    assert short.vault.requestOf(0) == (SECOND.address, shares)
    event = short.vault.event("RedeemRequested", tx)
    assert (event.id, event.owner, event.caller, event.shares) == (0, SECOND.address, SECOND.address, shares)
    before = short.vault.convertToAssets(shares)
    short.driver.warp(30 * DAY)
    assert short.vault.convertToAssets(shares) > before


def test_request__below_the_minimum__reverts_unless_it_is_all(short):
    least = short.vault.minRequest()
    with reverts("RequestTooSmall", shares=least - 1, minShares=least):
        short.vault.requestRedeem(least - 1, SECOND, sender=SECOND)
    with reverts("RequestTooSmall", shares=0):
        short.vault.requestRedeem(0, SECOND, sender=SECOND)
    with reverts("RequestTooSmall", shares=0):
        short.vault.requestRedeem(0, BORROWER, sender=BORROWER)  # all he has is nothing
    short.vault.requestRedeem(least, SECOND, sender=SECOND)
    short.vault.transfer(BORROWER, least - 1, sender=SECOND)
    short.vault.requestRedeem(least - 1, BORROWER, sender=BORROWER)
    assert short.vault.queuedShares() == 2 * least - 1


def test_request__more_than_owned_or_allowed__reverts(short):
    shares = short.vault.balanceOf(SECOND)
    with reverts("ERC20InsufficientBalance"):
        short.vault.requestRedeem(shares + 1, SECOND, sender=SECOND)
    with reverts("ERC20InsufficientAllowance"):
        short.vault.requestRedeem(shares, SECOND, sender=THIRD)
    short.vault.approve(THIRD, shares, sender=SECOND)
    short.vault.requestRedeem(shares, SECOND, sender=THIRD)
    assert short.vault.requestOf(0) == (SECOND.address, shares)
    assert short.vault.allowance(SECOND, THIRD) == 0


def test_cancel__owner__gets_the_rest_back(short):
    shares = short.vault.balanceOf(SECOND)
    short.vault.requestRedeem(shares, SECOND, sender=SECOND)
    with reverts("NoSuchRequest", id=0):
        short.vault.cancelRequest(0, sender=THIRD)
    with reverts("NoSuchRequest", id=1):
        short.vault.cancelRequest(1, sender=SECOND)
    tx = short.vault.cancelRequest(0, sender=SECOND)
    assert short.vault.event("RedeemCancelled", tx).shares == shares
    assert (short.vault.balanceOf(SECOND), short.vault.queuedShares()) == (shares, 0)
    with reverts("NoSuchRequest", id=0):
        short.vault.cancelRequest(0, sender=SECOND)


def test_fill__first_come_first_served__partial_then_rest(short):
    for who in (SECOND, THIRD):
        short.vault.requestRedeem(short.vault.balanceOf(who), who, sender=who)
    waiting = short.vault.requestOf(0).shares
    with short.driver.same_block():
        repay(short, short.units(60_000))
        cash = short.vault.cash()
        supply, total = short.vault.totalSupply(), short.vault.totalAssets()
        tx = short.vault.fillQueue(10, sender=BORROWER)
        assert tx.return_value == cash == short.units(60_000)
        burned = -(-cash * (supply + 10**6) // (total + 1))
        assert short.vault.requestOf(0) == (SECOND.address, waiting - burned)
        assert short.vault.totalSupply() == supply - burned
        assert short.vault.creditOf(SECOND) == cash == short.vault.totalCredits()
        assert short.vault.cash() == 0
    event = short.vault.event("RedeemFilled", tx)
    assert (event.id, event.owner, event.shares, event.assets, event.left) == (
        0, SECOND.address, burned, cash, waiting - burned,
    )  # fmt: skip
    credit = short.vault.event("Credited", tx)
    assert (credit.payee, credit.kind.rstrip(b"\0"), credit.assets, credit.fromReserve) == (
        SECOND.address, b"redeem", cash, False,
    )  # fmt: skip
    assert short.vault.queueBounds() == (0, 2)
    repay(short, short.units(150_000))
    short.vault.fillQueue(10, sender=BORROWER)
    assert short.vault.queueBounds() == (2, 2)
    assert short.vault.queuedShares() == short.vault.balanceOf(short.vault) == 0
    assert short.vault.creditOf(SECOND) >= short.units(100_000)
    assert short.vault.creditOf(THIRD) >= short.units(100_000)
    short.assert_solvent()


def test_fill__at_most_max_requests__cancelled_ones_counted(short):
    least = short.vault.minRequest()
    for _ in range(5):
        short.vault.requestRedeem(least, SECOND, sender=SECOND)
    for request in (0, 1, 3):
        short.vault.cancelRequest(request, sender=SECOND)
    repay(short, short.units(1_000))
    assert short.vault.fillQueue(2, sender=BORROWER).return_value == 0
    assert short.vault.queueBounds() == (2, 5)
    assert short.vault.fillQueue(2, sender=BORROWER).return_value >= short.units(10)
    assert short.vault.queueBounds() == (4, 5)
    assert short.vault.queuedShares() == least
    assert short.vault.fillQueue(0, sender=BORROWER).return_value == 0
    short.vault.fillQueue(99, sender=BORROWER)
    assert short.vault.queueBounds() == (5, 5)


def test_fill__no_cash__nothing_happens(short):
    short.vault.requestRedeem(short.vault.minRequest(), SECOND, sender=SECOND)
    tx = short.vault.fillQueue(9, sender=BORROWER)
    assert tx.return_value == 0
    assert tx.named("RedeemFilled") == []
    assert short.vault.queueBounds() == (0, 1)


def test_fill__priced_when_filled__not_when_asked(short):
    """Between the request and the fill a loss is booked: the request bears its share of it."""
    shares = short.vault.balanceOf(SECOND)
    short.vault.requestRedeem(shares, SECOND, sender=SECOND)
    at_par = short.vault.convertToAssets(shares)
    lost = short.vault.debtTotals()[1] // 10
    short.lose(BORROWER, lost)
    repay(short, short.units(300_000))
    with short.driver.same_block():
        worth = short.vault.convertToAssets(shares)
        short.vault.fillQueue(1, sender=BORROWER)
    assert short.vault.creditOf(SECOND) == worth
    assert at_par * 85 // 100 < worth < at_par * 92 // 100


def test_fill__same_block_price__equals_instant_redeem(short):
    repay(short, short.units(500_000))
    shares = short.vault.balanceOf(SECOND)
    with short.driver.same_block():
        worth = short.vault.previewRedeem(shares)
        short.vault.requestRedeem(shares, SECOND, sender=SECOND)
        short.vault.fillQueue(1, sender=SECOND)
        assert short.vault.creditOf(SECOND) == worth


def test_instant_exit__while_others_wait__only_what_the_queue_leaves(short):
    shares = short.vault.balanceOf(SECOND)
    short.vault.requestRedeem(shares, SECOND, sender=SECOND)
    repay(short, short.units(90_000))
    assert short.vault.maxWithdraw(THIRD) == short.vault.maxRedeem(THIRD) == 0
    with reverts("NotEnoughCash", cash=0, wanted=1):
        short.vault.withdraw(1, THIRD, THIRD, sender=THIRD)
    repay(short, short.units(50_000))
    with short.driver.same_block():
        total, supply, cash = short.vault.totalAssets(), short.vault.totalSupply(), short.vault.cash()
        free = cash - -(-shares * (total + 1) // (supply + 10**6))
        assert short.vault.maxWithdraw(THIRD) == free > 0
        with reverts("NotEnoughCash", cash=free, wanted=free + 1):
            short.vault.withdraw(free + 1, THIRD, THIRD, sender=THIRD)
        short.vault.withdraw(free, THIRD, THIRD, sender=THIRD)
        # the one who waits loses nothing by it
        short.vault.fillQueue(1, sender=THIRD)
        assert short.vault.queuedShares() == 0


def test_queue__paused__request_cancel_fill_claim_open(short):
    repay(short, short.units(50_000))
    short.pauser.pause(LENDING, sender=GUARDIAN)
    least = short.vault.minRequest()
    short.vault.requestRedeem(least, SECOND, sender=SECOND)
    short.vault.requestRedeem(least, THIRD, sender=THIRD)
    short.vault.cancelRequest(1, sender=THIRD)
    filled = short.vault.fillQueue(1, sender=BORROWER).return_value
    before = short.balance(SECOND)
    assert short.vault.claim(SECOND, sender=SECOND).return_value == filled > 0
    assert short.balance(SECOND) == before + filled


def test_fill__dust_not_worth_a_unit__handed_back_and_not_in_the_way(short):
    short.vault.transfer(BORROWER, 999, sender=SECOND)
    short.vault.requestRedeem(999, BORROWER, sender=BORROWER)
    short.vault.requestRedeem(short.vault.minRequest(), SECOND, sender=SECOND)
    repay(short, short.units(1_000))
    tx = short.vault.fillQueue(2, sender=KEEPER)
    assert short.vault.balanceOf(BORROWER) == 999
    assert short.vault.event("RedeemCancelled", tx).owner == BORROWER.address
    assert short.vault.creditOf(SECOND) > 0
    assert short.vault.queuedShares() == 0


def test_fill__while_bad_debt_floats__at_the_redeem_price(short):
    shares = short.vault.balanceOf(SECOND)
    short.vault.requestRedeem(shares, SECOND, sender=SECOND)
    repay(short, short.units(300_000))
    marked = short.vault.debtTotals()[1] // 2
    with short.driver.same_block():
        par = short.vault.convertToAssets(shares)
        short.mark(marked, 0)
        short.vault.fillQueue(1, sender=KEEPER)
        assert short.vault.creditOf(SECOND) < par * 2 // 3


def test_fill__many_requests__cost_grows_with_what_is_filled(short):
    """80 requests in one call, then the rest: nothing else is walked."""
    least = short.vault.minRequest()
    short.vault.setMinRequest(1, sender=GOVERNOR)
    for _ in range(90):
        short.vault.requestRedeem(least, SECOND, sender=SECOND)
    repay(short, short.units(5_000))
    assert short.vault.fillQueue(80, sender=KEEPER).return_value >= 80 * short.units(10)
    assert short.vault.queueBounds() == (80, 90)


def test_draw__after_the_queue_is_empty_again__open(short):
    short.vault.requestRedeem(short.vault.minRequest(), SECOND, sender=SECOND)
    repay(short, short.units(300_000))
    short.vault.fillQueue(1, sender=KEEPER)
    short.held(("drawDown", (PAYER, short.units(1), ANY_RATE)))
