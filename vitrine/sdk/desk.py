"""The collateral: accounts, pledges, loans, notices, liquidation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from vitrine.chain.client import Chain
from vitrine.chain.contract import Call, Contract
from vitrine.chain.transaction import BlockTag
from vitrine.units import MAX_UINT256

STATES: Final = ("fresh", "degraded", "stale")
_PAGE: Final = 500
_NOTICE: Final = 1
_MARKED: Final = 2

Nft = tuple[str, int]


@dataclass(frozen=True, slots=True)
class PledgedNft:
    """One NFT of an account."""

    collection: str
    token_id: int
    units: int
    expires_at: int
    rank: int
    in_auction: bool


@dataclass(frozen=True, slots=True)
class Position:
    """An account: its debt, the sums it is compared with, its NFTs. Amounts in asset units.

    From `warn_at` of debt anyone may open a notice; up to `recovered_at` its auctions are over.
    """

    account: str
    debt: int
    value: int
    borrow_limit: int
    liquidation_limit: int
    target: int
    deep: int
    price_state: str
    warn_at: int
    recovered_at: int
    nfts: list[PledgedNft]
    notice_at: int
    marked: bool

    @property
    def ltv_bps(self) -> int:
        """Debt over value at mid, rounded up."""
        return -(-self.debt * 10_000 // self.value) if self.value else 0

    @property
    def health_bps(self) -> int | None:
        """Liquidation limit over debt: below 10,000 it may be liquidated. None without debt."""
        return self.liquidation_limit * 10_000 // self.debt if self.debt else None

    @property
    def status(self) -> str:
        """Where the account stands, in one word."""
        if not self.debt:
            return "no debt"
        if any(nft.in_auction for nft in self.nfts):
            return "in auction"
        if self.debt >= self.liquidation_limit:
            return "liquidatable"
        if self.notice_at:
            return "under notice"
        return "warnable" if self.debt >= self.warn_at else "healthy"


class DeskClient:
    """`CreditDesk`, its `TierBook`, and the lens that reads many accounts at once."""

    def __init__(self, chain: Chain, desk: Contract, book: Contract, lens: Contract, since: int) -> None:
        self._chain = chain
        self.contract = desk
        self.book = book
        self.lens = lens
        self.address = desk.address
        self._since = since

    # --- reads

    def nfts_of(self, account: str, block: BlockTag = "latest") -> list[Nft]:
        """NFTs of an account in ascending order; from events."""
        topics = [
            [self._chain.book.topic(name) for name in ("Pledged", "Withdrawn", "Sold")],
            "0x" + account[2:].lower().rjust(64, "0"),
        ]
        held: dict[Nft, None] = {}
        for event in self._chain.logs(self._since, block, addresses=[self.address], topics=topics):
            key = (event.args["collection"], event.args["tokenId"])
            if event.name == "Pledged":
                held[key] = None
            else:
                held.pop(key, None)
        return sorted(held, key=lambda nft: (int(nft[0], 16), nft[1]))

    def accounts(self, block: BlockTag = "latest") -> list[str]:
        """Everyone who ever pledged, in the order of appearance; from events."""
        topics = [self._chain.book.topic("Pledged")]
        events = self._chain.logs(self._since, block, addresses=[self.address], topics=topics)
        return list(dict.fromkeys(event.args["account"] for event in events))

    def position(self, account: str, block: BlockTag = "latest") -> Position:
        return self.positions([account], block)[0]

    def positions(self, accounts: Sequence[str], block: BlockTag = "latest") -> list[Position]:
        """Positions at one block, in few requests."""
        at = self._chain.block_number() if block == "latest" else block
        held = [self.nfts_of(account, at) for account in accounts]
        pages = [list(accounts[i : i + _PAGE]) for i in range(0, len(accounts), _PAGE)]
        seen = self._chain.read_many([self.lens.accounts(page) for page in pages], block=at)
        views = [view for page in seen for view in page]
        refs = [nft for nfts in held for nft in nfts]
        pledges = iter(self._chain.read_many([self.contract.pledgeOf(*nft) for nft in refs], block=at))
        return [
            _position(account, view, [(nft, next(pledges)) for nft in nfts])
            for account, view, nfts in zip(accounts, views, held, strict=True)
        ]

    def tiers(self, block: BlockTag = "latest") -> list[tuple[str, Any]]:
        """Listed collections with their terms, by place."""
        found = self._chain.read_many([self.book.tierAt(place) for place in range(8)], block=block)
        return [(item.collection, item.tier) for item in found if int(item.collection, 16)]

    # --- borrowers

    def open(self, nfts: Sequence[Nft], assets: int, receiver: str, max_rate: int = MAX_UINT256) -> Call:
        return self.contract.open(_refs(nfts), assets, max_rate, receiver)

    def pledge(self, nfts: Sequence[Nft], account: str) -> Call:
        return self.contract.pledge(_refs(nfts), account)

    def borrow(self, assets: int, account: str, receiver: str, max_rate: int = MAX_UINT256) -> Call:
        return self.contract.borrow(assets, max_rate, account, receiver)

    def repay(self, assets: int, account: str) -> Call:
        return self.contract.repay(assets, account)

    def withdraw(self, nfts: Sequence[Nft], account: str, receiver: str) -> Call:
        return self.contract.withdraw(_refs(nfts), account, receiver)

    def close(self, assets: int, nfts: Sequence[Nft], receiver: str) -> Call:
        return self.contract.close(assets, _refs(nfts), receiver)

    # --- watch and liquidate

    def flag(self, account: str) -> Call:
        return self.contract.flag(account)

    def clear(self, account: str) -> Call:
        return self.contract.clear(account)

    def liquidate(self, account: str, nfts: Sequence[Nft] | None = None) -> Call:
        """Starts the auctions needed; `nfts` are all of the account (looked up when absent)."""
        return self.contract.liquidate(account, _refs(self.nfts_of(account) if nfts is None else nfts))

    def redeem(self, account: str, max_assets: int, nfts: Sequence[Nft]) -> Call:
        return self.contract.redeem(account, max_assets, _refs(nfts))

    def reclaim(self, account: str, nfts: Sequence[Nft]) -> Call:
        return self.contract.reclaim(account, _refs(nfts))

    def mark(self, accounts: Sequence[str]) -> Call:
        return self.contract.mark(list(accounts))


def _refs(nfts: Iterable[Nft]) -> list[Nft]:
    return sorted(nfts, key=lambda nft: (int(nft[0], 16), nft[1]))


def _position(account: str, view: Any, pledges: Iterable[tuple[Nft, Any]]) -> Position:
    health, flags = view.health, view.account.flags
    return Position(
        account=account,
        debt=view.debt,
        value=health.value,
        borrow_limit=health.borrowLimit,
        liquidation_limit=health.limit,
        target=health.target,
        deep=health.deep,
        price_state=STATES[health.state],
        warn_at=view.warnLine,
        recovered_at=view.recoveredLine,
        nfts=[
            PledgedNft(*nft, pledge.units, pledge.expiresAt, pledge.rank, pledge.live)
            for nft, pledge in pledges
        ],
        notice_at=view.notice.openedAt if flags & _NOTICE else 0,
        marked=bool(flags & _MARKED),
    )
