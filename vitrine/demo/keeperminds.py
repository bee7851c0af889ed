"""How the two competing keepers decide: watch, warn, start, mark, restart, keep the queue moving."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vitrine.demo import moves
from vitrine.demo.views import STALE, LoanView, Move, Snapshot
from vitrine.units import BPS, DAY, HOUR, bps_up

_WARN_BPS = 700
_CALM_BPS = 1_000
_RECOVERED_BPS = 500
_NOTICE_LIFE = 72 * HOUR
_DISTRESSED = 3


@dataclass(slots=True)
class KeeperMind:
    """One keeper: the same rules as the other, at other moments."""

    name: str
    grace: int
    rng: np.random.Generator
    clock_offset: int = 0

    def decide(self, see: Snapshot, tick: int) -> list[Move]:
        """Everything that is due now, most urgent first."""
        moves_now: list[Move] = []
        for account, loan in see.loans.items():
            if loan.debt and all(see.prices[piece.key].state != STALE for piece in loan.pieces):
                moves_now += self._watch(account, loan, see)
        for lot in see.lots:
            loan = see.loans[lot.account]
            if lot.phase >= _DISTRESSED and not loan.distressed:
                moves_now.append(moves.mark_distressed(self.name, lot.account, lot.piece))
            if see.at - lot.started_at >= DAY:
                moves_now.append(moves.restart(self.name, lot.piece))
        if see.vault.queued_shares and see.vault.cash:
            moves_now.append(moves.fill_queue(self.name, 20))
        if see.credits.get(self.name, 0) and self.rng.random() < 0.02:
            moves_now.append(moves.claim(self.name))
        return moves_now

    def _watch(self, account: str, loan: LoanView, see: Snapshot) -> list[Move]:
        warn = max(loan.limit - bps_up(loan.value, _WARN_BPS), 0)
        if loan.live_count and loan.debt <= max(loan.limit - bps_up(loan.value, _RECOVERED_BPS), 0):
            return [moves.reclaim(self.name, account, loan.live)]
        found: list[Move] = []
        bad = loan.debt > loan.deep
        if bad and not loan.marked:
            found.append(moves.mark(self.name, [account]))
        if loan.notice_at and loan.debt < max(loan.limit - bps_up(loan.value, _CALM_BPS), 0):
            return [*found, moves.clear(self.name, account)]
        if loan.debt >= warn and not loan.notice_at:
            found.append(moves.flag(self.name, account))
        if loan.debt >= loan.limit and len(loan.live) < len(loan.pieces):
            age = see.at - loan.notice_at if loan.notice_at else 0
            critical = 2 * loan.debt > loan.limit + loan.deep
            if critical or self.grace <= age <= _NOTICE_LIFE:
                if not loan.live_count or self._worth_more(loan, see):
                    found.append(moves.liquidate(self.name, account, loan.pieces))
        return found

    def _worth_more(self, loan: LoanView, see: Snapshot) -> bool:
        """With auctions running, whether another piece has to be put up: what they bring no longer suffices."""
        lots = [lot for lot in see.lots if lot.piece in loan.live]
        left = max(loan.debt - sum(min(lot.price, lot.reference) for lot in lots), 0)
        value = max(loan.value - sum(lot.reference for lot in lots), 0)
        share = loan.target * BPS // loan.value if loan.value else 0
        return left * BPS > value * share
