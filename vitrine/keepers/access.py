"""What keepers need of a chain, of an index and of a deployment, as protocols."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from vitrine.chain.contract import Call
from vitrine.chain.transaction import BlockTag, Receipt
from vitrine.keepers.snapshot import Ref


class Reader(Protocol):
    """A chain that answers calls."""

    def block(self, number: BlockTag = "latest") -> dict[str, Any]: ...

    def read(self, call: Call, *, block: BlockTag = "latest", sender: str | None = None) -> Any: ...

    def read_many(self, calls: Iterable[Call], *, block: BlockTag = "latest") -> list[Any]: ...


class Writer(Reader, Protocol):
    """A chain that takes transactions."""

    def estimate(self, call: Call, sender: str) -> int: ...

    def mined_nonce(self, address: str) -> int:
        """Next nonce after the transactions that are mined: a waiting one is replaced by using it again."""
        ...

    def gas_price(self) -> int: ...

    def submit(
        self, call: Call, sender: str, *, gas: int, nonce: int | None = None, gas_price: int | None = None
    ) -> str: ...

    def receipt(self, tx_hash: str, call: Call | None = None, *, check: bool = True) -> Receipt | None: ...


class Holdings(Protocol):
    """An index that knows whose NFTs are where. It may lag: every use of it is checked against the chain."""

    def accounts(self) -> Sequence[str]:
        """All accounts that ever pledged."""
        ...

    def refs(self, accounts: Sequence[str]) -> dict[str, Sequence[Ref]]:
        """NFTs pledged by each of `accounts`, in any order."""
        ...
