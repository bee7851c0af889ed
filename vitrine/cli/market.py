"""`vitrine market …`"""

from __future__ import annotations

from typing import Any

import click

from vitrine.cli.market_wishes import Among, among_options, lists_option
from vitrine.cli.options import ADDRESS, NFT, NftId, chain_options, nft_option, write_options
from vitrine.cli.output import emit, facts, table

DATABASE = click.option("--database", metavar="URL", help="Where orders are kept; as `vitrine index`.")


@click.group("market", short_help="Buy and sell at the best of all markets; the order book.")
def command() -> None:
    """Pools and the order book as one: plans that compare them all in, executed in one transaction."""


@command.command("orders")
@click.argument("collection")
@DATABASE
@chain_options
def orders(
    collection: str, database: str | None, rpc: str | None, chain_id: int | None, as_json: bool
) -> None:
    """Live orders on COLLECTION, asks and bids, best first."""
    from vitrine.cli.action import Session
    from vitrine.cli.market_parts import open_orders
    from vitrine.cli.market_states import order_json
    from vitrine.indexer.orders_book import ASK, BID

    session = Session(rpc, chain_id)
    vitrine = session.vitrine
    where = vitrine.collection(collection)
    with open_orders(session, database) as store:
        found = [*store.live(where, ASK), *store.live(where, BID)]
    payload = {"collection": where, "orders": [order_json(order) for order in found]}

    def text() -> None:
        rows = [
            (
                order.side,
                order.token_id if order.token_id is not None else "listed" if order.ids_text else "any",
                vitrine.money.text(order.price),
                order.left,
                order.maker,
                order.hash,
            )
            for order in found
        ]
        table("", ["side", "token", "price", "left", "maker", "order"], rows, right=(1, 2, 3))

    emit(as_json, payload, text)


@command.command("depth")
@click.argument("collection")
@DATABASE
@chain_options
def depth(
    collection: str, database: str | None, rpc: str | None, chain_id: int | None, as_json: bool
) -> None:
    """What COLLECTION could be bought and sold for: order book, pools, standing bids, exit depth."""
    from vitrine.cli.action import Session
    from vitrine.cli.market_parts import depth_json, open_orders

    session = Session(rpc, chain_id)
    vitrine = session.vitrine
    where = vitrine.collection(collection)
    with open_orders(session, database) as store:
        payload = depth_json(vitrine, store, where)

    def text() -> None:
        money = vitrine.money.text
        sides = {"asks": "Asks", "bids": "Bids", "narrow_bids": "Bids on some tokens"}
        for side, title in sides.items():
            rows = [
                (money(int(row["price_units"])), row["tokens"], row["orders"], row["depth"])
                for row in payload[side]
            ]
            table(title, ["price", "NFTs", "orders", "up to here"], rows, right=(0, 1, 2, 3))
        pools = [
            (
                row["pool"],
                row["kind"],
                money(int(row["price_units"])),
                row["nfts"],
                money(int(row["assets_units"])),
            )
            for row in payload["pools"]
        ]
        table("Pools", ["pool", "kind", "price", "NFTs", "asset"], pools, right=(2, 3, 4))
        exits = payload["exit_depth"]
        facts_ = [("standing bids", f"{payload['standing_bids']} NFTs")]
        if exits is not None:
            facts_ += [
                ("least price that counts", money(int(exits["min_price_units"]))),
                ("of pools", f"{exits['pools_pieces']} pieces"),
                ("of standing bids", f"{exits['bids_pieces']} pieces"),
                ("of signed depth", f"{exits['signed_pieces']} pieces"),
            ]
        facts_.append(("credit cap", f"{payload['credit_cap_pieces'] or '–'} pieces"))
        facts("Exit depth", facts_)

    emit(as_json, payload, text)


@command.command("buy")
@click.argument("collection")
@click.option("--count", type=click.IntRange(1, 100), help="The cheapest so many.")
@nft_option
@among_options
@click.option("--under", metavar="ASSETS", help="With --among or --trait: none for more than this, all in.")
@click.option("--max", "most", metavar="ASSETS", help="Highest sum paid; the limit of the plan by default.")
@click.option("--slippage", default="1", show_default=True, metavar="PERCENT", help="A pool may move by.")
@click.option("--best-effort", is_flag=True, help="Go on when a leg fails: at least one must work.")
@click.option("--without-royalty", is_flag=True, help="Rank as if royalties cost nothing.")
@click.option("--receiver", type=ADDRESS, help="Who gets the NFTs; the sender by default.")
@DATABASE
@write_options
def buy(collection: str, count: int | None, nfts: tuple[NftId, ...], **options: Any) -> None:
    """Buy the cheapest of COLLECTION (--count), or these (--nft), wherever they cost least all in.

    With --among or --trait the cheapest of those tokens.
    """
    from vitrine.cli.action import perform
    from vitrine.cli.market_parts import buy_action, open_session_and_orders

    if (count is None) == (not nfts):
        raise click.UsageError("Give either --count, or --nft")
    among, under = Among.take(options), options.pop("under")
    if nfts and among.given:
        raise click.UsageError("--among and --trait go with --count")
    if under is not None and not among.given:
        raise click.UsageError("--under goes with --among or --trait; --max limits the sum")
    session, flags, plan_options, store = open_session_and_orders(options)
    with store as orders_:
        action = buy_action(session, orders_, collection, count, nfts, plan_options, among, under)
        perform(session, action, session.sender(), flags)


@command.command("sell")
@click.argument("collection")
@nft_option
@lists_option
@click.option("--min", "least", metavar="ASSETS", help="Lowest sum accepted; that of the plan by default.")
@click.option("--slippage", default="1", show_default=True, metavar="PERCENT", help="A pool may move by.")
@click.option("--best-effort", is_flag=True, help="Go on when a leg fails: at least one must work.")
@click.option("--without-royalty", is_flag=True, help="Rank as if royalties cost nothing.")
@click.option("--receiver", type=ADDRESS, help="Who gets the money; the sender by default.")
@DATABASE
@write_options
def sell(collection: str, nfts: tuple[NftId, ...], **options: Any) -> None:
    """Sell these NFTs of COLLECTION wherever they bring most after fees, royalty and gas."""
    from vitrine.cli.action import perform
    from vitrine.cli.market_parts import open_session_and_orders, sell_action

    lists = options.pop("lists")
    session, flags, plan_options, store = open_session_and_orders(options)
    with store as orders_:
        action = sell_action(session, orders_, collection, nfts, plan_options, lists)
        perform(session, action, session.sender(), flags)


@command.command("list")
@click.argument("nft", type=NFT)
@click.option("--price", required=True, metavar="ASSETS", help="What the buyer pays in all.")
@click.option("--days", type=click.IntRange(1, 365), default=7, show_default=True)
@DATABASE
@write_options
def list_(nft: NftId, price: str, days: int, **options: Any) -> None:
    """Offer NFT for sale in the order book. Signed, not sent: only approvals cost gas."""
    from vitrine.cli.market_orders import list_order

    list_order(nft, price, days, options)


@command.command("offer")
@click.argument("collection")
@click.option(
    "--price", required=True, metavar="ASSETS", help="What is paid for one, fees and royalty in it."
)
@click.option("--token", type=click.IntRange(0), help="Only this id.")
@among_options
@click.option("--quantity", type=click.IntRange(1, 1_000), default=1, show_default=True)
@click.option("--days", type=click.IntRange(1, 365), default=7, show_default=True)
@DATABASE
@write_options
def offer(collection: str, price: str, token: int | None, quantity: int, days: int, **options: Any) -> None:
    """Bid for any NFT of COLLECTION, one token, or those that --among or --trait name. Signed, not sent."""
    from vitrine.cli.market_orders import offer_order

    if token is not None and (
        quantity > 1 or any(options[name] for name in ("among", "traits", "named_traits"))
    ):
        raise click.UsageError("--token is one token: leave --quantity, --among and --trait out")
    offer_order(collection, price, token, quantity, days, options)


@command.command("cancel")
@click.argument("order")
@DATABASE
@write_options
def cancel(order: str, **options: Any) -> None:
    """Cancel an ORDER of the sender, named by its hash."""
    from vitrine.cli.market_orders import cancel_order

    cancel_order(order, options)
