"""The story of a run, for a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich import box
from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from vitrine.demo.venues import WAY_NAMES
from vitrine.units import format_units


def tell(console: Console, summary: Mapping[str, Any], report: str) -> None:
    """What happened, who bore what, what holds."""
    console.print()
    console.print(Text(f"{summary['scenario']}, seed {summary['seed']}", style="bold"))
    console.print(Group(*(part(summary) for part in (_happened, _sold, _exits, _traded, _money, _checks))))
    console.print(Text.assemble("report  ", (report, "underline")))


def _money_text(text: str, decimals: int) -> str:
    return format_units(int(text), decimals, places=2)


def _table(title: str, *columns: tuple[str, str]) -> Table:
    made = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    for name, side in columns:
        made.add_column(name, justify="right" if side == "right" else "left")
    return made


def _happened(summary: Mapping[str, Any]) -> Table:
    made = _table("What happened", ("", "left"), ("", "right"), ("", "left"))
    made.show_header = False
    refused = sum(summary["tx_refused"].values())
    rejects = sum(summary["oracle_rejects"].values())
    rows = [
        ("ticks of four hours", summary["ticks"], f"in {summary['seconds']} s"),
        ("transactions", summary["tx_sent"], f"{refused} came too late and were refused"),
        ("rejected evidence", rejects, "trades and asks that counted for nothing"),
        ("notices", summary["warned"], f"{summary['topped_up']} answered with more collateral"),
        ("auctions", summary["auctions"], f"of {summary['liquidations']} liquidations"),
        ("redeemed", summary["redeemed"], f"and {summary['recovered']} freed by a recovery"),
        ("healthy liquidated", summary["healthy_liquidated"], ""),
    ]
    for name, count, note in rows:
        made.add_row(name, f"{count:,}", Text(note, style="dim"))
    return made


def _sold(summary: Mapping[str, Any]) -> Table:
    made = _table("Sold by auction", ("phase", "left"), ("pieces", "right"), ("discount to spot", "right"))
    for phase, count in summary["sold"].items():
        found = [sale["discount_bps"] for sale in summary["sales"] if sale["phase"] == phase]
        span = f"{min(found) / 100:.2f} … {max(found) / 100:.2f} %" if found else "–"
        made.add_row(phase, f"{count:,}", span)
    return made


def _exits(summary: Mapping[str, Any]) -> Table:
    columns = (("way out", "left"), ("pieces", "right"), ("USDT", "right"), ("of the reference", "right"))
    made = _table("Sold through", *columns)
    for way, found in summary["markets"]["exits"].items():
        share = f"{found['recovered_bps'] / 100:.1f} %" if found["sales"] else "–"
        proceeds = _money_text(found["proceeds"], summary["decimals"])
        made.add_row(WAY_NAMES[way], f"{found['sales']:,}", proceeds, share)
    return made


def _traded(summary: Mapping[str, Any]) -> Table:
    columns = (("venue", "left"), ("pieces", "right"), ("volume", "right"), ("to creators", "right"))
    made = _table("Traded at", *columns)
    for venue in summary["markets"]["venues"]:
        amounts = (_money_text(venue[name], summary["decimals"]) for name in ("volume", "royalties"))
        made.add_row(venue["name"], f"{venue['pieces']:,}", *amounts)
    return made


def _money(summary: Mapping[str, Any]) -> Table:
    decimals = summary["decimals"]
    made = _table("Losses", ("", "left"), ("USDT", "right"))
    made.add_row("recognised", _money_text(summary["bad_debt"]["recognised"], decimals))
    for bearer, amount in summary["loss_by_bearer"].items():
        made.add_row(f"  borne by {bearer}", _money_text(amount, decimals))
    made.add_row("still in sight", _money_text(summary["bad_debt"]["floating"], decimals))
    made.add_row("profit and loss of everybody", _money_text(summary["net_sum"], decimals))
    return made


def _checks(summary: Mapping[str, Any]) -> Table:
    made = _table("What holds", ("", "left"), ("", "left"))
    made.show_header = False
    for promise, kept in summary["checks"].items():
        made.add_row(Text("yes", style="green") if kept else Text("NO", style="bold red"), promise)
    found = summary.get("audit")
    if found:
        note = f"{found['items']:,} items against {found['events']:,} events of {found['blocks']:,} blocks"
        made.add_row("", Text(f"audit: {note}", style="dim"))
    return made
