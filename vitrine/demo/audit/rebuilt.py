"""State of the protocol and of its tokens, rebuilt from events alone. One method per event."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Final

from vitrine.chain.abibook import Event
from vitrine.models.auction import AuctionTerms
from vitrine.models.desk import MARKED, NOTICE, NOTICE_LIFE, Account, Mark
from vitrine.models.tiers import Tier
from vitrine.models.units_word import pack_lanes
from vitrine.models.wad import debt_to_assets_up

ZERO: Final = "0x" + "00" * 20
Ref = tuple[str, int]


@dataclass(slots=True)
class Held:
    """A pledged NFT."""

    account: str
    units: int
    expires_at: int = 0
    rank: int = 0
    terms: AuctionTerms | None = None


@dataclass(slots=True)
class Rebuilt:
    """What events say. Addresses are checksummed; amounts are asset units or shares."""

    asset: str
    vault: str
    desk: str
    balances: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    shares: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    owners: dict[Ref, str] = field(default_factory=dict)
    minted: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    """Assets that came from nowhere, by receiver."""
    held: dict[Ref, Held] = field(default_factory=dict)
    debt_shares: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    notices: dict[str, int] = field(default_factory=dict)
    marks: dict[str, Mark] = field(default_factory=dict)
    credits: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    requests: dict[int, tuple[str, int]] = field(default_factory=dict)
    places: list[str] = field(default_factory=lambda: [ZERO] * 8)
    tiers: dict[int, Tier] = field(default_factory=dict)
    cash: int = 0
    reserve: int = 0
    debt_assets: int = 0
    debt_share_total: int = 0
    marked: tuple[int, int] = (0, 0)
    clock: int = 0

    def apply(self, event: Event) -> None:
        """Takes in one event; those that change nothing here are passed over."""
        handler = getattr(self, f"_on_{event.name}", None)
        if handler is not None:
            handler(event)

    # ------------------------------------------------------------------ reads

    def accounts(self) -> list[str]:
        """Everyone who ever owed or pledged."""
        return sorted({*self.debt_shares, *(nft.account for nft in self.held.values())})

    def nfts_of(self, account: str) -> list[tuple[Ref, Held]]:
        """Pledged NFTs in the order the desk wants them."""
        found = [(ref, nft) for ref, nft in self.held.items() if nft.account == account]
        return sorted(found, key=lambda item: (int(item[0][0], 16), item[0][1]))

    def account(self, account: str) -> Account:
        """As the desk stores it, without the distressed flag (no event tells it)."""
        nfts = self.nfts_of(account)
        lanes = [0] * 8
        for (collection, _), nft in nfts:
            lanes[self.places.index(collection)] += nft.units
        flags = (NOTICE if account in self.notices else 0) | (MARKED if account in self.marks else 0)
        live = sum(1 for _, nft in nfts if nft.terms is not None)
        return Account(self.debt_shares.get(account, 0), pack_lanes(lanes), len(nfts), live, flags)

    def debt(self, account: str) -> int:
        return debt_to_assets_up(self.debt_shares.get(account, 0), self.debt_assets, self.debt_share_total)

    def notice_age(self, account: str, clock: int) -> int:
        """Age of the live notice; 0 when there is none."""
        opened = self.notices.get(account)
        return clock - opened if opened is not None and clock - opened <= NOTICE_LIFE else 0

    def behind(self) -> int:
        """Per place: units behind debt (24 bits) and live auctions (8)."""
        word = 0
        for (collection, _), nft in self.held.items():
            place = self.places.index(collection)
            behind = nft.units if self.debt_shares.get(nft.account) else 0
            word += (behind << 8 | (nft.terms is not None)) << 32 * place
        return word

    # ----------------------------------------------------------------- tokens

    def _on_Transfer(self, event: Event) -> None:
        source, target = event.args.get("from", ZERO), event.to
        if "tokenId" in event.args:
            self.owners[event.address, event.tokenId] = target
            return
        amount = event.args.get("value", event.args.get("amount", 0))
        book = self.balances if event.address == self.asset else self.shares
        if event.address not in (self.asset, self.vault):
            return
        if source != ZERO:
            book[source] -= amount
        elif event.address == self.asset:
            self.minted[target] += amount
        if target != ZERO:
            book[target] += amount

    # ------------------------------------------------------------------- book

    def _on_CollectionAdded(self, event: Event) -> None:
        self.places[event.place] = event.collection

    def _on_CollectionRemoved(self, event: Event) -> None:
        self.places[event.place] = ZERO

    def _on_TierSet(self, event: Event) -> None:
        self.tiers[event.place] = Tier(*event.tier)

    # ------------------------------------------------------------------- desk

    def _on_Pledged(self, event: Event) -> None:
        self.held[event.collection, event.tokenId] = Held(event.account, event.units)

    def _on_Restamped(self, event: Event) -> None:
        nft = self.held[event.collection, event.tokenId]
        nft.units, nft.expires_at = event.units, event.expiresAt

    def _on_SaleRankSet(self, event: Event) -> None:
        self.held[event.collection, event.tokenId].rank = event.rank

    def _on_Withdrawn(self, event: Event) -> None:
        del self.held[event.collection, event.tokenId]

    def _on_Borrowed(self, event: Event) -> None:
        self.debt_shares[event.account] += event.shares

    def _on_Repaid(self, event: Event) -> None:
        self.debt_shares[event.account] -= event.shares

    def _on_Sold(self, event: Event) -> None:
        self.debt_shares[event.account] -= event.shares
        del self.held[event.collection, event.tokenId]

    def _on_NoticeOpened(self, event: Event) -> None:
        self.notices[event.account] = self.clock

    def _on_NoticeClosed(self, event: Event) -> None:
        self.notices.pop(event.account, None)

    def _on_AccountMarked(self, event: Event) -> None:
        if event.shares:
            self.marks[event.account] = Mark(event.shares, event.collateral)
        else:
            self.marks.pop(event.account, None)

    # --------------------------------------------------------------- auctions

    def _on_AuctionStarted(self, event: Event) -> None:
        self.held[event.collection, event.tokenId].terms = AuctionTerms(*event.terms)

    def _on_AuctionRestarted(self, event: Event) -> None:
        nft = self.held[event.collection, event.tokenId]
        if nft.terms is not None:
            nft.terms = nft.terms._replace(started_at=event.startedAt)

    def _on_AuctionCancelled(self, event: Event) -> None:
        self.held[event.collection, event.tokenId].terms = None

    # ------------------------------------------------------------------ vault

    def _on_Accrued(self, event: Event) -> None:
        self.debt_assets += event.interest
        self.reserve += event.toReserve
        self.clock = event.clock

    def _on_Drawn(self, event: Event) -> None:
        self.cash -= event.assets
        self.debt_assets += event.assets
        self.debt_share_total += event.shares

    def _on_Collected(self, event: Event) -> None:
        self.cash += event.assets + event.fine
        self.reserve += event.fine
        self._burn(event.assets, event.shares)

    def _on_SaleBooked(self, event: Event) -> None:
        self.cash += event.proceeds
        self._burn(event.repaid, event.shares)

    def _burn(self, assets: int, shares: int) -> None:
        self.debt_assets = max(self.debt_assets - assets, 0)
        self.debt_share_total -= shares

    def _on_Credited(self, event: Event) -> None:
        self.cash -= event.assets
        self.credits[event.payee] += event.assets
        if event.fromReserve:
            self.reserve -= event.assets

    def _on_Claimed(self, event: Event) -> None:
        self.credits[event.account] -= event.assets

    def _on_LossRealised(self, event: Event) -> None:
        self.reserve -= event.byReserve
        self.cash += event.byCover
        self.debt_assets -= event.loss
        self.debt_share_total -= event.shares
        if event.account != ZERO:
            self.debt_shares[event.account] -= event.shares

    def _on_MarksChanged(self, event: Event) -> None:
        self.marked = (event.markedShares, event.markedCollateral)

    def _on_Deposit(self, event: Event) -> None:
        self.cash += event.assets

    def _on_Withdraw(self, event: Event) -> None:
        self.cash -= event.assets

    def _on_ReserveFunded(self, event: Event) -> None:
        self.cash += event.assets
        self.reserve += event.assets

    def _on_RedeemRequested(self, event: Event) -> None:
        self.requests[event.id] = (event.owner, event.shares)

    def _on_RedeemFilled(self, event: Event) -> None:
        self._request_left(event.id, event.owner, event.left)

    def _on_RedeemCancelled(self, event: Event) -> None:
        owner, waiting = self.requests.get(event.id, (event.owner, 0))
        self._request_left(event.id, owner, waiting - event.shares)

    def _request_left(self, number: int, owner: str, left: int) -> None:
        if left:
            self.requests[number] = (owner, left)
        else:
            self.requests.pop(number, None)
