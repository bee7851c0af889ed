"""The order store: live Seaport orders of the collections of a deployment, and why the others died."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, insert, select, update

from vitrine.errors import StateError
from vitrine.indexer import orders_schema as schema
from vitrine.indexer.orders_book import (
    ASK,
    BID,
    OrderBook,
    StoredOrder,
    gross_of,
    net_at,
)
from vitrine.indexer.store import Store
from vitrine.sdk.facade import Vitrine
from vitrine.sdk.seaport.criteria import Criteria
from vitrine.sdk.seaport.hashing import order_hash
from vitrine.sdk.seaport.orders import ItemKind, Order, SignedOrder, from_json, to_json
from vitrine.sdk.seaport.standing import SENTENCES, Gone, Snapshot, judge, quantity_of
from vitrine.sdk.seaport.venue import is_bid, is_listing

_O: Final = schema.orders.c


class OrderStore(OrderBook):
    """Orders in the database of an index. What the chain says about them is refreshed by `OrderSync`."""

    def __init__(self, vitrine: Vitrine, store: Store) -> None:
        super().__init__(store, vitrine.chain.now)
        self._vitrine = vitrine
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
            prices = [net_at(order, end) for end in ("start", "end")]
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
            "gross": gross_of(order) if side == BID else 0,
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

    # --- for the sync -----------------------------------------------------------------------------------

    def update_in(self, connection: Connection, digest: str, values: Mapping[str, Any]) -> None:
        connection.execute(update(schema.orders).where(_O.hash == digest).values(**values))


def _known(collections: Mapping[str, str]) -> str:
    return f"Known: {', '.join(collections.values()) or 'none'}"
