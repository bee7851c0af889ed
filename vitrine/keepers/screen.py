"""The float screen: all accounts against their lines in a few matrix products, never wrong unknowingly.

**Bound.** u = 2^-53. Debt shares come with 2 roundings, the price of a share with 1 (Python divides integers
correctly rounded), their product with 1: debt is within 4u of shares · (A + 1) / (S + 1000), and the chain
rounds that up by less than 1 unit. Each weight of a place comes with 1 rounding, its product with the exact
count with 1, the sum of eight with at most 7: V, L, G, D and R are within 9u of the real sums, and the chain
rounds each of eight places down twice, by less than 1 + 1 units. A line L − b·V adds 3 roundings of at most
L + V and at most 1 unit. So

    |float − chain| ≤ 32u · (debt + V + L) + 40 units

for debt minus any line: the width below. Outside it the sign of the float is that of the chain; inside it the
exact model decides.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Final

import numpy as np

from vitrine.keepers.snapshot import Accounts, Bools, Floats, Ints, Market
from vitrine.models.desk import CALM_BPS, NOTICE, NOTICE_LIFE, RECOVERED_BPS, WARN_BPS, Account, line
from vitrine.models.quotes import OracleState
from vitrine.models.tiers import Health, measure
from vitrine.models.wad import DEBT_VIRTUAL_ASSETS, DEBT_VIRTUAL_SHARES
from vitrine.units import BPS, FLOOR_PIECE

RELATIVE: Final = 32 * 2.0**-53
ABSOLUTE: Final = 40.0

Line = Callable[[Health], int]


class Screen:
    """Accounts against the lines at the market's quotes. Masks are exact: the doubtful are resolved."""

    def __init__(self, accounts: Accounts, market: Market) -> None:
        self.accounts = accounts
        self.market = market
        self.doubtful = 0
        weights = np.zeros((8, 5))
        for index, place in enumerate(market.places):
            if place is None:
                continue
            mid, tier = place.quote.mid, place.tier
            for column, bps in enumerate(
                (BPS, tier.lt_bps, tier.target_bps, tier.deep_bps, tier.reserve_bps)
            ):
                weights[index, column] = mid * bps / (FLOOR_PIECE * BPS)
        self._weights = weights
        total = market.debt_assets + DEBT_VIRTUAL_ASSETS
        self.debt: Floats = accounts.shares * (total / (market.debt_shares + DEBT_VIRTUAL_SHARES))
        sums = accounts.units @ weights
        self.value: Floats = sums[:, 0]
        self.limit: Floats = sums[:, 1]
        self.target: Floats = sums[:, 2]
        self.deep: Floats = sums[:, 3]
        self.reserve: Floats = sums[:, 4]
        self.width: Floats = RELATIVE * (self.debt + self.value + self.limit) + ABSOLUTE

    # --- exact ----------------------------------------------------------------------------------------------

    def exact(self, row: int) -> tuple[Account, int, Health]:
        """Account, debt and health of one row as the chain has them."""
        account = self.accounts.account(row)
        debt = account.debt(self.market.debt_assets, self.market.debt_shares)
        return account, debt, measure(account.units, self.market.places)

    # --- masks ----------------------------------------------------------------------------------------------

    def _decide(self, margin: Floats, exact: Callable[[int, Health], bool]) -> Bools:
        """margin > 0 where the float says yes; `exact` where it lies within the width."""
        yes: Bools = margin > self.width
        doubt = np.flatnonzero(~yes & (margin >= -self.width) & (self.accounts.shares > 0))
        self.doubtful += len(doubt)
        for row in doubt:
            _, debt, health = self.exact(int(row))
            yes[row] = debt != 0 and exact(debt, health)
        return yes & (self.accounts.shares > 0)

    def _at_or_above(self, bps: int) -> Bools:
        floats = self.debt - np.maximum(self.limit - self.value * (bps / BPS), 0.0)
        return self._decide(floats, lambda debt, health: debt >= line(health, bps))

    @cached_property
    def warnable(self) -> Bools:
        """Debt at or above L − 7 % of V."""
        return self._at_or_above(WARN_BPS)

    @cached_property
    def liquidatable(self) -> Bools:
        """Debt at or above L."""
        return self._at_or_above(0)

    @cached_property
    def not_calm(self) -> Bools:
        """Debt at or above L − 10 % of V: a notice stays in force."""
        return self._at_or_above(CALM_BPS)

    @cached_property
    def not_recovered(self) -> Bools:
        """Debt above L − 5 % of V: auctions go on."""
        floats = self.debt - np.maximum(self.limit - self.value * (RECOVERED_BPS / BPS), 0.0)
        return self._decide(floats, lambda debt, health: debt > line(health, RECOVERED_BPS))

    @cached_property
    def critical(self) -> Bools:
        """Debt above (L + D) / 2."""
        floats = self.debt - (self.limit + self.deep) / 2
        return self._decide(floats, lambda debt, health: 2 * debt > health.limit + health.deep)

    # --- what is exact anyway -------------------------------------------------------------------------------

    def _held(self, wanted: Callable[[int], bool]) -> Bools:
        """Rows that count units on a place for which `wanted` holds."""
        chosen = [i for i in range(8) if wanted(i)]
        if not chosen:
            return np.zeros(len(self.accounts), np.bool_)
        return np.asarray((self.accounts.units[:, chosen] > 0).any(axis=1))

    @cached_property
    def stale(self) -> Bools:
        """Rows none of whose prices is live, or one of whose is stale and missing: nothing may start."""
        places = self.market.places

        def is_stale(index: int) -> bool:
            place = places[index]
            return place is None or place.quote.state == OracleState.STALE

        units = self.accounts.units
        some = self._held(is_stale)
        frozen = some & ~self._held(lambda index: not is_stale(index))
        for index in filter(is_stale, range(8)):
            place = places[index]
            mid = 0 if place is None else place.quote.mid
            held = units[:, index]
            frozen |= (held > 0) & (held * min(mid, FLOOR_PIECE) < FLOOR_PIECE)
        return frozen

    def posted_at(self, now: int) -> Bools:
        """Rows with a round of this very second."""
        return self._held(lambda i: (p := self.market.places[i]) is not None and p.quote.posted_at == now)

    @cached_property
    def grace(self) -> Ints:
        """Longest grace of the collections held, seconds."""
        longest = np.zeros(len(self.accounts), np.int64)
        for index, place in enumerate(self.market.places):
            if place is not None:
                held = self.accounts.units[:, index] > 0
                np.maximum(longest, np.where(held, place.tier.grace_seconds, 0), out=longest)
        return longest

    def notice_age(self, clock: int) -> Ints:
        """Age of the live notice, seconds of the group clock; -1 without one."""
        age = clock - self.accounts.opened_at
        alive = (self.accounts.flags & NOTICE != 0) & (age <= NOTICE_LIFE)
        return np.where(alive, age, -1)
