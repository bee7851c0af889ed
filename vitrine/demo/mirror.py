"""What the runner remembers of the chain between two reads: rebuilt from the events of its own receipts.

Only what no actor can read in one call: who pledged what, which auctions run, what is in the wallets. The
audit does not use it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from vitrine.chain.abibook import Event
from vitrine.demo.custody import Custody
from vitrine.demo.names import ZERO, Names
from vitrine.demo.views import Piece


@dataclass(slots=True)
class Lot:
    """A running auction."""

    piece: Piece
    account: str
    units: int
    started_at: int


@dataclass(slots=True)
class Mirror:
    """State by name, advanced by `apply`."""

    names: Names
    pieces: dict[str, dict[Piece, int]] = field(default_factory=lambda: defaultdict(dict))
    """Account -> pledged piece -> units."""
    lots: dict[Piece, Lot] = field(default_factory=dict)
    debt_shares: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    cash: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    shares: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    credits: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    wallets: dict[str, dict[Piece, None]] = field(default_factory=lambda: defaultdict(dict))
    """Pieces at home, in the order they came."""
    custody: Custody = field(init=False)

    def __post_init__(self) -> None:
        self.custody = Custody(self.names)

    def apply(self, events: Iterable[Event]) -> None:
        """Takes in events in the order they happened."""
        for event in events:
            self.custody.apply(event)
            handler = getattr(self, f"_on_{event.name}", None)
            if handler is not None:
                handler(event)

    def accounts(self) -> list[str]:
        """Accounts with debt or collateral."""
        return [name for name in self.names.parties if self.debt_shares.get(name) or self.pieces.get(name)]

    # ------------------------------------------------------------------ names

    def _party(self, address: str) -> str:
        return self.names.party_at.get(address, "")

    def _piece(self, event: Event) -> Piece:
        return Piece(self.names.key_at[event.collection], event.tokenId)

    # ----------------------------------------------------------------- events

    def _on_Transfer(self, event: Event) -> None:
        source, target = event.args.get("from", ZERO), event.to
        if event.address in self.names.key_at:
            piece = Piece(self.names.key_at[event.address], event.tokenId)
            self.wallets[self._party(source)].pop(piece, None)
            self.wallets[self._party(target)][piece] = None
            return
        book = {self.names.asset: self.cash, self.names.vault: self.shares}.get(event.address)
        if book is None:
            return
        book[self._party(source)] -= event.value
        book[self._party(target)] += event.value

    def _on_Pledged(self, event: Event) -> None:
        self.pieces[self._party(event.account)][self._piece(event)] = event.units

    def _on_Restamped(self, event: Event) -> None:
        self.pieces[self._party(event.account)][self._piece(event)] = event.units

    def _on_Withdrawn(self, event: Event) -> None:
        self.pieces[self._party(event.account)].pop(self._piece(event), None)

    def _on_Borrowed(self, event: Event) -> None:
        self.debt_shares[self._party(event.account)] += event.shares

    def _on_Repaid(self, event: Event) -> None:
        self.debt_shares[self._party(event.account)] -= event.shares

    def _on_Sold(self, event: Event) -> None:
        account, piece = self._party(event.account), self._piece(event)
        self.debt_shares[account] -= event.shares
        self.pieces[account].pop(piece, None)

    def _on_LossRealised(self, event: Event) -> None:
        self.debt_shares[self._party(event.account)] -= event.shares

    def _on_AuctionStarted(self, event: Event) -> None:
        piece = self._piece(event)
        owner = next(name for name, held in self.pieces.items() if piece in held)
        self.lots[piece] = Lot(piece, owner, event.terms.units, event.terms.startedAt)

    def _on_AuctionRestarted(self, event: Event) -> None:
        self.lots[self._piece(event)].started_at = event.startedAt

    def _on_AuctionCancelled(self, event: Event) -> None:
        self.lots.pop(self._piece(event), None)

    def _on_AuctionTaken(self, event: Event) -> None:
        self.lots.pop(self._piece(event), None)

    def _on_AuctionSettledInto(self, event: Event) -> None:
        self.lots.pop(self._piece(event), None)

    def _on_Credited(self, event: Event) -> None:
        self.credits[self._party(event.payee)] += event.assets

    def _on_Claimed(self, event: Event) -> None:
        self.credits[self._party(event.account)] -= event.assets
