"""What came of a run, as `summary.json` states it: amounts in asset units as text, counts as numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from vitrine.demo.audit.run import AuditReport
from vitrine.demo.books import Reconciled
from vitrine.demo.losses import Loss
from vitrine.demo.record import AuctionStory, Record
from vitrine.demo.rejects import Rejects
from vitrine.demo.reporters import LiarRecord
from vitrine.demo.scenario import Scenario
from vitrine.demo.venues import MarketStats
from vitrine.demo.views import PHASES, STATES, Snapshot

VERSION: Final = 1
_LEAST: Final = 3
_BAND: Final = (500, 1_500)


@dataclass(frozen=True, slots=True)
class Outcome:
    """Everything a summary is made of."""

    scenario: Scenario
    record: Record
    last: Snapshot
    reconciled: Sequence[Reconciled]
    losses: Sequence[Loss]
    rejects: Rejects
    liar: LiarRecord
    tx_sent: int
    tx_failed: Mapping[str, int]
    seconds: Mapping[str, float]
    decimals: int
    start_block: int
    markets: MarketStats
    depth_held: bool
    """The measured cap never exceeded its rule."""
    thin_pools: int
    """Pools that owe more than they hold."""

    @property
    def sold(self) -> list[AuctionStory]:
        """By their sales."""
        return self.record.sold

    @property
    def net_sum(self) -> int:
        """Profit and loss of everybody, as the events state it."""
        return sum(row.events for row in self.reconciled)


def make_summary(outcome: Outcome, audited: AuditReport | None = None) -> dict[str, Any]:
    """The summary; `checks` says which promises of a run hold, `audit` what the other path found."""
    scenario, record, rejects = outcome.scenario, outcome.record, outcome.rejects
    counts = record.counts
    sold = outcome.sold
    phases = Counter(story.phase for story in sold)
    losses = outcome.losses
    states = {
        key: Counter(STATES[row.prices[key].state] for row in record.ticks) for key in scenario.collections
    }
    summary: dict[str, Any] = {
        "version": VERSION,
        "scenario": scenario.name,
        "source": scenario.source,
        "seed": scenario.seed,
        "ticks": scenario.ticks,
        "from": scenario.times[0],
        "to": scenario.times[-1],
        "decimals": outcome.decimals,
        "seconds": round(sum(outcome.seconds.values()), 1),
        "seconds_by_part": {name: round(value, 1) for name, value in outcome.seconds.items()},
        "tx_sent": outcome.tx_sent,
        "tx_refused": dict(sorted(outcome.tx_failed.items())),
        "warned": counts["warned"],
        "topped_up": counts["topped_up"],
        "redeemed": counts["redeemed"],
        "recovered": counts["recovered"],
        "restarted": counts["restarted"],
        "liquidations": counts["liquidations"],
        "auctions": counts["auctions"],
        "sold": {phase.lower(): phases[phase.lower()] for phase in PHASES[1:]},
        "discount_bps": [story.discount_bps for story in sold],
        "sales": [_sale(story) for story in sold],
        "bad_debt": {
            "recognised": str(sum(loss.loss for loss in losses)),
            "floating": str(outcome.last.vault.floating),
        },
        "loss_by_bearer": {
            "reserve": str(sum(loss.by_reserve for loss in losses)),
            "cover": str(sum(loss.by_cover for loss in losses)),
            "suppliers": str(sum(loss.by_suppliers for loss in losses)),
        },
        "losses": [_texts(asdict(loss) | {"in_order": loss.in_order}) for loss in losses],
        "net_sum": str(outcome.net_sum),
        "parties": [_party(row) for row in outcome.reconciled],
        "healthy_liquidated": counts["healthy_liquidated"],
        "oracle_rejects": rejects.by_reason,
        "planted": rejects.planted,
        "planted_missed": rejects.missed,
        "oracle_states": {key: dict(found) for key, found in states.items()},
        "oracle_clamped": sum(1 for logged in record.log if logged.event.name == "SpotClamped"),
        "liar": asdict(outcome.liar),
        "markets": outcome.markets.told(),
        "depth": _depth(outcome),
        "end": _end(outcome.last),
    }
    summary["checks"] = checks(outcome)
    if audited is not None:
        summary["checks"]["the audit finds no difference"] = audited.ok
        summary["audit"] = {
            "compared": audited.compared,
            "items": audited.items,
            "events": audited.events,
            "blocks": audited.blocks,
            "differences": audited.differences,
        }
    return summary


def checks(outcome: Outcome) -> dict[str, bool]:
    """The promises a run has to keep; on the crash of 2022 also that enough happens."""
    always = {
        "losses borne in the published order": all(loss.in_order for loss in outcome.losses),
        "no healthy account liquidated": outcome.record.counts["healthy_liquidated"] == 0,
        "profit and loss sum to zero": outcome.net_sum == 0,
        "every line is what the chain shows": all(row.difference == 0 for row in outcome.reconciled),
        "the liar moved the median by less than the honest spread": outcome.liar.held,
        "everything planted was rejected": not outcome.rejects.missed,
        "royalties paid never exceed what is due": outcome.markets.overpaid == 0,
        "royalties not paid were forgiven by a policy": outcome.markets.unexplained == 0,
        "no pool owes more than it holds": outcome.thin_pools == 0,
        "the measured credit cap never exceeds its rule": outcome.depth_held,
    }
    return always | _happenings(outcome) if outcome.scenario.eventful else always


def _happenings(outcome: Outcome) -> dict[str, bool]:
    counts, sold = outcome.record.counts, outcome.sold
    band = [s for s in sold if s.phase == "band" and _BAND[0] <= s.discount_bps <= _BAND[1]]
    return {
        "at least 3 warned": counts["warned"] >= _LEAST,
        "at least 3 topped up": counts["topped_up"] >= _LEAST,
        "at least 3 redeemed": counts["redeemed"] >= _LEAST,
        "at least 3 band sales at 5 to 15 % off": len(band) >= _LEAST,
        "an auction seen in each phase": {1, 2, 3} <= _phases_seen(outcome),
        "a distressed sale below debt": any(loss.distressed for loss in outcome.losses),
        "auctions ended in pools, orders, standing bids and with takers": all(
            way.sales for way in outcome.markets.ways.values()
        ),
        "a piece bought with a loan, and one sold to repay": bool(
            outcome.markets.counts["bought_with_loan"] and outcome.markets.counts["sold_to_repay"]
        ),
    }


def _phases_seen(outcome: Outcome) -> set[int]:
    return {phase for story in outcome.record.auctions for _, _, _, phase in story.samples}


def _depth(outcome: Outcome) -> dict[str, Any]:
    """Where the measured caps went; units of 1/100 floor piece."""
    rows = outcome.record.ticks
    return {
        key: {
            "now": row.units,
            "cap": row.lens,
            "highest_cap": max(seen.depth[key].lens for seen in rows),
            "behind_debt": row.behind,
            "follows": row.follows,
        }
        for key, row in rows[-1].depth.items()
    }


def _sale(story: AuctionStory) -> dict[str, Any]:
    return {
        "at": story.ended,
        "collection": story.piece.key,
        "token_id": story.piece.token_id,
        "account": story.account,
        "venue": story.venue,
        "taker": story.taker,
        "phase": story.phase,
        "price": str(story.price),
        "reference": str(story.reference),
        "discount_bps": story.discount_bps,
        "repaid": str(story.repaid),
    }


def _party(row: Reconciled) -> dict[str, Any]:
    kinds = {kind: str(amount) for kind, amount in row.kinds.items() if amount}
    return {
        "party": row.party,
        "by_event": kinds,
        "events": str(row.events),
        "revaluation": str(row.revaluation),
        "change": str(row.change),
        "difference": str(row.difference),
    }


def _texts(values: Mapping[str, Any]) -> dict[str, Any]:
    """Amounts as text; times, names and flags as they are."""
    return {
        key: str(value) if isinstance(value, int) and not isinstance(value, bool) and key != "at" else value
        for key, value in values.items()
    }


def _end(see: Snapshot) -> dict[str, Any]:
    vault = see.vault
    return {
        "cash": str(vault.cash),
        "debt": str(vault.debt),
        "reserve": str(vault.reserve),
        "floating_bad_debt": str(vault.floating),
        "supply_assets": str(vault.supply_assets),
        "shares": str(vault.shares),
        "open_loans": sum(1 for loan in see.loans.values() if loan.debt),
        "open_auctions": len(see.lots),
        "mid": {key: str(price.mid) for key, price in see.prices.items()},
    }
