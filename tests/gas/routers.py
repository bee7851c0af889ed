"""What buying and selling through the router costs, on Anvil: `ROWS` and `measure()` for the table."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.gas.footprint import Footprint, footprint_of_last
from tests.gas.table import Row
from tests.helpers.accounts import Account
from tests.helpers.anvil import AnvilDriver
from tests.helpers.core import GOVERNOR
from tests.helpers.evm import Contract, Driver, Tx
from tests.helpers.markets import ARTIST, build_market
from tests.helpers.seaport import SeaportBook, build_seaport
from vitrine.sdk.seaport.venue import bids_data, listings_data

MAKER, TRADER = Account("maker"), Account("trader")
PRICE = 1_000 * 10**6
DEADLINE = 2**40
LOOKS = "LooksRare aggregator"

ROWS = (
    Row("router.buy1", 140_000, LOOKS, 158_000),
    Row("router.buy3", 260_000, LOOKS, 308_000),
    Row("router.buy3_legs", None, LOOKS, 308_000),
    Row("router.sell1", None, None, None),
    Row("router.pool_buy1", None, "sudoswap", 118_000),
    Row("router.pool_buy5", None, "sudoswap", 163_000),
    Row("router.pool_sell1", None, "sudoswap", 116_000),
    Row("router.pool_buy1_royalty", None, None, None),
)


@dataclass
class Stand:
    """Router, till and Seaport venue in steady state: everyone has traded before."""

    driver: Driver
    asset: Contract
    nft: Contract
    till: Contract
    router: Contract
    venue: Contract
    book: SeaportBook
    next_id: int = 1

    def tokens(self, owner: Any, count: int) -> list[int]:
        ids = list(range(self.next_id, self.next_id + count))
        self.next_id += count
        for token in ids:
            self.nft.mint(owner, token, sender=GOVERNOR)
        return ids

    def listed(self, ids: list[int], price: int = PRICE) -> Any:
        """A fill: these tokens, listed one by one by the maker."""
        orders = [self.book.listing(MAKER, self.nft, token, self.asset, price) for token in ids]
        return (self.venue, self.nft, ids, price * len(ids), listings_data(orders))

    def buy(self, fills: list[Any]) -> Tx:
        legs = [([fill],) for fill in fills]
        total = sum(fill[3] for fill in fills)
        return self.router.buy(legs, len(legs), total, TRADER, DEADLINE, sender=TRADER)

    def sell(self, ids: list[int], price: int = PRICE) -> Tx:
        bids = [
            (self.book.bid(MAKER, self.nft, self.asset, price, token_id=token), token, None) for token in ids
        ]
        fill = (self.venue, self.nft, ids, price * len(ids), bids_data(bids))
        return self.router.sell([([fill],)], 1, 0, TRADER, DEADLINE, sender=TRADER)


def build_stand(driver: Driver) -> Stand:
    asset, nft = driver.deploy("MockAsset", 6), driver.deploy("MockNft")
    authority = driver.deploy("Authority", GOVERNOR)
    till_at, router_at = driver.predict(2)
    till = driver.deploy("MarketTill", asset, router_at, Account("loan router"))
    router = driver.deploy("MarketRouter", authority, till_at, asset)
    book = build_seaport(driver)
    venue = driver.deploy("SeaportVenue", book.seaport, asset)
    router.setVenue(venue, True, sender=GOVERNOR)
    for who, spender in ((TRADER, till), (MAKER, book.seaport)):
        asset.mint(who, 10**6 * PRICE, sender=GOVERNOR)
        asset.approve(spender, 2**256 - 1, sender=who)
        nft.setApprovalForAll(spender, True, sender=who)
    stand = Stand(driver, asset, nft, till, router, venue, book)
    stand.tokens(TRADER, 1)
    stand.tokens(MAKER, 1)
    stand.buy([stand.listed(stand.tokens(MAKER, 1))])
    return stand


def measure(driver: AnvilDriver) -> dict[str, tuple[int, Footprint]]:
    """Every row: gas of the whole transaction, and what it touched."""
    stand = build_stand(driver)
    found: dict[str, tuple[int, Footprint]] = {}

    def weigh(row: str, tx: Tx) -> None:
        assert tx.gas_used is not None
        found[row] = (tx.gas_used, footprint_of_last(driver))

    weigh("router.buy1", stand.buy([stand.listed(stand.tokens(MAKER, 1))]))
    weigh("router.buy3", stand.buy([stand.listed(stand.tokens(MAKER, 3))]))
    three = [stand.listed([token]) for token in stand.tokens(MAKER, 3)]
    weigh("router.buy3_legs", stand.buy(three))
    weigh("router.sell1", stand.sell(stand.tokens(TRADER, 1)))
    through_pools(stand, weigh)
    return found


def through_pools(stand: Stand, weigh: Callable[[str, Tx], None]) -> None:
    """The same router before pools: linear, of a market maker, who has traded before."""
    driver = stand.driver
    market = build_market(driver, asset=stand.asset)
    venue = driver.deploy("PoolVenue", market.factory)
    stand.router.setVenue(venue, True, sender=GOVERNOR)

    def fill(pool: Contract, ids: list[int], data: bytes = b"") -> Any:
        limit = 0 if data else stand.asset.balanceOf(TRADER)
        return (venue, pool.collection(), ids, limit, int(pool.address, 16).to_bytes(32, "big") + data)

    no_proofs = (64).to_bytes(32, "big") + bytes(32)
    pool = market.pool("two-sided", nfts=12, assets=10_000)
    ids = market.held(pool)
    market.nft.setApprovalForAll(stand.till, True, sender=TRADER)
    stand.buy([fill(pool, ids[:1])])
    weigh("router.pool_buy1", stand.buy([fill(pool, ids[1:2])]))
    weigh("router.pool_buy5", stand.buy([fill(pool, ids[2:7])]))
    sold = [([fill(pool, ids[1:2], no_proofs)],)]
    weigh("router.pool_sell1", stand.router.sell(sold, 1, 0, TRADER, DEADLINE, sender=TRADER))
    royal = driver.deploy("RoyaltyNft", ARTIST, 500)
    pool = market.pool("two-sided", nfts=4, assets=10_000, collection=royal)
    ids = market.held(pool)
    stand.buy([fill(pool, ids[:1])])
    weigh("router.pool_buy1_royalty", stand.buy([fill(pool, ids[1:2])]))
