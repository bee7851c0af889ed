"""Who bore what, who gained and who lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from vitrine.demo.books import Reconciled
from vitrine.demo.ledger import COVER, DUST, KINDS, RESERVE
from vitrine.demo.report.amounts import Money, dollars
from vitrine.demo.report.svg import Chart, legend
from vitrine.demo.summary import Outcome

GROUPS = (
    "suppliers", "borrowers", "takers", "keepers", "liquidity", "traders", "order book", "standing bids",
    "creators", "the house", RESERVE, COVER, DUST,
)  # fmt: skip
_SHOWN = GROUPS[:10]
_TRADES = ("discount", "trade", "fee", "royalty", "liquidity")
_PREFIXES = {
    "supplier": "suppliers", "borrower": "borrowers", "financed": "borrowers", "keeper": "keepers",
    "provider": "liquidity", "maker": "liquidity", "arb": "traders", "shopper": "traders",
    "lister": "order book", "bidder": "order book", "patron": "standing bids", "creator": "creators",
    "treasury": "the house",
}  # fmt: skip


def group_of(party: str) -> str:
    """Kind of a party, by its name."""
    if party in (RESERVE, COVER, DUST):
        return party
    return _PREFIXES.get(party.split("-", 1)[0], "takers")


def waterfall(outcome: Outcome) -> tuple[str, list[tuple[str, int]]]:
    """From what the lost accounts owed to nothing left over; the steps add up to the unit."""
    lost = {loss.account for loss in outcome.losses}
    repaid = sum(story.repaid for story in outcome.sold if story.account in lost)
    loss = sum(item.loss for item in outcome.losses)
    parts = [
        ("sales repaid", -repaid),
        ("reserve bore", -sum(item.by_reserve for item in outcome.losses)),
        ("cover bore", -sum(item.by_cover for item in outcome.losses)),
        ("suppliers bore", -sum(item.by_suppliers for item in outcome.losses)),
    ]
    steps = [("owed by the accounts that ended in loss", repaid + loss), *parts]
    steps.append(("left over", sum(amount for _, amount in steps)))
    return _waterfall_chart(steps, Money(outcome.decimals)), steps


def _waterfall_chart(steps: Sequence[tuple[str, int]], money: Money) -> str:
    start = money.value(steps[0][1])
    chart = Chart(
        "waterfall",
        0,
        len(steps),
        0,
        max(start, 1.0) * 1.12,
        height=300,
        y_form=dollars,
        x_form=lambda _v: "",
    )
    chart.grid(4)
    styles = ("ink-fill", "band", "reserve-bar", "cover-bar", "supplier-bar", "ink-fill")
    names = ("owed", "sales repaid", "reserve", "cover", "suppliers", "left over")
    level = 0.0
    for index, ((_, amount), style, name) in enumerate(zip(steps, styles, names, strict=True)):
        value = money.value(amount)
        low, high = (level + value, level) if value < 0 else (level, level + value)
        if index == len(steps) - 1:
            low = high = 0.0
        chart.bar(index + 0.18, index + 0.82, low, high, style, f"{name}: {money.exact(amount)}")
        chart.text(index + 0.5, high, money.short(amount), "value mid", -7)
        chart.text(index + 0.5, 0, name, "tick mid", 20)
        level = high if index == 0 else low
    return chart.svg()


def pnl_table(outcome: Outcome) -> str:
    """Groups by kind, every digit; each column and the whole sum to zero."""
    money = Money(outcome.decimals)
    sums = {group: dict.fromkeys(KINDS, 0) for group in GROUPS}
    for row in outcome.reconciled:
        for kind, amount in row.kinds.items():
            sums[group_of(row.party)][kind] += amount
    used = [kind for kind in KINDS if any(sums[group][kind] for group in GROUPS)]
    lending = _kinds_table(sums, [kind for kind in used if kind not in _TRADES], money, whole=False)
    trades = _kinds_table(sums, [kind for kind in used if kind in _TRADES], money, whole=True)
    return f"<h4>Lending</h4>{lending}<h4>Pieces, and all together</h4>{trades}"


def _kinds_table(
    sums: Mapping[str, Mapping[str, int]], kinds: Sequence[str], money: Money, *, whole: bool
) -> str:
    """Some of the kinds; with `whole` the sum of all kinds behind them."""
    head = "".join(f"<th>{escape(kind)}</th>" for kind in kinds)
    body = ""
    for group in GROUPS:
        shown = any(sums[group][kind] for kind in kinds) or (whole and any(sums[group].values()))
        if not shown:
            continue
        cells = "".join(_cell(sums[group][kind], money) for kind in kinds)
        total = _cell(sum(sums[group].values()), money, strong=True) if whole else ""
        body += f"<tr><th>{group}</th>{cells}{total}</tr>"
    totals = "".join(_cell(sum(sums[group][kind] for group in GROUPS), money) for kind in kinds)
    if whole:
        head += "<th>profit and loss</th>"
        totals += _cell(sum(sum(found.values()) for found in sums.values()), money, strong=True)
    return (
        f'<div class="scroll"><table class="ledger"><thead><tr><th></th>{head}</tr></thead>'
        f"<tbody>{body}</tbody><tfoot><tr><th>sum</th>{totals}</tr></tfoot></table></div>"
    )


def _cell(amount: int, money: Money, *, strong: bool = False) -> str:
    style = "num neg" if amount < 0 else "num"
    text = money.exact(amount) if amount else "0"
    return f'<td class="{style}">{f"<b>{text}</b>" if strong else text}</td>'


def party_chart(outcome: Outcome) -> str:
    """Each party's line as a bar, group by group."""
    money = Money(outcome.decimals)
    rows = [row for row in outcome.reconciled if group_of(row.party) in _SHOWN and row.events]
    rows.sort(key=lambda row: (GROUPS.index(group_of(row.party)), -row.events))
    values = [money.value(row.events) for row in rows]
    low, high = min([*values, 0.0]), max([*values, 0.0])
    pad = (high - low) * 0.08 or 1.0
    chart = Chart(
        "parties", 0, len(rows), low - pad, high + pad, height=280, y_form=dollars, x_form=lambda _v: ""
    )
    chart.grid(5).level(0, "axis")
    styles = {
        "suppliers": "supplier-bar",
        "borrowers": "borrower-bar",
        "takers": "taker-bar",
        "keepers": "keeper-bar",
        "liquidity": "provider-bar",
        "traders": "trader-bar",
        "order book": "way-order",
        "standing bids": "way-bid",
        "creators": "creator-bar",
        "the house": "house-bar",
    }
    for index, (row, value) in enumerate(zip(rows, values, strict=True)):
        style = styles[group_of(row.party)]
        title = f"{row.party}: {money.exact(row.events)}"
        chart.bar(index + 0.12, index + 0.88, min(value, 0.0), max(value, 0.0), style, title)
    return legend(*[(style, group) for group, style in styles.items()]) + chart.svg()


def party_table(rows: Sequence[Reconciled], decimals: int) -> str:
    """Every line against the chain, to the unit."""
    money = Money(decimals)
    body = "".join(
        f"<tr><th>{escape(row.party)}</th>{_cell(row.events, money)}{_cell(row.revaluation, money)}"
        f"{_cell(row.change, money)}{_cell(row.difference, money)}</tr>"
        for row in rows
    )
    return (
        '<div class="scroll tall"><table class="ledger"><thead><tr><th>party</th><th>by the events</th>'
        "<th>sold pieces since</th><th>change on chain</th><th>difference</th></tr></thead>"
        f"<tbody>{body}</tbody></table></div>"
    )
