"""Filters that look at one sale and at the company it keeps: prices, private and bundled sales, wash trades.

They are vectorised over a whole history and free of look-ahead: with every rejection comes the time from
which it is known (`known_at`). The first leg of a round trip is an ordinary sale until the piece comes back.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from vitrine.pricing.frames import MISSING, UNKNOWN, MarketFrames
from vitrine.pricing.params import PricingParams
from vitrine.pricing.reasons import Reason
from vitrine.pricing.stats import Codes, Ints, Mask

FOREVER = np.iinfo(np.int64).max


def price_reasons(prices: Ints, private: Mask, bundle: Mask | None, params: PricingParams) -> Codes:
    """What a row says about itself: missing, zero, dust, absurd, private, bundle."""
    reasons = np.zeros(len(prices), dtype=np.int8)
    if bundle is not None:
        reasons[bundle] = Reason.BUNDLE
    reasons[private] = Reason.PRIVATE
    reasons[prices >= params.absurd_gwei] = Reason.ABSURD_PRICE
    reasons[prices < params.dust_gwei] = Reason.DUST
    reasons[prices == 0] = Reason.ZERO_PRICE
    reasons[prices == MISSING] = Reason.MISSING_PRICE
    return reasons


def sale_reasons(market: MarketFrames, params: PricingParams) -> tuple[Codes, Ints]:
    """Reason per sale, and the time from which it is known (`FOREVER` where nothing speaks against it)."""
    sales = market.sales
    time = sales["time"].to_numpy()
    reasons = price_reasons(
        sales["price"].to_numpy(), sales["private"].to_numpy(), sales["bundle"].to_numpy(), params
    )
    known_at = np.where(reasons == Reason.USED, FOREVER, time)
    if len(sales) == 0:
        return reasons, known_at
    parties = _Parties(market)
    for reason, wash_at in (
        (Reason.WASH_SELF_FUNDED, _self_funded_at(parties, params)),
        (Reason.WASH_ROUND_TRIP, _round_trip_at(parties, params)),
        (Reason.WASH_ROUND_TRIP, _cycle_at(parties, params)),
        (Reason.WASH_SAME_PAIR, _same_pair_at(parties, params)),
    ):
        earlier = wash_at < known_at
        reasons[earlier] = reason
        known_at[earlier] = wash_at[earlier]
    return reasons, known_at


class _Parties:
    """Sales and transfers of pieces as legs, parties and pieces as small codes; sales come first."""

    def __init__(self, market: MarketFrames) -> None:
        sales, moves = market.sales, market.transfers
        self.sale_count = len(sales)
        self.time: Ints = np.concatenate([sales["time"].to_numpy(), moves["time"].to_numpy()])
        self.seq: Ints = np.concatenate([sales["seq"].to_numpy(), moves["seq"].to_numpy()])
        giver = np.concatenate([sales["seller"].to_numpy(), moves["sender"].to_numpy()])
        taker = np.concatenate([sales["buyer"].to_numpy(), moves["receiver"].to_numpy()])
        self.known: Mask = (giver != UNKNOWN) & (taker != UNKNOWN)
        codes, _ = pd.factorize(np.concatenate([giver, taker]))
        self.giver: Ints = codes[: len(giver)].astype(np.int64)
        self.taker: Ints = codes[len(giver) :].astype(np.int64)
        self.token: Ints = np.concatenate([sales["token_id"].to_numpy(), moves["token_id"].to_numpy()])
        self.is_sale: Mask = np.arange(len(self.time)) < self.sale_count
        self.is_money: Mask = ~self.is_sale & (self.token < 0)
        self.is_leg: Mask = ~self.is_money
        if len(moves):
            # The transfer that carried out a sale is that sale, not a second leg.
            legs = pd.DataFrame({"k": self.token, "t": self.time, "g": self.giver, "r": self.taker})
            self.is_leg &= self.is_sale | ~legs.duplicated().to_numpy()

    def unordered(self, rows: Ints) -> Ints:
        """One number per pair of parties, whoever gives."""
        low = np.minimum(self.giver[rows], self.taker[rows])
        return np.asarray(low << 31 | np.maximum(self.giver[rows], self.taker[rows]), dtype=np.int64)

    def sales_only(self, rows: Ints, at: Ints) -> Ints:
        """Scatter the earliest `at` per sale; other legs are dropped."""
        result = np.full(self.sale_count, FOREVER, dtype=np.int64)
        keep = rows < self.sale_count
        np.minimum.at(result, rows[keep], at[keep])
        return result


def _self_funded_at(p: _Parties, params: PricingParams) -> Ints:
    """Buyer is the seller, or had money from him within the funding window before the sale."""
    sale = np.flatnonzero(p.is_sale & p.known)
    at = np.full(p.sale_count, FOREVER, dtype=np.int64)
    own = sale[p.giver[sale] == p.taker[sale]]
    at[own] = p.time[own]
    money = np.flatnonzero(p.is_money & p.known)
    if len(money) == 0:
        return at
    pair_of, _ = pd.factorize(np.concatenate([_ordered(p, money), _ordered(p, sale)]))
    funded, sold = pair_of[: len(money)].astype(np.int64), pair_of[len(money) :].astype(np.int64)
    order = np.lexsort((p.time[money], funded))
    # One sorted number line: pair by pair, time within the pair (33 bits hold times until the year 2242).
    line = (funded << 33 | p.time[money])[order]
    wanted = sold << 33 | p.time[sale]
    last = np.searchsorted(line, wanted, side="right") - 1
    found = line[np.maximum(last, 0)]
    hit = (last >= 0) & (found >> 33 == sold) & (wanted - found <= params.funding_window)
    at[sale[hit]] = p.time[sale[hit]]
    return at


def _ordered(p: _Parties, rows: Ints) -> Ints:
    return np.asarray(p.giver[rows] << 31 | p.taker[rows], dtype=np.int64)


def _round_trip_at(p: _Parties, params: PricingParams) -> Ints:
    """A sells a piece to B and B gives it back to A (sale or transfer), or the other way round: both legs."""
    rows = _repeated(np.flatnonzero(p.is_leg & p.known & (p.giver != p.taker)), p)
    if len(rows) == 0:
        return p.sales_only(rows, rows)
    key, _ = pd.factorize(p.unordered(rows))
    token, _ = pd.factorize(p.token[rows])
    group = key.astype(np.int64) * (int(token.max()) + 1) + token
    order = np.lexsort((p.time[rows], group))
    rows, group = rows[order], group[order]
    time, way = p.time[rows], p.giver[rows] < p.taker[rows]
    window = params.round_trip_window or FOREVER
    before = _nearest_opposite(group, time, way)
    after = _nearest_opposite(group[::-1], time[::-1], way[::-1])[::-1]
    # A leg is known as wash at its own time if the opposite one came first, else when the opposite one comes.
    at = np.full(len(rows), FOREVER, dtype=np.int64)
    late = (after != FOREVER) & (after - time <= window)
    at[late] = after[late]
    early = (before != FOREVER) & (time - before <= window)
    at[early] = time[early]
    return p.sales_only(rows, at)


def _nearest_opposite(group: Ints, time: Ints, way: Mask) -> Ints:
    """Time of the last row before each that has the same group and the other way; `FOREVER` if none."""
    index = np.arange(len(group))
    start = np.maximum.accumulate(np.where(np.r_[True, group[1:] != group[:-1]], index, 0))
    result = np.full(len(group), FOREVER, dtype=np.int64)
    for side in (True, False):
        last = np.maximum.accumulate(np.where(way == side, index, -1))
        hit = (way != side) & (last >= start)
        result[hit] = time[last[hit]]
    return result


def _cycle_at(p: _Parties, params: PricingParams) -> Ints:
    """The piece comes back to a seller over one or two more hands in the cycle window: all legs of it."""
    rows = _repeated(np.flatnonzero(p.is_leg & p.known & (p.giver != p.taker)), p)
    order = np.lexsort((p.is_sale[rows], p.seq[rows], p.time[rows], p.token[rows]))
    rows = rows[order]
    token, time, giver, taker = p.token[rows], p.time[rows], p.giver[rows], p.taker[rows]
    linked = (
        np.r_[False, (token[1:] == token[:-1]) & (taker[:-1] == giver[1:])]
        if len(rows)
        else np.zeros(0, bool)
    )
    at = np.full(len(rows), FOREVER, dtype=np.int64)
    for hops in (2, 3):
        if len(rows) <= hops:
            break
        closed = (taker[hops:] == giver[:-hops]) & (time[hops:] - time[:-hops] <= params.cycle_window)
        for step in range(hops):
            closed &= linked[hops - step : len(rows) - step]
        for step in range(hops + 1):
            part = at[step : len(rows) - hops + step]
            np.minimum(part, np.where(closed, time[hops:], FOREVER), out=part)
    return p.sales_only(rows, at)


def _same_pair_at(p: _Parties, params: PricingParams) -> Ints:
    """`pair_limit` sales between the same two parties within the pair window: all of them."""
    rows = np.flatnonzero(p.is_sale & p.known)
    pair, _ = pd.factorize(p.unordered(rows))
    often = np.bincount(pair, minlength=1)[pair] >= params.pair_limit
    rows, pair = rows[often], pair[often]
    order = np.lexsort((p.time[rows], pair))
    rows, pair = rows[order], pair[order]
    time = p.time[rows]
    at = np.full(len(rows), FOREVER, dtype=np.int64)
    more = params.pair_limit - 1
    if len(rows) > more:
        dense = (pair[more:] == pair[:-more]) & (time[more:] - time[:-more] <= params.pair_window)
        for step in range(more + 1):
            part = at[step : len(rows) - more + step]
            np.minimum(part, np.where(dense, time[more:], FOREVER), out=part)
    return p.sales_only(rows, np.maximum(at, time))


def _repeated(rows: Ints, p: _Parties) -> Ints:
    """Rows whose token has at least two of them: the others cannot come back."""
    if len(rows) == 0:
        return rows
    token, _ = pd.factorize(p.token[rows])
    return rows[np.bincount(token)[token] >= 2]
