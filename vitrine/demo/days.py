"""Daily figures of a collection: what a scenario is pinned to."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from importlib.resources import files
from pathlib import Path
from typing import Final

from vitrine.errors import DataError
from vitrine.units import DAY, ETH

MILLI_ETH: Final = ETH // 1000
"""Volumes are published to three decimals: prices of sales are whole thousandths of an ETH."""
COLUMNS: Final = ("date", "floor_eth", "sales", "volume_eth", "eth_usd")
USD_DECIMALS: Final = 8
"""Decimals of a dollar price, as price feeds publish them."""


@dataclass(frozen=True, slots=True)
class DayRow:
    """One UTC day: floor at its close, number and volume of its sales, ETH/USD at its close."""

    day: date
    floor_wei: int
    sales: int
    volume_wei: int
    eth_usd: int
    """Dollars with `USD_DECIMALS` decimals."""

    @property
    def starts_at(self) -> int:
        """Unix time of 00:00 UTC."""
        return midnight(self.day)

    @property
    def closes_at(self) -> int:
        """Unix time of the close: 00:00 UTC of the next day."""
        return self.starts_at + DAY


def midnight(day: date) -> int:
    """Unix time at which a UTC day begins."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


def crash_of_2022() -> list[DayRow]:
    """The embedded scenario: CryptoPunks, 20 April to 5 July 2022."""
    source = files("vitrine.demo").joinpath("data/crash_2022.csv")
    return parse_days(source.read_text(encoding="utf-8"), "crash_2022.csv")


def read_days(path: Path) -> list[DayRow]:
    """A file of the columns of `crash_2022.csv`."""
    try:
        return parse_days(path.read_text(encoding="utf-8"), path.name)
    except OSError as error:
        raise DataError(f"{path}: {error.strerror}", "Give a CSV file of daily figures") from None


def parse_days(text: str, name: str) -> list[DayRow]:
    """Daily figures from CSV text; lines that begin with `#` are comments. Days must follow each other."""
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    reader = csv.DictReader(lines)
    if tuple(reader.fieldnames or ()) != COLUMNS:
        have = ",".join(reader.fieldnames or ())
        raise DataError(f"{name}: the columns are {have!r}", f"Expected {','.join(COLUMNS)}")
    rows: list[DayRow] = []
    for number, record in enumerate(reader, start=2):
        rows.append(_day(record, name, number))
        if len(rows) > 1 and rows[-1].starts_at != rows[-2].closes_at:
            fact = f"{name}, row {number}, column 'date': {rows[-1].day} does not follow {rows[-2].day}"
            raise DataError(fact, "Expected one row per day, in order")
    if not rows:
        raise DataError(f"{name} holds no day", "Add at least one row")
    return rows


def _day(record: dict[str, str], name: str, number: int) -> DayRow:
    try:
        day = date.fromisoformat(record["date"])
    except ValueError:
        fact = f"{name}, row {number}, column 'date': {record['date']!r}"
        raise DataError(fact, "Expected a day like 2022-04-20") from None
    floor = _scaled(record, "floor_eth", ETH, name, number)
    usd = _scaled(record, "eth_usd", 10**USD_DECIMALS, name, number)
    if floor == 0 or usd == 0:
        raise DataError(f"{name}, row {number}: a floor or dollar price of 0", "Expected more than 0")
    sales = _scaled(record, "sales", 1, name, number)
    volume = _scaled(record, "volume_eth", 1000, name, number) * MILLI_ETH
    return DayRow(day, floor, sales, volume, usd)


def _scaled(record: dict[str, str], column: str, scale: int, name: str, number: int) -> int:
    try:
        value = Decimal(record[column] or "") * scale
        if value < 0 or value != int(value):
            raise ValueError
    except (InvalidOperation, ValueError, OverflowError, TypeError):
        fact = f"{name}, row {number}, column {column!r}: {record[column]!r}"
        raise DataError(fact, f"Expected a number of zero or more, in steps of 1/{scale}") from None
    return int(value)
