"""What the oracle says about one collection; twin of the types in `IFloorOracle`."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple


class OracleState(IntEnum):
    """How far a price may be relied on."""

    FRESH = 0
    DEGRADED = 1
    STALE = 2


class Quote(NamedTuple):
    """Price of one floor NFT, asset units; the order of fields is the contract's."""

    bid: int
    mid: int
    ask: int
    spot: int
    avg: int
    sale: int
    as_of: int
    posted_at: int
    confidence_bps: int
    state: OracleState

    @classmethod
    def flat(
        cls, price: int, at: int, *, state: OracleState = OracleState.FRESH, confidence_bps: int = 10_000
    ) -> Quote:
        """One price for every signal."""
        return cls(price, price, price, price, price, price, at, at, confidence_bps, state)
