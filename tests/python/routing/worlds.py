"""Pools whose price moves by a fixed step, and a way of finding the best plan by trying all."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, product

from vitrine.routing import Bid, Listing, PoolOffer, Terms, Trade
from vitrine.units import bps_down, bps_up


@dataclass(frozen=True)
class Steps:
    """Each item costs `step` more than the one before, and brings `step` less; fees and royalty rounded up
    and down."""

    spot: int
    step: int = 0
    fee_bps: int = 0
    royalty_bps: int = 0
    held: int = 100
    cash: int = 10**30

    def buy(self, count: int) -> Trade | None:
        if count > self.held:
            return None
        price = sum(self.spot + i * self.step for i in range(1, count + 1))
        royalty = bps_down(price, self.royalty_bps)
        return Trade(price + bps_up(price, self.fee_bps) + royalty, royalty)

    def sell(self, count: int) -> Trade | None:
        prices = [self.spot - i * self.step for i in range(count)]
        price = sum(prices)
        if min(prices) <= 0 or price > self.cash:
            return None
        royalty = bps_down(price, self.royalty_bps)
        return Trade(price - bps_up(price, self.fee_bps) - royalty, royalty)


def pool_cost(pool: PoolOffer, count: int, terms: Terms) -> int | None:
    if count == 0:
        return 0
    trade = pool.quoter.buy(count)
    if trade is None:
        return None
    gas = terms.gas.cost_up(pool.gas_first + (count - 1) * pool.gas_more)
    return trade.total - (0 if terms.with_royalty else trade.royalty) + gas


def listing_cost(listing: Listing, terms: Terms) -> int:
    royalty = listing.royalty if terms.with_royalty else 0
    return listing.price + listing.fee + royalty + terms.gas.cost_up(listing.gas)


def cheapest_by_trying(
    count: int, listings: Sequence[Listing], pools: Sequence[PoolOffer], terms: Terms
) -> tuple[int, int]:
    """(items found, their least cost): every set of listings with every split over the pools."""
    best: dict[int, int] = {}
    sizes = [range(min(count, len(pool.token_ids)) + 1) for pool in pools]
    for split in product(*sizes):
        costs = [pool_cost(pool, k, terms) for pool, k in zip(pools, split, strict=True)]
        if sum(split) > count or None in costs:
            continue
        for number in range(count - sum(split) + 1):
            for chosen in combinations(listings, number):
                if len({listing.token_id for listing in chosen}) < number:
                    continue
                cost = sum(c or 0 for c in costs) + sum(listing_cost(one, terms) for one in chosen)
                items = sum(split) + number
                best[items] = min(cost, best.get(items, cost))
    found = max(best)
    return found, best[found]


def dearest_by_trying(
    token_ids: Sequence[int], bids: Sequence[Bid], pools: Sequence[PoolOffer], terms: Terms
) -> int:
    """The most the tokens bring net of gas: every token to every offer, or kept."""
    offers: list[Bid | PoolOffer] = [*bids, *pools]
    best = 0
    for choice in product(range(-1, len(offers)), repeat=len(token_ids)):
        value = 0
        for index, offer in enumerate(offers):
            mine = [token for token, chosen in zip(token_ids, choice, strict=True) if chosen == index]
            if not mine:
                continue
            if not all(offer.takes(token) for token in mine):
                break
            got = _received(offer, len(mine), terms)
            if got is None:
                break
            value += got
        else:
            best = max(best, value)
    return best


def _received(offer: Bid | PoolOffer, count: int, terms: Terms) -> int | None:
    if isinstance(offer, Bid):
        if count > offer.quantity:
            return None
        one = offer.total + (0 if terms.with_royalty else offer.royalty) - terms.gas.cost_up(offer.gas)
        return one * count
    trade = offer.quoter.sell(count)
    if trade is None:
        return None
    royalty = 0 if terms.with_royalty else trade.royalty
    return trade.total + royalty - terms.gas.cost_up(offer.gas_first + (count - 1) * offer.gas_more)
