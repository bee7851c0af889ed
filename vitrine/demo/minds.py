"""All actors of a run, and the order in which they get to speak."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from vitrine.demo.borrowers import BorrowerMind
from vitrine.demo.bridge import stream
from vitrine.demo.cast import Cast
from vitrine.demo.keeperminds import KeeperMind
from vitrine.demo.traders import SupplierMind, TakerMind
from vitrine.demo.views import Move, Piece, Snapshot
from vitrine.demo.world import Outcome, World
from vitrine.keepers.snapshot import Snapshot as KeeperSnapshot


@dataclass(slots=True)
class Minds:
    """Everybody who decides."""

    suppliers: dict[str, SupplierMind]
    borrowers: dict[str, BorrowerMind]
    takers: dict[str, TakerMind]
    keepers: dict[str, KeeperMind]
    rng: np.random.Generator
    _spoken: list[str] = field(default_factory=list)

    def decide(self, see: Snapshot, market: KeeperSnapshot, tick: int) -> list[Move]:
        """Moves of one block. Keepers and takers race: who comes first is drawn anew each time."""
        moves: list[Move] = []
        for supplier in self.suppliers.values():
            moves += supplier.decide(see, tick)
        for borrower in self.borrowers.values():
            moves += borrower.decide(see, tick)
        racers = [*self.takers, *self.keepers]
        for index in self.rng.permutation(len(racers)):
            name = racers[int(index)]
            if name in self.takers:
                moves += self.takers[name].decide(see)
            elif self.rng.random() < 0.8:
                moves += self.keepers[name].decide(see, market)
        return moves

    def hear(self, outcomes: list[Outcome]) -> None:
        """Memory follows what the chain did."""
        for outcome in outcomes:
            actor = outcome.move.actor
            if actor in self.borrowers:
                spent = sum(event.assets + event.fine for event in outcome.events if event.name == "Repaid")
                self.borrowers[actor].hear_outcome(outcome.move, outcome.ok, spent)
            elif actor in self.suppliers:
                self.suppliers[actor].hear_outcome(outcome.move, outcome.ok)


def make_minds(
    cast: Cast, seed: int, world: World, ltv_bps: Mapping[str, int], units: Mapping[Piece, int]
) -> Minds:
    """Minds with an own stream of randomness each."""
    markets = world.contracts.markets
    taker = None if markets is None else markets.exits["taker"]
    return Minds(
        {p.name: SupplierMind(p, stream(seed, p.name)) for p in cast.suppliers},
        {p.name: BorrowerMind(p, ltv_bps, units, stream(seed, p.name)) for p in cast.borrowers},
        {p.name: TakerMind(p, seed, stream(seed, p.name)) for p in cast.takers},
        {
            name: KeeperMind(
                name, world.names.parties[name], world.contracts, stream(seed, name), taker=taker
            )
            for name in cast.keepers
        },
        stream(seed, "order"),
    )
