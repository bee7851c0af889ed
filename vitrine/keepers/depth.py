"""The keeper of readings: exit depth once an hour, the sums of pools once per step of their average.

Without readings the credit cap of a collection is 0, and the average of a pool is unknown. Anyone may take
them; a second one within the hour is let in and only costs gas, so what waits in the pool counts as taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from vitrine.chain.contract import Call, Contract, Interface
from vitrine.chain.rpc import RpcError
from vitrine.errors import VitrineError
from vitrine.keepers.access import Writer
from vitrine.keepers.actions import Action, Kind
from vitrine.keepers.metrics import Metrics
from vitrine.keepers.sender import ActionSender, Spending
from vitrine.keepers.snapshot import ZERO
from vitrine.models.depth import READING_EVERY

PLACES: Final = 8
"""Of a tier book."""


@dataclass(frozen=True, slots=True)
class Gauged:
    """What is remembered of the depth of a collection, and what it is now."""

    collection: str
    level_at: int
    """Time of the last reading; 0: never."""
    lowest: int
    """Of the readings of a day, units."""
    units: int
    complete: bool
    """Whether price and markets answer; else a reading is refused."""

    def due(self, now: int) -> bool:
        """An hour is over, or depth fell below every reading: a fall counts at once."""
        return self.complete and (now >= self.level_at + READING_EVERY or self.units < self.lowest)


@dataclass(frozen=True, slots=True)
class Averaged:
    """A feed of a pool's average, and when it was kept in the period of now; 0: not yet."""

    feed: str
    kept_at: int


@dataclass(frozen=True, slots=True)
class DepthSnapshot:
    """Everything that may be due."""

    timestamp: int
    gauged: tuple[Gauged, ...] = ()
    averaged: tuple[Averaged, ...] = ()


def decide(snapshot: DepthSnapshot, now: int) -> list[Action]:
    """What to send: falls first, then hours, then averages."""
    due = [row for row in snapshot.gauged if row.due(now)]
    due.sort(key=lambda row: row.units >= row.lowest)  # stable: by place otherwise
    readings = [Action(Kind.READ_DEPTH, (row.collection,)) for row in due]
    return readings + [Action(Kind.KEEP_AVERAGE, (row.feed,)) for row in snapshot.averaged if not row.kept_at]


class DepthKeeper:
    """Takes what is due. `step()` may be called at any pace, by any number of processes."""

    def __init__(
        self,
        chain: Writer,
        lens: Contract,
        book: Contract,
        oracle: Contract,
        feeds: Interface,
        account: str,
        spending: Spending,
        *,
        metrics: Metrics | None = None,
    ) -> None:
        self.chain, self.lens, self.book, self.oracle, self.feeds = chain, lens, book, oracle, feeds
        self.metrics = metrics or Metrics("depth")
        self.sender = ActionSender(chain, self.call_of, account, spending, self.metrics)

    def call_of(self, action: Action) -> Call:
        """The call that does it."""
        where = action.account
        if action.kind is Kind.READ_DEPTH:
            return self.lens.poke(where)
        return Contract(where, self.feeds).poke()

    def look(self) -> DepthSnapshot:
        """The state after everything that waits, at the time of the latest block: never early."""
        now = int(self.chain.block()["timestamp"], 16)
        places = self.chain.read_many([self.book.tierAt(place) for place in range(PLACES)])
        listed = [str(item.collection) for item in places if int(item.collection, 16)]
        gauges = self.chain.read_many([self.lens.gaugeOf(c) for c in listed], block="pending")
        depths = self.chain.read_many([self.lens.depthNow(c) for c in listed], block="pending")
        gauged = tuple(
            Gauged(collection, int(g.levelAt), int(g.lowest), int(d.units), bool(d.complete))
            for collection, g, d in zip(listed, gauges, depths, strict=True)
        )
        return DepthSnapshot(now, gauged, self._averages(listed, now))

    def _averages(self, listed: Sequence[str], now: int) -> tuple[Averaged, ...]:
        named = self.chain.read_many([self.oracle.poolFeedOf(collection) for collection in listed])
        found = []
        for address in (str(name) for name in named if str(name) != ZERO):
            feed = Contract(address, self.feeds)
            try:
                period = now // int(self.chain.read(feed.step()))
                kept_at, _ = self.chain.read(feed.checkpointIn(period), block="pending")
            except RpcError:
                raise
            except VitrineError:
                self.metrics.add("blind_feed", feed=address)  # an average that is kept in another way
                continue
            found.append(Averaged(address, int(kept_at)))
        return tuple(found)

    def step(self) -> list[Action]:
        """One round. Returns what was due."""
        snapshot = self.look()
        actions = decide(snapshot, snapshot.timestamp)
        self.sender.step(actions)
        self.metrics.set("collections", len(snapshot.gauged))
        self.metrics.set("unknown", sum(not row.complete for row in snapshot.gauged))
        self.metrics.set("averages", len(snapshot.averaged))
        self.metrics.set("actions", len(actions))
        return actions
