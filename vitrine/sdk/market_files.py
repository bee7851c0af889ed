"""Market files into what `vitrine.pricing` takes."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from vitrine.errors import AmountError, DataError
from vitrine.pricing import MarketFrames, Multipliers, Valuation, value_collection
from vitrine.pricing.orders import replay_orders
from vitrine.pricing.rarity import TraitTable, fit_multipliers
from vitrine.pricing.readers import read_order_events, read_sales, read_traits


def load_market(
    collection: str, sales: Path, orders: Path | None = None, traits: Path | None = None
) -> tuple[MarketFrames, Multipliers, int]:
    """The market, the rarity of its tokens (all one without traits), and the time of its last event."""
    sold = read_sales(sales)
    events = read_order_events(orders) if orders is not None else None
    listings, bids = replay_orders(events) if events is not None else (None, None)
    market = MarketFrames.build(collection, sales=sold, listings=listings, bids=bids)
    times = [int(frame["time"].max()) for frame in (sold, events) if frame is not None and len(frame)]
    if not times:
        raise DataError(f"{sales} holds no sale", "Give a file with at least one row")
    last = max(times)
    if traits is None:
        return market, Multipliers.none(), last
    fitted = fit_multipliers(market, TraitTable.build(read_traits(traits)), last)
    return market, fitted.multipliers, last


def moment(text: str) -> int:
    """ISO date or time (UTC), or unix seconds."""
    if text.isdigit():
        return int(text)
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        raise AmountError(f"{text!r} is no time", "Write it like 2022-06-18 or 2022-06-18T12:00") from None
    return int((found if found.tzinfo else found.replace(tzinfo=dt.UTC)).timestamp())


class FilesValuer:
    """Values one collection from files that something else keeps writing; read again whenever they change."""

    def __init__(
        self, collection: str, sales: Path, orders: Path | None = None, traits: Path | None = None
    ) -> None:
        self.collection = collection
        self._files = [sales, orders, traits]
        self._seen: tuple[float, ...] = ()
        self._market, self._rarity = self._load()

    def value(self, as_of: int) -> Valuation:
        """What one floor piece was worth at `as_of`, from what was known then."""
        if self._stamps() != self._seen:
            self._market, self._rarity = self._load()
        return value_collection(self._market, as_of, multipliers=self._rarity)

    def _stamps(self) -> tuple[float, ...]:
        return tuple(file.stat().st_mtime for file in self._files if file is not None and file.exists())

    def _load(self) -> tuple[MarketFrames, Multipliers]:
        sales, orders, traits = self._files
        assert sales is not None
        market, rarity, _ = load_market(self.collection, sales, orders, traits)
        self._seen = self._stamps()
        return market, rarity
