"""How takers and suppliers decide."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from vitrine.demo import moves
from vitrine.demo.cast import Supplier, Taker
from vitrine.demo.views import FLOOR_UNITS, LotView, Move, Snapshot
from vitrine.units import BPS, DAY, WAD, YEAR, bps_down

_SETTLED: Final = 36
"""Ticks that suppliers give borrowers to come before they ask for a better rate."""
_FRIGHT: Final = 90
"""Per cent of the day's highest level below which takers hold back."""
_AFRAID: Final = 0.3
_BOLD_BPS: Final = 2_000
"""Who wants at least this much off is not afraid: he has been waiting for that day."""


@dataclass(slots=True)
class TakerMind:
    """Buys when the price is far enough below what the piece fetches outside; his budget is what he has."""

    who: Taker
    seed: int
    rng: np.random.Generator
    past: list[tuple[int, int]] = field(default_factory=list)
    """When he looked, and what the pieces he trades in fetched together."""

    def decide(self, see: Snapshot) -> list[Move]:
        """At most one purchase per look: the one furthest below his own price."""
        timid = self.who.high_bps < _BOLD_BPS and self._afraid(see)
        presence = self.who.presence * (_AFRAID if timid else 1.0)
        if not see.lots or self.rng.random() >= presence:
            return []
        best: tuple[int, LotView] | None = None
        for lot in see.lots:
            if lot.piece.key not in self.who.keys or lot.price > see.cash.get(self.who.name, 0):
                continue
            worth = see.fair[lot.piece.key] * lot.units // FLOOR_UNITS
            margin = bps_down(worth, BPS - self.wanted_bps(lot)) - lot.price
            if margin >= 0 and (best is None or margin > best[0]):
                best = (margin, lot)
        if best is None:
            return []
        return [moves.take(self.who.name, best[1].piece, best[1].price)]

    def _afraid(self, see: Snapshot) -> bool:
        """After a day that cost a tenth few want to catch the knife."""
        level = sum(see.fair[key] for key in self.who.keys)
        self.past = [(at, then) for at, then in self.past if at > see.at - DAY] + [(see.at, level)]
        return level * 100 < max(then for _, then in self.past) * _FRIGHT

    def wanted_bps(self, lot: LotView) -> int:
        """His discount for this auction: fixed while it runs, different for the next."""
        key = f"{self.seed}/{self.who.name}/{lot.piece.key}/{lot.piece.token_id}/{lot.started_at}"
        part = zlib.crc32(key.encode()) / 2**32
        return self.who.low_bps + int((self.who.high_bps - self.who.low_bps) * part)


@dataclass(slots=True)
class SupplierMind:
    """Lends, takes fright once or twice, comes back when the rate is high."""

    who: Supplier
    rng: np.random.Generator
    joined: bool = False
    frights: int = 0
    rest_until: int = 0
    log: list[str] = field(default_factory=list)

    def decide(self, see: Snapshot, tick: int) -> list[Move]:
        """Mostly nothing."""
        who = self.who
        if see.credits.get(who.name):
            return [moves.claim(who.name)]
        if not self.joined:
            return [moves.deposit(who.name, who.first)] if tick >= who.joins else []
        if see.at < self.rest_until or self.rng.random() > 0.2:
            return []
        shares, pool = see.shares.get(who.name, 0), max(see.vault.supply_assets, 1)
        if shares and self.frights < 2 and see.vault.floating * BPS // pool >= who.nerve_bps:
            self.frights += 1
            self.rest_until = see.at + 6 * DAY
            return [self._leave(see, bps_down(shares, who.exit_bps))]
        if tick > _SETTLED and shares and see.vault.rate * YEAR < WAD * who.least_apr_bps // BPS:
            self.rest_until = see.at + 3 * DAY
            return [self._leave(see, bps_down(shares, 4_000))]
        purse = see.cash.get(who.name, 0)
        if who.greed and not see.vault.floating and see.vault.rate * YEAR > WAD * 22 // 100 and purse:
            self.rest_until = see.at + 4 * DAY
            return [moves.deposit(who.name, purse // 2)] if purse // 2 else []
        return []

    def _leave(self, see: Snapshot, shares: int) -> Move:
        worth = shares * see.vault.redeem_assets // max(see.vault.shares, 1)
        if see.vault.queued_shares or worth > see.vault.cash * 98 // 100:
            return moves.request_redeem(self.who.name, shares)
        return moves.redeem_shares(self.who.name, shares)

    def hear_outcome(self, move: Move, ok: bool) -> None:
        """What became of a move."""
        if ok and move.function == "deposit":
            self.joined = True
