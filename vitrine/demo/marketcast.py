"""Who trades, made from the seed: pools, traders, the order book, bidders, buyers on credit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from vitrine.demo.bridge import stream
from vitrine.demo.custody import BUY, SELL, SHARED, TWO_SIDED
from vitrine.demo.scenario import MAIN, THIN, Scenario
from vitrine.demo.views import Piece
from vitrine.units import WAD

TREASURY: Final = "treasury"
CREATOR: Final = "creator-"
ROYALTY_BPS: Final = {MAIN: 500, THIN: 250}
"""What the collections answer to ERC-2981."""
LINEAR, EXPONENTIAL, PRODUCT = "LinearCurve", "ExponentialCurve", "ConstantProductCurve"


@dataclass(slots=True)
class Purse:
    """What a party has at the start; asset units, and pieces by collection."""

    cash: int = 0
    pieces: list[Piece] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class PoolPlan:
    """A pool somebody will open."""

    opener: str
    key: str
    kind: int
    curve: str
    fee_bps: int
    step: int
    """Of the curve: per mille of the price, or (product) pieces of the virtual reserve."""
    nfts: int
    pieces_worth: int
    """Asset put in, in pieces at the price of the moment."""
    opens: int
    """Tick."""
    over_bps: int = 10_000
    """Price asked, of what a piece fetches outside."""


@dataclass(slots=True)
class MarketCast:
    """Everybody at markets, in a fixed order; `purses` by name."""

    purses: dict[str, Purse]
    pools: list[PoolPlan]
    providers: list[str]
    makers: list[str]
    arbs: list[str]
    shoppers: list[str]
    listers: list[str]
    bidders: list[str]
    patrons: list[str]
    financed: list[str]
    creators: dict[str, str]
    """By collection."""

    def names(self) -> list[str]:
        return [*self.purses, *self.creators.values(), TREASURY]

    def pieces(self) -> list[Piece]:
        return [piece for purse in self.purses.values() for piece in purse.pieces]


@dataclass(slots=True)
class _Stock:
    """Pieces not given to anybody yet, and what a floor piece fetches."""

    left: dict[str, list[int]]
    floor: Mapping[str, int]

    def purse(self, cash_pieces: float, **counts: int) -> Purse:
        """So many pieces of each collection, and cash for so many of the main one."""
        pieces = [Piece(key, self.left[key].pop()) for key, count in counts.items() for _ in range(count)]
        return Purse(int(self.floor[MAIN] * cash_pieces), pieces)


def make_market_cast(scenario: Scenario, floor: Mapping[str, int]) -> MarketCast:
    """All of them; sizes follow the first prices."""
    rng = stream(scenario.seed, "markets")
    stock = _Stock({key: list(script.stock) for key, script in scenario.collections.items()}, floor)
    purses: dict[str, Purse] = {}

    def group(name: str, count: int, cash: float, main: int, thin: int) -> list[str]:
        made = [f"{name}-{number + 1}" for number in range(count)]
        for who in made:
            held = {MAIN: main, THIN: thin}
            purses[who] = stock.purse(cash * float(rng.uniform(0.85, 1.2)), **held)
        return made

    providers = group("provider", 3, 8, 8, 6)
    makers = group("maker", 3, 2.6, 6, 4)
    arbs = group("arb", 3, 1.2, 6, 4)
    shoppers = group("shopper", 6, 4, 2, 1)
    listers = group("lister", 4, 1, 6, 3)
    bidders = group("bidder", 3, 5, 0, 0)
    patrons = group("patron", 4, 2.5, 0, 0)
    financed = group("financed", 4, 2, 0, 0)
    creators = {key: f"{CREATOR}{key}" for key in scenario.collections}
    plans = _plans(providers, makers, rng)
    return MarketCast(
        purses, plans, providers, makers, arbs, shoppers, listers, bidders, patrons, financed, creators
    )


def _plans(providers: list[str], makers: list[str], rng: np.random.Generator) -> list[PoolPlan]:
    """One shared pool per collection, three owned ones; every curve and every kind occurs."""
    fee = [int(rng.integers(60, 140)) for _ in range(5)]
    return [
        PoolPlan(providers[0], MAIN, SHARED, PRODUCT, fee[0], 9, 6, 6, 0),
        PoolPlan(providers[1], THIN, SHARED, LINEAR, fee[1], 80, 5, 6, 0),
        PoolPlan(makers[0], MAIN, TWO_SIDED, EXPONENTIAL, fee[2], 35, 3, 2, 1, 10_150),
        PoolPlan(makers[1], MAIN, BUY, LINEAR, fee[3], 30, 0, 2, 1, 9_500),
        PoolPlan(makers[2], MAIN, SELL, LINEAR, fee[4], 25, 5, 0, 2, 10_300),
        PoolPlan(makers[1], THIN, TWO_SIDED, LINEAR, fee[3], 40, 2, 2, 2, 10_100),
    ]


def curve_words(plan: PoolPlan, price: int) -> tuple[int, int]:
    """`spot` and `delta` with which the curve starts at `price`."""
    if plan.curve == LINEAR:
        return price, price * plan.step // 1_000
    if plan.curve == EXPONENTIAL:
        return price, WAD + WAD * plan.step // 1_000
    return price * plan.step, plan.step * WAD
