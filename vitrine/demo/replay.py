"""Any history of the documented columns, played through the same world.

Sales come from one file, standing asks and bids from another; without the second, every sale of an ask is
taken to have stood at its price for some days before. The floor outside is what an all-seeing reporter
would have said at each tick.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from vitrine.demo.bridge import bridge, stream
from vitrine.demo.days import USD_DECIMALS, DayRow, midnight
from vitrine.demo.scenario import (
    MAIN,
    THIN,
    TICK,
    TICKS_A_DAY,
    USD_NOISE_BPS,
    WARM_DAYS,
    CollectionScript,
    Scenario,
    thin_script,
)
from vitrine.errors import DataError
from vitrine.pricing import MarketFrames, PricingParams
from vitrine.pricing.orders import replay_orders
from vitrine.pricing.readers import read_order_events, read_sales, read_table
from vitrine.pricing.rolling import RollingMarket
from vitrine.units import DAY, ETH

LENGTH: Final = 77
"""Days that are played when no dates are given: the last ones on which every file has rows."""
ETH_USD: Final = 2_000
"""Dollars per ETH when no file tells."""
_PAST: Final = 90 * DAY
"""Sales before the start that reporters may look back on."""
_TOKENS: Final = 10_000_000
"""First id of the borrowers' pieces: far from any id in a history."""


@dataclass(slots=True)
class Recorded:
    """A market as it was recorded."""

    key: str
    tables: dict[str, pd.DataFrame]
    traits: pd.DataFrame | None = None
    planted: dict[int, str] = field(default_factory=dict)

    def frames(self) -> dict[str, pd.DataFrame]:
        return self.tables


@dataclass(frozen=True, slots=True)
class Source:
    """Files of a history, and the days to play."""

    sales: Path
    orders: Path | None = None
    eth_usd: Path | None = None
    first: date | None = None
    last: date | None = None


def replay_scenario(source: Source, seed: int) -> Scenario:
    """The script of a recorded history; the thin collection and everybody in it are made from the seed."""
    sales = read_sales(source.sales)
    listings, bids = _orders(source, sales, seed)
    begin, end = _window(source, sales, listings)
    tables = {
        "sales": _between(sales, "time", begin - _PAST, end),
        "listings": _overlapping(listings, begin - TICK, end),
        "bids": _overlapping(bids, begin - TICK, end),
    }
    market = Recorded(MAIN, {name: table for name, table in tables.items() if len(table)})
    params = PricingParams()
    days = (end - begin) // DAY
    times = [begin - WARM_DAYS * DAY + k * TICK for k in range((days + WARM_DAYS) * TICKS_A_DAY + 1)]
    first = WARM_DAYS * TICKS_A_DAY
    known = _floors(market, params, times[first:])
    floors = [known[0]] * first + known
    rows = _days(market, times, floors, _dollars(source, begin, days), first)
    usd = bridge(
        [row.eth_usd for row in rows[WARM_DAYS:]],
        TICKS_A_DAY,
        USD_NOISE_BPS if source.eth_usd else 0,
        stream(seed, "usd"),
        start=rows[WARM_DAYS].eth_usd,
    )
    pledged, stock = list(range(_TOKENS, _TOKENS + 400)), list(range(_TOKENS + 400, _TOKENS + 600))
    main = CollectionScript(MAIN, "Recorded collection", "WREC", market, known, params, pledged, stock)
    shown = source.sales.name + (f" with {source.orders.name}" if source.orders else "")
    return Scenario(
        name=f"A recorded history, {rows[WARM_DAYS].day:%B %Y} to {rows[-1].day:%B %Y}",
        seed=seed,
        source=shown,
        days=rows[WARM_DAYS:],
        times=times[first:],
        usd=usd,
        collections={MAIN: main, THIN: thin_script(seed, rows, times, floors, first)},
        eventful=False,
    )


# -------------------------------------------------------------------------------------------------------
# parts


def _orders(source: Source, sales: pd.DataFrame, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    if source.orders is not None:
        return replay_orders(read_order_events(source.orders), mend_dates=True)
    rng = stream(seed, "asks")
    taken = sales["price_eth"].notna() & (sales["price_eth"] > 0)
    if "buyer" in sales.columns:  # no buyer: an accepted bid, nothing was asked
        taken &= sales["buyer"] != ""
    asks = sales[taken]
    stood = rng.integers(DAY // 4, 6 * DAY, len(asks))
    ends = asks["time"].to_numpy()
    listings = pd.DataFrame(
        {
            "start": np.maximum(ends - stood, 0),
            "end": ends,
            "token_id": asks["token_id"].to_numpy(),
            "price_eth": asks["price_eth"].to_numpy(),
            "event_id": asks["event_id"].to_numpy(),
        }
    )
    return listings, pd.DataFrame()


def _window(source: Source, sales: pd.DataFrame, listings: pd.DataFrame) -> tuple[int, int]:
    """Unix times of the first day's start and the last day's end."""
    if not len(sales) or not len(listings):
        raise DataError(f"{source.sales}: no usable row", "Give a history with sales that have prices")
    newest = min(int(sales["time"].max()), int(listings["start"].max()))
    last = source.last or datetime.fromtimestamp(newest, UTC).date()
    first = source.first or last - timedelta(days=LENGTH - 1)
    begin, end = midnight(first), midnight(last) + DAY
    if end <= begin:
        raise DataError(f"The last day {last} lies before the first {first}", "Give --from before --to")
    oldest = int(sales["time"].min())
    if begin < oldest or begin > newest:
        shown = [datetime.fromtimestamp(at, UTC).date().isoformat() for at in (oldest, newest)]
        raise DataError(f"The files hold {shown[0]} to {shown[1]}, not {first}", "Choose days inside")
    return begin, end


def _between(table: pd.DataFrame, column: str, low: int, high: int) -> pd.DataFrame:
    return table[(table[column] >= low) & (table[column] <= high)].reset_index(drop=True)


def _overlapping(table: pd.DataFrame, low: int, high: int) -> pd.DataFrame:
    if not len(table):
        return table
    return table[(table["end"] > low) & (table["start"] <= high)].reset_index(drop=True)


def _floors(market: Recorded, params: PricingParams, times: list[int]) -> list[int]:
    """What an all-seeing reporter says at each tick, wei; where he has no price, the last one."""
    rolling = RollingMarket(market.key, params)
    rolling.extend(MarketFrames.build(market.key, **market.frames()))
    seen = [rolling.value(at) for at in times]
    found = [value.spot or value.sale for value in seen]
    start = next((price for price in found if price), None)
    if start is None:
        raise DataError("The history has no price in these days", "Choose other days, or give --orders")
    floors, last = [], start
    for price in found:
        last = price or last
        floors.append(last)
    return floors


def _days(
    market: Recorded, times: list[int], floors: list[int], dollars: list[int], first: int
) -> list[DayRow]:
    """Daily figures of the history, the warm days before it included."""
    sales = market.tables["sales"]
    day_of = sales["time"].to_numpy() // DAY
    price = sales["price_eth"].fillna(0.0).to_numpy()
    rows = []
    for index in range(0, len(times) - 1, TICKS_A_DAY):
        today = day_of == times[index] // DAY
        volume = int(price[today].sum() * 1000) * (ETH // 1000)
        dollar = dollars[max(index - first, 0) // TICKS_A_DAY]
        day = datetime.fromtimestamp(times[index], UTC).date()
        rows.append(DayRow(day, floors[index + TICKS_A_DAY], int(today.sum()), volume, dollar))
    return rows


def _dollars(source: Source, begin: int, days: int) -> list[int]:
    """ETH/USD per day with 8 decimals: from the file, the day before where a day is missing."""
    scale = 10**USD_DECIMALS
    if source.eth_usd is None:
        return [ETH_USD * scale] * days
    table = read_table(source.eth_usd, ("date", "eth_usd"))
    known: dict[str, int] = {}
    for row, (day, text) in enumerate(zip(table["date"], table["eth_usd"], strict=True), start=2):
        try:
            known[str(day)[:10]] = int(Decimal(str(text)) * scale)
        except InvalidOperation:
            fact = f"{source.eth_usd}, row {row}, column 'eth_usd': {text!r}"
            raise DataError(fact, "Expected a price in dollars") from None
    found, last = [], 0
    for index in range(days):
        day = datetime.fromtimestamp(begin + index * DAY, UTC).date().isoformat()
        last = known.get(day, last)
        if not last:
            raise DataError(
                f"{source.eth_usd} has no price for {day}", "Give a file that covers the days played"
            )
        found.append(last)
    return found
