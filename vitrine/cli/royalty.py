"""`vitrine royalty …`"""

from __future__ import annotations

from typing import Any

import click

from vitrine.cli.options import ADDRESS, NFT, NftId, chain_options, write_options
from vitrine.cli.output import emit, facts


@click.group("royalty", short_help="Royalties: what a sale owes, and taking it out.")
def command() -> None:
    """One look-up and one ledger for every venue."""


@command.command("show")
@click.argument("nft", type=NFT)
@click.option("--price", default="10000", show_default=True, metavar="ASSETS", help="Price of the example.")
@chain_options
def show(nft: NftId, price: str, rpc: str | None, chain_id: int | None, as_json: bool) -> None:
    """What selling NFT would owe, to whom, and by which rule."""
    from vitrine.cli.action import Session
    from vitrine.cli.common import amount
    from vitrine.cli.market_states import royalty_json
    from vitrine.units import format_bps

    vitrine = Session(rpc, chain_id).vitrine
    collection = vitrine.collection(nft.collection)
    terms = vitrine.royalties.terms(collection, nft.token_id, amount(vitrine, price, "price"))
    payload = royalty_json(vitrine, terms)
    rows = [
        ("price", vitrine.money.text(terms.price)),
        ("royalty", f"{vitrine.money.text(terms.due)} ({format_bps(terms.bps)})"),
        ("receiver", payload["receiver"] or "–"),
        ("rule", "override of the collection's owner" if terms.overridden else "ERC-2981"),
        ("liquidations pay", {"full": "all of it", "waived": "nothing"}.get(
            terms.policy, f"{format_bps(terms.reduced_bps)} of it"
        )),
    ]  # fmt: skip
    emit(as_json, payload, lambda: facts(f"{payload['name']}:{payload['token_id']}", rows))


@command.command("claimable")
@click.argument("receiver", type=ADDRESS)
@chain_options
def claimable(receiver: str, rpc: str | None, chain_id: int | None, as_json: bool) -> None:
    """What RECEIVER may take out."""
    from vitrine.cli.action import Session

    vitrine = Session(rpc, chain_id).vitrine
    found = vitrine.royalties.claimable(receiver)
    payload = {"receiver": receiver, "claimable_units": str(found)}
    emit(as_json, payload, lambda: facts(receiver, [("claimable", vitrine.money.text(found))]))


@command.command("claim")
@click.option("--to", type=ADDRESS, help="Who gets it; the sender by default.")
@write_options
def claim(to: str | None, **options: Any) -> None:
    """Take out all royalties that the sender is owed."""
    from vitrine.cli.action import Action, perform
    from vitrine.cli.common import open_session
    from vitrine.errors import StateError

    session, flags = open_session(options)
    vitrine, sender = session.vitrine, session.sender()
    if not vitrine.royalties.claimable(sender):
        raise StateError(f"No royalties are owed to {sender}", "Send from the receiver of the royalties")
    target = to or sender
    action = Action(
        f"Claim the royalties of {sender}",
        [vitrine.royalties.claim(target)],
        watch=lambda stage: {
            "claimable_units": str(stage.royalties.claimable(sender)),
            "wallet_units": str(stage.tokens.balance(target)),
        },
        result=lambda receipts: {"assets_units": str(receipts[0].event("RoyaltyClaimed").args["assets"])},
    )
    perform(session, action, sender, flags)


@command.command("set")
@click.argument("collection")
@click.option("--percent", help="Of the price, like 5 or 2.5; 0 for none.")
@click.option("--receiver", type=ADDRESS, help="Who is owed it.")
@click.option("--clear", is_flag=True, help="Ask the collection itself again (ERC-2981).")
@write_options
def set_(collection: str, percent: str | None, receiver: str | None, clear: bool, **options: Any) -> None:
    """Override the royalty of COLLECTION, as its owner."""
    from vitrine.cli.action import Action, perform
    from vitrine.cli.common import open_session
    from vitrine.units import parse_units

    if clear == (percent is not None):
        raise click.UsageError("Give either --percent, or --clear")
    session, flags = open_session(options)
    vitrine, sender = session.vitrine, session.sender()
    where = vitrine.collection(collection)
    if percent is None:
        call = vitrine.royalties.clear_override(where)
    else:
        bps = parse_units(percent, 2, what="royalty")
        if bps and receiver is None:
            raise click.UsageError("A royalty needs its --receiver")
        call = vitrine.royalties.set_override(where, receiver if bps and receiver else "0x" + "00" * 20, bps)
    perform(session, Action(f"Set the royalty of {collection}", [call]), sender, flags)
