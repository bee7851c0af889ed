"""Orders as the database has them: live ones, best first, and the depth they add up to."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import groupby
from typing import Any, Final

from sqlalchemy import select

from vitrine.errors import StateError
from vitrine.indexer import orders_schema as schema
from vitrine.indexer.store import Store
from vitrine.sdk.seaport.criteria import Criteria
from vitrine.sdk.seaport.orders import Order, SignedOrder, from_json
from vitrine.sdk.seaport.standing import quantity_of

ASK: Final = "ask"
BID: Final = "bid"
_O: Final = schema.orders.c


@dataclass(frozen=True)
class StoredOrder:
    """An order of the store. `price` is for one token now: all a buyer pays, all a seller gets."""

    hash: str
    side: str
    collection: str
    token_id: int | None
    """None: a bid on any token of the collection, or of `ids`."""
    maker: str
    price: int
    gross: int
    """The most that the maker of a bid pays for one token, fees and royalty in it."""
    left: int
    """Tokens it still trades; a bid's also as far as its maker's money goes."""
    end_time: int
    reason: str
    """Empty while it lives."""
    ids_text: str = field(repr=False)
    load: Callable[[str], SignedOrder] = field(repr=False, compare=False)

    @cached_property
    def signed(self) -> SignedOrder:
        """The order itself, read when it is wanted."""
        return self.load(self.hash)

    @cached_property
    def ids(self) -> Criteria | None:
        """The tokens of a trait bid."""
        return Criteria(json.loads(self.ids_text)) if self.ids_text else None

    def takes(self, token_id: int) -> bool:
        """Whether the token can be traded with it."""
        if self.token_id is not None:
            return self.token_id == token_id
        return self.ids is None or token_id in self.ids


@dataclass(frozen=True, slots=True)
class Level:
    """All orders at one price; `depth` counts the tokens up to and with it."""

    price: int
    tokens: int
    orders: int
    depth: int


@dataclass(frozen=True, slots=True)
class DepthBook:
    """Both sides of a collection, best price first.

    Bids on a trait or a single token stand apart: not every piece sells into them."""

    collection: str
    at: int
    asks: tuple[Level, ...]
    bids: tuple[Level, ...]
    narrow_bids: tuple[Level, ...]


class OrderBook:
    """Reads the orders of a database. It asks the chain nothing but the time."""

    def __init__(self, store: Store, now: Callable[[], int]) -> None:
        self.store, self._now = store, now

    def get(self, digest: bytes | str) -> StoredOrder:
        """One order by its hash, dead or alive."""
        text = digest if isinstance(digest, str) else "0x" + digest.hex()
        found = self._read(_O.hash == text)
        if not found:
            raise StateError(f"The order {text} is not in the store", "See `vitrine market orders`")
        return found[0]

    def live(self, collection: str, side: str, at: int | None = None) -> list[StoredOrder]:
        """Live orders of one side, best price first. `at` (default: now) moves prices and ends orders."""
        now = self._now() if at is None else at
        found = self._read(
            (_O.collection == collection) & (_O.side == side) & (_O.reason == "")
            & (_O.start_time <= now) & (_O.end_time > now), now,
        )  # fmt: skip
        if side == ASK:
            return sorted(found, key=lambda order: (order.price, order.hash))
        return funded(sorted(found, key=lambda order: (-order.price, order.hash)), self._funds(collection))

    def dropped(self, collection: str | None = None) -> list[StoredOrder]:
        """Orders that died, or rest, with their reason."""
        where = _O.reason != ""
        return self._read(where if collection is None else where & (_O.collection == collection))

    def book(self, collection: str, at: int | None = None) -> DepthBook:
        """The depth of a collection."""
        now = self._now() if at is None else at
        bids = self.live(collection, BID, now)
        wide = [order for order in bids if order.token_id is None and not order.ids_text]
        narrow = [order for order in bids if order.token_id is not None or order.ids_text]
        asks = {
            order.token_id: order for order in reversed(self.live(collection, ASK, now))
        }  # the lowest each
        lowest = sorted(asks.values(), key=lambda order: order.price)
        return DepthBook(collection, now, levels(lowest), levels(wide), levels(narrow))

    def committed(self, maker: str) -> int:
        """What the live bids of a maker, on all collections, may take of his money."""
        rows = select(_O.gross, _O.left).where(
            (_O.maker == maker) & (_O.side == BID) & (_O.reason == "") & (_O.end_time > self._now())
        )
        with self.store.reading() as connection:
            return sum(int(gross) * int(left) for gross, left in connection.execute(rows))

    def _funds(self, collection: str) -> Mapping[str, int]:
        rows = (
            select(_O.maker, _O.funds)
            .distinct()
            .where((_O.collection == collection) & (_O.side == BID) & (_O.reason == ""))
        )
        with self.store.reading() as connection:
            return {maker: int(funds) for maker, funds in connection.execute(rows)}

    def _read(self, where: Any, now: int | None = None) -> list[StoredOrder]:
        rows = select(
            _O.hash, _O.side, _O.collection, _O.token_id, _O.maker, _O.start_price, _O.end_price, _O.gross,
            _O.left, _O.end_time, _O.reason, _O.ids,
        ).where(where)  # fmt: skip
        with self.store.reading() as connection:
            found = connection.execute(rows).all()
        return [self._stored(row, now) for row in found]

    def _stored(self, row: Any, now: int | None) -> StoredOrder:
        digest, side, collection, token_id, maker, start, end, gross, left, end_time, reason, ids = row
        price = start
        if start != end and now is not None and not reason:
            price = price_at(self._load(digest).order, side, now)
        return StoredOrder(
            digest, side, collection, token_id, maker, price, gross, left, end_time, reason, ids, self._load
        )

    def _load(self, digest: str) -> SignedOrder:
        with self.store.reading() as connection:
            body = connection.execute(select(_O.body).where(_O.hash == digest)).scalar_one()
        return from_json(json.loads(body))


def levels(orders: Iterable[StoredOrder]) -> tuple[Level, ...]:
    """Orders, best first, added up by price."""
    found: list[Level] = []
    depth = 0
    for price, same in groupby(orders, key=lambda order: order.price):
        lefts = [order.left for order in same]
        depth += sum(lefts)
        found.append(Level(price, sum(lefts), len(lefts), depth))
    return tuple(found)


def price_at(order: Order, side: str, now: int) -> int:
    """All a buyer pays, or all a seller of one token gets, to the unit."""
    if side == ASK:
        return sum(order.wants(item, now) for item in order.consideration)
    of = quantity_of(order)
    fees = sum(order.wants(item, now, 1, of) for item in order.consideration[1:])
    return max(order.gives(order.offer[0], now, 1, of) - fees, 0)


def net_at(order: Order, end: str) -> int:
    """What a seller of one token gets from a bid at its start or its end."""
    of = quantity_of(order)
    fees = sum(getattr(item, end) // of for item in order.consideration[1:])
    return max(int(getattr(order.offer[0], end)) // of - int(fees), 0)


def gross_of(order: Order) -> int:
    """The most that the maker of a bid pays for one token, rounded up."""
    offer = order.offer[0]
    return -(-max(offer.start, offer.end) // quantity_of(order))


def funded(bids: Iterable[StoredOrder], funds: Mapping[str, int]) -> list[StoredOrder]:
    """A maker's money counts once, for his best bids first; fees and royalty are paid out of it as well."""
    left = dict(funds)
    found = []
    for bid in bids:
        tokens = min(bid.left, left.get(bid.maker, 0) // max(bid.gross, 1))
        if tokens < 1:
            continue
        left[bid.maker] -= tokens * bid.gross
        found.append(bid if tokens == bid.left else replace(bid, left=tokens))
    return found
