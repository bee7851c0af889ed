"""The sale plan against the book itself, and against its own definition."""

import itertools
import random

import pytest

from tests.python.models.market import ROUNDS
from vitrine.errors import ConfigError
from vitrine.models.plan import Candidate, plan
from vitrine.models.quotes import OracleState
from vitrine.models.tiers import value_of


def random_candidates(rng, count, places=8, *, spread=True):
    taken = rng.sample(range(places), rng.randint(1, places))
    ranked = rng.choice([0, 0, 0.3, 1])
    live = rng.choice([0, 0, 0.2, 0.8])
    made = []
    for _ in range(count):
        is_live = rng.random() < live
        rank = rng.choice([1, 2, 255, rng.randint(1, 255)]) if rng.random() < ranked else 0
        units = rng.choice([1, 100, 100, 300, rng.randint(1, 300)]) if spread else 100
        price = rng.randint(0, 10 ** rng.randint(1, 30)) if is_live else 0
        made.append(Candidate(rng.choice(taken), units, rank, is_live, price))
    return made


def random_behind(rng, places):
    behind = 0
    for index, place in enumerate(places):
        most = place.tier.max_live
        live = rng.choice([0, 0, 0, most - 1, most, min(most + 1, 255)])
        behind |= (rng.randint(0, 2**24 - 1) << 8 | live) << 32 * index
    return behind


def sums(candidates, debt, places):
    """(debt left, G, D) of what is not in auction."""
    target = deep = 0
    for c in candidates:
        value = value_of(places[c.place].quote.mid, c.units)
        if c.live:
            debt = max(0, debt - min(value, c.auction_price))
        else:
            target += value * places[c.place].tier.target_bps // 10_000
            deep += value * places[c.place].tier.deep_bps // 10_000
    return debt, target, deep


def random_debt(rng, candidates, places):
    """A debt near one of the lines, or anywhere."""
    _, target, deep = sums(candidates, 0, places)
    sold = -sums([c for c in candidates if c.live], 0, places)[0]
    live = sum(
        min(value_of(places[c.place].quote.mid, c.units), c.auction_price) for c in candidates if c.live
    )
    near = rng.choice([target, deep, rng.randint(target, max(target, deep)), rng.randint(0, 2 * deep + 2)])
    return max(0, near + live + sold + rng.randint(-2, 2))


def test_plan__random_accounts__equals_the_chain(eight):
    rng = random.Random(31)
    sizes = set()
    for _ in range(40 * ROUNDS):
        eight.shuffle()
        for _ in range(30):
            candidates = random_candidates(rng, rng.choice([1, 2, 3, 5, 8, 20]))
            behind = random_behind(rng, eight.places)
            debt = random_debt(rng, candidates, eight.places)
            expected = plan(candidates, debt, behind, eight.places)
            sizes.add(len(expected))
            assert eight.core.book.plan([tuple(c) for c in candidates], debt, behind) == expected
    assert {0, 1, 2, 3} <= sizes


@pytest.mark.parametrize("count", [100, 500])
def test_plan__large_accounts__equals_the_chain_inside_block_gas(eight, count):
    rng = random.Random(32)
    for _ in range(6 * ROUNDS):
        eight.shuffle()
        candidates = random_candidates(rng, count)
        debt = random_debt(rng, candidates, eight.places)
        behind = rng.choice([0, random_behind(rng, eight.places)])
        expected = plan(candidates, debt, behind, eight.places)
        assert eight.core.book.plan([tuple(c) for c in candidates], debt, behind) == expected


def test_plan__500_nfts_and_31_slots_each__no_place_exceeds_its_slots(eight):
    rng = random.Random(33)
    for _ in range(20):
        eight.shuffle()
        candidates = random_candidates(rng, 500)
        behind = random_behind(rng, eight.places)
        chosen = plan(candidates, 10**60, behind, eight.places)
        assert len(set(chosen)) == len(chosen)
        for index, place in enumerate(eight.places):
            live = behind >> 32 * index & 0xFF
            started = sum(candidates[i].place == index for i in chosen)
            assert started <= max(0, place.tier.max_live - live)
        assert not any(candidates[i].live for i in chosen)


def test_plan__unranked__is_the_lowest_of_the_smallest_sufficient_sets(eight):
    """Brute force over all subsets, with free slots."""
    rng = random.Random(34)
    for _ in range(60 * ROUNDS):
        eight.shuffle(state=OracleState.FRESH)
        index = rng.randrange(8)
        candidates = [
            Candidate(index, rng.choice([50, 100, 100, 120, 300])) for _ in range(rng.randint(1, 8))
        ]
        place = eight.places[index]
        if place.tier.max_live < 8:
            continue
        _, target, deep = sums(candidates, 0, eight.places)
        if deep <= target + 1:
            continue
        debt = rng.randint(target + 1, deep - 1)
        cover = [value_of(place.quote.mid, c.units) * place.tier.cover_bps // 10_000 for c in candidates]
        need = debt - target
        sized = [
            subset
            for size in range(1, len(candidates) + 1)
            for subset in itertools.combinations(range(len(candidates)), size)
            if sum(cover[i] for i in subset) >= need
        ]
        if not sized:
            continue
        least = len(sized[0])
        best = min(sorted((cover[i], i) for i in subset) for subset in sized if len(subset) == least)
        assert sorted((cover[i], i) for i in plan(candidates, debt, 0, eight.places)) == best


def test_plan__debt_at_target__nothing_and_one_unit_more_something(eight):
    eight.shuffle(state=OracleState.FRESH)
    eight.set_quote(0, eight.places[0].quote._replace(mid=10**9))
    candidates = [Candidate(0, 100)] * 4
    _, target, deep = sums(candidates, 0, eight.places)
    assert plan(candidates, target, 0, eight.places) == []
    assert plan(candidates, target + 1, 0, eight.places) == [0]
    most = min(4, eight.places[0].tier.max_live)
    assert plan(candidates, deep, 0, eight.places) == list(range(most))


def test_plan__ranks__come_first_in_their_order(eight):
    eight.shuffle(state=OracleState.FRESH)
    eight.set_quote(0, eight.places[0].quote._replace(mid=10**9))
    eight.set_tier(0, eight.places[0].tier._replace(max_live=31))
    candidates = [Candidate(0, 100), Candidate(0, 300, 2), Candidate(0, 100, 1), Candidate(0, 100)]
    _, target, _ = sums(candidates, 0, eight.places)
    cover = 10**9 * eight.places[0].tier.cover_bps // 10_000
    assert plan(candidates, target + 1, 0, eight.places) == [2]
    assert plan(candidates, target + cover, 0, eight.places) == [2]
    assert plan(candidates, target + cover + 1, 0, eight.places) == [2, 1]


def test_plan__place_not_listed__is_refused():
    with pytest.raises(ConfigError, match="not listed"):
        plan([Candidate(0, 100)], 10, 0, [None] * 8)
