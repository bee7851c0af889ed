"""What a piece is worth in floor pieces: multipliers in basis points, 10,000 for an ordinary piece."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from vitrine.errors import DataError
from vitrine.pricing.stats import Ints
from vitrine.units import BPS, FLOOR_PIECE, MAX_PIECE_UNITS


@dataclass(frozen=True, slots=True)
class Multipliers:
    """Multipliers of the pieces that have one; any other piece, and a bid for any piece, is one floor piece.

    `token_ids` ascend; `bps` are at least 10,000 and at most the cap they were made with.
    """

    token_ids: Ints
    bps: Ints

    @classmethod
    def none(cls) -> Multipliers:
        """Every piece is a floor piece."""
        return cls(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))

    @classmethod
    def of(cls, values: Mapping[int, int]) -> Multipliers:
        """From token id -> basis points."""
        for token_id, bps in values.items():
            if not BPS <= bps <= MAX_PIECE_UNITS * BPS // FLOOR_PIECE:
                fact = f"The multiplier of token {token_id} is {bps} basis points"
                raise DataError(fact, "Expected 10000 (one floor piece) to 30000")
        ids = sorted(values)
        return cls(np.array(ids, dtype=np.int64), np.array([values[i] for i in ids], dtype=np.int64))

    def lookup(self, token_ids: Ints) -> Ints:
        """Basis points per token id."""
        if len(self.token_ids) == 0:
            return np.full(len(token_ids), BPS, dtype=np.int64)
        at = np.minimum(np.searchsorted(self.token_ids, token_ids), len(self.token_ids) - 1)
        return np.where(self.token_ids[at] == token_ids, self.bps[at], BPS)

    def units(self, token_id: int) -> int:
        """Hundredths of a floor piece, rounded down: what an appraisal may state (100 to 300)."""
        return int(self.lookup(np.array([token_id], dtype=np.int64))[0]) * FLOOR_PIECE // BPS
