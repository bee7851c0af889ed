"""RollingMarket: the same answers as value_collection, whatever comes in which order."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.python.pricing.worlds import (
    DAY,
    T0,
    Row,
    ask,
    bid,
    honest_asks,
    honest_sales,
    market,
    sale,
    worlds,
)
from vitrine.errors import StateError
from vitrine.pricing import Multipliers, PricingParams, Reason, value_collection
from vitrine.pricing.rolling import RollingMarket

RARITY = Multipliers.of({2: 12_000, 3: 15_000, 6: 30_000})
OTHER = Multipliers.of({1: 30_000, 2: 30_000, 3: 10_500, 4: 11_000})
SMALL = PricingParams(
    sample_size=5, window=2 * DAY, ask_rank=2, reference_asks=3, cycle_window=DAY, pair_window=DAY
)
WINDOWED = PricingParams(sample_size=8, round_trip_window=8 * 3600, funding_window=4 * 3600, mad_limit=6.0)
moments = st.lists(st.integers(0, 24).map(lambda n: T0 + n * 4 * 3600 - 1800), min_size=1, max_size=6)


@settings(deadline=None)
@given(
    worlds(), moments, st.sampled_from([SMALL, WINDOWED, PricingParams()]), st.randoms(use_true_random=False)
)
def test_value__any_world_in_any_batches__equals_value_collection(
    world: dict[str, list[Row]], times: list[int], params: PricingParams, rng: random.Random
) -> None:
    rolling = RollingMarket("apes", params, RARITY)
    whole = market(**world)
    done = 0
    for as_of in sorted(times):
        batches: list[dict[str, list[Row]]] = [{name: [] for name in world} for _ in range(2)]
        for name, rows in world.items():
            clock = "start" if name in ("listings", "bids") else "time"
            for row in rows:
                if done < row[clock] <= as_of:
                    rng.choice(batches)[name].append(row)
        rng.shuffle(batches)
        for batch in batches:
            rolling.extend(market(**batch))
        assert rolling.value(as_of) == value_collection(whole, as_of, params, RARITY)
        assert rolling.value(as_of) == value_collection(whole, as_of, params, RARITY), (
            "asking twice changes nothing"
        )
        done = as_of


@settings(deadline=None)
@given(worlds(), moments)
def test_value__everything_added_at_once__later_events_wait(
    world: dict[str, list[Row]], times: list[int]
) -> None:
    rolling = RollingMarket("apes", SMALL)
    rolling.extend(market(**world))
    for as_of in sorted(times):
        assert rolling.value(as_of) == value_collection(market(**world), as_of, SMALL)


@settings(deadline=None)
@given(worlds())
def test_end__orders_ended_by_id__equal_known_ends(world: dict[str, list[Row]]) -> None:
    as_of, later = T0 + 5 * DAY, T0 + 6 * DAY
    opened = {
        name: [{**row, "end": None} if "start" in row else row for row in rows]
        for name, rows in world.items()
    }
    rolling = RollingMarket("apes", SMALL)
    rolling.extend(market(**opened))
    for name, close in (("listings", rolling.end_listings), ("bids", rolling.end_bids)):
        for row in world[name]:
            if row["end"] is not None:
                close([row["event_id"]], max(row["end"], row["start"]))
    assert rolling.value(as_of) == value_collection(market(**world), as_of, SMALL)
    assert rolling.value(later) == value_collection(market(**world), later, SMALL)


@settings(deadline=None)
@given(worlds(), st.lists(st.sampled_from([RARITY, Multipliers.none(), OTHER]), min_size=1, max_size=4))
def test_set_multipliers__any_world__equals_value_collection_with_them(
    world: dict[str, list[Row]], fits: list[Multipliers]
) -> None:
    rolling = RollingMarket("apes", SMALL, RARITY)
    rolling.extend(market(**world))
    for day, fit in enumerate(fits):
        as_of = T0 + (day + 1) * DAY
        rolling.set_multipliers(fit)
        assert rolling.value(as_of) == value_collection(market(**world), as_of, SMALL, fit)


def test_end_listings__open_ask_of_an_earlier_round__leaves_the_book() -> None:
    rolling = RollingMarket("apes", PricingParams(ask_rank=2))
    rolling.extend(market(honest_sales(), honest_asks(4)))
    before = rolling.value(T0 + DAY)
    rolling.end_listings([1], T0 + DAY + 1)
    after = rolling.value(T0 + DAY + 1)
    assert (before.spot, after.spot) == (61 * 10**18, 62 * 10**18)


def test_end_listings__unknown_or_ended_id__is_a_state_error() -> None:
    rolling = RollingMarket("apes")
    rolling.extend(market(listings=[ask(0, 60, token=1, event_id=7), ask(0, 60, token=2, event_id=8)]))
    rolling.value(T0 + 1)
    rolling.end_listings([7], T0 + 2)
    rolling.value(T0 + 3)
    for ids in ([7], [99]):
        with pytest.raises(StateError, match="No open order"):
            rolling.end_listings(ids, T0 + 4)
    with pytest.raises(StateError, match="valued already"):
        rolling.end_listings([8], T0 + 3)


def test_extend__event_at_a_valued_moment__is_refused() -> None:
    rolling = RollingMarket("apes")
    rolling.extend(market(honest_sales(3)))
    rolling.value(T0 + DAY)
    for late in (market([sale(DAY, 60)]), market(listings=[ask(DAY, 60, 1)]), market(bids=[bid(DAY, 60)])):
        with pytest.raises(StateError, match="valued already"):
            rolling.extend(late)
    rolling.extend(market([sale(DAY + 1, 60)]))
    assert rolling.value(T0 + DAY + 1).sample_count == 4


def test_value__back_in_time__is_refused() -> None:
    rolling = RollingMarket("apes")
    rolling.value(T0)
    with pytest.raises(StateError, match="forward"):
        rolling.value(T0 - 1)


def test_value__round_trip_closes_later__first_leg_counts_until_then() -> None:
    rolling = RollingMarket("apes")
    rolling.extend(market([*honest_sales(), sale(0, 60.5, token=5, seller="alice", buyer="bob")]))
    rolling.extend(market([sale(DAY, 60.5, token=5, seller="bob", buyer="alice")]))
    before, after = rolling.value(T0 + DAY - 1), rolling.value(T0 + DAY)
    assert (before.sample_count, before.rejects) == (13, {})
    assert (after.sample_count, after.rejects) == (12, {Reason.WASH_ROUND_TRIP: 2})
