"""The aggregator: a plan over several markets in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from vitrine.chain.contract import Call, Contract


class MarketClient:
    """`MarketRouter`. Traders approve its till. Legs are as `Leg[]` of the contract has them."""

    def __init__(self, router: Contract, till: str, pool_venue: str, seaport_venue: str) -> None:
        self.contract = router
        self.address = router.address
        self.till = till
        self.pool_venue = pool_venue
        self.seaport_venue = seaport_venue

    # --- calls

    def buy(
        self, legs: Sequence[Any], max_total: int, receiver: str, deadline: int, least: int | None = None
    ) -> Call:
        """Buys the legs, all of them unless `least` says how many must work."""
        wanted = len(legs) if least is None else least
        return self.contract.buy(list(legs), wanted, max_total, receiver, deadline)

    def sell(
        self, legs: Sequence[Any], min_total: int, receiver: str, deadline: int, least: int | None = None
    ) -> Call:
        """Sells the legs, all of them unless `least` says how many must work."""
        wanted = len(legs) if least is None else least
        return self.contract.sell(list(legs), wanted, min_total, receiver, deadline)
