"""What the summary of a run claims against what the audit found by itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from vitrine.demo.audit.compare_markets import market_wealth
from vitrine.demo.audit.findings import Findings
from vitrine.demo.audit.judge import Judge
from vitrine.demo.audit.markets import RebuiltMarkets
from vitrine.demo.audit.rebuilt import Rebuilt

VIRTUAL_SHARES = 10**6
Wealth = dict[str, int]


def wealth(
    state: Rebuilt, markets: RebuiltMarkets, parties: Mapping[str, str], mids: Mapping[str, int],
    units: Mapping[tuple[str, int], int],
) -> Wealth:  # fmt: skip
    """Everybody's balances, claims, debts and NFTs, less what was minted to him; `mids` per collection."""
    supply = state.cash + state.debt_assets - state.reserve
    total = sum(state.shares.values())
    waiting: Counter[str] = Counter()
    for owner, shares in state.requests.values():
        waiting[owner] += shares
    worth = {
        address: state.balances.get(address, 0)
        + state.credits.get(address, 0)
        + (state.shares.get(address, 0) + waiting[address]) * (supply + 1) // (total + VIRTUAL_SHARES)
        - state.debt(address)
        - state.minted.get(address, 0)
        for address in parties.values()
    }
    value = {ref: mids[ref[0]] * units.get(ref, 100) // 100 for ref in state.owners}
    for ref, owner in state.owners.items():
        holder = state.held[ref].account if ref in state.held else owner
        if holder in worth:
            worth[holder] += value[ref]
    for holder, amount in market_wealth(markets, state, parties["treasury"], value).items():
        if holder in worth:
            worth[holder] += amount
    return {name: worth[address] for name, address in parties.items()} | {"reserve": state.reserve}


def compare_markets_claims(summary: Mapping[str, Any], markets: RebuiltMarkets, findings: Findings) -> None:
    """How auctions ended, loans, and royalties."""
    told = summary["markets"]
    for way, found in told["exits"].items():
        findings.same("summary", f"sold through {way}", markets.sold_to[way], found["sales"])
    for kind, name in (("bought with a loan", "bought_with_loan"), ("sold to repay", "sold_to_repay")):
        findings.same("summary", kind, markets.loans[kind], told[name])
    for name, whole in (("due", markets.due), ("paid", markets.paid)):
        claimed = sum(int(found[name]) for found in told["royalties"].values())
        findings.same("summary", f"royalties {name}", whole, claimed)


def compare_claims(
    summary: Mapping[str, Any], judge: Judge, start: Wealth, end: Wealth, floating: int, findings: Findings
) -> None:
    """Counts, sales, losses and every party's change."""

    def claim(what: str, found: Any, claimed: Any) -> None:
        findings.same("summary", what, found, claimed)

    phases = Counter(phase for phase, _, _, _ in judge.sales)
    claim("warned", judge.warned, summary["warned"])
    claim("topped up", judge.topped_up, summary["topped_up"])
    claim("redeemed", judge.reclaimed["redeemed"], summary["redeemed"])
    claim("recovered", judge.reclaimed["recovered"], summary["recovered"])
    claim("sold by phase", {phase: phases[phase] for phase in summary["sold"]}, summary["sold"])
    claim("discounts", [bps for _, bps, _, _ in judge.sales], summary["discount_bps"])
    claim("healthy liquidated", judge.healthy, summary["healthy_liquidated"])
    claim("bad debt", str(sum(loss[0] for loss in judge.losses)), summary["bad_debt"]["recognised"])
    claim("floating bad debt", str(floating), summary["bad_debt"]["floating"])
    for index, bearer in enumerate(("reserve", "cover", "suppliers"), start=1):
        borne = str(sum(loss[index] for loss in judge.losses))
        claim(f"loss borne by {bearer}", borne, summary["loss_by_bearer"][bearer])
    changes = {row["party"]: row["change"] for row in summary["parties"]}
    for name, worth in end.items():
        claim(f"change of {name}", str(worth - start[name]), changes[name])
    net = sum(int(row["events"]) for row in summary["parties"])
    claim("net sum", str(net), summary["net_sum"])
    claim("net sum is zero", 0, net)
