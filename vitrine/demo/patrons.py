"""Who waits for liquidations with locked capital: bids when calm, takes fright, comes back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from vitrine.demo.marketdesk import MarketDesk
from vitrine.demo.nerves import Nerves
from vitrine.demo.views import FRESH, Move, Snapshot
from vitrine.units import DAY, bps_down

_CALM_DAYS: Final = 3


@dataclass(slots=True)
class PatronMind:
    """One bidder. His bid is a part of the value at spot and never above what he would have paid that day."""

    name: str
    key: str
    bps: int
    count: int
    timid: bool
    desk: MarketDesk
    rng: np.random.Generator
    starts: int
    """Tick of the first bid."""
    rest_until: int = 0
    nerves: Nerves = field(default_factory=lambda: Nerves(DAY))

    def decide(self, see: Snapshot, tick: int) -> list[Move]:
        custody, afraid = see.custody, self.nerves.afraid(see.fair[self.key], see.at)
        if self.rng.random() > 0.3:
            return []
        if custody.bid_money.get(self.name, 0):
            return [self.desk.claim_bids(self.name)]
        owed = [piece for piece, who in custody.bid_pieces.items() if who == self.name]
        if owed:
            return [self.desk.claim_piece(self.name, owed[0])]
        mine = [bid for bid in custody.bids.values() if bid.bidder == self.name]
        over = [bid for bid in mine if see.at >= bid.ends_at]
        if over:
            return [self.desk.close_bid(self.name, over[0].number)]
        if mine:
            if self.timid and afraid and not mine[0].cancelled:
                self.rest_until = see.at + _CALM_DAYS * DAY
                return [self.desk.cancel_bid(self.name, mine[0].number)]
            return []
        return [] if afraid else self._place(see, tick)

    def _place(self, see: Snapshot, tick: int) -> list[Move]:
        price = see.prices[self.key]
        if tick < self.starts or see.at < self.rest_until or price.state != FRESH:
            return []
        most = bps_down(price.spot, self.bps) * 102 // 100
        purse = see.cash.get(self.name, 0)
        count = min(self.count, purse // most)
        if not count:
            self.rest_until = see.at + _CALM_DAYS * DAY
            return []
        until = see.at + int(self.rng.integers(5, 15)) * DAY
        return [self.desk.place_bid(self.name, self.key, self.bps, most, count, until)]
