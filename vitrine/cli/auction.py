"""`vitrine auction …`"""

from __future__ import annotations

from typing import Any

import click

from vitrine.cli.options import ADDRESS, NFT, NftId, chain_options, nft_option, write_options
from vitrine.cli.output import emit, table


@click.group("auction", short_help="Liquidation: flag, start, buy, redeem.")
def command() -> None:
    """Notices, auctions and everything around them."""


@command.command("list")
@chain_options
def list_(rpc: str | None, chain_id: int | None, as_json: bool) -> None:
    """Auctions that run, with their prices of now."""
    from vitrine.cli.action import Session
    from vitrine.cli.states import lot_json
    from vitrine.cli.status import lot_rows

    vitrine = Session(rpc, chain_id).vitrine
    payload = {"auctions": [lot_json(vitrine, lot) for lot in vitrine.auctions.lots()]}

    def text() -> None:
        table("", ["NFT", "phase", "price", "discount"], lot_rows(vitrine, payload["auctions"]), right=(2, 3))

    emit(as_json, payload, text)


@command.command("show")
@click.argument("nft", type=NFT)
@chain_options
def show(nft: NftId, rpc: str | None, chain_id: int | None, as_json: bool) -> None:
    """Price and phase of the auction of NFT."""
    from vitrine.cli.action import Session
    from vitrine.cli.output import facts
    from vitrine.cli.states import lot_json
    from vitrine.units import format_bps

    vitrine = Session(rpc, chain_id).vitrine
    payload = lot_json(vitrine, vitrine.auctions.lot(vitrine.collection(nft.collection), nft.token_id))
    rows = [
        ("phase", payload["phase"]),
        ("price", vitrine.money.text(int(payload["price_units"]))),
        ("worth at spot", vitrine.money.text(int(payload["worth_units"]))),
        ("discount", format_bps(payload["discount_bps"])),
    ]
    emit(as_json, payload, lambda: facts(f"{payload['name']}:{payload['token_id']}", rows))


@command.command("take")
@click.argument("nft", type=NFT)
@click.option("--max", "most", metavar="ASSETS", help="Highest price accepted; the price of now by default.")
@click.option("--receiver", type=ADDRESS, help="Who gets the NFT; the sender by default.")
@write_options
def take(nft: NftId, most: str | None, receiver: str | None, **options: Any) -> None:
    """Buy NFT at the price of the block it is bought in."""
    from vitrine.cli.action import Action, perform
    from vitrine.cli.common import amount, open_session
    from vitrine.sdk.tokens import Needs

    session, flags = open_session(options)
    vitrine, sender = session.vitrine, session.sender()
    collection = vitrine.collection(nft.collection)
    lot = vitrine.auctions.lot(collection, nft.token_id)
    limit = lot.price if most is None else amount(vitrine, most, "limit")

    def result(receipts: Any) -> dict[str, Any]:
        sold = receipts[0].event("AuctionTaken").args
        return {"price_units": str(sold["price"]), "discount_bps": sold["discountBps"]}

    action = Action(
        f"Buy {nft.collection}:{nft.token_id}",
        [vitrine.auctions.take(collection, nft.token_id, limit, receiver or sender)],
        Needs(assets=min(limit, lot.price), spender=vitrine.auctions.address),
        lambda stage: {"wallet_units": str(stage.tokens.balance(sender))},
        result,
    )
    perform(session, action, sender, flags)


@command.command("flag")
@click.argument("account", type=ADDRESS)
@write_options
def flag(account: str, **options: Any) -> None:
    """Open a notice on ACCOUNT. Anyone may, from the warning line upward."""
    _on_account("Flag", "flag", account, options)


@command.command("clear")
@click.argument("account", type=ADDRESS)
@write_options
def clear(account: str, **options: Any) -> None:
    """Close a notice that died by time or recovery."""
    _on_account("Clear", "clear", account, options)


@command.command("start")
@click.argument("account", type=ADDRESS)
@write_options
def start(account: str, **options: Any) -> None:
    """Start the auctions that ACCOUNT needs."""
    _on_account("Liquidate", "liquidate", account, options)


@command.command("redeem")
@click.argument("account", type=ADDRESS)
@nft_option
@click.option("--max", "most", metavar="ASSETS", required=True, help="Highest sum to pay, the fine included.")
@write_options
def redeem(account: str, nfts: tuple[NftId, ...], most: str, **options: Any) -> None:
    """Pay for ACCOUNT what is needed to end its auctions (all of them without --nft)."""
    from vitrine.cli.action import Action, perform
    from vitrine.cli.common import amount, nft_refs, open_session, watch_position
    from vitrine.errors import StateError
    from vitrine.sdk.tokens import Needs

    session, flags = open_session(options)
    vitrine, sender = session.vitrine, session.sender()
    refs = nft_refs(vitrine, nfts) or [
        (nft.collection, nft.token_id) for nft in vitrine.desk.position(account).nfts if nft.in_auction
    ]
    if not refs:
        raise StateError(f"No NFT of {account} is in auction", "Repay with `vitrine repay` instead")
    units = amount(vitrine, most, "limit")
    action = Action(
        f"Redeem {len(refs)} NFTs of {account}",
        [vitrine.desk.redeem(account, units, refs)],
        Needs(assets=units, spender=vitrine.vault.address),
        watch_position(account),
        lambda receipts: {
            "repaid_units": str(sum(event.args["assets"] for event in receipts[0].all("Repaid"))),
            "reclaimed": len(receipts[0].all("Reclaimed")),
        },
    )
    perform(session, action, sender, flags)


@command.command("reclaim")
@click.argument("account", type=ADDRESS)
@write_options
def reclaim(account: str, **options: Any) -> None:
    """End the auctions of ACCOUNT once it recovered. Anyone may."""
    from vitrine.cli.action import Action, perform
    from vitrine.cli.common import open_session, watch_position

    session, flags = open_session(options)
    vitrine = session.vitrine
    refs = [(n.collection, n.token_id) for n in vitrine.desk.position(account).nfts if n.in_auction]
    action = Action(
        f"Reclaim {len(refs)} NFTs of {account}",
        [vitrine.desk.reclaim(account, refs)],
        watch=watch_position(account),
        result=lambda receipts: {"reclaimed": len(receipts[0].all("Reclaimed"))},
    )
    perform(session, action, session.sender(), flags)


@command.command("restart")
@click.argument("nft", type=NFT)
@write_options
def restart(nft: NftId, **options: Any) -> None:
    """Begin the auction of NFT anew, a day after its start."""
    from vitrine.cli.action import Action, perform
    from vitrine.cli.common import open_session

    session, flags = open_session(options)
    vitrine = session.vitrine
    call = vitrine.auctions.restart(vitrine.collection(nft.collection), nft.token_id)
    perform(session, Action(f"Restart {nft.collection}:{nft.token_id}", [call]), session.sender(), flags)


def _on_account(title: str, method: str, account: str, options: dict[str, Any]) -> None:
    """An action of anyone on somebody's account."""
    from vitrine.cli.action import Action, perform
    from vitrine.cli.common import open_session, watch_position

    session, flags = open_session(options)
    call = getattr(session.vitrine.desk, method)(account)
    action = Action(
        f"{title} {account}",
        [call],
        watch=watch_position(account),
        result=lambda receipts: {"auctions": len(receipts[0].all("AuctionStarted"))},
    )
    perform(session, action, session.sender(), flags)
