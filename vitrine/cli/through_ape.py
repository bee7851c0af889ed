"""Commands on the network an Ape script is connected to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from vitrine.errors import ConfigError


def node_address(provider: Any) -> str:
    """JSON-RPC address of an Ape provider."""
    for name in ("http_uri", "uri"):
        found = getattr(provider, name, None)
        if isinstance(found, str) and found.startswith("http"):
            return found
    fact = f"The Ape provider {getattr(provider, 'name', provider)!r} has no HTTP address"
    raise ConfigError(fact, "Use one that has, foundry or node")


def run_on(provider: Any, words: Sequence[str]) -> None:
    """`vitrine WORDS` against the node of the provider."""
    from vitrine.cli import cli

    cli.main([*words, "--rpc", node_address(provider)])
