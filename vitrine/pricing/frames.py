"""The frames of one collection's market: sales, listings, bids, transfers.

`MarketFrames.build` accepts data frames, lists of mappings or nothing, and checks every row; a bad one is a
`DataError` that names table, row, column, and what was expected. Afterwards the frames are canonical:

- times are Unix seconds (int64); `end` is `NEVER` while open; an event at time t is known at t;
- prices are whole gwei (int64): wei round down, but what is not zero never becomes zero; `MISSING` is -1;
- parties are 63-bit codes of their names (equal names, equal codes, in every frame); `UNKNOWN` is -1;
- token -1 (`ANY_TOKEN`) is a bid for the whole collection, or a transfer of money;
- rows are sorted, so that the order of the input moves nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from vitrine.errors import DataError
from vitrine.pricing.params import GWEI
from vitrine.pricing.stats import Ints

NEVER: Final = 2**62
MISSING: Final = -1
UNKNOWN: Final = -1
ANY_TOKEN: Final = -1
PRICE_CEILING: Final = 10**15
"""Gwei. Larger prices are stored as this: beyond it a price is only a way to say "not for sale"."""

Table = pd.DataFrame | Iterable[Mapping[str, Any]] | None

_INT: Final = "int"
_FLAG: Final = "flag"
_PARTY: Final = "party"
_PRICE: Final = "price"

# name -> (kind, default); a column without default must be there.
_SALES: Final = {
    "time": (_INT, None),
    "seq": (_INT, 0),
    "token_id": (_INT, None),
    "price": (_PRICE, None),
    "seller": (_PARTY, UNKNOWN),
    "buyer": (_PARTY, UNKNOWN),
    "private": (_FLAG, False),
    "bundle": (_FLAG, False),
    "event_id": (_INT, -1),
}
_LISTINGS: Final = {
    "start": (_INT, None),
    "end": (_INT, NEVER),
    "seq": (_INT, 0),
    "token_id": (_INT, None),
    "price": (_PRICE, None),
    "seller": (_PARTY, UNKNOWN),
    "private": (_FLAG, False),
    "bundle": (_FLAG, False),
    "event_id": (_INT, -1),
}
_BIDS: Final = {
    "start": (_INT, None),
    "end": (_INT, NEVER),
    "seq": (_INT, 0),
    "token_id": (_INT, ANY_TOKEN),
    "price": (_PRICE, None),
    "bidder": (_PARTY, UNKNOWN),
    "quantity": (_INT, 1),
    "private": (_FLAG, False),
    "event_id": (_INT, -1),
}
_TRANSFERS: Final = {
    "time": (_INT, None),
    "seq": (_INT, 0),
    "token_id": (_INT, ANY_TOKEN),
    "sender": (_PARTY, UNKNOWN),
    "receiver": (_PARTY, UNKNOWN),
    "event_id": (_INT, -1),
}
_SCHEMAS: Final = {"sales": _SALES, "listings": _LISTINGS, "bids": _BIDS, "transfers": _TRANSFERS}
_LEAST: Final = {"quantity": 1, "token_id": -1, "time": 0, "start": 0}


@dataclass(frozen=True, slots=True)
class MarketFrames:
    """Canonical frames of one collection (see the module's head); build them with `build`."""

    collection: str
    sales: pd.DataFrame
    listings: pd.DataFrame
    bids: pd.DataFrame
    transfers: pd.DataFrame

    @classmethod
    def build(
        cls,
        collection: str,
        *,
        sales: Table = None,
        listings: Table = None,
        bids: Table = None,
        transfers: Table = None,
    ) -> MarketFrames:
        """Check and canonicalise. Prices come as one of `price_wei`, `price_gwei` (integers), `price_eth`."""
        return cls(
            collection,
            _canonical("sales", sales),
            _canonical("listings", listings),
            _canonical("bids", bids),
            _canonical("transfers", transfers),
        )

    @classmethod
    def merge(cls, parts: Iterable[MarketFrames]) -> MarketFrames:
        """All rows of several frames of one collection, canonical again."""
        kept = list(parts)
        collections = sorted({part.collection for part in kept})
        if len(collections) != 1:
            raise DataError(f"Frames of {len(collections)} collections", "Merge frames of one collection")
        tables = (
            pd.concat([getattr(part, table) for part in kept], ignore_index=True).rename(
                columns={"price": "price_gwei"}
            )
            for table in _SCHEMAS
        )
        return cls(
            collections[0], *(_canonical(name, table) for name, table in zip(_SCHEMAS, tables, strict=True))
        )

    def __len__(self) -> int:
        return len(self.sales) + len(self.listings) + len(self.bids) + len(self.transfers)


def party_codes(values: pd.Series) -> Ints:
    """63-bit codes of names; integers are taken as codes already. Empty and missing names are `UNKNOWN`."""
    if pd.api.types.is_integer_dtype(values.dtype) and not values.isna().any():
        return values.to_numpy(dtype=np.int64)
    names = values.astype("object").where(values.notna(), "").astype(str).to_numpy(dtype=object)
    hashed = pd.util.hash_array(names) & np.uint64(2**63 - 1)
    return np.where(names == "", UNKNOWN, hashed.astype(np.int64))


def gwei_from_wei(values: Iterable[Any]) -> list[int]:
    """Whole gwei, rounded down, at least 1 for what is not 0, at most `PRICE_CEILING`; None is `MISSING`."""
    result = []
    for value in values:
        if value is None or value is pd.NA or value != value:
            result.append(MISSING)
        elif isinstance(value, bool) or value != int(value) or value < 0:
            raise ValueError(value)
        else:
            result.append(min(max(int(value) // GWEI, int(value > 0)), PRICE_CEILING))
    return result


def gwei_from_eth(values: pd.Series) -> Ints:
    """Nearest gwei of decimal ETH, under the same bounds. Exact to the gwei up to 9 million ETH."""
    eth = pd.to_numeric(values, errors="raise").to_numpy(dtype=np.float64, na_value=np.nan)
    if np.any(eth < 0):
        raise ValueError(eth[eth < 0][0])
    missing = np.isnan(eth)
    gwei = np.rint(np.minimum(np.where(missing, 0.0, eth), PRICE_CEILING / GWEI) * GWEI).astype(np.int64)
    gwei = np.where((eth > 0) & (gwei == 0), 1, gwei)
    return np.where(missing, MISSING, gwei)


def _canonical(table: str, data: Table) -> pd.DataFrame:
    schema = _SCHEMAS[table]
    frame = data if isinstance(data, pd.DataFrame) else pd.DataFrame(list(data or ()))
    frame = frame.reset_index(drop=True)
    columns: dict[str, Any] = {}
    for name, (kind, default) in schema.items():
        if kind == _PRICE:
            columns["price"] = _price(table, frame)
        elif name not in frame.columns:
            if default is None and len(frame):
                have = ", ".join(map(str, frame.columns)) or "none"
                raise DataError(f"The {table} have no column {name!r} (columns: {have})", f"Add {name!r}")
            kinds = {_FLAG: np.bool_, _INT: np.int64, _PARTY: np.int64}
            columns[name] = np.full(len(frame), 0 if default is None else default, dtype=kinds[kind])
        elif kind == _PARTY:
            columns[name] = party_codes(frame[name])
        elif kind == _FLAG:
            columns[name] = _flags(table, name, frame[name])
        else:
            columns[name] = _integers(table, name, frame[name], default)
    if "end" in columns and np.any(columns["end"] < columns["start"]):
        row = int(np.argmax(columns["end"] < columns["start"]))
        fact = f"The {table}, row {row}: end {columns['end'][row]} lies before start {columns['start'][row]}"
        raise DataError(fact, "Expected end >= start")
    first = "start" if "start" in columns else "time"
    order = _canonical_order(columns, first)
    return pd.DataFrame({name: values[order] for name, values in columns.items()}, copy=False)


def _canonical_order(columns: dict[str, Any], first: str) -> Ints:
    """By time; rows of the same time by everything else. Only those few pay for the full comparison."""
    leading = columns[first]
    order = np.argsort(leading, kind="stable")
    equal = leading[order[1:]] == leading[order[:-1]]
    tied = np.r_[equal, False] | np.r_[False, equal]
    rows = order[tied[: len(order)]]
    names = ("buyer", "seller", "bidder", "receiver", "sender", "event_id", "price", "token_id", "seq", first)
    order[tied[: len(order)]] = rows[np.lexsort([columns[name][rows] for name in names if name in columns])]
    return order


def _integers(table: str, name: str, values: pd.Series, default: int | bool | None) -> Ints:
    least = _LEAST.get(name)
    if not pd.api.types.is_integer_dtype(values.dtype) or values.isna().any():
        filled = values if default is None else values.astype("object").where(values.notna(), default)
        numbers = pd.to_numeric(filled, errors="coerce")
        as_float = numbers.to_numpy(dtype=np.float64, na_value=np.nan)
        bad = ~np.isfinite(as_float) | (as_float != np.floor(as_float)) | (np.abs(as_float) > float(NEVER))
        if bad.any():
            _refuse(table, name, values, int(np.argmax(bad)), "a whole number")
        result = filled.astype(np.int64).to_numpy()
    else:
        result = values.to_numpy(dtype=np.int64)
    if least is not None and len(result) and int(result.min()) < least:
        _refuse(table, name, values, int(np.argmax(result < least)), f"a whole number of {least} or more")
    return np.asarray(result, dtype=np.int64)


def _flags(table: str, name: str, values: pd.Series) -> Any:
    known = values.astype("object").where(values.notna(), False)
    good = known.isin([True, False, 0, 1])
    if not good.all():
        _refuse(table, name, values, int(np.argmin(good.to_numpy())), "true or false (or 1, 0, empty)")
    return known.astype(bool).to_numpy()


def _price(table: str, frame: pd.DataFrame) -> Ints:
    given = [name for name in ("price_wei", "price_gwei", "price_eth") if name in frame.columns]
    if len(given) != 1:
        if frame.empty:
            return np.zeros(0, dtype=np.int64)
        found = ", ".join(given) or "none of them"
        raise DataError(f"The {table} have {found}", "Give one of price_wei, price_gwei, price_eth")
    name, values = given[0], frame[given[0]]
    try:
        if name == "price_eth":
            return gwei_from_eth(values)
        if pd.api.types.is_integer_dtype(values.dtype) and not values.isna().any():
            raw = values.to_numpy()
            least = MISSING if name == "price_gwei" else 0
            if raw.dtype.kind == "i" and np.any(raw < least):
                raise ValueError(raw[raw < least][0])
            if name == "price_gwei":
                return np.minimum(raw, PRICE_CEILING).astype(np.int64)
            gwei = (raw // np.array(GWEI, dtype=raw.dtype)).astype(np.int64)
            return np.minimum(np.where((raw > 0) & (gwei == 0), 1, gwei), PRICE_CEILING)
        unit = GWEI if name == "price_gwei" else 1
        scaled = [value if value is None or value is pd.NA else value * unit for value in values]
        return np.array(gwei_from_wei(scaled), dtype=np.int64)
    except (ValueError, TypeError, OverflowError):
        row = next(i for i, value in enumerate(values) if not _good_price(name, value))
        _refuse(table, name, values, row, "a price of zero or more, or empty")
        raise AssertionError("unreachable") from None


def _good_price(name: str, value: Any) -> bool:
    try:
        if name == "price_eth":
            gwei_from_eth(pd.Series([value]))
        else:
            gwei_from_wei([value])
    except (ValueError, TypeError, OverflowError):
        return False
    return True


def _refuse(table: str, name: str, values: pd.Series, row: int, expected: str) -> None:
    raise DataError(f"The {table}, row {row}, column {name!r}: {values.iloc[row]!r}", f"Expected {expected}")
