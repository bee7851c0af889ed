"""All actors of the markets, and the order in which they get to speak."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from vitrine.demo.bookminds import BidderMind, ListerMind, Quill
from vitrine.demo.bridge import stream
from vitrine.demo.exchange import ArbMind, ShopperMind
from vitrine.demo.financed import FinancedMind
from vitrine.demo.makerminds import ClaimMind, OpenerMind, ProviderMind
from vitrine.demo.marketcast import TREASURY, MarketCast
from vitrine.demo.marketdesk import MarketDesk
from vitrine.demo.offers import Offers
from vitrine.demo.orderbook import OrderBook
from vitrine.demo.patrons import PatronMind
from vitrine.demo.scenario import MAIN, THIN, Scenario
from vitrine.demo.views import Move, Snapshot
from vitrine.demo.world import Outcome, World
from vitrine.sdk.seaport.criteria import Criteria
from vitrine.sdk.seaport.hashing import Domain


@dataclass(slots=True)
class MarketMinds:
    """Everybody who trades outside the auctions."""

    desk: MarketDesk
    book: OrderBook
    openers: list[OpenerMind]
    providers: list[ProviderMind]
    patrons: list[PatronMind]
    listers: list[ListerMind]
    bidders: list[BidderMind]
    arbs: list[ArbMind]
    shoppers: list[ShopperMind]
    financed: dict[str, FinancedMind]
    claimers: list[ClaimMind]
    rng: np.random.Generator
    spoken: list[str] = field(default_factory=list)

    def decide(self, see: Snapshot, tick: int) -> list[Move]:
        """Moves of one block; who of the traders comes first is drawn anew each time."""
        self.book.sweep(see.at, see.wallets)
        moves = [move for mind in self._slow() for move in mind.decide(see, tick)]
        quiet: list[ListerMind | BidderMind | ClaimMind] = [*self.listers, *self.bidders, *self.claimers]
        for mind in quiet:
            moves += mind.decide(see)
        traders: list[ArbMind | ShopperMind] = [*self.arbs, *self.shoppers]
        for index in self.rng.permutation(len(traders)):
            moves += traders[int(index)].decide(see)
        return moves

    def _slow(self) -> Iterator[OpenerMind | ProviderMind | PatronMind | FinancedMind]:
        yield from self.openers
        yield from self.providers
        yield from self.patrons
        yield from self.financed.values()

    def hear(self, outcomes: list[Outcome]) -> None:
        """What the chain did to orders, and to loans of buyers on credit."""
        for outcome in outcomes:
            self.book.hear(outcome.events)
            mind = self.financed.get(outcome.move.actor)
            if mind is not None:
                mind.hear(outcome.move, outcome.ok)


def make_market_minds(
    scenario: Scenario, cast: MarketCast, world: World, keys: Mapping[str, Any], ltv_bps: Mapping[str, int]
) -> MarketMinds:
    """Minds with an own stream of randomness each."""
    markets, names, seed = world.contracts.markets, world.names, scenario.seed
    assert markets is not None
    desk, book = MarketDesk(names, world.contracts, markets), OrderBook()
    offers, both = Offers(desk, book), tuple(scenario.collections)
    quill = Quill(names, keys, Domain(world.chain.chain_id, markets.seaport.address), names.asset)
    last = scenario.ticks

    def own(name: str) -> np.random.Generator:
        return stream(seed, name, "mind")

    openers = [
        OpenerMind(name, [plan for plan in cast.pools if plan.opener == name], desk, own(name))
        for name in [*cast.providers, *cast.makers]
    ]
    joins = [(cast.providers[1], MAIN), (cast.providers[2], MAIN), (cast.providers[2], THIN)]
    draw = stream(seed, "providers")
    providers = [
        ProviderMind(name, key, int(draw.integers(2, 8)), int(last * draw.uniform(0.3, 0.7)), 1, desk)
        for name, key in joins
    ]
    return MarketMinds(
        desk,
        book,
        openers,
        providers,
        _patrons(cast, desk, seed, own),
        [ListerMind(name, both, quill, book, desk, own(name)) for name in cast.listers],
        _bidders(scenario, cast, desk, book, quill, own),
        [ArbMind(name, both, offers, desk, own(name)) for name in cast.arbs],
        [ShopperMind(name, both, offers, desk, own(name)) for name in cast.shoppers],
        _financed(scenario, cast, desk, offers, ltv_bps, own),
        [ClaimMind(name, desk, own(name)) for name in [*cast.creators.values(), TREASURY]],
        stream(seed, "traders"),
    )


def _patrons(cast: MarketCast, desk: MarketDesk, seed: int, own: Any) -> list[PatronMind]:
    """Two for each collection; the timid cancel when the market falls, the bold are there for that."""
    rng = stream(seed, "patrons")
    made = []
    for number, name in enumerate(cast.patrons):
        key = MAIN if number % 2 == 0 else THIN
        bps = int(rng.integers(8_600, 9_300)) if number < 2 else int(rng.integers(7_600, 8_700))
        made.append(PatronMind(name, key, bps, 2, number < 2, desk, own(name), int(rng.integers(2, 12))))
    return made


def _bidders(
    scenario: Scenario, cast: MarketCast, desk: MarketDesk, book: OrderBook, quill: Quill, own: Any
) -> list[BidderMind]:
    """One for each collection, and one who wants a trait."""
    common = _trait(scenario)
    terms = [(MAIN, 8_900, 9_700, None), (THIN, 8_600, 9_500, None), (MAIN, 9_000, 9_900, common)]
    return [
        BidderMind(name, key, low, high, ids, quill, book, desk, own(name))
        for name, (key, low, high, ids) in zip(cast.bidders, terms, strict=True)
    ]


def _trait(scenario: Scenario) -> Criteria | None:
    """Ids of the main collection with one ordinary trait; None when no traits are known."""
    script = scenario.collections[MAIN]
    table = script.market.traits
    if table is None:
        return None
    chosen = set(table[table["eyes"] == "Shadow"]["token_id"].tolist())
    ids = sorted(token for token in [*script.tokens, *script.stock] if token in chosen)
    return Criteria(ids) if len(ids) >= 2 else None


def _financed(
    scenario: Scenario, cast: MarketCast, desk: MarketDesk, offers: Offers, ltv_bps: Mapping[str, int],
    own: Any,
) -> dict[str, FinancedMind]:  # fmt: skip
    rng, last = stream(scenario.seed, "financed"), scenario.ticks
    made = {}
    for number, name in enumerate(cast.financed):
        key = THIN if number == 3 else MAIN
        buys = int(last * float(rng.uniform(0.02, 0.3)))
        sells = buys + int(last * float(rng.uniform(0.15, 0.5)))
        part = int(rng.integers(6_000, 9_500))
        made[name] = FinancedMind(name, key, ltv_bps[key], part, buys, sells, offers, desk, own(name))
    return made
