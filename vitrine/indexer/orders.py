"""The order store: live Seaport orders of the collections of a deployment, and why the others died."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final

from sqlalchemy import Connection, insert, select, update

from vitrine.errors import StateError
from vitrine.indexer import orders_schema as schema
from vitrine.indexer.store import Store
from vitrine.sdk.facade import Vitrine
from vitrine.sdk.seaport.criteria import Criteria
from vitrine.sdk.seaport.hashing import order_hash
from vitrine.sdk.seaport.orders import ItemKind, Order, SignedOrder, from_json, to_json
from vitrine.sdk.seaport.standing import SENTENCES, Gone, Snapshot, judge, quantity_of
from vitrine.sdk.seaport.venue import is_bid, is_listing

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


class OrderStore:
    """Orders in the database of an index. What the chain says about them is refreshed by `OrderSync`."""

    def __init__(self, vitrine: Vitrine, store: Store) -> None:
        self._vitrine = vitrine
        self.store = store
        self.client = vitrine.seaport
        record = vitrine.deployment
        self.asset = vitrine.tokens.asset.address
        self.collections = {item.address: item.name for item in record.collections}

    def open(self) -> None:
        """Makes the tables when there are none; refuses those of another chain."""
        chain = self._vitrine.chain
        mine = {"chain_id": chain.chain_id, "genesis": chain.genesis, "seaport": self.client.address}
        with self.store.writing() as connection:
            schema.metadata.create_all(connection)
            found = connection.execute(select(schema.origin)).mappings().one_or_none()
            if found is None:
                connection.execute(insert(schema.origin).values(id=1, **mine))
                return
        if any(found[name] != value for name, value in mine.items()):
            fact = f"{self.store.shown} holds orders of another chain or Seaport"
            raise StateError(fact, "Give another --database")

    # --- orders come in ---------------------------------------------------------------------------------

    def add(self, signed: SignedOrder, token_ids: Sequence[int] = ()) -> StoredOrder:
        """Takes an order in after a look at everything about it; one sentence when it cannot be filled.

        :param token_ids: those of a trait bid
        """
        self._row(signed, token_ids)  # its shape first: that needs no chain
        gone = self.client.problem(signed)
        if gone is not None and gone != Gone.EARLY:
            raise StateError(SENTENCES[gone], "Take another order")
        self.add_many([(signed, token_ids)])
        return self.get(order_hash(signed.order))

    def add_many(self, orders: Iterable[tuple[SignedOrder, Sequence[int]]]) -> int:
        """Takes in orders whose signatures were looked at before; dead ones are kept with their reason."""
        rows = {row["hash"]: row for row in (self._row(signed, ids) for signed, ids in orders)}
        snapshot_block = self._vitrine.chain.block_number()
        parsed = {digest: from_json(json.loads(row["body"])).order for digest, row in rows.items()}
        snapshot = self.client.surveyor.survey(parsed.values(), snapshot_block)
        for digest, row in rows.items():
            row |= self.verdict(parsed[digest], snapshot) | {
                "added_at": snapshot.now,
                "changed_at": snapshot.now,
                "checked_block": snapshot_block,
            }
        with self.store.writing() as connection:
            known = set(connection.execute(select(_O.hash)).scalars())
            fresh = [row for digest, row in rows.items() if digest not in known]
            if fresh:
                connection.execute(insert(schema.orders), fresh)
        return len(fresh)

    def verdict(self, order: Order, snapshot: Snapshot) -> dict[str, Any]:
        """What a look at the chain says: columns `reason`, `left` and `funds`."""
        quantity = quantity_of(order)
        gone = judge(order, self.client.address, snapshot, quantity)
        spender = snapshot.spender(self.client.address, order.conduit_key)
        answers, maker = snapshot.answers, order.offerer
        held = answers.get(("balance", self.asset, maker)) or 0
        allowed = (answers.get(("allowance", self.asset, maker, spender)) or 0) if spender else 0
        left = snapshot.fill(order_hash(order)).left(quantity)
        return {"reason": str(gone or ""), "left": max(left, 0), "funds": min(held, allowed)}

    def _row(self, signed: SignedOrder, token_ids: Sequence[int]) -> dict[str, Any]:
        order = signed.order
        if is_listing(order, self.asset):
            side, item, token_id = ASK, order.offer[0], order.offer[0].identifier
            prices = [sum(getattr(i, end) for i in order.consideration) for end in ("start", "end")]
        elif is_bid(order, self.asset):
            side, item = BID, order.consideration[0]
            token_id = item.identifier if item.kind == ItemKind.ERC721 else None  # type: ignore[assignment]
            prices = [_net(order, end) for end in ("start", "end")]
            self._check_ids(item.kind, item.identifier, token_ids)
        else:
            raise StateError("The order is not ERC-721 tokens against the asset", "It cannot be filled here")
        if item.token not in self.collections:
            raise StateError(f"There is no collection {item.token} here", _known(self.collections))
        by_trait = side == BID and item.kind == ItemKind.ERC721_CRITERIA and item.identifier
        return {
            "hash": "0x" + order_hash(order).hex(),
            "side": side,
            "collection": item.token,
            "token_id": token_id,
            "maker": order.offerer,
            "asset": self.asset,
            "start_price": prices[0],
            "end_price": prices[1],
            "start_time": order.start_time,
            "end_time": order.end_time,
            "quantity": item.start,
            "body": json.dumps(to_json(signed), separators=(",", ":")),
            "ids": json.dumps(sorted(set(token_ids))) if by_trait else "",
        }

    @staticmethod
    def _check_ids(kind: ItemKind, root: int, token_ids: Sequence[int]) -> None:
        if kind == ItemKind.ERC721_CRITERIA and root and (not token_ids or Criteria(token_ids).root != root):
            raise StateError(
                "The ids given are not those the trait bid was made for", "Give the maker's list"
            )

    # --- orders go out ----------------------------------------------------------------------------------

    def get(self, digest: bytes | str) -> StoredOrder:
        """One order by its hash, dead or alive."""
        text = digest if isinstance(digest, str) else "0x" + digest.hex()
        found = self._read(_O.hash == text)
        if not found:
            raise StateError(f"The order {text} is not in the store", "Add it first")
        return found[0]

    def live(self, collection: str, side: str, at: int | None = None) -> list[StoredOrder]:
        """Live orders of one side, best price first. `at` (default: now) moves prices and ends orders."""
        now = self._vitrine.chain.now() if at is None else at
        found = self._read(
            (_O.collection == collection) & (_O.side == side) & (_O.reason == "")
            & (_O.start_time <= now) & (_O.end_time > now), now,
        )  # fmt: skip
        if side == ASK:
            return sorted(found, key=lambda order: (order.price, order.hash))
        return _funded(sorted(found, key=lambda order: (-order.price, order.hash)), self._funds(collection))

    def dropped(self, collection: str | None = None) -> list[StoredOrder]:
        """Orders that died, or rest, with their reason."""
        where = _O.reason != ""
        return self._read(where if collection is None else where & (_O.collection == collection))

    def book(self, collection: str, at: int | None = None) -> DepthBook:
        """The depth of a collection."""
        now = self._vitrine.chain.now() if at is None else at
        bids = self.live(collection, BID, now)
        wide = [order for order in bids if order.token_id is None and not order.ids_text]
        narrow = [order for order in bids if order.token_id is not None or order.ids_text]
        asks = {
            order.token_id: order for order in reversed(self.live(collection, ASK, now))
        }  # the lowest each
        lowest = sorted(asks.values(), key=lambda order: order.price)
        return DepthBook(collection, now, levels(lowest), levels(wide), levels(narrow))

    def _funds(self, collection: str) -> Mapping[str, int]:
        rows = select(_O.maker, _O.funds).where(
            (_O.collection == collection) & (_O.side == BID) & (_O.reason == "")
        )
        with self.store.reading() as connection:
            return {maker: int(funds) for maker, funds in connection.execute(rows)}

    def _read(self, where: Any, now: int | None = None) -> list[StoredOrder]:
        rows = select(
            _O.hash, _O.side, _O.collection, _O.token_id, _O.maker, _O.start_price, _O.end_price, _O.left,
            _O.end_time, _O.reason, _O.ids,
        ).where(where)  # fmt: skip
        with self.store.reading() as connection:
            found = connection.execute(rows).all()
        return [self._stored(row, now) for row in found]

    def _stored(self, row: Any, now: int | None) -> StoredOrder:
        digest, side, collection, token_id, maker, start, end, left, end_time, reason, ids = row
        price = start
        if start != end and now is not None and not reason:
            price = price_at(self._load(digest).order, side, now)
        return StoredOrder(
            digest, side, collection, token_id, maker, price, left, end_time, reason, ids, self._load
        )

    def _load(self, digest: str) -> SignedOrder:
        with self.store.reading() as connection:
            body = connection.execute(select(_O.body).where(_O.hash == digest)).scalar_one()
        return from_json(json.loads(body))

    # --- for the sync -----------------------------------------------------------------------------------

    def update_in(self, connection: Connection, digest: str, values: Mapping[str, Any]) -> None:
        connection.execute(update(schema.orders).where(_O.hash == digest).values(**values))


def levels(orders: Iterable[StoredOrder]) -> tuple[Level, ...]:
    """Orders, best first, added up by price."""
    found: list[Level] = []
    for order in orders:
        last = found[-1] if found else None
        depth = (last.depth if last else 0) + order.left
        if last is not None and last.price == order.price:
            found[-1] = Level(last.price, last.tokens + order.left, last.orders + 1, depth)
        else:
            found.append(Level(order.price, order.left, 1, depth))
    return tuple(found)


def price_at(order: Order, side: str, now: int) -> int:
    """All a buyer pays, or all a seller of one token gets, to the unit."""
    if side == ASK:
        return sum(order.wants(item, now) for item in order.consideration)
    of = quantity_of(order)
    fees = sum(order.wants(item, now, 1, of) for item in order.consideration[1:])
    return max(order.gives(order.offer[0], now, 1, of) - fees, 0)


def _net(order: Order, end: str) -> int:
    of = quantity_of(order)
    fees = sum(getattr(item, end) // of for item in order.consideration[1:])
    return max(int(getattr(order.offer[0], end)) // of - int(fees), 0)


def _funded(bids: list[StoredOrder], funds: Mapping[str, int]) -> list[StoredOrder]:
    """A maker's money counts once, for his best bids first."""
    left = dict(funds)
    found = []
    for bid in bids:
        gross = max(bid.price, 1)
        tokens = min(bid.left, left.get(bid.maker, 0) // gross)
        if tokens < 1:
            continue
        left[bid.maker] -= tokens * gross
        found.append(bid if tokens == bid.left else replace(bid, left=tokens))
    return found


def _known(collections: Mapping[str, str]) -> str:
    return f"Known: {', '.join(collections.values()) or 'none'}"


def sentence(reason: str) -> str:
    """A kept reason in words."""
    return SENTENCES[Gone(reason)]
