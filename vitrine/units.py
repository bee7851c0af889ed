"""Units: money is `int` inside and `Decimal` at the edge, rounding is in the name.

The words are those of the contracts (`mul_div_down`, `mul_div_up`); suffixes: `_bps`, `_wad`, `_at`.
All functions expect x, y >= 0 and d > 0, as the contracts do; a zero divisor raises `ZeroDivisionError`.
"""

from __future__ import annotations

import re
from decimal import Context, Decimal, Inexact, InvalidOperation
from typing import Final, NewType

from vitrine.errors import AmountError

Wei = NewType("Wei", int)
"""10^-18 of the chain's coin; the unit of every price in `vitrine.pricing`."""
Assets = NewType("Assets", int)
"""Smallest unit of a deployment's ERC-20 asset."""
Shares = NewType("Shares", int)
DebtShares = NewType("DebtShares", int)
Bps = NewType("Bps", int)
Wad = NewType("Wad", int)
Ray = NewType("Ray", int)
Timestamp = NewType("Timestamp", int)
TokenId = NewType("TokenId", int)
PieceUnits = NewType("PieceUnits", int)
"""1/100 of a floor piece."""

BPS: Final = 10_000
WAD: Final = 10**18
RAY: Final = 10**27
ETH: Final = 10**18
FLOOR_PIECE: Final = 100
MAX_PIECE_UNITS: Final = 300

MINUTE: Final = 60
HOUR: Final = 3_600
DAY: Final = 86_400
YEAR: Final = 31_536_000

MAX_UINT128: Final = 2**128 - 1
MAX_UINT256: Final = 2**256 - 1

_EXACT: Final = Context(prec=200, traps=[Inexact, InvalidOperation])
_GROUPED: Final = re.compile(r"(?<=\d)[_,](?=\d)")


def mul_div_down(x: int, y: int, d: int) -> int:
    """x * y / d, rounded down."""
    return x * y // d


def mul_div_up(x: int, y: int, d: int) -> int:
    """x * y / d, rounded up."""
    return -(-(x * y) // d)


def div_down(x: int, d: int) -> int:
    """x / d, rounded down."""
    return x // d


def div_up(x: int, d: int) -> int:
    """x / d, rounded up."""
    return -(-x // d)


def w_mul_down(x: int, y: int) -> int:
    """x * y in wads, rounded down."""
    return x * y // WAD


def w_mul_up(x: int, y: int) -> int:
    """x * y in wads, rounded up."""
    return -(-(x * y) // WAD)


def w_div_down(x: int, y: int) -> int:
    """x / y in wads, rounded down."""
    return x * WAD // y


def w_div_up(x: int, y: int) -> int:
    """x / y in wads, rounded up."""
    return -(-(x * WAD) // y)


def bps_down(x: int, bps: int) -> int:
    """`bps` of x, rounded down."""
    return x * bps // BPS


def bps_up(x: int, bps: int) -> int:
    """`bps` of x, rounded up."""
    return -(-(x * bps) // BPS)


def median_down(values: list[int]) -> int:
    """Median; with an even count the mean of the middle two, rounded down. At least one value."""
    if not values:
        raise AmountError("The median of nothing is not a number", "Give at least one value")
    ordered = sorted(values)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) // 2


def parse_units(text: str | int | Decimal, decimals: int, *, what: str = "amount") -> int:
    """Human amount ("1,250.5") to smallest units: exact, digits that do not fit are refused, not rounded."""
    if isinstance(text, bool) or not isinstance(text, str | int | Decimal):
        raise AmountError(
            f"The {what} {text!r} is a {type(text).__name__}", "Give text, an integer or a Decimal"
        )
    raw = _GROUPED.sub("", text.strip()) if isinstance(text, str) else text
    try:
        value = Decimal(raw)
    except InvalidOperation:
        raise AmountError(f"The {what} {text!r} is not a number", "Write it like 1250.5") from None
    if not value.is_finite():
        raise AmountError(f"The {what} {text!r} is not finite", "Write it like 1250.5")
    if value < 0:
        raise AmountError(f"The {what} {text} is negative", "Give zero or more")
    try:
        scaled = value.scaleb(decimals, _EXACT)
        whole = scaled.to_integral_exact(context=_EXACT)
    except (Inexact, InvalidOperation):
        fact = f"The {what} {text} does not fit {decimals} decimals"
        raise AmountError(fact, f"Use at most {decimals} digits after the point") from None
    if whole > MAX_UINT256:
        raise AmountError(f"The {what} {text} exceeds 2^256 - 1 units", "Give a smaller amount")
    return int(whole)


def to_decimal(amount: int, decimals: int) -> Decimal:
    """Smallest units to an exact `Decimal`."""
    return Decimal(int(amount)).scaleb(-decimals, _EXACT)


def format_units(amount: int, decimals: int, *, places: int | None = None) -> str:
    """Smallest units as text with thousands separators.

    `places` truncates towards zero; None shows every digit that matters, without padding.
    """
    sign, magnitude = ("-", -int(amount)) if amount < 0 else ("", int(amount))
    whole, rest = divmod(magnitude, 10**decimals)
    digits = f"{rest:0{decimals}d}" if decimals else ""
    tail = digits.rstrip("0") if places is None else (digits + "0" * places)[:places]
    return f"{sign}{whole:,}.{tail}" if tail else f"{sign}{whole:,}"


def format_bps(bps: int) -> str:
    """1234 -> '12.34 %'."""
    return f"{format_units(bps, 2, places=2)} %"
