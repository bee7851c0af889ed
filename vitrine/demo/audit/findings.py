"""What the audit compared, and where two ways of knowing disagreed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final

_SHOWN: Final = 200


@dataclass(slots=True)
class Findings:
    """Counts per kind of comparison, and every difference as a sentence."""

    compared: Counter[str] = field(default_factory=Counter)
    differences: list[str] = field(default_factory=list)

    def same(self, kind: str, what: str, expected: Any, found: Any) -> None:
        """Counts one comparison; a difference becomes a sentence."""
        self.compared[kind] += 1
        if expected != found and len(self.differences) < _SHOWN:
            self.differences.append(f"{kind}: {what}: {expected} by the events, {found} found")

    def holds(self, kind: str, what: str, condition: bool) -> None:
        """Counts one condition that has to hold."""
        self.compared[kind] += 1
        if not condition and len(self.differences) < _SHOWN:
            self.differences.append(f"{kind}: {what}")
