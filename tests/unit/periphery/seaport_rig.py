"""Real Seaport with venue and exit on it; the maker lists tokens 1 to 9, the taker owns 101 to 109."""

from dataclasses import dataclass
from typing import Any

from tests.helpers.accounts import Account
from tests.helpers.balances import Watch
from tests.helpers.core import GOVERNOR
from tests.helpers.evm import Contract, Driver, Tx
from tests.helpers.seaport import SeaportBook, build_seaport
from vitrine.sdk.seaport.orders import SignedOrder
from vitrine.sdk.seaport.venue import bids_data, exit_data, listings_data

MAKER, BIDDER, TAKER, RECEIVER = Account("maker"), Account("bidder"), Account("taker"), Account("receiver")
CREATOR, MARKETPLACE = Account("creator"), Account("marketplace")
PRICE = 1_000  # whole asset units
ASKED, OWNED = range(1, 10), range(101, 110)
FAR = 2**255


@dataclass
class Shop:
    driver: Driver
    book: SeaportBook
    asset: Contract
    nft: Contract
    payer: Contract
    venue: Contract
    exit: Contract
    one: int

    @property
    def price(self) -> int:
        return PRICE * self.one

    def ask(self, token_id: int, price: int | None = None, **options: Any) -> SignedOrder:
        maker = options.pop("maker", MAKER)
        return self.book.listing(maker, self.nft, token_id, self.asset, price or self.price, **options)

    def bid(self, price: int | None = None, **options: Any) -> SignedOrder:
        maker = options.pop("maker", BIDDER)
        return self.book.bid(maker, self.nft, self.asset, price or self.price, **options)

    def buy(self, *asks: SignedOrder, ids: list[int] | None = None, most: int | None = None, **o: Any) -> Tx:
        tokens = ids or [ask.order.offer[0].identifier for ask in asks]
        limit = FAR if most is None else most
        return self.payer.buy(
            self.venue, o.pop("nft", self.nft), tokens, limit, RECEIVER, listings_data(asks), sender=TAKER
        )

    def sell(self, *sales: Any, least: int = 0) -> Tx:
        """Sales are (bid, token, ids of a trait bid)."""
        tokens = [token for _, token, _ in sales]
        for token in tokens:
            self.nft.transferFrom(TAKER, self.payer, token, sender=TAKER)
        data = bids_data(sales)
        return self.payer.sell(self.venue, self.nft, tokens, least, RECEIVER, data, sender=TAKER)

    def quote(self, bid: SignedOrder, token: int = 101, ids: Any = None) -> int:
        return self.exit.quoteExit(self.nft, token, exit_data(bid, token, ids))

    def leave(self, bid: SignedOrder, token: int = 101, ids: Any = None, least: int = 0) -> Tx:
        self.nft.transferFrom(TAKER, self.exit, token, sender=TAKER)
        return self.exit.exit(self.nft, token, RECEIVER, least, exit_data(bid, token, ids), sender=TAKER)

    def free(self, token: int) -> None:
        """Sells what a failed exit left there: a bid that works takes it."""
        assert self.nft.ownerOf(token) == self.exit.address
        bid = self.bid()
        self.exit.exit(self.nft, token, RECEIVER, self.price, exit_data(bid, token), sender=TAKER)

    def watch(self) -> Watch:
        holders = {
            "maker": MAKER, "bidder": BIDDER, "taker": TAKER, "receiver": RECEIVER, "creator": CREATOR,
            "marketplace": MARKETPLACE, "payer": self.payer, "venue": self.venue, "exit": self.exit,
        }  # fmt: skip
        tokens = [(self.nft, token) for token in (*ASKED, *OWNED)]
        return Watch([self.asset], tokens, holders=holders)

    def assert_clean(self) -> None:
        """Venue and exit hold nothing; the exit allows nothing, the venue Seaport alone."""
        for machine in (self.venue, self.exit):
            assert self.asset.balanceOf(machine) == 0
            assert self.nft.balanceOf(machine) == 0
            assert self.driver.balance(machine) == 0
            for spender in (MAKER, BIDDER, TAKER, self.payer, self.book.conduits):
                assert self.asset.allowance(machine, spender) == 0
                assert not self.nft.isApprovedForAll(machine, spender)
        assert self.asset.allowance(self.exit, self.book.seaport) == 0
        assert self.asset.allowance(self.venue, self.book.seaport) == 2**256 - 1
        for token in (*ASKED, *OWNED):
            assert self.nft.getApproved(token) != self.book.seaport.address


def build_shop(driver: Driver, asset: Contract) -> Shop:
    book = build_seaport(driver)
    nft, payer = driver.deploy("MockNft"), driver.deploy("MarketPayer", asset)
    venue = driver.deploy("SeaportVenue", book.seaport, asset)
    leave = driver.deploy("SeaportBidExit", book.seaport, asset)
    shop = Shop(driver, book, asset, nft, payer, venue, leave, 10 ** asset.decimals())
    for owner, tokens in ((MAKER, ASKED), (TAKER, OWNED)):
        for token in tokens:
            nft.mint(owner, token, sender=GOVERNOR)
    nft.setApprovalForAll(book.seaport, True, sender=MAKER)
    nft.setApprovalForAll(payer, True, sender=TAKER)
    for holder in (payer, BIDDER):
        asset.mint(holder, 100 * shop.price, sender=GOVERNOR)
    asset.approve(book.seaport, FAR, sender=BIDDER)
    return shop
