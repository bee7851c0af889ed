"""Twin of the vault's tips, fine and sale split: who gets which part of a repayment or of a sale."""

from __future__ import annotations

from typing import Final, NamedTuple

from vitrine.models.wad import zero_floor_sub
from vitrine.units import BPS, bps_down, bps_up, mul_div_down

WARN_TIP_BPS: Final = 25
START_TIP_BPS: Final = 75
SETTLE_TIP_BPS: Final = 25


class Tips(NamedTuple):
    """Tips of one event, asset units."""

    warn: int
    start: int
    settle: int = 0


class Collection(NamedTuple):
    """How a repayment splits."""

    repaid: int
    fine: int
    tips: Tips


class Sale(NamedTuple):
    """How the proceeds of a sale split. Tips come out of the surplus; without one see `reserve_tips`."""

    repaid: int
    surplus: int
    tips: Tips
    to_account: int


def quote_tips(
    repaid: int, max_tip: int, *, flagged: bool = True, started: bool = True, settled: bool = False
) -> Tips:
    """The tips a repayment or sale of `repaid` earns; the reserve or surplus may hold less.

    The settler's tip (a sale into an exit) is a part of the starter's: the sum does not grow by it.
    """
    settle = min(bps_down(repaid, SETTLE_TIP_BPS), max_tip) if settled else 0
    return Tips(
        min(bps_down(repaid, WARN_TIP_BPS), max_tip) if flagged else 0,
        zero_floor_sub(min(bps_down(repaid, START_TIP_BPS), max_tip), settle) if started else 0,
        settle,
    )


def split_repayment(
    debt: int, max_assets: int, fine_bps: int, max_tip: int, *, flagged: bool, started: bool
) -> Collection:
    """A repayment of at most `max_assets`, fine included, with an asset that charges no fee.

    The starter's tip comes out of the fine first, then the flagger's; the rest goes to the reserve.
    """
    repaid = min(debt, mul_div_down(max_assets, BPS, BPS + fine_bps))
    fine = bps_up(repaid, fine_bps)
    if fine == 0:
        return Collection(repaid, 0, Tips(0, 0))
    tips = quote_tips(repaid, max_tip, flagged=flagged, started=started)
    return Collection(repaid, fine, bounded(tips, fine))


def bounded(tips: Tips, most: int) -> Tips:
    """The settler's tip, then the starter's, then the flagger's, as far as `most` goes."""
    settle = min(tips.settle, most)
    start = min(tips.start, most - settle)
    return Tips(min(tips.warn, most - settle - start), start, settle)


def split_sale(
    debt: int, proceeds: int, max_tip: int, *, flagged: bool, started: bool, settled: bool = False
) -> Sale:
    """A sale that brought `proceeds` against `debt`."""
    repaid = min(debt, proceeds)
    surplus = proceeds - repaid
    if surplus == 0:
        return Sale(repaid, 0, Tips(0, 0), 0)
    tips = bounded(quote_tips(repaid, max_tip, flagged=flagged, started=started, settled=settled), surplus)
    return Sale(repaid, surplus, tips, surplus - sum(tips))


def reserve_tips(
    repaid: int,
    reserve: int,
    floating: int,
    cash: int,
    max_tip: int,
    *,
    flagged: bool,
    started: bool,
    settled: bool = False,
) -> Tips:
    """Tips of a sale without surplus, after its loss was booked or marked: what the reserve can give."""
    most = min(zero_floor_sub(reserve, floating), cash)
    return bounded(quote_tips(repaid, max_tip, flagged=flagged, started=started, settled=settled), most)
