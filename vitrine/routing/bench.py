"""Speed of planning: 10,000 live listings and 200 pools ranked and split for a wish."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from random import Random
from typing import Final

from vitrine.benching import Bench, Context, Report, timed
from vitrine.routing.buying import plan_buy, rank
from vitrine.routing.offers import GasPrice, Listing, PoolOffer, Trade
from vitrine.routing.plans import Terms
from vitrine.routing.wishes import Cheapest, These, Traits, Wish
from vitrine.units import WAD, bps_down, bps_up

LISTINGS: Final = 10_000
POOLS: Final = 200
BATCH: Final = 20
ROUNDS: Final = 3
BOUND: Final = 0.2
"""Seconds."""
_ONE: Final = 10**18
_FLOOR: Final = 60_000 * _ONE
_COLLECTION: Final = "0x" + "c0" * 20
_BOOK: Final = "0x" + "b0" * 20
_POOLS: Final = "0x" + "a0" * 20


@dataclass(frozen=True, slots=True)
class _Growing:
    """An exponential pool: each item costs half a per cent more than the one before, with fee and royalty."""

    spot: int

    def buy(self, count: int) -> Trade:
        price, one = 0, self.spot
        for _ in range(count):
            one += bps_up(one, 50)
            price += one
        royalty = bps_down(price, 500)
        return Trade(price + bps_up(price, 150) + royalty, royalty)

    def sell(self, count: int) -> Trade:
        price = count * self.spot
        return Trade(price, 0)


def world(seed: int = 3) -> tuple[list[Listing], list[PoolOffer]]:
    """Listings from the floor to three floors, pools around the floor."""
    random = Random(seed)
    listings = []
    for token in range(LISTINGS):
        price = _FLOOR + int(_FLOOR * 2 * random.random() ** 2)
        listings.append(Listing(_BOOK, token, price, price // 200, price // 20, 130_000))
    pools = [
        PoolOffer(
            _POOLS,
            _Growing(int(_FLOOR * random.uniform(0.97, 1.3))),
            range(20_000 + 50 * i, 20_050 + 50 * i),
            gas_first=120_000,
            gas_more=11_000,
        )
        for i in range(POOLS)
    ]
    return listings, pools


def _plans(context: Context) -> Report:
    del context
    listings, pools = world()
    terms = Terms(GasPrice(100 * _ONE * WAD // 10**9))
    traits = frozenset(range(0, LISTINGS, 7)) | frozenset(range(20_000, 30_000, 7))
    wishes: dict[str, Wish] = {
        "cheapest 3": Cheapest(3),
        f"cheapest {BATCH}": Cheapest(BATCH),
        "these 20": These(frozenset((*range(0, 2_000, 200), *range(20_000, 20_500, 50)))),
        "traits, 5 under 1.5 floors": Traits(traits, 5, _FLOOR * 3 // 2),
    }
    report = Report()
    report.below("rank", min(timed(lambda: rank(listings, terms))[1] for _ in range(ROUNDS)), BOUND, "s")
    for name, wish in wishes.items():
        plans = [timed(partial(plan_buy, _COLLECTION, wish, listings, pools, terms)) for _ in range(ROUNDS)]
        report.below(name, min(seconds for _, seconds in plans), BOUND, "s")
        report.note(f"{name}: items", plans[0][0].count, "")
    return report


BENCHES: Final = (Bench("routing.plan", f"{LISTINGS:,} listings and {POOLS} pools into a plan", _plans),)
