"""What every write command does: check, show, send or simulate, tell what changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import click

from vitrine.chain.abibook import Event
from vitrine.chain.client import Chain
from vitrine.chain.contract import Call
from vitrine.chain.transaction import Receipt
from vitrine.cli.output import emit, facts, table
from vitrine.errors import ConfigError
from vitrine.node import Node
from vitrine.sdk.facade import Vitrine
from vitrine.sdk.session import choose_sender, connect
from vitrine.sdk.tokens import Needs
from vitrine.settings import Settings, load_settings

State = dict[str, Any]
Watch = Callable[[Vitrine], State]
Sent = tuple[str, str, Receipt]
"""Function, contract, and what became of it."""


@dataclass(frozen=True, slots=True)
class Creation:
    """A contract that an action makes, and what is called once its address is known."""

    artifact: str
    code: bytes
    """The constructor's arguments included."""
    calls: Callable[[str], Sequence[Call]] = lambda _address: ()


@dataclass(frozen=True, slots=True)
class Action:
    """What a command wants to do."""

    title: str
    calls: Sequence[Call]
    needs: Needs = field(default_factory=Needs)
    watch: Watch | None = None
    result: Callable[[Sequence[Receipt]], dict[str, Any]] = field(default=lambda _receipts: {})
    show: Callable[[], None] | None = None
    """Tells people what is going to happen, in detail."""
    then: Callable[[], object] | None = None
    """What is left to do after everything was sent; not in a rehearsal."""
    creation: Creation | None = None
    """After the approvals, before the calls; its receipt comes first."""


@dataclass(frozen=True, slots=True)
class WriteFlags:
    """How to do it."""

    as_json: bool
    dry_run: bool
    approve: bool
    yes: bool


class Session:
    """One command at work: settings, deployment, sender."""

    def __init__(self, rpc: str | None, chain_id: int | None, sender: str | None = None) -> None:
        self.settings: Settings = load_settings(rpc_url=rpc, chain_id=chain_id, sender=sender)
        self.vitrine: Vitrine = connect(self.settings)

    @property
    def chain(self) -> Chain:
        return self.vitrine.chain

    def sender(self, default: int = 0) -> str:
        return choose_sender(self.chain, self.settings, default)


def fork_of(chain: Chain, stack: ExitStack) -> Chain:
    """A copy of the chain as it is now, for one simulation; nothing done there is seen by anybody."""
    node = stack.enter_context(Node.start(fork=chain.rpc.url))
    copy = Chain(node.url, chain.book, money=chain.money)
    copy.second_per_block(1)
    return copy


def perform(session: Session, action: Action, sender: str, flags: WriteFlags) -> None:
    """Runs an action and prints what came of it."""
    vitrine = session.vitrine
    approvals = vitrine.tokens.missing(action.needs, sender, approve=flags.approve)
    before = action.watch(vitrine) if action.watch else None
    with ExitStack() as stack:
        stage = vitrine
        if flags.dry_run:
            stage = vitrine.on(fork_of(session.chain, stack))
        else:
            _ask(session, action, _announced(action, approvals), flags)
        sent = _send(stage.chain, action, approvals, sender)
        if action.then is not None and not flags.dry_run:
            action.then()
        after = action.watch(stage) if action.watch else None
    receipts = [receipt for _, _, receipt in sent]
    payload = {
        "action": action.title,
        "dry_run": flags.dry_run,
        "chain_id": session.chain.chain_id,
        "sender": sender,
        "transactions": [_transaction(*step, flags.dry_run) for step in sent],
        "gas": sum(receipt.gas_used for receipt in receipts),
        "result": action.result(receipts[len(approvals) :]),
        "before": before,
        "after": after,
    }
    emit(flags.as_json, payload, lambda: _print(vitrine, payload, action.show))


def _send(chain: Chain, action: Action, approvals: Sequence[Call], sender: str) -> list[Sent]:
    """Everything in order, each mined before the next."""

    def send(calls: Sequence[Call]) -> list[Sent]:
        return [(call.function.name, call.to, chain.send(call, sender)) for call in calls]

    sent, calls = send(approvals), list(action.calls)
    if action.creation is not None:
        receipt = chain.deploy(action.creation.code, sender)
        address = str(receipt.created)
        sent.append(("constructor", address, receipt))
        calls += action.creation.calls(address)
    return sent + send(calls)


def _announced(action: Action, approvals: Sequence[Call]) -> list[str]:
    """What is going to be sent, one line a transaction."""
    lines = [str(call) for call in (*approvals, *action.calls)]
    if action.creation is not None:
        lines.insert(len(approvals), f"constructor of {action.creation.artifact}, a new contract")
        lines += [str(call) for call in action.creation.calls("0x" + "00" * 20)]
    return lines


def _ask(session: Session, action: Action, lines: Sequence[str], flags: WriteFlags) -> None:
    if session.chain.local or flags.yes:
        return
    if flags.as_json:
        where = f"chain {session.chain.chain_id}"
        fact = f"{action.title}: {len(lines)} transactions on {where} want to be confirmed"
        raise ConfigError(fact, "Add --yes to send without asking, or --dry-run")
    click.echo(f"{action.title} on chain {session.chain.chain_id}:")
    if action.show is not None:
        action.show()
    for line in lines:
        click.echo(f"  {line}")
    click.confirm("Send?", abort=True)


def _transaction(function: str, to: str, receipt: Receipt, dry_run: bool) -> dict[str, Any]:
    return {
        "function": function,
        "to": to,
        "hash": None if dry_run else receipt.tx_hash,
        "block": None if dry_run else receipt.block,
        "gas": receipt.gas_used,
        "events": [_event(event) for event in receipt.events],
    }


def _event(event: Event) -> dict[str, Any]:
    return {"name": event.name, "address": event.address, "args": event.args}


def _print(vitrine: Vitrine, payload: dict[str, Any], show: Callable[[], None] | None) -> None:
    note = " (simulated, nothing was sent)" if payload["dry_run"] else ""
    click.secho(f"{payload['action']}{note}", bold=True)
    for row in payload["transactions"]:
        where = "" if payload["dry_run"] else f"  {row['hash']}  block {row['block']}"
        click.echo(f"  {row['function']}  {row['gas']:,} gas{where}")
    if show is not None:
        show()
    told = [(key, value) for key, value in payload["result"].items() if not isinstance(value, list | dict)]
    if told:
        facts("", [(_label(key), _amount(vitrine, key, value)) for key, value in told])
    before, after = payload["before"], payload["after"]
    if before and after:
        rows = [
            (_label(key), _amount(vitrine, key, before[key]), _amount(vitrine, key, after[key]))
            for key in after
            if key != "account" and not isinstance(after[key], list | dict) and key in before
        ]
        table("", ["", "before", "after"], rows, right=(1, 2))


def _label(key: str) -> str:
    return key.removesuffix("_units").removesuffix("_bps").replace("_", " ")


def _amount(vitrine: Vitrine, key: str, value: Any) -> str:
    """Text of a value; the ending of its name tells the unit."""
    from vitrine.chain.reverts import date
    from vitrine.units import format_bps

    if value is None:
        return "–"
    if key.endswith("_at") and value:
        return date(int(value))
    if key.endswith("_units"):
        return vitrine.money.text(int(value))
    if key.endswith("_bps"):
        return format_bps(int(value))
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
