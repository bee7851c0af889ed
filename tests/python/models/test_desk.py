"""Lines, marks, redemption, tips and fine: the twins against what the desk and the vault do."""

import random

import pytest

from tests.helpers.core import BORROWER, DAY, GOVERNOR, HOUR, KEEPER, MAX_RATE, SUPPLIER, TAKER, build_core
from tests.helpers.evm import PyrevmDriver, reverts
from tests.python.models.market import ROUNDS
from vitrine.models import desk, tips
from vitrine.models.quotes import OracleState, Quote
from vitrine.models.tiers import Health, Place, Tier, is_critical, measure

DEBT = 120_000  # of 5 NFTs at 60,000: far below every line


def quoted(core, nft):
    raw = core.oracle.quote(nft)
    return Quote(*raw[:9], OracleState(raw[9]))


def places(core):
    found = []
    for index in range(8):
        collection, terms = core.book.tierAt(index)
        listed = int(collection, 16) != 0
        found.append(Place(collection, Tier(*terms), quoted(core, collection)) if listed else None)
    return found


def account(core, who=BORROWER):
    return desk.Account(*core.desk.accountOf(who))


def debt(core, who=BORROWER):
    return account(core, who).debt(*core.vault.debtTotals())


def price_for(core, wanted, side, who=BORROWER):
    """Halving: the highest price at which `wanted(health, debt)` holds (-1), or the lowest not (1)."""
    own, units = debt(core, who), account(core, who).units
    tier = places(core)[0].tier
    low, high = 1, core.units(10**6)
    while high - low > 1:
        middle = (low + high) // 2
        health = measure(units, [Place("", tier, Quote.flat(middle, 1))] + [None] * 7)
        if wanted(health, own):
            low = middle
        else:
            high = middle
    return high if side > 0 else low


@pytest.fixture
def core(driver):
    made = build_core(driver)
    made.supply(2_000_000)
    return made


@pytest.mark.parametrize("decimals", [6, 18])
def test_health__random_prices_and_times__equals_the_desk(decimals):
    core = build_core(PyrevmDriver(), decimals)
    core.supply(2_000_000)
    core.loan(DEBT, 5)
    rng = random.Random(41)
    for _ in range(60 * ROUNDS):
        core.driver.warp(rng.choice([1, HOUR, DAY, 400 * DAY if rng.random() < 0.05 else 7]))
        core.oracle.setPrice(core.nft, rng.randint(1, core.units(200_000)), sender=GOVERNOR)
        own, health = core.desk.healthOf(BORROWER)
        assert own == debt(core)
        assert tuple(health) == tuple(measure(account(core).units, places(core)))


def test_flag__price_one_unit_above_and_at_the_line__refused_then_opened(core):
    core.loan(DEBT, 5)
    with core.driver.same_block():  # no interest between
        at = price_for(core, lambda h, d: d >= desk.warn_line(h), -1)
        for price, ok in ((at + 1, False), (at, True)):
            core.oracle.setQuote(core.nft, tuple(Quote.flat(price, 1)), sender=GOVERNOR)
            health = measure(account(core).units, places(core))
            assert desk.may_flag(account(core), health, debt(core), 0, core.driver.timestamp) == ok
            if ok:
                core.flag()
                assert account(core).flags & desk.NOTICE
            else:
                with reverts("NotWarnable", debt=debt(core), line=desk.warn_line(health)):
                    core.flag()
        assert not desk.may_flag(
            account(core), health, debt(core), core.driver.timestamp, core.driver.timestamp
        )
        with reverts("NoticeLives"):
            core.flag()


@pytest.mark.parametrize("step", [-1, 0, 1])
def test_notice__at_the_end_of_its_life__lives_through_the_last_second(core, step):
    core.loan(DEBT, 5)
    core.price(33_000)
    tx = core.flag()
    core.driver.warp_to(tx.timestamp + desk.NOTICE_LIFE + step)
    lives = step <= 0
    now = core.driver.timestamp
    assert desk.notice_lives(account(core), tx.timestamp, now) == lives
    health = measure(account(core).units, places(core))
    assert desk.may_flag(account(core), health, debt(core), tx.timestamp, now) == (not lives)
    if lives:
        with reverts("NoticeLives", openedAt=tx.timestamp):
            core.flag()
    else:
        core.flag()
        assert core.desk.noticeOf(BORROWER).openedAt == now


def test_clear__price_at_and_one_unit_above_the_calm_line__in_force_then_closed(core):
    core.loan(DEBT, 5)
    core.price(33_000)
    core.flag()
    with core.driver.same_block():
        at = price_for(core, lambda h, d: d >= desk.calm_line(h), -1)
        for price, ok in ((at, False), (at + 1, True)):
            core.oracle.setQuote(core.nft, tuple(Quote.flat(price, 1)), sender=GOVERNOR)
            health, now = measure(account(core).units, places(core)), core.driver.timestamp
            assert desk.may_clear(account(core), health, debt(core), now, now) == ok
            if ok:
                core.desk.clear(BORROWER, sender=KEEPER)
                assert not account(core).flags & desk.NOTICE
            else:
                with reverts("NoticeInForce", debt=debt(core), line=desk.calm_line(health)):
                    core.desk.clear(BORROWER, sender=KEEPER)


def test_reclaim__price_below_and_at_the_recovered_line__refused_then_back(core):
    refs = core.loan(DEBT, 5)
    core.price(27_000)
    core.liquidate(refs)  # critical
    live = [ref for ref in refs if core.desk.pledgeOf(*ref).live]
    with core.driver.same_block():
        at = price_for(core, lambda h, d: not desk.may_reclaim(h, d), 1)
        for price, ok in ((at - 1, False), (at, True)):
            core.oracle.setQuote(core.nft, tuple(Quote.flat(price, 1)), sender=GOVERNOR)
            health = measure(account(core).units, places(core))
            assert desk.may_reclaim(health, debt(core)) == ok
            if ok:
                core.desk.reclaim(BORROWER, live, sender=KEEPER)
                assert account(core).live_count == 0
            else:
                with reverts("NotRecovered", debt=debt(core), line=desk.recovered_line(health)):
                    core.desk.reclaim(BORROWER, live, sender=KEEPER)


def test_liquidate__without_notice__exactly_above_the_critical_line(core):
    refs = core.loan(DEBT, 5)
    with core.driver.same_block():
        at = price_for(core, lambda h, d: is_critical(h, d), -1)
        for price, ok in ((at + 1, False), (at, True)):
            core.oracle.setQuote(core.nft, tuple(Quote.flat(price, 1)), sender=GOVERNOR)
            health = measure(account(core).units, places(core))
            assert is_critical(health, debt(core)) == ok == (debt(core) > desk.critical_line(health))
            if ok:
                core.liquidate(refs)
            else:
                with reverts("NoRipeNotice"):
                    core.liquidate(refs)


def test_mark__as_prices_move_and_go_stale__equals_the_desk(core):
    refs = core.loan(DEBT, 5)
    rng = random.Random(42)
    core.price(27_000)
    core.liquidate(refs)
    core.driver.warp(8 * HOUR)
    live = next(ref for ref in refs if core.desk.pledgeOf(*ref).live)
    seen = set()
    for round_ in range(80 * ROUNDS):
        if round_ == 40:
            core.price(30_000)  # while stale the auction would stand at the end of its band
            core.desk.markDistressed(BORROWER, live, sender=KEEPER)
        price = rng.randint(core.units(15_000), core.units(40_000))
        state = rng.choice(list(OracleState))
        quote = Quote.flat(price, core.driver.timestamp - 1, state=state)
        core.oracle.setQuote(core.nft, tuple(quote), sender=GOVERNOR)
        core.vault.accrue(sender=KEEPER)
        old = desk.Mark(*core.desk.markOf(BORROWER))
        with core.driver.same_block():
            health = measure(account(core).units, places(core))
            expected = desk.mark_of(account(core), health, debt(core), old)
            core.desk.mark([BORROWER], sender=KEEPER)
        assert desk.Mark(*core.desk.markOf(BORROWER)) == expected
        assert bool(account(core).flags & desk.MARKED) == (expected != desk.Mark())
        seen.add((state, expected == desk.Mark(), bool(account(core).flags & desk.DISTRESSED)))
    assert len(seen) > 8


@pytest.mark.parametrize("live", [False, True])
def test_redeem_cost__before_and_after_start__is_what_the_desk_pulls(core, live):
    refs = core.loan(DEBT, 5)
    core.price(27_000)
    chosen = []
    if live:
        core.liquidate(refs)
        chosen = [ref for ref in refs if core.desk.pledgeOf(*ref).live]
    core.fund(BORROWER, core.units(DEBT))
    before = core.asset.balanceOf(BORROWER)
    with core.driver.same_block():
        health = measure(account(core).units, places(core))
        cost = desk.redeem_cost(health, debt(core), account(core).live_count)
        assert cost > 0
        with reverts("RedeemTooDear", needed=cost, maxAssets=cost - 1):
            core.desk.redeem(BORROWER, cost - 1, chosen, sender=BORROWER)
        core.desk.redeem(BORROWER, cost, chosen, sender=BORROWER)
        assert debt(core) <= health.target
    assert 0 <= cost - (before - core.asset.balanceOf(BORROWER)) <= 1
    assert account(core).live_count == 0


def test_redeem_cost__debt_within_target__is_nothing():
    health = Health(value=100, limit=75, target=65, deep=85)
    assert [desk.redeem_cost(health, owed, 1) for owed in (64, 65)] == [0, 0]
    assert desk.redeem_cost(health, 66, 0) == 3
    assert desk.redeem_cost(health, 66, 1) == 4


def test_split_repayment__random_payments_under_auction__equals_the_vault(core):
    refs = core.loan(DEBT, 5)
    core.price(28_000)
    core.flag()
    core.driver.warp(6 * HOUR)
    core.liquidate(refs, by=TAKER)
    core.fund(SUPPLIER, core.units(10**6))
    rng = random.Random(43)
    most = core.vault.maxTip()
    for _ in range(30):
        with core.driver.same_block():
            offered = rng.choice([1, 2, 51, 100, 10_000, rng.randint(1, core.units(3_000))])
            owed = debt(core)
            tx = core.desk.repay(offered, BORROWER, sender=SUPPLIER)
        split = tips.split_repayment(owed, offered, desk.FINE_BPS, most, flagged=True, started=True)
        event = tx.one("Collected")
        assert (event.assets, event.fine) == (split.repaid, split.fine)
        paid = {e.kind.rstrip(b"\0").decode(): e.assets for e in tx.named("Credited")}
        assert (paid.get("warn tip", 0), paid.get("start tip", 0)) == split.tips[:2]
        assert split.repaid + split.fine <= offered


def credited(tx):
    """Tips and surplus of a sale by kind, and whether the reserve paid them."""
    return {(e.kind.rstrip(b"\0").decode(), e.fromReserve): e.assets for e in tx.named("Credited")}


@pytest.mark.parametrize(
    ("price", "reserve", "count"),
    [
        (27_000, 0, 1),
        (27_000, 10_000, 1),
        (23_000, 0, 1),
        (23_000, 10_000, 1),
        (23_000, 30, 2),
        (25_000, 2_000, 3),
    ],
)
def test_split_sale__surplus_or_none_reserve_or_none__equals_the_vault(price, reserve, count):
    core = build_core(PyrevmDriver())
    core.supply(2_000_000)
    refs = core.loan(25_000 * count, count)
    if reserve:
        core.fund(SUPPLIER, core.units(reserve))
        core.vault.fundReserve(core.units(reserve), sender=SUPPLIER)
    core.price(price)
    core.flag(by=SUPPLIER)
    core.liquidate(refs)
    core.driver.warp(8 * HOUR)
    most = core.vault.maxTip()
    with core.driver.same_block():
        core.vault.accrue(sender=KEEPER)
        owed = debt(core)
        asked = core.auction.priceOf(*refs[0])[0]
        core.fund(TAKER, asked, core.auction)
        before = core.vault.cash()
        tx = core.auction.take(*refs[0], asked, TAKER, b"", sender=TAKER)
        sale = tips.split_sale(owed, asked, most, flagged=True, started=True)
        booked = tx.one("SaleBooked")
        assert (booked.repaid, booked.surplus) == (sale.repaid, sale.surplus)
        if sale.surplus:
            expected = {("start tip", False): sale.tips.start, ("warn tip", False): sale.tips.warn}
            expected[("surplus", False)] = sale.to_account
        else:
            paid = credited(tx)
            given = sum(paid.values())
            left, floating = core.vault.reserve() + given, core.vault.floatingBadDebt()
            assert core.vault.cash() == before + asked - given
            of_reserve = tips.reserve_tips(
                sale.repaid, left, floating, before + asked, most, flagged=True, started=True
            )
            expected = {("start tip", True): of_reserve.start, ("warn tip", True): of_reserve.warn}
        assert credited(tx) == {key: value for key, value in expected.items() if value}


def test_quote_tips__random_repayments__equals_the_vault(core):
    rng = random.Random(44)
    most = core.vault.maxTip()
    for _ in range(50):
        repaid = rng.randint(0, 10 ** rng.randint(1, 14))
        assert tuple(core.vault.quoteTips(repaid)) == tips.quote_tips(repaid, most)[:2]
        settled = tips.quote_tips(repaid, most, settled=True)
        assert core.vault.quoteSettleTip(repaid) == settled.settle
        assert sum(settled) <= sum(tips.quote_tips(repaid, most)) <= repaid // 100
    assert tips.quote_tips(10**9, most, flagged=False, started=False) == (0, 0, 0)


def test_open__max_rate__is_accepted(core):
    core.loan(1_000, 1)
    core.desk.borrow(core.units(10), MAX_RATE, BORROWER, BORROWER, sender=BORROWER)
    assert debt(core) >= core.units(1_010)
