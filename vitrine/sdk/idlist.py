"""Lists of ids that a pool takes: the Merkle root it is made with, the proof that an id is on the list."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from eth_utils.crypto import keccak

from vitrine.errors import AmountError, DataError
from vitrine.units import MAX_UINT256


class IdList:
    """A set of token ids. Leaves are hashed twice, so that no inner node can pass for one."""

    def __init__(self, token_ids: Iterable[int]) -> None:
        ids = sorted(set(token_ids))
        if not ids:
            raise AmountError("The list names no token", "Give at least one id")
        if ids[0] < 0 or ids[-1] > MAX_UINT256:
            raise AmountError("A token id is negative or beyond 2^256 - 1", "Give ids of the collection")
        self._places = {token_id: place for place, token_id in enumerate(ids)}
        self._levels = [[keccak(keccak(token_id.to_bytes(32, "big"))) for token_id in ids]]
        while len(self._levels[-1]) > 1:
            level = self._levels[-1]
            self._levels.append([_join(level[i : i + 2]) for i in range(0, len(level), 2)])

    @classmethod
    def read(cls, path: Path) -> IdList:
        """From a file with one id a line."""
        try:
            lines = path.read_text().split()
        except OSError as error:
            raise DataError(f"{path} cannot be read ({error.strerror})", "Give another file") from None
        for number, line in enumerate(lines, start=1):
            if not line.isdigit() or int(line) >= 2**256:
                raise DataError(f"{path}, line {number}: {line!r} is no token id", "Write one id a line")
        if not lines:
            raise DataError(f"{path} holds no token id", "Write one id a line")
        return cls(int(line) for line in lines)

    @property
    def root(self) -> bytes:
        return self._levels[-1][0]

    @property
    def ids(self) -> tuple[int, ...]:
        """Ascending."""
        return tuple(self._places)

    def __contains__(self, token_id: object) -> bool:
        return token_id in self._places

    def proof(self, token_id: int) -> list[bytes]:
        """Siblings from the leaf upward; a node without one rises as it is."""
        place = self._places.get(token_id)
        if place is None:
            raise AmountError(f"Token {token_id} is not on the list of the pool", "Use one that is")
        found = []
        for level in self._levels[:-1]:
            sibling = place ^ 1
            if sibling < len(level):
                found.append(level[sibling])
            place //= 2
        return found


def _join(nodes: list[bytes]) -> bytes:
    return nodes[0] if len(nodes) == 1 else keccak(min(nodes) + max(nodes))
