"""The routers over a venue that does what a test wants, and over a maker who sells and buys there."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.helpers.accounts import Account
from tests.helpers.balances import Watch
from tests.helpers.core import GOVERNOR
from tests.helpers.evm import Contract, Driver, Tx

MAKER, TRADER, RECEIVER = Account("maker"), Account("trader"), Account("receiver")
PRICE = 1_000  # whole asset units per token
HONEST, KEEPS, OVERDRAWS, DRAWS_TWICE, DRAWS_OTHERS, BURNS, BOMBS, REFUSES, LIES, GIVES = range(10)
FAR = 2**255

Fill = tuple[Any, Any, list[int], int, bytes]


def behave(mode: int) -> bytes:
    return mode.to_bytes(32, "big") if mode else b""


def leg(*fills: Fill) -> tuple[list[Fill]]:
    return (list(fills),)


@dataclass
class Market:
    """Router, till and one mock venue; the maker owns tokens 1 to 9, the trader 101 to 109."""

    driver: Driver
    asset: Contract
    authority: Contract
    till: Contract
    router: Contract
    venue: Contract
    nft: Contract
    one: int
    stock: list[int] = field(default_factory=lambda: list(range(1, 10)))
    own: list[int] = field(default_factory=lambda: list(range(101, 110)))

    @property
    def price(self) -> int:
        return PRICE * self.one

    def fill(
        self, *ids: int, mode: int = HONEST, limit: int | None = None, venue: Contract | None = None
    ) -> Fill:
        asked = self.price * len(ids) if limit is None else limit
        return (venue or self.venue, self.nft, list(ids), asked, behave(mode))

    def buy(
        self,
        legs: Sequence[Any],
        filled: int | None = None,
        most: int = FAR,
        receiver: Any = TRADER,
        deadline: int | None = None,
        **options: Any,
    ) -> Tx:
        until = self.driver.timestamp if deadline is None else deadline
        wanted = len(legs) if filled is None else filled
        return self.router.buy(list(legs), wanted, most, receiver, until, sender=TRADER, **options)

    def sell(
        self,
        legs: Sequence[Any],
        filled: int | None = None,
        least: int = 0,
        receiver: Any = TRADER,
        deadline: int | None = None,
        **options: Any,
    ) -> Tx:
        until = self.driver.timestamp if deadline is None else deadline
        wanted = len(legs) if filled is None else filled
        return self.router.sell(list(legs), wanted, least, receiver, until, sender=TRADER, **options)

    def approve_assets(self, who: Any, spender: Any, assets: int = FAR) -> None:
        self.asset.approve(spender, 0, sender=who)
        self.asset.approve(spender, assets, sender=who)

    def watch(self) -> Watch:
        holders = {
            "trader": TRADER, "maker": MAKER, "receiver": RECEIVER, "router": self.router, "till": self.till,
            "venue": self.venue,
        }  # fmt: skip
        return Watch([self.asset], [(self.nft, token) for token in (*self.stock, *self.own)], holders=holders)

    def assert_clean(self, *others: Contract) -> None:
        """Router, till and venues hold nothing, and have allowed nobody anything."""
        machines = [self.router, self.till, self.venue, *others]
        around = [*machines, MAKER, TRADER, RECEIVER, self.nft, self.asset]
        for machine in machines:
            assert self.asset.balanceOf(machine) == 0
            assert self.nft.balanceOf(machine) == 0
            for spender in around:
                assert self.asset.allowance(machine, spender) == 0
                assert not self.nft.isApprovedForAll(machine, spender)


def build_market(driver: Driver, asset: Contract, nft: Contract | None = None) -> Market:
    authority = driver.deploy("Authority", GOVERNOR)
    till_at, router_at = driver.predict(2)
    till = driver.deploy("MarketTill", asset, router_at, Account("loan router"))
    router = driver.deploy("MarketRouter", authority, till_at, asset)
    assert (till.address, router.address) == (till_at, router_at)
    venue = driver.deploy("MockVenue", MAKER, asset)
    nft = nft or driver.deploy("MockNft")
    market = Market(driver, asset, authority, till, router, venue, nft, 10 ** asset.decimals())
    venue.setPrice(market.price, sender=MAKER)
    router.setVenue(venue, True, sender=GOVERNOR)
    for owner, tokens, spender in ((MAKER, market.stock, venue), (TRADER, market.own, till)):
        for token in tokens:
            nft.mint(owner, token, sender=GOVERNOR)
        nft.setApprovalForAll(spender, True, sender=owner)
        asset.mint(owner, 100 * market.price, sender=GOVERNOR)
        market.approve_assets(owner, spender)
    return market
