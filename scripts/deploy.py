"""`ape run deploy --network ethereum:local:foundry --account TEST::0`: `vitrine deploy` through Ape."""

import click
from ape import project
from ape.cli import ConnectedProviderCommand, account_option

from vitrine.deploy.ape import deploy_with_ape
from vitrine.errors import VitrineError


@click.command(cls=ConnectedProviderCommand)
@account_option()
@click.option("--parameters", default="local", show_default=True, help="scripts/params/NAME.yml, or a file.")
def cli(account, provider, parameters):
    """Deploy everything with an account of Ape, or resume a deployment."""
    try:
        record = deploy_with_ape(account, project, provider, parameters, progress=click.echo)
    except VitrineError as error:
        raise click.ClickException(str(error)) from None
    for name, contract in record.contracts.items():
        click.echo(f"{name:20} {contract.address}")
