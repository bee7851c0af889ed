"""What markets offer now, as `vitrine.routing` takes it: pools of a collection and live orders of the store.

Amounts are asset units. What an offer needs to be filled travels as its payload.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from eth_abi.abi import encode

from vitrine.indexer.orders import OrderStore
from vitrine.indexer.orders_book import ASK, BID, StoredOrder
from vitrine.routing import Bid, Fill, GasPrice, Listing, Plan, PoolOffer, Trade
from vitrine.sdk.facade import Vitrine
from vitrine.sdk.idlist import IdList
from vitrine.sdk.pools import Pool, Swap
from vitrine.sdk.seaport.criteria import Criteria
from vitrine.sdk.seaport.orders import SignedOrder
from vitrine.sdk.seaport.venue import bids_data, listings_data
from vitrine.units import WAD

BASE_GAS: Final = 67_000
"""Of a transaction of the router, whatever it fills: no offer is dearer or cheaper for it."""
POOL_GAS: Final = (66_000, 16_000)
"""What a swap with a pool adds: the first item, each further one. As docs/gas.json has it."""
ORDER_GAS: Final = 95_000
"""What an order adds."""
BUY: Final = "buy"
SELL: Final = "sell"

Words = tuple[str, str, list[int], int, bytes]


@dataclass(frozen=True)
class Ladder:
    """A pool's quotes for 1, 2, … items, read from the chain in one go."""

    pool: Pool
    swaps: Sequence[Swap]
    known: IdList | None = None
    """The ids a pool with a list takes."""

    def buy(self, count: int) -> Trade | None:
        return self._trade(count)

    def sell(self, count: int) -> Trade | None:
        return self._trade(count)

    def _trade(self, count: int) -> Trade | None:
        if not 0 < count <= len(self.swaps):
            return None
        swap = self.swaps[count - 1]
        return Trade(swap.total, swap.royalty)


@dataclass(frozen=True)
class OrderPart:
    """An order, and what of its amounts goes to others: read only for orders that somebody looks at."""

    order: StoredOrder
    split: Callable[[StoredOrder], tuple[int, int]]

    @property
    def signed(self) -> SignedOrder:
        return self.order.signed

    @property
    def ids(self) -> Criteria | None:
        return self.order.ids

    @cached_property
    def cuts(self) -> tuple[int, int]:
        """Fee and royalty of one token."""
        return self.split(self.order)


@dataclass(frozen=True, slots=True)
class LegView:
    """One leg of a plan, told to a person."""

    venue: str
    market: str
    token_ids: tuple[int, ...]
    total: int
    fee: int
    royalty: int
    gas: int
    substitutes: int

    def price(self, side: str) -> int:
        """Without fee and royalty."""
        cut = self.fee + self.royalty
        return self.total - cut if side == BUY else self.total + cut


class MarketOffers:
    """Offers of all markets for one collection."""

    def __init__(self, vitrine: Vitrine, orders: OrderStore, collection: str) -> None:
        self._vitrine = vitrine
        self._orders = orders
        self.collection = collection
        self._venue = vitrine.aggregator

    def gas_price(self) -> GasPrice:
        """What gas costs, at the price the node suggests; nothing where the oracle has no rate."""
        vitrine = self._vitrine
        wei = vitrine.chain.gas_price()
        found = vitrine.chain.read_or(vitrine.oracle.contract.rate(), None)
        if found is None:
            return GasPrice()
        return GasPrice(wei * int(found.rateWad) * 10**vitrine.money.decimals // WAD)

    # --- buying

    def listings(self, *, split: bool = False) -> list[Listing]:
        """Live listings, cheapest first. `split` tells fee and royalty apart from the price: every order is
        read for that, which only who ranks without royalty needs."""
        return [self._listing(order, split) for order in self._orders.live(self.collection, ASK)]

    def pools_to_buy_from(self, most: int, buyer: str, only: frozenset[int] | None = None) -> list[PoolOffer]:
        """Pools that sell, each with its quotes for up to `most` items."""
        found = []
        for pool in self._vitrine.pools.pools(self.collection):
            ids = [token for token in pool.token_ids if only is None or token in only]
            if pool.kind != BUY and ids:
                found.append((pool, ids, None))
        return self._ladders(found, most, buyer, BUY)

    # --- selling

    def bids(self, *, split: bool = False) -> list[Bid]:
        """Live bids, dearest first; `split` as of listings."""
        return [self._bid(order, split) for order in self._orders.live(self.collection, BID)]

    def pools_to_sell_into(
        self, token_ids: Sequence[int], seller: str, lists: Sequence[IdList] = ()
    ) -> list[PoolOffer]:
        """Pools that buy, each with its quotes for those of the tokens that it takes; of pools with a list
        of ids those whose list is one of `lists`."""
        by_root = {known.root: known for known in lists}
        found = []
        for pool in self._vitrine.pools.pools(self.collection):
            known = by_root.get(pool.list_root) if pool.listed_only else None
            ids = [token for token in token_ids if known is None or token in known]
            if pool.kind != SELL and ids and (known is not None or not pool.listed_only):
                found.append((pool, ids, known))
        return self._ladders(found, len(token_ids), seller, SELL)

    # --- plans

    def words(self, plan: Plan, side: str) -> list[tuple[list[Words]]]:
        """`Leg[]` of the router."""
        return [([self.fill_words(fill, side) for fill in leg.fills],) for leg in plan.legs]

    def fill_words(self, fill: Fill, side: str) -> Words:
        """`Fill` of the router."""
        if fill.venue == self._venue.pool_venue:
            ladder: Ladder = fill.payloads[0]
            pool = ladder.pool.address
            data = encode(["address"], [pool]) if side == BUY else _into_pool(ladder, fill.token_ids)
        elif side == BUY:
            data = listings_data([part.signed for part in fill.payloads])
        else:
            sales = zip(fill.payloads, fill.token_ids, strict=True)
            data = bids_data([(part.signed, token_id, part.ids) for part, token_id in sales])
        return (fill.venue, fill.collection, list(fill.token_ids), fill.limit, data)

    def views(self, plan: Plan) -> list[LegView]:
        """The first choice of every leg."""
        return [self._view(leg.choice, len(leg.fills) - 1) for leg in plan.legs]

    def _view(self, fill: Fill, substitutes: int) -> LegView:
        ids, total = fill.token_ids, fill.assets
        if fill.venue == self._venue.pool_venue:
            ladder = fill.payloads[0]
            swap, count = ladder.swaps[len(ids) - 1], len(ids)
            gas, fee = POOL_GAS[0] + (count - 1) * POOL_GAS[1], swap.lp_fee + swap.protocol_fee
            market = f"pool {ladder.pool.address}"
            return LegView(fill.venue, market, ids, total, fee, swap.royalty, gas, substitutes)
        fee, royalty = (sum(part.cuts[i] for part in fill.payloads) for i in (0, 1))
        return LegView(fill.venue, "order book", ids, total, fee, royalty, ORDER_GAS * len(ids), substitutes)

    # --- parts

    def _ladders(
        self, found: Sequence[tuple[Pool, list[int], IdList | None]], most: int, trader: str, side: str
    ) -> list[PoolOffer]:
        asked = [(pool.address, ids[:most]) for pool, ids, _ in found]
        ladders = self._vitrine.pools.ladders(asked, side, trader)
        return [
            PoolOffer(
                self._venue.pool_venue,
                ladder := Ladder(pool, swaps, known),
                ids[: len(swaps)] if side == BUY else (),
                None if known is None else frozenset(ids),
                *POOL_GAS,
                ladder,
            )
            for (pool, ids, known), swaps in zip(found, ladders, strict=True)
            if swaps
        ]

    def _listing(self, order: StoredOrder, split: bool) -> Listing:
        part = OrderPart(order, self._cuts)
        assert order.token_id is not None
        fee, royalty = part.cuts if split else (0, 0)
        price, venue = order.price - fee - royalty, self._venue.seaport_venue
        return Listing(venue, order.token_id, price, fee, royalty, ORDER_GAS, part)

    def _bid(self, order: StoredOrder, split: bool) -> Bid:
        part = OrderPart(order, self._cuts)
        ids = frozenset(map(int, json.loads(order.ids_text))) if order.ids_text else None
        only = frozenset({order.token_id}) if order.token_id is not None else ids
        fee, royalty = part.cuts if split else (0, 0)
        price, venue = order.price + fee + royalty, self._venue.seaport_venue
        return Bid(venue, price, fee, royalty, ORDER_GAS, only, order.left, part)

    def _cuts(self, order: StoredOrder) -> tuple[int, int]:
        """What of an order goes neither to the maker of a listing nor to who sells into a bid."""
        signed, now = order.signed, self._now
        items = signed.order.consideration
        share = 1, max(1, items[0].start) if order.side == BID else 1
        fee = royalty = 0
        for item in items[1:]:
            if order.side == ASK and item.recipient == order.maker:
                continue
            paid = signed.order.wants(item, now, *share)
            if item.recipient == self._artist:
                royalty += paid
            else:
                fee += paid
        return fee, royalty

    @cached_property
    def _now(self) -> int:
        return self._vitrine.chain.now()

    @cached_property
    def _artist(self) -> str:
        """Who is owed the royalties of the collection, by its first token."""
        return self._vitrine.royalties.terms(self.collection, 0, WAD).receiver


def _into_pool(ladder: Ladder, token_ids: Sequence[int]) -> bytes:
    """The pool and, when it has a list, the proof of every token."""
    proofs = [] if ladder.known is None else [ladder.known.proof(token_id) for token_id in token_ids]
    return encode(["address", "bytes32[][]"], [ladder.pool.address, proofs])
