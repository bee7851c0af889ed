"""What pools would charge and pay, near enough to decide: the chain has the last word."""

from __future__ import annotations

from typing import Final

from vitrine.demo.custody import BUY, SELL, PoolBook
from vitrine.demo.marketcast import EXPONENTIAL, LINEAR
from vitrine.units import BPS, WAD

NEVER: Final = 2**127


def price_of(pool: PoolBook, curve: str) -> int:
    """Of the next piece bought, without fees."""
    return pool.spot if curve in (LINEAR, EXPONENTIAL) else pool.spot * WAD // pool.delta


def ask(pool: PoolBook, curve: str, count: int, royalty_bps: int) -> int:
    """All that `count` pieces would cost; more than anybody has when the pool does not sell them."""
    if pool.kind == BUY or len(pool.pieces) < count:
        return NEVER
    if curve == LINEAR:
        price = count * pool.spot + pool.delta * (count * (count - 1) // 2)
    elif curve == EXPONENTIAL:
        price = sum(pool.spot * pool.delta**i // WAD**i for i in range(count))
    elif pool.delta > count * WAD:
        price = pool.spot * pool.delta // (pool.delta - count * WAD) - pool.spot + 1
    else:
        return NEVER
    return price * (BPS + pool.fee_bps + pool.protocol_fee_bps + royalty_bps) // BPS + 3


def bid(pool: PoolBook, curve: str, count: int, royalty_bps: int) -> int:
    """All that `count` pieces would bring; 0 when the pool does not buy them or lacks the asset."""
    if pool.kind == SELL:
        return 0
    if curve == LINEAR:
        price = count * pool.spot - pool.delta * (count * (count + 1) // 2)
        if price <= 0 or count * pool.delta >= pool.spot:
            return 0
    elif curve == EXPONENTIAL:
        price = sum(pool.spot * WAD ** (i + 1) // pool.delta ** (i + 1) for i in range(count))
    else:
        price = pool.spot - pool.spot * pool.delta // (pool.delta + count * WAD)
    if price * (BPS - pool.fee_bps) // BPS > pool.cash:
        return 0
    return max(price * (BPS - pool.fee_bps - pool.protocol_fee_bps - royalty_bps) // BPS - 3, 0)
