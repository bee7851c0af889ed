"""`vitrine bid …`"""

from __future__ import annotations

from typing import Any

import click

from vitrine.cli.options import ADDRESS, NFT, NftId, chain_options, write_options
from vitrine.cli.output import emit, table


@click.group("bid", short_help="Standing bids: capital that waits for liquidations.")
def command() -> None:
    """Bids that liquidated NFTs are sold into, best net price first."""


@command.command("list")
@click.argument("collection", required=False)
@click.option("--bidder", type=ADDRESS, help="Only bids of this account.")
@chain_options
def list_(
    collection: str | None, bidder: str | None, rpc: str | None, chain_id: int | None, as_json: bool
) -> None:
    """Bids that have not ended, all or those of COLLECTION, oldest first."""
    from vitrine.cli.action import Session
    from vitrine.cli.market_states import bid_json
    from vitrine.units import format_bps

    vitrine = Session(rpc, chain_id).vitrine
    where = None if collection is None else vitrine.collection(collection)
    now = vitrine.chain.now()
    payload = {"bids": [bid_json(vitrine, bid, now) for bid in vitrine.bids.bids(where, bidder)]}

    def text() -> None:
        rows = [
            (
                row["bid"],
                row["name"],
                format_bps(row["price_bps"]),
                vitrine.money.text(int(row["max_price_units"])),
                row["quantity"],
                row["status"],
                row["bidder"],
            )
            for row in payload["bids"]
        ]
        table(
            "", ["bid", "NFTs", "of value", "at most", "left", "status", "bidder"], rows, right=(0, 2, 3, 4)
        )

    emit(as_json, payload, text)


@command.command("place")
@click.argument("collection")
@click.option("--percent", required=True, help="Of the value at spot, like 85 or 92.5.")
@click.option("--max", "most", metavar="ASSETS", required=True, help="Highest price of one NFT.")
@click.option("--quantity", type=click.IntRange(1, 65_535), default=1, show_default=True)
@click.option(
    "--days", type=click.IntRange(2, 365), default=30, show_default=True, help="How long it stands."
)
@write_options
def place(collection: str, percent: str, most: str, quantity: int, days: int, **options: Any) -> None:
    """Bid for QUANTITY liquidated NFTs of COLLECTION; their highest price is locked."""
    from vitrine.cli.action import Action, perform
    from vitrine.cli.common import amount, open_session
    from vitrine.errors import AmountError
    from vitrine.sdk.tokens import Needs
    from vitrine.units import DAY, parse_units

    session, flags = open_session(options)
    vitrine, sender = session.vitrine, session.sender()
    where, limit = vitrine.collection(collection), amount(vitrine, most, "limit")
    bps = parse_units(percent, 2, what="share of the value")
    if not bps:
        raise AmountError("The share of the value is zero", "Give more than zero")
    expires_at = session.chain.now() + days * DAY
    bids = vitrine.bids
    action = Action(
        f"Bid for {quantity} {collection}",
        [bids.place(where, bps, limit, quantity, expires_at)],
        Needs(assets=limit * quantity, spender=bids.address),
        _wallet(sender),
        lambda receipts: {
            "bid": receipts[0].event("BidPlaced").args["bidId"],
            "locked_units": str(receipts[0].event("BidPlaced").args["locked"]),
            "expires_at": receipts[0].event("BidPlaced").args["expiresAt"],
        },
    )
    perform(session, action, sender, flags)


@command.command("cancel")
@click.argument("bid", type=click.IntRange(0))
@write_options
def cancel(bid: int, **options: Any) -> None:
    """Cancel the standing BID. It can still be filled for a day; then `bid close` frees its capital."""
    from vitrine.cli.action import Action, perform
    from vitrine.cli.common import open_session
    from vitrine.errors import StateError

    session, flags = open_session(options)
    vitrine, sender = session.vitrine, session.sender()
    found = vitrine.bids.bid_of(bid, sender)
    if found.cancelled:
        raise StateError(
            f"The standing bid {bid} is cancelled already", f"Use `vitrine bid close {bid}` later"
        )
    action = Action(
        f"Cancel the standing bid {bid}",
        [vitrine.bids.cancel(bid)],
        result=lambda receipts: {"claimable_at": receipts[0].event("BidCancelled").args["claimableAt"]},
    )
    perform(session, action, sender, flags)


@command.command("close")
@click.argument("bid", type=click.IntRange(0))
@write_options
def close(bid: int, **options: Any) -> None:
    """End a BID that is expired or whose cancel took effect; its capital can then be claimed. Anyone may."""
    from vitrine.cli.action import Action, perform
    from vitrine.cli.common import open_session

    session, flags = open_session(options)
    vitrine = session.vitrine
    vitrine.bids.bid_of(bid)
    action = Action(
        f"Close the standing bid {bid}",
        [vitrine.bids.close(bid)],
        result=lambda receipts: {"credited_units": str(receipts[0].event("BidClosed").args["assets"])},
    )
    perform(session, action, session.sender(), flags)


@command.command("claim")
@click.option("--nft", "nfts", type=NFT, multiple=True, metavar="COLLECTION:ID", help="Only these NFTs.")
@click.option("--to", type=ADDRESS, help="Who gets them; the sender by default.")
@write_options
def claim(nfts: tuple[NftId, ...], to: str | None, **options: Any) -> None:
    """Take out all the money and NFTs that the sender's bids left him."""
    from vitrine.cli.action import Action, perform
    from vitrine.cli.common import nft_refs, open_session
    from vitrine.errors import StateError

    session, flags = open_session(options)
    vitrine, sender = session.vitrine, session.sender()
    bids, target = vitrine.bids, to or sender
    owed = bids.nfts_owed(sender)
    wanted = nft_refs(vitrine, nfts) or owed
    for collection, token_id in wanted:
        if (collection, token_id) not in owed:
            fact = f"{vitrine.name_of(collection)}:{token_id} is not owed to {sender}"
            raise StateError(fact, "Claim what `vitrine bid claim --dry-run` shows")
    calls = [bids.claim_nft(*nft, target) for nft in wanted]
    if not nfts and bids.claimable(sender):
        calls.append(bids.claim(target))
    if not calls:
        raise StateError(f"Nothing is owed to {sender} by standing bids", "See `vitrine bid list`")
    action = Action(
        f"Claim what standing bids left {sender}",
        calls,
        watch=_wallet(target),
        result=lambda receipts: {
            "nfts": sum(len(receipt.all("BidNftClaimed")) for receipt in receipts),
            "assets_units": str(
                sum(event.args["assets"] for receipt in receipts for event in receipt.all("BidMoneyClaimed"))
            ),
        },
    )
    perform(session, action, sender, flags)


def _wallet(account: str) -> Any:
    return lambda stage: {"wallet_units": str(stage.tokens.balance(account))}
