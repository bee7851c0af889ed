"""`vitrine price`"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from vitrine.cli.output import emit, facts, table

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command("price", short_help="Value a collection from sales, listings and bids.")
@click.option("--sales", type=_FILE, required=True, metavar="FILE", help="time, token_id, price_eth, …")
@click.option("--orders", type=_FILE, metavar="FILE", help="Order events: date, token_id, k, type, eth.")
@click.option("--traits", type=_FILE, metavar="FILE", help="token_id and trait columns: rarity counts.")
@click.option("--collection", default="collection", show_default=True, help="Its name in the answer.")
@click.option("--at", metavar="TIME", help="ISO time (UTC) or unix seconds; the last event by default.")
@click.option("--rejected", is_flag=True, help="List every rejected row with its reason.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(
    sales: Path,
    orders: Path | None,
    traits: Path | None,
    collection: str,
    at: str | None,
    rejected: bool,
    as_json: bool,
) -> None:
    """Value one floor piece, in ETH, from files of market events. Touches no chain."""
    from vitrine.chain.reverts import date
    from vitrine.pricing import judge_collection
    from vitrine.sdk.market_files import load_market, moment
    from vitrine.units import format_bps, format_units

    market, multipliers, last = load_market(collection, sales, orders, traits)
    judgement = judge_collection(market, moment(at) if at else last, multipliers=multipliers)
    found = judgement.valuation
    rows: list[Any] = judgement.rejected().to_dict("records") if rejected else []
    payload: dict[str, Any] = {
        "collection": found.collection,
        "as_of": found.as_of,
        "spot_wei": None if found.spot is None else str(found.spot),
        "sale_wei": None if found.sale is None else str(found.sale),
        "depth_wei": None if found.depth is None else str(found.depth),
        "dispersion_bps": found.dispersion_bps,
        "sample_count": found.sample_count,
        "confidence_bps": found.confidence_bps,
        "evidence_at": found.evidence_at,
        "rejects": {reason.name.lower(): count for reason, count in found.rejects.items()},
        "rejected": [{key: _plain(value) for key, value in row.items()} for row in rows],
    }

    def text() -> None:
        def eth(wei: int | None) -> str:
            return "absent" if wei is None else f"{format_units(wei, 18, places=4)} ETH"

        facts(
            f"{found.collection} at {date(found.as_of)}",
            [
                ("spot", eth(found.spot)),
                ("sale", eth(found.sale)),
                ("depth", eth(found.depth)),
                ("dispersion", format_bps(found.dispersion_bps)),
                ("samples", found.sample_count),
                ("confidence", format_bps(found.confidence_bps)),
            ],
        )
        table("Rejected", ["reason", "rows"], payload["rejects"].items(), right=(1,))
        if rejected:
            keys = ["table", "event_id", "token_id", "price_gwei", "reason"]
            table("", keys, [[row[key] for key in keys] for row in payload["rejected"]])

    emit(as_json, payload, text)


def _plain(value: Any) -> Any:
    """A cell of a data frame as JSON has it."""
    return value.item() if hasattr(value, "item") else value
