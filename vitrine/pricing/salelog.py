"""Sales of a rolling market, in arrays that grow at the end."""

from __future__ import annotations

import numpy as np

from vitrine.pricing.multipliers import Multipliers
from vitrine.pricing.reasons import Reason
from vitrine.pricing.stats import Codes, Ints


class SaleLog:
    """Sales in canonical order, growing at the end; reasons change when a wash trade comes to light."""

    def __init__(self) -> None:
        self.count = 0
        self.times: Ints = np.zeros(64, dtype=np.int64)
        self.prices: Ints = np.zeros(64, dtype=np.int64)
        self.tokens: Ints = np.zeros(64, dtype=np.int64)
        self.factors: Ints = np.zeros(64, dtype=np.int64)
        self.reasons: Codes = np.zeros(64, dtype=np.int8)
        self._known_at: dict[int, int] = {}

    def add(self, times: Ints, prices: Ints, tokens: Ints, factors: Ints, reasons: Codes) -> int:
        """Append; returns the index of the first."""
        first, self.count = self.count, self.count + len(times)
        if self.count > len(self.times):
            more = max(self.count, 2 * len(self.times)) - len(self.times)
            self.times, self.prices = np.pad(self.times, (0, more)), np.pad(self.prices, (0, more))
            self.tokens, self.factors = np.pad(self.tokens, (0, more)), np.pad(self.factors, (0, more))
            self.reasons = np.pad(self.reasons, (0, more))
        self.times[first : self.count] = times
        self.prices[first : self.count] = prices
        self.tokens[first : self.count] = tokens
        self.factors[first : self.count] = factors
        self.reasons[first : self.count] = reasons
        return first

    def condemn(self, index: int, reason: Reason, at: int) -> None:
        """The reason known first stands; of two known at one time the lower code."""
        current = int(self.reasons[index])
        known_at = self._known_at.get(index, int(self.times[index]))
        if current == Reason.USED or (known_at == at and reason < current):
            self.reasons[index] = reason
            self._known_at[index] = at

    def refactor(self, multipliers: Multipliers) -> None:
        """Every sale under new multipliers."""
        self.factors[: self.count] = multipliers.lookup(self.tokens[: self.count])

    def latest(self, after: int, cap_bps: int, most: int) -> tuple[Ints, Ints, Ints]:
        """(time, price, multiplier) of the last `most` usable sales after a moment, rare pieces left out."""
        part = self._since(after)
        good = (self.reasons[part] == Reason.USED) & (self.factors[part] < cap_bps)
        rows = part.start + np.flatnonzero(good)[-most:]
        return self.times[rows], self.prices[rows], self.factors[rows]

    def rejects_since(self, after: int, cap_bps: int) -> Ints:
        """Count of every reason among the sales after a moment; rare pieces included."""
        part = self._since(after)
        reasons = self.reasons[part]
        counts = np.bincount(reasons, minlength=128).astype(np.int64)
        counts[Reason.RARE] += np.count_nonzero((reasons == Reason.USED) & (self.factors[part] >= cap_bps))
        return counts

    def _since(self, time: int) -> slice:
        return slice(int(np.searchsorted(self.times[: self.count], time, side="right")), self.count)
