"""Settings: the only reader of the environment, prefix `VITRINE_`, and the folders everything lives in.

All state stays inside the tree, so that two clones never share a cache, a database or a deployment record.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Final

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from vitrine.errors import ConfigError

LOCAL_CHAIN_IDS: Final = frozenset({31337, 1337})


def find_root() -> Path:
    """The tree of the project: above this package, else above the caller, told by `ape-config.yaml`."""
    here = Path(__file__).resolve().parent.parent
    cwd = Path.cwd().resolve()
    for folder in (here, cwd, *cwd.parents):
        if (folder / "ape-config.yaml").is_file():
            return folder
    return cwd


class Settings(BaseSettings):
    """What a person may set outside the command line. Options of a command win over it."""

    model_config = SettingsConfigDict(env_prefix="VITRINE_", env_file=".env", extra="ignore", frozen=True)

    root: Path = Field(default_factory=find_root, description="folder that holds all state")
    rpc_url: str | None = Field(None, description="JSON-RPC address of the node")
    chain_id: int | None = Field(None, ge=1, description="refuse any other chain")
    network: str = Field("local", pattern=r"^[a-z][a-z0-9-]*$", description="name of the parameter file")
    sender: str | None = Field(None, description="account that sends: an address the node holds, or an index")
    private_key: SecretStr | None = Field(None, description="key that signs locally")
    database: str | None = Field(None, description="SQLAlchemy address of the index")
    timeout: float = Field(20.0, gt=0, le=600, description="seconds to wait for one answer of the node")
    confirmations: int = Field(1, ge=1, le=64, description="blocks to wait for on a public chain")

    @field_validator("rpc_url")
    @classmethod
    def _http_only(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("http://", "https://")):
            raise ValueError("must start with http:// or https://")
        return value

    @property
    def state(self) -> Path:
        """Everything the programs write for themselves."""
        return self.root / ".vitrine"

    @property
    def params(self) -> Path:
        return self.root / "scripts" / "params"

    @property
    def out(self) -> Path:
        return self.root / "out"

    @property
    def devnet_file(self) -> Path:
        """Where a running devnet says how it can be reached."""
        return self.state / "devnet.json"

    def deployments(self, chain_id: int) -> Path:
        """Folder of deployment records: kept in the repository for public chains, not for local ones."""
        return (self.state if chain_id in LOCAL_CHAIN_IDS else self.root) / "deployments"

    def database_url(self, chain_id: int, genesis: str) -> str:
        """Address of the index: `VITRINE_DATABASE`, else one SQLite file per chain."""
        return self.database or f"sqlite:///{self.state / f'index-{chain_id}-{genesis[2:10]}.sqlite'}"


def load_settings(**overrides: object) -> Settings:
    """Settings from the environment, with one clear sentence per mistake. None means: not given."""
    given = {name: value for name, value in overrides.items() if value is not None}
    try:
        return Settings(**given)  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors()[0]
        name = "VITRINE_" + "_".join(str(part) for part in first["loc"]).upper()
        shown = "(hidden)" if "PRIVATE" in name else repr(first.get("input"))
        fact = f"{name} = {shown} is not valid: {first['msg'].lower().removeprefix('value error, ')}"
        raise ConfigError(fact, f"Correct or unset {name}") from None


@cache
def settings() -> Settings:
    """The settings of this process."""
    return load_settings()


def pin_tools(root: Path | None = None) -> None:
    """Keeps the state of Ape and of the compiler in the tree, and puts the chain's binaries on PATH.

    Idempotent; must run before `ape` is imported. Values set by the caller stay.
    """
    tree = root or settings().root
    os.environ.setdefault("APE_DATA_FOLDER", str(tree / ".ape"))
    os.environ.setdefault("SOLCX_BINARY_PATH", str(tree / ".tool"))
    binaries = str(tree / "node_modules" / ".bin")
    path = os.environ.get("PATH", "")
    if binaries not in path.split(os.pathsep):
        os.environ["PATH"] = os.pathsep.join(part for part in (binaries, path) if part)
