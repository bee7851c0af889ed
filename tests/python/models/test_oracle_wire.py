"""The wire format of reports and appraisals, without a chain."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitrine.errors import AmountError
from vitrine.models.appraisals import AppraisalTree, leaf_hash
from vitrine.models.floor_feed import Round
from vitrine.models.reports import ReportItem, SignedReport, item_words, order_reports, report_typed_data

PUNKS = "0x" + "11" * 20
ETH = 10**18


@given(
    st.integers(0, 2**16 - 1),
    st.integers(0, 2**64 - 1),
    st.integers(0, 2**64 - 1),
    st.integers(0, 2**64 - 1),
    st.integers(0, 2**16 - 1),
    st.integers(0, 2**32 - 1),
)
def test_item__packed_and_unpacked__is_itself(feed_id, spot, sale, depth, confidence, age):
    item = ReportItem(feed_id, spot, sale, depth, confidence, age)
    assert 0 <= item.word < 2**256
    assert ReportItem.from_word(item.word) == item


def test_item__known_word__field_by_field():
    item = ReportItem(0x0102, 0x03, 0x04, 0x05, confidence_bps=0x0607, age=0x08090A0B)
    assert f"{item.word:064x}" == "010208090a0b0607" + f"{3:016x}{4:016x}{5:016x}"


@pytest.mark.parametrize("field", ["feed_id", "spot", "sale", "depth", "confidence_bps", "age"])
@pytest.mark.parametrize("value", [-1, 2**64])
def test_item__number_that_does_not_fit__refused(field, value):
    item = ReportItem(**({"feed_id": 1, "spot": 1} | {field: value}))
    with pytest.raises(AmountError, match=f"{field} {value} does not fit"):
        _ = item.word


def test_item__from_wei__rounded_down_to_units():
    item = ReportItem.from_wei(
        3,
        spot=61 * ETH + 10**10 - 1,
        sale=10**10 - 1,
        depth=10**10,
        confidence_bps=8_000,
        observed_at=900,
        slot_at=1_000,
    )
    assert item == ReportItem(3, 61 * 10**8, 0, 1, confidence_bps=8_000, age=100)


def test_item__observed_after_its_slot__refused():
    with pytest.raises(AmountError, match="after its slot"):
        ReportItem.from_wei(3, spot=ETH, observed_at=1_001, slot_at=1_000)


def test_words__sorted_by_feed__and_none_twice():
    items = [ReportItem(9, 1), ReportItem(2, 5), ReportItem(4, 3)]
    assert [word >> 240 for word in item_words(items)] == [2, 4, 9]
    with pytest.raises(AmountError, match="Feed 9 is in the report twice"):
        item_words([*items, ReportItem(9, 2)])


def signed(reporter: int, *feeds: int) -> SignedReport:
    words = tuple(item_words(ReportItem(feed, 1) for feed in feeds))
    return SignedReport(f"0x{reporter:040x}", words)


def test_order__largest_group_about_the_same_feeds__ascending_and_once():
    reports = [signed(5, 1, 2), signed(3, 1), signed(4, 1, 2), signed(5, 1, 2), signed(1, 1), signed(2, 1, 2)]
    assert order_reports(reports) == [signed(2, 1, 2), signed(4, 1, 2), signed(5, 1, 2)]
    assert order_reports([]) == []


def test_typed_data__names_chain_contract_slot_and_items():
    message = report_typed_data(1, PUNKS, 14_400, [7, 8])
    assert message["domain"]["chainId"] == 1 and message["domain"]["verifyingContract"] == PUNKS
    assert message["message"] == {"slotAt": 14_400, "items": [7, 8]}


@given(
    st.tuples(*[st.integers(0, 2**44 - 1)] * 4),
    st.integers(4_095, 2**32 - 1),
    st.integers(0, 4_095),
    st.integers(0, 2**17 - 1),
    st.integers(0, 10_000),
    st.booleans(),
    st.booleans(),
    st.integers(0, 65_535),
)
def test_round__word_and_event__are_the_round(
    prices, posted, delay, age, confidence, clamped, listed, feed_id
):
    found = Round(*prices, posted, delay, age, confidence, clamped, listed)
    assert Round.from_word(found.word) == found
    in_event = found.word & ~(0xFFFFFFFF << 176) | feed_id << 176
    assert Round.from_event(found.slot_at, in_event) == (feed_id, found)


def test_tree__proofs__lead_to_the_root():
    from eth_utils.crypto import keccak

    for count in range(1, 20):
        tree = AppraisalTree([(PUNKS, token, 100 + token, 5) for token in range(count)])
        for index, leaf in enumerate(tree.leaves):
            node = leaf_hash(leaf)
            for sibling in tree.proof(index):
                node = keccak(min(node, sibling) + max(node, sibling))
            assert node == tree.root


def test_tree__nothing_or_units_out_of_bounds__refused():
    with pytest.raises(AmountError, match="no appraisals"):
        AppraisalTree([])
    for units in (99, 301):
        with pytest.raises(AmountError, match=f"{units} units of token 1"):
            AppraisalTree([(PUNKS, 1, units, 5)])
