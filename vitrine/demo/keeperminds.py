"""Two competing keepers: the project's own liquidator decides, the demo gives it eyes and a wallet."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from vitrine.chain.contract import Contract
from vitrine.demo import moves
from vitrine.demo.views import Move, Snapshot
from vitrine.keepers.actions import Action, Contracts, to_call
from vitrine.keepers.decide import Params, decide
from vitrine.keepers.exits import Exiting
from vitrine.keepers.snapshot import Snapshot as KeeperSnapshot

NEXT_BLOCK: Final = 12
_CLAIMS: Final = 0.02


@dataclass(slots=True)
class KeeperMind:
    """One keeper: the same rules as the other, at other moments."""

    name: str
    address: str
    contracts: Contracts
    rng: np.random.Generator
    params: Params = field(default_factory=lambda: Params(exiting=Exiting()))
    taker: Contract | None = None
    doubtful: int = 0

    def decide(self, see: Snapshot, market: KeeperSnapshot) -> list[Move]:
        """What the liquidator would send so that it lands in the next block, most urgent first."""
        decision = decide(market, self.params, see.at + NEXT_BLOCK)
        self.doubtful += decision.doubtful
        sent = [self._move(action) for action in decision.actions]
        if see.credits.get(self.name, 0) and self.rng.random() < _CLAIMS:
            sent.append(moves.claim(self.name))
        return sent

    def _move(self, action: Action) -> Move:
        call = to_call(action, self.contracts, self.address, self.taker)
        return Move(self.name, "keeper", call.function.name, (call,))
