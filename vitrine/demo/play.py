"""The main job, start to end: stage, play, settle, summarise, report, audit."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vitrine.chain.client import Chain
from vitrine.demo.appraise import fit_all, units_of
from vitrine.demo.archive import REPORT, SUMMARY, Archive
from vitrine.demo.audit import AuditReport, audit
from vitrine.demo.books import Books, read_books, reconcile
from vitrine.demo.cast import Cast, make_cast
from vitrine.demo.depthrule import depth_held
from vitrine.demo.exiteyes import ExitEyes
from vitrine.demo.governance import Governor
from vitrine.demo.ledger import Ledger
from vitrine.demo.losses import find_losses
from vitrine.demo.marketdesk import MarketDesk
from vitrine.demo.marketminds import MarketMinds, make_market_minds
from vitrine.demo.marketstage import signers, with_order_book
from vitrine.demo.minds import make_minds
from vitrine.demo.posting import Poster
from vitrine.demo.record import Record
from vitrine.demo.rejects import find_rejects
from vitrine.demo.report import render
from vitrine.demo.reporters import make_bench
from vitrine.demo.run import Run
from vitrine.demo.scenario import Scenario
from vitrine.demo.stage import DECIMALS, ROLES, Stage, set_stage
from vitrine.demo.summary import Outcome, make_summary
from vitrine.demo.venues import MarketStats
from vitrine.demo.views import Piece
from vitrine.demo.worth import Worth
from vitrine.deploy.params import RoyaltyParams
from vitrine.keepers.reports import Feed
from vitrine.node import Node
from vitrine.pricing import Multipliers
from vitrine.registry import Artifacts, Records
from vitrine.units import BPS, FLOOR_PIECE

Listener = Callable[[str, int, int, Record | None], None]
"""Told which part runs, how far it is, of how much, and the record so far."""


def silent(_part: str, _done: int, _of: int, _record: Record | None) -> None:
    return


@dataclass(slots=True)
class Played:
    """A finished run whose node still lives."""

    stage: Stage
    run: Run
    outcome: Outcome
    summary: dict[str, Any]
    report: Path | None = None
    audited: AuditReport | None = None


@dataclass(slots=True)
class Clock:
    """Seconds per part."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        begun = time.monotonic()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.monotonic() - begun


@dataclass(slots=True)
class Production:
    """A scenario ready to be played."""

    scenario: Scenario
    artifacts: Artifacts
    records: Records
    listener: Listener = silent
    clock: Clock = field(default_factory=Clock)
    multipliers: dict[str, Multipliers] = field(init=False)
    cast: Cast = field(init=False)
    pieces: list[Piece] = field(init=False)
    """All there are."""
    units: dict[Piece, int] = field(init=False)
    """Of those that may be pledged, in hundredths of a floor piece."""

    def __post_init__(self) -> None:
        with self.clock.part("scenario"):
            self.multipliers = fit_all(self.scenario)
            self.cast = make_cast(self.scenario, DECIMALS)
            self.pieces = sorted(self.cast.pieces())
            self.units = units_of(self.cast.pledged(), self.multipliers)

    def stage(self, port: int = 0) -> Stage:
        """A node with the deployment and everybody in place."""
        with self.clock.part("deployment"):
            return set_stage(
                self.scenario,
                self.cast,
                self.units,
                self.artifacts,
                self.records,
                port=port,
                progress=lambda step: self.listener(f"deploy: {step}", 0, 0, None),
            )

    def play(self, stage: Stage) -> Played:
        """All ticks, then the books."""
        scenario, world = self.scenario, stage.world
        record = Record(world.names)
        start_block, standing = stage.chain.block_number(), deepcopy(world.mirror.custody)
        ltv_bps = {item.name: item.tier.ltv_bps for item in stage.params.collections}
        traders = self._market_minds(stage, ltv_bps)
        eyes = ExitEyes(stage.chain, traders.desk, traders.book)
        world.eyes, world.gas_units = eyes.offers, eyes.gas_units(scenario.usd[0], world.decimals)
        run = Run(
            scenario,
            self.cast,
            world,
            make_bench(scenario, self.multipliers, self._feeds(stage)),
            self.poster(stage),
            make_minds(
                self.cast,
                scenario.seed,
                world,
                ltv_bps,
                self.units,
            ),
            traders,
            self._governor(stage, traders.desk),
            record,
            lambda tick, seen: self.listener("play", tick, scenario.ticks, seen),
        )
        with self.clock.part("play"):
            run.play()
            last = run.settle_books()
        with self.clock.part("books"):
            mids = {key: price.mid for key, price in last.prices.items()}
            worth = Worth(record.ticks, mids, self.units)
            end_block, custody = stage.chain.block_number(), world.mirror.custody
            start: Books = read_books(world, self.pieces, start_block, standing)
            end = read_books(world, self.pieces, end_block, custody)
            ledger = Ledger(world.names, worth.at, worth.last).read(record.log)
            values = {piece: worth.last(piece) for piece in self.pieces}
            rows = reconcile(ledger, ledger.close(), start, end, values)
            rejects = find_rejects(scenario, self.multipliers)
            policies = {item.name: _owed_bps(item.royalty) for item in stage.params.collections}
            stats = MarketStats(world.names, traders.desk.curve_at, policies)
            stats.read(record.log, record.sold)
            ceilings = {
                item.name: item.tier.credit_cap_pieces * FLOOR_PIECE for item in stage.params.collections
            }
            held = depth_held(record.log, record.ticks, world.names, ceilings)
        outcome = Outcome(
            scenario=scenario,
            record=record,
            last=last,
            reconciled=rows,
            losses=find_losses(record.log, world.names, start.reserve),
            rejects=rejects,
            liar=run.bench.liar,
            tx_sent=world.tx_sent,
            tx_failed=world.tx_failed,
            seconds=self.clock.seconds,
            decimals=world.decimals,
            start_block=start_block,
            markets=stats,
            depth_held=held,
            thin_pools=sum(1 for pool in custody.pools.values() if pool.cash < 0),
        )
        return Played(stage, run, outcome, make_summary(outcome))

    def publish(self, played: Played, archive: Archive) -> Played:
        """Report, files, audit by another path; the summary last, when its seconds are known."""
        stage = played.stage
        archive.keep_world(
            stage.deployment, stage.world.names.parties, played.outcome.start_block, self.units
        )
        with self.clock.part("audit"):
            self.listener("audit", 0, 0, None)
            _, names = archive.world()
            played.audited = audit(stage.chain, stage.deployment, self.artifacts, names, played.summary)
            archive.keep_node(stage.chain)
        with self.clock.part("report"):
            self.listener("report", 0, 0, None)
            played.summary = make_summary(played.outcome, played.audited)
            played.report = archive.write(REPORT, render(played.outcome, played.summary).encode())
        played.summary = make_summary(played.outcome, played.audited)
        archive.write_json(SUMMARY, played.summary)
        return played

    def poster(self, stage: Stage) -> Poster:
        """Who carries rounds on this stage."""
        return Poster(
            stage.world,
            stage.contracts["SignedFloorFeed"],
            stage.contracts["eth-usd"],
            stage.reporters,
            stage.chain.accounts()[0],
        )

    def _governor(self, stage: Stage, desk: MarketDesk) -> Governor:
        book, oracle = stage.contracts["TierBook"], stage.contracts["FloorOracle"]
        home, ticks = stage.chain.accounts()[1], self.scenario.ticks
        return Governor(stage.world, desk, book, oracle, self.artifacts, home, self.cast.keepers[1], ticks)

    def _market_minds(self, stage: Stage, ltv_bps: Mapping[str, int]) -> MarketMinds:
        names, cast = self.cast.names(), self.cast.markets
        keys = signers(names, [*cast.listers, *cast.bidders], ROLES)
        return make_market_minds(self.scenario, cast, stage.world, keys, ltv_bps)

    def _feeds(self, stage: Stage) -> dict[str, Feed]:
        return {
            item.name: Feed(item.feed_id or 0, item.address, 0, 0) for item in stage.deployment.collections
        }


def _owed_bps(royalty: RoyaltyParams) -> int:
    """What liquidations pay of a royalty."""
    return {"full": BPS, "reduced": royalty.reduced_bps, "waived": 0}[royalty.policy]


def check_archive(archive: Archive, artifacts: Artifacts) -> AuditReport:
    """Audits a kept run: its node state in a fresh node, its events, its summary."""
    summary = archive.read_json(SUMMARY)
    deployment, names = archive.world()
    with Node.start(history=False) as node:
        chain = Chain(node.url, with_order_book(artifacts))
        archive.load_node(chain)
        return audit(chain, deployment, artifacts, names, summary)
