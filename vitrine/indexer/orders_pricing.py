"""The order book as evidence: live orders become the asks and bids of a valuation, in the market's currency.

A reporter whose valuer is a `BookValuer` signs `spot` from live listings and `depth` from bids that can be
sold into now. Bids on a trait are left out of it: they do not take every piece.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from vitrine.indexer.orders import OrderStore
from vitrine.indexer.orders_book import ASK, BID, StoredOrder
from vitrine.pricing import ANY_TOKEN, MarketFrames, Multipliers, PricingParams, Valuation, value_collection
from vitrine.units import WAD

Rate = Callable[[], tuple[int, int]]
"""(asset units, wei) of equal worth now: 3,000 USDT of 6 decimals and 1 ether."""


def order_rows(orders: Sequence[StoredOrder], rate: tuple[int, int], as_of: int) -> list[dict[str, Any]]:
    """Rows for `MarketFrames.build`; prices in wei, rounded down. An order counts from its own start on."""
    assets, wei = rate
    return [
        {
            "start": min(order.signed.order.start_time, as_of),
            "token_id": ANY_TOKEN if order.token_id is None else order.token_id,
            "price_wei": order.price * wei // assets,
            "quantity": order.left,
            "maker": order.maker,
            "event_id": number,
        }
        for number, order in enumerate(orders)
    ]


def book_frames(store: OrderStore, collection: str, rate: tuple[int, int], as_of: int) -> MarketFrames:
    """Live listings and bids of a collection at `as_of`."""
    asks = order_rows(store.live(collection, ASK, as_of), rate, as_of)
    bids = order_rows(
        [order for order in store.live(collection, BID, as_of) if not order.ids_text], rate, as_of
    )
    drop = ("maker", "quantity")
    listings = [{k: v for k, v in row.items() if k not in drop} | {"seller": row["maker"]} for row in asks]
    offers = [{k: v for k, v in row.items() if k != "maker"} | {"bidder": row["maker"]} for row in bids]
    return MarketFrames.build(collection, listings=listings or None, bids=offers or None)


class BookValuer:
    """`Valuer` of `vitrine.keepers`: sales from a loader, asks and bids from the order store."""

    def __init__(
        self,
        store: OrderStore,
        collection: str,
        rate: Rate,
        sales: Callable[[int], MarketFrames] | None = None,
        params: PricingParams | None = None,
        multipliers: Multipliers | None = None,
        *,
        refresh: Callable[[], object] | None = None,
    ) -> None:
        """
        :param sales: what was sold until a time
        :param refresh: brings the store up to the chain; called before every valuation
        """
        self._store, self._collection, self._rate, self._sales = store, collection, rate, sales
        self._params, self._multipliers, self._refresh = params, multipliers, refresh

    def value(self, as_of: int) -> Valuation:
        if self._refresh is not None:
            self._refresh()
        rate = self._rate()
        if rate[0] > 0:
            frames = book_frames(self._store, self._collection, rate, as_of)
        else:  # without a rate nothing in the asset says anything
            frames = MarketFrames.build(self._collection)
        if self._sales is not None:
            frames = MarketFrames.merge([frames, self._sales(as_of)])
        return value_collection(frames, as_of, self._params, self._multipliers)


def eth_rate(eth_usd: int, feed_decimals: int, asset_decimals: int) -> tuple[int, int]:
    """A `Rate` for an asset worth a dollar, from an ETH/USD answer."""
    return eth_usd * 10**asset_decimals // 10**feed_decimals, WAD
