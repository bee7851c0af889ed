"""Criteria: the Merkle root over the ids a bid takes, and the proof that one of them is among them."""

from __future__ import annotations

from collections.abc import Iterable

from eth_utils.crypto import keccak

from vitrine.errors import AmountError
from vitrine.units import MAX_UINT256


class Criteria:
    """A set of token ids. A bid on all of a collection has no set: its criteria is 0."""

    def __init__(self, token_ids: Iterable[int]) -> None:
        ids = sorted(set(token_ids))
        if not ids:
            raise AmountError("A trait bid names no token", "Give the ids that have the trait")
        if ids[0] < 0 or ids[-1] > MAX_UINT256:
            raise AmountError("A token id is negative or beyond 2^256 - 1", "Give ids of the collection")
        leaves = {token_id: keccak(token_id.to_bytes(32, "big")) for token_id in ids}
        self._leaves = leaves
        self._levels = [sorted(leaves.values())]
        while len(self._levels[-1]) > 1:
            nodes = self._levels[-1]
            self._levels.append([_pair(nodes[i : i + 2]) for i in range(0, len(nodes), 2)])

    @property
    def root(self) -> int:
        return int.from_bytes(self._levels[-1][0], "big")

    def __contains__(self, token_id: object) -> bool:
        return token_id in self._leaves

    def proof(self, token_id: int) -> list[bytes]:
        """Siblings from the bottom; a last node without one rises as it is."""
        if token_id not in self._leaves:
            raise AmountError(f"Token {token_id} is not among those the bid takes", "Sell one that is")
        at = self._levels[0].index(self._leaves[token_id])
        found = []
        for nodes in self._levels[:-1]:
            sibling = at ^ 1
            if sibling < len(nodes):
                found.append(nodes[sibling])
            at //= 2
        return found


def _pair(nodes: list[bytes]) -> bytes:
    return nodes[0] if len(nodes) == 1 else keccak(b"".join(sorted(nodes)))
