"""Bit-exact twin of `RoyaltyEngine`: what a sale owes, and what a credit books."""

from __future__ import annotations

from enum import IntEnum
from typing import Final, NamedTuple

from vitrine.units import BPS, bps_down

MAX_ROYALTY_BPS: Final = 1_000
LOOKUP_GAS: Final = 50_000


class RoyaltyPolicy(IntEnum):
    """What entitled callers pay."""

    FULL = 0
    REDUCED = 1
    WAIVED = 2


class Royalty(NamedTuple):
    """The royalty of one sale, asset units."""

    due: int = 0  # what the collection asks, capped
    payable: int = 0  # what this trade owes


NO_ROYALTY: Final = Royalty()


def due_down(price: int, asked: int) -> int:
    """What ERC-2981 asked for a sale at `price`, cut to the cap."""
    return min(asked, bps_down(price, MAX_ROYALTY_BPS))


def payable_down(
    due: int, policy: RoyaltyPolicy = RoyaltyPolicy.FULL, reduced_bps: int = 0, *, entitled: bool = False
) -> int:
    """What is left of `due` for the trader."""
    if not entitled or policy is RoyaltyPolicy.FULL:
        return due
    return 0 if policy is RoyaltyPolicy.WAIVED else bps_down(due, reduced_bps)


def royalty_of(
    price: int,
    *,
    asked: int | None = None,
    override_bps: int | None = None,
    policy: RoyaltyPolicy = RoyaltyPolicy.FULL,
    reduced_bps: int = 0,
    entitled: bool = False,
) -> Royalty:
    """`RoyaltyEngine.royaltyOf`: by the override, else by what ERC-2981 asked (None: no answer)."""
    due = due_down(price, asked or 0) if override_bps is None else bps_down(price, override_bps)
    return Royalty(due, payable_down(due, policy, reduced_bps, entitled=entitled)) if due else NO_ROYALTY


def credited(payable: int, balance: int, claimable: int) -> int:
    """What a credit of `payable` books: at most what arrived and belongs to nobody yet."""
    return min(payable, max(0, balance - claimable))


def evaded_bps(due: int, paid: int) -> int:
    """Share of the royalties due that was not paid, rounded down."""
    return (due - paid) * BPS // due if due > paid else 0
