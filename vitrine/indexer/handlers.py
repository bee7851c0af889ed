"""All handlers: importing this module fills the registry."""

from __future__ import annotations

from typing import Final

from vitrine.indexer import (
    auction_events,
    bid_events,
    desk_events,
    pool_events,
    price_events,
    router_events,
    royalty_events,
    vault_events,
)
from vitrine.indexer.scribe import HANDLERS

__all__ = ["HANDLERS", "KINDS", "MODULES"]

MODULES: Final = (
    vault_events,
    desk_events,
    auction_events,
    price_events,
    royalty_events,
    pool_events,
    bid_events,
    router_events,
)
KINDS: Final = (*dict.fromkeys(kind for kind, _ in HANDLERS), "FlashClaim")
"""Contracts whose events are kept."""
