"""Opening a deployment: which node, which chain, which record, who sends."""

from __future__ import annotations

import json
import os
from typing import Any

from vitrine.chain.client import Chain
from vitrine.chain.codec import checksum
from vitrine.errors import ChainError, ConfigError
from vitrine.registry import Artifacts, Records, artifacts
from vitrine.sdk.facade import Vitrine
from vitrine.settings import Settings
from vitrine.settings import settings as current_settings


def rpc_url(settings: Settings) -> str:
    """`--rpc`, `VITRINE_RPC_URL`, or the devnet that runs in this tree."""
    if settings.rpc_url:
        return settings.rpc_url
    running = running_devnet(settings)
    if running is None:
        fact = "No node is named and no devnet runs in this tree"
        raise ConfigError(fact, "Start one with `make devnet`, or give --rpc (or VITRINE_RPC_URL)")
    return str(running["url"])


def running_devnet(settings: Settings) -> dict[str, Any] | None:
    """What the devnet of this tree wrote about itself, when it is alive."""
    try:
        found: dict[str, Any] = json.loads(settings.devnet_file.read_text())
        os.kill(int(found["pid"]), 0)
    except (OSError, ValueError, KeyError):
        return None
    return found


def open_chain(settings: Settings | None = None, known: Artifacts | None = None) -> Chain:
    """A client for the node, after a look at its chain id."""
    chosen = settings or current_settings()
    signers = []
    if chosen.private_key is not None:
        from eth_account import Account

        try:
            signers = [Account.from_key(chosen.private_key.get_secret_value())]
        except Exception:  # noqa: BLE001 - whatever it is, the key must not be shown
            raise ConfigError("VITRINE_PRIVATE_KEY is not a private key", "Give 32 bytes in hex") from None
    book = (known or artifacts()).book
    chain = Chain(
        rpc_url(chosen), book, signers=signers, confirmations=chosen.confirmations, timeout=chosen.timeout
    )
    if chosen.chain_id is not None:
        chain.require(chosen.chain_id)
    return chain


def connect(settings: Settings | None = None) -> Vitrine:
    """Opens the deployment on the chain of the node."""
    chosen = settings or current_settings()
    known = artifacts(chosen.root)
    chain = open_chain(chosen, known)
    record = Records(chosen.deployments(chain.chain_id)).load(chain.chain_id, chain.genesis, chain.code)
    return Vitrine(chain, record, known)


def choose_sender(chain: Chain, settings: Settings | None = None, default: int = 0) -> str:
    """Who sends: `--sender` (address, or index into the accounts of the node), the key, or `default`."""
    chosen = settings or current_settings()
    accounts = chain.accounts()
    wanted = chosen.sender
    if wanted is None:
        if chosen.private_key is not None:
            return chain.signers[0]
        if not chain.local:
            fact = f"The node {chain.rpc.url} is not a local chain and no account is named"
            raise ConfigError(fact, "Set VITRINE_PRIVATE_KEY, or give --sender an account the node holds")
        wanted = str(default)
    if wanted.isdigit():
        if int(wanted) >= len(accounts):
            fact = f"Account {wanted} is asked for, the node holds {len(accounts)}"
            raise ConfigError(fact, "Give a smaller index, or an address")
        return accounts[int(wanted)]
    try:
        address = checksum(wanted)
    except ValueError:
        raise ConfigError(f"{wanted!r} is neither an address nor an index", "Correct --sender") from None
    if not chain.local and address not in accounts:
        raise ChainError(f"Nobody here holds the key of {address}", "Set VITRINE_PRIVATE_KEY to it")
    return address
