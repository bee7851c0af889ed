"""The Seaport book as traders see it: orders their makers signed, until they are filled or hollow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from vitrine.chain.abibook import Event
from vitrine.demo.views import Piece
from vitrine.sdk.seaport.criteria import Criteria
from vitrine.sdk.seaport.orders import SignedOrder


@dataclass(slots=True)
class Resting:
    """One live order."""

    hash: bytes
    signed: SignedOrder
    maker: str
    key: str
    start_price: int
    """What a listing costs all in, or a bid pays net, at its start."""
    end_price: int
    starts: int
    ends: int
    piece: Piece | None = None
    """The piece of a listing; None: a bid."""
    ids: Criteria | None = None
    """Ids a trait bid takes."""
    gross: int = 0
    """What a bidder pays."""

    def price(self, now: int) -> int:
        """Of now, on the straight line between start and end; near enough to decide."""
        if now <= self.starts or self.start_price == self.end_price:
            return self.start_price
        part = min(now - self.starts, self.ends - self.starts)
        return self.start_price + (self.end_price - self.start_price) * part // (self.ends - self.starts)

    def takes(self, piece: Piece) -> bool:
        """Whether a bid takes the piece."""
        return (
            self.piece is None and piece.key == self.key and (self.ids is None or piece.token_id in self.ids)
        )


@dataclass(slots=True)
class OrderBook:
    """All live orders, oldest first."""

    live: dict[bytes, Resting] = field(default_factory=dict)
    signed: int = 0
    filled: int = 0
    cancelled: int = 0
    dropped: int = 0
    """Over, or their maker no longer has what they offer."""

    def add(self, order: Resting) -> None:
        self.live[order.hash] = order
        self.signed += 1

    def hear(self, events: Iterable[Event]) -> None:
        """Takes in what the chain did to orders."""
        for event in events:
            if event.name in ("OrderFulfilled", "OrderCancelled"):
                gone = self.live.pop(bytes(event.orderHash), None)
                self.filled += gone is not None and event.name == "OrderFulfilled"
                self.cancelled += gone is not None and event.name == "OrderCancelled"

    def sweep(self, now: int, wallets: Mapping[str, Mapping[Piece, None]]) -> None:
        """Drops orders that nobody can fill any more."""
        for key, order in list(self.live.items()):
            over = now >= order.ends - 60
            hollow = order.piece is not None and order.piece not in wallets.get(order.maker, {})
            if over or hollow:
                del self.live[key]
                self.dropped += 1

    def asks(self, key: str, now: int) -> list[Resting]:
        """Listings of a collection, cheapest first."""
        found = [o for o in self.live.values() if o.piece is not None and o.key == key and o.starts <= now]
        return sorted(found, key=lambda o: (o.price(now), o.hash))

    def bids(self, key: str, now: int, cash: Mapping[str, int]) -> list[Resting]:
        """Bids their makers can pay, best first."""
        found = [
            o
            for o in self.live.values()
            if o.piece is None and o.key == key and o.starts <= now and cash.get(o.maker, 0) >= o.gross
        ]
        return sorted(found, key=lambda o: (-o.price(now), o.hash))

    def of(self, maker: str) -> list[Resting]:
        return [order for order in self.live.values() if order.maker == maker]
