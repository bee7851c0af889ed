"""From frames to a `Valuation`: one collection, one moment, in the quote currency of its market (ETH)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from vitrine.errors import DataError
from vitrine.pricing.filters import price_reasons, sale_reasons
from vitrine.pricing.frames import ANY_TOKEN, NEVER, MarketFrames
from vitrine.pricing.measures import (
    SaleLevel,
    confidence_bps,
    depth_level,
    sale_level,
    spot_level,
    stale_below,
)
from vitrine.pricing.multipliers import Multipliers
from vitrine.pricing.params import GWEI, PricingParams
from vitrine.pricing.reasons import Reason, count_reasons, names
from vitrine.pricing.stats import Codes, Ints, floor_equivalent


@dataclass(frozen=True, slots=True)
class Valuation:
    """What one floor piece is worth at `as_of`, in wei; a signal without evidence is None."""

    collection: str
    as_of: int
    spot: int | None
    """k-th lowest live ask."""
    sale: int | None
    """Level of recent accepted sales divided by their rarity multipliers."""
    depth: int | None
    """Price at which n pieces could be sold now."""
    dispersion_bps: int
    """Median absolute deviation of the samples, of their level; 10,000 without a level."""
    sample_count: int
    confidence_bps: int
    evidence_at: int | None
    """Time of the newest accepted sale."""
    rejects: Mapping[Reason, int] = field(default_factory=dict)
    """Rejected sales of the window and rejected live asks and bids, by reason."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """A valuation with the reason of every row; the codes stand in the order of `market`'s frames."""

    valuation: Valuation
    market: MarketFrames
    sales: Codes
    listings: Codes
    bids: Codes

    def rejected(self) -> pd.DataFrame:
        """All rejected rows: table, event_id, time, token_id, price_gwei (-1: missing), reason."""
        parts = []
        tables = (
            ("sales", self.sales, "time"),
            ("listings", self.listings, "start"),
            ("bids", self.bids, "start"),
        )
        for table, codes, time in tables:
            frame: pd.DataFrame = getattr(self.market, table)
            rows = np.flatnonzero((codes > 0) & (codes < Reason.OUTSIDE_WINDOW))
            picked = frame.iloc[rows]
            parts.append(
                pd.DataFrame(
                    {
                        "table": table,
                        "event_id": picked["event_id"].to_numpy(),
                        "time": picked[time].to_numpy(),
                        "token_id": picked["token_id"].to_numpy(),
                        "price_gwei": picked["price"].to_numpy(),
                        "reason": pd.Series(names(codes[rows]), dtype=object),
                    }
                )
            )
        return pd.concat(parts, ignore_index=True)


def value_collection(
    market: MarketFrames,
    as_of: int,
    params: PricingParams | None = None,
    multipliers: Multipliers | None = None,
) -> Valuation:
    """Value one collection at `as_of` (Unix seconds) from what was known then."""
    return judge_collection(market, as_of, params, multipliers).valuation


def judge_collection(
    market: MarketFrames,
    as_of: int,
    params: PricingParams | None = None,
    multipliers: Multipliers | None = None,
) -> Judgement:
    """`value_collection`, and why each row counted or not."""
    rules, rarity = params or PricingParams(), multipliers or Multipliers.none()
    if not 0 <= as_of < NEVER:
        raise DataError(f"as_of is {as_of}", "Give a Unix time in seconds")
    sales, level = _judge_sales(market, as_of, rules, rarity)
    asks, spot = _judge_asks(market, as_of, level.level, rules)
    bids, depth = _judge_bids(market.bids, as_of, spot, rules, rarity)
    valuation = make_valuation(
        market.collection, as_of, level, spot, depth, count_reasons(sales, asks, bids), rules
    )
    return Judgement(valuation, market, sales, asks, bids)


def make_valuation(
    collection: str,
    as_of: int,
    level: SaleLevel,
    spot: int | None,
    depth: int | None,
    rejects: Mapping[Reason, int],
    params: PricingParams,
) -> Valuation:
    """Gwei to wei, and the confidence."""
    return Valuation(
        collection=collection,
        as_of=as_of,
        spot=None if spot is None else spot * GWEI,
        sale=None if level.level is None else level.level * GWEI,
        depth=None if depth is None else depth * GWEI,
        dispersion_bps=level.dispersion_bps,
        sample_count=level.count,
        confidence_bps=confidence_bps(level, spot, as_of, params),
        evidence_at=level.newest_at,
        rejects=rejects,
    )


def _judge_sales(
    market: MarketFrames, as_of: int, params: PricingParams, rarity: Multipliers
) -> tuple[Codes, SaleLevel]:
    time, price = market.sales["time"].to_numpy(), market.sales["price"].to_numpy()
    reasons, known_at = sale_reasons(market, params)
    reasons[known_at > as_of] = Reason.USED
    reasons[(time > as_of) | (time <= as_of - params.window)] = Reason.OUTSIDE_WINDOW
    rows = np.flatnonzero(reasons == Reason.USED)
    factors = rarity.lookup(market.sales["token_id"].to_numpy()[rows])
    rare = factors >= params.multiplier_cap_bps
    reasons[rows[rare]] = Reason.RARE
    rows, factors = rows[~rare], factors[~rare]
    pool = 2 * params.sample_size
    reasons[rows[:-pool]] = Reason.OUTSIDE_WINDOW
    rows, factors = rows[-pool:], factors[-pool:]
    level = sale_level(time[rows], price[rows], factors, params)
    reasons[rows] = level.reasons
    return reasons, level


def _judge_asks(
    market: MarketFrames, as_of: int, sale: int | None, params: PricingParams
) -> tuple[Codes, int | None]:
    asks = market.listings
    start, price, token = asks["start"].to_numpy(), asks["price"].to_numpy(), asks["token_id"].to_numpy()
    reasons = price_reasons(price, asks["private"].to_numpy(), asks["bundle"].to_numpy(), params)
    reasons[(reasons == Reason.USED) & (start < _last_moves(market, token, as_of))] = Reason.MOVED_ASK
    reasons[(start > as_of) | (asks["end"].to_numpy() <= as_of)] = Reason.NOT_LIVE
    rows = np.flatnonzero(reasons == Reason.USED)
    rows = rows[np.lexsort((start[rows], token[rows], price[rows]))]
    worse = pd.Series(token[rows]).duplicated().to_numpy(dtype=np.bool_)
    reasons[rows[worse]] = Reason.WORSE_DUPLICATE
    rows = rows[~worse]
    bound = stale_below(sale, price[rows], params)
    stale = (price[rows] < bound) & (as_of - start[rows] > params.stale_ask_age)
    reasons[rows[stale]] = Reason.STALE_ASK
    return reasons, spot_level(price[rows[~stale]], params)


def _last_moves(market: MarketFrames, tokens: Ints, as_of: int) -> Ints:
    """Per token the time at which it last changed hands up to `as_of`; -1 if never."""
    moves = pd.concat([market.sales[["token_id", "time"]], market.transfers[["token_id", "time"]]])
    moves = moves[(moves["time"] <= as_of) & (moves["token_id"] >= 0)]
    if len(moves) == 0 or len(tokens) == 0:
        return np.full(len(tokens), -1, dtype=np.int64)
    codes, distinct = pd.factorize(moves["token_id"].to_numpy())
    last = np.full(len(distinct), -1, dtype=np.int64)
    np.maximum.at(last, codes, moves["time"].to_numpy())
    at = pd.Index(distinct).get_indexer(pd.Index(tokens))
    return np.where(at >= 0, last[at], -1)


def _judge_bids(
    bids: pd.DataFrame, as_of: int, spot: int | None, params: PricingParams, rarity: Multipliers
) -> tuple[Codes, int | None]:
    price, token = bids["price"].to_numpy(), bids["token_id"].to_numpy()
    start, quantity = bids["start"].to_numpy(), bids["quantity"].to_numpy()
    reasons = price_reasons(price, bids["private"].to_numpy(), None, params)
    factors = rarity.lookup(token)
    reasons[(reasons == Reason.USED) & (factors >= params.multiplier_cap_bps)] = Reason.RARE
    reasons[(start > as_of) | (bids["end"].to_numpy() <= as_of)] = Reason.NOT_LIVE
    rows = np.flatnonzero(reasons == Reason.USED)
    value = floor_equivalent(price[rows], factors[rows])
    order = np.lexsort((start[rows], token[rows], -value))
    rows, value = rows[order], value[order]
    worse = (token[rows] != ANY_TOKEN) & pd.Series(token[rows]).duplicated().to_numpy(dtype=np.bool_)
    reasons[rows[worse]] = Reason.WORSE_DUPLICATE
    rows, value = rows[~worse], value[~worse]
    if spot is not None:
        crossed = value > spot
        reasons[rows[crossed]] = Reason.CROSSED_BID
        rows, value = rows[~crossed], value[~crossed]
    return reasons, depth_level(value, quantity[rows], params)
