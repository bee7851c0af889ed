"""Speed of the order store: 10,000 live listings and bids read, ranked and added up."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from sqlalchemy import insert

from vitrine.benching import Bench, Context, Report, timed
from vitrine.indexer import orders_schema as schema
from vitrine.indexer.orders_book import ASK, BID, OrderBook
from vitrine.indexer.store import Store

ORDERS: Final = 10_000
ROUNDS: Final = 5
BOUND: Final = 0.2
"""Seconds."""
_COLLECTION: Final = "0x" + "c0" * 20
_ASSET: Final = "0x" + "a0" * 20
_NOW: Final = 1_700_000_000
_PRICE: Final = 60_000 * 10**6
_MAKERS: Final = 500


def row(number: int, side: str) -> dict[str, Any]:
    """An order of a book in which prices repeat, makers have several orders, and a few have died."""
    price = _PRICE + (number * 7_919) % 4_001 * 10**6 if side == ASK else _PRICE - number % 1_000 * 10**6
    return {
        "hash": f"0x{number + (ORDERS * 2 if side == BID else 0):064x}",
        "side": side,
        "collection": _COLLECTION,
        "token_id": number if side == ASK else None,
        "maker": f"0x{number % _MAKERS:040x}",
        "asset": _ASSET,
        "start_price": price,
        "end_price": price,
        "gross": 0 if side == ASK else price,
        "start_time": _NOW - 1_000,
        "end_time": _NOW + 1_000,
        "quantity": 1,
        "left": 1,
        "funds": 0 if side == ASK else ORDERS * _PRICE,
        "body": "",
        "ids": "",
        "reason": "" if number < ORDERS else "filled",
        "added_at": _NOW,
        "changed_at": _NOW,
        "checked_block": 1,
    }


def filled_book(store: Store) -> OrderBook:
    """So many live orders of each side, and a tenth of it dead ones."""
    with store.writing() as connection:
        schema.metadata.create_all(connection)
        for side in (ASK, BID):
            rows = [row(number, side) for number in range(ORDERS + ORDERS // 10)]
            connection.execute(insert(schema.orders), rows)
    return OrderBook(store, lambda: _NOW)


def _least(work: Callable[[], Any]) -> float:
    """Seconds of the best round; what a round found is not kept while the next one runs."""
    return min(timed(work)[1] for _ in range(ROUNDS))


def queries(_context: Context) -> Report:
    """The best of a few rounds, as a planner and a valuer ask."""
    report = Report()
    with tempfile.TemporaryDirectory() as folder:
        store = Store(f"sqlite:///{Path(folder) / 'orders.sqlite'}")
        book = filled_book(store)
        asked: dict[str, Callable[[], Any]] = {
            "live listings": lambda: book.live(_COLLECTION, ASK),
            "live bids": lambda: book.live(_COLLECTION, BID),
        }
        for name, ask in asked.items():
            report.note(f"{name}: orders", len(ask()), "")
            report.below(name, _least(ask), BOUND, "s")
        depth = book.book(_COLLECTION)
        report.note("depth book: levels", len(depth.asks) + len(depth.bids), "")
        report.below("depth book, both sides", _least(lambda: book.book(_COLLECTION)), 2 * BOUND, "s")
        store.close()
    return report


BENCHES: Final = (Bench("orders.live", f"{ORDERS:,} live orders of each side out of SQLite", queries),)
