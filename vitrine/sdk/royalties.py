"""Royalties: what a sale would owe, and the ledger receivers claim from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from vitrine.chain.client import Chain
from vitrine.chain.contract import Call, Contract
from vitrine.units import BPS, div_up

POLICIES: Final = ("full", "reduced", "waived")
_ZERO: Final = "0x" + "00" * 20


@dataclass(frozen=True, slots=True)
class RoyaltyTerms:
    """What a collection asks, at an example price."""

    collection: str
    token_id: int
    price: int
    receiver: str
    due: int
    overridden: bool
    override_bps: int
    policy: str
    reduced_bps: int

    @property
    def bps(self) -> int:
        """Share of the price, rounded up: what is due was rounded down to whole units."""
        return div_up(self.due * BPS, self.price) if self.price else 0


class RoyaltyClient:
    """`RoyaltyEngine`."""

    def __init__(self, chain: Chain, contract: Contract) -> None:
        self._chain = chain
        self.contract = contract
        self.address = contract.address

    def terms(self, collection: str, token_id: int, price: int) -> RoyaltyTerms:
        """Royalty of selling `token_id` for `price`, and the rules it follows."""
        engine = self.contract
        asked, override, policy = self._chain.read_many(
            [
                engine.royaltyOf(collection, token_id, price, _ZERO),
                engine.overrideOf(collection),
                engine.policyOf(collection),
            ]
        )
        return RoyaltyTerms(
            collection,
            token_id,
            price,
            asked[0],
            asked[1],
            override[2],
            override[1],
            POLICIES[policy[0]],
            policy[1],
        )

    def claimable(self, receiver: str) -> int:
        return int(self._chain.read(self.contract.claimable(receiver)))

    def claim(self, to: str) -> Call:
        return self.contract.claim(to)

    def set_override(self, collection: str, receiver: str, bps: int) -> Call:
        return self.contract.setOverride(collection, receiver, bps)

    def clear_override(self, collection: str) -> Call:
        return self.contract.clearOverride(collection)
