"""Custom errors as exceptions: one sentence with the numbers, one with what to do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from string import Formatter
from typing import Any, Final

from vitrine.chain.abibook import Revert
from vitrine.chain.advice import ADVICE, PANICS
from vitrine.chain.contract import Call
from vitrine.errors import StateError
from vitrine.units import DAY, HOUR, MINUTE, WAD, YEAR, format_bps, format_units

_STATES: Final = ("Fresh", "Degraded", "Stale")


@dataclass(frozen=True, slots=True)
class Money:
    """How amounts of the asset are written."""

    symbol: str
    decimals: int

    def text(self, amount: int, places: int | None = 2) -> str:
        return f"{format_units(amount, self.decimals, places=places)} {self.symbol}"


class RevertError(StateError):
    """A contract said no. `error` is the name of the custom error, `values` its numbers."""

    error: str = ""
    values: dict[str, Any]

    def __init__(self, fact: str, next_step: str = "", values: dict[str, Any] | None = None) -> None:
        super().__init__(fact, next_step)
        self.values = values or {}

    def __reduce__(self) -> tuple[object, ...]:
        return (_again, (self.error, self.fact, self.next_step, self.values))


@cache
def revert_type(error: str) -> type[RevertError]:
    """The exception class of a custom error: `except revert_type("DebtAboveLimit")`."""
    return type(error or "UnknownRevert", (RevertError,), {"error": error})


def _again(error: str, fact: str, next_step: str, values: dict[str, Any]) -> RevertError:
    return revert_type(error)(fact, next_step, values)


class _Shown:
    """A value inside a sentence; the format specification names its unit."""

    def __init__(self, value: Any, money: Money | None, names: Mapping[str, str]) -> None:
        self.value = value
        self.money = money
        self.names = names

    def __format__(self, unit: str) -> str:
        value = self.value
        if unit == "money":
            return self.money.text(value) if self.money else f"{value:,} asset units"
        if unit == "bps":
            return format_bps(value)
        if unit == "wad":
            return percent(value)
        if unit == "apr":
            return percent(value * YEAR)
        if unit == "date":
            return date(value)
        if unit == "span":
            return span(value)
        if unit == "state":
            return _STATES[value] if isinstance(value, int) and value < len(_STATES) else str(value)
        if unit == "name":
            return name_of(value)
        if unit == "id":
            return str(value)
        if isinstance(value, bytes):
            return "0x" + value.hex()
        if value in self.names:
            return f"{self.names[value]} ({value})"
        return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)

    def __str__(self) -> str:
        return format(self, "")


def revert_error(
    revert: Revert, call: Call | None, money: Money | None, names: Mapping[str, str]
) -> RevertError:
    """The exception for what a contract reverted with."""
    doing = f" while calling {call.function.name}" if call else ""
    kind = revert_type(revert.name)
    values = revert.values
    if revert.name == "Error":
        return kind(f"The contract refused{doing}: {values['reason']}", values=values)
    if revert.name == "Panic":
        what = PANICS.get(values["code"], f"panic {values['code']:#x}")
        return kind(f"The contract failed{doing}: {what}", "Please report it with the inputs", values)
    advice = ADVICE.get(revert.name)
    if advice is not None and _fits(advice, values):
        shown = {name: _Shown(value, money, names) for name, value in values.items()}
        return kind(advice[0].format_map(shown), advice[1].format_map(shown), values)
    if revert.name:
        listed = ", ".join(f"{name} {_Shown(value, money, names)}" for name, value in values.items())
        fact = revert.notice.rstrip(".") or f"The contract refused{doing} with {revert.name}"
        return kind(f"{fact} ({listed})" if listed else fact, "", values)
    if not revert.data:
        fact = f"The contract refused{doing} without a reason"
        return kind(fact, "Check that the address is the right contract and that it has what it needs")
    fact = f"The contract refused{doing} with an unknown error 0x{revert.data[:4].hex()}"
    return kind(fact, "It comes from a contract outside this project, a token perhaps")


def _fits(advice: tuple[str, str], values: Mapping[str, Any]) -> bool:
    """Whether an error carries every number its sentence names: a foreign one may only share the name."""
    named = {field for text in advice for _, field, _, _ in Formatter().parse(text) if field}
    return named <= set(values)


def percent(wad: int) -> str:
    """A share in wad as per cent, to the nearest hundredth."""
    return f"{format_units((wad * 10_000 + WAD // 2) // WAD, 2, places=2)} %"


def date(at: int) -> str:
    """Unix seconds as UTC."""
    try:
        return dt.datetime.fromtimestamp(at, dt.UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    except (OverflowError, ValueError, OSError):
        return str(at)


def span(seconds: int) -> str:
    """A time span in its largest two units."""
    parts = []
    for size, name in ((DAY, "d"), (HOUR, "h"), (MINUTE, "min"), (1, "s")):
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count} {name}")
    return " ".join(parts[:2]) or "0 s"


def name_of(value: Any) -> str:
    """A bytes32 that holds text."""
    if isinstance(value, bytes):
        return value.rstrip(b"\0").decode("ascii", "replace")
    return str(value)
