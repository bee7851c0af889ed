"""vitrine.units and vitrine.errors: exactness, boundaries, messages."""

import pickle
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitrine import errors
from vitrine.errors import AmountError, DataError, VitrineError
from vitrine.units import (
    BPS,
    MAX_UINT256,
    WAD,
    bps_down,
    bps_up,
    div_down,
    div_up,
    format_bps,
    format_units,
    median_down,
    mul_div_down,
    mul_div_up,
    parse_units,
    to_decimal,
    w_div_down,
    w_div_up,
    w_mul_down,
    w_mul_up,
)

uint = st.integers(0, MAX_UINT256)
positive = st.integers(1, MAX_UINT256)


@given(uint, uint, positive)
def test_mul_div__any_inputs__down_and_up_enclose_the_quotient(x: int, y: int, d: int) -> None:
    down, up = mul_div_down(x, y, d), mul_div_up(x, y, d)
    assert down * d <= x * y <= up * d
    assert up - down == (0 if (x * y) % d == 0 else 1)


@given(uint, uint, positive)
def test_scaled_forms__any_inputs__equal_mul_div(x: int, y: int, d: int) -> None:
    assert (w_mul_down(x, y), w_mul_up(x, y)) == (mul_div_down(x, y, WAD), mul_div_up(x, y, WAD))
    assert (w_div_down(x, d), w_div_up(x, d)) == (mul_div_down(x, WAD, d), mul_div_up(x, WAD, d))
    assert (bps_down(x, y), bps_up(x, y)) == (mul_div_down(x, y, BPS), mul_div_up(x, y, BPS))
    assert (div_down(x, d), div_up(x, d)) == (mul_div_down(x, 1, d), mul_div_up(x, 1, d))


@pytest.mark.parametrize(("x", "down", "up"), [(9_999, 0, 1), (10_000, 1, 1), (10_001, 1, 2)])
def test_bps__around_a_whole_unit__rounds_as_named(x: int, down: int, up: int) -> None:
    assert (bps_down(x, 1), bps_up(x, 1)) == (down, up)


def test_mul_div__zero_divisor__raises() -> None:
    with pytest.raises(ZeroDivisionError):
        mul_div_up(1, 1, 0)


@pytest.mark.parametrize(("values", "expected"), [([7], 7), ([2, 3], 2), ([9, 1, 5], 5), ([1, 2, 5, 100], 3)])
def test_median_down__odd_and_even__mean_of_middle_two_rounded_down(values: list[int], expected: int) -> None:
    assert median_down(values) == expected


def test_median_down__nothing__raises() -> None:
    with pytest.raises(AmountError, match="median of nothing"):
        median_down([])


@given(uint, st.integers(0, 30))
def test_parse_units__formatted_amount__round_trips(amount: int, decimals: int) -> None:
    assert parse_units(format_units(amount, decimals), decimals) == amount
    assert parse_units(to_decimal(amount, decimals), decimals) == amount


@pytest.mark.parametrize(
    ("text", "decimals", "expected"),
    [
        ("1,250.5", 6, 1_250_500_000),
        (" 0.000001 ", 6, 1),
        (3, 18, 3 * WAD),
        (Decimal("1e-18"), 18, 1),
        ("1_000", 0, 1_000),
        (str(MAX_UINT256), 0, MAX_UINT256),
    ],
)
def test_parse_units__good_forms__exact(text: str | int | Decimal, decimals: int, expected: int) -> None:
    assert parse_units(text, decimals) == expected


@pytest.mark.parametrize(
    ("text", "decimals", "fact"),
    [
        ("12x", 6, "is not a number"),
        ("", 6, "is not a number"),
        ("-1", 6, "is negative"),
        ("0.0000001", 6, "does not fit 6 decimals"),
        ("NaN", 6, "is not finite"),
        ("1e400", 6, "exceeds 2"),
        (str(MAX_UINT256 + 1), 0, "exceeds 2"),
    ],
)
def test_parse_units__bad_forms__say_what_is_wrong(text: str, decimals: int, fact: str) -> None:
    with pytest.raises(AmountError, match=fact):
        parse_units(text, decimals, what="debt")


@pytest.mark.parametrize("value", [1.5, True, None])
def test_parse_units__not_money__refused(value: object) -> None:
    with pytest.raises(AmountError, match="Give text, an integer or a Decimal"):
        parse_units(value, 6)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("amount", "decimals", "places", "text"),
    [
        (-1_234_567, 6, None, "-1.234567"),
        (1_234_567_890, 6, 2, "1,234.56"),
        (5, 0, None, "5"),
        (5, 0, 2, "5.00"),
        (0, 18, None, "0"),
        (1_999_999, 6, 0, "1"),
    ],
)
def test_format_units__places__truncates(amount: int, decimals: int, places: int | None, text: str) -> None:
    assert format_units(amount, decimals, places=places) == text


def test_format_bps__two_places() -> None:
    assert format_bps(1_234) == "12.34 %"


def test_errors__every_family__has_its_own_fields_and_survives_pickle() -> None:
    families = [v for v in vars(errors).values() if isinstance(v, type) and issubclass(v, VitrineError)]
    assert len(families) >= 7
    for family in families:
        error = family("Row 3 is empty", "Remove it")
        assert str(error) == "Row 3 is empty. Remove it."
        assert 1 <= family.exit_code <= 125
        copy = pickle.loads(pickle.dumps(error))
        assert type(copy) is family and str(copy) == str(error)
    assert str(DataError("Nothing here!")) == "Nothing here!"
