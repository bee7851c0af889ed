"""The database: one deployment per index, one writer at a time, everything of a step in one commit."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, delete, event, insert, inspect, select, update
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from vitrine.errors import ConfigError, StateError
from vitrine.indexer import schema
from vitrine.indexer.rows import roll_back
from vitrine.indexer.types import SQLITE_SUM, ExactSum

WINDOW: Final = 64
"""Blocks that may be replaced."""
_WRITE: Final = "vitrine_write"


class IndexBusyError(StateError):
    """Another process moved the index meanwhile."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What an index is of."""

    chain_id: int
    genesis: str
    vault: str
    start: int


@dataclass(frozen=True, slots=True)
class Header:
    """A block."""

    number: int
    hash: str
    parent: str
    at: int


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far the index has come: everything up to `block`, nothing after it."""

    revision: int
    block: int
    hash: str
    at: int


def _url(text: str) -> URL:
    try:
        url = make_url(text)
    except ArgumentError:
        fact = f"{text!r} is not the address of a database"
        raise ConfigError(fact, "Give one like sqlite:///index.sqlite or postgresql://host/name") from None
    if url.drivername in ("postgresql", "postgres"):
        url = url.set(drivername="postgresql+psycopg")
    if url.get_backend_name() not in ("sqlite", "postgresql"):
        fact = f"An index lives in SQLite or PostgreSQL, not in {url.get_backend_name()}"
        raise ConfigError(fact, "Correct --database (or VITRINE_DATABASE)")
    return url


def _engine(url: URL) -> Engine:
    memory = url.get_backend_name() == "sqlite" and url.database in (None, "", ":memory:")
    if url.get_backend_name() == "postgresql":
        return create_engine(url, isolation_level="REPEATABLE READ")
    if not memory:
        Path(str(url.database)).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url)

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # transactions are begun below, reads included
        connection.create_aggregate(SQLITE_SUM, 1, ExactSum)
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=30000"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        write = connection.get_execution_options().get(_WRITE)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    return engine


class Store:
    """One index. `open` it before anything else."""

    def __init__(self, address: str) -> None:
        self.url = _url(address)
        try:
            self.engine = _engine(self.url)
        except (NoSuchModuleError, ModuleNotFoundError) as error:
            raise ConfigError(f"{self.shown} needs a driver that is missing: {error}", "Install it") from None
        self._writer = self.engine.execution_options(**{_WRITE: True})

    @property
    def shown(self) -> str:
        """The address without its password."""
        return self.url.render_as_string(hide_password=True)

    def close(self) -> None:
        self.engine.dispose()

    # --- opening ----------------------------------------------------------------------------------------

    def open(self, identity: Identity, base: Header, *, rebuild: bool = False) -> None:
        """Makes the tables when there are none; refuses an index of something else.

        :param base: the block before the first one that counts
        """
        with self.writing() as connection:
            self._refuse_foreign(connection)
            if rebuild:
                schema.metadata.drop_all(connection)
            schema.metadata.create_all(connection)
            found = connection.execute(select(schema.cursor)).mappings().one_or_none()
            if found is None:
                connection.execute(
                    insert(schema.cursor).values(
                        id=1,
                        version=schema.VERSION,
                        revision=0,
                        chain_id=identity.chain_id,
                        genesis=identity.genesis,
                        vault=identity.vault,
                        start=identity.start,
                        block=base.number,
                        hash=base.hash,
                        at=base.at,
                    )
                )
                self.keep_headers(connection, [base], base.number)
                return
        self._check(dict(found), identity)

    def require(self, identity: Identity) -> Cursor:
        """The cursor of an index that must be there already."""
        with self.reading() as connection:
            there = inspect(connection).has_table(schema.cursor.name)
            found = connection.execute(select(schema.cursor)).mappings().one_or_none() if there else None
        if found is None:
            raise StateError(f"{self.shown} holds no index", "Run `vitrine index run --once` first")
        self._check(dict(found), identity)
        return _cursor(found)

    def _refuse_foreign(self, connection: Connection) -> None:
        """A database with tables of these names that are no index stays as it is, --rebuild or not."""
        there = set(inspect(connection).get_table_names())
        taken = sorted(there & set(schema.metadata.tables))
        if taken and schema.cursor.name not in there:
            fact = f"{self.shown} has a table {taken[0]} already, which is not of an index"
            raise ConfigError(fact, "Give another --database, an empty one")

    def _check(self, found: dict[str, Any], identity: Identity) -> None:
        step = "Give another --database, or build it anew with `vitrine index run --rebuild`"
        if found["version"] != schema.VERSION:
            fact = f"{self.shown} is of version {found['version']}, this program needs {schema.VERSION}"
            raise StateError(fact, step)
        for name in ("chain_id", "genesis", "vault"):
            mine, wanted = found[name], getattr(identity, name)
            if mine != wanted:
                fact = f"{self.shown} is an index of another deployment: {name} {mine}, here it is {wanted}"
                raise StateError(fact, step)

    # --- transactions -----------------------------------------------------------------------------------

    @contextlib.contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent view."""
        with self._said(), self.engine.begin() as connection:
            yield connection

    @contextlib.contextmanager
    def writing(self) -> Iterator[Connection]:
        """All or nothing."""
        with self._said(), self._writer.begin() as connection:
            yield connection

    @contextlib.contextmanager
    def moving(self, cursor: Cursor) -> Iterator[Connection]:
        """All or nothing, and only from `cursor`: two writers cannot take the same step."""
        with self.writing() as connection:
            mine = (schema.cursor.c.id == 1) & (schema.cursor.c.revision == cursor.revision)
            moved = connection.execute(update(schema.cursor).where(mine).values(revision=cursor.revision + 1))
            if moved.rowcount != 1:
                raise IndexBusyError("Another process moved the index meanwhile", "It goes on from there")
            yield connection

    @contextlib.contextmanager
    def _said(self) -> Iterator[None]:
        """What the database refuses, in one sentence."""
        try:
            yield
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) == "40001":  # PostgreSQL: somebody else was first
                raise IndexBusyError(
                    "Another process moved the index meanwhile", "It goes on from there"
                ) from None
            reason = (str(error.orig).strip().splitlines() or ["no reason given"])[0]
            fact = f"The database {self.shown} refuses: {reason}"
            raise ConfigError(fact, "Is it there, writable, and an index? Check --database") from error

    # --- cursor and headers -----------------------------------------------------------------------------

    def cursor(self) -> Cursor:
        with self.reading() as connection:
            return self.cursor_in(connection)

    @staticmethod
    def cursor_in(connection: Connection) -> Cursor:
        return _cursor(connection.execute(select(schema.cursor)).mappings().one())

    def pools(self) -> list[str]:
        """Pools whose creation was seen: contracts that did not exist when the index was opened."""
        with self.reading() as connection:
            return list(connection.execute(select(schema.pools.c.pool)).scalars())

    def headers(self) -> list[Header]:
        """Blocks that may still be replaced and the one below them, newest first."""
        newest = select(schema.headers).order_by(schema.headers.c.number.desc())
        with self.reading() as connection:
            return [Header(**row) for row in connection.execute(newest).mappings()]

    @staticmethod
    def keep_headers(connection: Connection, headers: Sequence[Header], lowest: int) -> None:
        """Adds headers, and forgets what lies below `lowest`: too deep to be replaced."""
        if headers:
            rows = [{"number": h.number, "hash": h.hash, "parent": h.parent, "at": h.at} for h in headers]
            connection.execute(insert(schema.headers), rows)
        connection.execute(delete(schema.headers).where(schema.headers.c.number < lowest))
        connection.execute(delete(schema.undo).where(schema.undo.c.block <= lowest))

    @staticmethod
    def move(connection: Connection, tip: Header) -> None:
        connection.execute(update(schema.cursor).values(block=tip.number, hash=tip.hash, at=tip.at))

    def roll_back(self, cursor: Cursor, to: Header) -> None:
        """Undoes every block after `to`."""
        with self.moving(cursor) as connection:
            roll_back(connection, to.number)
            self.move(connection, to)


def _cursor(row: Any) -> Cursor:
    return Cursor(row["revision"], row["block"], row["hash"], row["at"])
