"""Which tokens a command is about: ids of a file, or those that bear traits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from vitrine.errors import AmountError, DataError
from vitrine.sdk.idlist import IdList

F = TypeVar("F", bound=Callable[..., Any])
_FILE: Final = click.Path(path_type=Path, dir_okay=False)


@dataclass(frozen=True, slots=True)
class Among:
    """The tokens meant, as typed."""

    ids: Path | None
    traits: Path | None
    named: tuple[str, ...]

    @classmethod
    def take(cls, options: dict[str, Any]) -> Among:
        """Out of a command's keyword arguments."""
        return cls(options.pop("among"), options.pop("traits"), options.pop("named_traits"))

    @property
    def given(self) -> bool:
        return bool(self.ids or self.traits or self.named)

    def tokens(self) -> tuple[int, ...]:
        """Ids, ascending: those of the file that bear every trait named."""
        if bool(self.traits) != bool(self.named):
            raise AmountError(
                "A trait needs the file of traits, and the file a trait", "Give --trait and --traits"
            )
        found = None if self.ids is None else set(IdList.read(self.ids).ids)
        if self.traits is not None:
            bearers = with_traits(self.traits, self.named)
            found = bearers if found is None else found & bearers
        if not found:
            raise DataError("No token is meant: none bears all of that", "Name fewer traits, or other ids")
        return tuple(sorted(found))


def with_traits(path: Path, named: Sequence[str]) -> set[int]:
    """Tokens of a file of traits (as `vitrine price --traits` takes) that bear all of `COLUMN=VALUE`."""
    from vitrine.pricing.readers import read_traits

    frame = read_traits(path)
    columns = [str(column) for column in frame.columns if column != "token_id"]
    found = set(frame["token_id"].tolist())
    for text in named:
        column, _, value = text.partition("=")
        if not value:
            raise AmountError(f"{text!r} is not a trait", "Write it like --trait type=alien")
        if column not in columns:
            raise DataError(f"{path} has no trait column {column!r}", f"It has {', '.join(columns)}")
        cells = zip(frame["token_id"].tolist(), frame[column].tolist(), strict=True)
        wanted = value.strip().casefold()
        found &= {
            token
            for token, cell in cells
            if wanted in [one.strip().casefold() for one in str(cell).split(";")]
        }
    return found


def among_options(command: F) -> F:
    """`--among FILE`, `--traits FILE --trait COLUMN=VALUE …`"""
    for option in (
        click.option("--trait", "named_traits", multiple=True, metavar="COLUMN=VALUE",
                     help="Only tokens that bear it, by the file of --traits. May repeat: all of them."),
        click.option("--traits", type=_FILE, help="token_id and trait columns, as `vitrine price`."),
        click.option("--among", type=_FILE, help="Only these ids, one a line."),
    ):  # fmt: skip
        command = option(command)
    return command


def lists_option(command: F) -> F:
    """`--list FILE`, several times."""
    option = click.option("--list", "lists", type=_FILE, multiple=True,
                          help="Ids that a pool with a list takes, one a line. May repeat.")  # fmt: skip
    return option(command)


def read_lists(paths: Sequence[Path]) -> list[IdList]:
    return [IdList.read(path) for path in paths]
