"""Prices, states of the oracle, rejected trades."""

from __future__ import annotations

from vitrine.demo.report.amounts import dollars, percent
from vitrine.demo.report.svg import Chart, Hover, legend, strip
from vitrine.demo.summary import Outcome
from vitrine.demo.views import STATES
from vitrine.units import DAY, ETH, HOUR

REASON_STYLES = {
    "DUST": "c1",
    "PRIVATE": "c2",
    "BUNDLE": "c3",
    "WASH_SELF_FUNDED": "c4",
    "WASH_ROUND_TRIP": "c5",
    "WASH_SAME_PAIR": "c6",
    "OUTLIER_MAD": "c7",
    "OUTLIER_IQR": "c8",
    "RARE": "c9",
    "STALE_ASK": "c10",
}
REASON_NAMES = {
    "MISSING_PRICE": "no price",
    "ZERO_PRICE": "price of zero",
    "DUST": "dust, 1-wei sale",
    "ABSURD_PRICE": "absurd price",
    "PRIVATE": "private sale",
    "BUNDLE": "bundle",
    "WASH_SELF_FUNDED": "wash: buyer paid by seller",
    "WASH_ROUND_TRIP": "wash: round trip",
    "WASH_SAME_PAIR": "wash: same pair again",
    "OUTLIER_MAD": "outlier among neighbours",
    "OUTLIER_IQR": "outlier, quartile fence",
    "RARE": "rarity beyond the cap",
    "STALE_ASK": "stale ask",
    "MOVED_ASK": "ask on a moved piece",
    "WORSE_DUPLICATE": "second ask or bid",
    "CROSSED_BID": "bid above the market",
}


def floor_charts(outcome: Outcome, key: str, *, height: int = 300) -> str:
    """Floor and quote of one collection, in ETH and in dollars, over one strip of states."""
    rows, unit = outcome.record.ticks, 10**outcome.decimals
    xs = [float(row.at) for row in rows]
    usd = [row.usd / 10**8 for row in rows]
    quotes = [row.prices[key] for row in rows]
    in_usd = {name: [getattr(q, name) / unit for q in quotes] for name in ("bid", "mid", "ask", "spot")}
    in_eth = {
        name: [value / rate for value, rate in zip(values, usd, strict=True)]
        for name, values in in_usd.items()
    }
    floor = [row.floors[key] / ETH for row in rows]
    floor_usd = [f * rate for f, rate in zip(floor, usd, strict=True)]
    eth = _price_chart(f"floor-{key}-eth", xs, in_eth, floor, "{:,.2f} ETH", height)
    eth.y_form = lambda value: f"{value:g} Ξ"
    dollar = _price_chart(f"floor-{key}-usd", xs, in_usd, floor_usd, "${:,.0f}", height)
    dollar.y_form = dollars
    names = legend(
        ("ink", "cheapest ask outside"),
        ("mid", "mid: health, notices"),
        ("quote", "bid to ask"),
        ("bid", "bid: what is lent against"),
    )
    states = strip("oracle", _state_spans(outcome, key), xs[0], xs[-1])
    return (
        f"{names}<h4>In ETH, the currency of the market</h4>{eth.grid(6).days().svg()}"
        f"<h4>In dollars, the currency of the debt</h4>{dollar.grid(5).days().svg()}{states}"
        f"{legend(('fresh', 'Fresh'), ('degraded', 'Degraded'), ('stale', 'Stale'))}"
    )


def _price_chart(
    name: str, xs: list[float], values: dict[str, list[float]], floor: list[float], form: str, height: int
) -> Chart:
    every = [*values["bid"], *values["ask"], *floor]
    low, high = min(every), max(every)
    pad = (high - low) * 0.06
    chart = Chart(name, xs[0], xs[-1], max(low - pad, 0), high + pad, height=height)
    points = {key: list(zip(xs, series, strict=True)) for key, series in values.items()}
    chart.area(points["ask"], points["bid"], "quote")
    chart.line(points["bid"], "bid").line(list(zip(xs, floor, strict=True)), "ink").line(points["mid"], "mid")
    return chart.read(
        xs,
        [
            Hover("outside", floor, "ink", form),
            Hover("ask", values["ask"], "quote", form),
            Hover("mid", values["mid"], "mid", form),
            Hover("bid", values["bid"], "bid", form),
        ],
    )


def _state_spans(outcome: Outcome, key: str) -> list[tuple[float, float, str, str]]:
    spans: list[tuple[float, float, str, str]] = []
    rows = outcome.record.ticks
    for index, row in enumerate(rows):
        until = rows[index + 1].at if index + 1 < len(rows) else row.at + 4 * HOUR
        name = STATES[row.prices[key].state]
        if spans and spans[-1][2] == name.lower():
            spans[-1] = (spans[-1][0], float(until), name.lower(), name)
        else:
            spans.append((float(row.at), float(until), name.lower(), name))
    return spans


def confidence_chart(outcome: Outcome) -> str:
    """How sure the reporters were; below the line the oracle is degraded, and LTV scales with it."""
    rows = outcome.record.ticks
    xs = [float(row.at) for row in rows]
    chart = Chart("confidence", xs[0], xs[-1], 0, 100, width=510, height=230, left=48, y_form=percent)
    hovers = []
    for style, (key, script) in zip(("mid", "c5"), outcome.scenario.collections.items(), strict=False):
        values = [row.prices[key].confidence_bps / 100 for row in rows]
        chart.line(list(zip(xs, values, strict=True)), style, step=True)
        hovers.append(Hover(script.name, values, style, "{:.0f} %"))
    chart.grid(4).days(14).level(50, "warn", "degraded below")
    names = [
        (style, script.name)
        for style, script in zip(("mid", "c5"), outcome.scenario.collections.values(), strict=False)
    ]
    return legend(*names) + chart.read(xs, hovers).svg()


def rejects_chart(outcome: Outcome) -> str:
    """Trades and asks rejected for the first time, per day and reason."""
    days = sorted(outcome.rejects.by_day)
    totals = [sum(outcome.rejects.by_day[day].values()) for day in days]
    high = max([*totals, 1])
    chart = Chart(
        "rejects",
        days[0] - DAY,
        days[-1],
        0,
        high * 1.08,
        width=510,
        height=230,
        left=48,
        y_form=lambda v: f"{v:g}",
    )
    for day in days:
        level = 0.0
        for reason, count in outcome.rejects.by_day[day].items():
            style = REASON_STYLES.get(reason, "c1")
            title = f"{count} × {REASON_NAMES.get(reason, reason)}"
            chart.bar(day - DAY * 0.92, day - DAY * 0.08, level, level + count, style, title)
            level += count
    used = [reason for reason in REASON_STYLES if outcome.rejects.by_reason.get(reason)]
    names = [
        (REASON_STYLES[reason], f"{REASON_NAMES[reason]} ({outcome.rejects.by_reason[reason]})")
        for reason in used
    ]
    return chart.grid(4).days(14).svg() + legend(*names)
