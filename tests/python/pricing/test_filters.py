"""Wash filters: what is caught, from when it is known, and what is left alone."""

import pytest

from tests.python.pricing.worlds import DAY, T0, Row, market, money, move, sale
from vitrine.pricing import PricingParams, Reason, value_collection
from vitrine.pricing.filters import FOREVER, sale_reasons
from vitrine.pricing.rolling import RollingMarket

FUNDED, TRIP, PAIR = Reason.WASH_SELF_FUNDED, Reason.WASH_ROUND_TRIP, Reason.WASH_SAME_PAIR


def judge(
    sales: list[Row], transfers: list[Row] | None = None, params: PricingParams | None = None
) -> list[Reason]:
    """Reasons of the sales at the end; the rolling form must agree at every step on the way."""
    whole, rules = market(sales, transfers=transfers), params or PricingParams()
    rolling = RollingMarket("apes", rules)
    rolling.extend(whole)
    for at in sorted({row["time"] for row in [*sales, *(transfers or [])]}):
        assert rolling.value(at) == value_collection(whole, at, rules)
    codes, _ = sale_reasons(whole, rules)
    return [Reason(int(code)) for code in codes]


def known(sales: list[Row], transfers: list[Row] | None = None) -> list[int | None]:
    _, at = sale_reasons(market(sales, transfers=transfers), PricingParams())
    return [None if moment == FOREVER else int(moment) - T0 for moment in at]


def test_self__seller_is_buyer__rejected() -> None:
    assert judge([sale(0, 60, seller="a", buyer="a")]) == [FUNDED]


@pytest.mark.parametrize("unknown", [{"seller": ""}, {"buyer": ""}, {"seller": "", "buyer": ""}])
def test_parties__unknown__nothing_to_hold_against_the_sale(unknown: Row) -> None:
    rows = [{**sale(i, 60, token=1, seller="a", buyer="a"), **unknown} for i in range(5)]
    assert judge(rows) == [Reason.USED] * 5


@pytest.mark.parametrize(
    ("gap", "caught"), [(0, True), (1, True), (7 * DAY, True), (7 * DAY + 1, False), (-1, False)]
)
def test_funded__money_before_the_sale__rejected_within_the_window(gap: int, caught: bool) -> None:
    found = judge([sale(9 * DAY, 60, seller="a", buyer="b")], [money(9 * DAY - gap, "a", "b")])
    assert found == [FUNDED if caught else Reason.USED]


def test_funded__money_the_other_way_or_of_others__left_alone() -> None:
    assert judge([sale(10, 60, seller="a", buyer="b")], [money(5, "b", "a"), money(5, "c", "b")]) == [
        Reason.USED
    ]


def test_round_trip__sold_and_sold_back__both_legs_from_the_second_on() -> None:
    rows = [sale(0, 60, token=1, seller="a", buyer="b"), sale(DAY, 61, token=1, seller="b", buyer="a")]
    assert judge(rows) == [TRIP, TRIP]
    assert known(rows) == [DAY, DAY]


@pytest.mark.parametrize("years", [1, 4])
def test_round_trip__however_late__caught(years: int) -> None:
    rows = [
        sale(0, 60, token=1, seller="a", buyer="b"),
        sale(years * 365 * DAY, 61, token=1, seller="b", buyer="a"),
    ]
    assert judge(rows) == [TRIP, TRIP]


@pytest.mark.parametrize(("gap", "caught"), [(DAY - 1, True), (DAY, True), (DAY + 1, False)])
def test_round_trip__with_a_window__caught_inside_it(gap: int, caught: bool) -> None:
    rows = [sale(0, 60, token=1, seller="a", buyer="b"), sale(gap, 61, token=1, seller="b", buyer="a")]
    found = judge(rows, params=PricingParams(round_trip_window=DAY))
    assert found == ([TRIP, TRIP] if caught else [Reason.USED] * 2)


def test_round_trip__others_trade_in_between__still_caught() -> None:
    rows = [
        sale(0, 60, token=1, seller="a", buyer="b"),
        sale(1, 60, token=1, seller="b", buyer="c"),
        sale(2, 60, token=1, seller="d", buyer="e"),
        sale(3, 60, token=1, seller="b", buyer="a"),
    ]
    assert judge(rows) == [TRIP, Reason.USED, Reason.USED, TRIP]


def test_round_trip__given_back_by_transfer__sale_rejected() -> None:
    assert judge([sale(0, 60, token=1, seller="a", buyer="b")], [move(5, 1, "b", "a")]) == [TRIP]


def test_round_trip__other_piece_goes_back__left_alone() -> None:
    rows = [sale(0, 60, token=1, seller="a", buyer="b"), sale(1, 60, token=2, seller="b", buyer="a")]
    assert judge(rows) == [Reason.USED] * 2


def test_transfer__that_carried_out_the_sale__is_no_second_leg() -> None:
    rows = [
        sale(0, 60, token=1, seller="a", buyer="b"),
        sale(5, 60, token=1, seller="b", buyer="c"),
        sale(9, 60, token=1, seller="c", buyer="a"),
    ]
    carried = [move(0, 1, "a", "b"), move(5, 1, "b", "c"), move(9, 1, "c", "a")]
    assert judge(rows, carried) == judge(rows) == [TRIP] * 3
    assert judge(rows[:2], carried[:2]) == [Reason.USED] * 2


@pytest.mark.parametrize("hands", [3, 4])
def test_circle__back_to_the_first_seller__all_legs(hands: int) -> None:
    names = "abcd"[:hands]
    rows = [sale(i, 60, token=1, seller=names[i], buyer=names[(i + 1) % hands]) for i in range(hands)]
    assert judge(rows) == [TRIP] * hands
    assert known(rows) == [hands - 1] * hands


def test_circle__handed_on_and_sold_in_one_second__transfer_comes_first() -> None:
    rows = [sale(0, 60, token=1, seller="a", buyer="b"), sale(5, 60, token=1, seller="c", buyer="a")]
    assert judge(rows, [move(5, 1, "b", "c")]) == [TRIP, TRIP]


def test_circle__of_five_or_too_slow__left_alone() -> None:
    five = [sale(i, 60, token=1, seller="abcde"[i], buyer="abcde"[(i + 1) % 5]) for i in range(5)]
    assert judge(five) == [Reason.USED] * 5
    for last, caught in ((30 * DAY, True), (30 * DAY + 1, False)):
        times = [0, DAY, last]
        slow = [sale(t, 60, token=1, seller="abc"[i], buyer="abc"[(i + 1) % 3]) for i, t in enumerate(times)]
        assert judge(slow) == [TRIP if caught else Reason.USED] * 3


@pytest.mark.parametrize(("count", "caught"), [(2, False), (3, True), (4, True)])
def test_pair__same_two_parties__rejected_from_the_third_sale_on(count: int, caught: bool) -> None:
    rows = [sale(i, 60, token=i, seller="a", buyer="b") for i in range(count)]
    assert judge(rows) == [PAIR if caught else Reason.USED] * count
    assert known(rows) == ([2, 2, 2, 3][:count] if caught else [None] * count)


@pytest.mark.parametrize(("last", "caught"), [(7 * DAY, True), (7 * DAY + 1, False)])
def test_pair__spread_over_time__caught_within_the_window(last: int, caught: bool) -> None:
    rows = [sale(t, 60, token=i, seller="a", buyer="b") for i, t in enumerate((0, DAY, last))]
    assert judge(rows) == [PAIR if caught else Reason.USED] * 3


def test_pair__both_directions__count_together() -> None:
    rows = [sale(i, 60, token=i, seller="ab"[i % 2], buyer="ba"[i % 2]) for i in range(3)]
    assert judge(rows) == [PAIR] * 3


def test_reasons__several_apply__what_the_row_says_itself_comes_first() -> None:
    rows = [{**sale(0, 60, token=1, seller="a", buyer="a"), "price_wei": 1, "private": True, "bundle": True}]
    assert judge(rows) == [Reason.DUST]
    rows[0]["price_wei"] = 60 * 10**18
    assert judge(rows) == [Reason.PRIVATE]


@pytest.mark.parametrize(
    ("wei", "reason"),
    [
        (None, Reason.MISSING_PRICE),
        (0, Reason.ZERO_PRICE),
        (1, Reason.DUST),
        (10**15 - 1, Reason.DUST),
        (10**15, Reason.USED),
        (10**24 - 10**9, Reason.USED),
        (10**24, Reason.ABSURD_PRICE),
        (2**256 - 1, Reason.ABSURD_PRICE),
    ],
)
def test_price__at_the_bounds__named(wei: int | None, reason: Reason) -> None:
    assert judge([{**sale(0, 1), "price_wei": wei}]) == [reason]
