"""Twin of `KinkedRateModel` and of the vault's accrual: rates in wad per second, times of the group clock."""

from __future__ import annotations

from typing import Final, NamedTuple

from vitrine.errors import AmountError
from vitrine.models.wad import pow_wad, zero_floor_sub
from vitrine.units import DAY, WAD, YEAR, bps_down, mul_div_down, mul_div_up

MAX_APR: Final = WAD
MAX_RATE: Final = WAD // YEAR
"""The vault charges no more than 100 % a year, whatever its model says."""
MAX_ELAPSED: Final = 3_650 * DAY
"""Longest time charged in one accrual."""
MAX_BOOK: Final = 2**104 - 1
"""Cash and debt together stop growing by interest here."""
CROWDED_UTILISATION: Final = 95 * WAD // 100
RISE_PER_DAY: Final = 5 * WAD // 100 // YEAR
CROWDED_RISE_PER_DAY: Final = 15 * WAD // 100 // YEAR


class RateModel(NamedTuple):
    """Two straight lines that meet at a kink; rises are damped, falls are immediate."""

    base_rate: int
    kink_rate: int
    full_rate: int
    kink_utilisation: int

    @classmethod
    def from_aprs(cls, base: int, kink: int, full: int, kink_utilisation: int) -> RateModel:
        """From yearly rates in wad, as the contract is deployed."""
        for name, value, low, high in (
            ("full apr", full, 0, MAX_APR),
            ("kink apr", kink, 0, full),
            ("base apr", base, 0, kink),
            ("kink utilisation", kink_utilisation, 1, WAD - 1),
        ):
            if not low <= value <= high:
                raise AmountError(f"The {name} of {value} lies outside {low} to {high}", "Give wads in order")
        return cls(base // YEAR, kink // YEAR, full // YEAR, kink_utilisation)

    def target(self, utilisation_wad: int) -> int:
        """Rate the utilisation calls for, rounded down."""
        kink = self.kink_utilisation
        if utilisation_wad <= kink:
            return self.base_rate + mul_div_down(self.kink_rate - self.base_rate, utilisation_wad, kink)
        above = min(utilisation_wad, WAD) - kink
        return self.kink_rate + mul_div_down(self.full_rate - self.kink_rate, above, WAD - kink)

    def follow(self, anchor_rate: int, utilisation_wad: int, elapsed: int) -> tuple[int, int]:
        """Mean (up) and end (down) of the path over an interval without change."""
        target = self.target(utilisation_wad)
        if anchor_rate >= target:
            return target, target
        gap = target - anchor_rate
        per_day = CROWDED_RISE_PER_DAY if utilisation_wad > CROWDED_UTILISATION else RISE_PER_DAY
        rise = mul_div_down(per_day, elapsed, DAY)
        if rise < gap:
            return anchor_rate + mul_div_up(per_day, elapsed, 2 * DAY), anchor_rate + rise
        return target - mul_div_down(gap * gap, DAY, 2 * per_day * elapsed), target


class Accrual(NamedTuple):
    """What one accrual books."""

    interest: int
    to_reserve: int
    average_rate: int
    anchor_rate: int


def utilisation(cash: int, debt_assets: int) -> int:
    """debt / (cash + debt), wad, rounded up; 0 without debt."""
    return mul_div_up(debt_assets, WAD, cash + debt_assets) if debt_assets else 0


def accrue(
    model: RateModel,
    anchor_rate: int,
    elapsed: int,
    *,
    cash: int,
    debt_assets: int,
    debt_shares: int,
    marked_shares: int = 0,
    reserve_factor_bps: int = 0,
) -> Accrual:
    """Interest of `elapsed` seconds without change, rounded up. The reserve gets the part on marked debt and
    `reserve_factor_bps` of the rest, rounded down.
    """
    if elapsed == 0:
        return Accrual(0, 0, 0, anchor_rate)
    charged = min(elapsed, MAX_ELAPSED)
    average, end = model.follow(anchor_rate, utilisation(cash, debt_assets), charged)
    average, end = min(average, MAX_RATE), min(end, MAX_RATE)
    if debt_assets == 0:
        return Accrual(0, 0, average, end)
    growth = pow_wad(WAD + average, charged) - WAD
    interest = min(mul_div_up(debt_assets, growth, WAD), zero_floor_sub(MAX_BOOK, cash + debt_assets))
    on_marked = min(mul_div_up(interest, marked_shares, debt_shares), interest) if marked_shares else 0
    to_reserve = on_marked + bps_down(interest - on_marked, reserve_factor_bps)
    return Accrual(interest, to_reserve, average, end)
