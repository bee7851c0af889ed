"""`ape run demo`: what `vitrine demo` does; it brings its own chain."""

import click


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("words", nargs=-1, type=click.UNPROCESSED)
def cli(words):
    """WORDS are those of `vitrine demo`."""
    from vitrine.cli import cli as vitrine

    vitrine.main(["demo", *words])
