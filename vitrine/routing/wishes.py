"""What a buyer may wish for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from vitrine.errors import AmountError


@dataclass(frozen=True, slots=True)
class Cheapest:
    """Any `count` tokens, for as little as possible."""

    count: int

    def __post_init__(self) -> None:
        _require_positive(self.count)


@dataclass(frozen=True, slots=True)
class These:
    """Exactly these tokens."""

    token_ids: frozenset[int]

    def __post_init__(self) -> None:
        _require_positive(len(self.token_ids))


@dataclass(frozen=True, slots=True)
class Traits:
    """Up to `count` of the tokens that bear the traits, none for more than `max_each` all in.

    The best are those whose cost, less what the token is worth to the buyer, is least; by default every token
    is worth the same.
    """

    token_ids: frozenset[int]
    count: int
    max_each: int
    worth: Mapping[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _require_positive(self.count)


Wish: TypeAlias = Cheapest | These | Traits


def _require_positive(count: int) -> None:
    if count < 1:
        raise AmountError("Nothing is wished for", "Wish for at least one token")
