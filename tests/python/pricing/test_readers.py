"""Readers: what a file of the documented columns becomes, and what a broken one is told."""

from pathlib import Path

import pandas as pd
import pytest

from vitrine.errors import DataError
from vitrine.pricing import MISSING, MarketFrames
from vitrine.pricing.orders import replay_orders
from vitrine.pricing.readers import (
    read_daily_collections,
    read_daily_floor,
    read_order_events,
    read_sales,
    read_table,
    read_traits,
)

HEAD = "time,precision,block,token_id,price_eth,price_flag,seller,buyer,tx,source\n"
EXACT = "2021-03-12T08:15:00Z,s,1,7,25.5,ok,0xaa,0xbb,0x1,x\n"
COARSE = "2021-06-23,d,,8,0.01,ok,0xaa,,0x2,y\n"
NO_PRICE = "2021-06-24,d,,9,,missing,0xaa,,0x3,y\n"
ZERO = "2021-06-24,d,,9,0,missing,0xaa,,0x3,y\n"


def write(folder: Path, text: str, name: str = "data.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_read_sales__documented_columns__become_frames(tmp_path: Path) -> None:
    sales = read_sales(write(tmp_path, HEAD + EXACT + COARSE + NO_PRICE + ZERO))
    noon = int(pd.Timestamp("2021-03-12T08:15:00Z").timestamp())
    midnight = int(pd.Timestamp("2021-06-24", tz="UTC").timestamp())
    assert sales["time"].tolist() == [noon, midnight - 1, midnight + 86_399, midnight + 86_399]
    assert sales["event_id"].tolist() == [2, 3, 4, 5]
    frames = MarketFrames.build("punks", sales=sales)
    assert frames.sales["price"].tolist() == [25_500_000_000, 10_000_000, MISSING, MISSING]
    assert frames.sales["buyer"].tolist()[1:] == [-1, -1, -1]


def test_read_sales__only_needed_columns__enough(tmp_path: Path) -> None:
    sales = read_sales(write(tmp_path, "time,token_id,price_eth\n2021-03-12T08:15:00Z,7,25.5\n"))
    assert len(MarketFrames.build("punks", sales=sales)) == 1


def test_read_sales__precision_d__counts_from_the_end_of_the_day(tmp_path: Path) -> None:
    row = EXACT.replace(",s,", ",d,")
    assert read_sales(write(tmp_path, HEAD + row))["time"].tolist()[0] % 86_400 == 86_399


def test_read_sales__parquet__same_as_csv(tmp_path: Path) -> None:
    path = write(tmp_path, HEAD + EXACT + COARSE)
    frame = pd.read_csv(path)
    frame.to_parquet(tmp_path / "data.parquet")
    pd.testing.assert_frame_equal(read_sales(tmp_path / "data.parquet"), read_sales(path))


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (
            EXACT.replace("25.5", "cheap"),
            "row 3, column 'price_eth': 'cheap'. Expected a price in ETH of zero or more",
        ),
        (EXACT.replace("25.5", "-1"), "row 3, column 'price_eth': '-1'"),
        (EXACT.replace("25.5", "inf"), "row 3, column 'price_eth': 'inf'"),
        (EXACT.replace("2021-03-12T", "soon"), "row 3, column 'time'.*Expected an ISO date or time"),
        (EXACT.replace("2021", "1921"), "row 3, column 'time'"),
        (EXACT.replace(",7,", ",7.5,"), "row 3, column 'token_id': '7.5'. Expected a whole number"),
        (EXACT.replace(",7,", ",,"), "row 3, column 'token_id': ''"),
    ],
)
def test_read_sales__bad_cell__file_row_column_and_expectation(
    tmp_path: Path, row: str, message: str
) -> None:
    with pytest.raises(DataError, match=message) as caught:
        read_sales(write(tmp_path, HEAD + EXACT + row))
    assert "data.csv" in str(caught.value)


def test_read_table__missing_column__named_with_those_there(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no column 'price_eth' \(columns: time, token_id\)"):
        read_sales(write(tmp_path, "time,token_id\n2021-03-12,1\n"))


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("none.csv", None, "no such file"),
        ("data.txt", "a\n1\n", "unknown kind of file '.txt'"),
        ("data.csv", "", "cannot be read"),
        ("data.csv", 'a,b\n1,"2\n', "cannot be read"),
        ("data.csv", "a,b\n1,2,3,4\n1\n1,2,3,4,5\n", "cannot be read"),
        ("data.parquet", "no parquet", "cannot be read"),
    ],
)
def test_read_table__unreadable__one_sentence(
    tmp_path: Path, name: str, text: str | None, message: str
) -> None:
    path = tmp_path / name if text is None else write(tmp_path, text, name)
    with pytest.raises(DataError, match=message) as caught:
        read_table(path, ("a",))
    assert "\n" not in str(caught.value)


def test_read_table__not_text__one_sentence(tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_bytes(b"a,b\n\xff\xfe,1\n")
    with pytest.raises(DataError, match="cannot be read"):
        read_table(tmp_path / "data.csv", ("a",))


ORDERS = "date,token_id,k,type,eth,private\n"


def events(tmp_path: Path, *rows: str) -> pd.DataFrame:
    return read_order_events(write(tmp_path, ORDERS + "".join(f"{row}\n" for row in rows)))


def spans(frame: pd.DataFrame) -> list[tuple[int, float, str, str]]:
    """(token, price, first day, day of the end) of the orders."""
    return [
        (int(r.token_id), r.price_eth, _day(r.start), "open" if r.end > 2**60 else _day(r.end))
        for r in frame.itertuples()
    ]


def _day(moment: int) -> str:
    return pd.Timestamp(moment, unit="s").strftime("%m-%d")


def test_replay__rules_of_every_event_type(tmp_path: Path) -> None:
    listings, bids = replay_orders(
        events(
            tmp_path,
            "2021-01-01,1,1,O,50,",
            "2021-01-02,1,2,B,40,",
            "2021-01-03,1,3,O,45,1",
            "2021-01-04,1,4,B,41,",
            "2021-01-05,1,5,OW,,",
            "2021-01-06,1,6,BW,41,",
            "2021-01-07,1,7,O,44,",
            "2021-01-08,1,8,B,42,",
            "2021-01-09,1,9,S,44,",
            "2021-01-10,1,10,O,60,",
            "2021-01-11,1,11,T,,",
            "2021-01-12,1,12,O,61,",
            "2021-01-13,1,13,W,,",
            "2021-01-14,1,14,U,,",
            "2021-01-15,2,1,O,,",
            "2021-01-16,2,2,O,70,",
        )
    )
    assert [row[:1] + row[2:] for row in spans(listings)] == [
        (1, "01-01", "01-03"),
        (1, "01-03", "01-05"),
        (1, "01-07", "01-09"),
        (1, "01-10", "01-11"),
        (1, "01-12", "01-13"),
        (2, "01-15", "01-16"),
        (2, "01-16", "open"),
    ]
    assert listings["private"].tolist() == [False, True, False, False, False, False, False]
    assert spans(bids) == [
        (1, 40.0, "01-02", "01-04"),
        (1, 41.0, "01-04", "01-06"),
        (1, 42.0, "01-08", "01-09"),
    ]
    frames = MarketFrames.build("punks", listings=listings, bids=bids)
    assert frames.listings["price"].tolist().count(MISSING) == 1


def test_replay__event_dated_years_late__stale_unless_mended(tmp_path: Path) -> None:
    rows = events(tmp_path, "2018-08-27,1,1,O,0.2,", "2021-09-14,1,2,O,1,", "2019-07-07,1,3,O,0.5,")
    plain, _ = replay_orders(rows)
    mended, _ = replay_orders(rows, mend_dates=True)
    assert [(row[1], row[3]) for row in spans(plain)] == [(0.2, "09-14"), (1.0, "09-14"), (0.5, "open")]
    assert [(row[1], row[2], row[3]) for row in spans(mended)] == [
        (0.2, "08-27", "07-07"),
        (1.0, "07-07", "07-07"),
        (0.5, "07-07", "open"),
    ]


def test_replay__within_one_day__order_of_k_decides(tmp_path: Path) -> None:
    rows = ["2021-01-01,1,3,S,50,", "2021-01-01,1,1,O,50,", "2021-01-01,1,2,B,50,"]
    listings, bids = replay_orders(events(tmp_path, *rows))
    assert (listings["start"] == listings["end"]).all()
    assert (bids["start"] == bids["end"]).all()


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("2021-01-01,1,1,X,50,", "row 2, column 'type': 'X'. Expected one of O, OW, B"),
        ("2021-01-01,1,1,O,fifty,", "row 2, column 'eth'"),
        ("2021-01-01,1,one,O,50,", "row 2, column 'k'"),
        ("2021-13-01,1,1,O,50,", "row 2, column 'date'"),
        ("2021-01-01,1,1,O,50,perhaps", "row 2, column 'private'"),
    ],
)
def test_read_order_events__bad_cell__named(tmp_path: Path, row: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        events(tmp_path, row)


def test_read_traits__token_twice__named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="row 3, column 'token_id': '1'"):
        read_traits(write(tmp_path, "token_id,hat\n1,Cap\n1,Crown\n"))
    with pytest.raises(DataError, match="no trait column"):
        read_traits(write(tmp_path, "token_id\n1\n"))


def test_read_daily__figures__sorted_by_day(tmp_path: Path) -> None:
    days = read_daily_floor(
        write(tmp_path, "date,floor_eth,volume_eth,sales\n2022-01-02,5,10,2\n2022-01-01,4,9,2\n")
    )
    assert days["floor_eth"].tolist() == [4.0, 5.0]
    assert days["time"].tolist()[0] % 86_400 == 0
    head = "contract,name,date,avg_eth,min_eth,max_eth,trades,unique_buyers,volume_eth\n"
    days = read_daily_collections(
        write(tmp_path, head + "0xb,B,2022-01-01,1,1,1,2,2,2\n0xa,,2022-01-01,1,1,1,2,2,2\n")
    )
    assert days["contract"].tolist() == ["0xa", "0xb"]
    with pytest.raises(DataError, match="row 2, column 'avg_eth': ''"):
        read_daily_collections(write(tmp_path, head + "0xb,B,2022-01-01,,1,1,2,2,2\n"))
