"""The reporter: value, sign once per slot, meet the others; one of them carries the round to the chain."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median_low
from typing import Final, NamedTuple

from vitrine.chain.codec import checksum
from vitrine.chain.contract import Call, Contract, signature_function
from vitrine.errors import VitrineError
from vitrine.keepers.access import Writer
from vitrine.keepers.actions import Action, Kind
from vitrine.keepers.metrics import Metrics
from vitrine.keepers.reports import (
    Domain,
    Feed,
    Mailbox,
    ReportSigner,
    SanityBand,
    Valuer,
    compose,
)
from vitrine.keepers.sender import ActionSender, Spending
from vitrine.models.floor_feed import MAX_REPORT_AGE, Round
from vitrine.models.reports import PRICE_UNIT, ReportItem, SignedReport, order_reports
from vitrine.units import BPS

_ASK: Final = signature_function("isValidSignature(bytes32,bytes)", "bytes4")
_MAGIC: Final = bytes.fromhex("1626ba7e")
OUTLIER_BPS: Final = 1_000
"""A report further from the median than this is counted as an outlier; the contract's median bears it."""


@dataclass(frozen=True, slots=True)
class Manners:
    """How reporters share the work of carrying; seconds."""

    patience: int = 60
    """Wait for all reporters this long after the slot, then post with the quorum that is there."""
    stagger: int = 45
    """When the one whose turn it is does not post, the next one does after this."""


@dataclass(frozen=True, slots=True)
class Step:
    """What one step did; for logs and tests."""

    slot_at: int
    signed: bool
    reports: int
    posted: bool


class _Needs(NamedTuple):
    """What the feed asks for."""

    slot_seconds: int
    quorum: int
    reporters: int
    feeds: int


class Reporter:
    """One reporter of one feed. `step()` may be called at any pace, by any number of processes."""

    def __init__(
        self,
        chain: Writer,
        feed: Contract,
        chain_id: int,
        signer: ReportSigner,
        valuers: Mapping[str, Valuer],
        mailbox: Mailbox,
        spending: Spending,
        *,
        bands: Mapping[str, SanityBand] | None = None,
        manners: Manners | None = None,
        metrics: Metrics | None = None,
        carrier: str | None = None,
        clock: Callable[[], int] | None = None,
    ) -> None:
        self.chain, self.feed, self.signer, self.mailbox = chain, feed, signer, mailbox
        self.domain = Domain(chain_id, feed.address)
        self.valuers = {name.lower(): valuer for name, valuer in valuers.items()}
        self.bands = {name.lower(): band for name, band in (bands or {}).items()}
        self.manners = manners or Manners()
        self.metrics = metrics or Metrics("reporter")
        self.me = checksum(signer.address)
        self._mine: tuple[int, SignedReport] | None = None
        self._calls: dict[int, Call] = {}
        self.sender = ActionSender(
            chain, lambda action: self._calls[action.amount], carrier or self.me, spending, self.metrics
        )
        self._clock = clock or self._chain_time

    def _chain_time(self) -> int:
        return int(self.chain.block()["timestamp"], 16)

    # --- one round ------------------------------------------------------------------------------------------

    def step(self) -> Step:
        """Sign the slot of now if not done, and post it if it is due and mine to post."""
        now = self._clock()
        needs = self._needs()
        slot = now - now % needs.slot_seconds
        feeds = self._feeds(needs.feeds)
        waiting = any(feed.slot_at < slot for feed in feeds)
        signed = waiting and self._sign(slot, feeds)
        reports = self._valid(slot) if waiting else []
        actions = [self._post(slot, reports)] if self._due(slot, now, reports, needs) else []
        sent = self.sender.step(actions)
        self.metrics.set("reports", len(reports))
        self.metrics.set("slot", slot)
        return Step(slot, signed, len(reports), bool(sent))

    def _needs(self) -> _Needs:
        feed = self.feed
        calls = [feed.slotSeconds(), feed.quorum(), feed.reporterCount(), feed.feedCount()]
        return _Needs(*(int(value) for value in self.chain.read_many(calls)))

    def _feeds(self, count: int) -> list[Feed]:
        ids = range(1, count + 1)
        listed = self.chain.read_many([self.feed.feedAt(i) for i in ids])
        words = self.chain.read_many([self.feed.roundAt(i) for i in ids])
        feeds = []
        for feed_id, item, word in zip(ids, listed, words, strict=True):
            if item[3]:
                known = Round.from_word(int(word))
                feeds.append(Feed(feed_id, str(item[0]), known.avg * PRICE_UNIT, known.slot_at))
        return feeds

    def _sign(self, slot: int, feeds: Sequence[Feed]) -> bool:
        """Leaves a report for the slot, unless there is one of mine: two of one slot are never signed."""
        found = [report for report in self.mailbox.get(slot) if report.reporter == self.me]
        if any(self._is_signed(slot, report) for report in found):
            return False
        if self._mine is not None and self._mine[0] == slot:
            self.mailbox.put(slot, self._mine[1])  # somebody has spoilt it
            return False
        draft = compose(feeds, self.valuers, slot, self.bands)
        for reason in draft.withheld.values():
            self.metrics.add("withheld", reason=reason.value)
        if draft.empty:
            return False
        report = SignedReport(self.me, draft.words, self.signer.sign(slot, draft.words))
        self._mine = slot, report
        self.mailbox.put(slot, report)
        self.metrics.add("signed")
        return True

    def _is_signed(self, slot: int, report: SignedReport) -> bool:
        """By the key of its reporter, or by a contract that says so (ERC-1271)."""
        if self.domain.signer_of(slot, report) == report.reporter:
            return True
        try:
            digest = self.chain.read(self.feed.digestOf(slot, list(report.words)))
            wallet = Call(report.reporter, _ASK.encode((digest, report.signature)), _ASK)
            return bytes(self.chain.read(wallet)) == _MAGIC
        except VitrineError:
            return False

    def _valid(self, slot: int) -> list[SignedReport]:
        """Reports whose signature is good and whose signer is a reporter now, in the order the feed wants."""
        found = []
        for report in self.mailbox.get(slot):
            if self._is_signed(slot, report):
                found.append(report)
            else:
                self.metrics.add("bad_signature", reporter=report.reporter)
        live = self.chain.read_many([self.feed.isReporter(report.reporter) for report in found])
        kept = order_reports(report for report, yes in zip(found, live, strict=True) if yes)
        self._watch_outliers(kept)
        return kept

    def _watch_outliers(self, reports: Sequence[SignedReport]) -> None:
        for column in zip(*([ReportItem.from_word(w) for w in r.words] for r in reports), strict=True):
            spots = [item.spot for item in column if item.spot]
            if len(spots) < 3:
                continue
            middle = median_low(spots)
            for report, item in zip(reports, column, strict=True):
                if item.spot and abs(item.spot - middle) * BPS > middle * OUTLIER_BPS:
                    self.metrics.add("outlier", reporter=report.reporter)

    # --- carrying -------------------------------------------------------------------------------------------

    def _due(self, slot: int, now: int, reports: Sequence[SignedReport], needs: _Needs) -> bool:
        """Whether I post: all are there or patience is over, and those before me had their turn."""
        if len(reports) < needs.quorum or now - slot > MAX_REPORT_AGE:
            return False
        order = [report.reporter for report in reports]  # ascending
        count, quarter = len(order), needs.slot_seconds // 4
        wait = 0 if count >= needs.reporters else min(self.manners.patience, quarter)
        turn = count
        if self.me in order:
            turn = (order.index(self.me) - slot // needs.slot_seconds) % count
        return now - slot >= wait + turn * min(self.manners.stagger, quarter // count)

    def _post(self, slot: int, reports: Sequence[SignedReport]) -> Action:
        self._calls = {slot: self.feed.update(slot, [report.as_argument for report in reports])}
        return Action(Kind.POST, amount=slot)
