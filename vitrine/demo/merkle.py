"""Merkle trees over appraisals: leaves hashed twice, pairs sorted, as the contract verifies them."""

from __future__ import annotations

from collections.abc import Sequence

from eth_abi.abi import encode
from eth_utils.crypto import keccak


def leaf(collection: str, token_id: int, units: int, expires_at: int) -> bytes:
    """What one appraisal hashes to."""
    packed = encode(["address", "uint256", "uint256", "uint256"], [collection, token_id, units, expires_at])
    return keccak(keccak(packed))


class MerkleTree:
    """A tree over leaves in any order; an odd node rises unchanged."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        self._levels: list[list[bytes]] = [list(leaves)]
        while len(self._levels[-1]) > 1:
            level = self._levels[-1]
            pairs = [_join(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
            self._levels.append(pairs + level[len(level) & ~1 :])

    @property
    def root(self) -> bytes:
        return self._levels[-1][0]

    def proof(self, index: int) -> list[bytes]:
        """Siblings from the leaf to the root."""
        path = []
        for level in self._levels[:-1]:
            sibling = index ^ 1
            if sibling < len(level):
                path.append(level[sibling])
            index //= 2
        return path


def _join(one: bytes, two: bytes) -> bytes:
    return keccak(min(one, two) + max(one, two))
