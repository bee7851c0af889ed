"""One exception root, a few families, one exit code each.

Every message is a fact and the next step: what is wrong, with its numbers, and what to do about it. The
command line prints `str(error)` and leaves with `error.exit_code`; a traceback on the terminal is a bug.
"""

from __future__ import annotations

from typing import ClassVar


class VitrineError(Exception):
    """Root of everything the package raises on purpose."""

    exit_code: ClassVar[int] = 1

    def __init__(self, fact: str, next_step: str = "") -> None:
        self.fact = fact.strip()
        self.next_step = next_step.strip()
        super().__init__(self.message)

    @property
    def message(self) -> str:
        """The fact, then the next step, as one or two sentences."""
        parts = (part for part in (self.fact, self.next_step) if part)
        return " ".join(part if part.endswith((".", "!", "?")) else f"{part}." for part in parts)

    def __str__(self) -> str:
        return self.message

    def __reduce__(self) -> tuple[object, ...]:
        return (type(self), (self.fact, self.next_step))


class AmountError(VitrineError, ValueError):
    """An amount, rate or identifier that cannot be what was asked for. Exit 2, like any bad argument."""

    exit_code = 2


class DataError(VitrineError, ValueError):
    """A file or frame does not hold what its columns promise. Exit 3."""

    exit_code = 3


class ConfigError(VitrineError, ValueError):
    """Settings, parameters or records that contradict each other or a hard bound. Exit 4."""

    exit_code = 4


class ChainError(VitrineError, RuntimeError):
    """The node is gone, is another chain, or refused a call or transaction. Exit 5."""

    exit_code = 5


class StateError(VitrineError, RuntimeError):
    """The request is well formed, but what the chain or database holds now does not allow it. Exit 6."""

    exit_code = 6


class CheckError(VitrineError, AssertionError):
    """A check that compares two ways of knowing the same thing found a difference. Exit 1."""

    exit_code = 1
