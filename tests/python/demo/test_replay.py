"""Recorded histories become scenarios; what is wrong with a file is said in one sentence."""

import datetime as dt

import pytest

from vitrine.demo.days import midnight
from vitrine.demo.replay import Source, replay_scenario
from vitrine.demo.scenario import MAIN, THIN, TICKS_A_DAY
from vitrine.errors import DataError

FIRST = dt.date(2021, 3, 1)


def write_sales(folder, days=60, step=0.0):
    rows = ["time,token_id,price_eth,seller,buyer"]
    for number in range(days * 6):
        at = dt.datetime(2021, 3, 1, tzinfo=dt.UTC) + dt.timedelta(hours=4 * number)
        price = 20 + number * step + number % 5 / 10
        rows.append(f"{at:%Y-%m-%dT%H:%M:%SZ},{number},{price:.2f},s{number},b{number}")
    path = folder / "sales.csv"
    path.write_text("\n".join(rows) + "\n")
    return path


def write_orders(folder):
    rows = ["date,token_id,k,type,eth,private"]
    rows += [
        f"2021-03-{day:02d},{5000 + day * 10 + n},1,O,{21 + n / 10},0"
        for day in range(1, 31)
        for n in range(8)
    ]
    path = folder / "orders.csv"
    path.write_text("\n".join(rows) + "\n")
    return path


def test_replay__sales_only__asks_are_inferred(tmp_path):
    source = Source(write_sales(tmp_path), first=dt.date(2021, 4, 1), last=dt.date(2021, 4, 10))
    scenario = replay_scenario(source, 1)
    assert scenario.ticks == 10 * TICKS_A_DAY
    assert scenario.times[0] == midnight(dt.date(2021, 4, 1))
    assert not scenario.eventful
    assert all(19 * 10**18 < floor < 22 * 10**18 for floor in scenario.collections[MAIN].floors)
    assert sum(day.sales for day in scenario.days) == 60
    assert scenario.usd == [200_000_000_000] * 61
    assert THIN in scenario.collections


def test_replay__with_orders__floor_from_the_book(tmp_path):
    source = Source(
        write_sales(tmp_path), write_orders(tmp_path), first=dt.date(2021, 3, 20), last=dt.date(2021, 3, 24)
    )
    scenario = replay_scenario(source, 1)
    floors = scenario.collections[MAIN].floors
    assert set(floors) <= {int(price * 10) * 10**17 for price in (21, 21.1, 21.2, 21.3, 21.4, 21.5)}


def test_replay__dollars_from_a_file__pinned_to_each_day(tmp_path):
    dollars = tmp_path / "usd.csv"
    dollars.write_text("date,eth_usd\n2021-04-01,1900.5\n2021-04-03,2100\n")
    source = Source(write_sales(tmp_path), None, dollars, dt.date(2021, 4, 1), dt.date(2021, 4, 3))
    scenario = replay_scenario(source, 1)
    assert scenario.usd[::TICKS_A_DAY] == [190_050_000_000] * 3 + [210_000_000_000]


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (dt.date(2021, 4, 2), dt.date(2021, 4, 1), "lies before"),
        (dt.date(2020, 1, 1), dt.date(2021, 4, 1), "The files hold 2021-03-01"),
        (dt.date(2022, 1, 1), dt.date(2022, 1, 2), "The files hold"),
    ],
)
def test_replay__days_outside__said(tmp_path, first, last, words):
    with pytest.raises(DataError, match=words):
        replay_scenario(Source(write_sales(tmp_path), first=first, last=last), 1)


def test_replay__missing_dollars__said(tmp_path):
    dollars = tmp_path / "usd.csv"
    dollars.write_text("date,eth_usd\n2021-05-01,1900.5\n")
    source = Source(write_sales(tmp_path), None, dollars, dt.date(2021, 4, 1), dt.date(2021, 4, 3))
    with pytest.raises(DataError, match="no price for 2021-04-01"):
        replay_scenario(source, 1)
