"""Appraisals as `Appraisals` takes them: EIP-712 message of a signed one, Merkle tree of proven ones."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from eth_utils.crypto import keccak

from vitrine.errors import AmountError
from vitrine.units import DAY, FLOOR_PIECE, MAX_PIECE_UNITS

MAX_LIFE: Final = 180 * DAY
DOMAIN_NAME: Final = "Vitrine Appraisals"
DOMAIN_VERSION: Final = "1"
_FIELDS: Final = (
    ("collection", "address"),
    ("tokenId", "uint256"),
    ("units", "uint256"),
    ("issuedAt", "uint256"),
    ("expiresAt", "uint256"),
    ("deadline", "uint256"),
)

Leaf = tuple[str, int, int, int]
"""(collection, token id, units, expires at)"""


@dataclass(frozen=True, slots=True)
class SignedAppraisal:
    """One appraisal of one token; times in unix seconds."""

    collection: str
    token_id: int
    units: int
    issued_at: int
    expires_at: int
    deadline: int

    @property
    def as_argument(self) -> tuple[str, int, int, int, int, int]:
        return (
            self.collection,
            self.token_id,
            self.units,
            self.issued_at,
            self.expires_at,
            self.deadline,
        )


def appraisal_typed_data(chain_id: int, book: str, appraisal: SignedAppraisal) -> dict[str, Any]:
    """The full EIP-712 message of an appraisal, ready for any signer of typed data."""
    values = zip(_FIELDS, appraisal.as_argument, strict=True)
    return {
        "types": {
            "EIP712Domain": [
                {"name": "name", "type": "string"},
                {"name": "version", "type": "string"},
                {"name": "chainId", "type": "uint256"},
                {"name": "verifyingContract", "type": "address"},
            ],
            "Appraisal": [{"name": name, "type": kind} for name, kind in _FIELDS],
        },
        "primaryType": "Appraisal",
        "domain": {
            "name": DOMAIN_NAME,
            "version": DOMAIN_VERSION,
            "chainId": chain_id,
            "verifyingContract": book,
        },
        "message": {name: value for (name, _), value in values},
    }


def leaf_hash(leaf: Leaf) -> bytes:
    """keccak256(keccak256(abi.encode(collection, tokenId, units, expiresAt)))."""
    collection, *numbers = leaf
    body = bytes(12) + bytes.fromhex(collection.removeprefix("0x"))
    return keccak(keccak(body + b"".join(number.to_bytes(32, "big") for number in numbers)))


class AppraisalTree:
    """Merkle tree over appraisals; pairs are hashed in sorted order, an odd one moves up as it is."""

    def __init__(self, leaves: Iterable[Leaf]) -> None:
        self.leaves = list(leaves)
        if not self.leaves:
            raise AmountError("A tree of no appraisals has no root", "Give at least one")
        for _, token_id, units, _ in self.leaves:
            if not FLOOR_PIECE <= units <= MAX_PIECE_UNITS:
                fact = f"{units} units of token {token_id} are outside {FLOOR_PIECE} to {MAX_PIECE_UNITS}"
                raise AmountError(fact, "Cap the multiplier")
        self._levels = [[leaf_hash(leaf) for leaf in self.leaves]]
        while len(level := self._levels[-1]) > 1:
            pairs = [level[i : i + 2] for i in range(0, len(level), 2)]
            self._levels.append(
                [keccak(b"".join(sorted(pair))) if len(pair) == 2 else pair[0] for pair in pairs]
            )

    @property
    def root(self) -> bytes:
        return self._levels[-1][0]

    def proof(self, index: int) -> list[bytes]:
        """The siblings from leaf `index` up to the root."""
        found = []
        for level in self._levels[:-1]:
            sibling = index ^ 1
            if sibling < len(level):
                found.append(level[sibling])
            index >>= 1
        return found
