"""Bench: the bad prints that real data is known to hold are rejected, and honest rows are not."""

from __future__ import annotations

import numpy as np
import pandas as pd

from vitrine.benching import Context, Report
from vitrine.pricing.aggregates import judge_daily_collections, judge_daily_floor
from vitrine.pricing.backtest import day_end
from vitrine.pricing.filters import price_reasons, sale_reasons
from vitrine.pricing.frames import NEVER, MarketFrames
from vitrine.pricing.orders import replay_orders
from vitrine.pricing.params import PricingParams
from vitrine.pricing.readers import read_daily_collections, read_daily_floor, read_order_events, read_sales
from vitrine.pricing.reasons import Reason
from vitrine.pricing.valuation import judge_collection
from vitrine.units import DAY

WASHED = ("Dreadfulz", "More Loot", "Terraforms")
HONEST = ("BoredApeYachtClub", "CryptoPunks", "MutantApeYachtClub", "Doodles", "CloneX", "Moonbirds")
STALE_TOKENS = (5602, 5842)


def bench_bad_prints(context: Context) -> Report:
    """Rejected rows by the name they have in the data."""
    report = Report()
    sales = read_sales(context.file("cryptopunks_sales.csv"))
    events = read_order_events(context.file("cryptopunks_order_events.csv"))
    _sales(report, sales)
    _asks(report, sales, events)
    _daily_floor(report, judge_daily_floor(read_daily_floor(context.file("cryptopunks_floor_daily.csv"))))
    _collections(
        report, judge_daily_collections(read_daily_collections(context.file("collections_daily_2022.csv")))
    )
    return report


def _sales(report: Report, sales: pd.DataFrame) -> None:
    params = PricingParams()
    market = MarketFrames.build("cryptopunks", sales=sales)
    codes, _ = sale_reasons(market, params)
    price = market.sales["price"].to_numpy()
    _all(report, "sales without a price (accepted bids)", codes[price < 0] == Reason.MISSING_PRICE)
    zeroed = MarketFrames.build("cryptopunks", sales=sales.assign(price_eth=sales["price_eth"].fillna(0.0)))
    zero_codes, _ = sale_reasons(zeroed, params)
    _all(report, "the same, recorded as 0", zero_codes[zeroed.sales["price"] == 0] == Reason.ZERO_PRICE)
    wei = (price >= 0) & (price <= 1_000)
    _all(report, "sales of at most a thousand gwei (1-wei sales)", codes[wei] == Reason.DUST)
    moment = market.sales["time"].to_numpy()
    tiny = np.flatnonzero((price >= 0) & (price < 10**8) & (moment >= day_end("2020-06-30")))
    verdicts = []
    for row in tiny:
        seen = judge_collection(market, int(moment[row]) // DAY * DAY + DAY - 1, params)
        verdicts.append(0 < seen.sales[row] < Reason.OUTSIDE_WINDOW)
    _all(report, "sales under 0.1 ETH after June 2020, judged on their day", np.array(verdicts))
    # Round trips counted the plain way: the same piece, seller and buyer exchanged, any time between.
    named = sales[(sales["seller"] != "") & (sales["buyer"] != "")]
    legs = named.merge(
        named,
        left_on=["token_id", "seller", "buyer"],
        right_on=["token_id", "buyer", "seller"],
        suffixes=("", "_back"),
    )
    legs = legs[legs["event_id"] < legs["event_id_back"]]
    rejected = set(market.sales["event_id"].to_numpy()[codes > 0].tolist())
    both = [
        a in rejected and b in rejected for a, b in zip(legs["event_id"], legs["event_id_back"], strict=True)
    ]
    _all(report, "round trips, both legs", np.array(both))
    counts = pd.Series([Reason(int(c)).name for c in codes[codes > 0]]).value_counts().sort_index()
    report.table(f"Of {len(codes):,} sales, all of history", ("reason", "rows"), list(counts.items()))


def _asks(report: Report, sales: pd.DataFrame, events: pd.DataFrame) -> None:
    params = PricingParams()
    listings, bids = replay_orders(events)
    market = MarketFrames.build("cryptopunks", sales=sales, listings=listings, bids=bids)
    asks = market.listings
    price, token = asks["price"].to_numpy(), asks["token_id"].to_numpy()
    codes = price_reasons(price, asks["private"].to_numpy(), asks["bundle"].to_numpy(), params)
    _all(
        report, "asks of absurd size, shown or empty", codes[(price < 0) | (price >= params.absurd_gwei)] > 0
    )
    _all(report, "private asks", codes[asks["private"].to_numpy()] > 0)
    # Without the sales and transfers only age and price can tell that an ask is dead: the harder case.
    blind = MarketFrames.build(
        "cryptopunks", sales=sales.assign(token_id=-1 - sales["token_id"].abs() * 0 + 10**6)
    )
    blind = MarketFrames("cryptopunks", blind.sales, asks, market.bids, market.transfers)
    for name, frames in (("", market), (" (piece's own sales unknown)", blind)):
        verdicts, used = [], 0
        for as_of in range(day_end("2021-01-01"), day_end("2021-09-13"), 7 * DAY):
            seen = judge_collection(frames, as_of, params)
            live = (asks["start"] <= as_of) & (asks["end"] > as_of) & (price < 10**9)
            stale = (live & np.isin(token, STALE_TOKENS)).to_numpy()
            verdicts += (seen.listings[stale] > 0).tolist()
            level = (seen.valuation.sale or 0) // 10**9
            old = (
                live.to_numpy()
                & (asks["start"].to_numpy() < as_of - params.stale_ask_age)
                & (price < level // 2)
            )
            used += int(np.count_nonzero(seen.listings[old & (price > 0)] == Reason.USED))
        _all(report, f"weekly looks at the stale asks of 2021{name}", np.array(verdicts))
        report.below(f"old asks under half of the sale level that still count{name}", used, 1, "asks")
    by_date = events.sort_values(["time", "token_id", "k"], kind="stable")
    by_date = by_date.assign(k=np.arange(len(by_date)))
    late = MarketFrames.build("cryptopunks", sales=sales, listings=replay_orders(by_date)[0])
    as_of = day_end("2021-09-13")
    seen = judge_collection(late, as_of, params)
    rows = late.listings["token_id"].isin(STALE_TOKENS) & (late.listings["price"] < 10**9)
    rows &= (late.listings["start"] <= as_of) & (late.listings["end"] > as_of)
    _all(report, "stale asks left by a replay in the order of dates", seen.listings[rows.to_numpy()] > 0)
    report.note("asks that never end", int((asks["end"] == NEVER).sum()), "asks")


def _daily_floor(report: Report, days: pd.DataFrame) -> None:
    stamp = pd.to_datetime(days["time"], unit="s").dt.strftime("%Y-%m-%d").to_numpy()
    floors, volumes = days["floor_reason"].to_numpy(), days["volume_reason"].to_numpy()
    _all(report, "floor print of 2021-08-28", floors[stamp == "2021-08-28"] == Reason.FLOOR_JUMP)
    _all(report, "flash-loan volume of 2021-10-29", volumes[stamp == "2021-10-29"] == Reason.VOLUME_SPIKE)
    _all(report, "below-floor sales of 2022-06-06", volumes[stamp == "2022-06-06"] == Reason.BELOW_FLOOR)
    report.below("other floor prints rejected", int(np.count_nonzero(floors)) - 1, 1, "days")
    traded = np.count_nonzero((volumes > 0) & (volumes != Reason.TOO_FEW))
    report.below("other days' volumes rejected", int(traded) - 2, 1, "days")


def _collections(report: Report, days: pd.DataFrame) -> None:
    dust = (days["min_eth"] < 0.01 * days["avg_eth"]).to_numpy()
    _all(report, "daily minima under 1 % of the average", days["min_reason"].to_numpy()[dust] > 0)
    rows = []
    for name in (*WASHED, *HONEST):
        own = days[days["name"] == name]
        washed = own["volume_reason"] == Reason.WASH_COLLECTION
        share = float(own.loc[washed, "volume_eth"].sum() / own["volume_eth"].sum())
        minima = float((own["min_reason"] > 0).mean())
        rows.append((name, len(own), f"{share:.4f}", f"{minima:.3f}"))
        if name in WASHED:
            report.at_least(f"volume of {name} rejected", share, 0.9, "share")
        else:
            report.below(f"volume of {name} rejected", share, 0.05, "share")
    report.table("Collections of 2022", ("collection", "days", "wash volume, share", "minima rejected"), rows)


def _all(report: Report, name: str, verdicts: np.ndarray) -> None:  # type: ignore[type-arg]
    """Every verdict true, and at least one there."""
    report.at_least(name, float(np.count_nonzero(verdicts)), max(len(verdicts), 1), f"of {len(verdicts)}")
