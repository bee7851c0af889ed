"""`vitrine oracle …`"""

from __future__ import annotations

from typing import Any

import click

from vitrine.cli import depth
from vitrine.cli.options import NFT, NftId, chain_options, write_options
from vitrine.cli.output import emit, facts, table


@click.group("oracle", short_help="On-chain prices: quotes, rounds, reporters, depth.")
def command() -> None:
    """What the oracle says, posting a round by hand, and what governance sets about depth."""


depth.attach(command)


@command.command("show")
@click.argument("collections", nargs=-1)
@chain_options
def show(collections: tuple[str, ...], rpc: str | None, chain_id: int | None, as_json: bool) -> None:
    """Quotes of COLLECTIONS (all without a name): bid, mid, ask and what they are made of."""
    from vitrine.chain.reverts import date
    from vitrine.cli.action import Session
    from vitrine.cli.states import quote_json
    from vitrine.units import format_bps

    vitrine = Session(rpc, chain_id).vitrine
    names = collections or tuple(item.name for item in vitrine.deployment.collections)
    quotes = vitrine.oracle.quotes([vitrine.collection(name) for name in names])
    need, have = vitrine.oracle.quorum()
    payload = {
        "eth_usd_wad": str(vitrine.oracle.rate_wad()),
        "quorum": need,
        "reporters": have,
        "quotes": [quote_json(vitrine, quote) for quote in quotes],
    }

    def text() -> None:
        money = vitrine.money
        for quote in quotes:
            sale = money.text(quote.sale) if quote.sale else "absent"
            facts(
                f"{vitrine.name_of(quote.collection)}: {quote.state}",
                [
                    ("bid", money.text(quote.bid)),
                    ("mid", money.text(quote.mid)),
                    ("ask", money.text(quote.ask)),
                    ("spot", money.text(quote.spot)),
                    ("average", money.text(quote.avg)),
                    ("sale", sale),
                    ("confidence", format_bps(quote.confidence_bps)),
                    ("observed", date(quote.as_of) if quote.as_of else "never"),
                    ("posted", date(quote.posted_at) if quote.posted_at else "never"),
                ],
            )
        click.echo(f"quorum {need} of {have} reporters")

    emit(as_json, payload, text)


@command.command("value")
@click.argument("nft", type=NFT)
@chain_options
def value(nft: NftId, rpc: str | None, chain_id: int | None, as_json: bool) -> None:
    """Bid and mid of one NFT, its appraisal included."""
    from vitrine.cli.action import Session

    session = Session(rpc, chain_id)
    vitrine = session.vitrine
    collection = vitrine.collection(nft.collection)
    bid, mid = vitrine.oracle.value_of(collection, nft.token_id)
    pieces, expires = session.chain.read(vitrine.contract("Appraisals").unitsOf(collection, nft.token_id))
    payload = {
        "collection": collection,
        "token_id": str(nft.token_id),
        "bid_units": str(bid),
        "mid_units": str(mid),
        "pieces": f"{pieces / 100:.2f}",
        "expires_at": expires or None,
    }
    rows = [("bid", vitrine.money.text(bid)), ("mid", vitrine.money.text(mid)), ("pieces", payload["pieces"])]
    emit(as_json, payload, lambda: facts(f"{nft.collection}:{nft.token_id}", rows))


@command.command("reporters")
@chain_options
def reporters(rpc: str | None, chain_id: int | None, as_json: bool) -> None:
    """Reporters whose signatures count, as their events tell."""
    from vitrine.cli.action import Session

    session = Session(rpc, chain_id)
    vitrine = session.vitrine
    names = [session.chain.book.topic(name) for name in ("ReporterAdded", "ReporterRemoved")]
    feed = vitrine.oracle.feed.address
    live: dict[str, int] = {}
    for event in session.chain.logs(vitrine.deployment.block, addresses=[feed], topics=[names]):
        if event.name == "ReporterAdded":
            live[event.args["reporter"]] = event.block
        else:
            live.pop(event.args["reporter"], None)
    need, _ = vitrine.oracle.quorum()
    payload = {"quorum": need, "reporters": [{"account": who, "since_block": at} for who, at in live.items()]}
    emit(
        as_json,
        payload,
        lambda: table(f"quorum {need}", ["reporter", "since block"], live.items(), right=(1,)),
    )


@command.command("post")
@click.argument("prices", nargs=-1, required=True, metavar="COLLECTION=ETH…")
@click.option("--confidence-bps", type=click.IntRange(0, 10_000), default=9_000, show_default=True)
@click.option("--eth-usd", metavar="USD", help="Set the mock ETH/USD of a local chain first.")
@write_options
def post(prices: tuple[str, ...], confidence_bps: int, eth_usd: str | None, **options: Any) -> None:
    """Post a round: every reporter whose key the node holds signs PRICES, like punks=61.75.

    Sale and depth follow the spot, 97 % and 90 % of it: this is for hand work. Real reporters run
    `vitrine keeper reporter`.
    """
    from vitrine.cli.action import Action, perform
    from vitrine.cli.common import open_session
    from vitrine.errors import AmountError, ConfigError, StateError
    from vitrine.models.reports import ReportItem
    from vitrine.sdk.signing import sign_report
    from vitrine.units import bps_down, parse_units

    session, flags = open_session(options)
    vitrine, chain, sender = session.vitrine, session.chain, session.sender()
    slot = vitrine.oracle.slot_at(chain.now())
    items = []
    for text in prices:
        name, _, price = text.partition("=")
        if not price:
            raise AmountError(f"{text!r} is no price", "Write it like punks=61.75")
        wei = parse_units(price, 18, what=f"price of {name}")
        key = int(chain.read(vitrine.oracle.feed.keyOf(vitrine.collection(name))))
        sale, depth = bps_down(wei, 9_700), bps_down(wei, 9_000)
        items.append(
            ReportItem.from_wei(
                key,
                spot=wei,
                sale=sale,
                depth=depth,
                confidence_bps=confidence_bps,
                observed_at=slot,
                slot_at=slot,
            )
        )
    need, _ = vitrine.oracle.quorum()
    signers = vitrine.oracle.reporters(chain.accounts())
    if len(signers) < need:
        fact = f"{len(signers)} keys of reporters are at hand, the quorum is {need}"
        raise StateError(fact, "Post from the reporters: `vitrine keeper reporter`")
    feed = vitrine.oracle.feed.address
    reports = [sign_report(chain, feed, who, slot, items) for who in signers]
    calls = [vitrine.oracle.update(slot, reports)]
    if eth_usd is not None:
        if "eth-usd" not in vitrine.deployment.contracts:
            raise ConfigError("ETH/USD of this deployment is a real aggregator", "Leave --eth-usd out")
        calls.insert(0, vitrine.contract("eth-usd").call("set", parse_units(eth_usd, 8, what="ETH/USD")))
    addresses = [vitrine.collection(text.partition("=")[0]) for text in prices]

    def watch(stage: Any) -> dict[str, Any]:
        found = stage.oracle.quotes(addresses)
        return {f"{vitrine.name_of(quote.collection)}_mid_units": str(quote.mid) for quote in found}

    action = Action(
        f"Post a round for slot {slot}",
        calls,
        watch=watch,
        result=lambda receipts: {
            "slot_at": slot,
            "signatures": len(reports),
            "posted": sum(len(event.rounds) for event in receipts[-1].all("RoundsPosted")),
            "clamped": len(receipts[-1].all("SpotClamped")),
        },
    )
    perform(session, action, sender, flags)
