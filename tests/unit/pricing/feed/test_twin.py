"""Contract and model side by side, on whatever five reporters may send."""

import contextlib

from hypothesis import given
from hypothesis import strategies as st

from tests.helpers.evm import PyrevmDriver, Revert
from tests.unit.pricing.worlds import ETH, GOVERNOR, REPORTERS, build_feed
from vitrine.models.reports import MAX_PRICE, ReportItem, SignedReport

prices = st.one_of(
    st.integers(1, 2_000 * ETH),
    st.integers(55 * ETH, 65 * ETH),
    st.sampled_from([0, 1, MAX_PRICE - 1, MAX_PRICE, MAX_PRICE + 1, 2**64 - 1]),
)
absent_or = st.one_of(st.just(0), prices)


@st.composite
def items(draw, feed_id):
    return ReportItem(
        feed_id,
        draw(prices),
        draw(absent_or),
        draw(absent_or),
        confidence_bps=draw(st.sampled_from([0, 4_999, 5_000, 10_000, 10_001, 65_535])),
        age=draw(st.sampled_from([0, 60, 86_400, 2**17 - 1, 2**17, 2**32 - 1])),
    )


@st.composite
def rounds(draw):
    """(slots to wait, delay, feed ids, voices, their items)."""
    feeds = draw(st.sampled_from([[1], [2], [1, 2], [1, 2, 3], [1, 3, 9]]))
    voices = draw(st.lists(st.sampled_from(REPORTERS), min_size=2, max_size=5, unique=True))
    voices.sort(key=lambda voice: int(voice.address, 16))
    said = [[draw(items(feed_id)) for feed_id in feeds] for _ in voices]
    return draw(st.integers(1, 9)), draw(st.integers(0, 3_600)), voices, said


@given(steps=st.lists(rounds(), min_size=1, max_size=6), quorum=st.integers(3, 5), delisted=st.booleans())
def test_update__any_reports__contract_is_the_model(steps, quorum, delisted):
    world = build_feed(PyrevmDriver())
    world.feed.setQuorum(quorum, sender=GOVERNOR)
    world.model.quorum = quorum
    world.enlist(1, MAX_PRICE)
    world.enlist(10 * ETH, 100 * ETH)
    world.enlist(1, 50 * ETH)
    for slots, delay, voices, said in steps:
        for _ in range(slots):
            slot = world.next_slot(delay)
        if delisted and slots == 9:
            listed = world.model.rounds[2].listed
            world.feed.setListed(2, not listed, sender=GOVERNOR)
            world.model.set_listed(2, not listed)
            slot = world.next_slot(delay)
        unsigned = [
            SignedReport(voice.address, tuple(item.word for item in row))
            for voice, row in zip(voices, said, strict=True)
        ]
        reports = [
            world.sign(voice, slot, report.words) for voice, report in zip(voices, unsigned, strict=True)
        ]
        with contextlib.suppress(Revert):  # compare() demands the same refusal of both
            world.compare(slot, reports)
        for key in (1, 2, 3, 9):
            world.latest(key)


@given(
    honest=st.lists(st.integers(59 * ETH, 61 * ETH), min_size=4, max_size=4),
    lie=st.integers(1, MAX_PRICE),
    place=st.integers(0, 4),
)
def test_update__one_liar_of_five__never_leaves_the_honest_range(honest, lie, place):
    world = build_feed(PyrevmDriver())
    world.enlist(1, MAX_PRICE)
    world.say(60)
    said = [[ReportItem(1, spot, spot, spot)] for spot in honest]
    said.insert(place, [ReportItem(1, lie, lie, lie)])
    found = world.post(world.next_slot(), said).rounds[1]
    for value in (found.spot, found.sale, found.depth):
        assert min(honest) <= value <= max(honest)


@given(
    lies=st.integers(1, MAX_PRICE),
    first=st.integers(60 * ETH, 61 * ETH),
    second=st.integers(60 * ETH, 61 * ETH),
)
def test_update__one_liar_of_three__never_leaves_the_honest_range(lies, first, second):
    world = build_feed(PyrevmDriver())
    world.enlist(1, MAX_PRICE)
    world.say(60)
    said = [[ReportItem(1, value, value, value)] for value in (first, lies, second)]
    found = world.post(world.next_slot(), said).rounds[1]
    for value in (found.spot, found.sale, found.depth):
        assert min(first, second) <= value <= max(first, second)
