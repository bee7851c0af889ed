"""What a reporter signs: valuations inside its own sanity band, one report per slot; and where reports meet.

A reporter that has no price, or one outside its band, says so (spot 0): the contract leaves it out and counts
the others. It never signs two different reports for one slot, also when it is killed and started again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import NamedTuple, Protocol

from eth_account import Account
from eth_account.messages import encode_typed_data

from vitrine.chain.client import Chain
from vitrine.chain.codec import checksum
from vitrine.errors import DataError
from vitrine.keepers.metrics import write_whole
from vitrine.models.reports import (
    MAX_PRICE,
    PRICE_UNIT,
    ReportItem,
    SignedReport,
    item_words,
    report_typed_data,
)
from vitrine.pricing import MarketFrames, Multipliers, PricingParams, Valuation
from vitrine.pricing.rolling import RollingMarket
from vitrine.sdk.signing import sign_report
from vitrine.units import BPS, DAY


class Valuer(Protocol):
    """A market that can be valued."""

    def value(self, as_of: int) -> Valuation: ...


class FramesValuer:
    """Values a collection from frames of a loader: what happened after one time, up to another."""

    def __init__(
        self,
        collection: str,
        load: Callable[[int, int], MarketFrames],
        params: PricingParams | None = None,
        multipliers: Multipliers | None = None,
    ) -> None:
        self._market = RollingMarket(collection, params, multipliers)
        self._load = load
        self._until = -1

    def value(self, as_of: int) -> Valuation:
        if as_of > self._until:
            self._market.extend(self._load(self._until, as_of))
            self._until = as_of
        return self._market.value(as_of)


class Withheld(Enum):
    """Why a reporter gives no price for a collection."""

    NO_PRICE = "no price"
    BELOW_BAND = "below band"
    ABOVE_BAND = "above band"
    JUMP = "jump"
    OLD = "old evidence"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class SanityBand:
    """What a reporter would never put its name to; prices in wei."""

    low: int = PRICE_UNIT
    high: int = MAX_PRICE * PRICE_UNIT
    max_factor: int = 4
    """Spot against the average on chain, either way; sale and depth against spot."""
    max_evidence_age: int = 14 * DAY
    """Of the newest accepted sale."""
    least_confidence_bps: int = 0

    def objection(self, seen: Valuation, average: int) -> Withheld | None:
        """Why `seen` is not signed; `average` on chain, 0 before the first round."""
        spot = seen.spot
        if not spot or spot < PRICE_UNIT:
            return Withheld.NO_PRICE
        if spot < self.low:
            return Withheld.BELOW_BAND
        if spot > self.high:
            return Withheld.ABOVE_BAND
        if average and not average <= spot * self.max_factor <= average * self.max_factor**2:
            return Withheld.JUMP
        if seen.evidence_at is not None and seen.as_of - seen.evidence_at > self.max_evidence_age:
            return Withheld.OLD
        if seen.confidence_bps < self.least_confidence_bps:
            return Withheld.UNSURE
        return None

    def signal(self, value: int | None, spot: int) -> int:
        """A sale or depth as reported: absent when it is out of all proportion to spot."""
        if not value or not spot <= value * self.max_factor <= spot * self.max_factor**2:
            return 0
        return value if self.low <= value <= self.high else 0


class Feed(NamedTuple):
    """One listed collection of the feed, and where it stands; wei."""

    feed_id: int
    collection: str
    average: int
    slot_at: int


@dataclass(frozen=True, slots=True)
class Draft:
    """A report before it is signed."""

    slot_at: int
    words: tuple[int, ...]
    withheld: Mapping[str, Withheld]

    @property
    def empty(self) -> bool:
        """Nothing in it is a price."""
        return all(ReportItem.from_word(word).spot == 0 for word in self.words)


def compose(
    feeds: Sequence[Feed], valuers: Mapping[str, Valuer], slot_at: int, bands: Mapping[str, SanityBand]
) -> Draft:
    """One item per listed feed; collections by lower-case address. What is withheld has spot 0."""
    items, withheld = [], {}
    for feed in feeds:
        name = feed.collection.lower()
        valuer, band = valuers.get(name), bands.get(name, SanityBand())
        seen = None if valuer is None else valuer.value(slot_at)
        problem = Withheld.NO_PRICE if seen is None else band.objection(seen, feed.average)
        if problem is not None or seen is None or seen.spot is None:
            withheld[name] = problem or Withheld.NO_PRICE
            items.append(ReportItem(feed.feed_id, 0, confidence_bps=0))
            continue
        items.append(
            ReportItem.from_wei(
                feed.feed_id,
                spot=seen.spot,
                sale=band.signal(seen.sale, seen.spot),
                depth=band.signal(seen.depth, seen.spot),
                confidence_bps=min(max(seen.confidence_bps, 0), BPS),
                observed_at=min(seen.as_of, slot_at),
                slot_at=slot_at,
            )
        )
    return Draft(slot_at, tuple(item_words(items)), withheld)


@dataclass(frozen=True, slots=True)
class Domain:
    """Which feed on which chain a signature is for."""

    chain_id: int
    feed: str

    def signer_of(self, slot_at: int, report: SignedReport) -> str | None:
        """Which ordinary account signed; None when none can have."""
        typed = report_typed_data(self.chain_id, self.feed, slot_at, report.words)
        try:
            message = encode_typed_data(full_message=typed)
            return checksum(Account.recover_message(message, signature=report.signature))
        except Exception:  # noqa: BLE001 - any malformed signature is nobody's
            return None


class ReportSigner(Protocol):
    """One reporter's pen."""

    @property
    def address(self) -> str: ...

    def sign(self, slot_at: int, words: Sequence[int]) -> bytes: ...


class KeySigner:
    """Signs with a key of our own."""

    def __init__(self, domain: Domain, key: str | bytes) -> None:
        self._domain = domain
        self._account = Account.from_key(key)
        self.address = checksum(self._account.address)

    def sign(self, slot_at: int, words: Sequence[int]) -> bytes:
        typed = report_typed_data(self._domain.chain_id, self._domain.feed, slot_at, words)
        return bytes(self._account.sign_message(encode_typed_data(full_message=typed)).signature)


class ChainSigner:
    """Signs through the client: with its key, or with one that the node holds."""

    def __init__(self, chain: Chain, feed: str, address: str) -> None:
        self._chain, self._feed = chain, feed
        self.address = checksum(address)

    def sign(self, slot_at: int, words: Sequence[int]) -> bytes:
        items = [ReportItem.from_word(word) for word in words]
        return sign_report(self._chain, self._feed, self.address, slot_at, items).signature


class Mailbox(Protocol):
    """Where the reporters of one feed leave their reports for each other."""

    def put(self, slot_at: int, report: SignedReport) -> None: ...

    def get(self, slot_at: int) -> list[SignedReport]: ...


class MemoryMailbox:
    """For reporters in one process."""

    def __init__(self) -> None:
        self._slots: dict[int, dict[str, SignedReport]] = {}

    def put(self, slot_at: int, report: SignedReport) -> None:
        self._slots.setdefault(slot_at, {})[report.reporter] = report

    def get(self, slot_at: int) -> list[SignedReport]:
        return list(self._slots.get(slot_at, {}).values())


class FolderMailbox:
    """A folder that the reporters share: one file per slot and reporter, written whole."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.malformed = 0

    def _path(self, slot_at: int, reporter: str) -> Path:
        return self.folder / str(slot_at) / f"{reporter.lower()}.json"

    def put(self, slot_at: int, report: SignedReport) -> None:
        path = self._path(slot_at, report.reporter)
        body = {
            "reporter": report.reporter,
            "words": [hex(word) for word in report.words],
            "signature": "0x" + report.signature.hex(),
        }
        write_whole(path, json.dumps(body) + "\n")

    def get(self, slot_at: int) -> list[SignedReport]:
        found = []
        for path in sorted((self.folder / str(slot_at)).glob("0x*.json")):
            try:
                found.append(_parsed(path))
            except DataError:
                self.malformed += 1
        return found


def _parsed(path: Path) -> SignedReport:
    try:
        body = json.loads(path.read_text())
        words = tuple(int(word, 16) for word in body["words"])
        reporter = checksum(body["reporter"])
        signature = bytes.fromhex(body["signature"].removeprefix("0x"))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataError(f"{path} is no report ({error})", "Remove it") from None
    if reporter.lower() != path.stem or not all(0 <= word < 2**256 for word in words):
        raise DataError(f"{path} is not what its name says", "Remove it")
    return SignedReport(reporter, words, signature)
