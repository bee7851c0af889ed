"""`ape run index --network …`: what `vitrine index` does, on the network Ape is connected to."""

import click
from ape.cli import ConnectedProviderCommand

from vitrine.cli.through_ape import run_on


@click.command(cls=ConnectedProviderCommand, context_settings={"ignore_unknown_options": True})
@click.argument("words", nargs=-1, type=click.UNPROCESSED)
def cli(provider, words):
    """WORDS are those of `vitrine index`."""
    run_on(provider, ["index", *words])
