"""Markets: who got the trades, what creators got, how auctions ended, depth against the credit cap."""

from __future__ import annotations

from html import escape

from vitrine.demo.report.amounts import Money, dollars, percent
from vitrine.demo.report.svg import Chart, Hover, legend, nice_ticks
from vitrine.demo.summary import Outcome
from vitrine.demo.venues import WAY_NAMES, WAYS

WAY_STYLES = {"pool": "way-pool", "order": "way-order", "bid": "way-bid", "taker": "way-taker"}
_UNITS = 100


def venue_chart(outcome: Outcome) -> str:
    """Volume by venue, the largest on top."""
    money = Money(outcome.decimals)
    venues = [venue for venue in outcome.markets.ranked() if venue.volume]
    if not venues:
        return '<p class="empty">Nothing was traded.</p>'
    most, whole = money.value(venues[0].volume), sum(venue.volume for venue in venues)
    chart = Chart(
        "venues", 0, most * 1.18, 0, len(venues), height=34 * len(venues) + 34, left=210, x_form=dollars
    )
    for index, venue in enumerate(venues):
        low = len(venues) - 1 - index
        share = venue.volume * 100 / whole
        title = f"{venue.name}: {venue.pieces} pieces for {money.whole(venue.volume)}"
        chart.bar(0, money.value(venue.volume), low + 0.18, low + 0.82, _style(venue.name), title)
        chart.text(-most * 0.012, low + 0.5, venue.name, "tick end venue", 4)
        chart.text(
            money.value(venue.volume), low + 0.5, f" {share:.1f} %  ·  {venue.pieces}", "value-side", 4
        )
    return chart.marks(nice_ticks(0, most * 1.1, 5)).svg()


def _style(name: str) -> str:
    if name == "Seaport":
        return "way-order"
    return {"auction takers": "way-taker", "standing bids": "way-bid"}.get(name, "way-pool")


def fee_table(outcome: Outcome) -> str:
    """Volume, fees and royalties by venue."""
    money = Money(outcome.decimals)
    body = "".join(
        f'<tr><td>{escape(venue.name)}</td><td class="num">{venue.pieces}</td>'
        + "".join(
            f'<td class="num">{money.whole(amount)}</td>'
            for amount in (venue.volume, venue.lp_fees, venue.house_fees, venue.royalties)
        )
        + "</tr>"
        for venue in outcome.markets.ranked()
    )
    names = ("pieces", "volume", "to liquidity", "to the house", "to creators")
    head = "<th>venue</th>" + "".join(f'<th class="num">{name}</th>' for name in names)
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def royalty_table(outcome: Outcome) -> str:
    """Royalties by collection, every digit."""
    money = Money(outcome.decimals)
    rows = ""
    for key, found in sorted(outcome.markets.royalties.items()):
        symbol = escape(outcome.scenario.collections[key].symbol)
        amounts = (found.due, found.paid, found.forgiven, found.in_orders, found.claimed)
        cells = "".join(f'<td class="num">{money.exact(amount)}</td>' for amount in amounts)
        rows += f"<tr><td>{symbol}</td>{cells}</tr>"
    names = ("due", "paid", "forgiven in liquidations", "in Seaport orders", "claimed")
    head = "<th>collection</th>" + "".join(f'<th class="num">{name}</th>' for name in names)
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'


def ways_chart(outcome: Outcome) -> str:
    """Every sale out of an auction by where it went, against the reference of the moment."""
    rows = outcome.record.ticks
    levels = [100 - story.discount_bps / 100 for story in outcome.sold] or [100.0]
    low, high = min(45.0, *levels) - 2, max(112.0, *levels) + 4
    chart = Chart("ways", float(rows[0].at), float(rows[-1].at), low, high, height=280, y_form=percent)
    chart.grid(6).days().level(100, "calm", "reference")
    for story in outcome.sold:
        off = 100 - story.discount_bps / 100
        title = f"{story.piece.key} #{story.piece.token_id}: {off:.1f} % through {WAY_NAMES[story.venue]}"
        chart.dot(float(story.ended), off, 5.0, WAY_STYLES[story.venue], title)
    return legend(*[(WAY_STYLES[way], WAY_NAMES[way]) for way in WAYS]) + chart.svg()


def ways_table(outcome: Outcome) -> str:
    """Sales, proceeds and reference by way out."""
    money = Money(outcome.decimals)
    rows = ""
    for way, found in outcome.markets.ways.items():
        rows += (
            f'<tr><td>{WAY_NAMES[way]}</td><td class="num">{found.sales}</td>'
            f'<td class="num">{money.whole(found.proceeds)}</td>'
            f'<td class="num">{money.whole(found.reference)}</td>'
            f'<td class="num">{found.bps / 100:.1f} %</td></tr>'
        )
    names = ("sales", "proceeds", "reference", "recovered")
    head = "<th>way out</th>" + "".join(f'<th class="num">{name}</th>' for name in names)
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'


def depth_chart(outcome: Outcome, key: str) -> str:
    """What markets would take and what that allows; floor pieces."""
    rows = outcome.record.ticks
    xs = [float(row.at) for row in rows]
    now = [row.depth[key].units / _UNITS for row in rows]
    lens = [row.depth[key].lens / _UNITS for row in rows]
    behind = [row.depth[key].behind / _UNITS for row in rows]
    top = max([*now, *lens, 1.0]) * 1.25
    chart = Chart(f"depth-{key}", xs[0], xs[-1], 0, top, width=510, height=250, left=48)
    chart.under(list(zip(xs, now, strict=True)), "depth-now", step=True)
    chart.line(list(zip(xs, now, strict=True)), "depth-now thin", step=True)
    chart.line(list(zip(xs, lens, strict=True)), "depth-cap", step=True)
    begun = next((float(row.at) for row in rows if row.depth[key].follows), None)
    if begun is not None:
        chart.band(begun, xs[-1], "band-soft", "the cap follows")
    hovers = [
        Hover("depth now", now, "depth-now", "{:.2f}"),
        Hover("measured cap", lens, "depth-cap", "{:.2f}"),
        Hover("behind debt", behind, "ink", "{:.2f}"),
    ]
    names = legend(("depth-now", "depth now"), ("depth-cap", "measured cap"))
    return names + chart.grid(4).days(14).read(xs, hovers).svg()
