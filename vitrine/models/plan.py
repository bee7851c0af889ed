"""Twin of `TierBook.plan`: which NFTs of an account a liquidation has to put up now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from vitrine.errors import ConfigError
from vitrine.models.quotes import OracleState
from vitrine.models.tiers import Place, value_of
from vitrine.models.units_word import behind_live
from vitrine.models.wad import zero_floor_sub
from vitrine.units import bps_down

UNRANKED: Final = 256


class Candidate(NamedTuple):
    """An NFT of an account as the plan sees it; names and order are the contract's."""

    place: int
    units: int
    rank: int = 0
    live: bool = False
    auction_price: int = 0


def plan(
    candidates: Sequence[Candidate], debt: int, behind: int, places: Sequence[Place | None]
) -> list[int]:
    """Indices into `candidates`, in the order in which their auctions start.

    Live ones count as sold at min(mid value, auction price). The borrower's ranks come first; then the
    smallest set that suffices, lowest units first; all when the debt left reaches D. Full places are passed
    over.
    """
    slots: dict[int, int] = {}
    keys: list[tuple[int, int, int]] = []
    target = 0
    for index, item in enumerate(candidates):
        place = places[item.place]
        if place is None:
            raise ConfigError(f"The place {item.place} is not listed", "Read the book again")
        if item.place not in slots:
            free = zero_floor_sub(place.tier.max_live, behind_live(behind, item.place))
            slots[item.place] = 0 if place.quote.state == OracleState.STALE else free
        value = value_of(place.quote.mid, item.units)
        if item.live:
            debt = zero_floor_sub(debt, min(value, item.auction_price))
            continue
        target += bps_down(value, place.tier.target_bps)
        if slots[item.place]:
            keys.append((item.rank or UNRANKED, bps_down(value, place.tier.cover_bps), index))
    if debt <= target:
        return []
    keys.sort()
    chosen = _choose(keys, debt - target)
    kept = []
    for index in chosen:
        place_index = candidates[index].place
        if slots[place_index]:
            slots[place_index] -= 1
            kept.append(index)
    return kept


def _choose(keys: list[tuple[int, int, int]], need: int) -> list[int]:
    """Ranked NFTs in order until `need` is covered, then the lowest of the smallest sets for the rest."""
    chosen = []
    i = 0
    while i < len(keys) and keys[i][0] < UNRANKED:
        if need:
            chosen.append(keys[i][2])
            need = zero_floor_sub(need, keys[i][1])
        i += 1
    n = len(keys)
    left = largest = 0
    while left < n - i and largest < need:
        left += 1
        largest += keys[n - left][1]
    while left:
        cover = keys[i][1]
        others = largest - keys[n - left][1]
        if cover + others >= need or n - i == left:
            chosen.append(keys[i][2])
            need = zero_floor_sub(need, cover)
            largest = others
            left -= 1
        i += 1
    return chosen
