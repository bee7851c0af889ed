"""Twin of the vault's tips, fine and sale split: who gets which part of a repayment or of a sale."""

from __future__ import annotations

from typing import Final, NamedTuple

from vitrine.units import BPS, bps_down, bps_up, mul_div_down

WARN_TIP_BPS: Final = 25
START_TIP_BPS: Final = 75


class Tips(NamedTuple):
    """Tips of one event, asset units."""

    warn: int
    start: int


class Collection(NamedTuple):
    """How a repayment splits."""

    repaid: int
    fine: int
    tips: Tips


class Sale(NamedTuple):
    """How the proceeds of a sale split. Tips come from the surplus first, then from the reserve."""

    repaid: int
    surplus: int
    start_from_surplus: int
    start_from_reserve: int
    warn_from_surplus: int
    warn_from_reserve: int
    to_account: int


def quote_tips(repaid: int, max_tip: int, *, flagged: bool = True, started: bool = True) -> Tips:
    """The tips a repayment or sale of `repaid` earns; the reserve or surplus may hold less."""
    return Tips(
        min(bps_down(repaid, WARN_TIP_BPS), max_tip) if flagged else 0,
        min(bps_down(repaid, START_TIP_BPS), max_tip) if started else 0,
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
    start = min(tips.start, fine)
    return Collection(repaid, fine, Tips(min(tips.warn, fine - start), start))


def split_sale(
    debt: int, proceeds: int, reserve: int, cash: int, max_tip: int, *, flagged: bool, started: bool
) -> Sale:
    """A sale that brought `proceeds` against `debt`; `cash` is that of the vault before them."""
    repaid = min(debt, proceeds)
    surplus = left = proceeds - repaid
    cash += proceeds
    tips = quote_tips(repaid, max_tip, flagged=flagged, started=started)
    parts = []
    for tip in (tips.start, tips.warn):
        from_surplus = min(tip, left)
        left -= from_surplus
        cash -= from_surplus
        from_reserve = min(tip - from_surplus, reserve, cash)
        reserve -= from_reserve
        cash -= from_reserve
        parts += [from_surplus, from_reserve]
    return Sale(repaid, surplus, parts[0], parts[1], parts[2], parts[3], left)
