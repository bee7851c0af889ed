"""`vitrine lend …`"""

from __future__ import annotations

from typing import Any

import click

from vitrine.cli.options import ADDRESS, chain_options, write_options
from vitrine.cli.output import emit, facts


@click.group("lend", short_help="Supply, withdraw, queue, claim.")
def command() -> None:
    """Lend the asset to the vault and take it back."""


@command.command("show")
@click.argument("account", type=ADDRESS)
@chain_options
def show(account: str, rpc: str | None, chain_id: int | None, as_json: bool) -> None:
    """Shares of ACCOUNT, what they redeem for, claims and queued requests."""
    from vitrine.cli.action import Session
    from vitrine.cli.states import supplier_json

    vitrine = Session(rpc, chain_id).vitrine
    payload = supplier_json(vitrine.vault.supplier(account))

    def text() -> None:
        rows: list[tuple[str, Any]] = [("shares", payload["shares"])]
        for key in ("redeemable_units", "withdrawable_now_units", "credit_units"):
            rows.append((key.removesuffix("_units").replace("_", " "), vitrine.money.text(int(payload[key]))))
        rows += [(f"request {item['id']}", f"{item['shares']} shares") for item in payload["requests"]]
        facts(account, rows)

    emit(as_json, payload, text)


@command.command("supply")
@click.argument("assets")
@click.option("--receiver", type=ADDRESS, help="Who gets the shares; the sender by default.")
@write_options
def supply(assets: str, receiver: str | None, **options: Any) -> None:
    """Supply ASSETS, in whole units of the asset."""
    from vitrine.cli.action import Action, perform
    from vitrine.cli.common import amount, open_session, watch_supplier
    from vitrine.sdk.tokens import Needs

    session, flags = open_session(options)
    vitrine, sender = session.vitrine, session.sender()
    units = amount(vitrine, assets)
    owner = receiver or sender
    action = Action(
        f"Supply {vitrine.money.text(units)}",
        [vitrine.vault.supply(units, owner)],
        Needs(assets=units, spender=vitrine.vault.address),
        watch_supplier(owner),
        lambda receipts: {"shares": str(receipts[0].event("Deposit").args["shares"])},
    )
    perform(session, action, sender, flags)


@command.command("withdraw")
@click.argument("assets")
@click.option("--receiver", type=ADDRESS, help="Who gets the money; the sender by default.")
@write_options
def withdraw(assets: str, receiver: str | None, **options: Any) -> None:
    """Withdraw ASSETS at once, or `all` that can be withdrawn now."""
    from vitrine.cli.action import Action, perform
    from vitrine.cli.common import amount, open_session, watch_supplier
    from vitrine.errors import StateError

    session, flags = open_session(options)
    vitrine, sender = session.vitrine, session.sender()
    vault = vitrine.vault
    if assets == "all":
        state = vault.supplier(sender)
        whole = state.withdrawable_now >= int(
            session.chain.read(vault.contract.convertToAssets(state.shares))
        )
        if not state.withdrawable_now:
            fact = f"{sender} can withdraw nothing now; its {state.shares} shares redeem for "
            hint = "Wait in the queue instead: `vitrine lend queue all`" if state.shares else "Supply first"
            raise StateError(fact + vitrine.money.text(state.redeemable), hint)
        # Short of cash: by assets, because the worth of a share moves until the block.
        call = (
            vault.redeem(state.shares, sender, receiver or sender)
            if whole
            else vault.withdraw(state.withdrawable_now, sender, receiver or sender)
        )
    else:
        call = vault.withdraw(amount(vitrine, assets), sender, receiver or sender)
    action = Action(
        f"Withdraw {assets}",
        [call],
        watch=watch_supplier(sender),
        result=lambda receipts: {"assets_units": str(receipts[0].event("Withdraw").args["assets"])},
    )
    perform(session, action, sender, flags)


@command.command("queue")
@click.argument("shares")
@write_options
def queue(shares: str, **options: Any) -> None:
    """Wait with SHARES (or `all`) to be redeemed as cash comes in; they go on earning and losing."""
    from vitrine.cli.action import Action, perform
    from vitrine.cli.common import open_session, watch_supplier
    from vitrine.units import parse_units

    session, flags = open_session(options)
    vitrine, sender = session.vitrine, session.sender()
    held = int(session.chain.read(vitrine.vault.contract.balanceOf(sender)))
    count = held if shares == "all" else parse_units(shares, 0, what="number of shares")
    action = Action(
        f"Queue {count} shares",
        [vitrine.vault.request_redeem(count, sender)],
        watch=watch_supplier(sender),
        result=lambda receipts: {"request": receipts[0].event("RedeemRequested").args["id"]},
    )
    perform(session, action, sender, flags)


@command.command("cancel")
@click.argument("request", type=click.IntRange(0))
@write_options
def cancel(request: int, **options: Any) -> None:
    """Take the unfilled rest of REQUEST back."""
    from vitrine.cli.action import Action, perform
    from vitrine.cli.common import open_session, watch_supplier

    session, flags = open_session(options)
    sender = session.sender()
    calls = [session.vitrine.vault.cancel_request(request)]
    perform(session, Action(f"Cancel request {request}", calls, watch=watch_supplier(sender)), sender, flags)


@command.command("fill")
@click.option("--most", type=click.IntRange(1), default=20, show_default=True, help="Requests to look at.")
@write_options
def fill(most: int, **options: Any) -> None:
    """Fill waiting requests from free cash. Anyone may."""
    from vitrine.cli.action import Action, perform
    from vitrine.cli.common import open_session

    session, flags = open_session(options)
    action = Action(
        "Fill the queue",
        [session.vitrine.vault.fill_queue(most)],
        result=lambda receipts: {
            "assets_units": str(sum(event.args["assets"] for event in receipts[0].all("RedeemFilled")))
        },
    )
    perform(session, action, session.sender(), flags)


@command.command("claim")
@click.option("--receiver", type=ADDRESS, help="Who gets the money; the sender by default.")
@write_options
def claim(receiver: str | None, **options: Any) -> None:
    """Claim what the vault owes the sender: filled requests, surplus, tips."""
    from vitrine.cli.action import Action, perform
    from vitrine.cli.common import open_session, watch_supplier

    session, flags = open_session(options)
    sender = session.sender()
    action = Action(
        "Claim",
        [session.vitrine.vault.claim(receiver or sender)],
        watch=watch_supplier(sender),
        result=lambda receipts: {
            "assets_units": str(sum(event.args["assets"] for event in receipts[0].all("Claimed")))
        },
    )
    perform(session, action, sender, flags)
