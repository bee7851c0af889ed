"""Plans: what the router executes, leg by leg, each with its substitutes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from vitrine.errors import AmountError
from vitrine.routing.offers import FREE_GAS, GasPrice
from vitrine.units import BPS, bps_down, bps_up

Encoders: TypeAlias = Mapping[str, Callable[[Sequence[Any]], bytes]]
"""By venue: the payloads of a fill (one per listing or bid; of a pool its one) to the `data` of the fill."""


@dataclass(frozen=True, slots=True)
class Terms:
    """How plans are made. `slippage_bps` is what a pool's price may move before its fill fails; listings and
    bids are fixed. `bundle`: what one venue fills goes into one fill, cheaper in gas and all or nothing,
    without substitutes. `ladder`: where a pool does not do all items of a leg within the limit, it is
    asked for fewer, each number within its own; the leg then counts as filled with what it got."""

    gas: GasPrice = FREE_GAS
    with_royalty: bool = True
    slippage_bps: int = 100
    substitutes: int = 2
    bundle: bool = False
    ladder: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.slippage_bps < BPS:
            raise AmountError(f"A slippage of {self.slippage_bps} bps is not below 100 %", "Allow less")


@dataclass(frozen=True, slots=True)
class Fill:
    """One way of filling a leg. `assets` is what it costs or brings now, `limit` the most or least it may."""

    venue: str
    collection: str
    token_ids: tuple[int, ...]
    assets: int
    limit: int
    payloads: tuple[Any, ...]

    def words(self, encoders: Encoders) -> tuple[str, str, list[int], int, bytes]:
        """`Fill` of the router."""
        data = encoders[self.venue](self.payloads)
        return self.venue, self.collection, list(self.token_ids), self.limit, data


@dataclass(frozen=True, slots=True)
class Leg:
    """The first fill is the choice, the others are tried in order when it fails."""

    fills: tuple[Fill, ...]

    @property
    def choice(self) -> Fill:
        return self.fills[0]


@dataclass(frozen=True, slots=True)
class Plan:
    """Legs of one transaction. `objective` is what the planner minimised (buying) or maximised (selling)."""

    legs: tuple[Leg, ...]
    objective: int
    missing: int
    """Items wished for that no market offers."""

    @property
    def count(self) -> int:
        """Items of all legs."""
        return sum(len(leg.choice.token_ids) for leg in self.legs)

    @property
    def assets(self) -> int:
        """What the first choices cost, or bring, now."""
        return sum(leg.choice.assets for leg in self.legs)

    @property
    def max_total(self) -> int:
        """Buying: the most the plan can cost, whichever substitutes are taken."""
        return sum(max(fill.limit for fill in leg.fills) for leg in self.legs)

    @property
    def min_total(self) -> int:
        """Selling: the least the plan can bring when every leg is filled, whichever substitutes are taken."""
        return sum(min(fill.limit for fill in leg.fills) for leg in self.legs)

    def words(self, encoders: Encoders) -> list[tuple[list[tuple[str, str, list[int], int, bytes]]]]:
        """`Leg[]` of the router."""
        return [([fill.words(encoders) for fill in leg.fills],) for leg in self.legs]


def limit_up(assets: int, terms: Terms) -> int:
    """Most that a fill of a pool may cost."""
    return assets + bps_up(assets, terms.slippage_bps)


def limit_down(assets: int, terms: Terms) -> int:
    """Least that a fill of a pool may bring."""
    return assets - bps_down(assets, terms.slippage_bps)
