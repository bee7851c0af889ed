"""What pieces count: at the round of the moment, and at the last one."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from vitrine.demo.record import TickRow
from vitrine.demo.views import FLOOR_UNITS, Piece


@dataclass(slots=True)
class Worth:
    """Mid of a round by the units of the piece, rounded down."""

    rows: Sequence[TickRow]
    mids: Mapping[str, int]
    """Of the last round, by collection."""
    units: Mapping[Piece, int]

    def at(self, piece: Piece, at: int) -> int:
        """By the last round that was posted at `at`; before the first, by the first."""
        row = self.rows[max(bisect_right(self.rows, at, key=lambda row: row.at) - 1, 0)]
        return self._of(piece, row.prices[piece.key].mid)

    def last(self, piece: Piece) -> int:
        return self._of(piece, self.mids[piece.key])

    def _of(self, piece: Piece, mid: int) -> int:
        return mid * self.units.get(piece, FLOOR_UNITS) // FLOOR_UNITS
