"""One pass over all events, then the comparisons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vitrine.chain.abibook import Event
from vitrine.chain.client import Chain
from vitrine.chain.contract import Contract
from vitrine.demo.audit.claims import compare_claims, compare_markets_claims, wealth
from vitrine.demo.audit.compare import compare
from vitrine.demo.audit.compare_markets import compare_markets
from vitrine.demo.audit.depth import RebuiltDepth
from vitrine.demo.audit.findings import Findings
from vitrine.demo.audit.judge import Judge
from vitrine.demo.audit.markets import RebuiltMarkets
from vitrine.demo.audit.poolpast import PoolPasts
from vitrine.demo.audit.prices import LoggedPrices
from vitrine.demo.audit.rebuilt import Rebuilt
from vitrine.models.floor_feed import SignedFloorFeedModel
from vitrine.models.oracle import AggregatorTerms
from vitrine.models.wad import debt_to_assets_up
from vitrine.registry import Artifacts, Deployment


@dataclass(frozen=True, slots=True)
class AuditReport:
    """What was compared and what differed."""

    blocks: int
    events: int
    compared: dict[str, int]
    differences: list[str]

    @property
    def ok(self) -> bool:
        return not self.differences

    @property
    def items(self) -> int:
        return sum(self.compared.values())


def audit(
    chain: Chain,
    deployment: Deployment,
    artifacts: Artifacts,
    world: Mapping[str, Any],
    summary: Mapping[str, Any],
) -> AuditReport:
    """Audits the deployment on the node behind `chain` against its own events and the summary of the run.

    `world` names the parties, the block before the first tick and the appraised units.
    """
    contracts = {
        name: Contract(record.address, artifacts.interface(record.artifact))
        for name, record in deployment.contracts.items()
    }
    collections = {item.address: contracts[item.name] for item in deployment.collections}
    state = Rebuilt(
        contracts["asset"].address, contracts["LendingVault"].address, contracts["CreditDesk"].address
    )
    prices = _prices(chain, contracts, deployment)
    findings = Findings()
    markets = RebuiltMarkets(findings, exits=_exits(contracts))
    judge = Judge(state, prices, findings)
    events = chain.logs(0)
    times = _times(chain, sorted({event.block for event in events}))
    pasts = PoolPasts(contracts["ConstantProductCurve"].address, findings, _feeds(chain, artifacts, events))
    prices.pool_average = pasts.average
    depth = RebuiltDepth(state, findings)
    known = {contract.address for contract in contracts.values()} | set(pasts.windows)
    start_block, last = int(world["start_block"]), chain.block_number()
    now = chain.now()
    mids = {contracts[name].address: int(mid) for name, mid in summary["end"]["mid"].items()}
    units = {
        (contracts[name].address, int(token_id)): int(count)
        for name, by_token in world["units"].items()
        for token_id, count in by_token.items()
    }
    start = None
    for event in events:
        if start is None and event.block > start_block:
            start = wealth(state, markets, world["parties"], mids, units)
        if event.address not in known and event.address not in markets.pools:
            continue
        judge.look(event, times[event.block])
        state.apply(event)
        markets.apply(event)
        pasts.apply(event, times[event.block])
        depth.apply(event, times[event.block])
        prices.apply(event)
    findings.holds("events", "the run has events", start is not None)
    compare(chain, contracts, collections, state, prices, findings, now)
    floating = max(
        debt_to_assets_up(state.marked[0], state.debt_assets, state.debt_share_total) - state.marked[1], 0
    )
    end = wealth(state, markets, world["parties"], mids, units)
    compare_markets(chain, contracts, artifacts.interface("NFTPool"), markets, state, findings)
    for address, mid in mids.items():
        findings.same("summary", f"last mid of {address}", prices.quote(address, now).mid, mid)
    depth.compare(chain, contracts["DepthLens"], now)
    compare_markets_claims(summary, markets, findings)
    compare_claims(summary, judge, start or end, end, floating if state.marked[0] else 0, findings)
    return AuditReport(last, len(events), dict(findings.compared), findings.differences)


def _feeds(chain: Chain, artifacts: Artifacts, events: Sequence[Event]) -> dict[str, tuple[str, int]]:
    """Pool and window of every feed that was set."""
    interface = artifacts.interface("PoolTwapFeed")
    feeds = {event.feed: Contract(event.feed, interface) for event in events if event.name == "PoolFeedSet"}
    return {address: tuple(chain.read_many([feed.pool(), feed.window()])) for address, feed in feeds.items()}


def _exits(contracts: Mapping[str, Contract]) -> dict[str, str]:
    names = {
        "PoolExit": "pool",
        "PoolTaker": "pool",
        "SeaportBidExit": "order",
        "StandingBids": "bid",
    }
    return {contracts[name].address: kind for name, kind in names.items() if name in contracts}


def _prices(chain: Chain, contracts: Mapping[str, Contract], deployment: Deployment) -> LoggedPrices:
    feed, oracle = contracts["SignedFloorFeed"], contracts["FloorOracle"]
    slot, half_life, quorum, terms = chain.read_many(
        [feed.slotSeconds(), feed.halfLife(), feed.quorum(), oracle.rateTerms()]
    )
    model = SignedFloorFeedModel(slot, half_life, quorum)
    decimals = deployment.asset.decimals if deployment.asset else 6
    return LoggedPrices(model, AggregatorTerms(8, terms.heartbeat, terms.minWad, terms.maxWad), decimals)


def _times(chain: Chain, blocks: list[int]) -> dict[int, int]:
    answers = chain.rpc.batch([("eth_getBlockByNumber", [hex(number), False]) for number in blocks])
    return {number: int(answer["timestamp"], 16) for number, answer in zip(blocks, answers, strict=True)}
