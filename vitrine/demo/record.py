"""What happened, as the runner saw it: events with their times, one row per tick, one story per auction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from vitrine.chain.abibook import Event
from vitrine.demo.names import Names
from vitrine.demo.views import PHASES, Piece, Price, Snapshot


@dataclass(frozen=True, slots=True)
class Logged:
    """An event and the unix time of its block."""

    at: int
    event: Event


@dataclass(frozen=True, slots=True)
class TickRow:
    """The state after a round was posted."""

    at: int
    prices: dict[str, Price]
    floors: dict[str, int]
    """What the cheapest ask outside was, wei."""
    usd: int
    ltv_bps: tuple[int, ...]
    """Debt of value at mid per open loan, ascending."""
    cash: int
    debt: int
    reserve: int
    floating: int
    deposit_price: int
    """Assets per share x 10^18, as depositors pay."""
    redeem_price: int
    """Assets per share x 10^18, as leavers get."""
    rate: int
    utilisation: int
    notices: int
    lots: int
    queued: int
    depth: dict[str, DepthRow]
    depth_at: int
    """When it was read."""


@dataclass(frozen=True, slots=True)
class DepthRow:
    """Exit depth of a collection after a reading; units of 1/100 floor piece."""

    units: int
    lowest: int
    """Of the readings of the last day."""
    readings: int
    lens: int
    """What the lens allows."""
    cap: int
    """What the book allows: the lens once governance set it, else the governed number."""
    behind: int
    """Behind debt."""
    follows: bool


@dataclass(slots=True)
class AuctionStory:
    """One auction from its start to its end."""

    piece: Piece
    account: str
    units: int
    begun: int
    restarts: list[int] = field(default_factory=list)
    samples: list[tuple[int, int, int, int]] = field(default_factory=list)
    """Time, price, reference, phase: as seen on the way."""
    ended: int = 0
    end: str = "open"
    """"sold", "redeemed", "recovered" or "open"."""
    price: int = 0
    reference: int = 0
    discount_bps: int = 0
    phase: str = ""
    taker: str = ""
    """Who bought it, or the keeper who found the market for it."""
    venue: str = "taker"
    """Where it went: "taker", or out through a "pool", an "order", a standing "bid"."""
    repaid: int = 0
    debt_before: int = 0
    """Debt of the account just before the sale, as far as its events tell."""


@dataclass(slots=True)
class Record:
    """Everything the summary, the report and the ledger are made from."""

    names: Names
    log: list[Logged] = field(default_factory=list)
    ticks: list[TickRow] = field(default_factory=list)
    auctions: list[AuctionStory] = field(default_factory=list)
    """By their starts."""
    sold: list[AuctionStory] = field(default_factory=list)
    """Those that ended in a sale, by their sales."""
    counts: Counter[str] = field(default_factory=Counter)
    _open: dict[Piece, AuctionStory] = field(default_factory=dict)
    _noticed: set[str] = field(default_factory=set)

    def observe(self, _block: int, at: int, events: Sequence[Event]) -> None:
        """Takes in the events of one block."""
        for event in events:
            self.log.append(Logged(at, event))
            handler = getattr(self, f"_on_{event.name}", None)
            if handler is not None:
                handler(event, at)

    def sample(self, see: Snapshot) -> None:
        """Remembers where the running auctions stand."""
        for lot in see.lots:
            story = self._open.get(lot.piece)
            if story is not None:
                story.samples.append((see.at, lot.price, lot.reference, lot.phase))

    def tick(
        self, see: Snapshot, floors: dict[str, int], usd: int, depth: dict[str, DepthRow], depth_at: int
    ) -> None:
        """One row after a round."""
        vault = see.vault
        shares = max(vault.shares, 1)
        self.ticks.append(
            TickRow(
                at=see.at,
                prices=dict(see.prices),
                floors=floors,
                usd=usd,
                ltv_bps=tuple(sorted(loan.ltv_bps for loan in see.loans.values() if loan.debt)),
                cash=vault.cash,
                debt=vault.debt,
                reserve=vault.reserve,
                floating=vault.floating,
                deposit_price=vault.supply_assets * 10**18 // shares,
                redeem_price=vault.redeem_assets * 10**18 // shares,
                rate=vault.rate,
                utilisation=vault.utilisation,
                notices=sum(1 for loan in see.loans.values() if loan.notice_at),
                lots=len(see.lots),
                queued=vault.queued_shares,
                depth=depth,
                depth_at=depth_at,
            )
        )

    # ----------------------------------------------------------------- events

    def _party(self, address: str) -> str:
        return self.names.party_at.get(address, "")

    def _piece(self, event: Event) -> Piece:
        return Piece(self.names.key_at[event.collection], event.tokenId)

    def _on_NoticeOpened(self, event: Event, _at: int) -> None:
        self.counts["warned"] += 1
        self._noticed.add(event.account)

    def _on_NoticeClosed(self, event: Event, _at: int) -> None:
        self._noticed.discard(event.account)

    def _on_Pledged(self, event: Event, _at: int) -> None:
        self.counts["topped_up"] += event.account in self._noticed

    def _on_AuctionStarted(self, event: Event, at: int) -> None:
        piece = self._piece(event)
        story = AuctionStory(piece, "", event.terms.units, at)
        self._open[piece] = story
        self.auctions.append(story)
        self.counts["auctions"] += 1

    def _on_LiquidationStarted(self, event: Event, _at: int) -> None:
        self.counts["liquidations"] += 1
        self.counts["healthy_liquidated"] += event.debt < event.limit

    def _on_AuctionRestarted(self, event: Event, at: int) -> None:
        self._open[self._piece(event)].restarts.append(at)
        self.counts["restarted"] += 1

    def _on_Reclaimed(self, event: Event, at: int) -> None:
        kind = "redeemed" if event.redeemed else "recovered"
        story = self._open.pop(self._piece(event))
        story.ended, story.end, story.account = at, kind, self._party(event.account)
        self.counts[kind] += 1

    def _on_AuctionTaken(self, event: Event, at: int) -> None:
        story = self._open[self._piece(event)]
        story.ended, story.end, story.taker = at, "sold", self._party(event.taker)
        story.venue = self.names.exits.get(event.taker, "taker")
        story.price, story.reference = event.proceeds, event.worth
        story.discount_bps, story.phase = event.discountBps, PHASES[event.phase].lower()

    def _on_TakenInto(self, event: Event, _at: int) -> None:
        self.sold[-1].taker = self._party(event.keeper)

    def _on_AuctionSettledInto(self, event: Event, at: int) -> None:
        story = self._open[self._piece(event)]
        story.ended, story.end, story.taker = at, "sold", self._party(event.settler)
        story.venue = self.names.exits[event.venue]
        story.price, story.reference = event.proceeds, event.worth
        story.discount_bps, story.phase = event.discountBps, PHASES[event.phase].lower()

    def _on_Sold(self, event: Event, _at: int) -> None:
        story = self._open.pop(self._piece(event))
        story.account, story.repaid = self._party(event.account), event.repaid
        self.sold.append(story)
