"""`vitrine pool …`"""

from __future__ import annotations

from typing import Any, Final

import click

from vitrine.cli.options import ADDRESS, NftId, chain_options, nft_option, write_options
from vitrine.cli.output import emit, facts, table

CURVES: Final = ("linear", "exponential", "product")


@click.group("pool", short_help="Pools of NFTs against the asset: make, fund, trade.")
def command() -> None:
    """Pools that buy and sell NFTs of one collection along a curve."""


@command.command("list")
@click.argument("collection", required=False)
@chain_options
def list_(collection: str | None, rpc: str | None, chain_id: int | None, as_json: bool) -> None:
    """All pools, or those of COLLECTION, oldest first."""
    from vitrine.cli.action import Session
    from vitrine.cli.market_states import pool_json

    vitrine = Session(rpc, chain_id).vitrine
    where = None if collection is None else vitrine.collection(collection)
    payload = {"pools": [pool_json(vitrine, pool) for pool in vitrine.pools.pools(where)]}

    def text() -> None:
        rows = [
            (
                row["pool"],
                row["name"],
                row["kind"],
                row["curve"],
                vitrine.money.text(int(row["price_units"])),
                row["nfts"],
                vitrine.money.text(int(row["assets_units"])),
            )
            for row in payload["pools"]
        ]
        table("", ["pool", "of", "kind", "curve", "price", "NFTs", "asset"], rows, right=(4, 5, 6))

    emit(as_json, payload, text)


@command.command("show")
@click.argument("pool", type=ADDRESS)
@click.option("--account", type=ADDRESS, help="Also the shares of this account.")
@chain_options
def show(pool: str, account: str | None, rpc: str | None, chain_id: int | None, as_json: bool) -> None:
    """What POOL holds, asks and charges."""
    from vitrine.cli.action import Session
    from vitrine.cli.market_states import pool_json
    from vitrine.units import format_bps

    vitrine = Session(rpc, chain_id).vitrine
    found = vitrine.pools.pool(pool)
    payload = pool_json(vitrine, found)
    mine, everybody = vitrine.pools.shares(pool, account) if account and found.shared else (0, 0)
    payload |= {"account": account, "shares": str(mine), "total_shares": str(everybody)}
    rows = [
        ("collection", payload["name"]),
        ("kind", f"{found.kind}, of {found.owner}"),
        ("curve", f"{payload['curve']}, spot {found.spot}, delta {found.delta}"),
        ("price", vitrine.money.text(found.price)),
        ("fees", f"{format_bps(found.fee_bps)} to the pool, {format_bps(found.protocol_fee_bps)} protocol"),
        ("NFTs", ", ".join(payload["token_ids"]) or "none"),
        ("asset", vitrine.money.text(found.assets)),
    ]
    if account:
        rows.append((f"shares of {account}", f"{mine} of {everybody}"))
    emit(as_json, payload, lambda: facts(pool, rows))


@command.command("quote")
@click.argument("side", type=click.Choice(["buy", "sell"]))
@click.argument("pool", type=ADDRESS)
@nft_option
@chain_options
def quote(
    side: str, pool: str, nfts: tuple[NftId, ...], rpc: str | None, chain_id: int | None, as_json: bool
) -> None:
    """Every leg of buying NFTs from POOL, or selling them into it, in this block."""
    from vitrine.cli.action import Session
    from vitrine.cli.market_states import swap_json
    from vitrine.cli.pool_parts import ids_in

    vitrine = Session(rpc, chain_id).vitrine
    found = vitrine.pools.pool(pool)
    ids = ids_in(vitrine, found, nfts)
    swap = vitrine.pools.quote_buy(pool, ids) if side == "buy" else vitrine.pools.quote_sell(pool, ids)
    payload = {"pool": pool, "side": side, "token_ids": [str(i) for i in ids], **swap_json(swap)}
    names = ("price", "lp_fee", "protocol_fee", "royalty", "total")
    rows = [(name.replace("_", " "), vitrine.money.text(getattr(swap, name))) for name in names]
    emit(as_json, payload, lambda: facts(f"{side.title()} {len(ids)} NFTs", rows))


@command.command("create")
@click.argument("collection")
@click.option("--kind", type=click.Choice(["buy", "sell", "two-sided", "shared"]), required=True,
              help="What the pool does: buys NFTs, sells them, both, or belongs to everybody.")  # fmt: skip
@click.option("--curve", type=click.Choice(CURVES), default="linear", show_default=True)
@click.option("--price", required=True, metavar="ASSETS", help="What the next NFT costs, without fees.")
@click.option("--step", metavar="ASSETS|PERCENT|NFTS",
              help="Linear: asset each NFT moves the price by; exponential: per cent of it; product: NFTs "
              "the curve counts with. By default 2 per cent of the price, or 20 NFTs.")  # fmt: skip
@click.option(
    "--fee", default="0.5", show_default=True, metavar="PERCENT", help="To the pool, of each trade."
)
@nft_option
@click.option("--assets", metavar="ASSETS", help="Asset put in at once; of a shared pool the most.")
@click.option("--list", "listed", type=click.Path(dir_okay=False), help="Take only these ids, one a line.")
@write_options
def create(
    collection: str,
    kind: str,
    curve: str,
    price: str,
    step: str | None,
    fee: str,
    nfts: tuple[NftId, ...],
    assets: str | None,
    listed: str | None,
    **options: Any,
) -> None:
    """Create a pool of COLLECTION, with NFTs and asset of the sender in it when they are named."""
    from pathlib import Path

    from vitrine.cli.action import Action, perform
    from vitrine.cli.common import amount, nft_refs, open_session
    from vitrine.cli.pool_parts import curve_state, ids_of
    from vitrine.sdk.idlist import IdList
    from vitrine.sdk.pools import PoolTerms
    from vitrine.sdk.tokens import Needs
    from vitrine.units import parse_units

    session, flags = open_session(options)
    vitrine, sender = session.vitrine, session.sender()
    where = vitrine.collection(collection)
    refs = nft_refs(vitrine, nfts)
    ids = ids_of(vitrine, where, refs)
    units = amount(vitrine, assets) if assets is not None else 0
    if kind == "shared" and ids and not units:
        units = amount(vitrine, price, "price") * len(ids)
    address, spot, delta = curve_state(vitrine, curve, amount(vitrine, price, "price"), step)
    root = IdList.read(Path(listed)).root if listed else bytes(32)
    bps = parse_units(fee, 2, what="fee")
    asked = PoolTerms(where, address, sender, kind, bps, spot, delta, root)
    terms = vitrine.pools.unused_salt(asked, sender)
    factory = vitrine.pools.factory.address
    action = Action(
        f"Create a {kind} pool of {collection}",
        [vitrine.pools.create(terms, ids, units)],
        Needs(assets=units, spender=factory, nfts=refs, mover=factory),
        result=lambda receipts: {"pool": receipts[0].event("PoolCreated").args["pool"]},
    )
    perform(session, action, sender, flags)


@command.command("deposit")
@click.argument("pool", type=ADDRESS)
@nft_option
@click.option("--assets", metavar="ASSETS", help="Owned pool: asset to add. Shared: the most to add.")
@click.option("--list", "listed", type=click.Path(dir_okay=False), help="Ids the pool takes, one a line.")
@write_options
def deposit(
    pool: str, nfts: tuple[NftId, ...], assets: str | None, listed: str | None, **options: Any
) -> None:
    """Put NFTs and asset into POOL: as its owner, or into a shared one for shares."""
    from vitrine.cli.action import perform
    from vitrine.cli.common import amount, nft_refs, open_session
    from vitrine.cli.pool_parts import deposit_action

    session, flags = open_session(options)
    vitrine, sender = session.vitrine, session.sender()
    found = vitrine.pools.pool(pool)
    units = amount(vitrine, assets) if assets is not None else None
    action = deposit_action(vitrine, found, sender, nft_refs(vitrine, nfts), units, listed)
    perform(session, action, sender, flags)


@command.command("withdraw")
@click.argument("pool", type=ADDRESS)
@nft_option
@click.option("--assets", metavar="ASSETS", help="Owned pool: asset to take. Shared: the least to get.")
@click.option("--shares", metavar="SHARES|all", help="Shared pool: shares to burn.")
@click.option("--receiver", type=ADDRESS, help="Who gets it; the sender by default.")
@write_options
def withdraw(
    pool: str,
    nfts: tuple[NftId, ...],
    assets: str | None,
    shares: str | None,
    receiver: str | None,
    **options: Any,
) -> None:
    """Take NFTs and asset out of POOL: as its owner, or out of a shared one for shares."""
    from vitrine.cli.action import perform
    from vitrine.cli.common import amount, nft_refs, open_session
    from vitrine.cli.pool_parts import withdraw_action

    session, flags = open_session(options)
    vitrine, sender = session.vitrine, session.sender()
    found = vitrine.pools.pool(pool)
    units = amount(vitrine, assets) if assets is not None else 0
    refs = nft_refs(vitrine, nfts)
    action = withdraw_action(vitrine, found, sender, refs, units, shares, receiver or sender)
    perform(session, action, sender, flags)


@command.command("buy")
@click.argument("pool", type=ADDRESS)
@nft_option
@click.option("--max", "most", metavar="ASSETS", help="Highest cost accepted; the quote by default.")
@click.option("--receiver", type=ADDRESS, help="Who gets the NFTs; the sender by default.")
@write_options
def buy(pool: str, nfts: tuple[NftId, ...], most: str | None, receiver: str | None, **options: Any) -> None:
    """Buy NFTs from POOL."""
    from vitrine.cli.action import perform
    from vitrine.cli.common import amount, open_session
    from vitrine.cli.pool_parts import buy_action

    session, flags = open_session(options)
    vitrine, sender = session.vitrine, session.sender()
    found = vitrine.pools.pool(pool)
    limit = None if most is None else amount(vitrine, most, "limit")
    perform(session, buy_action(vitrine, found, sender, nfts, limit, receiver or sender), sender, flags)


@command.command("sell")
@click.argument("pool", type=ADDRESS)
@nft_option
@click.option("--min", "least", metavar="ASSETS", help="Lowest proceeds accepted; the quote by default.")
@click.option("--receiver", type=ADDRESS, help="Who gets the money; the sender by default.")
@click.option("--list", "listed", type=click.Path(dir_okay=False), help="Ids the pool takes, one a line.")
@write_options
def sell(
    pool: str,
    nfts: tuple[NftId, ...],
    least: str | None,
    receiver: str | None,
    listed: str | None,
    **options: Any,
) -> None:
    """Sell NFTs of the sender into POOL."""
    from vitrine.cli.action import perform
    from vitrine.cli.common import amount, open_session
    from vitrine.cli.pool_parts import sell_action

    session, flags = open_session(options)
    vitrine, sender = session.vitrine, session.sender()
    found = vitrine.pools.pool(pool)
    limit = None if least is None else amount(vitrine, least, "limit")
    action = sell_action(vitrine, found, sender, nfts, limit, receiver or sender, listed)
    perform(session, action, sender, flags)
