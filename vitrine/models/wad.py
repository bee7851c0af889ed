"""Twin of `common/math/WadMath` and `DebtMath`: what is not in `vitrine.units` already."""

from __future__ import annotations

from typing import Final

from vitrine.units import WAD, mul_div_down, mul_div_up

DEBT_VIRTUAL_SHARES: Final = 1_000
DEBT_VIRTUAL_ASSETS: Final = 1


def zero_floor_sub(x: int, y: int) -> int:
    """x - y, or 0 when y exceeds x."""
    return x - y if x > y else 0


def pow_wad(base_wad: int, n: int) -> int:
    """base ** n in wad by squaring; each product is rounded to the nearest, halves up."""
    result = WAD
    while n:
        if n & 1:
            result = (result * base_wad + WAD // 2) // WAD
        n >>= 1
        if n:
            base_wad = (base_wad * base_wad + WAD // 2) // WAD
    return result


def debt_to_shares_down(assets: int, total_assets: int, total_shares: int) -> int:
    """Shares that stand for `assets` of debt, rounded down (repaying)."""
    return mul_div_down(assets, total_shares + DEBT_VIRTUAL_SHARES, total_assets + DEBT_VIRTUAL_ASSETS)


def debt_to_shares_up(assets: int, total_assets: int, total_shares: int) -> int:
    """Shares that stand for `assets` of debt, rounded up (borrowing)."""
    return mul_div_up(assets, total_shares + DEBT_VIRTUAL_SHARES, total_assets + DEBT_VIRTUAL_ASSETS)


def debt_to_assets_up(shares: int, total_assets: int, total_shares: int) -> int:
    """Debt that `shares` stand for, rounded up (owed)."""
    return mul_div_up(shares, total_assets + DEBT_VIRTUAL_ASSETS, total_shares + DEBT_VIRTUAL_SHARES)
