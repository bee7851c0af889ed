"""The lending core alone: vault, desk, book and auction over an oracle whose quotes a test sets.

Everything is real but the price. Suites that need signed reports and several feeds use the `Protocol`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.helpers.accounts import Account
from tests.helpers.evm import Contract, Driver, Tx

HOUR = 3600
DAY = 24 * HOUR
BPS = 10_000
MAX_RATE = 2**256 - 1
GOVERNOR, GUARDIAN = Account("governor"), Account("guardian")
SUPPLIER, BORROWER, KEEPER, TAKER = (
    Account("supplier"),
    Account("borrower"),
    Account("keeper"),
    Account("taker"),
)
THIEF, STRANGER = Account("thief"), Account("stranger")
FLOOR = 60_000  # whole asset units

MAIN_TIER = {
    "ltvBps": 5000, "ltBps": 7500, "discountMinBps": 500, "discountMaxBps": 1500, "gapBps": 500,
    "premiumBps": 12_000, "reserveBps": 5000, "premiumSeconds": HOUR, "bandSeconds": 6 * HOUR,
    "distressedSeconds": 5 * HOUR, "graceSeconds": 6 * HOUR, "creditCapUnits": 1_000_000, "maxLive": 16,
    "open": True,
}  # fmt: skip
THIN_TIER = MAIN_TIER | {"ltvBps": 3000, "ltBps": 7000, "discountMinBps": 1000, "graceSeconds": 8 * HOUR}


def tier(**changes: Any) -> tuple[Any, ...]:
    unknown = changes.keys() - MAIN_TIER.keys()
    assert not unknown, unknown
    return tuple((MAIN_TIER | changes).values())


@dataclass
class Core:
    driver: Driver
    asset: Contract
    authority: Contract
    pauser: Contract
    oracle: Contract
    operators: Contract
    model: Contract
    vault: Contract
    auction: Contract
    book: Contract
    desk: Contract
    nft: Contract
    thin: Contract
    one: int
    _next_id: dict[str, int] = field(default_factory=dict)

    # -- money ----------

    def units(self, whole: float | int) -> int:
        """Asset units of an amount in whole asset."""
        return int(whole * self.one)

    def fund(self, who: Any, assets: int, spender: Any = None) -> None:
        self.asset.mint(who, assets, sender=GOVERNOR)
        self.approve(who, spender or self.vault)

    def approve(self, who: Any, spender: Any) -> None:
        self.asset.approve(spender, 0, sender=who)
        self.asset.approve(spender, 2**256 - 1, sender=who)  # what wallets give; it is not used up

    def supply(self, whole: int, who: Any = SUPPLIER) -> int:
        self.fund(who, self.units(whole))
        return self.vault.deposit(self.units(whole), who, sender=who).return_value

    # -- collateral ----------

    def mint(self, who: Any, count: int = 1, collection: Contract | None = None) -> list[tuple[str, int]]:
        nft = collection or self.nft
        first = self._next_id.get(nft.address, 1)
        self._next_id[nft.address] = first + count
        for token in range(first, first + count):
            nft.mint(who, token, sender=GOVERNOR)
        nft.setApprovalForAll(self.desk, True, sender=who)
        return [(nft.address, token) for token in range(first, first + count)]

    def price(self, whole: float, collection: Contract | None = None) -> None:
        self.oracle.setPrice(collection or self.nft, self.units(whole), sender=GOVERNOR)

    def loan(
        self, whole: float, count: int = 1, who: Any = BORROWER, collection: Contract | None = None
    ) -> list:
        """`count` NFTs pledged and `whole` borrowed by `who`."""
        refs = self.mint(who, count, collection)
        self.desk.open(refs, self.units(whole), MAX_RATE, who, sender=who)
        return refs

    def sorted(self, refs: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
        return sorted(refs, key=lambda r: (int(r[0], 16), r[1]))

    # -- watch and liquidate ----------

    def debt(self, who: Any = BORROWER) -> int:
        return self.desk.healthOf(who)[0]

    def owes(self, whole: float, who: Any = BORROWER, seconds: int = 60) -> bool:
        """Whether the debt is `whole` and at most the interest of so many seconds on top."""
        debt, exact = self.debt(who), self.units(whole)
        return exact <= debt <= exact + exact * seconds // (2 * 365 * DAY) + 1

    def health(self, who: Any = BORROWER) -> Any:
        return self.desk.healthOf(who)[1]

    def flag(self, who: Any = BORROWER, by: Any = KEEPER) -> Tx:
        return self.desk.flag(who, sender=by)

    def liquidate(self, refs: Sequence[tuple[str, int]], who: Any = BORROWER, by: Any = KEEPER) -> Tx:
        return self.desk.liquidate(who, self.sorted(refs), sender=by)

    def warn_and_liquidate(self, refs: Sequence[tuple[str, int]], who: Any = BORROWER) -> Tx:
        self.flag(who)
        self.driver.warp(6 * HOUR)
        return self.liquidate(refs, who)

    def take(self, ref: tuple[str, int], by: Any = TAKER, receiver: Any = None) -> Tx:
        price = self.auction.priceOf(*ref)[0]
        self.fund(by, 2 * price, self.auction)
        return self.auction.take(*ref, 2**255, receiver or by, b"", sender=by)


def build_core(driver: Driver, decimals: int = 6, asset: Contract | None = None) -> Core:
    """Deploys the core; the mutually immutable ones at predicted addresses."""
    asset = asset or driver.deploy("MockAsset", decimals)
    authority = driver.deploy("Authority", GOVERNOR)
    pauser = driver.deploy("Pauser", authority)
    oracle = driver.deploy("MockFloorOracle")
    operators = driver.deploy("Operators")
    model = driver.deploy("KinkedRateModel", 10**17, 2 * 10**17, 4 * 10**17, 8 * 10**17)
    vault_at, auction_at, book_at, desk_at = driver.predict(4)
    vault = driver.deploy("LendingVault", asset, "Vitrine USD", "vUSD", authority, pauser, desk_at, model)
    auction = driver.deploy("LiquidationAuction", authority, desk_at, oracle, pauser, asset)
    book = driver.deploy("TierBook", authority, oracle, oracle, desk_at)
    desk = driver.deploy("CreditDesk", authority, vault_at, auction_at, book_at, oracle, operators)
    assert (vault.address, auction.address, book.address, desk.address) == (
        vault_at,
        auction_at,
        book_at,
        desk_at,
    )
    authority.grantRole(1, GUARDIAN, 0, sender=GOVERNOR)
    selectors = [pauser.pause.selector, pauser.resume.selector]
    authority.setTargetFunctionRole(pauser, selectors, 1, sender=GOVERNOR)
    nft = driver.deploy("MockNft")
    thin = driver.deploy("MockNft")
    core = Core(
        driver, asset, authority, pauser, oracle, operators, model, vault, auction, book, desk, nft, thin,
        10**decimals,
    )  # fmt: skip
    core.price(FLOOR)
    core.price(FLOOR / 4, thin)
    book.addCollection(nft, tier(), sender=GOVERNOR)
    book.addCollection(thin, tuple(THIN_TIER.values()), sender=GOVERNOR)
    desk.setMinDebt(core.units(10), sender=GOVERNOR)
    return core
