"""Who trades through the router: arbitrageurs who keep pools at the price, shoppers now and then."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from vitrine.demo.marketdesk import Fill, MarketDesk
from vitrine.demo.offers import Offers
from vitrine.demo.views import Move, Snapshot
from vitrine.units import BPS, DAY, bps_down, bps_up

_ARB_BPS: Final = 60
"""Least gain of an arbitrageur."""


@dataclass(slots=True)
class ArbMind:
    """Buys below and sells above what pieces fetch outside, at most one piece at a time."""

    name: str
    keys: tuple[str, ...]
    offers: Offers
    desk: MarketDesk
    rng: np.random.Generator

    def decide(self, see: Snapshot) -> list[Move]:
        if self.rng.random() > 0.35:
            return []
        for key in self.keys:
            fair = see.fair[key]
            own = [piece for piece in see.wallets.get(self.name, {}) if piece.key == key]
            if own:
                bids = self.offers.bids(see, own[0])
                if bids and bids[0].price > bps_up(fair, BPS + _ARB_BPS):
                    return [self.desk.sell(self.name, [[bids[0].fill()]], bps_down(bids[0].price, 9_940))]
            asks = self.offers.asks(see, key)
            if asks and asks[0].price < bps_down(fair, BPS - _ARB_BPS):
                most = asks[0].limit
                if most <= see.cash.get(self.name, 0):
                    return [self.desk.buy(self.name, [[asks[0].fill()]], most)]
        return []


@dataclass(slots=True)
class ShopperMind:
    """Wants a piece or two now and then, or parts with one; the best market gets the trade."""

    name: str
    keys: tuple[str, ...]
    offers: Offers
    desk: MarketDesk
    rng: np.random.Generator
    every: int = 5 * DAY
    next_at: int = 0

    def decide(self, see: Snapshot) -> list[Move]:
        if not self.next_at:
            self.next_at = see.at + int(self.rng.integers(0, self.every))
        if see.at < self.next_at:
            return []
        self.next_at = see.at + int(float(self.rng.exponential(self.every)))
        key = self.keys[int(self.rng.integers(len(self.keys)))]
        own = [piece for piece in see.wallets.get(self.name, {}) if piece.key == key]
        if own and self.rng.random() < 0.4:
            bids = self.offers.bids(see, own[0])
            floor = bps_down(see.fair[key], 8_800)
            if bids and bids[0].price >= floor:
                return [self.desk.sell(self.name, [[bids[0].fill()]], bps_down(bids[0].price, 9_900))]
            return []
        return self._buy(see, key, 1 + int(self.rng.random() < 0.3))

    def _buy(self, see: Snapshot, key: str, count: int) -> list[Move]:
        """The cheapest, each with the next one behind it as a substitute."""
        fair, purse = see.fair[key], see.cash.get(self.name, 0)
        asks = [offer for offer in self.offers.asks(see, key) if offer.price <= fair * 112 // 100]
        legs: list[list[Fill]] = []
        total = 0
        for index in range(min(count, len(asks))):
            chosen = [asks[index], *asks[count + index : count + index + 1]]
            total += max(offer.limit for offer in chosen)
            legs.append([offer.fill() for offer in chosen])
        if not legs or total > purse:
            return []
        return [self.desk.buy(self.name, legs, total, 1)]
