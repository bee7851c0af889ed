"""Deploying with an account of Ape."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vitrine.deploy.deployers import ApeDeployer
from vitrine.deploy.params import read_params
from vitrine.deploy.run import deploy_with
from vitrine.registry import Deployment, Records, artifacts
from vitrine.settings import settings


def deploy_with_ape(
    account: Any,
    project: Any,
    provider: Any,
    parameters: str = "local",
    *,
    records: Records | None = None,
    progress: Callable[[str], object] = lambda _line: None,
) -> Deployment:
    """Deploys `parameters` on the network of `provider`, with the record that `vitrine deploy` leaves."""
    deployer = ApeDeployer(account, project, provider)
    kept = records or Records(settings().deployments(deployer.chain_id))

    def tell(step: str, number: int, total: int) -> None:
        progress(f"{number:>2}/{total}  {step}")

    return deploy_with(deployer, artifacts(), kept, read_params(parameters), tell).record
