"""`python -m vitrine`: the same as `vitrine`."""

from vitrine.cli import cli

if __name__ == "__main__":
    cli()
