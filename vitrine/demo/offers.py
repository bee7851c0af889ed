"""The best of all markets for one piece: what it would cost all in, what it would bring net."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from vitrine.demo.marketcast import ROYALTY_BPS
from vitrine.demo.marketdesk import Fill, MarketDesk
from vitrine.demo.orderbook import OrderBook
from vitrine.demo.poolquotes import NEVER, ask, bid
from vitrine.demo.views import Piece, Snapshot
from vitrine.units import BPS

_ROOM_BPS = 60
"""Between what is seen and the limit that is sent."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One way to trade one piece."""

    price: int
    piece: Piece | None
    limit: int
    fill: Callable[[], Fill]
    venue: str


@dataclass(slots=True)
class Offers:
    """Ranks pools and orders."""

    desk: MarketDesk
    book: OrderBook

    def asks(self, see: Snapshot, key: str) -> list[Offer]:
        """Everything on sale, cheapest first; of each pool its next piece."""
        return sorted(self._asks(see, key), key=lambda offer: (offer.price, offer.venue))

    def _asks(self, see: Snapshot, key: str) -> Iterator[Offer]:
        royalty = ROYALTY_BPS.get(key, 0)
        for pool in see.custody.pools.values():
            if pool.key != key or not pool.pieces:
                continue
            price = ask(pool, self.desk.curve_at[pool.curve], 1, royalty)
            if price < NEVER:
                piece = next(iter(pool.pieces))
                limit = price * (BPS + _ROOM_BPS) // BPS
                yield Offer(price, piece, limit, partial(self.desk.pool_buy, pool, [piece], limit), "pool")
        for order in self.book.asks(key, see.at):
            price = order.price(see.at)
            limit = max(price, order.start_price) + 2
            yield Offer(price, order.piece, limit, partial(self.desk.order_buy, order, limit), "order")

    def bids(self, see: Snapshot, piece: Piece) -> list[Offer]:
        """Everything that buys the piece, best first."""
        return sorted(self._bids(see, piece), key=lambda offer: (-offer.price, offer.venue))

    def _bids(self, see: Snapshot, piece: Piece) -> Iterator[Offer]:
        royalty = ROYALTY_BPS.get(piece.key, 0)
        for pool in see.custody.pools.values():
            if pool.key != piece.key:
                continue
            price = bid(pool, self.desk.curve_at[pool.curve], 1, royalty)
            if price:
                limit = price * (BPS - _ROOM_BPS) // BPS
                yield Offer(price, piece, limit, partial(self.desk.pool_sell, pool, [piece], limit), "pool")
        for order in self.book.bids(piece.key, see.at, see.cash):
            if order.takes(piece):
                price = order.price(see.at)
                limit = price * 9_990 // BPS
                fill = partial(self.desk.order_sell, order, piece, limit)
                yield Offer(price, piece, limit, fill, "order")
