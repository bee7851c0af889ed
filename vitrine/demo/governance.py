"""What governance and keepers do about depth: which pools count, readings, what the cap follows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from eth_abi.abi import encode

from vitrine.chain.contract import Contract
from vitrine.chain.transaction import Outgoing
from vitrine.demo.marketdesk import MarketDesk
from vitrine.demo.record import DepthRow
from vitrine.demo.scenario import MAIN
from vitrine.demo.views import Move, Snapshot
from vitrine.demo.world import World
from vitrine.models.units_word import behind_units
from vitrine.registry import Artifacts
from vitrine.units import HOUR

WINDOW: Final = 12 * HOUR
"""Of the average of the main collection's shared pool."""
_READY: Final = 9
"""Tick by which pools stand and governance lets them count."""
_SHARE: Final = 58
"""Per cent of the ticks after which credit caps follow the lens."""


@dataclass(slots=True)
class Governor:
    """Sends as the governor; pokes as a keeper."""

    world: World
    desk: MarketDesk
    book: Contract
    oracle: Contract
    artifacts: Artifacts
    home: str
    keeper: str
    ticks: int
    counted: bool = False
    follows: bool = False
    feed: Contract | None = None

    def act(self, see: Snapshot, tick: int, at: int) -> dict[str, DepthRow]:
        """One block after the first look of a tick, then what there is to read."""
        calls: list[Outgoing] = []
        if not self.counted and tick >= _READY:
            calls += self._count_pools(see)
        if self.counted and not self.follows and tick * 100 >= self.ticks * _SHARE:
            self.follows = True
            calls.append((self.book.setExitDepth(self.desk.markets.depth), self.home))
        keeper = self.desk.home(self.keeper)
        calls += [(self.desk.markets.depth.poke(c), keeper) for c in self.desk.names.collections.values()]
        if self.feed is not None:
            calls.append((self.feed.poke(), keeper))
        labels = [Move("governance", "market", call.function.name, ()) for call, _ in calls]
        self.world.send(calls, at, labels)
        return self._read()

    def _count_pools(self, see: Snapshot) -> list[Outgoing]:
        """Every shared pool counts as depth; the average of the main one holds the bid down."""
        shared = [pool for pool in see.custody.pools.values() if pool.shared]
        main = next((pool for pool in shared if pool.key == MAIN), None)
        if main is None:
            return []
        self.counted = True
        names, depth = self.desk.names, self.desk.markets.depth
        calls: list[Outgoing] = []
        for key, collection in names.collections.items():
            pools = [pool.address for pool in shared if pool.key == key]
            calls.append((depth.setPools(collection, pools), self.home))
        self.feed = self._deploy_feed(main.address)
        calls.append((self.oracle.setPoolFeed(names.collections[MAIN], self.feed), self.home))
        return calls

    def _deploy_feed(self, pool: str) -> Contract:
        artifact = self.artifacts.get("PoolTwapFeed")
        words = [self.desk.markets.factory.address, pool, WINDOW]
        code = artifact.code + encode(["address", "address", "uint256"], words)
        created = self.world.create(code, self.home)
        return Contract(created, self.artifacts.interface("PoolTwapFeed"))

    def _read(self) -> dict[str, DepthRow]:
        names, depth = self.desk.names, self.desk.markets.depth
        calls = []
        for collection in names.collections.values():
            calls += [depth.gaugeOf(collection), depth.depthUnits(collection), depth.depthNow(collection)]
            calls.append(self.book.creditCapOf(collection))
        found = self.world.chain.read_many(calls)
        market = self.world.market.market
        rows = {}
        for index, key in enumerate(names.collections):
            gauge, lens, now, cap = found[4 * index : 4 * index + 4]
            place = next(
                i for i, p in enumerate(market.places) if p and p.collection == names.collections[key]
            )
            behind = behind_units(market.behind, place)
            rows[key] = DepthRow(now.units, gauge.lowest, gauge.readings, lens, cap, behind, self.follows)
        return rows
