"""Who buys on credit, with a down payment, and later sells the piece to be free of the debt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from vitrine.demo.marketcast import ROYALTY_BPS
from vitrine.demo.marketdesk import MarketDesk
from vitrine.demo.moves import ANY_RATE, claim
from vitrine.demo.offers import Offers
from vitrine.demo.views import FRESH, LoanView, Move, Snapshot
from vitrine.units import BPS, bps_down

_MOVE_BPS: Final = 100
_TRIES: Final = 40


@dataclass(slots=True)
class FinancedMind:
    """One buyer on credit."""

    name: str
    key: str
    ltv_bps: int
    """Of the tier."""
    part_bps: int
    """Of what the tier lends, what he takes."""
    buys: int
    """Tick."""
    sells: int
    """Tick from which he is content to sell; a notice makes him sell before."""
    offers: Offers
    desk: MarketDesk
    rng: np.random.Generator
    bought: bool = False
    sold: bool = False
    tries: int = 0

    def decide(self, see: Snapshot, tick: int) -> list[Move]:
        loan = see.loans.get(self.name)
        if loan is not None and loan.pieces and not loan.live_count:
            if tick >= self.sells or loan.notice_at:
                return self._sell(see, loan)
            return []
        if see.credits.get(self.name):
            return [claim(self.name)]
        return [] if self.bought or tick < self.buys else self._buy(see)

    def _buy(self, see: Snapshot) -> list[Move]:
        price = see.prices[self.key]
        if price.state != FRESH or self.tries >= _TRIES or self.rng.random() > 0.5:
            return []
        self.tries += 1
        limit = bps_down(bps_down(price.bid, self.ltv_bps * price.confidence_bps // BPS), 9_900)
        borrow = bps_down(limit, self.part_bps)
        for offer in self.offers.asks(see, self.key)[:2]:
            if offer.price > see.fair[self.key] * 115 // 100:
                continue
            down = offer.limit - borrow
            if 0 < down <= see.cash.get(self.name, 0) and borrow < see.vault.cash * 9 // 10:
                if see.vault.queued_shares:
                    return []
                fill = offer.fill()
                return [self.desk.buy_with_loan(self.name, fill, borrow, price.mid, _MOVE_BPS, ANY_RATE)]
        return []

    def _sell(self, see: Snapshot, loan: LoanView) -> list[Move]:
        """Into whatever pays most, if that leaves the account better off."""
        if self.rng.random() > 0.6:
            return []
        piece = loan.pieces[0]
        bids = self.offers.bids(see, piece)
        least = bps_down(see.fair[self.key], 8_600 - ROYALTY_BPS.get(self.key, 0))
        if not bids or bids[0].price < least:
            return []
        return [self.desk.sell_and_repay(self.name, bids[0].fill())]

    def hear(self, move: Move, ok: bool) -> None:
        """What became of a move."""
        if ok and move.function == "buyWithLoan":
            self.bought = True
        if ok and move.function == "sellAndRepay":
            self.sold = True
