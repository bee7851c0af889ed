"""Counters and gauges of a keeper, written as text that any collector reads."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path

_NAME = re.compile(r"[^a-zA-Z0-9_]")
_Labels = tuple[tuple[str, str], ...]


class Metrics:
    """Numbers of one keeper. Names are made legal, so any reason may become a label."""

    def __init__(self, keeper: str) -> None:
        self.keeper = keeper
        self._values: dict[tuple[str, _Labels], float] = {}

    def add(self, name: str, value: float = 1, **labels: str) -> None:
        """Counts."""
        key = (name, tuple(sorted(labels.items())))
        self._values[key] = self._values.get(key, 0) + value

    def set(self, name: str, value: float, **labels: str) -> None:
        """States."""
        self._values[name, tuple(sorted(labels.items()))] = value

    def get(self, name: str, **labels: str) -> float:
        return self._values.get((name, tuple(sorted(labels.items()))), 0)

    def total(self, name: str) -> float:
        """Sum over all labels."""
        return sum(value for (found, _), value in self._values.items() if found == name)

    def text(self) -> str:
        """Lines `vitrine_<name>{keeper="…",…} value`."""
        lines = []
        for (name, labels), value in sorted(self._values.items()):
            pairs = (("keeper", self.keeper), *labels)
            shown = ",".join(f'{_NAME.sub("_", k)}="{_escaped(v)}"' for k, v in pairs)
            lines.append(f"vitrine_{_NAME.sub('_', name)}{{{shown}}} {value:.12g}")
        return "\n".join(lines) + "\n"

    def as_dict(self) -> Mapping[str, float]:
        """The same, flat, for `--json`."""
        return {
            name + "".join(f"[{k}={v}]" for k, v in labels): value
            for (name, labels), value in sorted(self._values.items())
        }


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")


def write_whole(path: Path, text: str) -> None:
    """Replaces a file at once: a reader sees the old text or the new, also if this process dies half-way."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    with os.fdopen(handle, "w") as file:
        file.write(text)
    Path(name).replace(path)
