"""Who traded where and what it cost: volume and fees by venue, royalties due and paid, how auctions ended."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from vitrine.chain.abibook import Event
from vitrine.demo.custody import KIND_NAMES
from vitrine.demo.names import Names
from vitrine.demo.record import AuctionStory, Logged
from vitrine.units import BPS

WAYS: Final = ("pool", "order", "bid", "taker")
"""How an auction can end in a sale."""
WAY_NAMES: Final = {"pool": "pools", "order": "Seaport bids", "bid": "standing bids", "taker": "takers"}
CURVES: Final = {
    "LinearCurve": "linear",
    "ExponentialCurve": "exponential",
    "ConstantProductCurve": "product",
}


@dataclass(slots=True)
class Venue:
    """One venue; asset units."""

    name: str
    trades: int = 0
    pieces: int = 0
    volume: int = 0
    lp_fees: int = 0
    house_fees: int = 0
    royalties: int = 0


@dataclass(slots=True)
class Royalty:
    """One collection; asset units."""

    due: int = 0
    """What ERC-2981 asked, within the cap."""
    paid: int = 0
    forgiven: int = 0
    """By the policy for liquidations."""
    in_orders: int = 0
    """Written into Seaport orders by their makers, sent straight to the creator."""
    claimed: int = 0


@dataclass(slots=True)
class WayOut:
    """One way auctions ended in sales; asset units."""

    sales: int = 0
    proceeds: int = 0
    reference: int = 0

    @property
    def bps(self) -> int:
        return self.proceeds * 10_000 // self.reference if self.reference else 0


@dataclass(slots=True)
class MarketStats:
    """Everything the summary and the report say about markets."""

    names: Names
    curves: dict[str, str]
    """Name of a curve by its address."""
    policies: dict[str, int]
    """What liquidations pay of a collection's royalty, basis points."""
    venues: dict[str, Venue] = field(default_factory=dict)
    royalties: dict[str, Royalty] = field(default_factory=dict)
    ways: dict[str, WayOut] = field(default_factory=lambda: {way: WayOut() for way in WAYS})
    pools: dict[str, str] = field(default_factory=dict)
    """Name of a pool by its address."""
    counts: dict[str, int] = field(
        default_factory=lambda: dict.fromkeys(
            ("bought_with_loan", "sold_to_repay", "bids_placed", "bids_filled", "orders_cancelled"), 0
        )
    )
    overpaid: int = 0
    """Royalties that were paid above what was due: must stay 0."""
    unexplained: int = 0
    """Royalties that neither were paid nor forgiven by a policy: must stay 0."""

    def read(self, log: Iterable[Logged], sold: Sequence[AuctionStory]) -> MarketStats:
        """Takes in all events in order, then the sales."""
        for logged in log:
            handler = getattr(self, f"_on_{logged.event.name}", None)
            if handler is not None:
                handler(logged.event)
        for story in sold:
            way = self.ways[story.venue]
            way.sales += 1
            way.proceeds += story.price
            way.reference += story.reference
            if story.venue == "taker":
                self._trade("auction takers", story.price)
        return self

    def _trade(self, name: str, volume: int, pieces: int = 1) -> Venue:
        venue = self.venues.setdefault(name, Venue(name))
        venue.trades += 1
        venue.pieces += pieces
        venue.volume += volume
        return venue

    def _royalty(self, collection: str) -> Royalty:
        return self.royalties.setdefault(self.names.key_at[collection], Royalty())

    # ------------------------------------------------------------------- pools

    def _on_PoolCreated(self, event: Event) -> None:
        curve = CURVES.get(self.curves.get(event.curve, ""), "?")
        key = self.names.key_at[event.collection]
        name = f"{key}: {KIND_NAMES[event.kind]}, {curve}"
        self.pools[event.pool] = name
        self.venues.setdefault(name, Venue(name))

    def _on_NftsBought(self, event: Event) -> None:
        self._swap(event, event.total - event.lpFee - event.protocolFee - event.royalty)

    def _on_NftsSold(self, event: Event) -> None:
        self._swap(event, event.total + event.lpFee + event.protocolFee + event.royalty)

    def _swap(self, event: Event, price: int) -> None:
        venue = self._trade(self.pools[event.address], price, len(event.tokenIds))
        venue.lp_fees += event.lpFee
        venue.house_fees += event.protocolFee
        venue.royalties += event.royalty

    # ------------------------------------------------------------------ orders

    def _on_OrderFulfilled(self, event: Event) -> None:
        asset, house = self.names.asset, self.names.parties[self.names.treasury]
        offered = sum(int(item[3]) for item in event.offer if item[1] == asset)
        asked = [item for item in event.consideration if item[1] == asset]
        venue = self._trade("Seaport", offered or sum(int(item[3]) for item in asked))
        venue.house_fees += sum(int(item[3]) for item in asked if item[4] == house)
        for creator in self.names.creators:
            home = self.names.parties[creator]
            royalty = sum(int(item[3]) for item in asked if item[4] == home)
            venue.royalties += royalty
            if royalty:
                self.royalties.setdefault(creator.split("-", 1)[1], Royalty()).in_orders += royalty

    def _on_OrderCancelled(self, _event: Event) -> None:
        self.counts["orders_cancelled"] += 1

    # -------------------------------------------------------------------- bids

    def _on_BidPlaced(self, _event: Event) -> None:
        self.counts["bids_placed"] += 1

    def _on_BidFilled(self, event: Event) -> None:
        self.counts["bids_filled"] += 1
        self._trade("standing bids", event.price)

    # ------------------------------------------------------------------- loans

    def _on_BoughtWithLoan(self, _event: Event) -> None:
        self.counts["bought_with_loan"] += 1

    def _on_SoldToRepay(self, _event: Event) -> None:
        self.counts["sold_to_repay"] += 1

    # --------------------------------------------------------------- royalties

    def _on_RoyaltyDue(self, event: Event) -> None:
        found = self._royalty(event.collection)
        found.due += event.due
        found.paid += event.paid
        left = event.due - event.paid
        found.forgiven += left
        self.overpaid += max(-left, 0)
        owed = event.due * self.policies[self.names.key_at[event.collection]] // BPS
        self.unexplained += left not in (0, event.due - owed)

    def _on_RoyaltyClaimed(self, event: Event) -> None:
        party = self.names.party_at[event.receiver]
        self.royalties.setdefault(party.split("-", 1)[1], Royalty()).claimed += event.assets

    # ------------------------------------------------------------------ output

    def told(self) -> dict[str, Any]:
        """For the summary; amounts as text."""
        return {
            "venues": [_texts(asdict(venue), "trades", "pieces") for venue in self.ranked()],
            "royalties": {key: _texts(asdict(found)) for key, found in sorted(self.royalties.items())},
            "exits": {
                way: _texts(asdict(found), "sales") | {"recovered_bps": found.bps}
                for way, found in self.ways.items()
            },
            **self.counts,
        }

    def ranked(self) -> list[Venue]:
        """Largest volume first."""
        return sorted(self.venues.values(), key=lambda venue: (-venue.volume, venue.name))


def _texts(values: dict[str, Any], *numbers: str) -> dict[str, Any]:
    return {
        key: str(value) if isinstance(value, int) and key not in numbers else value
        for key, value in values.items()
    }
