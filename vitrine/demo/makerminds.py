"""Who opens pools: market makers who follow the price, providers who share one."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from vitrine.demo.custody import BUY, SELL, PoolBook
from vitrine.demo.marketcast import LINEAR, PoolPlan, curve_words
from vitrine.demo.marketdesk import MarketDesk
from vitrine.demo.nerves import Nerves
from vitrine.demo.poolquotes import price_of
from vitrine.demo.views import Move, Snapshot
from vitrine.units import BPS, DAY, HOUR

_OFF_BPS: Final = 250
"""A maker moves his price when it is this far from where he wants it."""
_REST: Final = 5 * HOUR
_SPREAD_BPS: Final = 300
"""Below what a piece fetches outside, at which a buying pool of a frightened maker starts."""


@dataclass(slots=True)
class OpenerMind:
    """Opens his pools, keeps the owned ones at the price."""

    name: str
    plans: list[PoolPlan]
    desk: MarketDesk
    rng: np.random.Generator
    rested: dict[str, int] = field(default_factory=dict)
    nerves: dict[str, Nerves] = field(default_factory=lambda: defaultdict(lambda: Nerves(4 * DAY)))
    """By collection."""
    drained: set[str] = field(default_factory=set)

    def decide(self, see: Snapshot, tick: int) -> list[Move]:
        """A pool to open, one to empty in fright, one to reprice."""
        afraid = {key: self.nerves[key].afraid(fair, see.at) for key, fair in see.fair.items()}
        for plan in self.plans:
            if plan.opens <= tick:
                self.plans.remove(plan)
                return self._open(plan, see)
        if self.rng.random() > 0.5:
            return []
        found: list[Move] = []
        for pool in see.custody.pools.values():
            if pool.owner == self.name and not pool.shared:
                found += self._in_fright(pool, see) if afraid[pool.key] else self._follow(pool, see)
        return found

    def _in_fright(self, pool: PoolBook, see: Snapshot) -> list[Move]:
        """Takes the asset home: nobody has to catch a falling knife."""
        if pool.address in self.drained or pool.cash < see.fair[pool.key] // 20:
            return []
        self.drained.add(pool.address)
        return [self.desk.drain(self.name, pool, [], pool.cash)]

    def _open(self, plan: PoolPlan, see: Snapshot) -> list[Move]:
        price = see.fair[plan.key] * plan.over_bps // BPS
        own = [piece for piece in see.wallets.get(self.name, {}) if piece.key == plan.key]
        pieces = own[: plan.nfts]
        assets = min(price * plan.pieces_worth, see.cash.get(self.name, 0))
        return [self.desk.create_pool(plan, price, pieces, assets)] if len(pieces) == plan.nfts else []

    def _follow(self, pool: PoolBook, see: Snapshot) -> list[Move]:
        """Moves an owned pool to the market, and empties one that is stuck."""
        if see.at < self.rested.get(pool.address, 0):
            return []
        curve = self.desk.curve_at[pool.curve]
        fair = see.fair[pool.key]
        wanted = fair * {BUY: BPS - _SPREAD_BPS, SELL: BPS + 200}.get(pool.kind, BPS + 100) // BPS
        now = price_of(pool, curve)
        if abs(now - wanted) * BPS < wanted * _OFF_BPS:
            return []
        self.rested[pool.address] = see.at + _REST
        back = [] if pool.address not in self.drained else self._come_back(pool, see)
        part = pool.delta * 1_000 // pool.spot if curve == LINEAR else 0
        plan = PoolPlan(self.name, pool.key, pool.kind, curve, pool.fee_bps, max(part, 5), 0, 0, 0)
        spot, delta = curve_words(plan, wanted)
        step = pool.delta if curve != LINEAR else delta
        return [self.desk.set_terms(self.name, pool, spot, step), *back]

    def _come_back(self, pool: PoolBook, see: Snapshot) -> list[Move]:
        """Half of what he has at home goes back into the pool."""
        self.drained.discard(pool.address)
        assets = see.cash.get(self.name, 0) // 2
        return self.desk.fund(self.name, pool, [], assets) if assets and pool.kind != SELL else []


@dataclass(slots=True)
class ProviderMind:
    """Joins a shared pool, leaves it in part or whole."""

    name: str
    key: str
    joins: int
    """Tick."""
    leaves: int
    count: int
    desk: MarketDesk
    joined: bool = False
    left: bool = False

    def decide(self, see: Snapshot, tick: int) -> list[Move]:
        pool = next((p for p in see.custody.pools.values() if p.shared and p.key == self.key), None)
        if pool is None:
            return []
        if not self.joined and tick >= self.joins:
            self.joined = True
            own = [piece for piece in see.wallets.get(self.name, {}) if piece.key == self.key]
            if own and pool.pieces:
                return self.desk.add_liquidity(self.name, pool, own[: self.count], see.cash.get(self.name, 0))
        mine = pool.shares.get(self.name, 0)
        if not self.left and tick >= self.leaves and mine:
            self.left = True
            shares = mine // 2
            due = shares * len(pool.pieces) // pool.total_shares
            return [self.desk.remove_liquidity(self.name, pool, shares, list(pool.pieces)[:due])]
        return []


@dataclass(slots=True)
class ClaimMind:
    """A creator or the treasury: takes out what is due once in a while."""

    name: str
    desk: MarketDesk
    rng: np.random.Generator
    every: int = 6 * DAY
    next_at: int = 0

    def decide(self, see: Snapshot) -> list[Move]:
        if see.at < self.next_at:
            return []
        self.next_at = see.at + int(self.every * float(self.rng.uniform(0.7, 1.3)))
        custody = see.custody
        if custody.royalty.get(self.name, 0):
            return [self.desk.claim_royalties(self.name)]
        if self.name == custody.names.treasury:
            due = [pool for pool in custody.pools.values() if pool.protocol_fees]
            return [self.desk.collect_fees(self.name, pool) for pool in due]
        return []
