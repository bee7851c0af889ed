"""The aggregator: plans of several markets in one transaction, and what each market wants to be told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from eth_abi.abi import encode

from vitrine.chain.contract import Call, Contract


@dataclass(frozen=True, slots=True)
class Fill:
    """One way of filling a leg."""

    venue: str
    collection: str
    token_ids: tuple[int, ...]
    limit: int
    data: bytes

    @property
    def words(self) -> tuple[Any, ...]:
        """`Fill`, in the order of the contract."""
        return (self.venue, self.collection, list(self.token_ids), self.limit, self.data)


Leg = Sequence[Fill]
"""The first fill that works is taken, the others are substitutes."""


class MarketClient:
    """`MarketRouter`. Traders approve its till."""

    def __init__(self, router: Contract, till: str, pool_venue: str, seaport_venue: str) -> None:
        self.contract = router
        self.address = router.address
        self.till = till
        self.pool_venue = pool_venue
        self.seaport_venue = seaport_venue

    # --- fills

    def from_pool(self, pool: str, collection: str, token_ids: Sequence[int], most: int) -> Fill:
        """Buying named tokens from one pool."""
        return Fill(self.pool_venue, collection, tuple(token_ids), most, encode(["address"], [pool]))

    def into_pool(
        self,
        pool: str,
        collection: str,
        token_ids: Sequence[int],
        least: int,
        proofs: Sequence[Sequence[bytes]] = (),
    ) -> Fill:
        """Selling named tokens into one pool; `proofs` when it has a list."""
        data = encode(["address", "bytes32[][]"], [pool, [list(proof) for proof in proofs]])
        return Fill(self.pool_venue, collection, tuple(token_ids), least, data)

    def at_seaport(self, collection: str, token_ids: Sequence[int], limit: int, data: bytes) -> Fill:
        """Buying or selling through orders; `data` as `vitrine.sdk.seaport.venue` packs them."""
        return Fill(self.seaport_venue, collection, tuple(token_ids), limit, data)

    # --- calls

    def buy(
        self, legs: Sequence[Leg], max_total: int, receiver: str, deadline: int, least: int | None = None
    ) -> Call:
        """Buys the legs, all of them unless `least` says how many must work."""
        wanted = len(legs) if least is None else least
        return self.contract.buy(_words(legs), wanted, max_total, receiver, deadline)

    def sell(
        self, legs: Sequence[Leg], min_total: int, receiver: str, deadline: int, least: int | None = None
    ) -> Call:
        """Sells the legs, all of them unless `least` says how many must work."""
        wanted = len(legs) if least is None else least
        return self.contract.sell(_words(legs), wanted, min_total, receiver, deadline)


def _words(legs: Sequence[Leg]) -> list[tuple[list[tuple[Any, ...]]]]:
    return [([fill.words for fill in leg],) for leg in legs]
