"""Puts the drawings and their captions on one page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from html import escape
from importlib.resources import files
from statistics import median
from typing import Any

from vitrine.demo.report import (
    auction_charts,
    market_charts,
    money_charts,
    pool_charts,
    venue_charts,
    words,
)
from vitrine.demo.report.amounts import Money
from vitrine.demo.report.svg import full_time
from vitrine.demo.scenario import MAIN
from vitrine.demo.summary import Outcome
from vitrine.units import ETH


def render(outcome: Outcome, summary: Mapping[str, Any]) -> str:
    """The whole page as text."""
    sections = [
        _head(outcome, summary),
        _prices(outcome),
        _evidence(outcome, summary),
        _loans(outcome, summary),
        _auctions(outcome, summary),
        _exits(outcome),
        _markets(outcome, summary),
        _pool(outcome),
        _losses(outcome, summary),
        _money(outcome),
        _proof(outcome, summary),
    ]
    assets = files("vitrine.demo.report").joinpath("assets")
    style = assets.joinpath("style.css").read_text(encoding="utf-8")
    script = assets.joinpath("script.js").read_text(encoding="utf-8")
    title = escape(outcome.scenario.name)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Vitrine: {title}</title><style>{style}</style></head><body><main>"
        + "".join(sections)
        + f'</main><div id="tip" hidden></div><script>{script}</script></body></html>\n'
    )


def _section(title: str, lead: str, *cards: str) -> str:
    return f'<section><h2>{title}</h2><p class="lead">{lead}</p>{"".join(cards)}</section>'


def _card(title: str, drawing: str, caption: str) -> str:
    return f'<figure class="card"><h3>{title}</h3>{drawing}<figcaption>{caption}</figcaption></figure>'


def _pair(*cards: str) -> str:
    return f'<div class="pair">{"".join(cards)}</div>'


def _day(at: int) -> str:
    when = datetime.fromtimestamp(at, UTC)
    return f"{when.day} {when:%B %Y}"


def _fall(first: float, last: float) -> str:
    return f"{(last / first - 1) * 100:+.0f} %".replace("-", "−")


# ------------------------------------------------------------------------------------------------------ head


def _head(outcome: Outcome, summary: Mapping[str, Any]) -> str:
    scenario, money, rows = outcome.scenario, Money(outcome.decimals), outcome.record.ticks
    key = MAIN if MAIN in scenario.collections else next(iter(scenario.collections))
    floors = [row.floors[key] / ETH for row in rows]
    in_usd = [f * row.usd / 1e8 for f, row in zip(floors, rows, strict=True)]
    sold = outcome.sold
    off = median(story.discount_bps for story in sold) / 100 if sold else 0.0
    lost = sum(loss.loss for loss in outcome.losses)
    by_suppliers = money.short(int(summary["loss_by_bearer"]["suppliers"]))
    tiles = [
        (
            _fall(in_usd[0], min(in_usd)),
            "floor in dollars at its lowest",
            f"{_fall(floors[0], min(floors))} in ETH",
        ),
        (str(summary["warned"]), "warnings given", f"{summary['topped_up']} answered with more collateral"),
        (str(summary["redeemed"]), "pieces taken back", f"{summary['recovered']} more freed by a recovery"),
        (str(len(sold)), "pieces sold by auction", f"median {off:.1f} % below spot"),
        (money.short(lost), "recognised loss", f"{by_suppliers} of it borne by suppliers"),
        (
            str(summary["healthy_liquidated"]),
            "healthy accounts liquidated",
            "judged again from logged rounds",
        ),
    ]
    cells = "".join(
        f"<li><b>{escape(a)}</b><span>{escape(b)}</span><small>{escape(c)}</small></li>" for a, b, c in tiles
    )
    good = all(summary["checks"].values())
    word = "every check holds" if good else "a check failed"
    days = f"{_day(scenario.times[0])} to {_day(scenario.times[-1] - 1)}"
    played = f"{scenario.ticks} ticks of four hours, {summary['tx_sent']:,} transactions on a local chain"
    return (
        '<header><p class="eyebrow">Vitrine · price → pledge → watch → liquidate</p>'
        f"<h1>{escape(scenario.name)}</h1>"
        f'<p class="sub">{days} in {played}, seed {scenario.seed}. '
        f'<span class="badge {"ok" if good else "bad"}">{word}</span></p>'
        f'<ul class="tiles">{cells}</ul></header>'
    )


# -------------------------------------------------------------------------------------------------- sections


def _prices(outcome: Outcome) -> str:
    cards = []
    for index, (key, script) in enumerate(outcome.scenario.collections.items()):
        drawing = market_charts.floor_charts(outcome, key, height=300 if index == 0 else 210)
        cards.append(_card(escape(script.name), drawing, words.THIN_PRICE if index else words.PRICE))
    lead = words.CRASH_LEAD if outcome.scenario.eventful else words.PRICE_LEAD
    return _section("The price", lead, *cards)


def _evidence(outcome: Outcome, summary: Mapping[str, Any]) -> str:
    liar, rejects = outcome.liar, outcome.rejects
    lead = words.EVIDENCE_LEAD.format(
        planted=", ".join(f"{count} × {kind}" for kind, count in rejects.planted.items()) or "nothing",
        slots=liar.slots,
        lie=liar.worst_lie_bps / 100,
        moved=liar.most_moved_bps / 100,
        spread=liar.spread_then_bps / 100,
    )
    return _section(
        "The evidence",
        lead,
        _pair(
            _card("Rejected per day", market_charts.rejects_chart(outcome), words.REJECTED),
            _card(
                "Confidence",
                market_charts.confidence_chart(outcome),
                words.CONFIDENCE.format(clamped=summary["oracle_clamped"]),
            ),
        ),
        _card("One example each", _examples(outcome), "The first row that fell to each filter."),
    )


def _examples(outcome: Outcome) -> str:
    names = market_charts.REASON_NAMES
    rows = []
    for row in outcome.rejects.examples:
        symbol = outcome.scenario.collections[str(row["collection"])].symbol
        price = f"{int(str(row['price_gwei'])) / 1e9:,.4f} ETH"
        rows.append(
            f"<tr><td>{escape(names.get(str(row['reason']), str(row['reason'])))}</td>"
            f'<td>{escape(symbol)} #{row["token_id"]}</td><td class="num">{price}</td>'
            f"<td>{escape(str(row['table']))}</td><td>{full_time(int(str(row['at'])))}</td></tr>"
        )
    head = '<th>reason</th><th>piece</th><th class="num">price</th><th>kind</th><th>when</th>'
    return _scroll(f"<thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody>")


def _loans(outcome: Outcome, summary: Mapping[str, Any]) -> str:
    refused = sum(summary["tx_refused"].values())
    return _section(
        "The loans",
        words.LOANS_LEAD,
        _card("Debt of value, all open loans", pool_charts.ltv_chart(outcome), words.LTV),
        _card("Notices and auctions", pool_charts.watch_chart(outcome), words.WATCH.format(refused=refused)),
    )


def _auctions(outcome: Outcome, summary: Mapping[str, Any]) -> str:
    back = summary["redeemed"] + summary["recovered"]
    lead = words.AUCTIONS_LEAD.format(auctions=summary["auctions"], back=back, **summary["sold"])
    return _section(
        "The auctions",
        lead,
        _card("Price paths", auction_charts.path_chart(outcome), words.PATHS),
        _card("Sales in time", auction_charts.sales_chart(outcome), words.SALES),
        _pair(
            _card("Discounts", auction_charts.discount_chart(outcome), words.DISCOUNTS),
            _card("Recovery per account", auction_charts.recovery_chart(outcome), words.RECOVERY),
        ),
    )


def _exits(outcome: Outcome) -> str:
    return _section(
        "The ways out",
        words.WAYS_LEAD,
        _card("Sales by way out", venue_charts.ways_chart(outcome), words.WAYS),
        _card("Recovery by way out", venue_charts.ways_table(outcome), words.WAYS_TABLE),
    )


def _markets(outcome: Outcome, summary: Mapping[str, Any]) -> str:
    depth = [
        _card(f"Depth of {escape(script.symbol)}", venue_charts.depth_chart(outcome, key), words.DEPTH)
        for key, script in outcome.scenario.collections.items()
    ]
    lead = words.MARKETS_LEAD.format(**summary["markets"])
    return _section(
        "The markets",
        lead,
        _card("Share of the volume", venue_charts.venue_chart(outcome), words.VENUES),
        _card("Fees", venue_charts.fee_table(outcome), words.FEES),
        _card("Royalties due and paid", venue_charts.royalty_table(outcome), words.ROYALTIES),
        _pair(*depth),
    )


def _pool(outcome: Outcome) -> str:
    return _section(
        "The vault",
        words.POOL_LEAD,
        _pair(
            _card("Utilisation", pool_charts.utilisation_chart(outcome), "Debt of cash and debt together."),
            _card("Borrow rate", pool_charts.rate_chart(outcome), words.RATE),
        ),
        _card("Price of a share", pool_charts.share_chart(outcome), words.SHARE),
        _card("Loss in sight", pool_charts.floating_chart(outcome), words.FLOATING),
    )


def _losses(outcome: Outcome, summary: Mapping[str, Any]) -> str:
    money = Money(outcome.decimals)
    drawing, steps = money_charts.waterfall(outcome)
    lines = "".join(
        f'<tr><td>{escape(name)}</td><td class="num">{money.exact(amount)}</td></tr>'
        for name, amount in steps
    )
    rows = "".join(
        f"<tr><td>{full_time(loss.at)}</td><td>{escape(loss.account)}</td>"
        + "".join(
            f'<td class="num">{money.exact(amount)}</td>'
            for amount in (loss.loss, loss.by_reserve, loss.by_cover, loss.by_suppliers)
        )
        + f"<td>{'distressed sale' if loss.distressed else 'sale'}</td></tr>"
        for loss in sorted(outcome.losses, key=lambda loss: -loss.loss)[:8]
    )
    amounts = "".join(f'<th class="num">{name}</th>' for name in ("loss", "reserve", "cover", "suppliers"))
    head = f"<thead><tr><th>when</th><th>account</th>{amounts}<th>by</th></tr></thead>"
    floating = money.exact(int(summary["bad_debt"]["floating"]))
    return _section(
        "The losses",
        words.LOSSES_LEAD,
        _card("Waterfall", f'{drawing}<table class="steps"><tbody>{lines}</tbody></table>', words.WATERFALL),
        _card(
            f"The largest of {len(outcome.losses)} losses",
            _scroll(f"{head}<tbody>{rows}</tbody>"),
            words.LARGEST.format(floating=floating),
        ),
    )


def _money(outcome: Outcome) -> str:
    lines = money_charts.party_table(outcome.reconciled, outcome.decimals)
    return _section(
        "Who gained, who lost",
        words.MONEY_LEAD,
        _card("By kind", money_charts.pnl_table(outcome), words.KINDS),
        _card("By party", money_charts.party_chart(outcome), words.PARTIES),
        '<details class="card"><summary>Every line against the chain</summary>'
        f"{lines}<p>{words.LINES}</p></details>",
    )


def _proof(outcome: Outcome, summary: Mapping[str, Any]) -> str:
    items = "".join(
        f'<li class="{"ok" if holds else "bad"}">{escape(name)}</li>'
        for name, holds in summary["checks"].items()
    )
    found = summary.get("audit", {})
    lead = words.PROOF_LEAD.format(
        events=found.get("events", 0),
        blocks=found.get("blocks", 0),
        items=found.get("items", 0),
        compared=", ".join(f"{count:,} {kind}" for kind, count in found.get("compared", {}).items()),
    )
    made = words.SOURCE.format(source=escape(outcome.scenario.source), seed=outcome.scenario.seed)
    return _section(
        "What holds",
        lead,
        f'<div class="card"><ul class="checks">{items}</ul></div>',
        f'<p class="fine">{made}</p>',
    )


def _scroll(table: str) -> str:
    return f'<div class="scroll"><table>{table}</table></div>'
