"""Twin of `UnitWords`: eight sums in one word.

A unit word holds 16 bits per place. A behind word holds 32 bits per place: units behind debt in the upper 24,
live auctions in the lower 8. Place 0 is lowest in both.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from vitrine.errors import AmountError

PLACES: Final = 8
LANE: Final = 0xFFFF
BEHIND_LANE: Final = 0xFFFFFF
LIVE_LANE: Final = 0xFF


def units_at(word: int, place: int) -> int:
    """Units on `place` of a unit word."""
    return word >> 16 * place & LANE


def lanes(word: int) -> list[int]:
    """The eight sums of a unit word, place 0 first."""
    return [word >> shift & LANE for shift in range(0, 128, 16)]


def pack_lanes(units: Iterable[int]) -> int:
    """Unit word out of sums, place 0 first."""
    word = 0
    for place, count in enumerate(units):
        word = add(word, place, count)
    return word


def add(word: int, place: int, units: int) -> int:
    """Unit word with `units` more on `place`."""
    total = units_at(word, place) + units
    if total > LANE:
        raise AmountError(f"The place {place} would hold {total} units", f"Keep it at {LANE} or less")
    return word + (units << 16 * place)


def sub(word: int, place: int, units: int) -> int:
    """Unit word with `units` less on `place`, which must hold them."""
    if units_at(word, place) < units:
        raise AmountError(f"The place {place} holds fewer than {units} units", "Take out what it holds")
    return word - (units << 16 * place)


def any_less(word: int, than: int) -> bool:
    """Whether any place of `word` holds less than the same place of `than`."""
    return any(a < b for a, b in zip(lanes(word), lanes(than), strict=True))


def behind_units(behind: int, place: int) -> int:
    """Units behind debt on `place`."""
    return behind >> 32 * place + 8 & BEHIND_LANE


def behind_live(behind: int, place: int) -> int:
    """Live auctions on `place`."""
    return behind >> 32 * place & LIVE_LANE


def shift(behind: int, before: int, after: int) -> int:
    """Behind word in which the unit word `before` no longer counts and `after` does."""
    total = 0
    for place in range(PLACES):
        units = behind_units(behind, place) - units_at(before, place) + units_at(after, place)
        if not 0 <= units <= BEHIND_LANE:
            raise AmountError(
                f"The place {place} would count {units} units behind debt",
                f"Keep it within 0 to {BEHIND_LANE}",
            )
        total |= (units << 8 | behind_live(behind, place)) << 32 * place
    return total
