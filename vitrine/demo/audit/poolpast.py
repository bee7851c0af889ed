"""The past of shared pools and the averages taken of it, rebuilt from events."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from vitrine.chain.abibook import Event
from vitrine.demo.audit.findings import Findings
from vitrine.models.pool_feed import Observation, PoolTwap

THICK: Final = 5
WAD: Final = 10**18
SHARED: Final = 3


@dataclass(slots=True)
class Past:
    """One shared pool."""

    product: bool
    spot: int
    delta: int
    nfts: int = 0
    assets: int = 0
    price_seconds: int = 0
    at: int = 0
    thick_since: int = 0

    @property
    def price(self) -> int:
        return self.spot * WAD // self.delta if self.product else self.spot

    def seen(self, now: int) -> Observation:
        """What the pool answers at `now`."""
        stood = self.price * (now - self.at) if self.at else 0
        return Observation(self.price_seconds + stood, now, self.thick_since)

    def change(self, event: Event, now: int, nfts: int, assets: int) -> None:
        """Adds the price that stood, then takes in the new state."""
        self.price_seconds, self.at, _ = self.seen(now)
        self.spot, self.delta = event.spot, event.delta
        self.nfts += nfts
        self.assets += assets
        if self.nfts < THICK or self.assets < THICK * self.price:
            self.thick_since = 0
        elif not self.thick_since:
            self.thick_since = now


@dataclass(slots=True)
class PoolPasts:
    """All shared pools, and the feeds over them."""

    product_curve: str
    findings: Findings
    windows: dict[str, tuple[str, int]]
    """Feed -> its pool and window, as the feeds say."""
    pools: dict[str, Past] = field(default_factory=dict)
    feeds: dict[str, PoolTwap] = field(default_factory=dict)
    feed_of: dict[str, str] = field(default_factory=dict)
    """Collection -> feed that holds its bid down."""

    def apply(self, event: Event, now: int) -> None:
        handler = getattr(self, f"_on_{event.name}", None)
        if handler is not None:
            handler(event, now)

    def average(self, collection: str, now: int) -> int:
        """What the feed of a collection answers; 0: nothing."""
        feed = self.feed_of.get(collection)
        if feed is None:
            return 0
        past = self.pools[self.windows[feed][0]]
        return self.feeds[feed].average_since(past.seen(now))[0]

    def _on_PoolCreated(self, event: Event, _now: int) -> None:
        if event.kind == SHARED:
            self.pools[event.pool] = Past(event.curve == self.product_curve, event.spot, event.delta)

    def _on_PoolFeedSet(self, event: Event, _now: int) -> None:
        self.feed_of[event.collection] = event.feed
        self.feeds.setdefault(event.feed, PoolTwap(self.windows[event.feed][1]))

    def _on_CheckpointKept(self, event: Event, now: int) -> None:
        past = self.pools[self.windows[event.address][0]]
        seen = past.seen(now)
        kept = (seen.at, seen.price_seconds)
        self.findings.same("pool feed", f"checkpoint at {now}", kept, (event.at, event.priceSeconds))
        feed = self.feeds.setdefault(event.address, PoolTwap(self.windows[event.address][1]))
        self.findings.holds("pool feed", f"the checkpoint at {now} was due", feed.poke(seen))

    def _on_NftsBought(self, event: Event, now: int) -> None:
        price = event.total - event.lpFee - event.protocolFee - event.royalty
        self._change(event, now, -len(event.tokenIds), price + event.lpFee)

    def _on_NftsSold(self, event: Event, now: int) -> None:
        price = event.total + event.lpFee + event.protocolFee + event.royalty
        self._change(event, now, len(event.tokenIds), event.lpFee - price)

    def _on_LiquidityAdded(self, event: Event, now: int) -> None:
        self._change(event, now, len(event.tokenIds), event.assets)

    def _on_LiquidityRemoved(self, event: Event, now: int) -> None:
        self._change(event, now, -len(event.tokenIds), -event.assets)

    def _change(self, event: Event, now: int, nfts: int, assets: int) -> None:
        past = self.pools.get(event.address)
        if past is not None:
            past.change(event, now, nfts, assets)
