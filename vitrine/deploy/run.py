"""Deploying in one call, for the command line, scripts, the devnet and tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vitrine.chain.client import Chain
from vitrine.deploy.deployers import ChainDeployer, Deployer, Sent
from vitrine.deploy.execute import Progress, deploy
from vitrine.deploy.params import Params, read_params
from vitrine.deploy.plan import Planner
from vitrine.registry import Artifacts, Deployment, HasCode, Records, artifacts
from vitrine.settings import settings


@dataclass(frozen=True, slots=True)
class Deployed:
    """A finished deployment and what it cost this time."""

    record: Deployment
    gas: int


class Metered:
    """A deployer that adds up gas."""

    def __init__(self, inner: Deployer) -> None:
        self._inner = inner
        self.gas = 0

    @property
    def address(self) -> str:
        return self._inner.address

    @property
    def chain_id(self) -> int:
        return self._inner.chain_id

    @property
    def genesis(self) -> str:
        return self._inner.genesis

    def accounts(self) -> list[str]:
        return self._inner.accounts()

    def nonce(self) -> int:
        return self._inner.nonce()

    def code(self, address: str) -> bytes:
        return self._inner.code(address)

    def read(self, artifact: str, address: str, function: str, args: Sequence[Any]) -> Any:
        return self._inner.read(artifact, address, function, args)

    def create(self, artifact: str, args: Sequence[Any]) -> Sent:
        sent = self._inner.create(artifact, args)
        self.gas += sent.gas_used
        return sent

    def invoke(self, artifact: str, address: str, function: str, args: Sequence[Any]) -> Sent:
        sent = self._inner.invoke(artifact, address, function, args)
        self.gas += sent.gas_used
        return sent


def _silent(_step: str, _number: int, _total: int) -> None:
    """Nobody listens."""


def deploy_with(
    deployer: Deployer, known: Artifacts, records: Records, params: Params, progress: Progress = _silent
) -> Deployed:
    """Deploys `params` through any deployer."""
    metered = Metered(deployer)
    plan = Planner(params, known, deployer.accounts(), deployer.address).plan()
    record = deploy(plan, params, metered, records, progress=progress)
    return Deployed(record, metered.gas)


def deploy_on(
    chain: Chain,
    known: Artifacts,
    records: Records,
    network: str | Path | Params,
    sender: str,
    progress: Progress = _silent,
) -> Deployed:
    """Deploys through the fast client; `network` is a name, a file, or parameters."""
    params = network if isinstance(network, Params) else read_params(network)
    return deploy_with(ChainDeployer(chain, known, sender), known, records, params, progress)


def deploy_local(chain: Chain, network: str | Path | Params = "local", *, keep: bool = True) -> Deployment:
    """Deploys on a fresh local chain from its first account; `keep` writes the record."""
    known = artifacts()
    folder = settings().deployments(chain.chain_id)
    records = Records(folder) if keep else Unkept(folder)
    return deploy_on(chain, known, records, network, chain.accounts()[0]).record


class Unkept(Records):
    """Records that live as long as the process: for chains that do, too."""

    def find(self, chain_id: int, genesis: str, has_code: HasCode) -> Deployment | None:
        return None

    def save(self, record: Deployment) -> Path:
        return self.path(record.chain_id, record.genesis)
