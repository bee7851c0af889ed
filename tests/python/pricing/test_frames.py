"""MarketFrames: what is accepted in which form, and what a bad row is told."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.python.pricing.worlds import T0, ask, bid, market, sale
from vitrine.errors import DataError
from vitrine.pricing import ANY_TOKEN, MISSING, NEVER, UNKNOWN, MarketFrames
from vitrine.pricing.frames import PRICE_CEILING, gwei_from_eth, gwei_from_wei, party_codes

GOOD = {"time": T0, "token_id": 1, "price_wei": 10**18}


def build(row: dict[str, object]) -> MarketFrames:
    return MarketFrames.build("apes", sales=[row])


@given(st.integers(0, 2**256))
def test_gwei_from_wei__any_amount__rounds_down_but_never_to_zero(wei: int) -> None:
    [gwei] = gwei_from_wei([wei])
    assert gwei == min(max(wei // 10**9, min(wei, 1)), PRICE_CEILING)


@given(st.integers(0, 10**15))
def test_gwei_from_eth__whole_gwei__exact(gwei: int) -> None:
    assert gwei_from_eth(pd.Series([gwei / 10**9])).tolist() == [gwei]


def test_gwei_from_eth__dust_empty_and_absurd__kept_apart() -> None:
    assert gwei_from_eth(pd.Series([1e-18, 0.0, np.nan, 1e60])).tolist() == [1, 0, MISSING, PRICE_CEILING]


@pytest.mark.parametrize(
    "price",
    [
        {"price_wei": 60 * 10**18},
        {"price_wei": np.uint64(15 * 10**18) * 1},
        {"price_gwei": 60 * 10**9},
        {"price_eth": 60.0},
        {"price_eth": "60"},
    ],
)
def test_build__price_in_any_unit__same_gwei(price: dict[str, object]) -> None:
    frames = build({"time": T0, "token_id": 1, **price})
    assert frames.sales["price"].tolist() in ([60 * 10**9], [15 * 10**9])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"price_wei": -1}, r"sales, row 0, column 'price_wei': -1\. Expected a price of zero or more"),
        ({"price_wei": "cheap"}, "row 0, column 'price_wei': 'cheap'"),
        ({"price_wei": 1.5}, "row 0, column 'price_wei'"),
        ({"time": "noon"}, "row 0, column 'time': 'noon'. Expected a whole number"),
        ({"time": -1}, "row 0, column 'time': -1. Expected a whole number of 0 or more"),
        ({"time": 1.5}, "row 0, column 'time': 1.5"),
        ({"time": None}, "row 0, column 'time'"),
        ({"token_id": -2}, "row 0, column 'token_id': -2"),
        ({"private": "maybe"}, "row 0, column 'private': 'maybe'. Expected true or false"),
        ({"price_eth": 1.0}, "price_wei, price_eth. Give one of"),
    ],
)
def test_build__bad_cell__says_table_row_column_and_expectation(
    change: dict[str, object], message: str
) -> None:
    with pytest.raises(DataError, match=message):
        build({**GOOD, **change})


@pytest.mark.parametrize("gone", ["time", "token_id"])
def test_build__column_missing__named(gone: str) -> None:
    with pytest.raises(DataError, match=f"no column '{gone}'"):
        build({name: value for name, value in GOOD.items() if name != gone})


def test_build__no_price_column__named() -> None:
    with pytest.raises(DataError, match="Give one of price_wei"):
        build({"time": T0, "token_id": 1})


def test_build__ask_that_ends_before_it_starts__refused() -> None:
    with pytest.raises(DataError, match="lies before start"):
        market(listings=[ask(10, 60, 1, end=T0 + 9)])
    assert len(market(listings=[ask(10, 60, 1, end=T0 + 10)])) == 1


@pytest.mark.parametrize("quantity", [0, -1])
def test_build__bid_for_nothing__refused(quantity: int) -> None:
    with pytest.raises(DataError, match="'quantity'"):
        market(bids=[bid(0, 60, quantity=quantity)])


def test_build__defaults__open_end_any_token_unknown_parties() -> None:
    frames = market(
        [sale(0, 60)], [ask(0, 60, 1)], [bid(0, 60)], [{"time": T0, "sender": "a", "receiver": None}]
    )
    assert frames.listings["end"].tolist() == [NEVER]
    assert frames.bids[["token_id", "quantity"]].to_numpy().tolist() == [[ANY_TOKEN, 1]]
    assert frames.sales[["seller", "buyer"]].to_numpy().tolist() == [[UNKNOWN, UNKNOWN]]
    assert frames.transfers["token_id"].tolist() == [ANY_TOKEN]
    assert frames.transfers["receiver"].tolist() == [UNKNOWN]


def test_build__nothing__empty_frames_with_all_columns() -> None:
    frames = market()
    assert len(frames) == 0
    assert "price" in frames.sales.columns


def test_party_codes__names__equal_in_every_frame_and_never_negative() -> None:
    first = party_codes(pd.Series(["0xabc", "", None, "0xdef"]))
    second = party_codes(pd.Series(["0xdef", "0xabc"]))
    assert first[[1, 2]].tolist() == [UNKNOWN, UNKNOWN]
    assert (first[0], first[3]) == (second[1], second[0])
    assert first[0] != first[3]
    assert min(first[0], first[3]) >= 0
    assert party_codes(pd.Series([7, -1])).tolist() == [7, -1]


def test_merge__parts__same_as_built_at_once() -> None:
    rows = [sale(i % 3, 60 + i, token=i, seller=f"s{i}") for i in range(6)]
    rows[0]["price_wei"] = None
    merged = MarketFrames.merge([market(rows[3:]), market(rows[:3], [ask(0, 60, 1)])])
    whole = market(rows, [ask(0, 60, 1)])
    pd.testing.assert_frame_equal(merged.sales, whole.sales)
    pd.testing.assert_frame_equal(merged.listings, whole.listings)


def test_merge__of_two_collections__refused() -> None:
    with pytest.raises(DataError, match="2 collections"):
        MarketFrames.merge([market(), MarketFrames.build("punks")])
