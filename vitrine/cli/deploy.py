"""`vitrine deploy`"""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

from vitrine.cli.options import write_options
from vitrine.cli.output import emit, table


@click.command("deploy", short_help="Deploy everything, or resume a deployment.")
@click.option(
    "--network", default=None, metavar="NAME", help="Parameters: scripts/params/NAME.yml, or a file."
)
@write_options
def command(
    network: str | None,
    rpc: str | None,
    chain_id: int | None,
    sender: str | None,
    as_json: bool,
    dry_run: bool,
    approve: bool,
    yes: bool,
) -> None:
    """Deploy the contracts with the parameters of a network, and record where they are.

    A half-way deployment goes on where it stopped; over a finished one the command refuses.
    """
    from vitrine.cli.action import fork_of
    from vitrine.deploy.run import deploy_on
    from vitrine.registry import Records, artifacts
    from vitrine.sdk.session import choose_sender, open_chain
    from vitrine.settings import load_settings

    settings = load_settings(rpc_url=rpc, chain_id=chain_id, sender=sender, network=None)
    known = artifacts(settings.root)
    chain = open_chain(settings, known)
    who = choose_sender(chain, settings)
    folder = settings.deployments(chain.chain_id)
    where = network or settings.network
    with ExitStack() as stack:
        stage, records = chain, Records(folder)
        if dry_run:
            copy = Path(stack.enter_context(TemporaryDirectory(dir=_inside(settings.state))))
            started = records.find(chain.chain_id, chain.genesis, chain.code)
            stage, records = fork_of(chain, stack), Records(copy)
            if started is not None:
                records.save(started)
        elif not (chain.local or yes):
            click.confirm(f"Deploy {where} on chain {chain.chain_id} from {who}?", abort=True, err=True)

        def tell(step: str, number: int, total: int) -> None:
            if not as_json:
                click.echo(f"  {number:>2}/{total}  {step}")

        first = stage.sent
        result = deploy_on(stage, known, records, where, who, tell)
        gas = result.gas
        payload: dict[str, Any] = {
            "dry_run": dry_run,
            "network": result.record.network,
            "chain_id": chain.chain_id,
            "deployer": who,
            "transactions": stage.sent - first,
            "gas": gas,
            "record": None if dry_run else str(records.path(chain.chain_id, chain.genesis)),
            "asset": result.record.asset.model_dump() if result.record.asset else None,
            "collections": [item.model_dump() for item in result.record.collections],
            "contracts": {name: item.address for name, item in result.record.contracts.items()},
        }
    emit(as_json, payload, lambda: _print(payload))


def _inside(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _print(payload: dict[str, Any]) -> None:
    note = " (simulated, nothing was sent)" if payload["dry_run"] else ""
    table(
        f"Deployed on chain {payload['chain_id']}{note}",
        ["contract", "address"],
        payload["contracts"].items(),
    )
    click.echo(f"{payload['transactions']} transactions, {payload['gas']:,} gas")
    if payload["record"]:
        click.echo(f"recorded in {payload['record']}")
