"""`vitrine …`: one click group per module, imported when it is used.

Every command has `--json`, every command that writes has `--dry-run`. Errors are one sentence and what to do
about it, with the exit code of their family; a traceback on the terminal is a bug.
"""

from vitrine.cli.main import cli

__all__ = ["cli"]
