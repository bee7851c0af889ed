"""Valuing one collection again and again: events are added as they come, `value` costs what changed since.

Bit for bit the same `Valuation` as `value_collection` over everything added so far; a property test holds the
two together. Use this in a reporter or a replay; `value_collection` for one moment of a stored history.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from itertools import islice

import numpy as np
import pandas as pd

from vitrine.errors import StateError
from vitrine.pricing.filters import price_reasons
from vitrine.pricing.frames import ANY_TOKEN, MarketFrames
from vitrine.pricing.measures import SaleLevel, sale_level, spot_level, stale_below
from vitrine.pricing.multipliers import Multipliers
from vitrine.pricing.orderbook import OrderBook
from vitrine.pricing.params import PricingParams
from vitrine.pricing.reasons import Reason
from vitrine.pricing.stats import Codes, Ints, floor_equivalent
from vitrine.pricing.valuation import Valuation, make_valuation
from vitrine.pricing.washbook import WashBook

_TIMES = (("sales", "time"), ("listings", "start"), ("bids", "start"), ("transfers", "time"))


class RollingMarket:
    """Live state of one collection's market.

    `extend` takes frames with events in any order, but none at or before the last valued moment; orders
    whose end is not known yet are ended later with `end_listings` and `end_bids` by `event_id`.
    """

    def __init__(
        self, collection: str, params: PricingParams | None = None, multipliers: Multipliers | None = None
    ) -> None:
        self.collection = collection
        self.params = params or PricingParams()
        self.multipliers = multipliers or Multipliers.none()
        self.as_of = -1
        self._waiting: list[MarketFrames] = []
        self._wash = WashBook(self.params)
        self._sales = _SaleLog()
        self._asks = OrderBook()
        self._bids = OrderBook()

    def extend(self, news: MarketFrames) -> None:
        """Add events; they count from their own times on."""
        for table, column in _TIMES:
            times = getattr(news, table)[column].to_numpy()
            if len(times) and int(times.min()) <= self.as_of:
                fact = f"{table} hold an event at {int(times.min())}, but {self.as_of} is valued already"
                raise StateError(fact, "Add events before the moment they belong to, or start a new market")
        self._waiting.append(news)

    def end_listings(self, event_ids: Iterable[int], at: int) -> None:
        """Asks that were filled, cancelled or expired at `at`; unknown ids are a `StateError`."""
        self._end(self._asks, "listings", event_ids, at)

    def end_bids(self, event_ids: Iterable[int], at: int) -> None:
        """The same for bids."""
        self._end(self._bids, "bids", event_ids, at)

    def value(self, as_of: int) -> Valuation:
        """Valuation at `as_of`, which never goes back."""
        if as_of < self.as_of:
            raise StateError(
                f"{as_of} lies before {self.as_of}, which is valued already", "Value forward in time"
            )
        self._take_in(as_of)
        self.as_of = as_of
        level, rejects = self._sale_level(as_of)
        spot = self._spot(as_of, level.level, rejects)
        depth = self._depth(spot, rejects)
        counted = {
            reason: int(rejects[reason]) for reason in Reason if reason.is_rejection and rejects[reason]
        }
        return make_valuation(self.collection, as_of, level, spot, depth, counted, self.params)

    def _end(self, book: OrderBook, table: str, event_ids: Iterable[int], at: int) -> None:
        if at <= self.as_of:
            raise StateError(
                f"{at} is not after {self.as_of}, which is valued already", "End orders when they end"
            )
        wanted = set(event_ids)
        for place, news in enumerate(self._waiting):
            frame: pd.DataFrame = getattr(news, table)
            hit = frame["event_id"].isin(list(wanted)).to_numpy()
            if hit.any():
                ended = np.maximum(np.minimum(frame["end"].to_numpy(), at), frame["start"].to_numpy())
                changed = frame.assign(end=np.where(hit, ended, frame["end"].to_numpy()))
                asks = table == "listings"
                self._waiting[place] = (
                    replace(news, listings=changed) if asks else replace(news, bids=changed)
                )
                wanted -= set(frame["event_id"].to_numpy()[hit].tolist())
        for event_id in sorted(wanted):
            if not book.end(event_id, at):
                fact = f"No open order with event_id {event_id} among the {table}"
                raise StateError(fact, "Give listings and bids distinct event_ids and end each once")

    # taking in

    def _take_in(self, as_of: int) -> None:
        due: list[MarketFrames] = []
        waiting, self._waiting = self._waiting, []
        for news in waiting:
            now, rest = _split(news, as_of)
            due += [now] if len(now) else []
            self._waiting += [rest] if len(rest) else []
        if due:
            # Batches may have come in any order: what is due is put in canonical order again.
            news = due[0] if len(due) == 1 else MarketFrames.merge(due)
            self._take_in_sales(news)
            self._take_in_orders(news)
        self._asks.expire(as_of)
        self._bids.expire(as_of)

    def _take_in_orders(self, news: MarketFrames) -> None:
        asks, bids = news.listings, news.bids
        price = asks["price"].to_numpy()
        against = price_reasons(price, asks["private"].to_numpy(), asks["bundle"].to_numpy(), self.params)
        self._asks.add(asks, price, against)
        for frame in (news.sales, news.transfers):
            moves: Iterator[tuple[int, int]] = zip(
                frame["token_id"].tolist(), frame["time"].tolist(), strict=True
            )
            for token, time in moves:
                if token >= 0:
                    self._asks.move(token, time)
        price, factors = bids["price"].to_numpy(), self.multipliers.lookup(bids["token_id"].to_numpy())
        against = price_reasons(price, bids["private"].to_numpy(), None, self.params)
        against[(against == Reason.USED) & (factors >= self.params.multiplier_cap_bps)] = Reason.RARE
        self._bids.add(bids, -floor_equivalent(price, factors), against)

    def _take_in_sales(self, news: MarketFrames) -> None:
        sales, moves = news.sales, news.transfers
        reasons = price_reasons(
            sales["price"].to_numpy(), sales["private"].to_numpy(), sales["bundle"].to_numpy(), self.params
        )
        tokens = sales["token_id"].to_numpy()
        first = self._sales.add(
            sales["time"].to_numpy(), sales["price"].to_numpy(), self.multipliers.lookup(tokens), reasons
        )
        columns = ("time", "seq", "token_id")
        time, seq, token = (np.concatenate([sales[c].to_numpy(), moves[c].to_numpy()]) for c in columns)
        giver = np.concatenate([sales["seller"].to_numpy(), moves["sender"].to_numpy()])
        taker = np.concatenate([sales["buyer"].to_numpy(), moves["receiver"].to_numpy()])
        is_sale = np.arange(len(time)) < len(sales)
        money = ~is_sale & (token == ANY_TOKEN)
        legs = pd.DataFrame({"k": token, "t": time, "g": giver, "r": taker})
        keep = is_sale | money | ~legs.duplicated().to_numpy()
        order = np.lexsort((is_sale, seq, ~money, time))
        order = order[keep[order]]
        picked = (column[order].tolist() for column in (time, token, giver, taker))
        for row, at, piece, one, other in zip(order.tolist(), *picked, strict=True):
            if row < len(sales):
                verdicts = self._wash.sale(first + row, at, piece, one, other)
            else:
                verdicts = self._wash.transfer(at, piece, one, other)
            for index, reason in verdicts:
                self._sales.condemn(index, reason, at)

    # measuring

    def _sale_level(self, as_of: int) -> tuple[SaleLevel, Ints]:
        log, params = self._sales, self.params
        begin = log.begin_of(as_of - params.window)
        reasons = log.reasons[begin : log.count]
        factors = log.factors[begin : log.count]
        used = reasons == Reason.USED
        rare = used & (factors >= params.multiplier_cap_bps)
        rejects = np.bincount(reasons, minlength=128)
        rejects[Reason.RARE] += np.count_nonzero(rare)
        rows = begin + np.flatnonzero(used & ~rare)[-2 * params.sample_size :]
        level = sale_level(log.times[rows], log.prices[rows], log.factors[rows], params)
        rejects += np.bincount(level.reasons, minlength=128)
        return level, rejects

    def _spot(self, as_of: int, sale: int | None, rejects: Ints) -> int | None:
        params, book = self.params, self._asks
        rejects += book.rejects
        rejects[Reason.WORSE_DUPLICATE] += book.duplicates
        lowest: list[int] = []
        if sale is None:
            with closing(book.walk()) as asks:
                lowest = [price for price, _, _ in islice(asks, max(params.reference_asks, params.ask_rank))]
        bound = stale_below(sale, np.array(lowest, dtype=np.int64), params)
        fresh: list[int] = []
        with closing(book.walk()) as asks:
            for price, start, _ in asks:
                if price < bound and as_of - start > params.stale_ask_age:
                    rejects[Reason.STALE_ASK] += 1
                elif len(fresh) < params.ask_rank:
                    fresh.append(price)
                elif price >= bound:
                    break
        return spot_level(np.array(fresh, dtype=np.int64), params)

    def _depth(self, spot: int | None, rejects: Ints) -> int | None:
        params, book = self.params, self._bids
        rejects += book.rejects
        rejects[Reason.WORSE_DUPLICATE] += book.duplicates
        units = 0
        with closing(book.walk()) as bids:
            for key, _, quantity in bids:
                if spot is not None and -key > spot:
                    rejects[Reason.CROSSED_BID] += 1
                    continue
                units += quantity
                if units >= params.depth_items:
                    return -key
        return None


class _SaleLog:
    """Sales in canonical order, growing at the end; reasons change when a wash trade comes to light."""

    def __init__(self) -> None:
        self.count = 0
        self.times: Ints = np.zeros(64, dtype=np.int64)
        self.prices: Ints = np.zeros(64, dtype=np.int64)
        self.factors: Ints = np.zeros(64, dtype=np.int64)
        self.reasons: Codes = np.zeros(64, dtype=np.int8)
        self._known_at: dict[int, int] = {}

    def add(self, times: Ints, prices: Ints, factors: Ints, reasons: Codes) -> int:
        """Append; returns the index of the first."""
        first, self.count = self.count, self.count + len(times)
        if self.count > len(self.times):
            more = max(self.count, 2 * len(self.times)) - len(self.times)
            self.times, self.prices, self.factors = (
                np.pad(column, (0, more)) for column in (self.times, self.prices, self.factors)
            )
            self.reasons = np.pad(self.reasons, (0, more))
        columns = (
            (self.times, times),
            (self.prices, prices),
            (self.factors, factors),
            (self.reasons, reasons),
        )
        for column, news in columns:
            column[first : self.count] = news
        return first

    def condemn(self, index: int, reason: Reason, at: int) -> None:
        """The reason known first stands; of two known at one time the lower code."""
        current = int(self.reasons[index])
        known_at = self._known_at.get(index, int(self.times[index]))
        if current == Reason.USED or (known_at == at and reason < current):
            self.reasons[index] = reason
            self._known_at[index] = at

    def begin_of(self, time: int) -> int:
        """Index of the first sale after `time`."""
        return int(np.searchsorted(self.times[: self.count], time, side="right"))


def _split(news: MarketFrames, as_of: int) -> tuple[MarketFrames, MarketFrames]:
    """What happened up to `as_of`, and the rest."""
    now, rest = [], []
    for table, column in _TIMES:
        frame: pd.DataFrame = getattr(news, table)
        due = int(np.searchsorted(frame[column].to_numpy(), as_of, side="right"))
        now.append(frame.iloc[:due])
        rest.append(frame.iloc[due:])
    return MarketFrames(news.collection, *now), MarketFrames(news.collection, *rest)
