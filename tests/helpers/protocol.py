"""The whole protocol on a driver: the lending core with its real prices.

`Protocol` is a `Core` (all its moves work) whose quotes come from five reporters' signed rounds and an
ETH/USD aggregator, through the real `FloorOracle` and `Appraisals`. `price(…)` posts a round; a move beyond
what the feed accepts in the elapsed time is clamped: `walk_to(…)` takes the rounds it needs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from tests.helpers.accounts import Account, domain
from tests.helpers.actors import ACTORS
from tests.helpers.core import FLOOR, GOVERNOR, GUARDIAN, HOUR, KEEPER, MAIN_TIER, THIN_TIER, Core
from tests.helpers.evm import DEPLOYER, Contract, Driver, Tx

PRICE_UNIT = 10**10  # wei per unit of a posted price
REPORT_TYPES = {"Report": [("slotAt", "uint256"), ("items", "uint256[]")]}
APPRAISAL_TYPES = {
    "Appraisal": [
        *((name, "uint256") for name in ("tokenId", "units", "issuedAt", "expiresAt", "deadline")),
    ]
}
APPRAISAL_TYPES["Appraisal"].insert(0, ("collection", "address"))

# What a network's parameter file says, in units of the contracts.
PARAMS: dict[str, Any] = {
    "rates": {"base": 10**17, "kink": 2 * 10**17, "full": 4 * 10**17, "kink_at": 8 * 10**17},
    "feed": {"slot": 60, "half_life": 12 * HOUR, "quorum": 3},
    "eth_usd": {
        "price": 3_000,
        "decimals": 8,
        "heartbeat": 2 * HOUR,
        "min": 100,
        "max": 100_000,
        "grace": HOUR,
    },
    "tiers": {"nft": MAIN_TIER, "thin": THIN_TIER},
    "first_price_eth": {"nft": (1, 1_000), "thin": (1, 1_000)},
    "min_debt": 10,
}


@dataclass(frozen=True)
class Signals:
    """What one reporter says of one collection, whole asset units; `sale` or `depth` 0 is absent."""

    spot: float
    sale: float | None = None
    depth: float | None = None
    confidence_bps: int = 10_000
    age: int = 60

    def values(self) -> tuple[float, float, float]:
        sale = self.spot if self.sale is None else self.sale
        return self.spot, sale, self.spot if self.depth is None else self.depth


@dataclass
class Protocol(Core):
    """See the module. `reporters` are sorted by address."""

    feed: Contract = field(kw_only=True)
    appraisals: Contract = field(kw_only=True)
    eth_usd: Contract = field(kw_only=True)
    reporters: tuple[Account, ...] = field(kw_only=True)
    said: dict[str, Signals] = field(default_factory=dict)
    last_slot: int = 0

    # prices ----------------------------------------------------

    @property
    def eth_price(self) -> int:
        """ETH/USD as its aggregator has it."""
        return int(self.eth_usd.answer())

    def eth_units(self, whole: float) -> int:
        """A price in whole asset as posted: 1e-8 ETH, rounded to the nearest."""
        cents = round(whole * 10**8)
        return (cents * 10**8 + self.eth_price // 2) // self.eth_price

    def item(self, collection: Contract, signals: Signals) -> int:
        """One word of a report."""
        spot, sale, depth = (self.eth_units(value) for value in signals.values())
        head = self.feed.keyOf(collection) << 240 | signals.age << 208 | signals.confidence_bps << 192
        return int(head | spot << 128 | sale << 64 | depth)

    def report(self, reporter: Account, slot: int, items: Sequence[int]) -> tuple[str, list[int], bytes]:
        """A signed report."""
        terms = domain("Vitrine SignedFloorFeed", self.feed)
        signature = reporter.sign_typed(terms, REPORT_TYPES, "Report", {"slotAt": slot, "items": items})
        return reporter.address, list(items), signature

    def next_slot(self) -> int:
        """The newest slot time that can be posted; time moves on to it when it lies ahead."""
        size = PARAMS["feed"]["slot"]
        slot = max(self.driver.timestamp // size * size, self.last_slot + size)
        if slot > self.driver.timestamp:
            self.driver.warp_to(slot)
        self.last_slot = slot
        return slot

    def post(
        self, said: Mapping[Contract, Signals], voices: Sequence[Account] = (), sender: Any = KEEPER
    ) -> Tx:
        """Post one round in which every voice (default: the first quorum) says the same."""
        slot = self.next_slot()
        items = sorted(self.item(collection, signals) for collection, signals in said.items())
        voices = voices or self.reporters[: PARAMS["feed"]["quorum"]]
        reports = [self.report(voice, slot, items) for voice in sorted(voices, key=_by_address)]
        self.said |= {collection.address: signals for collection, signals in said.items()}
        return self.feed.update(slot, reports, sender=sender)

    def price(self, whole: float, collection: Contract | None = None) -> None:
        """Every signal of `collection` (default: the main one) says `whole`; ETH/USD is refreshed as well."""
        self.eth_usd.set(self.eth_price, sender=KEEPER)
        self.post({collection or self.nft: Signals(whole)})

    def refresh(self) -> None:
        """Post again what was said last, and ETH/USD as it stands, so that prices are fresh."""
        self.eth_usd.set(self.eth_price, sender=KEEPER)
        contracts = {c.address: c for c in (self.nft, self.thin)}
        self.post({contracts[address]: signals for address, signals in self.said.items()})

    def wait(self, seconds: int) -> None:
        """Time passes and prices stay fresh at its end."""
        self.driver.warp(seconds)
        self.refresh()

    def walk_to(
        self, whole: float, collection: Contract | None = None, step: int = 4 * HOUR, rounds: int = 24
    ) -> int:
        """Say `whole` round after round until the feed has followed; returns the seconds it took."""
        nft, start = collection or self.nft, self.driver.timestamp
        self.said[nft.address] = replace(self.said[nft.address], spot=whole, sale=None, depth=None)
        wanted = self.eth_units(whole) * PRICE_UNIT
        for _ in range(rounds):
            self.refresh()
            if self.feed.latest(self.feed.keyOf(nft)).spot == wanted:
                return self.driver.timestamp - start
            self.driver.warp(step)
        raise AssertionError(f"the feed did not reach {whole} in {rounds} rounds")

    def set_eth(self, dollars: float) -> None:
        """Move ETH/USD (nothing bounds it): prices in the asset move with it at once."""
        self.eth_usd.set(int(dollars * 10**8), sender=KEEPER)

    # appraisals ------------------------------------------------

    def appraise(self, ref: tuple[str, int], units: int, life: int = 90 * 24 * HOUR) -> Tx:
        """Sign and post an appraisal of one token."""
        now = self.driver.timestamp
        body = {"collection": ref[0], "tokenId": ref[1], "units": units, "issuedAt": now}
        body |= {"expiresAt": now + life, "deadline": now + HOUR}
        terms = domain("Vitrine Appraisals", self.appraisals)
        signature = ACTORS.appraiser.sign_typed(terms, APPRAISAL_TYPES, "Appraisal", body)
        return self.appraisals.postSigned(body, ACTORS.appraiser, signature, sender=KEEPER)

    # pause -----------------------------------------------------

    def pause(self) -> Tx:
        return self.pauser.pause(self.vault.PAUSE_GROUP(), sender=GUARDIAN)

    def resume(self) -> Tx:
        return self.pauser.resume(self.vault.PAUSE_GROUP(), sender=GUARDIAN)


def _by_address(account: Account) -> int:
    return int(account.address, 16)


def deploy_asset(driver: Driver, variant: str) -> Contract:
    """`6dec`, `18dec` (lean ERC-20) or `usdt` (faithful Tether)."""
    if variant == "usdt":
        return driver.deploy("MockUsdt", 6, sender=DEPLOYER)
    return driver.deploy("MockAsset", int(variant.removesuffix("dec")), sender=DEPLOYER)


def build_protocol(driver: Driver, variant: str = "6dec", **assets: Contract) -> Protocol:
    """Deploy everything; the mutually immutable ones at predicted addresses. Prices stand and are fresh."""
    asset = assets.get("asset") or deploy_asset(driver, variant)
    nft = assets.get("nft") or driver.deploy("MockNft")
    thin = assets.get("thin") or driver.deploy("MockNft")
    reporters = tuple(sorted(ACTORS.reporters, key=_by_address))
    authority = driver.deploy("Authority", GOVERNOR)
    pauser = driver.deploy("Pauser", authority)
    operators = driver.deploy("Operators")
    dollar = PARAMS["eth_usd"]
    answer = dollar["price"] * 10 ** dollar["decimals"]
    eth_usd = assets.get("eth_usd") or driver.deploy("MockAggregatorV3", dollar["decimals"], answer)
    terms = {
        "aggregator": eth_usd,
        "heartbeat": dollar["heartbeat"],
        "minWad": dollar["min"] * 10**18,
        "maxWad": dollar["max"] * 10**18,
        "sequencerFeed": "0x" + "00" * 20,
        "grace": dollar["grace"],
    }
    rules = PARAMS["feed"]
    slot, half_life, quorum = rules["slot"], rules["half_life"], rules["quorum"]
    feed = driver.deploy("SignedFloorFeed", authority, slot, half_life, reporters, quorum)
    appraisals = driver.deploy("Appraisals", authority)
    clone = driver.deploy("FloorAggregator")
    oracle = driver.deploy("FloorOracle", authority, asset, terms, appraisals, clone)
    model = driver.deploy("KinkedRateModel", *PARAMS["rates"].values())
    vault_at, auction_at, book_at, desk_at = driver.predict(4)
    vault = driver.deploy("LendingVault", asset, "Vitrine USD", "vUSD", authority, pauser, desk_at, model)
    auction = driver.deploy("LiquidationAuction", authority, desk_at, oracle, pauser, asset)
    book = driver.deploy("TierBook", authority, oracle, appraisals, desk_at)
    desk = driver.deploy("CreditDesk", authority, vault_at, auction_at, book_at, appraisals, operators)
    assert [c.address for c in (vault, auction, book, desk)] == [vault_at, auction_at, book_at, desk_at]
    authority.grantRole(1, GUARDIAN, 0, sender=GOVERNOR)
    selectors = [pauser.pause.selector, pauser.resume.selector]
    authority.setTargetFunctionRole(pauser, selectors, 1, sender=GOVERNOR)
    protocol = Protocol(
        driver=driver,
        asset=asset,
        authority=authority,
        pauser=pauser,
        oracle=oracle,
        operators=operators,
        model=model,
        vault=vault,
        auction=auction,
        book=book,
        desk=desk,
        nft=nft,
        thin=thin,
        one=10 ** asset.decimals(),
        feed=feed,
        appraisals=appraisals,
        eth_usd=eth_usd,
        reporters=reporters,
    )
    for name, collection in (("nft", nft), ("thin", thin)):
        low, high = PARAMS["first_price_eth"][name]
        feed.list(collection, low * 10**8, high * 10**8, sender=GOVERNOR)
        oracle.setSources(collection, [feed], False, sender=GOVERNOR)
        appraisals.setAppraiser(collection, ACTORS.appraiser, True, sender=GOVERNOR)
    protocol.post({nft: Signals(FLOOR), thin: Signals(FLOOR / 4)})
    for name, collection in (("nft", nft), ("thin", thin)):
        book.addCollection(collection, PARAMS["tiers"][name], sender=GOVERNOR)
    desk.setMinDebt(protocol.units(PARAMS["min_debt"]), sender=GOVERNOR)
    return protocol
