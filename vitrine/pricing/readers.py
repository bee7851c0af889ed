"""Market data from CSV and Parquet files, with errors that name file, row, column, and what was expected.

Rows are counted as a person sees them: row 2 is the first one under the head. What a reader returns goes
straight into `MarketFrames.build`, `replay_orders`, `TraitTable.build` or the daily judges.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from vitrine.errors import DataError
from vitrine.pricing.stats import Floats, Ints, Mask

LAST_SECOND: Final = 86_399
"""A row that knows only its day counts from the end of that day: nothing is known before it happened."""
ORDER_TYPES: Final = ("O", "OW", "B", "BW", "S", "T", "W", "U")
MISSING_FLAG: Final = "missing"


def read_table(path: Path | str, columns: Sequence[str]) -> pd.DataFrame:
    """A .csv (.csv.gz) or .parquet file with at least these columns; CSV cells are text, empty ones ''."""
    file = Path(path)
    if not file.is_file():
        raise DataError(f"{file}: no such file", "Give the path of a .csv or .parquet file")
    try:
        if file.suffix == ".parquet":
            frame = pd.read_parquet(file)
        elif file.name.endswith((".csv", ".csv.gz")):
            frame = pd.read_csv(file, dtype=str, keep_default_na=False, encoding="utf-8")
        else:
            raise DataError(
                f"{file}: unknown kind of file {file.suffix!r}", "Give a .csv, .csv.gz or .parquet file"
            )
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError, OSError) as error:
        first = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise DataError(f"{file}: cannot be read ({first})", "Check that the file is whole") from error
    except ValueError as error:
        if isinstance(error, DataError):
            raise
        raise DataError(f"{file}: cannot be read ({error})", "Check that the file is whole") from error
    lacking = [name for name in columns if name not in frame.columns]
    if lacking:
        have = ", ".join(map(str, frame.columns))
        raise DataError(
            f"{file}: no column {lacking[0]!r} (columns: {have})", f"Expected {', '.join(columns)}"
        )
    return frame


def read_sales(path: Path | str) -> pd.DataFrame:
    """Sales: time, token_id, price_eth; optional precision, price_flag, seller, buyer, private, bundle.

    `time` is an ISO date or time (UTC); rows with a date only, or `precision` d, count from the day's last
    second. An empty price, or `price_flag` missing, is a sale without a price.
    """
    frame = read_table(path, ("time", "token_id", "price_eth"))
    coarse = _text(frame["precision"]).eq("d").to_numpy() if "precision" in frame.columns else None
    price = _numbers(path, frame, "price_eth", "a price in ETH of zero or more, or empty", empty=True)
    if "price_flag" in frame.columns:
        price = np.where(_text(frame["price_flag"]).eq(MISSING_FLAG).to_numpy(), np.nan, price)
    sales: dict[str, object] = {
        "time": _times(path, frame, "time", coarse),
        "seq": np.arange(len(frame)),
        "token_id": _numbers(path, frame, "token_id", "a whole number of zero or more", whole=True).astype(
            np.int64
        ),
        "price_eth": price,
        "event_id": np.arange(len(frame)) + 2,
    }
    for name in ("seller", "buyer"):
        if name in frame.columns:
            sales[name] = _text(frame[name]).to_numpy()
    for name in ("private", "bundle"):
        if name in frame.columns:
            sales[name] = _flags(path, frame, name)
    return pd.DataFrame(sales)


def read_order_events(path: Path | str) -> pd.DataFrame:
    """Order events: date, token_id, k, type, eth, optional private; sorted by token and k."""
    frame = read_table(path, ("date", "token_id", "k", "type", "eth"))
    kinds = _text(frame["type"])
    _refuse(path, frame, "type", ~kinds.isin(ORDER_TYPES).to_numpy(), f"one of {', '.join(ORDER_TYPES)}")
    whole = "a whole number of zero or more"
    return pd.DataFrame(
        {
            "time": _times(path, frame, "date", None),
            "token_id": _numbers(path, frame, "token_id", whole, whole=True).astype(np.int64),
            "k": _numbers(path, frame, "k", whole, whole=True).astype(np.int64),
            "type": kinds.to_numpy(),
            "price_eth": _numbers(path, frame, "eth", "a price in ETH of zero or more, or empty", empty=True),
            "private": _flags(path, frame, "private") if "private" in frame.columns else False,
            "event_id": np.arange(len(frame)) + 2,
        }
    ).sort_values(["token_id", "k"], kind="stable", ignore_index=True)


def read_traits(path: Path | str) -> pd.DataFrame:
    """Traits: token_id and any trait columns; a cell may list several traits with ';'."""
    frame = read_table(path, ("token_id",))
    ids = _numbers(path, frame, "token_id", "a whole number of zero or more", whole=True).astype(np.int64)
    _refuse(path, frame, "token_id", pd.Series(ids).duplicated().to_numpy(), "each token once")
    if len(frame.columns) < 2:
        raise DataError(f"{path}: no trait column", "Expected token_id and at least one trait")
    rest = {str(name): _text(frame[name]) for name in frame.columns if name != "token_id"}
    return pd.DataFrame({"token_id": ids, **rest})


def read_daily_floor(path: Path | str) -> pd.DataFrame:
    """Daily floor: date, floor_eth, volume_eth, sales."""
    return _daily(path, (), ("floor_eth", "volume_eth", "sales"))


def read_daily_collections(path: Path | str) -> pd.DataFrame:
    """Daily collections: contract, date, {avg,min,max,volume}_eth, trades, unique_buyers; optional name."""
    numbers = ("avg_eth", "min_eth", "max_eth", "trades", "unique_buyers", "volume_eth")
    return _daily(path, ("contract",), numbers)


def _daily(path: Path | str, texts: Sequence[str], numbers: Sequence[str]) -> pd.DataFrame:
    frame = read_table(path, ("date", *texts, *numbers))
    columns: dict[str, object] = {name: _text(frame[name]).to_numpy() for name in texts}
    if "name" in frame.columns:
        columns["name"] = _text(frame["name"]).to_numpy()
    columns["time"] = _times(path, frame, "date", None) - LAST_SECOND
    for name in numbers:
        columns[name] = _numbers(path, frame, name, "a number of zero or more")
    return pd.DataFrame(columns).sort_values([*texts, "time"], kind="stable", ignore_index=True)


def _text(values: pd.Series) -> pd.Series:
    return pd.Series(
        [str(value).strip() for value in values.astype("object").where(values.notna(), "")], dtype=object
    )


def _numbers(
    path: Path | str,
    frame: pd.DataFrame,
    name: str,
    expected: str,
    *,
    empty: bool = False,
    whole: bool = False,
) -> Floats:
    values = frame[name]
    numbers = pd.to_numeric(values, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    blank = (_text(values) == "").to_numpy() if empty else np.zeros(len(frame), dtype=np.bool_)
    bad = ~blank & ~(np.isfinite(numbers) & (numbers >= 0))
    if whole:
        bad |= ~blank & (numbers != np.floor(numbers))
    _refuse(path, frame, name, bad, expected)
    return numbers


def _flags(path: Path | str, frame: pd.DataFrame, name: str) -> Mask:
    text = _text(frame[name]).str.lower()
    true, false = text.isin(["1", "1.0", "true"]).to_numpy(), text.isin(["", "0", "0.0", "false"]).to_numpy()
    _refuse(path, frame, name, ~true & ~false, "1, 0, true, false or empty")
    return np.asarray(true, dtype=np.bool_)


def _times(path: Path | str, frame: pd.DataFrame, name: str, coarse: Mask | None) -> Ints:
    values = frame[name]
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        stamps, day_only = pd.to_datetime(values, utc=True), np.zeros(len(values), dtype=np.bool_)
    else:
        text = _text(values)
        stamps = pd.to_datetime(text, format="ISO8601", utc=True, errors="coerce")
        day_only = (text.str.len() <= 10).to_numpy()
    bad = stamps.isna().to_numpy()
    seconds = stamps.to_numpy(dtype="datetime64[s]").astype(np.int64)
    _refuse(
        path,
        frame,
        name,
        bad | (seconds < 0),
        "an ISO date or time from 1970 on, like 2021-03-12 or 2021-03-12T08:15:00Z",
    )
    if coarse is not None:
        day_only = day_only | coarse
    return np.where(day_only, seconds // 86_400 * 86_400 + LAST_SECOND, seconds)


def _refuse(path: Path | str, frame: pd.DataFrame, name: str, bad: Mask, expected: str) -> None:
    if bad.any():
        row = int(np.argmax(bad))
        raise DataError(
            f"{path}, row {row + 2}, column {name!r}: {frame[name].iloc[row]!r}", f"Expected {expected}"
        )
