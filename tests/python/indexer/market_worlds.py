"""Markets beside the protocol of `worlds`, and everything that can be done there done."""

from dataclasses import dataclass

from eth_abi.abi import encode

from tests.helpers.accounts import Account
from tests.helpers.core import DAY, GOVERNOR, HOUR, KEEPER
from tests.helpers.evm import Contract
from tests.helpers.markets import (
    ARTIST,
    BUYER,
    FOREVER,
    MAKER,
    PROVIDER,
    RIVAL_PROVIDER,
    SELLER,
    Market,
    build_market,
)
from tests.helpers.protocol import Protocol

BIDDER, RIVAL = Account("bidder"), Account("rival bidder")


@dataclass
class Markets:
    """Everything that speaks of markets."""

    p: Protocol
    m: Market
    implementation: Contract
    bids: Contract
    lens: Contract
    router: Contract
    loans: Contract
    till: Contract
    venue: Contract

    def watched(self) -> dict[str, Contract]:
        """By artifact."""
        return {
            "RoyaltyEngine": self.m.royalties,
            "NFTPoolFactory": self.m.factory,
            "NFTPool": self.implementation,
            "StandingBids": self.bids,
            "DepthLens": self.lens,
            "MarketRouter": self.router,
            "LoanRouter": self.loans,
        }


def deploy_markets(p: Protocol) -> Markets:
    driver = p.driver
    m = build_market(driver, core=p)
    till_at, router_at, loans_at = driver.predict(3)
    till = driver.deploy("MarketTill", p.asset, router_at, loans_at)
    router = driver.deploy("MarketRouter", p.authority, till_at, p.asset)
    loans = driver.deploy("LoanRouter", router, till, p.desk, p.vault, p.oracle, p.operators)
    venue = driver.deploy("PoolVenue", m.factory)
    bids = driver.deploy("StandingBids", p.auction, p.oracle, p.appraisals, p.asset)
    lens = driver.deploy("DepthLens", p.authority, p.book, p.oracle, m.factory, bids)
    implementation = driver.at("NFTPool", m.factory.implementation())
    return Markets(p, m, implementation, bids, lens, router, loans, till, venue)


def trade(w: Markets) -> None:
    """Pools of every kind and curve, gifts to them, royalties, the routers, governance of all of it."""
    p, m = w.p, w.m
    shared = _pools(w)
    _royalties(w)
    w.router.setVenue(w.venue, True, sender=GOVERNOR)
    w.router.setVenue(KEEPER, True, sender=GOVERNOR)
    w.router.setVenue(KEEPER, False, sender=GOVERNOR)
    _routed(w)
    m.factory.setProtocolFee(70, sender=GOVERNOR)
    m.factory.setFeeReceiver(KEEPER, sender=GOVERNOR)
    m.factory.setCurve(m.curves["product"], False, sender=GOVERNOR)
    w.lens.setPools(p.nft, [shared], sender=GOVERNOR)
    p.book.setExitDepth(w.lens, sender=GOVERNOR)
    p.book.setExitDepth("0x" + "00" * 20, sender=GOVERNOR)
    feed = p.driver.deploy("PoolTwapFeed", m.factory, shared, 4 * HOUR)
    p.oracle.setPoolFeed(p.nft, feed, sender=GOVERNOR)
    p.refresh()
    w.lens.poke(p.nft, sender=KEEPER)
    p.wait(2 * HOUR)
    w.lens.poke(p.nft, sender=KEEPER)


def _pools(w: Markets) -> Contract:
    m = w.m
    shared = m.pool("shared", "linear", price=40_000, nfts=6)
    m.buy(shared, m.held(shared)[:2])
    m.sell(shared, 1)
    m.add(shared, 2, by=RIVAL_PROVIDER)
    shared.transfer(BUYER, shared.balanceOf(PROVIDER) // 3, sender=PROVIDER)
    m.asset.mint(shared, 12_345, sender=GOVERNOR)
    m.mint(shared, 1)
    m.remove(shared, shared.balanceOf(RIVAL_PROVIDER) // 2, by=RIVAL_PROVIDER)
    ended = m.pool("shared", "product", price=1_000, nfts=2)
    m.asset.mint(ended, 777, sender=GOVERNOR)
    m.remove(ended, ended.balanceOf(PROVIDER))
    owned = m.pool("two-sided", "exponential", price=500, nfts=3, assets=2_000)
    m.buy(owned, m.held(owned)[:1])
    m.sell(owned, 2)
    owned.setTerms(m.units(700), 11 * 10**17, 250, sender=MAKER)
    m.asset.mint(owned, m.units(5), sender=GOVERNOR)
    gift = m.mint(owned, 1)
    owned.drain([*gift, m.held(owned)[0]], m.units(100), MAKER, sender=MAKER)
    owned.drain([], owned.reserves()[1], MAKER, sender=MAKER)
    owned.collectProtocolFees(sender=KEEPER)
    m.pool("buy", "linear", price=300, assets=900)
    m.pool("sell", "product", price=300, nfts=2)
    return shared


def _royalties(w: Markets) -> None:
    m = w.m
    art = m.driver.deploy("RoyaltyNft", ARTIST, 500)
    pool = m.pool("two-sided", "linear", price=2_000, nfts=2, assets=6_000, collection=art)
    m.buy(pool, m.held(pool)[:1])
    m.royalties.claim(SELLER, sender=ARTIST)
    m.sell(pool, 1)
    art.setOwner(ARTIST, sender=GOVERNOR)
    m.royalties.setOverride(art, SELLER, 250, sender=ARTIST)
    m.sell(pool, 1)
    m.royalties.setPolicy(art, 1, 4_000, sender=GOVERNOR)
    m.royalties.setEntitled(KEEPER, True, sender=GOVERNOR)
    m.royalties.setEntitled(SELLER, True, sender=GOVERNOR)
    m.royalties.setEntitled(SELLER, False, sender=GOVERNOR)


def _routed(w: Markets) -> None:
    m = w.m
    pool = m.pool("two-sided", "linear", price=1_000, nfts=2, assets=3_000)
    ids = m.held(pool)[:1]
    cost = pool.quoteBuy(ids, w.venue).total
    m.give(BUYER, cost, w.till)
    buys = [([(w.venue, m.nft, ids, cost, encode(["address"], [pool.address]))],)]
    w.router.buy(buys, 1, cost, BUYER, FOREVER, sender=BUYER)
    m.nft.setApprovalForAll(w.till, True, sender=BUYER)
    into = encode(["address", "bytes32[][]"], [pool.address, []])
    w.router.sell([([(w.venue, m.nft, ids, 0, into)],)], 1, 0, BUYER, FOREVER, sender=BUYER)


def bid(w: Markets, by: Account, bps: int, most: float, count: int, life: int = 30 * DAY) -> int:
    w.p.fund(by, w.p.units(most) * count, w.bids)
    until = w.p.driver.timestamp + life
    return int(w.bids.place(w.p.nft, bps, w.p.units(most), count, until, sender=by).return_value)


def settle(w: Markets, live: list[tuple[str, int]]) -> None:
    """Bids that are placed, cancelled, closed and filled by the auctions that run."""
    p = w.p
    for venue, listed in ((w.bids, True), (KEEPER, True), (KEEPER, False)):
        p.auction.setExit(venue, listed, sender=GOVERNOR)
    gone = bid(w, RIVAL, 9_000, 40_000, 1)
    w.bids.cancel(gone, sender=RIVAL)
    bid(w, BIDDER, 9_500, 60_000, len(live))
    bid(w, RIVAL, 6_000, 50_000, 1)
    p.walk_to(24_000)
    p.wait(14 * HOUR)
    for ref in live[:-1]:
        p.auction.settleInto(*ref, w.bids, 0, b"", sender=KEEPER)
    w.bids.claimNft(*live[0], BIDDER, sender=BIDDER)
    p.wait(2 * DAY)
    w.bids.close(gone, sender=KEEPER)
    w.bids.claim(RIVAL, sender=RIVAL)
