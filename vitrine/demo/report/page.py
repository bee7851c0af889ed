"""Puts the drawings and their captions on one page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from html import escape
from importlib.resources import files
from statistics import median
from typing import Any

from vitrine.demo.report import auction_charts, market_charts, money_charts, pool_charts
from vitrine.demo.report.amounts import Money
from vitrine.demo.report.svg import full_time
from vitrine.demo.scenario import MAIN
from vitrine.demo.summary import Outcome
from vitrine.units import ETH


def render(outcome: Outcome, summary: Mapping[str, Any]) -> str:
    """The whole page as text."""
    sections = [
        _head(outcome, summary),
        _prices(outcome, summary),
        _evidence(outcome, summary),
        _loans(outcome, summary),
        _auctions(outcome, summary),
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
    worst_eth, worst_usd = min(floors), min(in_usd)
    sold = outcome.sold
    off = median(story.discount_bps for story in sold) / 100 if sold else 0.0
    lost = sum(loss.loss for loss in outcome.losses)
    tiles = [
        (
            _fall(in_usd[0], worst_usd),
            "floor in dollars at its lowest",
            f"{_fall(floors[0], worst_eth)} in ETH",
        ),
        (
            str(summary["warned"]),
            "warnings before anything was sold",
            f"{summary['topped_up']} answered with more collateral",
        ),
        (
            str(summary["redeemed"]),
            "pieces taken back from the auction",
            f"{summary['recovered']} more freed by a recovery",
        ),
        (str(len(sold)), "pieces sold by auction", f"median {off:.1f} % below spot"),
        (
            money.short(lost),
            "recognised loss",
            f"{money.short(int(summary['loss_by_bearer']['suppliers']))} of it borne by suppliers",
        ),
        (
            str(summary["healthy_liquidated"]),
            "healthy accounts liquidated",
            "checked again from the logged rounds",
        ),
    ]
    cells = "".join(
        f"<li><b>{escape(a)}</b><span>{escape(b)}</span><small>{escape(c)}</small></li>" for a, b, c in tiles
    )
    good = all(summary["checks"].values())
    badge = f'<span class="badge {"ok" if good else "bad"}">{"every check holds" if good else "a check failed"}</span>'
    return (
        f'<header><p class="eyebrow">Vitrine · price → pledge → watch → liquidate</p><h1>{escape(scenario.name)}</h1>'
        f'<p class="sub">{_day(scenario.times[0])} to {_day(scenario.times[-1] - 1)} in {scenario.ticks} ticks of four hours, '
        f"{summary['tx_sent']:,} transactions on a local chain, seed {scenario.seed}. {badge}</p>"
        f'<ul class="tiles">{cells}</ul></header>'
    )


# -------------------------------------------------------------------------------------------------- sections


def _prices(outcome: Outcome, _summary: Mapping[str, Any]) -> str:
    cards = []
    for index, (key, script) in enumerate(outcome.scenario.collections.items()):
        drawing = market_charts.floor_charts(outcome, key, height=300 if index == 0 else 210)
        caption = (
            "The grey line is the cheapest ask in the market. The protocol never sees it: five reporters value the "
            "collection from sales, asks and bids, the chain takes their median, and lends against <b>bid</b>, the lowest of "
            "spot, average, sales and depth. Health is judged at <b>mid</b>. The average is kept in ETH and never in dollars, so "
            "a falling dollar price reaches the loans without delay."
            if index == 0
            else "A thinner collection: fewer sales, wider spreads, lower confidence and therefore smaller loans."
        )
        cards.append(_card(escape(script.name), drawing, caption))
    lead = (
        "What the market did, and what the protocol believed. Debt is owed in dollars, pieces are priced in ETH: most of this "
        "crash is the dollar price of ETH."
    )
    return _section("The price", lead, *cards)


def _evidence(outcome: Outcome, summary: Mapping[str, Any]) -> str:
    liar, rejects = outcome.liar, outcome.rejects
    planted = ", ".join(f"{count} × {kind}" for kind, count in rejects.planted.items()) or "none"
    lie = (
        f"One reporter lied in {liar.slots} slots, by up to {liar.worst_lie_bps / 100:.0f} %. The worst he achieved was to move a "
        f"median by {liar.most_moved_bps / 100:.2f} %, while the honest reporters themselves were {liar.spread_then_bps / 100:.2f} % apart. "
        "Another one always looks eight hours late."
    )
    examples = "".join(
        f"<tr><td>{escape(market_charts.REASON_NAMES.get(str(row['reason']), str(row['reason'])))}</td>"
        f"<td>{escape(outcome.scenario.collections[str(row['collection'])].symbol)} #{row['token_id']}</td>"
        f'<td class="num">{int(str(row["price_gwei"])) / 1e9:,.4f} ETH</td><td>{escape(str(row["table"]))}</td>'
        f"<td>{full_time(int(str(row['at'])))}</td></tr>"
        for row in rejects.examples
    )
    table = (
        '<div class="scroll"><table><thead><tr><th>reason</th><th>piece</th><th class="num">price</th><th>kind</th><th>when</th>'
        f"</tr></thead><tbody>{examples}</tbody></table></div>"
    )
    clamped = summary["oracle_clamped"]
    return _section(
        "The evidence",
        f"Prices are only as good as what is thrown out. Planted among the trades: {escape(planted)}. {lie}",
        _pair(
            _card(
                "Rejected per day",
                market_charts.rejects_chart(outcome),
                "Each trade or ask counts once, on the day it was first rejected. Round trips come to light only when the piece "
                "comes back: until then the first leg looks like any sale.",
            ),
            _card(
                "Confidence",
                market_charts.confidence_chart(outcome),
                "Few, scattered or old samples lower it. It scales what may be borrowed, never the liquidation threshold: noise "
                f"must not liquidate. The feed clamped {clamped} moves as too fast to be believed at once.",
            ),
        ),
        _card("One example each", table, "The first row that fell to each filter."),
    )


def _loans(outcome: Outcome, summary: Mapping[str, Any]) -> str:
    refused = sum(summary["tx_refused"].values())
    return _section(
        "The loans",
        "Sixty borrowers with different leverage and temper. Some top up when warned, some repay, some wait for the auction and "
        "take their piece back, some do nothing.",
        _card(
            "Debt of value, all open loans",
            pool_charts.ltv_chart(outcome),
            "At mid prices. A loan may be opened up to the limit; from seven points below the threshold anyone may warn; at the "
            "threshold, after six hours of notice, auctions start. Half-way from the threshold to the deepest standard "
            "discount no notice is needed any more.",
        ),
        _card(
            "Notices and auctions",
            pool_charts.watch_chart(outcome),
            f"As seen after each round. Two keepers watch the same chain and race: {refused} of their and the takers' "
            "transactions came too late and were refused without doing anything.",
        ),
    )


def _auctions(outcome: Outcome, summary: Mapping[str, Any]) -> str:
    sold = summary["sold"]
    return _section(
        "The auctions",
        f"{summary['auctions']} auctions: {sold['premium']} sold above the band, {sold['band']} inside it, {sold['distressed']} in "
        f"distress, {sold['reserve']} at the reserve, {summary['redeemed'] + summary['recovered']} taken back. Takers have finite "
        "budgets and hold back on the worst days: nothing else makes the losses.",
        _card(
            "Price paths",
            auction_charts.path_chart(outcome),
            "Price against the value at spot. The dark line is the path of the terms: it starts at 120 %, falls to 95 % within "
            "an hour, to 85 % over the next six, then to the reserve of 50 %. Since the price is a multiple of the reference "
            "of <i>now</i>, a path never lags behind the market. Rare pieces start higher, the thin collection starts its band at 90 %.",
        ),
        _card(
            "Sales in time",
            auction_charts.sales_chart(outcome),
            "Each dot is a piece, its size the price paid. On calm days takers compete and pieces go inside the band; when their "
            "money is spent, prices have to fall until somebody bold has enough.",
        ),
        _pair(
            _card(
                "Discounts",
                auction_charts.discount_chart(outcome),
                "Against the reference at the moment of the sale. The promise of five to fifteen per cent bounds the band, not "
                "what happens after it.",
            ),
            _card(
                "Recovery per account",
                auction_charts.recovery_chart(outcome),
                "Of what each liquidated account owed, what its sales repaid. A column that is not full is a loss that had to "
                "be borne by somebody.",
            ),
        ),
    )


def _pool(outcome: Outcome) -> str:
    return _section(
        "The pool",
        "Twelve suppliers lend. Some leave when losses come in sight, some when the rate is too low, some come back when it is high.",
        _pair(
            _card("Utilisation", pool_charts.utilisation_chart(outcome), "Debt of cash and debt together."),
            _card(
                "Borrow rate",
                pool_charts.rate_chart(outcome),
                "A year, as borrowers pay it. It falls at once and rises by a bounded number of points a day.",
            ),
        ),
        _card(
            "Price of a share",
            pool_charts.share_chart(outcome),
            "First day = 100. Depositors pay for everything the pool owns on paper; leavers get that less the loss already in "
            "sight. The red gap is what nobody can run away from.",
        ),
        _card(
            "Loss in sight",
            pool_charts.floating_chart(outcome),
            "Debt of marked accounts above what their pieces would bring at the deepest standard discount (or at the reserve, once "
            "in distress). It turns into a recognised loss when the last piece of an account is sold.",
        ),
    )


def _losses(outcome: Outcome, summary: Mapping[str, Any]) -> str:
    money = Money(outcome.decimals)
    drawing, steps = money_charts.waterfall(outcome)
    lines = "".join(
        f'<tr><td>{escape(name)}</td><td class="num">{money.exact(amount)}</td></tr>'
        for name, amount in steps
    )
    table = f'<table class="steps"><tbody>{lines}</tbody></table>'
    largest = sorted(outcome.losses, key=lambda loss: -loss.loss)[:8]
    rows = "".join(
        f"<tr><td>{full_time(loss.at)}</td><td>{escape(loss.account)}</td>"
        + "".join(
            f'<td class="num">{money.exact(amount)}</td>'
            for amount in (loss.loss, loss.by_reserve, loss.by_cover, loss.by_suppliers)
        )
        + f"<td>{'distressed sale' if loss.distressed else 'sale'}</td></tr>"
        for loss in largest
    )
    detail = (
        '<div class="scroll"><table><thead><tr><th>when</th><th>account</th><th class="num">loss</th><th class="num">reserve</th>'
        '<th class="num">cover</th><th class="num">suppliers</th><th>by</th></tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )
    return _section(
        "The losses",
        "Loss is debt less net proceeds less all remaining collateral of the account. It has a published order: the reserve, then "
        "cover (none is bought here), then suppliers through the price of their shares.",
        _card(
            "Waterfall",
            drawing + table,
            "In units of the asset, every digit. What is left over is zero, or something is wrong.",
        ),
        _card(
            f"The largest of {len(outcome.losses)} losses",
            detail,
            f"The reserve was followed through its own events: in each row it paid first and all it had. Still in sight at the "
            f"end: {money.exact(int(summary['bad_debt']['floating']))}.",
        ),
    )


def _money(outcome: Outcome) -> str:
    return _section(
        "Who gained, who lost",
        "Profit and loss of every party as the protocol's events state it. One party's discount is another's; the sum is zero to "
        "the unit.",
        _card(
            "By kind",
            money_charts.pnl_table(outcome),
            "<i>Exit</i> is what suppliers who left below the deposit price left to those who stayed. <i>Rounding</i> is what "
            "sharing in whole units costs or brings each party; it ends in the dust.",
        ),
        _card(
            "By party",
            money_charts.party_chart(outcome),
            "Borrowers who lost their piece at a discount lose the discount; those whose debt was never repaid gain it. Takers "
            "gain the discount at the moment of the sale, whatever became of the piece later.",
        ),
        '<details class="card"><summary>Every line against the chain</summary>'
        + money_charts.party_table(outcome.reconciled, outcome.decimals)
        + "<p>Change on chain: balances, claims, debts and NFTs at the last round's mid, end less start. It has to be the line by "
        "events plus what sold pieces did between their sale and the last round.</p></details>",
    )


def _proof(outcome: Outcome, summary: Mapping[str, Any]) -> str:
    items = "".join(
        f'<li class="{"ok" if holds else "bad"}">{escape(name)}</li>'
        for name, holds in summary["checks"].items()
    )
    audited = summary.get("audit", {})
    compared = ", ".join(f"{count:,} {kind}" for kind, count in audited.get("compared", {}).items())
    words = (
        f"The audit read {audited.get('events', 0):,} events of {audited.get('blocks', 0):,} blocks from the node, rebuilt every "
        f"balance, NFT, debt, mark and quote from them, and compared {audited.get('items', 0):,} items with the chain's state "
        f"and with the summary: {escape(compared)}."
    )
    source = escape(outcome.scenario.source)
    made = (
        f"Source of the daily figures: {source}. Everything between the daily closes, the thin collection, all traits and all "
        f"parties are made from seed {outcome.scenario.seed}; no real wallet is shown."
    )
    return _section(
        "What holds",
        words,
        f'<div class="card"><ul class="checks">{items}</ul></div>',
        f'<p class="fine">{made}</p>',
    )
