"""Amounts as a page writes them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Money:
    """The asset of a run."""

    decimals: int

    def value(self, amount: int) -> float:
        """For drawing only."""
        return float(amount / 10**self.decimals)

    def short(self, amount: int) -> str:
        """`$1.24M`, `$318k`, `$42`."""
        sign, value = ("−", -self.value(amount)) if amount < 0 else ("", self.value(amount))
        if value >= 999_500:
            return f"{sign}${value / 1e6:.2f}M"
        if value >= 9_995:
            return f"{sign}${value / 1e3:.0f}k"
        if value >= 1_000:
            return f"{sign}${value / 1e3:.1f}k"
        return f"{sign}${value:.0f}"

    def whole(self, amount: int) -> str:
        """`$1,240,512`."""
        value = self.value(amount)
        return f"−${-value:,.0f}" if value < 0 else f"${value:,.0f}"

    def exact(self, amount: int) -> str:
        """Every digit: `−1,240,512.345678`."""
        sign, rest = ("−", -amount) if amount < 0 else ("", amount)
        whole, part = divmod(rest, 10**self.decimals)
        return f"{sign}{whole:,}.{part:0{self.decimals}d}"


def dollars(value: float) -> str:
    """An axis of dollars."""
    if abs(value) >= 1e6:
        return f"${value / 1e6:g}M"
    if abs(value) >= 1e3:
        return f"${value / 1e3:g}k"
    return f"${value:g}"


def percent(value: float) -> str:
    """An axis of per cents."""
    return f"{value:g} %"
