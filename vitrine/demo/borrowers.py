"""How borrowers decide: open, answer a notice by temper, get pieces back from the auction, close."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from vitrine.demo import moves
from vitrine.demo.cast import Borrower
from vitrine.demo.views import FLOOR_UNITS, FRESH, LoanView, Move, Piece, Snapshot
from vitrine.units import BPS, HOUR, bps_down, bps_up

LEAST_LTV_BPS: Final = 2_000
_FINE_BPS: Final = 200


@dataclass(slots=True)
class BorrowerMind:
    """One borrower between two looks at the chain. Memory, no I/O."""

    who: Borrower
    ltv_bps: Mapping[str, int]
    """Highest loan to value per collection, as the tiers have it."""
    units: Mapping[Piece, int]
    """What an appraisal states per piece; 100 without one."""
    rng: np.random.Generator
    opened: bool = False
    tries: int = 0
    means: int = 0
    """Own cash left for rescues, asset units."""
    answer_at: int = 0
    """When the open notice will be answered; 0: nothing to answer."""
    seen_notice: int = 0
    rescued: int = 0
    closed: bool = False
    log: list[str] = field(default_factory=list)

    def decide(self, see: Snapshot, tick: int) -> list[Move]:
        """What to send now; mostly nothing."""
        loan = see.loans.get(self.who.name)
        if loan is None or (not loan.pieces and loan.debt == 0):
            return self._claim(see) or self._open(see, tick)
        if loan.debt == 0:
            return self._claim(see)
        if loan.notice_at:
            self._hear(loan.notice_at, see.at)
        elif not loan.live_count:
            self.answer_at = 0
        if self.answer_at and see.at >= self.answer_at and self.rescued < self.who.nerve:
            return self._answer(see, loan)
        if self.who.closes and tick >= self.who.closes and not loan.notice_at and not loan.live_count:
            return self._close(see, loan)
        return self._claim(see)

    # ------------------------------------------------------------- beginning

    def _open(self, see: Snapshot, tick: int) -> list[Move]:
        who = self.who
        if self.opened or tick < who.opens or self.tries >= 12:
            return []
        if any(see.prices[piece.key].state != FRESH for piece in who.pieces):
            return []
        self.tries += 1
        limit, value = 0, 0
        for piece in who.pieces:
            price = see.prices[piece.key]
            worth = price.bid * self.units.get(piece, FLOOR_UNITS) // FLOOR_UNITS
            ltv = self.ltv_bps[piece.key] * price.confidence_bps // BPS
            limit += bps_down(worth, ltv)
            value += price.mid * self.units.get(piece, FLOOR_UNITS) // FLOOR_UNITS
        least = bps_down(value, LEAST_LTV_BPS)
        wanted = least + int((limit - least) * who.leverage)
        assets = min(wanted, bps_down(limit, 9_970))
        if assets <= 0 or assets > see.vault.cash * 9 // 10 or see.vault.queued_shares:
            return []
        self.means = bps_down(assets, who.savings_bps)
        rare = [piece for piece in who.pieces if self.units.get(piece, FLOOR_UNITS) > FLOOR_UNITS]
        if not rare:
            return [moves.open_loan(who.name, who.pieces, assets)]
        return [
            moves.pledge(who.name, who.pieces),
            moves.restamp(who.name, rare),
            moves.borrow(who.name, assets),
        ]

    # ---------------------------------------------------------------- notice

    def _hear(self, notice_at: int, now: int) -> None:
        if notice_at == self.seen_notice:
            return
        self.seen_notice = notice_at
        delay = min(float(self.rng.exponential(self.who.haste)), 30.0) + 0.2
        self.answer_at = now + int(delay * HOUR)

    def _answer(self, see: Snapshot, loan: LoanView) -> list[Move]:
        temper = self.who.temper
        if temper == "top up" and not loan.live_count:
            return self._top_up(see, loan)
        if temper == "repay" and not loan.live_count:
            return self._repay(see, loan)
        if temper == "redeem" or loan.live_count:
            return self._redeem(see, loan)
        return []

    def _top_up(self, see: Snapshot, loan: LoanView) -> list[Move]:
        if not self.who.spare:
            return self._repay(see, loan)
        return [moves.pledge(self.who.name, [self.who.spare[0]])]

    def _repay(self, see: Snapshot, loan: LoanView) -> list[Move]:
        """Down to well under the line at which a notice dies."""
        calm = max(loan.limit - bps_up(loan.value, 1_000), 0)
        wanted = loan.debt - bps_down(calm, 9_300)
        assets = min(wanted, self.means, see.cash.get(self.who.name, 0))
        if assets <= 0 or assets * 12 < loan.debt:
            self.answer_at = 0
            return []
        return [moves.repay(self.who.name, assets)]

    def _redeem(self, see: Snapshot, loan: LoanView) -> list[Move]:
        """Pay back to the target and take every auctioned piece out of the auction."""
        if not loan.live_count:
            return []
        short = max(loan.debt - loan.target, 0)
        most = bps_up(short, BPS + _FINE_BPS) + bps_up(short, 10) + 10
        if self.who.temper == "ignore" or most > min(self.means, see.cash.get(self.who.name, 0)):
            self.answer_at = 0
            return []
        return [moves.redeem(self.who.name, most, loan.live)]

    # ------------------------------------------------------------------- end

    def _close(self, see: Snapshot, loan: LoanView) -> list[Move]:
        most = loan.debt + bps_up(loan.debt, 10) + 10
        if self.closed or most > see.cash.get(self.who.name, 0):
            return []
        self.closed = True
        return [moves.close(self.who.name, most, loan.pieces)]

    def _claim(self, see: Snapshot) -> list[Move]:
        return [moves.claim(self.who.name)] if see.credits.get(self.who.name) else []

    # --------------------------------------------------------------- outcome

    def hear_outcome(self, move: Move, ok: bool, spent: int) -> None:
        """What became of a move: memory follows the chain, not the wish."""
        if not ok:
            if move.function == "pledge" and not self.opened:
                self.tries += 1
            return
        if move.function in ("open", "borrow"):
            self.opened = True
        elif move.function == "pledge" and self.opened:
            self.who.spare = self.who.spare[1:]
            self._rescued()
        elif move.function in ("repay", "redeem"):
            self.means = max(self.means - spent, 0)
            self._rescued()

    def _rescued(self) -> None:
        self.rescued += 1
        self.answer_at = 0
