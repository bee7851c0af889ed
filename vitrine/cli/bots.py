"""Keepers made out of the options of a command."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

from vitrine.cli.action import Session
from vitrine.cli.common import amount
from vitrine.errors import AmountError, StateError
from vitrine.indexer.holdings import IndexHoldings
from vitrine.indexer.orders import OrderStore
from vitrine.indexer.orders_pricing import BookValuer, eth_rate
from vitrine.indexer.orders_sync import OrderSync
from vitrine.indexer.store import Store
from vitrine.keepers.build import StoreOrders, depth_keeper_of, exits_of, liquidator_of, spending_of
from vitrine.keepers.decide import Params, Taking
from vitrine.keepers.depth import DepthKeeper
from vitrine.keepers.exits import Exiting
from vitrine.keepers.liquidator import Liquidator
from vitrine.keepers.reporter import Reporter
from vitrine.keepers.reports import ChainSigner, FolderMailbox, Mailbox, MemoryMailbox, Valuer
from vitrine.keepers.sender import Spending
from vitrine.pricing import MarketFrames
from vitrine.sdk.facade import Vitrine
from vitrine.sdk.market_files import FilesValuer, load_market
from vitrine.units import parse_units


def make_liquidator(
    session: Session,
    max_gas_eth: str,
    budget: str | None,
    buy_below_bps: int,
    database: str | None,
    *,
    settle: bool,
) -> Liquidator:
    """A liquidator that weighs gas against what is at stake, at the ETH/USD of now."""
    vitrine = session.vitrine
    taking = None if budget is None else Taking(amount(vitrine, budget, "budget"), buy_below_bps)
    spending = spending_of(vitrine, parse_units(max_gas_eth, 18, what="gas limit"))
    holdings = IndexHoldings(Store(database)) if database else None
    params = Params(taking=taking, exiting=Exiting() if settle else None)
    exits = exits_of(vitrine, _orders(vitrine, database) if settle else None)
    return liquidator_of(
        vitrine, session.sender(), params=params, spending=spending, holdings=holdings, exits=exits
    )


def _orders(vitrine: Vitrine, database: str | None) -> StoreOrders | None:
    """The bids an index has collected, where there is one."""
    if database is None or "Seaport" not in vitrine.deployment.contracts:
        return None
    store = OrderStore(vitrine, Store(database))
    store.open()
    return StoreOrders(store, sync=OrderSync(vitrine.chain, store, vitrine.deployment.block))


def _live_book(vitrine: Vitrine, collection: str, database: str, sales: Path) -> BookValuer:
    """Sales from a file; asks and bids from the order store of a database, followed for every report."""
    store = OrderStore(vitrine, Store(database))
    store.open()
    sync = OrderSync(vitrine.chain, store, vitrine.deployment.block)
    decimals = vitrine.money.decimals

    def rate() -> tuple[int, int]:
        return eth_rate(vitrine.oracle.rate_wad(), 18, decimals)

    def sold(_as_of: int) -> MarketFrames:
        return load_market(collection, sales)[0]

    return BookValuer(store, collection, rate, sold, refresh=sync.catch_up)


def make_reporter(
    session: Session, markets: Sequence[str], mailbox: Path | None, max_gas_eth: str, *, silent: bool
) -> Reporter:
    """A reporter of the sender; a `silent` one leaves nothing for the others."""
    vitrine, chain, me = session.vitrine, session.chain, session.sender()
    if not vitrine.oracle.reporters([me]):
        fact = f"{me} is not a reporter"
        raise StateError(fact, "See `vitrine oracle reporters`, and name one with --sender")
    valuers: dict[str, Valuer] = {}
    for text in markets:
        name, _, files = text.partition("=")
        parts = [part for part in files.split(",") if part]
        books, paths = [p for p in parts if "://" in p], [Path(p) for p in parts if "://" not in p]
        if len(books) > 1 or not 1 <= len(paths) <= (1 if books else 3):
            fact = f"{text!r} names no files"
            raise AmountError(
                fact, "Write it like punks=sales.csv,orders.csv, or punks=sales.csv,DATABASE-URL"
            )
        collection = vitrine.collection(name)
        valuers[collection] = (
            _live_book(vitrine, collection, books[0], paths[0]) if books else FilesValuer(name, *paths)
        )
    folder = mailbox or session.settings.state / "mailbox" / f"{chain.chain_id}-{chain.genesis[2:10]}"
    box: Mailbox = MemoryMailbox() if silent else FolderMailbox(folder)
    most = parse_units(max_gas_eth, 18, what="gas limit")
    return Reporter(
        chain,
        vitrine.oracle.feed,
        chain.chain_id,
        ChainSigner(chain, vitrine.oracle.feed.address, me),
        valuers,
        box,
        Spending(wei_per_unit=Fraction(0), least_wei=most, most_wei=most),
    )


def make_depth(session: Session, max_gas_eth: str) -> DepthKeeper:
    """A keeper of readings of the sender."""
    most = parse_units(max_gas_eth, 18, what="gas limit")
    return depth_keeper_of(session.vitrine, session.sender(), most)
