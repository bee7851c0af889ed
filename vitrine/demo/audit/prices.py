"""Quotes at any moment, out of the logged rounds and dollar prices."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from vitrine.chain.abibook import Event
from vitrine.models.floor_feed import Round, SignedFloorFeedModel
from vitrine.models.oracle import AggregatorAnswer, AggregatorTerms, Rate, lowered_to_pool, quote, read_wad
from vitrine.models.quotes import Quote


@dataclass(slots=True)
class LoggedPrices:
    """One signed feed and one dollar aggregator, as their events tell them."""

    feed: SignedFloorFeedModel
    terms: AggregatorTerms
    decimals: int
    feed_of: dict[str, int] = field(default_factory=dict)
    """Collection -> key of its feed."""
    pool_average: Callable[[str, int], int] = lambda _collection, _now: 0
    """What the average of a shared pool holds the bid down to; 0: nothing."""
    dollars: AggregatorAnswer = field(default_factory=lambda: AggregatorAnswer(0, 0))

    def apply(self, event: Event) -> None:
        """Takes in rounds, answers and listings."""
        if event.name == "RoundsPosted":
            for word in event.rounds:
                feed_id, found = Round.from_event(event.slotAt, word)
                self.feed.rounds[feed_id] = found
        elif event.name == "AnswerUpdated":
            number = event.roundId
            self.dollars = AggregatorAnswer(event.current, event.updatedAt, event.updatedAt, number, number)
        elif event.name == "FeedListed":
            self.feed_of[event.collection] = event.id

    def quote(self, collection: str, now: int) -> Quote:
        """What the oracle answered at `now`."""
        rate = Rate.of(read_wad(self.terms, self.dollars, now))
        told = quote([self.feed.read(self.feed_of[collection], now)], rate, now, self.decimals)
        return lowered_to_pool(told, self.pool_average(collection, now))
