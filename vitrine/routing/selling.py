"""The best way to sell given tokens: into pools, whose next item brings less than the last, and to bids.

Tokens that the same offers take are of one class. The planner goes through the offers and keeps, for every
number of tokens sold of each class, the most they can bring; of bids that take the same classes only as many
of the best as there are tokens matter. That is exact. Past `MOST_STATES` combinations it takes, one token
after the other, what brings most at that moment.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Final, TypeAlias

from vitrine.routing.offers import Bid, PoolOffer
from vitrine.routing.plans import Fill, Leg, Plan, Terms, limit_down

MOST_STATES: Final = 3_000

State: TypeAlias = tuple[int, ...]
"""Tokens sold, by class."""
Offer: TypeAlias = Bid | PoolOffer


@dataclass(frozen=True, slots=True)
class _Class:
    """Tokens that the same offers take."""

    token_ids: tuple[int, ...]
    offers: frozenset[int]  # indices


@dataclass(frozen=True, slots=True)
class _Found:
    """The most that reaches a state, and how: the state before, the offer, what it takes of each class."""

    value: int
    before: State | None = None
    offer: int = -1


def ladder(pool: PoolOffer, most: int) -> list[int]:
    """What 1, 2, … up to `most` tokens bring together at the pool, as far as it can pay."""
    found = []
    for count in range(1, most + 1):
        trade = pool.quoter.sell(count)
        if trade is None:
            break
        found.append(trade.total)
    return found


def plan_sell(
    collection: str,
    token_ids: Sequence[int],
    bids: Sequence[Bid],
    pools: Sequence[PoolOffer] = (),
    terms: Terms | None = None,
) -> Plan:
    """The plan that sells as many of the tokens as somebody takes for more than the gas, for the most net of
    gas.

    With `with_royalty` off, royalties are not counted as a cost when offers are compared.
    """
    terms = terms or Terms()
    offers: list[Offer] = [*_best(bids, token_ids, terms), *pools]
    classes = _classes(token_ids, offers)
    values = [_values(offer, len(token_ids), terms) for offer in offers]
    if prod(len(group.token_ids) + 1 for group in classes) <= MOST_STATES:
        takes, objective = _exact(classes, offers, values)
    else:
        takes, objective = _greedy(classes, offers, values)
    legs, sold = _legs(collection, classes, offers, takes, bids, terms)
    return Plan(tuple(legs), objective, len(set(token_ids)) - sold)


def _best(bids: Sequence[Bid], token_ids: Sequence[int], terms: Terms) -> list[Bid]:
    """Of bids on the same tokens only as many of the best as there are tokens matter; none that gas eats."""
    groups: dict[frozenset[int], list[Bid]] = {}
    mine = frozenset(token_ids)
    for bid in bids:
        taken = mine if bid.token_ids is None else bid.token_ids & mine
        if taken and _net(bid, terms) > 0:
            groups.setdefault(taken, []).append(bid)
    found: list[Bid] = []
    for taken, same in groups.items():
        places = len(taken)
        for bid in sorted(same, key=lambda bid: -_net(bid, terms)):
            if places <= 0:
                break
            found.append(bid)
            places -= bid.quantity
    return found


def _net(bid: Bid, terms: Terms) -> int:
    """Of one token, gas off."""
    royalty = 0 if terms.with_royalty else bid.royalty
    return bid.total + royalty - terms.gas.cost_up(bid.gas)


def _values(offer: Offer, most: int, terms: Terms) -> list[int]:
    """What 0, 1, 2, … tokens bring at the offer, net of gas."""
    if isinstance(offer, Bid):
        return [_net(offer, terms) * count for count in range(min(offer.quantity, most) + 1)]
    found = [0]
    for count in range(1, most + 1):
        trade = offer.quoter.sell(count)
        if trade is None:
            break
        received = trade.total + (0 if terms.with_royalty else trade.royalty)
        found.append(received - terms.gas.cost_up(offer.gas(count)))
    return found


def _classes(token_ids: Sequence[int], offers: Sequence[Offer]) -> list[_Class]:
    groups: dict[frozenset[int], list[int]] = {}
    for token in sorted(set(token_ids)):
        taken = frozenset(i for i, offer in enumerate(offers) if offer.takes(token))
        if taken:
            groups.setdefault(taken, []).append(token)
    return [_Class(tuple(tokens), taken) for taken, tokens in groups.items()]


def _exact(
    classes: Sequence[_Class], offers: Sequence[Offer], values: Sequence[list[int]]
) -> tuple[list[tuple[int, State]], int]:
    """(what each used offer takes of each class, the most all of them bring)"""
    start: State = (0,) * len(classes)
    layers: list[dict[State, _Found]] = [{start: _Found(0)}]
    for index, value in enumerate(values):
        best = {state: _Found(found.value, state) for state, found in layers[-1].items()}
        rooms = [len(c.token_ids) if index in c.offers else 0 for c in classes]
        for take in _takes(rooms, len(value) - 1):
            gain = value[sum(take)]
            for state, found in layers[-1].items():
                after = tuple(map(sum, zip(state, take, strict=True)))
                if any(n > len(c.token_ids) for n, c in zip(after, classes, strict=True)):
                    continue
                known = best.get(after)
                if known is None or found.value + gain > known.value:
                    best[after] = _Found(found.value + gain, state, index)
        layers.append(best)
    last = layers[-1]
    state = max(last, key=lambda s: (last[s].value, -sum(s)))
    objective = last[state].value
    takes: list[tuple[int, State]] = []
    for index in range(len(offers) - 1, -1, -1):
        found = layers[index + 1][state]
        assert found.before is not None
        if found.before != state:
            takes.append((index, tuple(a - b for a, b in zip(state, found.before, strict=True))))
        state = found.before
    return takes, objective


def _takes(rooms: Sequence[int], most: int) -> Iterator[State]:
    """Every way to take one to `most` tokens out of the classes."""
    for take in product(*(range(min(room, most) + 1) for room in rooms)):
        if 0 < sum(take) <= most:
            yield take


def _greedy(
    classes: Sequence[_Class], offers: Sequence[Offer], values: Sequence[list[int]]
) -> tuple[list[tuple[int, State]], int]:
    """One token after the other goes where it adds most."""
    left = [len(c.token_ids) for c in classes]
    taken = [[0] * len(classes) for _ in offers]
    counts, objective = [0] * len(offers), 0
    while True:
        choices = [
            (values[i][counts[i] + 1] - values[i][counts[i]], -i, -k)
            for k, c in enumerate(classes)
            if left[k]
            for i in c.offers
            if counts[i] + 1 < len(values[i])
        ]
        if not choices or max(choices)[0] <= 0:
            break
        gain, i, k = max(choices)
        taken[-i][-k] += 1
        counts[-i] += 1
        left[-k] -= 1
        objective += gain
    return [(i, tuple(take)) for i, take in enumerate(taken) if any(take)], objective


def _legs(
    collection: str,
    classes: Sequence[_Class],
    offers: Sequence[Offer],
    takes: Sequence[tuple[int, State]],
    bids: Sequence[Bid],
    terms: Terms,
) -> tuple[list[Leg], int]:
    waiting = [list(c.token_ids) for c in classes]
    used = {id(offers[index]) for index, _ in takes}
    spare = [bid for bid in bids if id(bid) not in used and _net(bid, terms) > 0]
    spare.sort(key=lambda bid: -_net(bid, terms))
    legs: list[Leg] = []
    sold = 0
    for index, take in sorted(takes):
        ids = [token for k, number in enumerate(take) for token in waiting[k][:number]]
        for k, number in enumerate(take):
            del waiting[k][:number]
        sold += len(ids)
        offer = offers[index]
        if isinstance(offer, PoolOffer):
            legs.append(Leg(_pool_fills(collection, offer, ids, terms)))
            continue
        for token in ids:
            instead = [bid for bid in spare if bid.takes(token)][: terms.substitutes]
            gone = {id(bid) for bid in instead}
            spare = [bid for bid in spare if id(bid) not in gone]
            legs.append(Leg(tuple(_bid_fill(collection, bid, token) for bid in (offer, *instead))))
    return legs, sold


def _bid_fill(collection: str, bid: Offer, token: int) -> Fill:
    assert isinstance(bid, Bid)
    return Fill(bid.venue, collection, (token,), bid.total, bid.total, (bid.payload,))


def _pool_fills(collection: str, pool: PoolOffer, ids: Sequence[int], terms: Terms) -> tuple[Fill, ...]:
    fewest = 1 if terms.ladder and not terms.bundle else len(ids)
    fills = []
    for count in range(len(ids), fewest - 1, -1):
        trade = pool.quoter.sell(count)
        assert trade is not None  # quoted before
        limit = limit_down(trade.total, terms)
        fills.append(Fill(pool.venue, collection, tuple(ids[:count]), trade.total, limit, (pool.payload,)))
    return tuple(fills)
