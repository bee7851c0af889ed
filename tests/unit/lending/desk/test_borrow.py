import pytest

from tests.helpers.balances import Watch
from tests.helpers.core import BORROWER, DAY, FLOOR, GOVERNOR, KEEPER, MAX_RATE, STRANGER, SUPPLIER, tier
from tests.helpers.evm import reverts

LIMIT = FLOOR // 2  # loan to value 50 %


def test_open__pledges_and_borrows_in_one_call(core):
    refs = core.mint(BORROWER)
    watch = Watch([core.asset], [(core.nft, refs[0][1])], holders={"borrower": BORROWER, "vault": core.vault})
    before = watch.now()
    core.desk.open(refs, core.units(1_000), MAX_RATE, BORROWER, sender=BORROWER)
    watch.assert_moved(
        before,
        {"borrower": core.units(1_000), "vault": -core.units(1_000)},
        nfts={(core.nft, refs[0][1]): core.desk},
    )
    assert core.owes(1_000)
    assert core.desk.behindDebt() == 100 << 8


@pytest.mark.parametrize("excess", [-1, 0, 1])
def test_borrow__at_the_limit(core, excess):
    core.desk.pledge(core.mint(BORROWER), BORROWER, sender=BORROWER)
    assets = core.units(LIMIT) + excess
    if excess > 0:
        with reverts("DebtAboveLimit", debt=assets, limit=core.units(LIMIT)):
            core.desk.borrow(assets, MAX_RATE, BORROWER, BORROWER, sender=BORROWER)
        assert core.asset.balanceOf(BORROWER) == 0
    else:
        core.desk.borrow(assets, MAX_RATE, BORROWER, BORROWER, sender=BORROWER)
        assert core.asset.balanceOf(BORROWER) == assets


def test_borrow__confidence_scales_the_limit_not_the_threshold(core):
    core.desk.pledge(core.mint(BORROWER), BORROWER, sender=BORROWER)
    core.oracle.setConfidence(core.nft, 8_000, sender=GOVERNOR)
    with reverts("DebtAboveLimit", limit=core.units(LIMIT) * 8 // 10):
        core.desk.borrow(core.units(LIMIT), MAX_RATE, BORROWER, BORROWER, sender=BORROWER)
    core.desk.borrow(core.units(LIMIT) * 8 // 10, MAX_RATE, BORROWER, BORROWER, sender=BORROWER)
    assert core.health().limit == core.units(FLOOR) * 3 // 4


@pytest.mark.parametrize("state", [1, 2])
def test_borrow__price_not_fresh__reverts(core, state):
    core.desk.pledge(core.mint(BORROWER), BORROWER, sender=BORROWER)
    core.oracle.setState(core.nft, state, sender=GOVERNOR)
    with reverts("PriceNotFresh", state=state):
        core.desk.borrow(core.units(100), MAX_RATE, BORROWER, BORROWER, sender=BORROWER)


def test_borrow__bid_not_mid_decides(core):
    core.desk.pledge(core.mint(BORROWER), BORROWER, sender=BORROWER)
    q = core.oracle.quote(core.nft)
    values = list(q)
    values[0] = q.bid // 2
    core.oracle.setQuote(core.nft, tuple(values), sender=GOVERNOR)
    with reverts("DebtAboveLimit", limit=core.units(LIMIT) // 2):
        core.desk.borrow(core.units(LIMIT) // 2 + 1, MAX_RATE, BORROWER, BORROWER, sender=BORROWER)


def test_borrow__stranger__reverts_operator_may(core):
    core.desk.pledge(core.mint(BORROWER), BORROWER, sender=BORROWER)
    with reverts("Unauthorized", caller=STRANGER.address):
        core.desk.borrow(core.units(100), MAX_RATE, BORROWER, STRANGER, sender=STRANGER)
    core.operators.setOperator(STRANGER, True, sender=BORROWER)
    core.desk.borrow(core.units(100), MAX_RATE, BORROWER, STRANGER, sender=STRANGER)
    assert core.asset.balanceOf(STRANGER) == core.units(100)
    assert core.owes(100)
    core.operators.setOperator(STRANGER, False, sender=BORROWER)
    with reverts("Unauthorized"):
        core.desk.borrow(core.units(100), MAX_RATE, BORROWER, STRANGER, sender=STRANGER)


def test_borrow__below_least_loan__reverts_at_minus_one_only(core):
    core.desk.pledge(core.mint(BORROWER), BORROWER, sender=BORROWER)
    least = core.units(10)
    with reverts("DebtTooSmall", debt=least - 1, minDebt=least):
        core.desk.borrow(least - 1, MAX_RATE, BORROWER, BORROWER, sender=BORROWER)
    core.desk.borrow(least, MAX_RATE, BORROWER, BORROWER, sender=BORROWER)


def test_borrow__rate_above_maximum__reverts(core):
    core.desk.pledge(core.mint(BORROWER), BORROWER, sender=BORROWER)
    rate = core.vault.rates()[0]
    with reverts("RateAboveMax"):
        core.desk.borrow(core.units(100), rate - 1, BORROWER, BORROWER, sender=BORROWER)
    core.desk.borrow(core.units(100), MAX_RATE, BORROWER, BORROWER, sender=BORROWER)


@pytest.mark.parametrize("cap", [99, 100, 101])
def test_borrow__credit_cap_counts_units_behind_debt(core, cap):
    core.desk.pledge(core.mint(BORROWER), BORROWER, sender=BORROWER)
    core.book.setTier(core.nft, tier(creditCapUnits=cap), sender=GOVERNOR)
    if cap < 100:
        with reverts("CreditCapExceeded", units=100, cap=cap):
            core.desk.borrow(core.units(100), MAX_RATE, BORROWER, BORROWER, sender=BORROWER)
    else:
        core.desk.borrow(core.units(100), MAX_RATE, BORROWER, BORROWER, sender=BORROWER)


def test_borrow__cap_lowered_later__stops_borrowing_only(core):
    refs = core.loan(1_000, 2)
    core.book.setTier(core.nft, tier(creditCapUnits=0), sender=GOVERNOR)
    with reverts("CreditCapExceeded"):
        core.desk.borrow(core.units(100), MAX_RATE, BORROWER, BORROWER, sender=BORROWER)
    core.desk.pledge(core.mint(BORROWER), BORROWER, sender=BORROWER)
    core.desk.withdraw(refs[:1], BORROWER, BORROWER, sender=BORROWER)
    core.approve(BORROWER, core.vault)
    core.desk.repay(core.units(500), BORROWER, sender=BORROWER)
    assert core.owes(500)


def test_borrow__utilisation_at_95_percent(core):
    refs = core.mint(BORROWER, 40)
    core.desk.pledge(refs, BORROWER, sender=BORROWER)
    core.desk.borrow(core.units(950_000), MAX_RATE, BORROWER, BORROWER, sender=BORROWER)
    with reverts("UtilisationAboveMax"):
        core.desk.borrow(core.units(10), MAX_RATE, BORROWER, BORROWER, sender=BORROWER)


def test_borrow__queue_waiting__reverts(core):
    core.loan(30_000)
    shares = core.vault.balanceOf(SUPPLIER)
    core.vault.requestRedeem(shares, SUPPLIER, sender=SUPPLIER)
    with reverts("QueueNotEmpty", waitingShares=shares):
        core.loan(1_000, who=STRANGER)


def test_borrow__under_notice__reverts_until_it_dies(core, driver):
    core.loan(30_000)
    core.price(43_000)
    core.flag()
    core.price(90_000)
    with reverts("UnderNotice", account=BORROWER.address):
        core.desk.borrow(core.units(100), MAX_RATE, BORROWER, BORROWER, sender=BORROWER)
    core.desk.clear(BORROWER, sender=KEEPER)
    core.desk.borrow(core.units(100), MAX_RATE, BORROWER, BORROWER, sender=BORROWER)


def test_borrow__interest_is_owed_at_once(core, driver):
    core.loan(20_000)
    driver.warp(365 * DAY)
    debt = core.debt()
    assert core.units(20_000) * 110 // 100 < debt < core.units(20_000) * 112 // 100
    assert core.vault.cash() == core.units(980_000)
