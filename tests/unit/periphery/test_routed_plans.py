"""Plans of `vitrine.routing` executed as they are by the router, over real pools and the real Seaport."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.helpers.accounts import Account
from tests.helpers.core import GOVERNOR
from tests.helpers.evm import Contract, Driver, Tx
from tests.helpers.markets import FOREVER, MAKER, Market, build_market
from tests.helpers.seaport import SeaportBook, build_seaport
from vitrine.routing import (
    Bid,
    Cheapest,
    Listing,
    Plan,
    PoolOffer,
    Terms,
    These,
    Trade,
    Traits,
    plan_buy,
    plan_sell,
)
from vitrine.sdk.seaport.venue import bids_data, listings_data

TRADER = Account("trader")


@dataclass
class Quoted:
    """A pool asked on the chain."""

    pool: Contract
    held: list[int]
    trader: Any
    own: list[int] = field(default_factory=list)

    def buy(self, count: int) -> Trade | None:
        if count > len(self.held):
            return None
        found = self.pool.quoteBuy(self.held[:count], self.trader)
        return Trade(found.total, found.royalty)

    def sell(self, count: int) -> Trade | None:
        found = self.pool.quoteSell(self.own[:count], self.trader)
        return Trade(found.total, found.royalty)


@dataclass
class Town:
    market: Market
    book: SeaportBook
    till: Contract
    router: Contract
    pools: Contract  # the venue
    orders: Contract  # the venue
    listings: list[Listing] = field(default_factory=list)

    @property
    def nft(self) -> str:
        return self.market.nft.address

    def list(self, whole: float) -> int:
        """A fresh token of the maker, listed."""
        market = self.market
        [token] = market.mint(MAKER, 1, self.book.seaport)
        price = market.units(whole)
        order = self.book.listing(MAKER, market.nft, token, market.asset, price)
        self.listings.append(Listing(self.orders.address, token, price, gas=130_000, payload=order))
        return token

    def offer(self, pool: Contract) -> PoolOffer:
        held = self.market.held(pool)
        quoter = Quoted(pool, held, self.pools)
        return PoolOffer(self.pools.address, quoter, held, gas_first=90_000, gas_more=11_000, payload=pool)

    def buy(self, plan: Plan, filled: int | None = None, most: int | None = None) -> Tx:
        legs = plan.words({
            self.orders.address: lambda payloads: listings_data(payloads),
            self.pools.address: lambda payloads: int(payloads[0].address, 16).to_bytes(32, "big"),
        })  # fmt: skip
        wanted = len(legs) if filled is None else filled
        most = plan.max_total if most is None else most
        return self.router.buy(legs, wanted, most, TRADER, FOREVER, sender=TRADER)

    def owns(self) -> set[int]:
        nft = self.market.nft
        ids = range(1, self.market._next_id.get(self.nft, 1))
        return {token for token in ids if nft.ownerOf(token) == TRADER.address}


@pytest.fixture
def town(driver: Driver) -> Town:
    market = build_market(driver, 6)
    book = build_seaport(driver)
    till_at, router_at = driver.predict(2)
    till = driver.deploy("MarketTill", market.asset, router_at, Account("loan router"))
    router = driver.deploy("MarketRouter", market.authority, till_at, market.asset)
    pools = driver.deploy("PoolVenue", market.factory)
    orders = driver.deploy("SeaportVenue", book.seaport, market.asset)
    for venue in (pools, orders):
        router.setVenue(venue, True, sender=GOVERNOR)
    market.give(TRADER, market.units(10**6), till)
    market.give(MAKER, market.units(10**6), book.seaport)
    market.nft.setApprovalForAll(till, True, sender=TRADER)
    return Town(market, book, till, router, pools, orders)


def test_cheapest__over_pools_and_listings__pays_what_was_planned(town):
    for whole in (101, 104, 109, 130):
        town.list(whole)
    offers = [town.offer(town.market.pool("sell", price=price, nfts=4)) for price in (95, 110)]
    plan = plan_buy(town.nft, Cheapest(4), town.listings, offers, Terms(slippage_bps=0))
    assert {leg.choice.venue for leg in plan.legs} == {town.pools.address, town.orders.address}
    before = town.market.asset.balanceOf(TRADER)
    tx = town.buy(plan)
    assert list(tx.return_value) == [len(plan.legs), plan.assets]
    assert town.market.asset.balanceOf(TRADER) == before - plan.assets
    assert town.owns() == {token for leg in plan.legs for token in leg.choice.token_ids}


def test_cheapest__bundled__one_fill_of_seaport(town):
    for whole in (101, 104, 109, 130):
        town.list(whole)
    plan = plan_buy(town.nft, Cheapest(3), town.listings, terms=Terms(bundle=True))
    assert len(plan.legs) == 1
    town.buy(plan)
    assert len(town.owns()) == 3


def test_stale_plan__substitutes_are_taken(town):
    """Between plan and execution one listing is cancelled and the pool has moved."""
    tokens = [town.list(whole) for whole in (101, 102, 140, 141, 150, 151, 152)]
    pool = town.market.pool("sell", price=95, nfts=4)
    terms = Terms(slippage_bps=0)
    plan = plan_buy(town.nft, Cheapest(3), town.listings, [town.offer(pool)], terms)
    [pooled] = [leg for leg in plan.legs if leg.choice.venue == town.pools.address]
    town.book.cancel(town.listings[0].payload, sender=MAKER)
    town.market.buy(pool, town.market.held(pool)[-1:])
    tx = town.buy(plan)
    events = [event for event in tx.events if event.name == "LegBought"]
    assert sum(event.fill > 0 for event in events) == 2
    assert len(town.owns()) == 3
    assert tokens[0] not in town.owns() and not set(pooled.choice.token_ids) & town.owns()
    assert tx.return_value[1] <= plan.max_total


def test_these_and_traits__exactly_those(town):
    tokens = [town.list(whole) for whole in (101, 102, 140)]
    pool = town.market.pool("sell", price=95, nfts=4)
    held = town.market.held(pool)
    offers = [town.offer(pool)]
    wanted = frozenset({tokens[1], held[2]})
    plan = plan_buy(town.nft, These(wanted), town.listings, offers)
    town.buy(plan)
    assert town.owns() == wanted
    traits = frozenset({tokens[0], tokens[2]})
    plan = plan_buy(town.nft, Traits(traits, 2, town.market.units(120)), town.listings, [town.offer(pool)])
    town.buy(plan)
    assert town.owns() == wanted | {tokens[0]}


def test_sell__over_a_pool_and_bids__brings_what_was_planned(town):
    market = town.market
    mine = market.mint(TRADER, 4)
    pool = market.pool("buy", price=100, assets=2_000)
    bids = []
    for whole, only in ((97, None), (150, mine[2]), (60, None)):
        order = town.book.bid(MAKER, market.nft, market.asset, market.units(whole), token_id=only)
        ids = None if only is None else frozenset({only})
        bids.append(Bid(town.orders.address, market.units(whole), token_ids=ids, payload=order))
    offer = PoolOffer(town.pools.address, Quoted(pool, [], town.pools, mine), payload=pool)
    plan = plan_sell(town.nft, mine, bids, [offer], Terms(slippage_bps=0))
    assert plan.count == 4

    def words(fill: Any) -> Any:
        if fill.venue == town.orders.address:
            data = bids_data([(fill.payloads[0], fill.token_ids[0], None)])
        else:
            data = int(pool.address, 16).to_bytes(32, "big") + (64).to_bytes(32, "big") + bytes(32)
        return fill.venue, fill.collection, list(fill.token_ids), fill.limit, data

    legs = [([words(fill) for fill in leg.fills],) for leg in plan.legs]
    before = market.asset.balanceOf(TRADER)
    tx = town.router.sell(legs, len(legs), plan.min_total, TRADER, FOREVER, sender=TRADER)
    assert tx.return_value[1] == plan.assets
    assert market.asset.balanceOf(TRADER) == before + plan.assets
    assert market.nft.ownerOf(mine[2]) == MAKER.address
    assert not town.owns()
    for machine in (town.router, town.till, town.pools, town.orders):
        assert market.asset.balanceOf(machine) == 0
        assert market.nft.balanceOf(machine) == 0
