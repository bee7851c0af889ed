"""The wash filters of `filters.py`, one leg at a time: same answers, at a cost that grows with the news."""

from __future__ import annotations

from collections.abc import Iterator

from vitrine.pricing.frames import ANY_TOKEN, UNKNOWN
from vitrine.pricing.params import PricingParams
from vitrine.pricing.reasons import Reason

Leg = tuple[int, int]
"""Time and sale index; -1 for a transfer."""
Verdict = tuple[int, Reason]
"""Sale index and why it does not count."""


class WashBook:
    """Remembers who gave what to whom; legs come in order: time, money first, seq, transfers first."""

    def __init__(self, params: PricingParams) -> None:
        self._params = params
        self._funded_at: dict[tuple[int, int], int] = {}
        self._ways: dict[tuple[int, int, int], tuple[list[Leg], list[Leg]]] = {}
        self._paths: dict[int, list[tuple[int, int, Leg]]] = {}
        self._pairs: dict[tuple[int, int], list[Leg]] = {}

    def transfer(self, time: int, token: int, giver: int, taker: int) -> Iterator[Verdict]:
        """A piece, or money (`ANY_TOKEN`), went from giver to taker."""
        if giver == UNKNOWN or taker == UNKNOWN:
            return
        if token == ANY_TOKEN:
            self._funded_at[giver, taker] = time
        else:
            yield from self._leg(token, giver, taker, (time, -1))

    def sale(self, index: int, time: int, token: int, giver: int, taker: int) -> Iterator[Verdict]:
        """Sale number `index`; yields every sale that is known as wash from now on."""
        if giver == UNKNOWN or taker == UNKNOWN:
            return
        funded = self._funded_at.get((giver, taker), -1)
        if giver == taker or (funded >= 0 and time - funded <= self._params.funding_window):
            yield index, Reason.WASH_SELF_FUNDED
        yield from self._leg(token, giver, taker, (time, index))
        yield from self._pair(giver, taker, (time, index))

    def _leg(self, token: int, giver: int, taker: int, leg: Leg) -> Iterator[Verdict]:
        if giver == taker:
            return
        time, window = leg[0], self._params.round_trip_window
        key = (token, min(giver, taker), max(giver, taker))
        ways = self._ways.setdefault(key, ([], []))
        opposite = ways[giver < taker]
        met = [old for old in opposite if not window or time - old[0] <= window]
        ways[giver > taker].append(leg)
        for sale in [old[1] for old in met] + ([leg[1]] if met else []):
            if sale >= 0:
                yield sale, Reason.WASH_ROUND_TRIP
        if met and not window:
            opposite.clear()
            opposite.append(met[-1])
        yield from self._circle(token, giver, taker, leg)

    def _circle(self, token: int, giver: int, taker: int, leg: Leg) -> Iterator[Verdict]:
        path = self._paths.setdefault(token, [])
        if path and path[-1][1] != giver:
            path.clear()
        path.append((giver, taker, leg))
        del path[:-4]
        for hops in (2, 3):
            part = path[-hops - 1 :]
            if (
                len(part) > hops
                and part[0][0] == taker
                and leg[0] - part[0][2][0] <= self._params.cycle_window
            ):
                for _, _, (_, sale) in part:
                    if sale >= 0:
                        yield sale, Reason.WASH_ROUND_TRIP

    def _pair(self, giver: int, taker: int, leg: Leg) -> Iterator[Verdict]:
        limit = self._params.pair_limit
        sales = self._pairs.setdefault((min(giver, taker), max(giver, taker)), [])
        sales.append(leg)
        del sales[:-limit]
        if len(sales) == limit and leg[0] - sales[0][0] <= self._params.pair_window:
            for _, sale in sales:
                yield sale, Reason.WASH_SAME_PAIR
