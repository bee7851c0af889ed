"""Loans, the pool, the price of a share."""

from __future__ import annotations

from collections.abc import Sequence

from vitrine.demo.report.amounts import Money, dollars, percent
from vitrine.demo.report.svg import Chart, Hover, legend
from vitrine.demo.summary import Outcome
from vitrine.units import WAD, YEAR

_QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


def quantile(ordered: Sequence[int], share: float) -> float:
    """Of ascending values, between neighbours in proportion."""
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def ltv_chart(outcome: Outcome) -> str:
    """The distribution of debt against value over all open loans."""
    rows = [row for row in outcome.record.ticks if row.ltv_bps]
    xs = [float(row.at) for row in rows]
    fan = [[min(quantile(row.ltv_bps, q) / 100, 140.0) for row in rows] for q in _QUANTILES]
    top = max(90.0, min(max(fan[-1]) * 1.05, 140.0))
    chart = Chart("ltv", xs[0], xs[-1], 0, top, height=300, y_form=percent)
    lines = [list(zip(xs, values, strict=True)) for values in fan]
    chart.area(lines[4], lines[0], "fan1").area(lines[3], lines[1], "fan2").line(lines[2], "mid")
    chart.grid(6).days().level(75, "warn", "liquidation threshold, main collection").level(
        50, "calm", "loan to value limit"
    )
    hovers = [
        Hover("highest twentieth", fan[4], "fan1", "{:.1f} %"),
        Hover("upper quarter", fan[3], "fan2", "{:.1f} %"),
        Hover("median", fan[2], "mid", "{:.1f} %"),
        Hover("lower quarter", fan[1], "fan2", "{:.1f} %"),
        Hover("open loans", [float(len(row.ltv_bps)) for row in rows], "ink", "{:.0f}"),
    ]
    names = legend(("mid", "median loan"), ("fan2", "middle half"), ("fan1", "nine tenths"))
    return names + chart.read(xs, hovers).svg()


def watch_chart(outcome: Outcome) -> str:
    """Open notices and running auctions."""
    rows = outcome.record.ticks
    xs = [float(row.at) for row in rows]
    notices, lots = [float(row.notices) for row in rows], [float(row.lots) for row in rows]
    chart = Chart("watch", xs[0], xs[-1], 0, max([*notices, *lots, 1]) * 1.1, height=200)
    chart.under(list(zip(xs, notices, strict=True)), "notice-soft", step=True)
    chart.line(list(zip(xs, notices, strict=True)), "notice", step=True)
    chart.under(list(zip(xs, lots, strict=True)), "auction-soft", step=True)
    chart.line(list(zip(xs, lots, strict=True)), "auction", step=True)
    hovers = [Hover("notices", notices, "notice", "{:.0f}"), Hover("auctions", lots, "auction", "{:.0f}")]
    names = legend(("notice", "open notices"), ("auction", "running auctions"))
    return names + chart.grid(4).days().read(xs, hovers).svg()


def utilisation_chart(outcome: Outcome) -> str:
    """Lent share of the pool."""
    rows = outcome.record.ticks
    xs = [float(row.at) for row in rows]
    used = [row.utilisation * 100 / WAD for row in rows]
    chart = Chart("utilisation", xs[0], xs[-1], 0, 100, width=510, height=230, left=48, y_form=percent)
    chart.under(list(zip(xs, used, strict=True)), "fan1").line(list(zip(xs, used, strict=True)), "mid")
    chart.grid(4).days(14).level(95, "warn", "no new loan above")
    return chart.read(xs, [Hover("utilisation", used, "mid", "{:.1f} %")]).svg()


def rate_chart(outcome: Outcome) -> str:
    """What borrowers pay a year."""
    rows = outcome.record.ticks
    xs = [float(row.at) for row in rows]
    rates = [row.rate * YEAR * 100 / WAD for row in rows]
    chart = Chart(
        "rate", xs[0], xs[-1], 0, max([*rates, 10.0]) * 1.15, width=510, height=230, left=48, y_form=percent
    )
    chart.line(list(zip(xs, rates, strict=True)), "auction", step=True)
    return chart.grid(4).days(14).read(xs, [Hover("borrow rate", rates, "auction", "{:.2f} %")]).svg()


def share_chart(outcome: Outcome) -> str:
    """Both prices of a share: what depositors pay, what leavers get."""
    rows = outcome.record.ticks
    xs = [float(row.at) for row in rows]
    first = next((row.deposit_price for row in rows if row.deposit_price), 1)
    deposit = [row.deposit_price * 100 / first if row.deposit_price else 100.0 for row in rows]
    redeem = [row.redeem_price * 100 / first if row.redeem_price else 100.0 for row in rows]
    low, high = min([*redeem, 100.0]), max([*deposit, 100.0])
    pad = max((high - low) * 0.1, 0.2)
    chart = Chart("share", xs[0], xs[-1], low - pad, high + pad, height=250, y_form=lambda v: f"{v:.1f}")
    chart.area(list(zip(xs, deposit, strict=True)), list(zip(xs, redeem, strict=True)), "loss-soft")
    chart.line(list(zip(xs, redeem, strict=True)), "loss").line(list(zip(xs, deposit, strict=True)), "mid")
    hovers = [
        Hover("deposit price", deposit, "mid", "{:.3f}"),
        Hover("redeem price", redeem, "loss", "{:.3f}"),
    ]
    names = legend(("mid", "price a depositor pays"), ("loss", "price a leaver gets"))
    return names + chart.grid(5).days().read(xs, hovers).svg()


def floating_chart(outcome: Outcome) -> str:
    """Loss in sight but not recognised yet, and the reserve in front of it."""
    rows, money = outcome.record.ticks, Money(outcome.decimals)
    xs = [float(row.at) for row in rows]
    floating = [money.value(row.floating) for row in rows]
    reserve = [money.value(row.reserve) for row in rows]
    chart = Chart(
        "floating", xs[0], xs[-1], 0, max([*floating, *reserve, 1]) * 1.1, height=190, y_form=dollars
    )
    chart.under(list(zip(xs, floating, strict=True)), "loss-soft", step=True)
    chart.line(list(zip(xs, floating, strict=True)), "loss", step=True)
    chart.line(list(zip(xs, reserve, strict=True)), "reserve-line", step=True)
    hovers = [
        Hover("floating bad debt", floating, "loss", "${:,.0f}"),
        Hover("reserve", reserve, "reserve-line", "${:,.0f}"),
    ]
    names = legend(("loss", "floating bad debt"), ("reserve-line", "reserve"))
    return names + chart.grid(4).days().read(xs, hovers).svg()
