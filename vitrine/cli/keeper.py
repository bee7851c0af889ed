"""`vitrine keeper …`"""

from __future__ import annotations

import click


@click.group("keeper", short_help="Run the bots that watch and post.")
def command() -> None:
    """Bots: safe to run twice, to race, to be killed between two lines."""
