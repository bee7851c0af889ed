"""The cheapest way to fulfil a wish.

A listing costs the same whatever else is bought; a pool's next item costs more than its last, and its first
carries the gas of the swap. So the least cost of k items over all listings is a sum of the k best, and pools
are added one by one: least(k) = min over j of least without it (k - j) + pool (j). Pools, and items of pools,
that cannot beat the k-th listing are left out before; that changes no result.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from vitrine.routing.offers import Listing, PoolOffer
from vitrine.routing.plans import Fill, Leg, Plan, Terms, limit_up
from vitrine.routing.wishes import Cheapest, These, Wish

_ROUNDING: Final = 4
"""What an item may add less than the one before it, per item of the swap: every fee is rounded on its own."""


class Ranked(NamedTuple):
    """An item and what it costs all in, less what it is worth to the buyer."""

    cost: int
    token_id: int
    listing: Listing


@dataclass(frozen=True, slots=True)
class _Source:
    """A pool with the tokens that may be bought there, worthiest first, and what so many of them cost."""

    pool: PoolOffer
    token_ids: tuple[int, ...]
    costs: tuple[int, ...]  # of 1, 2, … items


def cost_of(listing: Listing, terms: Terms) -> int:
    """All in, asset units: price, fee, royalty when it counts, and gas."""
    royalty = listing.royalty if terms.with_royalty else 0
    return listing.price + listing.fee + royalty + terms.gas.cost_up(listing.gas)


def rank(listings: Iterable[Listing], terms: Terms | None = None) -> list[Ranked]:
    """The cheapest listing of each token, cheapest first; at one cost the lower id."""
    return _rank(listings, terms or Terms(), None, {}, None)


def plan_buy(
    collection: str,
    wish: Wish,
    listings: Sequence[Listing],
    pools: Sequence[PoolOffer] = (),
    terms: Terms | None = None,
) -> Plan:
    """The plan that fulfils `wish` for the least cost all in; of as many items as there are."""
    terms = terms or Terms()
    in_pools = {token for pool in pools for token in pool.token_ids}
    offered = [listing for listing in listings if listing.token_id not in in_pools]
    if isinstance(wish, These):
        return _plan_these(collection, wish, offered, pools, terms)
    if isinstance(wish, Cheapest):
        wanted: frozenset[int] | None = None
        worth: Mapping[int, int] = {}
        most = None
    else:
        ids, worth, most = wish.token_ids, wish.worth, wish.max_each
        wanted = ids
    ranked = _rank(offered, terms, wanted, worth, most)
    count = wish.count
    bar = ranked[count - 1].cost if len(ranked) >= count else None
    sources = [
        source
        for pool in pools
        if (source := _source(pool, count, terms, wanted, worth, most, bar)) is not None
    ]
    return _assemble(collection, count, ranked, sources, terms)


def _rank(
    listings: Iterable[Listing],
    terms: Terms,
    wanted: frozenset[int] | None,
    worth: Mapping[int, int],
    most: int | None,
) -> list[Ranked]:
    best: dict[int, Ranked] = {}
    gas_costs: dict[int, int] = {}
    with_royalty = terms.with_royalty
    for listing in listings:
        token, gas = listing.token_id, listing.gas
        if wanted is not None and token not in wanted:
            continue
        cost = gas_costs.get(gas)
        if cost is None:
            cost = gas_costs[gas] = terms.gas.cost_up(gas)
        cost += listing.price + listing.fee
        if with_royalty:
            cost += listing.royalty
        if most is not None and cost > most:
            continue
        if worth:
            cost -= worth.get(token, 0)
        known = best.get(token)
        if known is None or cost < known[0]:
            best[token] = Ranked(cost, token, listing)
    return sorted(best.values())  # ids differ, so listings are never compared


def _source(
    pool: PoolOffer,
    count: int,
    terms: Terms,
    wanted: frozenset[int] | None,
    worth: Mapping[int, int],
    most: int | None,
    bar: int | None,
) -> _Source | None:
    """What up to `count` items cost at the pool; None when none of them can be part of a best plan.

    An item that adds at least `bar`, the cost of the last listing in question, is never better than that
    listing; as what items add only grows, nor are those after it. The first is judged without the gas of the
    swap itself, which items after it share.
    """
    held = (token for token in pool.token_ids if wanted is None or token in wanted)
    ids = sorted(held, key=lambda token: (-worth.get(token, 0), token))
    shared = terms.gas.cost_up(pool.gas_first) - terms.gas.cost_up(pool.gas_more)
    costs: list[int] = []
    before, value = 0, 0
    for taken, token in enumerate(ids[:count], 1):
        trade = pool.quoter.buy(taken)
        if trade is None:
            break
        paid = trade.total - (0 if terms.with_royalty else trade.royalty)
        cost = paid + terms.gas.cost_up(pool.gas(taken))
        added = cost - before
        if most is not None and added > most:
            break
        own = added - (max(shared, 0) if taken == 1 else 0) - worth.get(token, 0)
        if bar is not None and own > bar + _ROUNDING * (taken + 1):
            break
        value += worth.get(token, 0)
        costs.append(cost - value)
        before = cost
    return _Source(pool, tuple(ids[: len(costs)]), tuple(costs)) if costs else None


def _assemble(
    collection: str, count: int, ranked: Sequence[Ranked], sources: Sequence[_Source], terms: Terms
) -> Plan:
    least: list[int | None] = [0]
    for item in ranked[:count]:
        last = least[-1]
        assert last is not None
        least.append(last + item.cost)
    least += [None] * (count + 1 - len(least))
    taken: list[list[int]] = []
    for source in sources:
        least, chosen = _add(least, source.costs)
        taken.append(chosen)
    reached = max(k for k, cost in enumerate(least) if cost is not None)
    objective = least[reached]
    assert objective is not None
    parts: list[tuple[_Source, int]] = []
    left = reached
    for source, chosen in zip(reversed(sources), reversed(taken), strict=True):
        if chosen[left]:
            parts.append((source, chosen[left]))
            left -= chosen[left]
    firsts, spare = ranked[:left], list(ranked[left:])
    legs = []
    for source, number in reversed(parts):
        instead, spare = _instead(collection, number, spare, terms)
        legs.append(Leg((*_pool_fills(collection, source, number, terms), *instead)))
    if terms.bundle:
        legs += [Leg((_bundle(collection, same),)) for same in _by_venue(firsts)]
    else:
        for item in firsts:
            fills, spare = _with_substitutes(collection, item, spare, terms.substitutes)
            legs.append(Leg(fills))
    return Plan(tuple(legs), objective, count - reached)


def _add(least: Sequence[int | None], costs: Sequence[int]) -> tuple[list[int | None], list[int]]:
    """`least` with one more pool, and how many items come from it."""
    found: list[int | None] = []
    chosen: list[int] = []
    for k in range(len(least)):
        best, number = least[k], 0
        for j in range(1, min(k, len(costs)) + 1):
            rest = least[k - j]
            if rest is not None and (best is None or rest + costs[j - 1] < best):
                best, number = rest + costs[j - 1], j
        found.append(best)
        chosen.append(number)
    return found, chosen


def _plan_these(
    collection: str, wish: These, listings: Sequence[Listing], pools: Sequence[PoolOffer], terms: Terms
) -> Plan:
    """Each token where it is: in a pool, or with its cheapest listing; further listings of it are
    substitutes."""
    legs: list[Leg] = []
    objective = bought = 0
    for pool in pools:
        source = _source(pool, len(wish.token_ids), terms, wish.token_ids, {}, None, None)
        if source is not None:
            legs.append(Leg(_pool_fills(collection, source, len(source.costs), terms)))
            objective += source.costs[-1]
            bought += len(source.costs)
    offers: dict[int, list[Ranked]] = {}
    for listing in listings:
        if listing.token_id in wish.token_ids:
            ranked = Ranked(cost_of(listing, terms), listing.token_id, listing)
            offers.setdefault(listing.token_id, []).append(ranked)
    firsts = []
    for token in sorted(offers):
        same = sorted(offers[token], key=lambda ranked: (ranked.cost, ranked.listing.venue))
        firsts.append(same[0])
        objective += same[0].cost
        bought += 1
        if not terms.bundle:
            legs.append(Leg(tuple(_bundle(collection, [one]) for one in same[: terms.substitutes + 1])))
    if terms.bundle:
        legs += [Leg((_bundle(collection, same),)) for same in _by_venue(firsts)]
    return Plan(tuple(legs), objective, len(wish.token_ids) - bought)


def _with_substitutes(
    collection: str, item: Ranked, spare: list[Ranked], most: int
) -> tuple[tuple[Fill, ...], list[Ranked]]:
    """The item and the next best that no other leg uses, and what is left of those."""
    used = spare[:most]
    return tuple(_bundle(collection, [one]) for one in (item, *used)), spare[len(used) :]


def _instead(
    collection: str, number: int, spare: list[Ranked], terms: Terms
) -> tuple[tuple[Fill, ...], list[Ranked]]:
    """As many listings of one venue as a pool was to sell, in one fill, should the pool have moved."""
    if terms.bundle or not terms.substitutes:
        return (), spare
    whole = [items[:number] for items in _by_venue(spare) if len(items) >= number]
    if not whole:
        return (), spare
    best = min(whole, key=lambda items: sum(item.cost for item in items))
    used = {item.token_id for item in best}
    return (_bundle(collection, best),), [item for item in spare if item.token_id not in used]


def _by_venue(items: Sequence[Ranked]) -> list[list[Ranked]]:
    venues: dict[str, list[Ranked]] = {}
    for item in items:
        venues.setdefault(item.listing.venue, []).append(item)
    return list(venues.values())


def _bundle(collection: str, items: Sequence[Ranked]) -> Fill:
    total = sum(item.listing.total for item in items)
    return Fill(
        items[0].listing.venue,
        collection,
        tuple(item.token_id for item in items),
        total,
        total,
        tuple(item.listing.payload for item in items),
    )


def _pool_fills(collection: str, source: _Source, number: int, terms: Terms) -> tuple[Fill, ...]:
    """So many items of the pool; with a ladder also fewer, when it has become too dear for all of them."""
    fewest = 1 if terms.ladder and not terms.bundle else number
    fills = []
    for count in range(number, fewest - 1, -1):
        trade = source.pool.quoter.buy(count)
        assert trade is not None  # quoted before
        ids, limit = source.token_ids[:count], limit_up(trade.total, terms)
        payload = (source.pool.payload,)
        fills.append(Fill(source.pool.venue, collection, ids, trade.total, limit, payload))
    return tuple(fills)
