"""Order-book replay: events of a market with one ask and one bid per piece become orders with their times."""

from __future__ import annotations

import numpy as np
import pandas as pd

from vitrine.pricing.frames import NEVER


def replay_orders(events: pd.DataFrame, *, mend_dates: bool = False) -> tuple[pd.DataFrame, pd.DataFrame]:
    """(listings, bids) for `MarketFrames.build` from the events of `read_order_events`.

    An offer O replaces the piece's ask; OW, S, T and W clear it; a bid B replaces its bid; BW and S clear it.
    U leaves both. An ask without a price still replaces the one before it. Events of a piece count in the
    order of k, whatever their dates say; an order whose end is dated before its start never lived.

    `mend_dates` dates every event no later than those that follow it. Without it an event that was recorded
    years too late leaves the ask before it standing for years: the stale asks a valuation has to survive.
    """
    ordered = events.sort_values(["token_id", "k"], kind="stable", ignore_index=True)
    if mend_dates:
        backwards = ordered["time"].iloc[::-1]
        ordered = ordered.assign(time=backwards.groupby(ordered["token_id"].iloc[::-1]).cummin())
    return _spans(ordered, "O", ("O", "OW", "S", "T", "W")), _spans(ordered, "B", ("B", "BW", "S"))


def _spans(events: pd.DataFrame, opens: str, touches: tuple[str, ...]) -> pd.DataFrame:
    relevant = events[events["type"].isin(touches)]
    token, time = relevant["token_id"].to_numpy(), relevant["time"].to_numpy()
    end = np.full(len(relevant), NEVER, dtype=np.int64)
    end[:-1] = np.where(token[1:] == token[:-1], np.maximum(time[1:], time[:-1]), NEVER)
    opened = relevant["type"].to_numpy() == opens
    columns = ["token_id", "price_eth", "private", "event_id"]
    spans = pd.DataFrame({name: relevant[name].to_numpy()[opened] for name in columns})
    return spans.assign(start=time[opened], end=end[opened], seq=relevant["k"].to_numpy()[opened])
