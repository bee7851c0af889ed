"""Accrual away from the chain: what compounding, rounding and the split must satisfy.

Equality with the chain is shown beside the contracts, in tests/unit/lending.
"""

from decimal import Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.helpers.strategies import amounts
from vitrine.models.interest import MAX_BOOK, MAX_ELAPSED, MAX_RATE, RateModel, accrue, utilisation
from vitrine.models.wad import pow_wad
from vitrine.units import DAY, WAD, YEAR

MODEL = RateModel.from_aprs(WAD // 10, WAD // 5, 2 * WAD // 5, 4 * WAD // 5)
STEEP = RateModel.from_aprs(WAD, WAD, WAD, WAD // 2)


def book(debt, cash=10**12, model=MODEL, anchor=None, elapsed=DAY, **more):
    return accrue(
        model,
        model.base_rate if anchor is None else anchor,
        elapsed,
        cash=cash,
        debt_assets=debt,
        debt_shares=more.pop("shares", debt * 1_000),
        **more,
    )


def test_accrue__same_second__nothing():
    assert book(10**12, elapsed=0) == (0, 0, 0, MODEL.base_rate)


def test_accrue__no_debt__no_interest_and_the_rate_falls_to_the_base():
    booked = book(0, anchor=MODEL.full_rate)
    assert (booked.interest, booked.to_reserve, booked.anchor_rate) == (0, 0, MODEL.base_rate)


def test_accrue__a_year_at_100_percent__e_times_the_debt():
    booked = book(10**18, cash=0, model=STEEP, anchor=MAX_RATE, elapsed=YEAR)
    with localcontext() as context:
        context.prec = 40
        exact = (1 + Decimal(MAX_RATE) / WAD) ** YEAR - 1
    assert abs(booked.interest - int(exact * 10**18)) < 10**11


@pytest.mark.parametrize("years", [10, 11, 1_000])
def test_accrue__beyond_ten_years__the_same_as_ten(years):
    ten = book(10**12, model=STEEP, anchor=MAX_RATE, elapsed=MAX_ELAPSED)
    assert book(10**12, model=STEEP, anchor=MAX_RATE, elapsed=years * YEAR) == ten
    assert 22_000 < ten.interest // 10**12 < 22_026


def test_accrue__book_at_its_limit__stops():
    booked = book(MAX_BOOK - 10, cash=3, model=STEEP, anchor=MAX_RATE, elapsed=YEAR)
    assert booked.interest == 7
    assert book(MAX_BOOK, cash=5, model=STEEP, anchor=MAX_RATE).interest == 0


@given(
    debt=amounts(1, 10**24),
    cash=amounts(0, 10**24),
    elapsed=amounts(1, 2 * YEAR),
    marked=st.integers(0, 100),
    factor=amounts(0, 5_000),
)
def test_accrue__any_book__split_adds_up_and_marked_part_goes_to_the_reserve(
    debt, cash, elapsed, marked, factor
):
    shares = debt * 1_000
    booked = book(
        debt, cash, elapsed=elapsed, marked_shares=shares * marked // 100, reserve_factor_bps=factor
    )
    assert booked.interest > 0
    assert 0 <= booked.to_reserve <= booked.interest
    on_marked = -(-booked.interest * (shares * marked // 100) // shares)
    rest = booked.interest - on_marked
    assert booked.to_reserve == on_marked + rest * factor // 10_000
    if marked == 100:
        assert booked.to_reserve == booked.interest


@given(debt=amounts(10**6, 10**24), cuts=st.lists(st.integers(1, DAY), min_size=2, max_size=8))
def test_accrue__in_pieces__never_less_than_at_once(debt, cuts):
    """Whoever calls often cannot lower what borrowers owe, but for the wad's own rounding."""
    whole = book(debt, elapsed=sum(cuts)).interest
    cash, shares, anchor, total = 10**12, debt * 1_000, MODEL.base_rate, debt
    for cut in cuts:
        booked = accrue(MODEL, anchor, cut, cash=cash, debt_assets=total, debt_shares=shares)
        anchor, total = booked.anchor_rate, total + booked.interest
    assert total - debt >= whole - len(cuts) * (sum(cuts) * debt // WAD + 1)
    assert total - debt <= whole + len(cuts) + whole // 1_000


@given(base=st.integers(WAD, WAD + MAX_RATE), n=amounts(0, MAX_ELAPSED))
def test_pow_wad__any_rate_and_time__close_to_the_real_power(base, n):
    with localcontext() as context:
        context.prec = 60
        exact = (Decimal(base) / WAD) ** n * WAD
    assert abs(Decimal(pow_wad(base, n)) - exact) <= exact * max(n, 1) / WAD + 1


@pytest.mark.parametrize(
    ("cash", "debt", "expected"),
    [(0, 0, 0), (1, 0, 0), (0, 1, WAD), (1, 1, WAD // 2), (2, 1, WAD // 3 + 1), (10**30, 1, 1)],
)
def test_utilisation__edges__rounded_up(cash, debt, expected):
    assert utilisation(cash, debt) == expected
