"""What it costs to move the average of a pool by a tenth over a window, and what that could be worth.

A shared pool of 20 NFTs and 20 floor prices, as in the demo. The mover trades, holds the price for a whole
window, and trades back: with nobody reacting he loses the fees, with one arbitrageur the slippage, too.
"""

import re
from dataclasses import dataclass

import pytest

from tests.helpers.artifacts import CONTRACTS
from tests.helpers.core import tier
from tests.helpers.evm import Contract, Driver
from tests.helpers.markets import BUYER, FOREVER, PROVIDER, SELLER, Market, build_market
from tests.unit.pricing.worlds import GOVERNOR, HOUR, RATE, OracleWorld, build_oracle
from vitrine.models.quotes import Quote
from vitrine.units import WAD

WINDOW = 4 * HOUR
NFTS = 20
FEE_BPS, PROTOCOL_BPS = 100, 50
# Whoever reads a bid; what each could pay a mover is argued in the tests. A new one belongs here.
READERS = {
    "pricing/FloorOracle.sol",  # makes it
    "lending/TierBook.sol",  # the borrowing limit: less credit for others, nothing for the mover
    "periphery/DepthLens.sol",  # whether three reported pieces count: less credit, too
}
VALUE_READERS = {"pricing/FloorOracle.sol"}  # valueOf gives bids of tokens; nothing on the chain calls it


@dataclass
class Stage:
    """Oracle, pool and feed; a tier book to see what the bid is good for."""

    driver: Driver
    world: OracleWorld
    market: Market
    pool: Contract
    feed: Contract
    book: Contract
    floor: int

    def hold(self, seconds: int) -> None:
        """Time passes; the feed is poked in every step."""
        end = self.driver.timestamp + seconds
        while self.driver.timestamp < end:
            self.feed.poke(sender=PROVIDER)
            self.driver.warp(min(WINDOW // 8, max(1, end - self.driver.timestamp)))
        self.world.eth(RATE)
        self.world.says(0, self.world.reading(depth=60 * WAD))

    def price(self) -> int:
        return self.pool.state()[0] * WAD // self.pool.state()[1]

    def quote(self) -> Quote:
        return Quote(*self.world.oracle.quote(self.world.collection))

    def without(self) -> Quote:
        """The quote as it would be without the pool."""
        oracle, collection = self.world.oracle, self.world.collection
        mark = self.driver.snapshot()
        at = self.driver.timestamp
        oracle.setPoolFeed(collection, "0x" + "00" * 20, sender=GOVERNOR)
        self.driver.warp_to(at + 1)
        plain = self.quote()
        self.driver.revert(mark)
        return plain

    def wealth(self, who: object, ids: list[int]) -> int:
        """Money and NFTs of `who`, NFTs at the floor."""
        held = sum(self.world.collection.ownerOf(i) == who.address for i in ids)
        return self.world.asset.balanceOf(who) + held * self.floor

    def health(self) -> dict[str, int]:
        """What the tier book makes of an account with five NFTs."""
        told = self.book.measure(500)
        return {name: getattr(told, name) for name in told._fields}


@pytest.fixture
def stage(driver: Driver, asset: Contract) -> Stage:
    world = build_oracle(driver, asset)
    world.says(0, world.reading(depth=60 * WAD))
    floor = Quote(*world.oracle.quote(world.collection)).mid
    market = build_market(driver, asset=asset, protocol_fee_bps=PROTOCOL_BPS)
    terms = market.terms(
        "shared", "product", fee_bps=FEE_BPS, collection=world.collection, spot=floor * NFTS, delta=NFTS * WAD
    )
    pool = market.create(terms)
    market.add(pool, NFTS)
    assert tuple(pool.reserves()) == (NFTS, NFTS * floor)
    feed = driver.deploy("PoolTwapFeed", market.factory, pool, WINDOW)
    world.oracle.setPoolFeed(world.collection, feed, sender=GOVERNOR)
    desk = driver.deploy("CallbackProbe")
    book = driver.deploy("TierBook", world.authority, world.oracle, world.appraisals, desk)
    book.addCollection(world.collection, tier(), sender=GOVERNOR)
    made = Stage(driver, world, market, pool, feed, book, floor)
    made.hold(2 * WINDOW)
    assert feed.average() == floor
    return made


def push(stage: Stage, up: bool) -> tuple[list[int], int]:
    """Trades until the price is a tenth away. Returns the ids and what the mover lost against the floor."""
    mover, goal = (BUYER, stage.floor * 11 // 10) if up else (SELLER, stage.floor * 9 // 10)
    pool, market = stage.pool, stage.market
    ids: list[int] = []
    market.give(mover, 100 * stage.floor, pool)
    fresh = [] if up else market.mint(mover, NFTS, pool, stage.world.collection)
    known = market.held(pool) + fresh
    before = stage.wealth(mover, known)
    while stage.price() < goal if up else stage.price() > goal:
        if up:
            one = market.held(pool)[:1]
            pool.buy(one, 2**255, mover, FOREVER, b"", sender=mover)
        else:
            one = [fresh[len(ids)]]
            pool.sell(one, 0, mover, FOREVER, [], b"", sender=mover)
        ids += one
    return ids, before - stage.wealth(mover, known)


def back(stage: Stage, ids: list[int], up: bool) -> int:
    """Undoes {push}; what that loses against the floor."""
    mover, pool = (BUYER, stage.pool) if up else (SELLER, stage.pool)
    before = stage.wealth(mover, ids)
    stage.world.collection.setApprovalForAll(pool, True, sender=mover)
    if up:
        pool.sell(ids, 0, mover, FOREVER, [], b"", sender=mover)
    else:
        pool.buy(ids, 2**255, mover, FOREVER, b"", sender=mover)
    return before - stage.wealth(mover, ids)


def report(capsys, stage: Stage, title: str, ids: list[int], arbitrage: int, fees: int) -> None:
    share = [f"{100 * lost / stage.floor:7.2f} %" for lost in (fees, arbitrage)]
    with capsys.disabled():
        print(
            f"\n{title}: {len(ids)} NFTs; lost, of a floor price: "
            f"fees alone {share[0]}, against one arbitrageur {share[1]}"
        )


def test_moved_up__a_whole_window__changes_no_quote_and_costs(stage, capsys):
    quoted, judged = stage.without(), stage.health()
    ids, arbitrage = push(stage, up=True)
    stage.hold(WINDOW + WINDOW // 4)
    assert stage.feed.average() >= stage.floor * 11 // 10
    now = stage.quote()
    assert now == stage.without()
    assert now._replace(as_of=0, posted_at=0) == quoted._replace(as_of=0, posted_at=0)
    assert {k: v for k, v in stage.health().items() if k != "postedAt"} == {
        k: v for k, v in judged.items() if k != "postedAt"
    }
    fees = arbitrage + back(stage, ids, up=True)
    report(capsys, stage, "pool average + 10 %", ids, arbitrage, fees)
    assert min(fees, arbitrage) > 0


def test_moved_down__a_whole_window__costs_more_than_any_reader_of_the_bid_pays(stage, capsys):
    before = stage.health()
    ids, arbitrage = push(stage, up=False)
    stage.hold(WINDOW + WINDOW // 4)
    average = stage.feed.average()
    assert average <= stage.floor * 9 // 10
    plain, now = stage.without(), stage.quote()
    assert now == plain._replace(bid=average)
    after = stage.health()
    changed = {name for name in after if after[name] != before[name]} - {"postedAt"}
    # Nobody is liquidated, sold, marked or redeemed at another price: others get less credit, that is all.
    assert changed == {"borrowLimit"}
    assert after["borrowLimit"] < before["borrowLimit"]
    worth = sum(max(0, after[n] - before[n]) for n in changed)  # of what grew there is nothing
    fees = arbitrage + back(stage, ids, up=False)
    report(capsys, stage, "pool average - 10 %", ids, arbitrage, fees)
    assert min(fees, arbitrage) > worth == 0
    traded = stage.floor * len(ids)
    assert (
        fees >= 2 * traded * 8 // 10 * (FEE_BPS + PROTOCOL_BPS) // 10_000
    )  # at a price a fifth lower at worst


def test_moved_down__by_a_tenth_for_one_block__average_moves_by_its_part_only(stage):
    ids, _ = push(stage, up=False)
    stage.driver.warp(12)
    back(stage, ids, up=False)
    stage.hold(WINDOW)
    assert stage.floor * 999 // 1_000 < stage.feed.average() <= stage.floor


def test_readers_of_a_bid__are_those_that_were_priced():
    found, valued = set(), set()
    for path in CONTRACTS.rglob("*.sol"):
        name = path.relative_to(CONTRACTS).as_posix()
        if name.startswith("mocks/") or "interfaces/" in name:
            continue
        text = re.sub(r"//[^\n]*", "", path.read_text())
        if re.search(r"\.bid\b", text):
            found.add(name)
        if re.search(r"\bvalueOf\(", text):
            valued.add(name)
    assert found == READERS
    assert valued == VALUE_READERS
