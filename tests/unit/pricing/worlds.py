"""A signed feed beside its model, and an oracle over sources of every kind.

Whatever a test posts goes to the contract and to `vitrine.models.floor_feed` alike, and both must do the
same: rounds, events, and the error when they refuse.
"""

from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, field
from typing import Any

from tests.helpers.accounts import Account, domain
from tests.helpers.actors import ACTORS
from tests.helpers.evm import Contract, Driver, Tx, reverts
from vitrine.models.floor_feed import FeedRefusedError, Reading, Round, SignedFloorFeedModel, UpdateOutcome
from vitrine.models.oracle import AggregatorAnswer, AggregatorTerms, Rate, quote, read_wad
from vitrine.models.quotes import Quote
from vitrine.models.reports import PRICE_UNIT, ReportItem, SignedReport
from vitrine.units import HOUR, WAD

SLOT = 4 * HOUR
HALF_LIFE = 12 * HOUR
GOVERNOR, KEEPER, STRANGER = ACTORS.governor, ACTORS.keeper, ACTORS.stranger
REPORT_TYPES = {"Report": [("slotAt", "uint256"), ("items", "uint256[]")]}
ETH = 10**8
"""One ETH in units of a posted price."""
LOW, HIGH = 1 * ETH, 1_000 * ETH
ZERO = "0x" + "00" * 20


def by_address(account: Any) -> int:
    return int(account.address, 16)


REPORTERS = tuple(sorted(ACTORS.reporters, key=by_address))


def punk(spot: float, sale: float = 0, depth: float = 0, *, feed_id: int = 1, **fields: int) -> ReportItem:
    """An item with prices in ETH."""
    return ReportItem(feed_id, round(spot * ETH), round(sale * ETH), round(depth * ETH), **fields)


@dataclass
class FeedWorld:
    """`SignedFloorFeed` with five reporters and a quorum of three, beside its model."""

    driver: Driver
    authority: Contract
    feed: Contract
    model: SignedFloorFeedModel
    collections: list[Contract] = field(default_factory=list)

    def enlist(self, low: int = LOW, high: int = HIGH) -> int:
        """Lists a new collection; returns its key."""
        collection = self.driver.deploy("MockNft")
        tx = self.feed.list(collection, low, high, sender=GOVERNOR)
        self.collections.append(collection)
        assert tx.return_value == self.model.list_feed(low, high) == len(self.collections)
        return int(tx.return_value)

    def slot(self) -> int:
        """The slot time that has come."""
        return self.driver.timestamp // SLOT * SLOT

    def next_slot(self, delay: int = 60) -> int:
        """Waits until `delay` after the next slot time; returns that."""
        slot = self.slot() + SLOT
        self.driver.warp_to(slot + delay)
        return slot

    def sign(
        self, reporter: Account, slot: int, items: Iterable[ReportItem | int], **changed: Any
    ) -> SignedReport:
        """A report; `changed` replaces fields of the signed message or domain, not of what is sent."""
        words = [item if isinstance(item, int) else item.word for item in items]
        terms = domain("Vitrine SignedFloorFeed", self.feed) | changed.pop("terms", {})
        message = {"slotAt": slot, "items": words} | changed
        signature = reporter.sign_typed(terms, REPORT_TYPES, "Report", message)
        return SignedReport(reporter.address, tuple(words), signature)

    def reports(
        self, slot: int, said: Sequence[Sequence[ReportItem]], voices: Sequence[Account] = REPORTERS
    ) -> list[SignedReport]:
        """One report per voice, each with its own items."""
        return [self.sign(voice, slot, items) for voice, items in zip(voices, said, strict=False)]

    def send(self, slot: int, reports: Sequence[SignedReport]) -> Tx:
        return self.feed.update(slot, [r.as_argument for r in reports], sender=KEEPER)

    def post(self, slot: int, said: Sequence[Sequence[ReportItem]], **options: Any) -> UpdateOutcome:
        """Posts, and demands that contract and model do the same."""
        return self.compare(slot, self.reports(slot, said, **options))

    def say(self, spot: float, delay: int = 60, **options: Any) -> Round:
        """Waits for the next slot; three reporters say the same of collection 1; returns the round."""
        slot = self.next_slot(delay)
        return self.post(slot, [[punk(spot, **options)]] * 3).rounds[1]

    def compare(self, slot: int, reports: Sequence[SignedReport]) -> UpdateOutcome:
        now = self.driver.timestamp
        try:
            outcome = self.model.update(slot, now, reports)
        except FeedRefusedError as refused:
            self._same_refusal(slot, reports, refused)
            raise AssertionError(f"the contract took what the model refused: {refused}") from None
        tx = self.send(slot, reports)
        assert tx.timestamp == now and tx.return_value == len(outcome.rounds)
        self._same_events(tx, slot, outcome)
        for key, known in self.model.rounds.items():
            assert Round.from_word(self.feed.roundAt(key)) == known
        return outcome

    def _same_refusal(self, slot: int, reports: Sequence[SignedReport], refused: FeedRefusedError) -> None:
        """The contract must refuse for the same reason and change nothing; passes its revert on."""
        before = {key: self.feed.roundAt(key) for key in self.model.rounds}
        with reverts(refused.error, **refused.params) as caught:
            self.send(slot, reports)
        assert {key: self.feed.roundAt(key) for key in before} == before
        raise caught.error

    def _same_events(self, tx: Tx, slot: int, outcome: UpdateOutcome) -> None:
        [posted] = self.feed.events("RoundsPosted", tx)
        assert posted.slotAt == slot
        assert dict(Round.from_event(slot, word) for word in posted.rounds) == outcome.rounds
        clamped = [(e.id, e.wanted, e.taken) for e in self.feed.events("SpotClamped", tx)]
        assert clamped == outcome.clamped
        rejected = [(e.id, e.reason, e.detail) for e in self.feed.events("ItemRejected", tx)]
        assert rejected == outcome.rejected
        ignored = [(e.id, e.reporter, e.spot) for e in self.feed.events("ValueIgnored", tx)]
        assert ignored == outcome.ignored_values
        assert [e.reporter for e in self.feed.events("ReportIgnored", tx)] == outcome.ignored_reports
        assert len(tx.events) == 1 + sum(
            map(len, (clamped, rejected, ignored, self.feed.events("ReportIgnored", tx)))
        )

    def latest(self, key: int = 1) -> Reading:
        """The contract's reading, which must be the model's."""
        told = Reading(*self.feed.latest(key))
        assert told == self.model.read(key, self.driver.timestamp)
        return told


def build_feed(driver: Driver, reporters: Sequence[Any] = REPORTERS, quorum: int = 3) -> FeedWorld:
    authority = driver.deploy("Authority", GOVERNOR)
    feed = driver.deploy("SignedFloorFeed", authority, SLOT, HALF_LIFE, list(reporters), quorum)
    model = SignedFloorFeedModel(SLOT, HALF_LIFE, quorum, {r.address for r in reporters})
    world = FeedWorld(driver, authority, feed, model)
    driver.warp_to((driver.timestamp // SLOT + 1) * SLOT + 60)
    return world


def wei(units: int) -> int:
    return units * PRICE_UNIT


# ---------------------------------------------------------------- the oracle

RATE = 3_000
HEARTBEAT = HOUR


@dataclass
class OracleWorld:
    """`FloorOracle` with one collection over mock feeds, beside the model."""

    driver: Driver
    authority: Contract
    asset: Contract
    decimals: int
    eth_usd: Contract
    appraisals: Contract
    oracle: Contract
    collection: Contract
    feeds: list[Contract]
    readings: list[Reading]
    backup: Contract | None = None

    def sources(self, count: int, backup_only: bool = False) -> None:
        """Lists the collection over `count` mock feeds."""
        while len(self.feeds) < count:
            self.feeds.append(self.driver.deploy("MockFloorFeed"))
        self.readings = [Reading()] * count
        self.oracle.setSources(self.collection, self.feeds[:count], backup_only, sender=GOVERNOR)

    def says(self, place: int, reading: Reading) -> None:
        self.feeds[place].set(astuple(reading), sender=STRANGER)
        self.readings[place] = reading

    def reading(self, spot: int = 60 * WAD, age: int = 0, **fields: int) -> Reading:
        """A reading of now; `age` in seconds."""
        at = self.driver.timestamp - age
        told = {"as_of": at, "posted_at": at, "confidence_bps": 10_000, "avg": spot} | fields
        return Reading(spot=spot, **told)

    def eth(self, dollars: float, age: int = 0) -> None:
        at = self.driver.timestamp - age
        self.eth_usd.setRound(2, round(dollars * 10**8), at, at, sender=STRANGER)

    def rate(self, backup_only: bool = False) -> Rate:
        """What the model makes of ETH/USD as it stands."""
        primary = None
        if not backup_only:
            got = AggregatorAnswer(
                self.eth_usd.answer(),
                self.eth_usd.updatedAt(),
                self.eth_usd.startedAt(),
                self.eth_usd.roundId(),
                self.eth_usd.answeredInRound(),
                ok=self.eth_usd.mode() == 0,
            )
            primary = read_wad(RATE_TERMS, got, self.driver.timestamp)
        backup = Reading(*self.backup.latest(0)) if self.backup else None
        return Rate.of(primary, backup)

    def quote(self, backup_only: bool = False) -> Quote:
        """The contract's quote, which must be the model's."""
        told = Quote(*self.oracle.quote(self.collection))
        now = self.driver.timestamp
        assert told == quote(self.readings, self.rate(backup_only), now, self.decimals)
        return told

    def units(self, dollars: float) -> int:
        return round(dollars * 10**6) * 10 ** (self.decimals - 6)


RATE_TERMS = AggregatorTerms(8, HEARTBEAT, 10 * WAD, 100_000 * WAD)


def build_oracle(driver: Driver, asset: Contract | None = None, sources: int = 1) -> OracleWorld:
    asset = asset or driver.deploy("MockAsset", 6)
    authority = driver.deploy("Authority", GOVERNOR)
    eth_usd = driver.deploy("MockAggregatorV3", 8, RATE * 10**8)
    appraisals = driver.deploy("Appraisals", authority)
    terms = (eth_usd, HEARTBEAT, RATE_TERMS.min_wad, RATE_TERMS.max_wad, ZERO, 0)
    clone = driver.deploy("FloorAggregator")
    oracle = driver.deploy("FloorOracle", authority, asset, terms, appraisals, clone)
    collection = driver.deploy("MockNft")
    driver.warp(40 * 86_400)
    world = OracleWorld(
        driver, authority, asset, asset.decimals(), eth_usd, appraisals, oracle, collection, [], []
    )
    world.eth(RATE)
    world.sources(sources)
    return world
