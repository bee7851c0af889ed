"""Readings of exit depth and the paced level, rebuilt from events and held against the lens."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from vitrine.chain.abibook import Event
from vitrine.chain.client import Chain
from vitrine.chain.contract import Contract
from vitrine.demo.audit.findings import Findings
from vitrine.demo.audit.rebuilt import Rebuilt
from vitrine.models.depth import MAX_UNITS, Gauge
from vitrine.units import WAD


@dataclass(slots=True)
class RebuiltDepth:
    """What the lens remembers of each collection."""

    state: Rebuilt
    findings: Findings
    gauges: dict[str, Gauge] = field(default_factory=lambda: defaultdict(Gauge))

    def apply(self, event: Event, now: int) -> None:
        """Takes in one reading; what the event says of it must be what the model says."""
        if event.name != "DepthRead":
            return
        gauge = self.gauges[event.collection]
        fresh = gauge.poke(event.units, self._ceiling(event.collection), now)
        readings, lowest = gauge.recall(now)
        expected = (lowest, readings, gauge.level_wad, fresh)
        found = (event.lowest, event.readings, event.levelWad, event.fresh)
        self.findings.same("depth", f"reading of {event.collection} at {now}", expected, found)

    def compare(self, chain: Chain, lens: Contract, now: int) -> None:
        """What the lens answers at the end: its gauge, and a cap within the rule."""
        for collection, gauge in self.gauges.items():
            told, cap = chain.read_many([lens.gaugeOf(collection), lens.depthUnits(collection)])
            readings, lowest = gauge.recall(now)
            ceiling = self._ceiling(collection)
            expected = (readings, lowest, gauge.level_wad // WAD, gauge.level_at)
            self.findings.same("depth", f"gauge of {collection}", expected, tuple(told))
            most = gauge.cap(MAX_UNITS, ceiling, now)
            self.findings.holds("depth", f"the cap of {collection} exceeds its rule", cap <= most)

    def _ceiling(self, collection: str) -> int:
        return self.state.tiers[self.state.places.index(collection)].credit_cap_units
