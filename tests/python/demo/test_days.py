"""Daily figures: the embedded ones, and what is said about bad ones."""

import datetime as dt

import pytest

from vitrine.demo.days import crash_of_2022, midnight, parse_days, read_days
from vitrine.errors import DataError
from vitrine.units import DAY, ETH

HEAD = "date,floor_eth,sales,volume_eth,eth_usd\n"


def test_crash__embedded_figures__as_published():
    days = crash_of_2022()
    assert len(days) == 77
    assert (days[0].day, days[-1].day) == (dt.date(2022, 4, 20), dt.date(2022, 7, 5))
    assert sum(row.sales for row in days) == 870
    worst = min(days, key=lambda row: row.floor_wei * row.eth_usd)
    assert worst.day == dt.date(2022, 6, 19)
    assert worst.floor_wei * worst.eth_usd * 100 // (days[0].floor_wei * days[0].eth_usd) == 25


def test_crash__sixth_of_june__volume_below_the_floor():
    row = next(row for row in crash_of_2022() if row.day == dt.date(2022, 6, 6))
    assert row.volume_wei == 57_100 * ETH // 1000
    assert row.volume_wei < row.sales * row.floor_wei


def test_days__comments_and_days_in_order__read(tmp_path):
    path = tmp_path / "days.csv"
    path.write_text("# source\n" + HEAD + "2022-01-01,10,2,25.5,3000\n2022-01-02,11.5,0,0,2900.25\n")
    first, second = read_days(path)
    assert first.closes_at == second.starts_at == midnight(dt.date(2022, 1, 1)) + DAY
    assert second.eth_usd == 290_025_000_000


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("date,floor\n", ("columns", "date,floor_eth")),
        (HEAD, ("no day",)),
        (HEAD + "2022-13-01,1,1,1,1\n", ("row 2", "'date'", "2022-13-01")),
        (HEAD + "2022-01-01,x,1,1,1\n", ("row 2", "'floor_eth'", "'x'")),
        (HEAD + "2022-01-01,1,-1,1,1\n", ("row 2", "'sales'", "zero or more")),
        (HEAD + "2022-01-01,1,1,1.0001,1\n", ("row 2", "'volume_eth'")),
        (HEAD + "2022-01-01,0,1,1,1\n", ("row 2", "more than 0")),
        (HEAD + "2022-01-01,1,1,1,1\n2022-01-03,1,1,1,1\n", ("row 3", "does not follow")),
    ],
)
def test_days__bad_row__named(text, words):
    with pytest.raises(DataError) as found:
        parse_days(text, "days.csv")
    for word in ("days.csv", *words):
        assert word in str(found.value)


def test_days__missing_file__one_sentence(tmp_path):
    with pytest.raises(DataError, match="No such file"):
        read_days(tmp_path / "none.csv")
