"""Reporters on the real feed: one transaction per slot, late and lying ones borne, nothing insane signed."""

from dataclasses import dataclass, replace

import pytest
from eth_account import Account as EthAccount

from tests.helpers.accounts import domain
from tests.helpers.bridge import Bridge, wrap
from tests.helpers.core import GOVERNOR, HOUR
from tests.helpers.evm import CHAIN_ID, PyrevmDriver
from tests.helpers.protocol import PARAMS, REPORT_TYPES, build_protocol
from tests.python.keepers.desks import SPENDING
from tests.python.pricing.worlds import T0, honest_asks, honest_sales, market
from vitrine.errors import DataError
from vitrine.keepers.metrics import Metrics
from vitrine.keepers.reporter import Manners, Reporter
from vitrine.keepers.reports import (
    Domain,
    Feed,
    FolderMailbox,
    FramesValuer,
    KeySigner,
    MemoryMailbox,
    SanityBand,
    Withheld,
    _parsed,
    compose,
)
from vitrine.models.floor_feed import Round
from vitrine.models.reports import ReportItem, SignedReport
from vitrine.pricing import Valuation, value_collection

ETH = 10**18
SIZE = PARAMS["feed"]["slot"]
COLLECTION = "0x" + "c0" * 20


def seen(spot, as_of, *, sale=None, depth=None, confidence=9_000, evidence_at=None):
    return Valuation("x", as_of, spot, sale, depth, 100, 9, confidence, evidence_at)


@dataclass
class Says:
    """A market of which one always sees the same, or whatever a function of time says."""

    spot: object

    def value(self, as_of):
        spot = self.spot(as_of) if callable(self.spot) else self.spot
        return seen(spot, as_of, sale=spot, depth=spot)


class Pen:
    """A test account as a reporter's signer."""

    def __init__(self, account, feed):
        self.address, self._account, self._feed = account.address, account, feed

    def sign(self, slot_at, words):
        terms = domain("Vitrine SignedFloorFeed", self._feed)
        return self._account.sign_typed(terms, REPORT_TYPES, "Report", {"slotAt": slot_at, "items": words})


class Newsroom:
    """Five reporters, one feed, one mailbox."""

    def __init__(self, spots, mailbox=None, **more):
        self.protocol = build_protocol(PyrevmDriver())
        self.bridge = Bridge(self.protocol.driver)
        self.mailbox = mailbox or MemoryMailbox()
        self.feed = self.protocol.feed
        self.spots, self.more = spots, more
        self.reporters = [self.reporter(i) for i in range(5)]

    def reporter(self, index, **changes):
        protocol, spot = self.protocol, self.spots[index]
        names = {protocol.nft.address: Says(spot)}
        names[protocol.thin.address] = Says(spot if callable(spot) else spot and spot // 4)
        return Reporter(
            self.bridge, wrap(self.feed), CHAIN_ID, Pen(protocol.reporters[index], self.feed), names,
            self.mailbox, SPENDING, metrics=Metrics(f"reporter{index}"), **(self.more | changes),
        )  # fmt: skip

    def to_slot(self, slots=1, late=0):
        now = self.protocol.driver.timestamp
        self.protocol.driver.warp_to(now - now % SIZE + slots * SIZE + late)

    def round(self, who=None, *, late=0):
        """A new slot; each of `who` steps once; a block is mined."""
        self.to_slot(late=late)
        done = [self.reporters[i].step() for i in (range(5) if who is None else who)]
        self.bridge.mine()
        return done

    def known(self):
        return Round.from_word(self.feed.roundAt(self.feed.keyOf(self.protocol.nft)))


# --- the round -------------------------------------------------------------------------------------------


def test_round__five_honest__one_transaction_with_all_reports():
    room = Newsroom([20 * ETH + i * ETH // 1_000 for i in range(5)])
    room.round()
    assert room.bridge.sent == []  # the last one to sign saw all five, but it was another's turn
    for reporter in room.reporters:
        reporter.step()
    room.bridge.mine()
    assert len(room.bridge.sent) == 1
    assert room.known().spot == (20 * ETH + 2 * ETH // 1_000) // 10**10
    assert room.known().slot_at % SIZE == 0
    for reporter in room.reporters:
        reporter.step()
    assert len(room.bridge.sent) == 1
    assert sum(r.metrics.total("done") for r in room.reporters) == 1


def test_round__slot_after_slot__each_posted_once_and_turns_rotate():
    room = Newsroom([20 * ETH] * 5)
    senders = []
    for _ in range(6):
        room.round()
        for _ in range(3):
            for reporter in room.reporters:
                reporter.step()
            room.bridge.mine()
        senders.append(room.bridge.sent[-1].sender)
    assert len(room.bridge.sent) == 6
    assert len(set(senders)) == 5
    assert senders[5] == senders[0]


def test_round__one_late_and_one_lying__posted_with_the_rest_and_median_among_the_honest():
    honest = [20 * ETH, 20 * ETH + ETH // 50, 20 * ETH - ETH // 50]
    room = Newsroom([*honest, 70 * ETH, 20 * ETH])
    room.round(who=range(4))
    room.protocol.driver.warp(SIZE // 2)
    for index in range(4):
        room.reporters[index].step()
        room.bridge.mine()
    assert len(room.bridge.sent) == 1
    assert min(honest) // 10**10 <= room.known().spot <= max(honest) // 10**10
    outliers = [r.metrics.get("outlier", reporter=room.reporters[3].me) for r in room.reporters[:4]]
    assert sum(outliers) > 0
    assert not any(
        r.metrics.get("outlier", reporter=room.reporters[i].me) for r in room.reporters for i in (0, 1, 2)
    )


def test_round__only_two_reports__nothing_posted():
    room = Newsroom([20 * ETH] * 5)
    before = room.known()
    room.round(who=(0, 1), late=SIZE // 2)
    for index in (0, 1):
        room.reporters[index].step()
    room.bridge.mine()
    assert room.bridge.sent == []
    assert room.known() == before


def test_round__whose_turn_it_is_died__the_next_steps_in():
    room = Newsroom([20 * ETH] * 5, manners=Manners(patience=0, stagger=3))
    room.round()
    at = room.protocol.driver.timestamp
    starts = []
    for index, reporter in enumerate(room.reporters):
        order = sorted((r.me for r in room.reporters), key=lambda name: int(name, 16))
        slot = at - at % SIZE
        starts.append(((order.index(reporter.me) - slot // SIZE) % 5, index))
    dead = min(starts)[1]
    for _ in range(6):
        for index, reporter in enumerate(room.reporters):
            if index != dead:
                reporter.step()
        room.bridge.mine()
        room.protocol.driver.warp(1)
    assert len(room.bridge.sent) == 1
    assert room.bridge.sent[0].sender != room.reporters[dead].me


def test_round__two_carriers_at_once__second_costs_nothing():
    room = Newsroom([20 * ETH] * 5, manners=Manners(patience=0, stagger=0))
    room.to_slot()
    for reporter in room.reporters:
        reporter.step()
    receipts = room.bridge.mine()
    assert sum(r.ok for r in receipts) == 1
    assert len([r for r in receipts if not r.ok]) >= 1
    assert all("NothingAccepted" in type(r.error).__name__ for r in receipts if not r.ok)
    for reporter in room.reporters:
        assert not reporter.step().posted


def test_round__slot_missed_by_an_hour__next_slot_is_signed_instead():
    room = Newsroom([20 * ETH] * 5)
    room.to_slot()
    room.reporters[0].step()
    room.protocol.driver.warp(2 * HOUR)
    room.round()
    for reporter in room.reporters:
        reporter.step()
    room.bridge.mine()
    assert room.known().slot_at > room.protocol.driver.timestamp - 2 * SIZE


# --- signing ---------------------------------------------------------------------------------------------


def test_sign__stepped_again_and_restarted__one_report_per_slot():
    prices = iter(range(20 * ETH, 40 * ETH, ETH // 1_000))
    room = Newsroom([lambda _: next(prices)] * 5)
    room.to_slot()
    assert room.reporters[0].step().signed
    [first] = room.mailbox.get(_slot(room))
    assert not room.reporters[0].step().signed
    assert not room.reporter(0).step().signed  # a new process
    assert room.mailbox.get(_slot(room)) == [first]


def test_sign__report_spoilt_by_another__put_back():
    room = Newsroom([20 * ETH] * 5)
    room.to_slot()
    room.reporters[0].step()
    [mine] = room.mailbox.get(_slot(room))
    room.mailbox.put(_slot(room), replace(mine, signature=b"\x01" * 65))
    room.reporters[0].step()
    assert room.mailbox.get(_slot(room)) == [mine]


def test_sign__all_withheld__silent():
    room = Newsroom([None] * 5)
    room.to_slot()
    assert not room.reporters[0].step().signed
    assert room.mailbox.get(_slot(room)) == []
    assert room.reporters[0].metrics.get("withheld", reason="no price") == 2


def test_sign__round_far_from_the_average__withheld_until_it_is_believable():
    room = Newsroom([500 * ETH] * 5)
    room.to_slot()
    assert not room.reporters[0].step().signed
    assert room.reporters[0].metrics.get("withheld", reason="jump") == 2


def test_valid__forged_foreign_and_removed__not_carried():
    room = Newsroom([20 * ETH] * 5)
    room.round(who=range(4))
    slot = _slot(room)
    good = room.mailbox.get(slot)
    stranger = KeySigner(Domain(CHAIN_ID, room.feed.address), EthAccount.create("stranger").key)
    room.mailbox.put(slot, SignedReport(stranger.address, good[0].words, stranger.sign(slot, good[0].words)))
    room.mailbox.put(slot, SignedReport(room.reporters[4].me, good[0].words, good[0].signature))
    room.feed.removeReporter(room.protocol.reporters[3], sender=GOVERNOR)
    assert [r.reporter for r in room.reporters[0]._valid(slot)] == [r.me for r in room.reporters[:3]]
    assert room.reporters[0].metrics.get("bad_signature", reporter=room.reporters[4].me) == 1


def test_valid__wallet_contract_signs__carried():
    room = Newsroom([20 * ETH] * 5)
    owner = room.protocol.reporters[4]
    wallet = room.protocol.driver.deploy("Erc1271Wallet", owner)
    room.feed.replaceReporter(owner, wallet, sender=GOVERNOR)
    room.round(who=range(2))
    slot = _slot(room)
    words = room.mailbox.get(slot)[0].words
    signature = Pen(owner, room.feed).sign(slot, list(words))
    room.mailbox.put(slot, SignedReport(wallet.address, words, signature))
    assert wallet.address in [r.reporter for r in room.reporters[0]._valid(slot)]
    room.mailbox.put(slot, SignedReport(wallet.address, words, b"\x02" * 65))
    assert wallet.address not in [r.reporter for r in room.reporters[0]._valid(slot)]


def test_key_signer__signature__is_over_the_feeds_own_digest():
    room = Newsroom([20 * ETH] * 5)
    signer = KeySigner(Domain(CHAIN_ID, room.feed.address), EthAccount.create("pen").key)
    words = (ReportItem(1, 5).word, ReportItem(2, 6).word)
    signature = signer.sign(60, words)
    digest = room.feed.digestOf(60, list(words))
    assert EthAccount._recover_hash(digest, signature=signature) == signer.address
    report = SignedReport(signer.address, words, signature)
    terms = Domain(CHAIN_ID, room.feed.address)
    assert terms.signer_of(60, report) == signer.address
    assert terms.signer_of(120, report) != signer.address
    assert Domain(1, room.feed.address).signer_of(60, report) != signer.address
    assert terms.signer_of(60, replace(report, signature=b"short")) is None


def _slot(room):
    now = room.protocol.driver.timestamp
    return now - now % SIZE


# --- the band --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spot", "average", "objection"),
    [
        (None, 0, Withheld.NO_PRICE),
        (0, 0, Withheld.NO_PRICE),
        (10**10 - 1, 0, Withheld.NO_PRICE),
        (9 * ETH, 0, Withheld.BELOW_BAND),
        (10 * ETH, 0, None),
        (100 * ETH, 0, None),
        (100 * ETH + 1, 0, Withheld.ABOVE_BAND),
        (80 * ETH, 20 * ETH, None),
        (80 * ETH + 4, 20 * ETH, Withheld.JUMP),
        (20 * ETH, 80 * ETH, None),
        (20 * ETH - 1, 80 * ETH, Withheld.JUMP),
    ],
)
def test_band__at_its_edges__objects_outside_only(spot, average, objection):
    band = SanityBand(low=10 * ETH, high=100 * ETH)
    assert band.objection(seen(spot, 100), average) == objection


def test_band__old_evidence_or_low_confidence__objects():
    band = SanityBand(max_evidence_age=50, least_confidence_bps=3_000)
    assert band.objection(seen(ETH, 100, evidence_at=50), 0) is None
    assert band.objection(seen(ETH, 100, evidence_at=49), 0) == Withheld.OLD
    assert band.objection(seen(ETH, 100, confidence=2_999), 0) == Withheld.UNSURE


@pytest.mark.parametrize(
    ("value", "kept"),
    [(None, 0), (0, 0), (5 * ETH, 5 * ETH), (5 * ETH - 1, 0), (80 * ETH, 80 * ETH), (80 * ETH + 4, 0)],
)
def test_signal__out_of_proportion_to_spot__absent(value, kept):
    assert SanityBand().signal(value, 20 * ETH) == kept


def test_compose__one_good_one_unknown__aligned_items_ascending():
    other = "0x" + "d0" * 20
    feeds = [Feed(7, other, 0, 0), Feed(2, COLLECTION, 0, 0)]
    draft = compose(feeds, {COLLECTION: Says(20 * ETH)}, 600, {})
    items = [ReportItem.from_word(word) for word in draft.words]
    assert [(item.feed_id, item.spot) for item in items] == [(2, 20 * 10**8), (7, 0)]
    assert (items[0].sale, items[0].depth, items[0].age) == (20 * 10**8, 20 * 10**8, 0)
    assert draft.withheld == {other: Withheld.NO_PRICE}
    assert not draft.empty


# --- where reports meet ----------------------------------------------------------------------------------


def test_folder_mailbox__put_and_get__whole_reports_only(tmp_path):
    box = FolderMailbox(tmp_path / "reports")
    report = SignedReport("0x" + "Ab" * 20, (1, 2**255), b"\x01" * 65)
    report = replace(report, reporter=KeySigner(Domain(1, COLLECTION), b"\x01" * 32).address)
    assert box.get(60) == []
    box.put(60, report)
    assert box.get(60) == [report]
    assert box.get(120) == []
    (tmp_path / "reports" / "60" / "0xdead.json").write_text("{")
    (tmp_path / "reports" / "60" / "0xbeef.json").write_text('{"reporter": 5}')
    text = (tmp_path / "reports" / "60" / f"{report.reporter.lower()}.json").read_text()
    (tmp_path / "reports" / "60" / f"0x{'11' * 20}.json").write_text(text)  # another's name
    assert box.get(60) == [report]
    assert box.malformed == 3


def test_folder_mailbox__reporters_in_processes_of_their_own__round_is_posted(tmp_path):
    room = Newsroom([20 * ETH] * 5, mailbox=FolderMailbox(tmp_path))
    room.round()
    for reporter in room.reporters:
        reporter.step()
    room.bridge.mine()
    assert room.known().spot == 20 * 10**8


# --- from market data ------------------------------------------------------------------------------------


def test_frames_valuer__loaded_piece_by_piece__same_as_all_at_once():
    whole = market(sales=honest_sales(), listings=honest_asks())
    asked = []

    def load(after, until):
        asked.append((after, until))
        return _between(whole, after, until)

    valuer = FramesValuer("x", load)
    for at in (T0 + HOUR, T0 + 5 * HOUR, T0 + 400 * HOUR):
        once = value_collection(_between(whole, -1, at), at)
        assert replace(valuer.value(at), collection="") == replace(once, collection="")
    assert asked == [(-1, T0 + HOUR), (T0 + HOUR, T0 + 5 * HOUR), (T0 + 5 * HOUR, T0 + 400 * HOUR)]
    valuer.value(T0 + 400 * HOUR)
    assert len(asked) == 3


def _between(whole, after, until):
    """The events of `whole` after one time, up to another."""
    parts = {}
    for name, column in (("sales", "time"), ("listings", "start"), ("bids", "start"), ("transfers", "time")):
        frame = getattr(whole, name)
        parts[name] = frame[(frame[column] > after) & (frame[column] <= until)].reset_index(drop=True)
    return replace(whole, **parts)


def test_parse__not_a_report__one_clear_sentence(tmp_path):
    path = tmp_path / "0xaa.json"
    path.write_text("[]")
    with pytest.raises(DataError, match="is no report"):
        _parsed(path)
