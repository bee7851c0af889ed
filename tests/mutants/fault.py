"""What a seeded fault is."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """One change that must be noticed.

    `old` occurs exactly once in `path` and becomes `new`; at least one of `tests` (pytest node ids) must then
    fail, and all of them pass without the change.
    """

    id: str
    path: str
    old: str
    new: str
    tests: tuple[str, ...]
