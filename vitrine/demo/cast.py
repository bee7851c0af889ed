"""Who takes part, made from the seed: suppliers, borrowers, takers, keepers. Amounts in asset units."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from vitrine.demo.bridge import stream
from vitrine.demo.marketcast import MarketCast, make_market_cast
from vitrine.demo.scenario import MAIN, THIN, Scenario
from vitrine.demo.views import Piece
from vitrine.units import ETH

SUPPLIERS: Final = 12
BORROWERS: Final = 60
KEEPERS: Final = ("keeper-ada", "keeper-bo")
TEMPERS: Final = ("top up", "redeem", "repay", "ignore")
_SHARES: Final = (0.27, 0.25, 0.23, 0.25)


@dataclass(slots=True)
class Supplier:
    """Lends to the pool; leaves in part when losses show."""

    name: str
    wallet: int
    first: int
    """Deposit at the start."""
    joins: int
    """Tick of the deposit."""
    nerve_bps: int
    """Floating bad debt, of the pool, that makes him leave with a part."""
    exit_bps: int
    greed: bool
    """Adds money while the rate is high."""
    least_apr_bps: int
    """Takes a part home while borrowers pay less than this a year."""


@dataclass(slots=True)
class Borrower:
    """Pledges pieces and owes; what he does under a notice is his temper."""

    name: str
    pieces: list[Piece]
    spare: list[Piece]
    """Pieces at home that a topping-up borrower can add."""
    opens: int
    """Tick of the loan."""
    leverage: float
    """Where between 20 % and the limit the loan is opened, 0 to 1."""
    temper: str
    nerve: int
    """How often he comes to the rescue before he lets go."""
    savings_bps: int
    """Own cash, of the loan."""
    haste: float
    """Mean hours from a notice to his answer."""
    closes: int
    """Tick from which he closes if he can pay; 0: never."""


@dataclass(slots=True)
class Taker:
    """Buys in auctions when cheap enough against what a piece fetches outside."""

    name: str
    budget: int
    low_bps: int
    high_bps: int
    """Wanted discount, drawn per auction between the two."""
    keys: tuple[str, ...]
    presence: float
    """Chance to look at any given moment."""


@dataclass(slots=True)
class Cast:
    """Everybody, in a fixed order."""

    suppliers: list[Supplier]
    borrowers: list[Borrower]
    takers: list[Taker]
    markets: MarketCast
    keepers: list[str] = field(default_factory=lambda: list(KEEPERS))

    def names(self) -> list[str]:
        groups = (self.suppliers, self.borrowers, self.takers)
        lent = [person.name for group in groups for person in group]
        return [*lent, *self.keepers, *self.markets.names()]

    def pledged(self) -> list[Piece]:
        """What borrowers pledge, or have at home for it."""
        return [piece for b in self.borrowers for piece in [*b.pieces, *b.spare]]

    def pieces(self) -> list[Piece]:
        """All that anybody owns at the start."""
        return [*self.pledged(), *self.markets.pieces()]


def floor_value(scenario: Scenario, key: str, tick: int, decimals: int) -> int:
    """What a floor piece fetches outside at the end of a tick, asset units, rounded down."""
    wei, usd = scenario.collections[key].floors[tick], scenario.usd[tick]
    return int(wei * usd * 10**decimals // (ETH * 10**8))


def make_cast(scenario: Scenario, decimals: int) -> Cast:
    """All parties of a run; the sizes follow the scenario's first prices."""
    unit = 10**decimals
    borrowers = _borrowers(scenario)
    pledged = sum(floor_value(scenario, p.key, 0, decimals) for b in borrowers for p in b.pieces)
    return Cast(
        _suppliers(scenario, pledged * 44 // 100 // unit, unit),
        borrowers,
        _takers(scenario, pledged // unit, unit),
        make_market_cast(
            scenario, {key: floor_value(scenario, key, 0, decimals) for key in scenario.collections}
        ),
    )


def _suppliers(scenario: Scenario, total: int, unit: int) -> list[Supplier]:
    rng = stream(scenario.seed, "suppliers")
    weights = rng.pareto(1.6, SUPPLIERS) + 0.35
    people = []
    for number in range(SUPPLIERS):
        first = max(round(total * float(weights[number] / weights.sum())), total // 250) * unit
        people.append(
            Supplier(
                name=f"supplier-{number + 1:02d}",
                wallet=first * int(rng.integers(115, 160)) // 100,
                first=first,
                joins=0 if number < 9 else int(rng.integers(2, 30)),
                nerve_bps=int(rng.integers(15, 160)) if rng.random() < 0.66 else 100_000,
                exit_bps=int(rng.integers(2_000, 10_001)),
                greed=bool(rng.random() < 0.4),
                least_apr_bps=int(rng.integers(600, 1_400)),
            )
        )
    return people


def _borrowers(scenario: Scenario) -> list[Borrower]:
    rng = stream(scenario.seed, "borrowers")
    purses = {key: list(script.tokens) for key, script in scenario.collections.items()}
    thin = THIN if THIN in purses else MAIN
    late = max(scenario.ticks * 9 // 10, 1)
    people = []
    tempers = [TEMPERS[int(i)] for i in rng.choice(len(TEMPERS), BORROWERS, p=_SHARES)]
    for number in range(BORROWERS):
        temper = tempers[number]
        home = thin if rng.random() < 0.27 else MAIN
        count = int(rng.choice([1, 2, 3, 4], p=[0.42, 0.32, 0.17, 0.09]))
        keys = [home] * count
        if count > 1 and thin != MAIN and rng.random() < 0.25:
            keys[-1] = thin if home == MAIN else MAIN
        spares = int(rng.integers(1, 3)) if temper == "top up" else 0
        opens = int(rng.integers(2, 8)) if rng.random() < 0.66 else int(rng.integers(8, max(late, 9)))
        people.append(
            Borrower(
                name=f"borrower-{number + 1:02d}",
                pieces=[Piece(key, purses[key].pop()) for key in keys],
                spare=[Piece(home, purses[home].pop()) for _ in range(spares)],
                opens=opens,
                leverage=float(rng.beta(2.2, 1.05)),
                temper=temper,
                nerve=int(rng.integers(1, 4)),
                savings_bps=int(rng.integers(1_500, 7_000)) if temper != "ignore" else 0,
                haste=float(rng.uniform(1.0, 9.0)),
                closes=int(rng.integers(late - 20, late + 30)) if rng.random() < 0.2 else 0,
            )
        )
    return people


def _takers(scenario: Scenario, pledged: int, unit: int) -> list[Taker]:
    """Two who hurry, three who deal, two who wait, three who are bold, two who want it for a song.

    The budgets of the first ten run dry on the way down; `pledged` in whole units of the asset.
    """
    rng = stream(scenario.seed, "takers")
    everything = tuple(scenario.collections)
    people = []
    kinds: list[tuple[str, int, int, float, float, int]] = [
        ("collector", -1_100, 350, 0.010, 0.7, 2),
        ("dealer", 450, 1_150, 0.014, 0.5, 3),
        ("patient", 900, 1_480, 0.010, 0.4, 2),
        ("vulture", 1_600, 3_000, 0.012, 0.45, 3),
        ("scavenger", 4_000, 5_000, 0.20, 0.5, 2),
    ]
    for kind, low, high, share, presence, count in kinds:
        for number in range(count):
            budget = round(pledged * share * float(rng.uniform(0.8, 1.25))) * unit
            keys = everything if number % 2 == 0 or kind in ("vulture", "scavenger") else everything[:1]
            people.append(Taker(f"{kind}-{number + 1}", budget, low, high, keys, presence))
    return people
