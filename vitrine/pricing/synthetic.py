"""A made-up market of any size from a seed: sales, asks, bids and transfers around a drifting floor."""

from __future__ import annotations

import numpy as np
import pandas as pd

from vitrine.pricing.frames import MarketFrames
from vitrine.pricing.multipliers import Multipliers
from vitrine.pricing.stats import Ints
from vitrine.units import DAY

START = 1_600_000_000


def synthetic_rows(events: int, seed: int, days: int = 365, pieces: int = 10_000) -> dict[str, pd.DataFrame]:
    """Tables for `MarketFrames.build`: 40 % sales (4 % of them wash), 35 % asks, 20 % bids, 5 % transfers."""
    rng = np.random.default_rng(seed)
    counts = [events * 40 // 100, events * 35 // 100, events * 20 // 100]
    counts.append(events - sum(counts))
    drift = np.cumsum(rng.normal(0, 0.03, days + 1)) + np.log(50)

    def times(count: int) -> Ints:
        return np.sort(rng.integers(START, START + days * DAY, count))

    def gwei(at: Ints, low: float, high: float) -> Ints:
        level = drift[(at - START) // DAY] + rng.uniform(low, high, len(at))
        prices: Ints = (np.exp(level) * 10**9).astype(np.int64)
        return prices

    def parties(count: int) -> Ints:
        codes: Ints = rng.integers(0, events // 10 + 2, count)
        return codes

    at = times(counts[0])
    sales = pd.DataFrame(
        {"time": at, "token_id": rng.integers(0, pieces, counts[0]), "price_gwei": gwei(at, 0, 0.3)}
    )
    sales = sales.assign(seller=parties(counts[0]), buyer=parties(counts[0]))
    # Every fiftieth sale is undone by the next one on the same piece.
    first = np.arange(0, counts[0] - 1, 50)
    for column, source in (("token_id", "token_id"), ("seller", "buyer"), ("buyer", "seller")):
        values = sales[column].to_numpy(copy=True)
        values[first + 1] = sales[source].to_numpy()[first]
        sales[column] = values
    at = times(counts[1])
    listings = pd.DataFrame({"start": at, "end": at + rng.integers(1, 20 * DAY, counts[1])})
    listings = listings.assign(token_id=rng.integers(0, pieces, counts[1]), price_gwei=gwei(at, 0, 0.8))
    at = times(counts[2])
    bids = pd.DataFrame(
        {"start": at, "end": at + rng.integers(1, 10 * DAY, counts[2]), "price_gwei": gwei(at, -0.5, 0)}
    )
    bids = bids.assign(token_id=np.where(rng.random(counts[2]) < 0.5, -1, rng.integers(0, pieces, counts[2])))
    transfers = pd.DataFrame({"time": times(counts[3]), "token_id": rng.integers(-1, pieces, counts[3])})
    transfers = transfers.assign(sender=parties(counts[3]), receiver=parties(counts[3]))
    return {"sales": sales, "listings": listings, "bids": bids, "transfers": transfers}


def synthetic_market(events: int, seed: int, days: int = 365, pieces: int = 10_000) -> MarketFrames:
    """`synthetic_rows` as canonical frames."""
    return MarketFrames.build("synthetic", **synthetic_rows(events, seed, days, pieces))


def synthetic_multipliers(seed: int, pieces: int = 10_000) -> Multipliers:
    """Mostly ordinary pieces, a few at the cap."""
    rng = np.random.default_rng(seed)
    bps = np.clip(10_000 * np.exp(rng.exponential(0.15, pieces)), 10_000, 30_000).astype(np.int64)
    return Multipliers(np.arange(pieces, dtype=np.int64), bps)
