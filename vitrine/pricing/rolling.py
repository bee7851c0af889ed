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
from vitrine.pricing.salelog import SaleLog
from vitrine.pricing.stats import Ints, Mask, floor_equivalent
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
        self._sales = SaleLog()
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

    def set_multipliers(self, multipliers: Multipliers) -> None:
        """Replace the rarity multipliers (after a new fit) from the next valuation on."""
        self.multipliers = multipliers
        self._sales.refactor(multipliers)
        self._bids.rekey(self._bid_keys)

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

    def recent_sales(self, as_of: int, most: int) -> tuple[Ints, Ints, Ints]:
        """(time, price, multiplier) of the latest sales in the window that pass every filter but outliers."""
        return self._sales.latest(as_of - self.params.window, self.params.multiplier_cap_bps, most)

    def lowest_asks(self, most: int) -> tuple[Ints, Ints]:
        """(price, start) of the lowest asks, one per piece, before the stale test."""
        with closing(self._asks.walk()) as asks:
            rows = [(price, start) for price, start, _ in islice(asks, most)]
        table = np.array(rows, dtype=np.int64).reshape(-1, 2)
        return table[:, 0], table[:, 1]

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
        price = bids["price"].to_numpy()
        keys, rare = self._bid_keys(price, bids["token_id"].to_numpy())
        against = price_reasons(price, bids["private"].to_numpy(), None, self.params)
        against[(against == Reason.USED) & rare] = Reason.RARE
        self._bids.add(bids, keys, against)

    def _bid_keys(self, prices: Ints, tokens: Ints) -> tuple[Ints, Mask]:
        factors = self.multipliers.lookup(tokens)
        rare: Mask = factors >= self.params.multiplier_cap_bps
        return -floor_equivalent(prices, factors), rare

    def _take_in_sales(self, news: MarketFrames) -> None:
        sales, moves = news.sales, news.transfers
        reasons = price_reasons(
            sales["price"].to_numpy(), sales["private"].to_numpy(), sales["bundle"].to_numpy(), self.params
        )
        tokens = sales["token_id"].to_numpy()
        first = self._sales.add(
            sales["time"].to_numpy(),
            sales["price"].to_numpy(),
            tokens,
            self.multipliers.lookup(tokens),
            reasons,
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
        params = self.params
        rejects = self._sales.rejects_since(as_of - params.window, params.multiplier_cap_bps)
        level = sale_level(*self.recent_sales(as_of, 2 * params.sample_size), params)
        rejects += np.bincount(level.reasons, minlength=128)
        return level, rejects

    def _spot(self, as_of: int, sale: int | None, rejects: Ints) -> int | None:
        params, book = self.params, self._asks
        rejects += book.rejects
        rejects[Reason.WORSE_DUPLICATE] += book.duplicates
        lowest = np.zeros(0, dtype=np.int64)
        if sale is None:
            lowest, _ = self.lowest_asks(max(params.reference_asks, params.ask_rank))
        bound = stale_below(sale, lowest, params)
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


def _split(news: MarketFrames, as_of: int) -> tuple[MarketFrames, MarketFrames]:
    """What happened up to `as_of`, and the rest."""
    now, rest = [], []
    for table, column in _TIMES:
        frame: pd.DataFrame = getattr(news, table)
        due = int(np.searchsorted(frame[column].to_numpy(), as_of, side="right"))
        now.append(frame.iloc[:due])
        rest.append(frame.iloc[due:])
    return MarketFrames(news.collection, *now), MarketFrames(news.collection, *rest)
