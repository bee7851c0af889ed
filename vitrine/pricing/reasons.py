"""Why a row did not count. Codes are stored, logged and counted: add at the end, never renumber."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum

import numpy as np
import numpy.typing as npt


class Reason(IntEnum):
    """One code per row; the first that applies, in the order of the filters, wins."""

    USED = 0
    """Nothing against it: it is a sample, a live ask or a live bid."""

    MISSING_PRICE = 1
    """No price recorded."""
    ZERO_PRICE = 2
    """A price of exactly 0 (an accepted bid recorded without its value, a gift)."""
    DUST = 3
    """Below the dust bound: 1-wei transfers to oneself, tests, front-run bugs."""
    ABSURD_PRICE = 4
    """At or above the absurd bound: nobody pays it, "not for sale" in disguise."""
    PRIVATE = 5
    """Open to one named buyer only: no evidence of a market."""
    BUNDLE = 6
    """One price for several pieces."""
    WASH_SELF_FUNDED = 7
    """Buyer and seller are one, or the seller paid the buyer shortly before."""
    WASH_ROUND_TRIP = 8
    """The piece went back to who had sold it, directly or over at most two more hands."""
    WASH_SAME_PAIR = 9
    """The same two parties trade with each other again and again."""
    OUTLIER_MAD = 10
    """Too many median absolute deviations away from its neighbours in time (log floor-equivalent)."""
    OUTLIER_IQR = 11
    """Outside the Tukey fences of what the MAD filter left."""
    RARE = 12
    """Multiplier at the cap: the floor-equivalent is only an upper bound."""
    STALE_ASK = 13
    """Has stood too far below what buyers pay for too long to be executable."""
    MOVED_ASK = 14
    """The piece was sold or moved after the ask was made."""
    WORSE_DUPLICATE = 15
    """The same piece is offered (or bid for) at a better price elsewhere."""
    CROSSED_BID = 16
    """Above the price at which anyone can buy: no evidence that three pieces sell there."""

    BELOW_FLOOR = 17
    """Daily row whose average sale is below its floor."""
    FLOOR_JUMP = 18
    """Daily floor that leaves the days before it and the sales of its own day."""
    VOLUME_SPIKE = 19
    """Daily volume that a few sales at this floor cannot explain (flash loans, wash trades)."""
    DUST_MINIMUM = 20
    """Daily minimum far below everything else that traded."""
    WASH_COLLECTION = 21
    """Volume made by a handful of traders at prices the rest of the market does not pay."""
    TOO_FEW = 22
    """Too little history or too few trades to judge the row."""

    OUTSIDE_WINDOW = 100
    """Too old, beyond the sample cut, or after `as_of`: not looked at (no rejection)."""
    NOT_LIVE = 101
    """Ask or bid that had ended or not begun at `as_of` (no rejection)."""

    @property
    def is_rejection(self) -> bool:
        """False for rows that count and for rows that were not asked."""
        return 0 < self < Reason.OUTSIDE_WINDOW


def count_reasons(*codes: npt.NDArray[np.int8]) -> dict[Reason, int]:
    """Rejections by reason over one or more columns of codes, in the order of the codes."""
    total = np.zeros(128, dtype=np.int64)
    for column in codes:
        total += np.bincount(column, minlength=128)
    return {reason: int(total[reason]) for reason in Reason if reason.is_rejection and total[reason]}


def names(codes: Iterable[int]) -> list[str]:
    """Names of codes, for people."""
    return [Reason(int(code)).name for code in codes]
