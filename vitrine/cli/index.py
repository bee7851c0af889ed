"""`vitrine index …`"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from vitrine.cli.options import chain_options
from vitrine.cli.output import emit, facts

if TYPE_CHECKING:
    from vitrine.indexer.source import LogSource
    from vitrine.indexer.store import Store

F = TypeVar("F", bound=Callable[..., Any])
_SHOWN = 20


@click.group("index", short_help="Events into a database, checked against the chain.")
def command() -> None:
    """Every balance, account and auction, rebuilt from events."""


def index_options(run: F) -> F:
    """Which chain, which database."""
    option = click.option(
        "--database", metavar="URL", help="SQLAlchemy address; a SQLite file in .vitrine/ by default."
    )
    return chain_options(option(run))


def _open(rpc: str | None, chain_id: int | None, database: str | None) -> tuple[LogSource, Store]:
    from vitrine.cli.action import Session
    from vitrine.indexer.source import LogSource, Target
    from vitrine.indexer.store import Store

    session = Session(rpc, chain_id)
    chain, own = session.chain, session.settings
    own.state.mkdir(parents=True, exist_ok=True)
    address = database or own.database_url(chain.chain_id, chain.genesis)
    return LogSource(chain, Target.of(session.vitrine)), Store(address)


@command.command("run")
@click.option("--once", is_flag=True, help="Up to the head, then end.")
@click.option("--rebuild", is_flag=True, help="Forget everything first.")
@click.option("--interval", type=click.FloatRange(0.05), default=2.0, show_default=True, metavar="SECONDS")
@index_options
def run(
    once: bool,
    rebuild: bool,
    interval: float,
    database: str | None,
    rpc: str | None,
    chain_id: int | None,
    as_json: bool,
) -> None:
    """Read the chain into the database and follow it, until Ctrl-C. Goes on where it stopped."""
    from vitrine.indexer.sync import Indexer, Step

    source, store = _open(rpc, chain_id, database)
    indexer = Indexer(source, store)
    indexer.open(rebuild=rebuild)

    def tell(step: Step) -> None:
        if not as_json:
            undone = f", {step.undone} blocks undone" if step.undone else ""
            click.echo(f"block {step.block} of {step.head}: {step.events} events{undone}")

    step = indexer.catch_up(tell)
    events, undone = step.events, step.undone
    if not once:
        stop = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda _signal, _frame: stop.set())

        def count(more: Step) -> None:
            nonlocal step, events, undone
            step, events, undone = more, events + more.events, undone + more.undone
            tell(more)

        indexer.follow(interval, count, until=stop.is_set)
    payload = {
        "database": store.shown,
        "block": step.block,
        "head": step.head,
        "events": events,
        "undone": undone,
    }
    store.close()
    emit(as_json, payload, lambda: facts("Index", payload.items()))


@command.command("verify")
@click.option("--state-only", is_flag=True, help="Leave out the comparison with an index built anew.")
@index_options
@click.pass_context
def verify(
    ctx: click.Context,
    state_only: bool,
    database: str | None,
    rpc: str | None,
    chain_id: int | None,
    as_json: bool,
) -> None:
    """Compare the database with the state of the contracts at its block; exit code 1 on any difference."""
    from vitrine.errors import CheckError
    from vitrine.indexer.verify import Verifier

    source, store = _open(rpc, chain_id, database)
    report = Verifier(source, store).run(replay=not state_only)
    store.close()
    payload = {
        "database": store.shown,
        "block": report.block,
        "compared": report.compared,
        "differences": [
            {"table": d.table, "key": d.key, "field": d.field, "index": str(d.index), "chain": str(d.chain)}
            for d in report.differences
        ],
    }

    def text() -> None:
        for difference in report.differences[:_SHOWN]:
            click.echo(str(difference))
        rows = [("block", report.block), ("compared", report.compared)]
        facts("Index", [*rows, ("differences", len(report.differences))])

    emit(as_json, payload, text)
    if report.differences and as_json:
        ctx.exit(1)
    if report.differences:
        fact = f"The index differs from the chain in {len(report.differences)} of {report.compared} facts"
        raise CheckError(fact, "Build it anew with `vitrine index run --rebuild --once`")
