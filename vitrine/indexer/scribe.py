"""What the handlers of events write with, and how they are found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Table

from vitrine.indexer import schema
from vitrine.indexer.rows import Row, Rows

GROUP: Final = "lending"
"""Pause group of vault, desk and auctions."""
MAX_PAUSE: Final = 7 * 86_400
FACTORY: Final = "NFTPoolFactory"
POOL: Final = "NFTPool"

Args = dict[str, Any]


@dataclass(slots=True)
class Scribe:
    """Where a log stands, and the rows. `memo` lives as long as one transaction of the chain."""

    rows: Rows
    block: int = 0
    log_index: int = 0
    at: int = 0
    tx_hash: str = ""
    address: str = schema.ZERO
    memo: dict[Any, Any] = field(default_factory=dict)

    def note(self, table: Table, **values: Any) -> Row:
        """A row of a history, named by this log."""
        return self.rows.add(table, block=self.block, log_index=self.log_index, at=self.at, **values)

    def set(self, name: str, value: int | str) -> None:
        """A governed number or address."""
        self.rows.edit(schema.parameters, name)["value"] = str(value)

    def clock(self) -> int:
        """Group clock of this block."""
        return pause_status(self.rows.get(schema.pauses, GROUP), self.at)[0]


def pause_status(group: Row | None, now: int) -> tuple[int, bool, int]:
    """Clock, paused, resumed at: as `Pauser.status` says at unix time `now`."""
    if group is None:
        return now, False, 0
    paused = now < group["ends_at"]
    stopped = (now if paused else group["ends_at"]) - group["started_at"]
    return now - group["paused_before"] - stopped, paused, 0 if paused else group["ends_at"]


Handler = Callable[[Scribe, Args], None]
HANDLERS: Final[dict[tuple[str, str], Handler]] = {}
"""By contract and event."""


def on(contract: str, event: str) -> Callable[[Handler], Handler]:
    """Registers a handler."""

    def keep(handler: Handler) -> Handler:
        HANDLERS[contract, event] = handler
        return handler

    return keep


def tag(raw: bytes) -> str:
    """A short text stored as bytes32."""
    return raw.rstrip(b"\0").decode("ascii", "replace")
