"""The clock and the memory of a local chain (Anvil)."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from vitrine.chain.rpc import Rpc
from vitrine.errors import ConfigError


class LocalControls:
    """What only a local chain can do."""

    rpc: Rpc

    @property
    def local(self) -> bool:
        """Whether the node is Anvil: mines at once, takes its clock from us, sends for anyone."""
        if self._local is None:
            self._local = "anvil" in str(self.rpc.call("web3_clientVersion")).lower()
        return self._local

    _local: bool | None = None

    def warp(self, at: int) -> None:
        """Mines one empty block at the unix time `at`."""
        self.rpc.call("evm_setNextBlockTimestamp", at)
        self.rpc.call("evm_mine")

    def next_block_at(self, at: int) -> None:
        """The next block will have the unix time `at`."""
        self.rpc.call("evm_setNextBlockTimestamp", at)

    def second_per_block(self, seconds: int | None) -> None:
        """Every block is `seconds` after the one before, whatever the wall clock says; None ends that."""
        if seconds is None:
            self.rpc.call("anvil_removeBlockTimestampInterval")
        else:
            self.rpc.call("anvil_setBlockTimestampInterval", seconds)

    def fund(self, address: str, wei: int) -> None:
        self.rpc.call("anvil_setBalance", address, hex(wei))

    @contextlib.contextmanager
    def paused_mining(self) -> Iterator[None]:
        """Transactions wait until `evm_mine`."""
        self.rpc.call("evm_setAutomine", False)
        try:
            yield
        finally:
            self.rpc.call("evm_setAutomine", True)

    @contextlib.contextmanager
    def rolled_back(self) -> Iterator[None]:
        """Everything sent inside is undone at the end. Local chain only."""
        if not self.local:
            fact = f"The node {self.rpc.url} cannot undo blocks"
            raise ConfigError(fact, "Run with --dry-run against a local fork: anvil --fork-url ADDRESS")
        mark = self.rpc.call("evm_snapshot")
        try:
            yield
        finally:
            self.rpc.call("evm_revert", mark)
