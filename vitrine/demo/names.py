"""Who is who: parties, collections, and the contracts that hold things for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

ZERO: Final = "0x" + "00" * 20


@dataclass(slots=True)
class Names:
    """Addresses by role and name, both ways."""

    parties: dict[str, str]
    collections: dict[str, str]
    asset: str
    vault: str
    lending: frozenset[str] = frozenset()
    """What holds asset and pieces for accounts: vault, desk, auction."""
    engine: str = ""
    """The royalty ledger."""
    bids: str = ""
    """Where standing bids lock their capital."""
    treasury: str = ""
    """Party that gets the fees of the protocol."""
    creators: tuple[str, ...] = ()
    """Parties that get royalties."""
    exits: Mapping[str, str] = field(default_factory=dict)
    """Where auctions may end, by address: "pool", "order", "bid"."""
    party_at: dict[str, str] = field(init=False)
    key_at: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.party_at = {address: name for name, address in self.parties.items()}
        self.key_at = {address: key for key, address in self.collections.items()}
