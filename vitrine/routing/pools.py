"""Pools by their exact twin, so that a plan knows every price without asking the chain."""

from __future__ import annotations

from dataclasses import dataclass

from vitrine.errors import StateError
from vitrine.models.pool import PoolModel, SwapLegs
from vitrine.routing.offers import Trade
from vitrine.units import bps_down


@dataclass(frozen=True, slots=True)
class ModelQuoter:
    """A `PoolQuoter` over a pool as it stood when the model was made.

    `royalty_bps` is what each token of the collection owes; where tokens differ, the highest.
    """

    model: PoolModel
    royalty_bps: int = 0

    def buy(self, count: int) -> Trade | None:
        try:
            return _trade(self.model.quote_buy(count, lambda base: count * bps_down(base, self.royalty_bps)))
        except StateError:
            return None

    def sell(self, count: int) -> Trade | None:
        try:
            return _trade(self.model.quote_sell(count, lambda base: count * bps_down(base, self.royalty_bps)))
        except StateError:
            return None


def _trade(legs: SwapLegs) -> Trade:
    return Trade(legs.total, legs.royalty)
