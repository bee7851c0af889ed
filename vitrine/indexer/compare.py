"""Index against index: everything the stored tables say, against tables built anew from the chain's logs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, select

from vitrine.indexer import schema


@dataclass(frozen=True, slots=True)
class Difference:
    """One fact on which index and chain do not agree."""

    table: str
    key: str
    field: str
    index: Any
    chain: Any

    def __str__(self) -> str:
        where = f"{self.table} {self.key}".strip()
        return f"{where} {self.field}: index {self.index}, chain {self.chain}"


def rows_of(connection: Connection, table: Table) -> dict[tuple[Any, ...], dict[str, Any]]:
    """All rows, by key."""
    keys = [column.name for column in table.primary_key]
    found = connection.execute(select(table)).mappings()
    return {tuple(row[name] for name in keys): dict(row) for row in found}


def named(key: tuple[Any, ...]) -> str:
    return " ".join(str(part) for part in key)


def differences(stored: Connection, rebuilt: Connection) -> Iterator[Difference]:
    """Rows that are missing, too many, or other than what the logs make."""
    for table in (*schema.ENTITIES, *schema.HISTORIES):
        mine, theirs = rows_of(stored, table), rows_of(rebuilt, table)
        for key in mine.keys() | theirs.keys():
            row, wanted = mine.get(key), theirs.get(key)
            if row is None or wanted is None:
                here, there = ("there", "absent") if wanted is None else ("absent", "there")
                yield Difference(table.name, named(key), "row", here, there)
            elif row != wanted:
                for name, value in row.items():
                    if value != wanted[name]:
                        yield Difference(table.name, named(key), name, value, wanted[name])
