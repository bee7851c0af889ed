"""The rows a batch of events touches: read once, changed in memory, written together, undone by block."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any, Final

from sqlalchemy import Connection, Table, bindparam, delete, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.types import Boolean, String, Text

from vitrine.indexer import schema

Row = dict[str, Any]
Key = tuple[Any, ...]
_CACHE: Final = 200_000
"""Rows kept in memory between batches."""
_SMALL: Final = 50_000
"""A table of fewer rows is read whole, at its first use."""


def _blank(table: Table) -> Row:
    """A row as the contracts know what was never set: all zero."""
    made: Row = {}
    for column in table.columns:
        if isinstance(column.type, Boolean):
            made[column.name] = False
        elif isinstance(column.type, Text):
            made[column.name] = ""
        elif isinstance(column.type, String):
            made[column.name] = schema.ZERO
        else:
            made[column.name] = 0
    return made


class _Plan:
    """The statements of one entity."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.keys = [column.name for column in table.primary_key]
        self.blank = _blank(table)
        match = [table.c[name] == bindparam(f"key_{name}") for name in self.keys]
        self.read = select(table).where(*match)
        self.read_some = select(table).limit(_SMALL)
        self.delete = delete(table).where(*match)
        rest = [column.name for column in table.columns if column.name not in self.keys]
        self.upserts = {}
        for dialect in (postgresql, sqlite):
            put = dialect.insert(table)
            new = {name: put.excluded[name] for name in rest}
            self.upserts[dialect.__name__.rpartition(".")[2]] = put.on_conflict_do_update(
                index_elements=self.keys, set_=new
            )

    def bind(self, key: Key) -> Row:
        return {f"key_{name}": value for name, value in zip(self.keys, key, strict=True)}


_PLANS: Final = {table.name: _Plan(table) for table in schema.ENTITIES}
_HISTORY_BLANKS: Final = {table.name: _blank(table) for table in schema.HISTORIES}
_HISTORY_INSERTS: Final = {table.name: insert(table) for table in schema.HISTORIES}


class Rows:
    """One writer's view of the tables. `attach` it to a transaction, `flush` it before the commit.

    An entity is a dictionary that may be changed in place after `edit`; what it was before each block is kept
    for the blocks that may still be replaced.
    """

    def __init__(self) -> None:
        self._cache: dict[str, dict[Key, Row | None]] = {}
        self._whole: set[str] = set()
        self._forget_batch()

    def _forget_batch(self) -> None:
        self._dirty: dict[str, set[Key]] = defaultdict(set)
        self._added: dict[str, list[Row]] = defaultdict(list)
        self._undo: list[Row] = []
        self._touched: set[tuple[str, Key]] = set()
        self._block, self._keep, self._seq = -1, False, 0
        self._connection: Connection | None = None

    def forget(self) -> None:
        """Drops everything that is not in the database."""
        self._forget_rows()
        self._forget_batch()

    def _forget_rows(self) -> None:
        self._cache.clear()
        self._whole.clear()

    def attach(self, connection: Connection) -> None:
        self._forget_batch()
        self._connection = connection

    def enter(self, block: int, *, keep: bool) -> None:
        """What follows happened in `block`; `keep` how things were before it."""
        if block != self._block:
            self._block, self._keep, self._seq = block, keep, 0
            self._touched.clear()

    # --- entities ---------------------------------------------------------------------------------------

    def get(self, table: Table, *key: Any) -> Row | None:
        """The row, not to be changed; None when there is none."""
        known = self._cache.get(table.name)
        if known is None:
            known = self._load(table)
        if key not in known:
            if table.name in self._whole:
                return None
            assert self._connection is not None
            plan = _PLANS[table.name]
            found = self._connection.execute(plan.read, plan.bind(key)).mappings().one_or_none()
            known[key] = None if found is None else dict(found)
        return known[key]

    def _load(self, table: Table) -> dict[Key, Row | None]:
        """Begins the memory of a table: all of it when it is small."""
        assert self._connection is not None
        plan = _PLANS[table.name]
        rows = self._connection.execute(plan.read_some).mappings().all()
        known: dict[Key, Row | None] = {tuple(row[name] for name in plan.keys): dict(row) for row in rows}
        if len(known) < _SMALL:
            self._whole.add(table.name)
        self._cache[table.name] = known
        return known

    def edit(self, table: Table, *key: Any) -> Row:
        """The row, to be changed in place; a blank one when there was none."""
        row = self.get(table, *key)
        self._remember(table.name, key, row)
        if row is None:
            plan = _PLANS[table.name]
            row = plan.blank | dict(zip(plan.keys, key, strict=True))
            self._cache[table.name][key] = row
        return row

    def drop(self, table: Table, *key: Any) -> None:
        self._remember(table.name, key, self.get(table, *key))
        self._cache[table.name][key] = None

    def _remember(self, name: str, key: Key, row: Row | None) -> None:
        self._dirty[name].add(key)
        if not self._keep or (name, key) in self._touched:
            return
        self._touched.add((name, key))
        before = None if row is None else json.dumps(row)
        self._seq += 1
        self._undo.append(
            {"block": self._block, "seq": self._seq, "entity": name, "key": json.dumps(key), "before": before}
        )

    # --- histories --------------------------------------------------------------------------------------

    def add(self, table: Table, **values: Any) -> Row:
        """A new row of a history; may be completed until the batch is written."""
        row = _HISTORY_BLANKS[table.name] | values
        self._added[table.name].append(row)
        return row

    # --- writing ----------------------------------------------------------------------------------------

    def flush(self) -> None:
        """Writes what changed. A transaction that fails afterwards must be followed by `forget`."""
        connection = self._connection
        assert connection is not None
        for name, keys in self._dirty.items():
            known = self._cache[name]
            put(connection, name, {key: known[key] for key in keys})
        for name, rows in self._added.items():
            connection.execute(_HISTORY_INSERTS[name], rows)
        if self._undo:
            connection.execute(insert(schema.undo), self._undo)
        self._forget_batch()
        if sum(map(len, self._cache.values())) > _CACHE:
            self._forget_rows()


def put(connection: Connection, name: str, images: dict[Key, Row | None]) -> None:
    """Makes rows of one entity be so; None: not there."""
    plan = _PLANS[name]
    rows = [row for row in images.values() if row is not None]
    gone = [plan.bind(key) for key, row in images.items() if row is None]
    if rows:
        connection.execute(plan.upserts[connection.dialect.name], rows)
    if gone:
        connection.execute(plan.delete, gone)


def roll_back(connection: Connection, block: int) -> None:
    """Undoes every block after `block`."""
    newest_first = (
        select(schema.undo)
        .where(schema.undo.c.block > block)
        .order_by(schema.undo.c.block.desc(), schema.undo.c.seq.desc())
    )
    images: dict[str, dict[Key, Row | None]] = defaultdict(dict)
    for found in connection.execute(newest_first).mappings():
        before = found["before"]
        key = tuple(json.loads(found["key"]))
        images[found["entity"]][key] = None if before is None else json.loads(before)
    for name, rows in images.items():
        put(connection, name, rows)
    for table in (*schema.HISTORIES, schema.undo):
        connection.execute(delete(table).where(table.c.block > block))
    connection.execute(delete(schema.headers).where(schema.headers.c.number > block))
