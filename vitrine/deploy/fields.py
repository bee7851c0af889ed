"""How a person writes amounts, times and accounts in a parameter file."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from vitrine.errors import AmountError
from vitrine.units import DAY, HOUR, MINUTE, parse_units

_SPAN: Final = re.compile(r"(\d+)\s*(d|h|min|s)")
_SIZES: Final = {"d": DAY, "h": HOUR, "min": MINUTE, "s": 1}


def _span(value: object) -> object:
    """'2d', '6h', '1h 30min', or seconds."""
    if not isinstance(value, str):
        return value
    parts = _SPAN.findall(value)
    if not parts or _SPAN.sub("", value).strip():
        raise ValueError(f"{value!r} is no time span; write it like 6h or 1d 12h")
    return sum(int(count) * _SIZES[unit] for count, unit in parts)


def _amount(value: object) -> object:
    """Whole units, exact: '1250.5'. YAML floats are refused, they are not exact."""
    if isinstance(value, float):
        raise ValueError(f"{value!r} is a float; put the amount in quotes")
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _account(value: object) -> object:
    if isinstance(value, str) and re.fullmatch(r"0x[0-9a-fA-F]{40}", value):
        return value
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    raise ValueError(f"{value!r} is neither an address nor an index of the node's accounts")


Span = Annotated[int, BeforeValidator(_span), Field(ge=0)]
Amount = Annotated[str, BeforeValidator(_amount)]
AccountRef = Annotated[int | str, BeforeValidator(_account)]
Bps = Annotated[int, Field(ge=0, le=10_000)]
AprBps = Annotated[int, Field(ge=0, le=10_000)]
Address = Annotated[str, Field(pattern=r"^0x[0-9a-fA-F]{40}$")]


class Section(BaseModel):
    """A part of a parameter file: unknown keys are mistakes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def units(amount: str, decimals: int, what: str) -> int:
    """An amount of a parameter file in smallest units."""
    try:
        return parse_units(Decimal(amount.replace("_", "").replace(",", "")), decimals, what=what)
    except ArithmeticError:
        raise AmountError(f"The {what} {amount!r} is not a number", "Write it like '1250.5'") from None
