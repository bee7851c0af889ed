"""What is compiled and what is deployed: artifacts of the tree, and one record per deployment."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from vitrine.chain.abibook import AbiBook
from vitrine.chain.contract import Interface
from vitrine.errors import ConfigError, StateError
from vitrine.settings import LOCAL_CHAIN_IDS, settings

_BUILD: Final = Path(".build") / "__local__.json"
_SEAPORT: Final = "node_modules/@opensea/seaport-js/src/artifacts/seaport/contracts"
FOREIGN: Final = {
    "LocalConduitController": f"{_SEAPORT}/conduit/ConduitController.sol/LocalConduitController.json",
    "Seaport": f"{_SEAPORT}/Seaport.sol/Seaport.json",
}
"""Contracts of others, as their packages ship them compiled."""


@dataclass(frozen=True, slots=True)
class Artifact:
    """One compiled contract."""

    name: str
    source: str
    abi: list[dict[str, Any]]
    code: bytes
    error_notices: dict[str, str]

    @property
    def constructor(self) -> list[dict[str, Any]]:
        return next((e["inputs"] for e in self.abi if e["type"] == "constructor"), [])


class Artifacts:
    """All compiled contracts of a tree, from what `ape compile` wrote, and those of packages by name."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            types = json.loads(path.read_text())["contractTypes"]
        except (OSError, ValueError, KeyError):
            raise ConfigError(
                f"The contracts are not compiled: {path} is missing", "Run `make compile`"
            ) from None
        self._types: dict[str, dict[str, Any]] = types

    def names(self) -> list[str]:
        return sorted(self._types)

    def get(self, name: str) -> Artifact:
        found = self._types.get(name)
        if found is None and name in FOREIGN:
            return self._foreign(name)
        if found is None:
            raise ConfigError(f"No contract {name} is compiled in this tree", "Run `make compile`")
        text = (found.get("deploymentBytecode") or {}).get("bytecode") or "0x"
        if "__" in text:
            raise ConfigError(f"{name} needs a linked library", "Use internal libraries only")
        notices = {
            signature: notes[0]["notice"]
            for signature, notes in ((found.get("userdoc") or {}).get("errors") or {}).items()
            if notes and "notice" in notes[0]
        }
        code = bytes.fromhex(text.removeprefix("0x"))
        return Artifact(name, str(found.get("sourceId", "")), found["abi"], code, notices)

    def _foreign(self, name: str) -> Artifact:
        path = self.path.resolve().parent.parent / FOREIGN[name]
        try:
            found = json.loads(path.read_text())
        except (OSError, ValueError):
            raise ConfigError(f"{name} is not installed: {path} is missing", "Run `make setup`") from None
        code = bytes.fromhex(found["bytecode"].removeprefix("0x"))
        return Artifact(name, FOREIGN[name], found["abi"], code, {})

    @cache  # noqa: B019 - one instance per process
    def interface(self, name: str) -> Interface:
        return Interface(name, self.get(name).abi)

    @cached_property
    def book(self) -> AbiBook:
        """Events and errors of every contract of the tree."""
        book = AbiBook()
        for name in self._types:
            artifact = self.get(name)
            book.add(artifact.abi, artifact.error_notices)
        return book


@cache
def artifacts(root: Path | None = None) -> Artifacts:
    """Artifacts of the tree, read once per process."""
    return Artifacts((root or settings().root) / _BUILD)


class AssetRecord(BaseModel):
    """The ERC-20 all amounts are in."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    address: str
    symbol: str
    decimals: int


class CollectionRecord(BaseModel):
    """One listed collection."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    address: str
    feed_id: int | None = None


class ContractRecord(BaseModel):
    """One deployed contract."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    artifact: str
    address: str
    tx_hash: str
    block: int


class PendingStep(BaseModel):
    """A step that was about to be sent: whether it was is seen from the nonce."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    step: str
    nonce: int


class Deployment(BaseModel):
    """One deployment on one chain, complete or half-way."""

    model_config = ConfigDict(extra="forbid")

    version: Literal[1] = 1
    network: str
    chain_id: int
    genesis: str
    deployer: str
    params_digest: str
    complete: bool = False
    block: int = 0
    asset: AssetRecord | None = None
    collections: list[CollectionRecord] = []
    contracts: dict[str, ContractRecord] = {}
    done: dict[str, str] = {}
    predicted: dict[str, str] = {}
    pending: PendingStep | None = None

    def address(self, name: str) -> str:
        """Address of a contract of the deployment."""
        found = self.contracts.get(name)
        if found is None:
            have = ", ".join(self.contracts) or "nothing"
            raise StateError(
                f"The deployment has no {name}; it has {have}", "Resume it with `vitrine deploy`"
            )
        return found.address

    def name_of(self, address: str) -> str:
        """Name of a collection or contract, by address; the address when it is a stranger's."""
        for item in self.collections:
            if item.address == address:
                return item.name
        return next((name for name, item in self.contracts.items() if item.address == address), address)

    def collection(self, name: str) -> CollectionRecord:
        """A collection by name or address."""
        wanted = name.lower()
        for item in self.collections:
            if wanted in (item.name.lower(), item.address.lower()):
                return item
        known = ", ".join(item.name for item in self.collections) or "none"
        raise StateError(f"There is no collection {name!r} here", f"Known: {known}")


HasCode = Callable[[str], bool | bytes]


class Records:
    """The folder of deployment records. Files are replaced whole, never half-written."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, chain_id: int, genesis: str) -> Path:
        return self.folder / f"{chain_id}-{genesis[2:10]}.json"

    def find(self, chain_id: int, genesis: str, has_code: HasCode) -> Deployment | None:
        """The record of exactly this chain.

        A local chain that was started again with the same genesis is another one: its record is forgotten.
        """
        path = self.path(chain_id, genesis)
        if not path.exists():
            return None
        try:
            found = Deployment.model_validate_json(path.read_text())
        except (OSError, ValidationError) as error:
            reason = str(error).splitlines()[0]
            fact = f"The deployment record {path} cannot be read ({reason})"
            raise ConfigError(fact, "Restore it from your copy, or move it away to deploy anew") from None
        if (found.chain_id, found.genesis) != (chain_id, genesis):
            raise ConfigError(f"The deployment record {path} is of another chain", "Move it away")
        first = next(iter(found.contracts.values()), None)
        if first is None or has_code(first.address):
            return found
        if chain_id in LOCAL_CHAIN_IDS:
            path.unlink(missing_ok=True)
            return None
        fact = f"The record {path} names {first.artifact} at {first.address}, where nothing is"
        raise ConfigError(fact, "Is the node at the tip of the chain? Otherwise move the record away")

    def load(self, chain_id: int, genesis: str, has_code: HasCode) -> Deployment:
        """The complete record of exactly this chain."""
        found = self.find(chain_id, genesis, has_code)
        if found is None:
            raise StateError(f"Nothing is deployed on chain {chain_id}", "Run `vitrine deploy` first")
        if not found.complete:
            fact = f"The deployment on chain {chain_id} is half-way ({len(found.done)} steps)"
            raise StateError(fact, "Run `vitrine deploy` to resume it")
        return found

    def save(self, record: Deployment) -> Path:
        path = self.path(record.chain_id, record.genesis)
        self.folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self.folder, prefix=".record-")
        with os.fdopen(handle, "w") as file:
            file.write(record.model_dump_json(indent=2) + "\n")
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
        return path

    def remove(self, record: Deployment) -> None:
        self.path(record.chain_id, record.genesis).unlink(missing_ok=True)
