"""The two ways to send a plan: the fast client, or an account inside Ape."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from eth_utils.crypto import keccak

from vitrine.chain.client import Chain
from vitrine.chain.codec import Codec, checksum
from vitrine.chain.contract import Contract
from vitrine.errors import ChainError
from vitrine.registry import FOREIGN, Artifacts, artifacts


@dataclass(frozen=True, slots=True)
class Sent:
    """What a step left on the chain."""

    tx_hash: str
    block: int
    gas_used: int
    created: str | None = None


class Deployer(Protocol):
    """Who sends, and how. Every method waits until its transaction is mined."""

    @property
    def address(self) -> str: ...
    @property
    def chain_id(self) -> int: ...
    @property
    def genesis(self) -> str: ...

    def accounts(self) -> list[str]: ...
    def nonce(self) -> int: ...
    def code(self, address: str) -> bytes: ...
    def create(self, artifact: str, args: Sequence[Any]) -> Sent: ...
    def invoke(self, artifact: str, address: str, function: str, args: Sequence[Any]) -> Sent: ...
    def read(self, artifact: str, address: str, function: str, args: Sequence[Any]) -> Any: ...


def create_address(sender: str, nonce: int) -> str:
    """Address of the contract that `sender` creates with `nonce`."""
    number = nonce.to_bytes((nonce.bit_length() + 7) // 8, "big")
    tail = number if 0 < nonce < 0x80 else bytes([0x80 + len(number)]) + number
    items = b"\x94" + bytes.fromhex(sender[2:]) + tail
    return checksum("0x" + keccak(bytes([0xC0 + len(items)]) + items)[12:].hex())


class ChainDeployer:
    """Sends through the fast client: an account the node holds, or a local key."""

    def __init__(self, chain: Chain, artifacts: Artifacts, sender: str) -> None:
        self.chain = chain
        self._artifacts = artifacts
        self.address = checksum(sender)

    @property
    def chain_id(self) -> int:
        return self.chain.chain_id

    @property
    def genesis(self) -> str:
        return self.chain.genesis

    def accounts(self) -> list[str]:
        return self.chain.accounts()

    def nonce(self) -> int:
        return self.chain.nonce(self.address)

    def code(self, address: str) -> bytes:
        return self.chain.code(address)

    def create(self, artifact: str, args: Sequence[Any]) -> Sent:
        found = self._artifacts.get(artifact)
        receipt = self.chain.deploy(found.code + Codec(found.constructor).encode(args), self.address)
        return Sent(receipt.tx_hash, receipt.block, receipt.gas_used, receipt.created)

    def invoke(self, artifact: str, address: str, function: str, args: Sequence[Any]) -> Sent:
        receipt = self.chain.send(self._contract(artifact, address).call(function, *args), self.address)
        return Sent(receipt.tx_hash, receipt.block, receipt.gas_used)

    def read(self, artifact: str, address: str, function: str, args: Sequence[Any]) -> Any:
        return self.chain.read(self._contract(artifact, address).call(function, *args))

    def _contract(self, artifact: str, address: str) -> Contract:
        return Contract(address, self._artifacts.interface(artifact))


class ApeDeployer:
    """Sends through an account of Ape on the network Ape is connected to."""

    def __init__(self, account: Any, project: Any, provider: Any) -> None:
        self._account = account
        self._project = project
        self._provider = provider
        self.address = checksum(str(account.address))

    @property
    def chain_id(self) -> int:
        return int(self._provider.chain_id)

    @property
    def genesis(self) -> str:
        block = self._provider.make_request("eth_getBlockByNumber", ["0x0", False])
        return str(block["hash"])

    def accounts(self) -> list[str]:
        """Accounts of the node; a public one holds none."""
        try:
            held = self._provider.make_request("eth_accounts", [])
        except Exception:  # noqa: BLE001 - whatever the provider raises, it has no accounts to offer
            return []
        return [checksum(address) for address in held]

    def nonce(self) -> int:
        return int(self._provider.get_nonce(self.address))

    def code(self, address: str) -> bytes:
        return bytes(self._provider.get_code(address))

    def create(self, artifact: str, args: Sequence[Any]) -> Sent:
        contract = self._account.deploy(self._container(artifact), *args)
        return self._sent(contract.creation_metadata.receipt, str(contract.address))

    def invoke(self, artifact: str, address: str, function: str, args: Sequence[Any]) -> Sent:
        method = getattr(self._at(artifact, address), function)
        return self._sent(method(*args, sender=self._account))

    def read(self, artifact: str, address: str, function: str, args: Sequence[Any]) -> Any:
        return getattr(self._at(artifact, address), function)(*args)

    def _at(self, artifact: str, address: str) -> Any:
        return self._container(artifact).at(address)

    def _container(self, artifact: str) -> Any:
        if artifact not in FOREIGN:
            return getattr(self._project, artifact)
        from ape.contracts import ContractContainer
        from ethpm_types import ContractType

        found = artifacts().get(artifact)
        code = {"bytecode": "0x" + found.code.hex()}
        words = {"contractName": artifact, "abi": found.abi, "deploymentBytecode": code}
        return ContractContainer(ContractType.model_validate(words))

    @staticmethod
    def _sent(receipt: Any, created: str | None = None) -> Sent:
        if receipt.failed:
            raise ChainError(f"Transaction {receipt.txn_hash} failed", "Look at it with `ape console`")
        return Sent(str(receipt.txn_hash), int(receipt.block_number), int(receipt.gas_used), created)
