"""Twin of `StandingBids`: who is served, at what price, who makes room, what everybody is owed.

    book = BidBook()
    number = book.place(bidder, price_bps, max_price, quantity, expires_at, worth=worth, now=now)
    fill = book.fill(worth, least, now)

One book is one collection. `worth` is the value of the NFT in question, `worth_of(…)`; 0 while the price is
stale. A refused entry raises `StateError` and leaves no trace.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple

from vitrine.errors import StateError
from vitrine.models.quotes import OracleState, Quote
from vitrine.units import DAY, FLOOR_PIECE, bps_down, bps_up, mul_div_down

CANCEL_DELAY: Final = DAY
MAX_LIFE: Final = 365 * DAY
MAX_BIDS: Final = 32
MIN_PRICE_BPS: Final = 5_000
MAX_PRICE_BPS: Final = 15_000
MAX_PRICE: Final = 2**96 - 1
MAX_QUANTITY: Final = 2**16 - 1


def worth_of(quote: Quote, units: int = FLOOR_PIECE) -> int:
    """Value of so many units at spot; 0 while the price is stale."""
    return 0 if quote.state == OracleState.STALE else mul_div_down(quote.spot, units, FLOOR_PIECE)


@dataclass(frozen=True, slots=True)
class StandingBid:
    """One bid of a collection; the older has the lower number."""

    number: int
    bidder: str
    price_bps: int
    max_price: int
    quantity: int
    ends_at: int
    cancelled: bool = False

    @property
    def locked(self) -> int:
        return self.quantity * self.max_price

    def price(self, worth: int) -> int:
        """What it pays for an NFT of that value."""
        return min(bps_down(worth, self.price_bps), self.max_price)

    def is_over(self, now: int) -> bool:
        return now >= self.ends_at

    def rank(self, worth: int) -> tuple[int, int]:
        """Lowest is served first."""
        return -self.price(worth), self.number


class Fill(NamedTuple):
    """A sale into a bid."""

    bid: StandingBid
    price: int
    refund: int


def best(bids: Iterable[StandingBid], worth: int, now: int) -> StandingBid | None:
    """The bid that is served first; None when nobody pays anything."""
    live = [bid for bid in bids if not bid.is_over(now) and bid.price(worth)]
    return min(live, key=lambda bid: bid.rank(worth), default=None)


def depth_at(bids: Iterable[StandingBid], worth: int, least: int, now: int) -> int:
    """NFTs that bids neither cancelled nor over take at `least` or more, for a floor piece."""
    if not worth:
        return 0
    live = (bid for bid in bids if not bid.cancelled and not bid.is_over(now))
    return sum(bid.quantity for bid in live if bid.price(worth) >= least)


@dataclass
class BidBook:
    """The bids of one collection, and what its bidders are owed."""

    bids: dict[int, StandingBid] = field(default_factory=dict)
    credits: dict[str, int] = field(default_factory=dict)
    last: int = 0
    order: list[int] = field(default_factory=list)
    """As the contract keeps them: the last takes the place of one that ends."""

    def place(
        self,
        bidder: str,
        price_bps: int,
        max_price: int,
        quantity: int,
        expires_at: int,
        *,
        worth: int,
        now: int,
    ) -> int:
        """Number of the new bid. `worth` is that of a floor piece."""
        _require_within("price bps", price_bps, MIN_PRICE_BPS, MAX_PRICE_BPS)
        _require_within("max price", max_price, 1, MAX_PRICE)
        _require_within("quantity", quantity, 1, MAX_QUANTITY)
        _require_within("expiry", expires_at, now + CANCEL_DELAY, now + MAX_LIFE)
        if not worth or max_price < bps_up(worth, MIN_PRICE_BPS):
            raise StateError(f"A maximum of {max_price} is too low", "Raise it, or wait for a price")
        bid = StandingBid(self.last + 1, bidder, price_bps, max_price, quantity, expires_at)
        if len(self.bids) == MAX_BIDS:
            self._end(self._least(bid, worth, now))
        self.last = bid.number
        self.bids[bid.number] = bid
        self.order.append(bid.number)
        return bid.number

    def cancel(self, number: int, now: int) -> int:
        """When the bid ends."""
        bid = self._of(number)
        if bid.cancelled:
            raise StateError(f"Bid {number} is cancelled", "Close it when it is over")
        ends_at = min(bid.ends_at, now + CANCEL_DELAY)
        self.bids[number] = replace(bid, cancelled=True, ends_at=ends_at)
        return ends_at

    def close(self, number: int, now: int) -> int:
        """What is credited."""
        bid = self._of(number)
        if not bid.is_over(now):
            raise StateError(f"Bid {number} stands until {bid.ends_at}", "Wait until then")
        return self._end(bid)

    def fill(self, worth: int, least: int, now: int) -> Fill:
        """Sells one NFT of that value into the best bid."""
        bid = best(self.bids.values(), worth, now)
        if bid is None or bid.price(worth) < least:
            raise StateError(f"No bid pays {least}", "Wait until the auction is cheaper")
        price = bid.price(worth)
        left = replace(bid, quantity=bid.quantity - 1)
        self.bids[bid.number] = left
        self._credit(bid.bidder, bid.max_price - price)
        if not left.quantity:
            self._end(left)
        return Fill(bid, price, bid.max_price - price)

    def ranked(self, worth: int, now: int) -> list[int]:
        """Numbers of the bids that are not over, best first."""
        live = [bid for bid in self.bids.values() if not bid.is_over(now)]
        return [bid.number for bid in sorted(live, key=lambda bid: bid.rank(worth))]

    def _least(self, bid: StandingBid, worth: int, now: int) -> StandingBid:
        """Which bid makes room for `bid`: one that is over, else the worst of its size if it pays less."""
        over = next((self.bids[number] for number in self.order if self.bids[number].is_over(now)), None)
        if over is not None:
            return over
        smaller = [old for old in self.bids.values() if old.quantity <= bid.quantity]
        if not smaller:
            raise StateError("The book is full of bids for more", "Bid for as many as one of them")
        worst = max(smaller, key=lambda old: old.rank(worth))
        if bid.price(worth) <= worst.price(worth):
            raise StateError("The book is full of bids that pay as much", f"Bid more than {worst.number}")
        return worst

    def _of(self, number: int) -> StandingBid:
        if number not in self.bids:
            raise StateError(f"There is no bid {number}", "It was filled, closed or displaced")
        return self.bids[number]

    def _end(self, bid: StandingBid) -> int:
        del self.bids[bid.number]
        at = self.order.index(bid.number)
        self.order[at] = self.order[-1]
        self.order.pop()
        self._credit(bid.bidder, bid.locked)
        return bid.locked

    def _credit(self, bidder: str, assets: int) -> None:
        self.credits[bidder] = self.credits.get(bidder, 0) + assets


def _require_within(name: str, value: int, low: int, high: int) -> None:
    if not low <= value <= high:
        raise StateError(f"{name} = {value} is outside {low} … {high}", "Choose a value inside the bounds")
