"""The same world, left running: the node lives on, reporters post, both keepers keep their rounds."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final, Protocol

from vitrine.chain.client import Chain
from vitrine.demo.days import crash_of_2022
from vitrine.demo.play import DECIMALS, Listener, Production, silent
from vitrine.demo.posting import Poster
from vitrine.demo.reporters import Report
from vitrine.demo.scenario import Scenario, made_scenario
from vitrine.demo.stage import Stage
from vitrine.errors import ChainError, VitrineError
from vitrine.keepers.liquidator import DeskHoldings, Liquidator
from vitrine.keepers.sender import Spending
from vitrine.models.reports import ReportItem
from vitrine.node import Node
from vitrine.registry import Records, artifacts
from vitrine.sdk.facade import Vitrine
from vitrine.settings import settings
from vitrine.units import ETH

_PACE: Final = 2.0
"""Seconds between two looks at the clock."""
_KEEPERS_EVERY: Final = 3
"""Looks between two rounds of the keepers."""


class Until(Protocol):
    """Set when the devnet has to end."""

    def wait(self, timeout: float) -> bool: ...


@dataclass(slots=True)
class Upkeep:
    """What goes on after the last tick: the last prices stand, everything else is live."""

    stage: Stage
    poster: Poster
    reports: list[Report]
    keepers: list[Liquidator]
    usd: int
    complaints: list[str] = field(default_factory=list)
    _slot: int = 0

    def round(self, number: int) -> None:
        """Posts a round when a slot begins; lets the keepers look now and then."""
        chain = self.stage.chain
        slots = self.stage.params.feed.slot
        now = chain.now()
        if now // slots != self._slot:
            self._slot = now // slots
            self.poster.post(self._slot * slots, self.reports, self.usd, now + 1)
        if number % _KEEPERS_EVERY == 0:
            for keeper in self.keepers:
                keeper.step()
            chain.rpc.call("evm_mine")


def run_devnet(
    *,
    seed: int,
    port: int,
    ready: Callable[[Node, Chain], None],
    until: threading.Event,
    listener: Listener = silent,
    scenario: Scenario | None = None,
) -> None:
    """Plays the crash on a node of its own and keeps it running until told to stop; leaves nothing behind."""
    own, known = settings(), artifacts()
    script = scenario or made_scenario(
        crash_of_2022(), seed, name="crash of spring 2022", source="crash_2022.csv"
    )
    records = Records(own.deployments(31337))
    production = Production(script, known, records, listener)
    stage = production.stage(port)
    try:
        production.play(stage)
        upkeep = _upkeep(stage, production)
        ready(stage.node, stage.chain)
        _keep(upkeep, until)
    except KeyboardInterrupt:
        return
    finally:
        own.devnet_file.unlink(missing_ok=True)
        records.remove(stage.deployment)
        stage.node.stop()


def _keep(upkeep: Upkeep, until: Until) -> None:
    number = 0
    while not until.wait(_PACE):
        if not upkeep.stage.node.alive:
            raise ChainError("The local chain ended", "Start it again")
        try:
            upkeep.round(number)
        except VitrineError as error:  # somebody at work on the chain: said once, tried again
            if str(error) not in upkeep.complaints:
                upkeep.complaints.append(str(error))
        number += 1


def _upkeep(stage: Stage, production: Production) -> Upkeep:
    """Reports that repeat the last floor, and one liquidator per keeper of the cast."""
    script = production.scenario
    words = [
        ReportItem.from_wei(
            item.feed_id or 0,
            spot=script.collections[item.name].floors[-1],
            sale=script.collections[item.name].floors[-1],
            depth=script.collections[item.name].floors[-1] * 95 // 100,
            observed_at=0,
            slot_at=0,
        ).word
        for item in stage.deployment.collections
    ]
    reports = [Report(number, "honest", tuple(words)) for number in range(len(stage.reporters))]
    access = Chain(stage.node.url, production.artifacts.book)
    vitrine = Vitrine(access, stage.deployment, production.artifacts)
    market = vitrine.market
    per_unit = Fraction(ETH * 10**8, script.usd[-1] * 10**DECIMALS)
    keepers = [
        Liquidator(
            access,
            market,
            market.lens,
            DeskHoldings(vitrine.desk),
            stage.world.names.parties[name],
            Spending(wei_per_unit=per_unit),
        )
        for name in production.cast.keepers
    ]
    poster = production.poster(stage)
    return Upkeep(stage, poster, reports, keepers, script.usd[-1])
