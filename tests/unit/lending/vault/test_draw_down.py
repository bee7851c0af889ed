"""drawDown: cash out against debt shares, within utilisation, rate, queue and pause."""

import pytest

from tests.helpers.core import GUARDIAN, STRANGER, SUPPLIER
from tests.helpers.evm import reverts
from tests.unit.lending.vault.rig import ANY_RATE, LENDING, PAYER
from vitrine.models.wad import debt_to_shares_up

DAY = 86_400
WAD = 10**18


def test_draw_down__first_loan__a_thousand_shares_a_unit(funded):
    assets, before = funded.units(1_000), funded.balance(STRANGER)
    held = funded.held(("drawDown", (STRANGER, assets, ANY_RATE)))
    [shares] = held
    assert shares == assets * 1_000
    assert funded.balance(STRANGER) - before == assets
    event = funded.vault.event("Drawn", held.tx)
    assert (event.receiver, event.assets, event.shares) == (STRANGER.address, assets, shares)
    assert funded.vault.cash() == funded.units(999_000)


def test_draw_down__after_interest__shares_rounded_up(lent):
    lent.driver.warp(100 * DAY)
    for assets in (1, 7, lent.units(3) + 1):
        with lent.driver.same_block():
            lent.vault.accrue(sender=STRANGER)
            totals = lent.vault.debtTotals()
            shares = lent.draw(assets)
            assert shares == debt_to_shares_up(assets, *totals)
            assert lent.vault.debtTotals() == (totals[0] + assets, totals[1] + shares)


@pytest.mark.parametrize("more", [-1, 0, 1])
def test_draw_down__at_95_percent__only_up_to_it(funded, more):
    limit = funded.units(950_000)
    if more > 0:
        with reverts("UtilisationAboveMax", maxWad=WAD * 95 // 100) as caught:
            funded.draw(limit + more)
        assert caught.error["utilisationWad"] > WAD * 95 // 100
        assert funded.vault.cash() == funded.units(1_000_000)
    else:
        funded.draw(limit + more)
        assert funded.vault.cash() == funded.units(50_000) - more


def test_draw_down__more_than_the_cash__reverts(lent):
    cash = lent.vault.cash()
    with reverts("NotEnoughCash", cash=cash, wanted=cash + 1):
        lent.draw(cash + 1)
    with reverts("NotEnoughCash"):
        lent.draw(2**256 - 1)


def test_draw_down__rate_above_the_borrowers_limit__reverts(lent):
    lent.driver.warp(DAY)
    rate, _ = lent.vault.rates()
    with reverts("RateAboveMax", maxRate=rate - 1):
        lent.draw(lent.units(1), max_rate=rate - 1)
    lent.draw(lent.units(1), max_rate=rate + 10**6)


def test_draw_down__paused__reverts_and_repaying_does_not(lent):
    shares = lent.draw(lent.units(10))
    lent.pauser.pause(LENDING, sender=GUARDIAN)
    with reverts("GroupPaused", group=LENDING):
        lent.draw(1)
    _, repaid, _ = lent.collect(2**200, shares).outputs[0]
    assert repaid >= lent.units(10)


def test_draw_down__someone_waits_in_the_queue__reverts_until_filled(funded):
    shares = funded.units(20) * 10**6
    request = funded.vault.requestRedeem(shares, SUPPLIER, sender=SUPPLIER).return_value
    with reverts("QueueNotEmpty", waitingShares=shares):
        funded.draw(1)
    funded.vault.cancelRequest(request, sender=SUPPLIER)
    funded.draw(1)
    funded.vault.requestRedeem(shares, SUPPLIER, sender=SUPPLIER)
    funded.vault.fillQueue(2, sender=STRANGER)  # the cancelled one counts
    funded.draw(1)


def test_draw_down__several_in_one_hold__book_adds_up(funded):
    held = funded.held(*(("drawDown", (PAYER, funded.units(n), ANY_RATE)) for n in (1, 2, 3)))
    assert sum(held.outputs) == funded.units(6) * 1_000
    assert funded.vault.cash() == funded.units(999_994)
    funded.assert_solvent()
