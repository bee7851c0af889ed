"""What commands print: a table for people, or JSON that fits its committed schema."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from enum import Enum
from typing import Any

import click

_SAFE = 2**53


def plain(value: Any) -> Any:
    """Values as JSON has them: integers beyond 2^53 and bytes become text."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, Enum):
        return value.name.lower()
    if isinstance(value, int):
        return value if abs(value) < _SAFE else str(value)
    if isinstance(value, bytes):
        return "0x" + value.hex()
    if isinstance(value, Decimal):
        return str(value)
    if hasattr(value, "_asdict"):
        return plain(value._asdict())
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    return value


def emit(as_json: bool, payload: dict[str, Any], text: Callable[[], None]) -> None:
    """Prints the payload as JSON, or lets `text` print for people."""
    if as_json:
        click.echo(json.dumps(plain(payload), indent=2, ensure_ascii=False))
    else:
        text()


def table(
    title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]], *, right: Sequence[int] = ()
) -> None:
    """A plain aligned table; columns in `right` are numbers."""
    listed = [[str(cell) for cell in row] for row in rows]
    widths = [max([len(name), *(len(row[i]) for row in listed)]) for i, name in enumerate(columns)]

    def line(cells: Sequence[str]) -> str:
        parts = [
            c.rjust(w) if i in right else c.ljust(w)
            for i, (c, w) in enumerate(zip(cells, widths, strict=True))
        ]
        return "  ".join(parts).rstrip()

    if title:
        click.secho(title, bold=True)
    click.secho(line(columns), dim=True)
    for row in listed:
        click.echo(line(row))
    if not listed:
        click.echo("(none)")


def facts(title: str, rows: Iterable[tuple[str, Any]]) -> None:
    """Names and values, one a line."""
    listed = [(name, str(value)) for name, value in rows]
    width = max((len(name) for name, _ in listed), default=0)
    if title:
        click.secho(title, bold=True)
    for name, value in listed:
        click.echo(f"  {name.ljust(width)}  {value}")


def units(amount: int) -> str:
    """An amount in JSON: smallest units as text."""
    return str(amount)
