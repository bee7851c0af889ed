"""The indexer: roll back what was replaced, read the next blocks, write them and the cursor in one commit.

A step is safe to be killed at any line, to be run twice, and to race with another process: nothing is written
but by the commit that also moves the cursor, and that commit needs the cursor to stand where the step began.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from vitrine.chain.rpc import NodeGoneError
from vitrine.errors import ChainError, StateError
from vitrine.indexer import schema
from vitrine.indexer.handlers import HANDLERS
from vitrine.indexer.rows import Rows
from vitrine.indexer.scribe import Scribe
from vitrine.indexer.source import Batch, ChainMovedError, LogSource, address_of
from vitrine.indexer.store import WINDOW, Cursor, Header, IndexBusyError, Store

_RETRIES: Final = 5
_MAX_PAUSE: Final = 30.0


class ReorgTooDeepError(StateError):
    """More blocks were replaced than the index can undo."""


@dataclass(frozen=True, slots=True)
class Step:
    """What one step did."""

    block: int
    head: int
    events: int = 0
    undone: int = 0

    @property
    def done(self) -> bool:
        """Nothing is left to be read."""
        return self.block >= self.head


Report = Callable[[Step], None]


class Indexer:
    """One index that follows one chain."""

    def __init__(self, source: LogSource, store: Store) -> None:
        self.source, self.store = source, store
        self.rows = Rows()
        self._revision = -1

    def open(self, *, rebuild: bool = False) -> None:
        """Prepares the database."""
        self.store.open(self.source.identity(), self.source.base(), rebuild=rebuild)

    # --- running ----------------------------------------------------------------------------------------

    def catch_up(self, report: Report | None = None, *, upto: int | None = None) -> Step:
        """Steps until the index stands at the head, or at block `upto`; the sum of what was done."""
        events = undone = failures = 0
        while True:
            try:
                step = self.step(upto)
            except (ChainMovedError, IndexBusyError):
                failures += 1
                if failures > _RETRIES:
                    raise
                time.sleep(0.05 * failures)
                continue
            failures = 0
            events, undone = events + step.events, undone + step.undone
            if report is not None and (step.events or step.undone):
                report(step)
            if step.done:
                return Step(step.block, step.head, events, undone)

    def follow(self, interval: float, report: Report | None = None, *, until: Callable[[], bool]) -> None:
        """Stays at the head; a node that goes away is waited for."""
        pause = interval
        while not until():
            try:
                self.catch_up(report)
                pause = interval
            except (NodeGoneError, ChainMovedError, IndexBusyError):
                pause = min(max(pause * 2, interval), _MAX_PAUSE)
            time.sleep(pause)

    # --- one step ---------------------------------------------------------------------------------------

    def step(self, upto: int | None = None) -> Step:
        """One commit at most: blocks undone, or blocks added."""
        cursor = self.store.cursor()
        if cursor.revision != self._revision:  # somebody else wrote, or nothing was read yet
            self.rows.forget()
            self._revision = cursor.revision
            self.source.adopt(self.store.pools())
        head = self.source.header("latest" if upto is None else upto)
        replaced = self._replaced(cursor, head)
        if replaced is not None:
            self.store.roll_back(cursor, replaced)
            self.rows.forget()
            self._revision = cursor.revision + 1
            return Step(
                replaced.number, max(head.number, replaced.number), undone=cursor.block - replaced.number
            )
        if cursor.block >= head.number:
            return Step(cursor.block, head.number)
        batch = self.source.batch(Header(cursor.block, cursor.hash, "", cursor.at), head)
        try:
            with self.store.moving(cursor) as connection:
                self.rows.attach(connection)
                self.apply(batch)
                self.rows.flush()
                self.store.keep_headers(connection, batch.headers, batch.keep_from - 1)
                self.store.move(connection, batch.tip)
        except BaseException:
            self.rows.forget()
            self._revision = -1
            raise
        self._revision = cursor.revision + 1
        return Step(batch.tip.number, head.number, events=len(batch.logs))

    def _replaced(self, cursor: Cursor, head: Header) -> Header | None:
        """The last block that still stands, when some were replaced or taken away."""
        same = head if head.number == cursor.block else self.source.headers([cursor.block])[0]
        if same is not None and same.hash == cursor.hash:
            return None
        kept = self.store.headers()
        now = self.source.headers([header.number for header in kept])
        for mine, theirs in zip(kept, now, strict=True):
            if theirs is not None and theirs.hash == mine.hash:
                return mine
        depth = f"more than {WINDOW}" if len(kept) > WINDOW else f"all {len(kept)} that are known"
        fact = f"The chain replaced {depth} of the blocks below {cursor.block}, where the index stands"
        raise ReorgTooDeepError(
            fact, "Is it the right node? Otherwise build anew with `vitrine index run --rebuild`"
        )

    # --- events -----------------------------------------------------------------------------------------

    def apply(self, batch: Batch) -> None:
        """Every log in order: kept as it is, and handed to what knows it."""
        scribe = Scribe(self.rows)
        book, rows, kinds = self.source.chain.book, self.rows, self.source.kinds
        for log in batch.logs:
            event = book.event(log)
            if event is None:
                continue
            if event.tx_hash != scribe.tx_hash:
                scribe.memo = {}
            scribe.block, scribe.log_index = event.block, event.index
            scribe.at, scribe.tx_hash = batch.times[event.block], event.tx_hash
            scribe.address = address_of(log)
            kind = kinds[scribe.address]
            rows.enter(event.block, keep=event.block >= batch.keep_from)
            rows.add(
                schema.events,
                block=event.block,
                log_index=event.index,
                at=scribe.at,
                block_hash=log["blockHash"],
                tx_hash=event.tx_hash,
                tx_index=event.tx_index,
                address=scribe.address,
                contract=kind,
                name=event.name,
                args=json.dumps(event.args, default=_plain, separators=(",", ":")),
            )
            handler = HANDLERS.get((kind, event.name))
            if handler is not None:
                try:
                    handler(scribe, event.args)
                except (KeyError, IndexError) as error:
                    where = f"log {event.index} of block {event.block} ({kind}.{event.name})"
                    fact = f"The index has nothing that {where} can follow: {error}"
                    raise ChainError(fact, "Did it begin after the deployment? Use --rebuild") from error


def _plain(value: Any) -> Any:
    """Bytes as hex."""
    if isinstance(value, bytes):
        return "0x" + value.hex()
    raise TypeError(type(value).__name__)
