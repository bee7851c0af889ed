"""Keepers as Silverback bots: `silverback run vitrine.keepers.bots:liquidator --network …`, or `:depth`.

Silverback brings the events; deciding, simulating and sending are the plain loop's. The node, the deployment
and the sender come from the settings (`VITRINE_RPC_URL`, `VITRINE_SENDER`, `VITRINE_PRIVATE_KEY`), which must
name the chain that Silverback is connected to. A bot is made when its name is looked up: it needs a network.
"""

from __future__ import annotations

import logging
from typing import Any

from vitrine.errors import VitrineError
from vitrine.keepers.build import depth_keeper_of, liquidator_of
from vitrine.keepers.depth import DepthKeeper
from vitrine.keepers.liquidator import Liquidator
from vitrine.sdk.session import choose_sender, connect

log = logging.getLogger("vitrine.keepers")


def on_block(keeper: Liquidator) -> dict[str, float]:
    """One round of a keeper; what went wrong is logged and tried again with the next block."""
    try:
        decision = keeper.step()
    except VitrineError as error:
        keeper.metrics.add("errors", reason=type(error).__name__)
        log.warning("round failed, trying again: %s", error)
        return {"errors": keeper.metrics.total("errors")}
    return {
        "actions": float(len(decision.actions)),
        "liquidatable": float(decision.liquidatable),
        "warnable": float(decision.warnable),
        "errors": keeper.metrics.total("errors"),
    }


def on_depth_block(keeper: DepthKeeper) -> dict[str, float]:
    """The same for the keeper of readings."""
    try:
        due = float(len(keeper.step()))
    except VitrineError as error:
        keeper.metrics.add("errors", reason=type(error).__name__)
        log.warning("round failed, trying again: %s", error)
        due = 0.0
    return {"actions": due, "errors": keeper.metrics.total("errors")}


def make_liquidator() -> Any:
    """A Silverback bot that runs one round per block."""
    from ape import chain
    from silverback import SilverbackBot

    bot = SilverbackBot()
    vitrine = connect()
    keeper = liquidator_of(vitrine, choose_sender(vitrine.chain))

    def each_block(_block: Any) -> dict[str, float]:
        return on_block(keeper)

    bot.on_(chain.blocks)(each_block)
    return bot


def make_depth() -> Any:
    """A Silverback bot that takes readings."""
    from ape import chain
    from silverback import SilverbackBot

    bot = SilverbackBot()
    vitrine = connect()
    keeper = depth_keeper_of(vitrine, choose_sender(vitrine.chain))

    def each_block(_block: Any) -> dict[str, float]:
        return on_depth_block(keeper)

    bot.on_(chain.blocks)(each_block)
    return bot


def __getattr__(name: str) -> Any:
    if name == "liquidator":
        return make_liquidator()
    if name == "depth":
        return make_depth()
    raise AttributeError(name)
