"""`vitrine devnet`"""

from __future__ import annotations

import json
import os
import signal
import threading
from typing import TYPE_CHECKING

import click

from vitrine.cli.output import emit, facts

if TYPE_CHECKING:
    from collections.abc import Callable

    from vitrine.chain.client import Chain
    from vitrine.node import Node
    from vitrine.sdk.facade import Vitrine


@click.command("devnet", short_help="A local chain with everything on it, until Ctrl-C.")
@click.option("--bare", is_flag=True, help="Only the contracts; accounts 10 to 19 get money and NFTs.")
@click.option("--port", type=click.IntRange(0, 65_535), default=0, help="0: the system chooses a free one.")
@click.option("--network", default="local", show_default=True, help="Parameters, as in `vitrine deploy`.")
@click.option("--seed", type=int, default=1, show_default=True, help="Seed of the world.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(bare: bool, port: int, network: str, seed: int, as_json: bool) -> None:
    """Start Anvil, deploy, and stay until Ctrl-C; other commands in this tree find it by themselves.

    Without --bare the world of the demo is built first, and keepers go on running.
    """
    from vitrine.errors import StateError
    from vitrine.sdk.session import running_devnet
    from vitrine.settings import settings

    own = settings()
    other = running_devnet(own)
    if other is not None:
        fact = f"A devnet of this tree runs already at {other['url']} (process {other['pid']})"
        raise StateError(fact, "Use it, or end it first")
    done = threading.Event()

    def ready(node: Node, chain: Chain) -> None:
        signal.signal(signal.SIGTERM, lambda _signal, _frame: done.set())
        _announce(node, chain, as_json)

    try:
        if bare:
            _bare(port, network, ready, done)
        else:
            from vitrine.cli.world import run_world

            run_world(seed, port, ready, done, quiet=as_json)
    finally:
        own.devnet_file.unlink(missing_ok=True)


def _bare(port: int, network: str, ready: Callable[[Node, Chain], None], done: threading.Event) -> None:
    from vitrine.chain.client import Chain
    from vitrine.deploy.run import deploy_local
    from vitrine.node import Node
    from vitrine.registry import Records, artifacts
    from vitrine.sdk.facade import Vitrine
    from vitrine.settings import settings

    own, known = settings(), artifacts()
    with Node.start(port=port) as node:
        chain = Chain(node.url, known.book)
        record = deploy_local(chain, network)
        _hand_out(Vitrine(chain, record, known))
        try:
            ready(node, chain)
            _wait(done, node)
        finally:
            Records(own.deployments(chain.chain_id)).remove(record)


def _hand_out(vitrine: Vitrine) -> None:
    """Accounts 10 to 19 get money and NFTs of every mock: tokens 100 to 104 for account 10, and so on."""
    chain, contracts = vitrine.chain, vitrine.deployment.contracts
    for number, account in enumerate(chain.accounts()[10:20], start=10):
        if "asset" in contracts:
            assets = 1_000_000 * 10**vitrine.money.decimals
            chain.send(vitrine.contract("asset").call("mint", account, assets), account)
        for item in vitrine.deployment.collections:
            if item.name in contracts:
                chain.send(vitrine.contract(item.name).call("mintBatch", account, number * 10, 5), account)


def _wait(done: threading.Event, node: Node) -> None:
    from vitrine.errors import ChainError

    try:
        while not done.wait(0.5):
            if not node.alive:
                raise ChainError("The local chain ended", "Start it again")
    except KeyboardInterrupt:
        return


def _announce(node: Node, chain: Chain, as_json: bool) -> None:
    """Tells where the chain is, to people and to other commands of this tree."""
    from vitrine.settings import settings

    own = settings()
    payload = {"url": node.url, "pid": os.getpid(), "chain_id": chain.chain_id, "genesis": chain.genesis}
    own.state.mkdir(parents=True, exist_ok=True)
    own.devnet_file.write_text(json.dumps(payload) + "\n")
    rows = [("JSON-RPC", node.url), ("chain id", chain.chain_id), ("stop", "Ctrl-C")]
    emit(as_json, payload, lambda: facts("Devnet", rows))
