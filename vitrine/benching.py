"""What a bench is.

Benches live beside the code they measure (`vitrine/<module>/bench.py`, a tuple `BENCHES`) and are listed in
`scripts/bench.py`, which runs them and fails when a bound is missed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import TypeVar

from vitrine.errors import ConfigError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Check:
    """One measured number against its bound; `ok` is None for numbers that are only reported."""

    id: str
    value: float
    unit: str
    bound: str = ""
    ok: bool | None = None


@dataclass(slots=True)
class Report:
    """What a bench found: checks for the verdict, blocks of text for people."""

    checks: list[Check] = field(default_factory=list)
    text: list[str] = field(default_factory=list)

    def note(self, id: str, value: float, unit: str) -> None:  # noqa: A002
        """A number without a bound."""
        self.checks.append(Check(id, value, unit))

    def below(self, id: str, value: float, bound: float, unit: str) -> None:  # noqa: A002
        """value < bound."""
        self.checks.append(Check(id, value, unit, f"< {bound:.6g}", value < bound))

    def at_least(self, id: str, value: float, bound: float, unit: str) -> None:  # noqa: A002
        """value >= bound."""
        self.checks.append(Check(id, value, unit, f">= {bound:.6g}", value >= bound))

    def table(self, title: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """A block of text with aligned columns: the first to the left, the rest to the right."""
        cells = [[str(cell) for cell in row] for row in (head, *rows)]
        widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
        lines = [
            "  ".join(
                [row[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(row[1:], widths[1:], strict=True))]
            )
            for row in cells
        ]
        lines.insert(1, "  ".join("-" * width for width in widths))
        self.text.append("\n".join([title, *(line.rstrip() for line in lines)]))


@dataclass(frozen=True, slots=True)
class Context:
    """What a bench may use: the folder of real data, if one was given."""

    data: Path | None = None

    def file(self, name: str) -> Path:
        """A file of the data folder."""
        if self.data is None:
            raise ConfigError(f"{name} is needed", "Give its folder: make bench DATA=<folder>")
        if not (self.data / name).is_file():
            raise ConfigError(
                f"{self.data} holds no {name}", "Give the folder that holds it: make bench DATA=<folder>"
            )
        return self.data / name


@dataclass(frozen=True, slots=True)
class Bench:
    """One bench; `needs_data` ones run only when a data folder is given."""

    name: str
    title: str
    run: Callable[[Context], Report]
    needs_data: bool = False


def timed(work: Callable[[], T]) -> tuple[T, float]:
    """Result and seconds."""
    start = perf_counter()
    result = work()
    return result, perf_counter() - start
