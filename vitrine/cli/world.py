"""The world of the demo, left running: reporters go on with the last prices, keepers watch."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Protocol

from vitrine.chain.client import Chain
from vitrine.cli.demo import play_progress
from vitrine.demo.play import Production
from vitrine.demo.scenario import crash_scenario
from vitrine.errors import ChainError, VitrineError
from vitrine.keepers.build import depth_keeper_of, liquidator_of
from vitrine.keepers.decide import Params
from vitrine.keepers.exits import Exiting
from vitrine.keepers.reporter import Reporter
from vitrine.keepers.reports import ChainSigner, MemoryMailbox
from vitrine.keepers.sender import Spending
from vitrine.models.floor_feed import Round
from vitrine.models.reports import PRICE_UNIT
from vitrine.node import Node
from vitrine.pricing import Valuation
from vitrine.registry import Records, artifacts
from vitrine.sdk.facade import Vitrine
from vitrine.settings import settings
from vitrine.units import ETH, HOUR

_PAUSE: Final = 2.0
_BLOCK_SECONDS: Final = 12
"""An idle chain stands still in time, and with it every slot of the reporters."""
_SPENDING: Final = Spending(wei_per_unit=Fraction(10**9), most_wei=ETH)


@dataclass(frozen=True, slots=True)
class Standing:
    """A market that stays as it was when the crash was over."""

    collection: str
    last: Round

    def value(self, as_of: int) -> Valuation:
        """The last round, observed now."""
        spot, sale, depth = (
            price * PRICE_UNIT for price in (self.last.spot, self.last.sale, self.last.depth)
        )
        return Valuation(
            self.collection, as_of, spot, sale or None, depth or None, 0, 10, self.last.confidence_bps, as_of
        )


class Tended(Protocol):
    """What a living world needs done again and again."""

    def step(self) -> object: ...


@dataclass(slots=True)
class Miner:
    """Mines a block now and then, so that time passes while nobody sends."""

    chain: Chain
    next_at: float = 0

    def step(self) -> None:
        if time.monotonic() >= self.next_at:
            self.chain.rpc.call("evm_mine")
            self.next_at = time.monotonic() + _BLOCK_SECONDS


@dataclass(slots=True)
class Dollar:
    """Keeps the mock ETH/USD aggregator alive at its last answer."""

    vitrine: Vitrine
    sender: str
    next_at: int = 0

    def step(self) -> None:
        now = self.vitrine.chain.now()
        if now >= self.next_at:
            mock = self.vitrine.contract("eth-usd")
            answer = self.vitrine.chain.read(mock.latestAnswer())
            self.vitrine.chain.send(mock.call("set(int256)", answer), self.sender)
            self.next_at = now + HOUR


def run_world(
    seed: int, port: int, ready: Callable[[Node, Chain], None], done: threading.Event, *, quiet: bool
) -> None:
    """Plays the crash, then keeps its chain alive until `done`."""
    scenario = crash_scenario(seed)
    known = artifacts()
    records = Records(settings().deployments(31337))
    with ExitStack() as stack:
        with ExitStack() as while_playing:
            listener = play_progress(while_playing, quiet=quiet)
            production = Production(scenario, known, records, listener)
            stage = production.stage(port)
            stack.callback(records.remove, stage.deployment)
            stack.callback(stage.node.stop)
            production.play(stage)
        vitrine = Vitrine(Chain(stage.node.url, known.book), stage.deployment, known)
        ready(stage.node, vitrine.chain)
        tend(stage.node, keepers_of(vitrine), done)


def keepers_of(vitrine: Vitrine) -> list[Tended]:
    """Who mines and keeps ETH/USD alive, every reporter of the node, a keeper of depth, a liquidator."""
    chain, feed = vitrine.chain, vitrine.oracle.feed
    words = chain.read_many([feed.roundAt(item.feed_id) for item in vitrine.deployment.collections])
    markets = {
        item.address: Standing(item.name, Round.from_word(int(word)))
        for item, word in zip(vitrine.deployment.collections, words, strict=True)
    }
    mailbox = MemoryMailbox()
    reporters: list[Tended] = [
        Reporter(
            chain, feed, chain.chain_id, ChainSigner(chain, feed.address, who), markets, mailbox, _SPENDING
        )
        for who in vitrine.oracle.reporters(chain.accounts())
    ]
    sender = chain.accounts()[0]
    watch = liquidator_of(vitrine, sender, params=Params(exiting=Exiting()), spending=_SPENDING)
    return [Miner(chain), Dollar(vitrine, sender), *reporters, depth_keeper_of(vitrine, sender), watch]


def tend(node: Node, keepers: Sequence[Tended], done: threading.Event, pause: float = _PAUSE) -> None:
    """Rounds until `done`; what a keeper cannot do now it tries again in the next one."""
    try:
        while not done.is_set():
            for keeper in keepers:
                try:
                    keeper.step()
                except VitrineError:
                    if not node.alive:
                        raise ChainError("The local chain ended", "Start it again") from None
            done.wait(pause)
    except KeyboardInterrupt:
        return
