"""The market of one collection: sales, asks, bids, transfers, and what was planted among them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

import numpy as np
import pandas as pd

from vitrine.demo.bridge import split_exactly, stream
from vitrine.demo.days import MILLI_ETH, DayRow
from vitrine.demo.traits import Portraits
from vitrine.units import DAY, ETH, HOUR

CENT_ETH: Final = ETH // 100
_LAYERS: Final = 9
"""Asks kept close to the floor, the cheapest of which is the floor itself."""


class MarketTables(Protocol):
    """Everything that happened to one collection, made or recorded."""

    key: str
    traits: pd.DataFrame | None
    """Trait table of the pieces; None when nothing is known."""
    planted: dict[int, str]
    """event_id -> what it is: "wash", "one wei", "stale ask"."""

    def frames(self) -> dict[str, pd.DataFrame]:
        """Tables for `MarketFrames.build`; each row has an `event_id` of its own."""
        ...


@dataclass(slots=True)
class Market:
    """A made market, event by event."""

    key: str
    traits: pd.DataFrame | None
    sales: list[dict[str, Any]] = field(default_factory=list)
    listings: list[dict[str, Any]] = field(default_factory=list)
    bids: list[dict[str, Any]] = field(default_factory=list)
    transfers: list[dict[str, Any]] = field(default_factory=list)
    planted: dict[int, str] = field(default_factory=dict)
    ids: int = 0

    def next_id(self) -> int:
        self.ids += 1
        return self.ids

    def frames(self) -> dict[str, pd.DataFrame]:
        tables = {
            "sales": self.sales,
            "listings": self.listings,
            "bids": self.bids,
            "transfers": self.transfers,
        }
        return {name: pd.DataFrame(rows) for name, rows in tables.items() if rows}


class MarketMaker:
    """Makes one market from daily figures and a path of floors.

    `times[k]`, `floors[k]` are the bounds of the ticks: the floor holds from `times[k]` until `times[k +
    1]`.
    """

    def __init__(
        self, seed: int, key: str, portraits: Portraits, times: Sequence[int], floors: Sequence[int]
    ) -> None:
        self.market = Market(key, portraits.table)
        self.multipliers = portraits.multipliers
        self.times = times
        self.floors = floors
        self._rng = stream(seed, "market", key)
        order = self._rng.permutation(portraits.size)
        cut = portraits.size
        self._sale_tokens = sorted(
            (int(i) for i in order[: int(cut * 0.6)]), key=lambda i: (portraits.multipliers[i], i)
        )
        self._sale_values = [float(portraits.multipliers[i]) for i in self._sale_tokens]
        plain = [int(i) for i in order[int(cut * 0.6) : int(cut * 0.9)]]
        self._ask_tokens = [i for i in plain if portraits.multipliers[i] < 1.06]
        self._rich_tokens = [i for i in plain if portraits.multipliers[i] >= 1.06]
        self.kept_tokens = [int(i) for i in order[int(cut * 0.9) :]]
        """Tokens that the market never touches: the borrowers' and the planted ones."""
        self._asked = 0

    def plain_kept(self, start: int, count: int) -> list[int]:
        """Kept tokens from the `start`th on that are worth hardly more than the floor."""
        plain = [token for token in self.kept_tokens[start:] if self.multipliers[token] < 1.04]
        return plain[:count]

    # ------------------------------------------------------------------ sales

    def sell_day(self, row: DayRow, ticks: range) -> None:
        """Sales of one day: as many as published, summing to the published volume to the wei.

        `ticks` are the intervals of the day. A sale happens at or above the floor of its interval; a day
        whose volume cannot be met that way gets private or bundle sales, which no filter may count.
        """
        count, volume = row.sales, row.volume_wei // MILLI_ETH
        if count == 0:
            return
        least = [-(-self.floors[k] // MILLI_ETH) for k in ticks]
        where = sorted(int(i) for i in self._rng.integers(0, len(least), count))
        if sum(least[i] for i in where) > volume:
            where = [int(np.argmin(least))] * count
        cheapest = least[where[0]] if len(set(where)) == 1 else 0
        odd = 0
        while cheapest and odd < count and (count - odd) * cheapest + odd * 100 > volume:
            odd += 1
        regular = where[: count - odd]
        base = [least[i] for i in regular]
        spare = volume - sum(base)
        if odd:
            lot = spare * int(self._rng.integers(930, 985)) // 1000 if regular else spare
            self._odd_sales(odd, lot, ticks)
            spare -= lot
        weights = self._premiums(len(regular))
        for index, floor, extra in zip(regular, base, split_exactly(spare, weights), strict=True):
            self._regular_sale(ticks[index], (floor + extra) * MILLI_ETH)

    def _premiums(self, count: int) -> list[float]:
        """How far above the floor pieces of the collection sell: a draw of real pieces, capped."""
        if count == 0:
            return []
        drawn = self._rng.choice(self.multipliers, count)
        return [float(min(m - 1.0, 2.0)) + 0.004 + float(self._rng.uniform(0, 0.03)) for m in drawn]

    def _regular_sale(self, tick: int, price: int) -> None:
        ratio = price / self.floors[tick] / float(np.exp(self._rng.normal(0.0, 0.02)))
        token = self._nearest_token(ratio)
        first, last = self.times[tick] + 120, self.times[tick + 1] - 120
        listed, at = sorted(int(t) for t in self._rng.integers(first, last, 2))
        seller, buyer = self._party(), self._party()
        if self._rng.random() < 0.7:  # the others are accepted bids
            self._ask(token, price, listed, max(at, listed + 1), seller)
        self._sale(max(at, listed + 1), token, price, seller, buyer)

    def _nearest_token(self, ratio: float) -> int:
        values = self._sale_values
        if not values:
            raise ValueError("more sales than pieces")
        at = int(np.searchsorted(values, ratio))
        near = [i for i in (at - 1, at) if 0 <= i < len(values)]
        best = min(near, key=lambda i: (abs(values[i] - ratio), i))
        values.pop(best)
        return self._sale_tokens.pop(best)

    def _odd_sales(self, count: int, lot: int, ticks: range) -> None:
        """Private sales, or one bundle: prices that say nothing about the floor."""
        bundle = count > 1 and self._rng.random() < 0.5
        at = int(self._rng.integers(self.times[ticks[0]] + 600, self.times[ticks[-1] + 1] - 600))
        seller, buyer = self._party(), self._party()
        for part in split_exactly(lot, [1.0] * count):
            if not bundle:
                seller, buyer = self._party(), self._party()
            flags = {"bundle": True} if bundle else {"private": True}
            self._sale(at, self._nearest_token(1.0), part * MILLI_ETH, seller, buyer, **flags)

    # ------------------------------------------------------------- asks, bids

    def quote_ticks(self, ticks: range) -> None:
        """Asks and bids at every bound of `ticks`: the cheapest is the floor, the others stand above.

        What is quoted at the last bound stands for a day.
        """
        layers: list[dict[str, Any] | None] = [None] * _LAYERS
        bounds = [*ticks, ticks[-1] + 1]
        for k, upto in zip(
            bounds, [*(self.times[b] for b in bounds[1:]), self.times[bounds[-1]] + DAY], strict=True
        ):
            floor, now = self.floors[k], self.times[k]
            for slot in range(_LAYERS):
                live = layers[slot]
                wanted = floor if slot == 0 else self._above(floor, slot)
                if live is not None and self._may_stay(live["price_wei"], floor, slot):
                    continue
                if live is not None:
                    live["end"] = now
                layers[slot] = self._ask(self._ask_token(), wanted, now, None, self._party())
            self._bids(floor, now, upto)
        for live in layers:
            if live is not None:
                live["end"] = self.times[bounds[-1]] + DAY

    def _above(self, floor: int, slot: int) -> int:
        premium = 0.0035 * slot * float(self._rng.uniform(0.6, 1.4))
        return max(-(-int(floor * (1 + premium)) // CENT_ETH) * CENT_ETH, floor)

    def _may_stay(self, price: int, floor: int, slot: int) -> bool:
        if slot == 0:
            return price == floor
        near = floor <= price <= floor * (1 + 0.0035 * slot * 1.5 + 0.004)
        return bool(near and self._rng.random() < 0.85)

    def _bids(self, floor: int, start: int, end: int) -> None:
        for level in (0.965, 0.945, 0.92):
            price = int(floor * level * float(self._rng.uniform(0.985, 1.005))) // CENT_ETH * CENT_ETH
            row = {"start": start, "end": end, "token_id": -1, "price_wei": price, "bidder": self._party()}
            row |= {"quantity": int(self._rng.integers(2, 5)), "event_id": self.market.next_id()}
            self.market.bids.append(row)

    def standing_asks(self, count: int, start: int, end: int) -> None:
        """Asks for better pieces, well above any floor to come, renewed from time to time."""
        highest = max(self.floors)
        for token in self._rich_tokens[:count]:
            at = int(self._rng.integers(start, start + 3 * DAY))
            while at < end:
                until = at + int(self._rng.integers(3 * DAY, 20 * DAY))
                factor = float(self._rng.uniform(1.15, 3.0)) * float(self.multipliers[token])
                price = int(highest * factor) // CENT_ETH * CENT_ETH
                self._ask(token, price, at, min(until, end), self._party())
                at = until

    # ---------------------------------------------------------------- planted

    def plant(
        self, ticks: range, *, rounds: int, pairs: int, funded: int, wei_sales: int, stale: int
    ) -> None:
        """Trades that prove nothing, in random places; `planted` remembers them."""
        spare = iter(self.kept_tokens[::-1])
        low = self.times[ticks[0]] + DAY // 4
        high = max(self.times[ticks[-1]] - 4 * DAY, low + 1)
        for _ in range(rounds):
            token, at, one, two = next(spare), self._moment(low, high), self._party(), self._party()
            price = self._price_at(at, 1.25, 1.7)
            later = at + int(self._rng.integers(2 * HOUR, 20 * HOUR))
            self._planted("wash", self._sale(at, token, price, one, two))
            self._planted("wash", self._sale(later, token, price * 21 // 20, two, one))
        for _ in range(pairs):
            at, one, two = self._moment(low, high), self._party(), self._party()
            for leg in range(4):
                price = self._price_at(at, 0.72, 0.85)
                row = self._sale(at + leg * 5 * HOUR, next(spare), price, one, two)
                self._planted("wash", row)
        for _ in range(funded):
            at, one, two = self._moment(low, high), self._party(), self._party()
            paid = {"time": at - HOUR, "token_id": -1, "sender": one, "receiver": two}
            self.market.transfers.append(paid | {"event_id": self.market.next_id()})
            self._planted("wash", self._sale(at, next(spare), self._price_at(at, 1.6, 2.4), one, two))
        for _ in range(wei_sales):
            row = self._sale(self._moment(low, high), next(spare), 1, self._party(), self._party())
            self._planted("one wei", row)
        for _ in range(stale):
            floor = min(self.floors)
            price = int(floor * float(self._rng.uniform(0.05, 0.45))) // CENT_ETH * CENT_ETH
            begun = self.times[0] - int(self._rng.integers(20, 200)) * DAY
            self._planted("stale ask", self._ask(next(spare), price, begun, None, self._party()))
        self.kept_tokens = list(spare)[::-1]

    def _planted(self, kind: str, row: dict[str, Any]) -> None:
        self.market.planted[row["event_id"]] = kind

    def _moment(self, low: int, high: int) -> int:
        return int(self._rng.integers(low, high))

    def _price_at(self, at: int, least: float, most: float) -> int:
        tick = int(np.searchsorted(self.times, at, side="right")) - 1
        return int(self.floors[tick] * float(self._rng.uniform(least, most))) // CENT_ETH * CENT_ETH

    # ------------------------------------------------------------------- rows

    def _sale(
        self, at: int, token: int, price: int, seller: str, buyer: str, **flags: bool
    ) -> dict[str, Any]:
        row: dict[str, Any] = {"time": at, "token_id": token, "price_wei": price, "seller": seller}
        row |= {"buyer": buyer, "private": False, "bundle": False, "event_id": self.market.next_id()}
        row |= flags
        self.market.sales.append(row)
        return row

    def _ask(self, token: int, price: int, start: int, end: int | None, seller: str) -> dict[str, Any]:
        row: dict[str, Any] = {
            "start": start,
            "end": end,
            "token_id": token,
            "price_wei": price,
            "seller": seller,
        }
        row |= {"event_id": self.market.next_id()}
        self.market.listings.append(row)
        return row

    def _ask_token(self) -> int:
        self._asked += 1
        return self._ask_tokens[self._asked % len(self._ask_tokens)]

    def _party(self) -> str:
        """A new hand: parties of the made market never meet twice unless planted."""
        return f"0x{self._rng.bytes(20).hex()}"
