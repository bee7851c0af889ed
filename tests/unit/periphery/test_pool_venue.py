"""PoolVenue behind the router, over real pools: the trader pays inside the swap, and nothing stays."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from eth_utils.crypto import keccak

from tests.helpers.accounts import Account
from tests.helpers.balances import Watch, unchanged
from tests.helpers.core import GOVERNOR, STRANGER, THIEF
from tests.helpers.evm import DEPLOYER, Contract, Driver, Revert, Tx, reverts
from tests.helpers.markets import ARTIST, FOREVER, Market, build_market, shapes

TRADER, RECEIVER = Account("trader"), Account("receiver")
ZERO = "0x" + "00" * 20


def word(value: Any) -> bytes:
    return int(str(getattr(value, "address", value)), 16).to_bytes(32, "big")


def buy_data(pool: Any) -> bytes:
    return word(pool)


def sell_data(pool: Any) -> bytes:
    """No proofs: the pool has no list."""
    return word(pool) + (64).to_bytes(32, "big") + bytes(32)


@dataclass
class Street:
    """Pools, and the router with a pool venue before them."""

    market: Market
    till: Contract
    router: Contract
    venue: Contract

    @property
    def driver(self) -> Driver:
        return self.market.driver

    def quote(self, pool: Contract, ids: list[int]) -> int:
        return int(pool.quoteBuy(ids, self.venue).total)

    def bid(self, pool: Contract, ids: list[int]) -> int:
        return int(pool.quoteSell(ids, self.venue).total)

    def fill(self, pool: Any, ids: list[int], limit: int, side: str = "buy", nft: Any = None) -> Any:
        data = buy_data(pool) if side == "buy" else sell_data(pool)
        return (self.venue, nft or self.market.nft, ids, limit, data)

    def buy(self, *fills: Any, filled: int = 1, receiver: Any = TRADER, most: int = 2**255) -> Tx:
        return self.router.buy([(list(fills),)], filled, most, receiver, FOREVER, sender=TRADER)

    def sell(self, *fills: Any, filled: int = 1, receiver: Any = TRADER) -> Tx:
        return self.router.sell([(list(fills),)], filled, 0, receiver, FOREVER, sender=TRADER)

    def watch(self, pool: Contract, ids: list[int]) -> Watch:
        holders = {
            "trader": TRADER, "receiver": RECEIVER, "pool": pool, "router": self.router, "till": self.till,
            "venue": self.venue, "royalties": self.market.royalties,
        }  # fmt: skip
        return Watch([self.market.asset], [(self.market.nft, token) for token in ids], holders=holders)

    def assert_clean(self) -> None:
        asset, nft = self.market.asset, self.market.nft
        for machine in (self.router, self.till, self.venue):
            assert asset.balanceOf(machine) == 0
            assert nft.balanceOf(machine) == 0
            for spender in (self.router, self.till, self.venue, self.market.factory, TRADER):
                assert asset.allowance(machine, spender) == 0
                assert not nft.isApprovedForAll(machine, spender)


def build_street(driver: Driver, asset: Contract) -> Street:
    market = build_market(driver, asset=asset)
    till_at, router_at = driver.predict(2)
    till = driver.deploy("MarketTill", asset, router_at, Account("loan router"))
    router = driver.deploy("MarketRouter", market.authority, till_at, asset)
    venue = driver.deploy("PoolVenue", market.factory)
    router.setVenue(venue, True, sender=GOVERNOR)
    market.give(TRADER, market.units(100_000), till)
    market.nft.setApprovalForAll(till, True, sender=TRADER)
    return Street(market, till, router, venue)


@pytest.fixture
def street(driver, asset) -> Iterator[Street]:
    made = build_street(driver, asset)
    yield made
    made.assert_clean()


# --- buying ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "curve"), shapes("sell", "two-sided", "shared"))
def test_buy__several_of_a_pool__trader_pays_the_pool_exactly_what_it_quotes(street, kind, curve):
    pool = street.market.pool(kind, curve, nfts=6, assets=1_000 if kind == "two-sided" else 0)
    ids = street.market.held(pool)[:3]
    cost = street.quote(pool, ids)
    watch = street.watch(pool, ids)
    before = watch.now()
    tx = street.buy(street.fill(pool, ids, cost * 2))
    watch.assert_moved(
        before, {"trader": -cost, "pool": cost}, {(street.market.nft, token): TRADER for token in ids}
    )
    assert list(tx.return_value) == [1, cost]


def test_buy__for_another__he_gets_them(street):
    pool = street.market.pool("sell", nfts=2)
    [token, _] = street.market.held(pool)
    street.buy(street.fill(pool, [token], street.quote(pool, [token])), receiver=RECEIVER)
    assert street.market.nft.ownerOf(token) == RECEIVER.address


@pytest.mark.parametrize("slack", [-1, 0, 1])
def test_buy__limit(street, slack):
    pool = street.market.pool("sell", nfts=2)
    ids = street.market.held(pool)
    cost = street.quote(pool, ids)
    if slack < 0:
        with unchanged(street.watch(pool, ids)), reverts("CostAboveMax", cost=cost, maxCost=cost - 1):
            street.buy(street.fill(pool, ids, cost - 1))
        with unchanged(street.watch(pool, ids)), reverts("CostAboveMax", cost=cost, maxCost=cost - 1):
            street.buy(street.fill(pool, ids, cost), most=cost - 1)
    else:
        street.buy(street.fill(pool, ids, cost + slack), most=cost)
        assert street.market.nft.ownerOf(ids[0]) == TRADER.address


def test_buy__stale_plan__pool_that_moved_is_left_for_the_substitute(street):
    dear, cheap = (street.market.pool("sell", nfts=3, price=price) for price in (100, 101))
    first, second = street.market.held(dear)[0], street.market.held(cheap)[0]
    plan = [
        street.fill(dear, [first], street.quote(dear, [first])),
        street.fill(cheap, [second], street.quote(cheap, [second])),
    ]
    street.market.buy(dear, street.market.held(dear)[1:2])  # somebody was faster: the price is up
    tx = street.buy(*plan)
    assert tx.one("LegBought").fill == 1
    assert street.market.nft.ownerOf(second) == TRADER.address
    assert street.market.nft.ownerOf(first) == dear.address


def test_buy__with_royalty__within_the_quote_and_credited(driver):
    asset = driver.deploy("MockAsset", 6)
    street = build_street(driver, asset)
    nft = driver.deploy("RoyaltyNft", ARTIST, 500)
    pool = street.market.pool("sell", nfts=2, collection=nft)
    [token, _] = street.market.held(pool)
    quote = pool.quoteBuy([token], street.venue)
    assert quote.royalty > 0
    before = asset.balanceOf(TRADER)
    street.buy(street.fill(pool, [token], quote.total, nft=nft))
    assert asset.balanceOf(TRADER) == before - quote.total
    assert nft.ownerOf(token) == TRADER.address
    street.assert_clean()


# --- selling ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["buy", "two-sided"])
def test_sell__several_into_a_pool__nfts_go_straight_there(street, kind):
    pool = street.market.pool(kind, assets=1_000)
    ids = street.market.mint(TRADER, 3)
    proceeds = street.bid(pool, ids)
    watch = street.watch(pool, ids)
    before = watch.now()
    tx = street.sell(street.fill(pool, ids, proceeds, "sell"), receiver=RECEIVER)
    watch.assert_moved(
        before, {"receiver": proceeds, "pool": -proceeds}, {(street.market.nft, token): pool for token in ids}
    )
    assert list(tx.return_value) == [1, proceeds]


@pytest.mark.parametrize("slack", [-1, 0, 1])
def test_sell__limit(street, slack):
    pool = street.market.pool("buy", assets=1_000)
    ids = street.market.mint(TRADER, 2)
    proceeds = street.bid(pool, ids)
    fill = street.fill(pool, ids, proceeds + slack, "sell")
    if slack > 0:
        with unchanged(street.watch(pool, ids)), reverts("ProceedsBelowMin", proceeds=proceeds):
            street.sell(fill)
    else:
        street.sell(fill)


def test_sell__ladder__fewer_when_the_pool_cannot_pay_for_all(street):
    pool = street.market.pool("buy", assets=250)
    ids = street.market.mint(TRADER, 3)
    two = street.bid(pool, ids[:2])
    tx = street.sell(street.fill(pool, ids, 1, "sell"), street.fill(pool, ids[:2], two, "sell"))
    assert (tx.one("LegSold").fill, tx.one("LegSold").proceeds) == (1, two)
    assert street.market.nft.ownerOf(ids[2]) == TRADER.address


def test_sell__pool_with_a_list__proofs_go_along(street):
    token = street.market.mint(TRADER, 1)[0]
    leaf = keccak(keccak(token.to_bytes(32, "big")))
    pool = street.market.pool("buy", assets=1_000, root=leaf)
    other = street.market.mint(TRADER, 1)[0]
    one_empty_proof = b"".join(n.to_bytes(32, "big") for n in (64, 1, 32, 0))

    def fill(of: int) -> Any:
        return (street.venue, street.market.nft, [of], 1, word(pool) + one_empty_proof)

    with reverts("NotOnList", tokenId=other):
        street.sell(fill(other))
    street.sell(fill(token))
    assert street.market.nft.ownerOf(token) == pool.address


# --- pools that are none, and calls that do not come from a pool -----------------------------------------


def test_pool__of_another_factory__refused(street):
    other = build_market(street.driver, asset=street.market.asset)
    impostor = other.pool("sell", nfts=1)
    [token] = other.held(impostor)
    street.market.mint(STRANGER, token)  # there is such a token here, too
    for nft in (other.nft, street.market.nft):
        with reverts("UnknownPool", pool=impostor.address):
            street.buy(street.fill(impostor, [token], 2**200, nft=nft))
    probe = street.driver.deploy("CallbackProbe")
    with reverts("UnknownPool", pool=probe.address):
        street.buy(street.fill(probe, [token], 2**200))
    with reverts("UnknownPool", pool=ZERO):
        street.buy((street.venue, street.market.nft, [token], 1, b""))


def test_pool__of_another_collection__refused(street):
    other = street.driver.deploy("MockNft")
    pool = street.market.pool("two-sided", nfts=2, assets=1_000)
    [token, _] = street.market.held(pool)
    other.mint(STRANGER, token, sender=GOVERNOR)
    with reverts("WrongCollection", trades=street.market.nft.address, named=other.address):
        street.buy(street.fill(pool, [token], 2**200, nft=other))
    with reverts("WrongCollection", trades=street.market.nft.address, named=other.address):
        street.sell(street.fill(pool, [token], 1, "sell", nft=other))


def test_callbacks__from_anyone_but_the_pool_in_progress__refused(street):
    pool = street.market.pool("sell", nfts=1)
    for caller in (THIEF, TRADER, GOVERNOR):
        with reverts("Unauthorized", caller=caller.address):
            street.venue.onPoolBuy(1, b"\x01", sender=caller)
        with reverts("Unauthorized", caller=caller.address):
            street.venue.onPoolSell(1, b"", sender=caller)
    assert street.market.held(pool)


def test_venue__called_by_anyone__draws_from_its_caller_only(street):
    pool = street.market.pool("two-sided", nfts=2, assets=1_000)
    [token, _] = street.market.held(pool)
    with unchanged(street.watch(pool, [token])), pytest.raises(Revert):
        street.venue.buy(street.market.nft, [token], 2**200, THIEF, buy_data(pool), sender=THIEF)
    mine = street.market.mint(TRADER, 1)
    with unchanged(street.watch(pool, mine)), pytest.raises(Revert):
        street.venue.sell(street.market.nft, mine, 0, THIEF, sell_data(pool), sender=THIEF)


def test_pool__refuses_a_short_payer(street):
    """A caller of the venue that answers the draw without paying gets nothing."""
    pool = street.market.pool("sell", nfts=1)
    [token] = street.market.held(pool)
    probe = street.driver.deploy("CallbackProbe")
    call = street.venue.buy.data(street.market.nft, [token], 2**200, probe, buy_data(pool))
    with reverts("ShortPayment"):
        probe.execute(street.venue, 0, call, sender=THIEF)
    assert street.market.nft.ownerOf(token) == pool.address


@pytest.mark.parametrize("moment", ["BEFORE", "AFTER"])
def test_nft__reenters_in_the_swap__every_entry_is_closed(driver, moment):
    asset, nft = driver.deploy("MockAsset", 6), driver.deploy("ReentrantNft")
    street = build_street(driver, asset)
    pool = street.market.pool("sell", nfts=3, collection=nft)
    ids = street.market.held(pool)
    thief = THIEF.address
    fill = street.fill(pool, ids[1:2], 2**200, nft=nft)
    steps = [
        (street.router.address, 0, street.router.buy.data([([fill],)], 1, 2**200, thief, FOREVER), False),
        (street.router.address, 0, street.router.drawAssets.data(thief, 1), False),
        (street.venue.address, 0, street.venue.buy.data(nft, ids[1:2], 2**200, thief, buy_data(pool)), False),
        (street.venue.address, 0, street.venue.onPoolBuy.data(1, b"\x01"), False),
        (street.till.address, 0, street.till.pullAssets.data(TRADER, thief, 1), False),
    ]
    nft.script(getattr(nft, moment)(), steps, sender=THIEF)
    cost = street.quote(pool, ids[:1])
    before = asset.balanceOf(TRADER)
    street.buy(street.fill(pool, ids[:1], cost * 2, nft=nft))
    assert asset.balanceOf(TRADER) == before - cost
    assert nft.outcomes() == len(steps)
    assert not any(nft.outcome(i).success for i in range(len(steps)))
    assert asset.balanceOf(THIEF) == 0
    street.assert_clean()


# --- assets that do not behave ---------------------------------------------------------------------------


def test_asset__takes_a_fee__pool_is_not_paid_short(driver):
    asset = driver.deploy("FeeAsset", 6, 0)
    street = build_street(driver, asset)
    pool = street.market.pool("two-sided", nfts=2, assets=1_000)
    ids = street.market.held(pool)[:1]
    mine = street.market.mint(TRADER, 1)
    cost, proceeds = street.quote(pool, ids), street.bid(pool, mine)
    asset.setFee(100, sender=GOVERNOR)
    with unchanged(street.watch(pool, ids)), reverts("ShortPayment"):
        street.buy(street.fill(pool, ids, cost * 2))
    with unchanged(street.watch(pool, mine)), reverts("VenueCheated"):
        street.sell(street.fill(pool, mine, proceeds, "sell"))
    street.assert_clean()


def test_asset__receiver_it_refuses__sale_undone_and_nothing_lost(driver):
    asset = driver.deploy("HookedAsset", 6)
    street = build_street(driver, asset)
    pool = street.market.pool("buy", assets=1_000)
    mine = street.market.mint(TRADER, 1)
    refusing = driver.deploy("RefusingReceiver")
    asset.setHooked(refusing, True, sender=GOVERNOR)
    fill = street.fill(pool, mine, 1, "sell")
    with unchanged(street.watch(pool, mine)), pytest.raises(Revert):
        street.sell(fill, receiver=refusing)
    assert list(street.sell(fill, receiver=refusing, filled=0).return_value) == [0, 0]
    street.assert_clean()


def test_asset__blocked_pool__substitute_is_taken(driver):
    asset = driver.deploy("MockUsdt", 6, sender=DEPLOYER)
    street = build_street(driver, asset)
    blocked, other = (street.market.pool("buy", assets=1_000) for _ in range(2))
    asset.addBlackList(blocked, sender=DEPLOYER)
    mine = street.market.mint(TRADER, 1)
    fills = [street.fill(pool, mine, 1, "sell") for pool in (blocked, other)]
    assert street.sell(*fills).one("LegSold").fill == 1
    street.assert_clean()


def test_constructor__no_factory__refused(street):
    with reverts("ZeroAddress"):
        street.driver.deploy("PoolVenue", ZERO)
