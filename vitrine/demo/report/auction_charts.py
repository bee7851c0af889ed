"""Auctions: their prices on the way down, the sales, what was recovered."""

from __future__ import annotations

from vitrine.demo.record import AuctionStory
from vitrine.demo.report.amounts import Money, percent
from vitrine.demo.report.svg import Chart, full_time, legend
from vitrine.demo.summary import Outcome
from vitrine.models.auction import AuctionTerms, multiple_at
from vitrine.units import HOUR, WAD

PHASES = ("premium", "band", "distressed", "reserve")
_HOURS = 13.5


def path_chart(outcome: Outcome) -> str:
    """Every auction as its price against the value at spot, by hours since its start."""
    chart = Chart("paths", 0, _HOURS, 45, 125, height=380, x_form=lambda v: f"{v:g} h", y_form=percent)
    for low, high, phase in (
        (0, 1, "premium"),
        (1, 7, "band"),
        (7, 12, "distressed"),
        (12, _HOURS, "reserve"),
    ):
        chart.band(low, high, f"{phase}-soft", phase if high - low > 1.2 else "")
    chart.grid(ticks=[50, 60, 70, 80, 90, 100, 110, 120]).marks([0, 1, 3, 5, 7, 9, 11, 12, 13])
    for story in outcome.record.auctions:
        begun = story.restarts[-1] if story.restarts else story.begun
        seen = [
            ((at - begun) / HOUR, price * 100 / worth)
            for at, price, worth, _ in story.samples
            if worth and at >= begun
        ]
        seen = [(hours, share) for hours, share in seen if hours <= _HOURS]
        if story.end == "sold":
            seen.append((min((story.ended - begun) / HOUR, _HOURS), 100 - story.discount_bps / 100))
        chart.line(seen, "trace")
    chart.line(_theory(outcome), "ink thin")
    for story in outcome.sold:
        begun = story.restarts[-1] if story.restarts else story.begun
        hours = min((story.ended - begun) / HOUR, _HOURS)
        chart.dot(hours, 100 - story.discount_bps / 100, 4.2, story.phase, _told(story, outcome))
    for story in outcome.record.auctions:
        if story.end in ("redeemed", "recovered") and story.samples and story.samples[-1][2]:
            begun = story.restarts[-1] if story.restarts else story.begun
            at, price, worth, _ = story.samples[-1]
            chart.dot(
                min((at - begun) / HOUR, _HOURS), price * 100 / worth, 3.2, "hollow", _told(story, outcome)
            )
    names = [(phase, f"sold: {phase}") for phase in PHASES] + [("hollow", "taken back by the borrower")]
    return legend(*names) + chart.svg()


def _theory(outcome: Outcome) -> list[tuple[float, float]]:
    """The multiple of the main collection's terms."""
    started = next((seen.event for seen in outcome.record.log if seen.event.name == "AuctionStarted"), None)
    terms = AuctionTerms(1, 100, 12_000, 500, 1_500, 5_000, HOUR, 6 * HOUR, 5 * HOUR)
    if started is not None and started.terms.units == 100:
        terms = AuctionTerms(*started.terms)
    return [(s / HOUR, multiple_at(terms, s)[0] * 100 / WAD) for s in range(0, int(_HOURS * HOUR) + 1, 180)]


def _told(story: AuctionStory, outcome: Outcome) -> str:
    money = Money(outcome.decimals)
    piece = (
        f"{outcome.scenario.collections[story.piece.key].symbol} #{story.piece.token_id} of {story.account}"
    )
    if story.end != "sold":
        return f"{piece}: {story.end} {full_time(story.ended)}"
    off = story.discount_bps / 100
    word = f"{off:.2f} % below" if off >= 0 else f"{-off:.2f} % above"
    sale = f"{money.whole(story.price)} by {story.taker}, {word} spot, {story.phase}"
    return f"{piece}: {sale}, {full_time(story.ended)}"


def sales_chart(outcome: Outcome) -> str:
    """Each sale in time, by what was left of the value at spot."""
    rows = outcome.record.ticks
    chart = Chart("sales", float(rows[0].at), float(rows[-1].at), 45, 112, height=260, y_form=percent)
    chart.grid(ticks=[50, 60, 70, 80, 85, 90, 95, 100, 110]).days()
    chart.level(85, "calm", "end of the standard band")
    for story in outcome.sold:
        size = 2.6 + min(Money(outcome.decimals).value(story.price) / 45_000, 5.0)
        chart.dot(
            float(story.ended), 100 - story.discount_bps / 100, size, story.phase, _told(story, outcome)
        )
    return legend(*[(phase, phase) for phase in PHASES]) + chart.svg()


def recovery_chart(outcome: Outcome) -> str:
    """Per liquidated account: the part of its debt that sales brought back, and the part that was lost."""
    accounts = recovered_by_account(outcome)
    if not accounts:
        return '<p class="empty">Nothing was sold.</p>'
    money = Money(outcome.decimals)
    chart = Chart(
        "recovery",
        0,
        len(accounts),
        0,
        100,
        width=510,
        height=250,
        left=48,
        y_form=percent,
        x_form=lambda _v: "",
    )
    chart.grid(4)
    for index, (account, repaid, lost) in enumerate(accounts):
        share = repaid * 100 / (repaid + lost) if repaid + lost else 100.0
        title = f"{account}: {money.whole(repaid)} repaid by sales, {money.whole(lost)} lost ({share:.1f} %)"
        chart.bar(index + 0.08, index + 0.92, 0, share, "band", title)
        if lost:
            chart.bar(index + 0.08, index + 0.92, share, 100, "loss", title)
    return legend(("band", "repaid by sales"), ("loss", "lost")) + chart.svg()


def recovered_by_account(outcome: Outcome) -> list[tuple[str, int, int]]:
    """(account, repaid by sales, lost), best recovery first."""
    repaid: dict[str, int] = {}
    for story in outcome.sold:
        repaid[story.account] = repaid.get(story.account, 0) + story.repaid
    lost: dict[str, int] = {}
    for loss in outcome.losses:
        lost[loss.account] = lost.get(loss.account, 0) + loss.loss
    names = [name for name in repaid if name]
    rows = [(name, repaid[name], lost.get(name, 0)) for name in names]
    return sorted(rows, key=lambda row: (-(row[1] / (row[1] + row[2]) if row[1] + row[2] else 1), row[0]))


def discount_chart(outcome: Outcome) -> str:
    """How many sales at which discount."""
    size = 2.5
    chart_low, chart_high = -12.5, 52.5
    bins: dict[int, dict[str, int]] = {}
    for story in outcome.sold:
        place = int((max(story.discount_bps / 100, chart_low) - chart_low) // size)
        bins.setdefault(place, {}).setdefault(story.phase, 0)
        bins[place][story.phase] += 1
    high = max([sum(found.values()) for found in bins.values()] or [1])
    chart = Chart(
        "discounts",
        chart_low,
        chart_high,
        0,
        high * 1.12,
        width=510,
        height=250,
        left=48,
        x_form=percent,
        y_form=lambda v: f"{v:g}",
    )
    chart.grid(4).marks([-10, 0, 5, 15, 25, 35, 50])
    for place, found in bins.items():
        level = 0.0
        for phase in PHASES:
            count = found.get(phase, 0)
            if count:
                low = chart_low + place * size
                chart.bar(low + 0.15, low + size - 0.15, level, level + count, phase, f"{count} × {phase}")
                level += count
    return legend(*[(phase, phase) for phase in PHASES]) + chart.svg()
