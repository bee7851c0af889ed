"""`vitrine keeper …`"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import click

from vitrine.cli.options import chain_options
from vitrine.cli.output import emit, table

if TYPE_CHECKING:
    from vitrine.chain.contract import Call
    from vitrine.cli.action import Session
    from vitrine.keepers.actions import Action
    from vitrine.keepers.liquidator import Liquidator
    from vitrine.keepers.metrics import Metrics
    from vitrine.keepers.sender import ActionSender

    Rehearsal = tuple[Sequence[Action], Callable[[Action], Call]]

F = TypeVar("F", bound=Callable[..., Any])


class Keeper(Protocol):
    """Anything that works in rounds."""

    sender: ActionSender

    def step(self) -> object: ...


@click.group("keeper", short_help="Run the bots that watch and post.")
def command() -> None:
    """Bots: safe to run twice, to race, to be killed between two lines."""


def loop_options(run: F) -> F:
    """How long and how often."""
    for option in (
        click.option("--once", is_flag=True, help="One round."),
        click.option("--rounds", type=click.IntRange(1), help="So many rounds; until Ctrl-C by default."),
        click.option(
            "--interval", type=click.FloatRange(0), default=12.0, show_default=True, metavar="SECONDS"
        ),
        click.option("--dry-run", is_flag=True, help="Decide and simulate one round; send nothing."),
        click.option("--sender", metavar="ACCOUNT", help="Address, or index into the accounts of the node."),
    ):
        run = option(run)
    return chain_options(run)


@command.command("liquidator")
@click.option(
    "--max-gas-eth", default="1", show_default=True, metavar="ETH", help="Most a transaction may cost."
)
@click.option("--budget", metavar="ASSETS", help="Also buy from auctions, with this much in all.")
@click.option(
    "--database", metavar="URL", help="Whose NFTs are where, from this index instead of from events."
)
@click.option(
    "--settle/--no-settle",
    default=True,
    show_default=True,
    help="Sell auctioned NFTs into pools and bids, where that gains more than its gas.",
)
@click.option("--buy-below-bps", type=click.IntRange(1, 10_000), default=9_000, show_default=True)
@loop_options
def liquidator(
    max_gas_eth: str,
    budget: str | None,
    database: str | None,
    buy_below_bps: int,
    settle: bool,
    once: bool,
    rounds: int | None,
    interval: float,
    dry_run: bool,
    sender: str | None,
    rpc: str | None,
    chain_id: int | None,
    as_json: bool,
) -> None:
    """Flag, start, mark, reclaim, restart, fill the queue; the most urgent first."""
    from vitrine.cli.action import Session
    from vitrine.cli.bots import make_liquidator

    session = Session(rpc, chain_id, sender)
    keeper = make_liquidator(session, max_gas_eth, budget, buy_below_bps, database, settle=settle)
    if dry_run:
        _rehearse(session, keeper, keeper.metrics, _decided(session, keeper), as_json)
    else:
        _run(session, keeper, keeper.metrics, 1 if once else rounds, interval, as_json)


@command.command("reporter")
@click.option(
    "--market",
    "markets",
    multiple=True,
    required=True,
    metavar="COLLECTION=SALES[,ORDERS[,TRAITS]]",
    help="Files to value a collection from, read again whenever they change; the address of a database in "
    "the place of ORDERS stands for its live orders. May repeat.",
)
@click.option(
    "--mailbox", type=click.Path(path_type=Path, file_okay=False), help="Folder all reporters share."
)
@click.option("--max-gas-eth", default="0.1", show_default=True, metavar="ETH", help="Most a round may cost.")
@loop_options
def reporter(
    markets: tuple[str, ...],
    mailbox: Path | None,
    max_gas_eth: str,
    once: bool,
    rounds: int | None,
    interval: float,
    dry_run: bool,
    sender: str | None,
    rpc: str | None,
    chain_id: int | None,
    as_json: bool,
) -> None:
    """Value, sign once per slot, leave the report for the others, carry the round when it is one's turn."""
    from vitrine.cli.action import Session
    from vitrine.cli.bots import make_reporter

    session = Session(rpc, chain_id, sender)
    keeper = make_reporter(session, markets, mailbox, max_gas_eth, silent=dry_run)
    if not dry_run:
        _run(session, keeper, keeper.metrics, 1 if once else rounds, interval, as_json)
        return
    step = keeper.step()
    seen = {"slot": step.slot_at, "signed": int(step.signed), "reports": step.reports}
    _tell("reporter", 1, {**keeper.metrics.as_dict(), **seen}, [], as_json)


@command.command("depth")
@click.option(
    "--max-gas-eth", default="0.1", show_default=True, metavar="ETH", help="Most a reading may cost."
)
@loop_options
def depth(
    max_gas_eth: str,
    once: bool,
    rounds: int | None,
    interval: float,
    dry_run: bool,
    sender: str | None,
    rpc: str | None,
    chain_id: int | None,
    as_json: bool,
) -> None:
    """Read exit depth once an hour and at once when it falls, and keep the averages of pools."""
    from vitrine.cli.action import Session
    from vitrine.cli.bots import make_depth
    from vitrine.keepers.depth import decide

    session = Session(rpc, chain_id, sender)
    keeper = make_depth(session, max_gas_eth)
    if dry_run:
        snapshot = keeper.look()
        planned = decide(snapshot, snapshot.timestamp), keeper.call_of
        _rehearse(session, keeper, keeper.metrics, planned, as_json)
    else:
        _run(session, keeper, keeper.metrics, 1 if once else rounds, interval, as_json)


def _run(
    session: Session, keeper: Keeper, metrics: Metrics, rounds: int | None, interval: float, as_json: bool
) -> None:
    """Rounds until told to stop; pulse and metrics go to files that a supervisor can read."""
    from vitrine.keepers.runner import Loop, Stop, run

    folder = session.settings.state / "keepers"
    folder.mkdir(parents=True, exist_ok=True)

    def complain(error: Exception) -> None:
        if not as_json:
            click.echo(f"round failed, trying again: {error}", err=True)

    loop = Loop(interval=interval, rounds=rounds)
    done = run(keeper.step, metrics, loop, folder=folder, stop=Stop().on_signals(), on_error=complain)
    if done:
        keeper.sender.finish()  # so that the numbers are those of what was sent
    _tell(metrics.keeper, done, metrics.as_dict(), [], as_json)


def _decided(session: Session, keeper: Liquidator) -> Rehearsal:
    from vitrine.keepers.actions import to_call
    from vitrine.keepers.decide import decide

    snapshot = keeper.look()
    decision = decide(snapshot, keeper.params, snapshot.market.timestamp + keeper.block_time)
    who = keeper.sender.account
    return decision.actions, lambda action: to_call(action, session.vitrine.market, who)


def _rehearse(session: Session, keeper: Keeper, metrics: Metrics, planned: Rehearsal, as_json: bool) -> None:
    """One decision, each action tried on a copy of the chain."""
    from vitrine.cli.action import fork_of
    from vitrine.errors import VitrineError

    (actions, call_of), who = planned, keeper.sender.account
    tried: list[dict[str, Any]] = []
    with ExitStack() as stack:
        copy = fork_of(session.chain, stack)
        for action in actions:
            row = _action(action)
            try:
                receipt = copy.send(call_of(action), who)
                row |= {"gas": receipt.gas_used, "problem": None}
            except VitrineError as error:
                row |= {"gas": None, "problem": str(error)}
            tried.append(row)
    _tell(metrics.keeper, 0, metrics.as_dict(), tried, as_json)


def _action(action: Action) -> dict[str, Any]:
    return {
        "kind": action.kind.value,
        "accounts": list(action.accounts),
        "nfts": [{"collection": collection, "token_id": str(number)} for collection, number in action.nfts],
        "expected_loss_units": str(int(action.expected_loss)),
        "reward_units": str(action.reward),
    }


def _tell(name: str, rounds: int, metrics: Any, actions: list[dict[str, Any]], as_json: bool) -> None:
    payload: dict[str, Any] = {
        "keeper": name,
        "rounds": rounds,
        "metrics": dict(metrics),
        "actions": actions,
    }

    def text() -> None:
        if actions:
            table(
                "Would do",
                ["what", "account", "gas", "problem"],
                [
                    (row["kind"], ", ".join(row["accounts"]), row["gas"] or "–", row["problem"] or "")
                    for row in actions
                ],
            )
        table(f"{name}: {rounds} rounds", ["metric", "value"], sorted(payload["metrics"].items()), right=(1,))

    emit(as_json, payload, text)
