"""Twin of `common/math/ShareMath`: shares of an ERC-4626 vault against its assets."""

from __future__ import annotations

from typing import Final

from vitrine.units import mul_div_down, mul_div_up

VIRTUAL_SHARES: Final = 10**6
VIRTUAL_ASSETS: Final = 1
DECIMALS_OFFSET: Final = 6


def to_shares_down(assets: int, total_assets: int, total_shares: int) -> int:
    """Shares for `assets`, rounded down (deposit)."""
    return mul_div_down(assets, total_shares + VIRTUAL_SHARES, total_assets + VIRTUAL_ASSETS)


def to_shares_up(assets: int, total_assets: int, total_shares: int) -> int:
    """Shares for `assets`, rounded up (withdraw)."""
    return mul_div_up(assets, total_shares + VIRTUAL_SHARES, total_assets + VIRTUAL_ASSETS)


def to_assets_down(shares: int, total_assets: int, total_shares: int) -> int:
    """Assets for `shares`, rounded down (redeem)."""
    return mul_div_down(shares, total_assets + VIRTUAL_ASSETS, total_shares + VIRTUAL_SHARES)


def to_assets_up(shares: int, total_assets: int, total_shares: int) -> int:
    """Assets for `shares`, rounded up (mint)."""
    return mul_div_up(shares, total_assets + VIRTUAL_ASSETS, total_shares + VIRTUAL_SHARES)
