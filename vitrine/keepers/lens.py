"""Reads a market through `AccountLens`: a few pages at one block, whatever the number of accounts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, TypeVar

import numpy as np

from vitrine.chain.contract import Contract
from vitrine.errors import StateError
from vitrine.keepers.access import Holdings, Reader
from vitrine.keepers.screen import Screen
from vitrine.keepers.snapshot import RECORD, Accounts, Market, Nft, NftBook, Page, Ref, Snapshot, joined
from vitrine.models.auction import AuctionTerms

PAGE: Final = 1_000
"""Accounts per call: within 30M gas, which nodes allow."""
DETAIL_PAGE: Final = 500

T = TypeVar("T")


def _pages(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


class LensReader:
    """One lens on one chain."""

    def __init__(self, chain: Reader, lens: Contract, *, page: int = PAGE) -> None:
        self.chain = chain
        self.lens = lens
        self.page = page

    def market(self, block: int | str = "latest") -> Market:
        return Market.of(self.chain.read(self.lens.market(), block=block))

    def accounts(self, addresses: Sequence[str], block: int | str = "latest") -> tuple[Page, Accounts]:
        """All of `addresses` in columns, and the block they were read at."""
        calls = [self.lens.packed(list(part)) for part in _pages(addresses, self.page)]
        head, records = joined(self.chain.read_many(calls, block=block))
        return head, Accounts(addresses, records)

    def at_risk(self, addresses: Sequence[str], block: int | str = "latest") -> tuple[Page, Accounts]:
        """Only those at or above the warning line, or with a notice, a mark or auctions."""
        calls = [self.lens.packedAtRisk(list(part)) for part in _pages(addresses, self.page)]
        head, records = joined(self.chain.read_many(calls, block=block), RECORD + 32)
        return head, Accounts.at_risk(records)

    def pledges(self, refs: Sequence[Ref], block: int | str = "latest") -> list[tuple[str, Nft]]:
        """Owner and state of each NFT; the zero address when it is not pledged."""
        calls = [self.lens.pledges(list(part)) for part in _pages(refs, DETAIL_PAGE)]
        raw: list[Any] = [item for page in self.chain.read_many(calls, block=block) for item in page]
        return [
            (str(owner), Nft(collection, token_id, place, units, rank, live, expires_at))
            for (collection, token_id), (owner, units, expires_at, place, rank, live) in zip(
                refs, raw, strict=True
            )
        ]

    def auctions(self, refs: Sequence[Ref], block: int | str = "latest") -> dict[Ref, AuctionTerms]:
        """Terms of the running auctions among `refs`."""
        calls = [self.lens.auctions(list(part)) for part in _pages(refs, DETAIL_PAGE)]
        raw: list[Any] = [item for page in self.chain.read_many(calls, block=block) for item in page]
        found = ((ref, AuctionTerms(*item[0])) for ref, item in zip(refs, raw, strict=True))
        return {ref: terms for ref, terms in found if terms.started_at}

    # --- a whole snapshot -----------------------------------------------------------------------------------

    def snapshot(
        self,
        holdings: Holdings,
        *,
        block: int | None = None,
        details: int = 2_000,
        only_at_risk: bool = False,
    ) -> Snapshot:
        """Market, accounts, and the NFTs of the `details` accounts that stand worst, all at one block.

        :param only_at_risk: let the chain drop the healthy: less to read, nothing kept for the next price
        """
        header = self.chain.block("latest" if block is None else block)
        number = int(header["number"], 16)
        market = self.market(number)
        read = self.at_risk if only_at_risk else self.accounts
        head, accounts = read(holdings.accounts(), number)
        if len(accounts) and (head.block, head.timestamp) != (market.block, market.timestamp):
            raise StateError("The market and its accounts are of different blocks", "Read the snapshot again")
        nfts = self._nfts(holdings, market, accounts, number, details)
        live = [nft.ref for _, nft in nfts.live]
        auctions = self.auctions(live, number) if live else {}
        again = self.chain.block(number)
        if again.get("hash") != header.get("hash"):
            raise StateError(f"Block {number} was replaced while it was read", "Read the snapshot again")
        return Snapshot(market, accounts, nfts, auctions, str(header.get("hash", "")))

    def _nfts(self, holdings: Holdings, market: Market, accounts: Accounts, block: int, most: int) -> NftBook:
        screen = Screen(accounts, market)
        rows = np.flatnonzero(screen.warnable | (accounts.live_count > 0))
        if len(rows) > most:
            short = screen.debt[rows] - screen.deep[rows]
            rows = rows[np.argsort(-short, kind="stable")[:most]]
        wanted = [accounts.addresses[row] for row in rows]
        refs = holdings.refs(wanted)
        flat = [(owner, ref) for owner in wanted for ref in refs.get(owner, ())]
        found: dict[str, list[Nft]] = {owner.lower(): [] for owner in wanted}
        for (owner, _), (held_by, nft) in zip(
            flat, self.pledges([ref for _, ref in flat], block), strict=True
        ):
            if held_by.lower() == owner.lower():
                found[owner.lower()].append(nft)
        book = NftBook()
        for row in rows:
            name = accounts.addresses[row].lower()
            # an index that lags must not lead to a list the desk refuses
            if len(found[name]) == accounts.nft_count[row]:
                book[name] = tuple(sorted(found[name], key=lambda nft: nft.order))
        return book
