"""`vitrine oracle depth|depth-pools|exit-depth|pool-feed`: what debt could be sold into, what caps follow."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import click

from vitrine.cli.options import ADDRESS, chain_options, write_options
from vitrine.cli.output import emit, table, units
from vitrine.errors import AmountError, StateError
from vitrine.units import HOUR, MINUTE

if TYPE_CHECKING:
    from vitrine.chain.contract import Call
    from vitrine.cli.action import Action
    from vitrine.sdk.facade import Vitrine

_DELAYED: Final = ("AccessManagedRequiredDelay", "AccessManagerNotScheduled")
_ZERO: Final = "0x" + "00" * 20


class SpanType(click.ParamType):
    """`4h` or `90m`, in seconds."""

    name = "span"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        found = re.fullmatch(r"([0-9]{1,4})([hm])", str(value))
        if not found:
            self.fail(f"{value!r} is no time span; write it like 4h or 90m", param, ctx)
        return int(found[1]) * (HOUR if found[2] == "h" else MINUTE)


def attach(group: click.Group) -> None:
    """Makes the commands part of `vitrine oracle`."""
    for command in (show, pools, exit_depth, pool_feed):
        group.add_command(command)


# --- what is measured ---------------------------------------------------------------------------------------


@click.command("depth")
@click.argument("collection", required=False)
@chain_options
def show(collection: str | None, rpc: str | None, chain_id: int | None, as_json: bool) -> None:
    """What COLLECTION (all without a name) could be sold into, what is remembered, and the cap in force."""
    from vitrine.cli.action import Session

    vitrine = Session(rpc, chain_id).vitrine
    wanted = None if collection is None else vitrine.collection(collection)
    payload = depth_json(vitrine, wanted)
    if wanted is not None and not payload["collections"]:
        raise StateError(
            f"{collection} is not lent against, so its depth is not measured", "See `vitrine status`"
        )

    def text() -> None:
        rows = [_row(vitrine, item) for item in payload["collections"]]
        columns = ["", "pools", "bids", "signed", "now", "readings", "lowest", "level", "ceiling", "cap"]
        table("Floor pieces that could be sold", columns, rows, right=range(1, len(columns)))
        if payload["measured"]:
            click.echo("Credit caps follow the measured depth.")
        else:
            click.echo("Credit caps are the governed ones: the measured depth is not followed.")

    emit(as_json, payload, text)


def depth_json(vitrine: Vitrine, collection: str | None = None) -> dict[str, Any]:
    """Every collection lent against, or one of them, at one block."""
    chain, at = vitrine.chain, vitrine.chain.block_number()
    lens, book, oracle = (vitrine.contract(name) for name in ("DepthLens", "TierBook", "FloorOracle"))
    source, needed = chain.read_many([book.exitDepth(), lens.MIN_READINGS()], block=at)
    found = []
    for where, tier in vitrine.desk.tiers(at):
        if collection not in (None, where):
            continue
        calls = [lens.depthNow(where), book.creditCapOf(where), oracle.poolFeedOf(where)]
        now, cap, feed = chain.read_many_or(calls, None, block=at)
        gauge, pools = chain.read_many([lens.gaugeOf(where), lens.poolsOf(where)], block=at)
        found.append(
            {
                "collection": where,
                "name": vitrine.name_of(where),
                "now": None if now is None or not now.complete else _now(now),
                "readings": gauge.readings,
                "lowest_pieces": _pieces(gauge.lowest),
                "level_pieces": _pieces(gauge.level),
                "level_at": gauge.levelAt or None,
                "ceiling_pieces": _pieces(tier.creditCapUnits),
                "cap_pieces": None if cap is None else _pieces(cap),
                "pools": list(pools),
                "pool_feed": None if feed in (None, _ZERO) else feed,
            }
        )
    return {
        "block": at,
        "exit_depth": None if source == _ZERO else source,
        "measured": source == lens.address,
        "readings_needed": needed,
        "collections": found,
    }


def _now(parts: Any) -> dict[str, str]:
    return {
        "min_price_units": units(parts.minPrice),
        "pools_pieces": _pieces(parts.pools),
        "bids_pieces": _pieces(parts.bids),
        "signed_pieces": _pieces(parts.signed),
        "pieces": _pieces(parts.units),
    }


def _pieces(count: int) -> str:
    return f"{count / 100:.2f}"


def _row(vitrine: Vitrine, item: dict[str, Any]) -> list[str]:
    now = item["now"]
    parts = [
        now[key] if now else "unknown" for key in ("pools_pieces", "bids_pieces", "signed_pieces", "pieces")
    ]
    kept = [item[key] for key in ("lowest_pieces", "level_pieces", "ceiling_pieces")]
    return [item["name"], *parts, str(item["readings"]), *kept, item["cap_pieces"] or "unknown"]


# --- what governance sets -----------------------------------------------------------------------------------


@click.command("depth-pools")
@click.argument("collection")
@click.argument("pool", type=ADDRESS, nargs=-1)
@write_options
def pools(collection: str, pool: tuple[str, ...], **options: Any) -> None:
    """Let exactly the shared POOLs count as depth of COLLECTION (none without one), as the governor."""
    from vitrine.cli.action import Action, perform
    from vitrine.cli.common import open_session

    session, flags = open_session(options)
    vitrine, sender = session.vitrine, session.sender()
    where, lens = vitrine.collection(collection), vitrine.contract("DepthLens")
    for address in pool:
        _require_shared(vitrine, where, address)
    action = Action(
        f"Count {len(pool)} pools as depth of {collection}",
        [lens.setPools(where, list(pool))],
        watch=lambda stage: {"pools": list(stage.chain.read(lens.poolsOf(where)))},
        result=lambda _: {"collection": where, "pools": list(pool)},
    )
    perform(session, action, sender, flags)


@click.command("exit-depth")
@click.argument("state", type=click.Choice(["on", "off"]))
@click.option(
    "--force", is_flag=True, help="Turn it on although a collection lacks readings: its cap is 0 then."
)
@write_options
def exit_depth(state: str, force: bool, **options: Any) -> None:
    """Let credit caps follow the measured depth, or the governed numbers alone, as the governor."""
    from vitrine.cli.action import Action, perform
    from vitrine.cli.common import open_session

    session, flags = open_session(options)
    vitrine, sender = session.vitrine, session.sender()
    lens, book = vitrine.contract("DepthLens"), vitrine.contract("TierBook")
    if state == "on" and not force:
        _require_readings(vitrine)
    action = Action(
        f"Turn measured exit depth {state}",
        [book.setExitDepth(lens.address if state == "on" else _ZERO)],
        watch=lambda stage: {"exit_depth": _known(stage.chain.read(book.exitDepth()))},
        result=lambda _: {"measured": state == "on"},
    )
    perform(session, action, sender, flags)


def _require_readings(vitrine: Vitrine) -> None:
    """Refuses while a cap would fall to 0 because nobody measured."""
    found = depth_json(vitrine)
    needed = found["readings_needed"]
    short = [item for item in found["collections"] if item["readings"] < needed]
    if short:
        told = ", ".join(f"{item['name']} {item['readings']}" for item in short)
        fact = f"Readings of the last 24 hours are too few to lend by: {told}; {needed} are needed of each"
        raise StateError(
            fact, "Take one an hour (`DepthLens.poke`, anyone may) or add --force, which stops new credit"
        )


@click.command("pool-feed")
@click.argument("collection")
@click.argument("pool", type=ADDRESS, required=False)
@click.option(
    "--window", type=SpanType(), default="4h", show_default=True, help="Of the average: 30m to 24h."
)
@click.option("--feed", type=ADDRESS, help="Attach this feed, deployed before.")
@click.option("--deploy-only", is_flag=True, help="Deploy and leave attaching for later; anyone may.")
@click.option("--off", is_flag=True, help="Take the feed off COLLECTION.")
@write_options
def pool_feed(
    collection: str,
    pool: str | None,
    window: int,
    feed: str | None,
    deploy_only: bool,
    off: bool,
    **options: Any,
) -> None:
    """Hold the bid of COLLECTION down to the average of a shared POOL, as the governor.

    Deploys a feed over the pool and attaches it. Under a time lock: --deploy-only, schedule `setPoolFeed`
    with its address at the Authority, and attach with --feed when the delay is over.
    """
    from vitrine.cli.action import Action, perform
    from vitrine.cli.common import open_session

    if [pool is not None, feed is not None, off].count(True) != 1:
        raise click.UsageError("Give one of POOL, --feed and --off")
    if deploy_only and pool is None:
        raise click.UsageError("--deploy-only takes a POOL")
    session, flags = open_session(options)
    vitrine, sender = session.vitrine, session.sender()
    where, oracle = vitrine.collection(collection), vitrine.contract("FloorOracle")
    if pool is not None:
        action = _deployment(vitrine, where, pool, window, not deploy_only)
        if not deploy_only:
            _require_role(vitrine, oracle.setPoolFeed(where, _ZERO), sender)
    else:
        title = f"Take the pool feed off {collection}" if off else f"Attach {feed} to {collection}"
        call = oracle.setPoolFeed(where, feed or _ZERO)
        action = Action(title, [call], watch=_watch_feed(vitrine, where), result=lambda _: {"feed": feed})
    perform(session, action, sender, flags)


def _require_role(vitrine: Vitrine, call: Call, sender: str) -> None:
    """Refuses before a feed is deployed that the sender could not attach."""
    from vitrine.chain.reverts import RevertError

    try:
        vitrine.chain.read(call, sender=sender)
    except RevertError as error:
        if error.error not in _DELAYED:
            raise
        step = "Use --deploy-only, schedule `setPoolFeed` at the Authority, then attach it with --feed"
        raise StateError(error.fact, step) from None


def _deployment(vitrine: Vitrine, collection: str, pool: str, window: int, attached: bool) -> Action:
    from vitrine.chain.codec import Codec
    from vitrine.chain.reverts import span
    from vitrine.cli.action import Action, Creation
    from vitrine.models.pool_feed import MAX_WINDOW, MIN_WINDOW

    if not MIN_WINDOW <= window <= MAX_WINDOW:
        fact = f"A window of {span(window)} is outside {span(MIN_WINDOW)} to {span(MAX_WINDOW)}"
        raise AmountError(fact, "Choose --window inside")
    _require_shared(vitrine, collection, pool)
    artifact, oracle = vitrine.artifacts.get("PoolTwapFeed"), vitrine.contract("FloorOracle")
    words = [vitrine.deployment.address("NFTPoolFactory"), pool, window]

    def attach_it(feed: str) -> list[Call]:
        return [oracle.setPoolFeed(collection, feed)] if attached else []

    return Action(
        f"Average {vitrine.name_of(collection)} over {span(window)} of {pool}",
        [],
        watch=_watch_feed(vitrine, collection),
        result=lambda receipts: {"feed": receipts[0].created, "pool": pool, "window_seconds": window},
        creation=Creation(
            artifact.name, artifact.code + Codec(artifact.constructor).encode(words), attach_it
        ),
    )


def _watch_feed(vitrine: Vitrine, collection: str) -> Any:
    call = vitrine.contract("FloorOracle").poolFeedOf(collection)
    return lambda stage: {"pool_feed": _known(stage.chain.read(call))}


def _require_shared(vitrine: Vitrine, collection: str, pool: str) -> None:
    found = vitrine.pools.pool(pool)
    name = vitrine.name_of(collection)
    if found.collection != collection or not found.shared:
        raise StateError(f"{pool} is not a shared pool of {name}", f"See `vitrine pool list {name}`")


def _known(address: str) -> str | None:
    return None if address == _ZERO else address
