"""Who keeps the Seaport book: listers who ask above the floor, bidders on a collection or a trait."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from vitrine.demo.marketcast import CREATOR, ROYALTY_BPS, TREASURY
from vitrine.demo.marketdesk import MarketDesk
from vitrine.demo.names import Names
from vitrine.demo.nerves import Nerves
from vitrine.demo.orderbook import OrderBook, Resting
from vitrine.demo.views import Move, Piece, Snapshot
from vitrine.sdk.seaport.build import Fee, Terms, collection_bid, listing, trait_bid
from vitrine.sdk.seaport.criteria import Criteria
from vitrine.sdk.seaport.hashing import BulkTree, Domain, order_hash
from vitrine.sdk.seaport.orders import Order, SignedOrder
from vitrine.units import BPS, DAY, HOUR

BOOK_FEE_BPS: Final = 50
"""What the house takes of a Seaport sale."""
_STALE_BPS: Final = 700
"""A bidder cancels a bid that is this far above what he would bid now."""


@dataclass(slots=True)
class Quill:
    """Makes and signs orders; a signature costs nothing on the chain."""

    names: Names
    keys: Mapping[str, Any]
    domain: Domain
    asset: str

    def fees(self, key: str) -> list[Fee]:
        """The house's, and the creator's: a marketplace that pays royalties puts them into the order."""
        house, creator = self.names.parties[TREASURY], self.names.parties[f"{CREATOR}{key}"]
        return [Fee(house, BOOK_FEE_BPS), Fee(creator, ROYALTY_BPS.get(key, 0))]

    def listing(self, maker: str, piece: Piece, price: int, end_price: int, terms: Terms) -> Order:
        where = self.names.collections[piece.key]
        return listing(
            self.names.parties[maker], where, piece.token_id, self.asset, price, terms,
            end_price=end_price, fees=self.fees(piece.key),
        )  # fmt: skip

    def bid(self, maker: str, key: str, price: int, terms: Terms, ids: Criteria | None) -> Order:
        home, where = self.names.parties[maker], self.names.collections[key]
        if ids is None:
            return collection_bid(home, where, self.asset, price, terms, fees=self.fees(key))
        return trait_bid(home, where, ids, self.asset, price, terms, fees=self.fees(key))

    def sign(self, maker: str, orders: Sequence[Order]) -> list[SignedOrder]:
        """One signature for one order, one tree for several."""
        hashes = [order_hash(order) for order in orders]
        if len(orders) == 1:
            return [SignedOrder(orders[0], self._sign(maker, hashes[0]))]
        tree = BulkTree(hashes)
        signature = self._sign(maker, tree.struct_hash)
        return [SignedOrder(order, tree.signature(signature, i)) for i, order in enumerate(orders)]

    def _sign(self, maker: str, struct_hash: bytes) -> bytes:
        return bytes(self.keys[maker].unsafe_sign_hash(self.domain.digest(struct_hash)).signature)


@dataclass(slots=True)
class ListerMind:
    """Asks for his pieces a little above the market, falling towards it; several under one signature."""

    name: str
    keys: tuple[str, ...]
    quill: Quill
    book: OrderBook
    desk: MarketDesk
    rng: np.random.Generator
    next_at: int = 0

    def decide(self, see: Snapshot) -> list[Move]:
        """Lists anew what is not listed; cancels what became too dear for a quick sale."""
        if see.at < self.next_at:
            return []
        self.next_at = see.at + int(self.rng.integers(18, 60)) * HOUR
        mine = self.book.of(self.name)
        moves = []
        for order in mine[:1]:
            fair = see.fair[order.key]
            if order.price(see.at) * 100 > fair * 125 and self.rng.random() < 0.5:
                moves.append(self.desk.cancel_order(order))
        listed = {order.piece for order in mine}
        free = [p for p in see.wallets.get(self.name, {}) if p not in listed and p.key in self.keys]
        if free:
            self._list(see, free[: 1 + int(self.rng.integers(0, 3))])
        return moves

    def _list(self, see: Snapshot, pieces: Sequence[Piece]) -> None:
        ends = see.at + int(self.rng.integers(2, 6)) * DAY
        made = []
        for piece in pieces:
            fair = see.fair[piece.key]
            price = int(fair * float(self.rng.uniform(1.02, 1.14)))
            last = price if self.rng.random() < 0.5 else int(fair * float(self.rng.uniform(0.97, 1.01)))
            terms = Terms(see.at, ends, salt=int(self.rng.integers(1, 2**62)))
            made.append((piece, price, last, self.quill.listing(self.name, piece, price, last, terms)))
        signed = self.quill.sign(self.name, [order for *_, order in made])
        for (piece, price, last, order), whole in zip(made, signed, strict=True):
            self.book.add(
                Resting(order_hash(order), whole, self.name, piece.key, price, last, see.at, ends, piece)
            )


@dataclass(slots=True)
class BidderMind:
    """Bids on the collection, or on a trait, somewhat below the market; forgets to cancel when it falls."""

    name: str
    key: str
    low_bps: int
    high_bps: int
    ids: Criteria | None
    quill: Quill
    book: OrderBook
    desk: MarketDesk
    rng: np.random.Generator
    next_at: int = 0
    nerves: Nerves = field(default_factory=lambda: Nerves(2 * DAY))

    def decide(self, see: Snapshot) -> list[Move]:
        afraid = self.nerves.afraid(see.fair[self.key], see.at)
        if see.at < self.next_at:
            return []
        self.next_at = see.at + int(self.rng.integers(6, 30)) * HOUR
        mine, fair = self.book.of(self.name), see.fair[self.key]
        for order in mine:
            if order.start_price * BPS > fair * (self.high_bps + _STALE_BPS):
                return [self.desk.cancel_order(order)]
        if len(mine) < 2 and not afraid:
            self._bid(see, fair)
        return []

    def _bid(self, see: Snapshot, fair: int) -> None:
        price = int(fair * float(self.rng.integers(self.low_bps, self.high_bps)) / BPS)
        if price > see.cash.get(self.name, 0):
            return
        ends = see.at + int(self.rng.integers(20, 80)) * HOUR
        terms = Terms(see.at, ends, salt=int(self.rng.integers(1, 2**62)))
        order = self.quill.bid(self.name, self.key, price, terms, self.ids)
        [signed] = self.quill.sign(self.name, [order])
        fees = sum(price * fee.bps // BPS for fee in self.quill.fees(self.key))
        resting = Resting(
            order_hash(order), signed, self.name, self.key, price - fees, price - fees, see.at, ends,
            None, self.ids, price,
        )  # fmt: skip
        self.book.add(resting)
