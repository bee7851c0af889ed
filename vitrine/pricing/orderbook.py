"""Live asks or bids of one collection: the best first, each in the logarithm of what is live."""

from __future__ import annotations

from collections.abc import Callable, Generator
from heapq import heapify, heappop, heappush

import numpy as np
import pandas as pd

from vitrine.pricing.frames import ANY_TOKEN, NEVER
from vitrine.pricing.reasons import Reason
from vitrine.pricing.stats import Codes, Ints, Mask

_GONE = -1


class OrderBook:
    """Orders by ascending key (the price of asks, minus the floor-equivalent of bids)."""

    def __init__(self) -> None:
        self.rejects: Ints = np.zeros(128, dtype=np.int64)
        """Live orders that do not count, by reason."""
        self.duplicates = 0
        """Live usable orders on a piece that has a better one."""
        self._best: list[tuple[int, int, int, int]] = []
        self._ends: list[tuple[int, int]] = []
        self._state: list[int] = []
        self._rows: list[tuple[int, int, int, int]] = []
        self._of_token: dict[int, set[int]] = {}
        self._number: dict[int, int] = {}

    def add(self, frame: pd.DataFrame, keys: Ints, reasons: Codes) -> None:
        """Orders of a canonical frame with their keys and what speaks against each."""
        quantities = frame["quantity"] if "quantity" in frame.columns else pd.Series(1, index=frame.index)
        columns = (*(frame[c] for c in ("price", "start", "end", "token_id", "event_id")), quantities)
        rows = zip(keys.tolist(), reasons.tolist(), *(column.tolist() for column in columns), strict=True)
        for key, reason, price, start, end, token, event_id, quantity in rows:
            number = len(self._state)
            self._state.append(reason)
            self._rows.append((price, start, token, quantity))
            self._number[event_id] = number
            if end < NEVER:
                heappush(self._ends, (end, number))
            if reason == Reason.USED:
                heappush(self._best, (key, token, start, number))
                self._join(token, number)
            else:
                self.rejects[reason] += 1

    def expire(self, as_of: int) -> None:
        """Orders that end at or before `as_of` are gone."""
        while self._ends and self._ends[0][0] <= as_of:
            self._drop(heappop(self._ends)[1])

    def end(self, event_id: int, at: int) -> bool:
        """The order ends at `at`; False if there is none that is open."""
        number = self._number.get(event_id, _GONE)
        if number == _GONE or self._state[number] == _GONE:
            return False
        heappush(self._ends, (at, number))
        return True

    def move(self, token: int, time: int) -> None:
        """The piece changed hands: asks made before that are void."""
        for number in sorted(self._of_token.get(token, ())):
            if self._rows[number][1] < time:
                self._leave(token, number)
                self._state[number] = Reason.MOVED_ASK
                self.rejects[Reason.MOVED_ASK] += 1

    def rekey(self, keys_of: Callable[[Ints, Ints], tuple[Ints, Mask]]) -> None:
        """New keys from (prices, tokens) for all live orders; a true mask means rare: it does not count."""
        live = [n for n, state in enumerate(self._state) if state in (Reason.USED, Reason.RARE)]
        table = np.array([self._rows[n] for n in live], dtype=np.int64).reshape(-1, 4)
        keys, rare = keys_of(table[:, 0], table[:, 2])
        self._best = []
        for number, key, out in zip(live, keys.tolist(), rare.tolist(), strict=True):
            _, start, token, _ = self._rows[number]
            was_out = self._state[number] == Reason.RARE
            self._state[number] = Reason.RARE if out else Reason.USED
            self.rejects[Reason.RARE] += int(out) - int(was_out)
            if out and not was_out:
                self._leave(token, number)
            elif was_out and not out:
                self._join(token, number)
            if not out:
                self._best.append((key, token, start, number))
        heapify(self._best)

    def walk(self) -> Generator[tuple[int, int, int], None, None]:
        """(key, start, quantity) of live orders, best first, one per piece; close it before the next call."""
        taken: list[tuple[int, int, int, int]] = []
        seen: set[int] = set()
        try:
            while self._best:
                item = heappop(self._best)
                key, token, start, number = item
                if self._state[number] != Reason.USED:
                    continue
                taken.append(item)
                if token != ANY_TOKEN:
                    if token in seen:
                        continue
                    seen.add(token)
                yield key, start, self._rows[number][3]
        finally:
            if len(taken) > len(self._best):
                self._best += taken
                heapify(self._best)
            else:
                for item in taken:
                    heappush(self._best, item)

    def _drop(self, number: int) -> None:
        state, token = self._state[number], self._rows[number][2]
        if state == Reason.USED:
            self._leave(token, number)
        elif state != _GONE:
            self.rejects[state] -= 1
        self._state[number] = _GONE

    def _join(self, token: int, number: int) -> None:
        others = self._of_token.setdefault(token, set())
        others.add(number)
        self.duplicates += int(token != ANY_TOKEN and len(others) > 1)

    def _leave(self, token: int, number: int) -> None:
        others = self._of_token[token]
        others.remove(number)
        self.duplicates -= int(token != ANY_TOKEN and len(others) > 0)
        if not others:
            del self._of_token[token]
