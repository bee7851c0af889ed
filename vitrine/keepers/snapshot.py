"""One market at one block: what decides about accounts, in columns for the screen, exact on demand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from fractions import Fraction
from functools import cached_property
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from vitrine.chain.codec import checksum
from vitrine.errors import StateError
from vitrine.models.auction import AuctionTerms
from vitrine.models.desk import Account, Mark, Notice
from vitrine.models.quotes import OracleState, Quote
from vitrine.models.tiers import Place, Tier

RECORD: Final = 128
HEAD: Final = 64
ZERO: Final = "0x" + "00" * 20

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
Ref = tuple[str, int]
"""Collection and token."""


class Nft(NamedTuple):
    """A pledged NFT as the chain stores it."""

    collection: str
    token_id: int
    place: int
    units: int = 100
    rank: int = 0
    live: bool = False
    expires_at: int = 0

    @property
    def ref(self) -> Ref:
        return self.collection, self.token_id

    @property
    def order(self) -> tuple[int, int]:
        """Ascending as the desk wants lists."""
        return int(self.collection, 16), self.token_id


@dataclass(frozen=True, slots=True)
class Market:
    """What `AccountLens.market()` says."""

    block: int
    timestamp: int
    clock: int
    paused: bool
    resumed_at: int
    debt_assets: int
    debt_shares: int
    cash: int
    reserve: int
    supply_assets: int
    supply_shares: int
    floating_bad_debt: int
    marked_shares: int
    marked_collateral: int
    queued_shares: int
    queue_head: int
    queue_tail: int
    rate: int
    target_rate: int
    max_tip: int
    min_debt: int
    behind: int
    places: tuple[Place | None, ...]

    @classmethod
    def of(cls, raw: Sequence[Any]) -> Market:
        """From the decoded answer of the lens."""
        names = [item.name for item in fields(cls) if item.name != "places"]
        numbers: dict[str, Any] = dict(zip(names, raw[:-1], strict=True))
        return cls(places=tuple(_place(item) for item in raw[-1]), **numbers)

    def clock_at(self, now: int) -> int:
        """Group clock at unix time `now`, which is not before this block."""
        return self.clock if self.paused else self.clock + now - self.timestamp


def _place(raw: Sequence[Any]) -> Place | None:
    collection, quoted, tier, quote = raw
    if int(collection, 16) == 0:
        return None
    price = Quote._make((*quote[:-1], OracleState(quote[-1])))
    if not quoted:
        price = Quote.flat(0, 0, state=OracleState.STALE)
    return Place(str(collection), Tier(*tier), price)


class Page(NamedTuple):
    """One packed page: the block it was read at, and its records."""

    block: int
    timestamp: int
    parent: bytes
    body: memoryview

    @classmethod
    def of(cls, raw: bytes, record: int) -> Page:
        if len(raw) < HEAD or (len(raw) - HEAD) % record:
            raise StateError(f"A page of {len(raw)} bytes is not one of the lens", "Check the lens address")
        when = int.from_bytes(raw[:32], "big")
        return cls(when >> 64, when & (2**64 - 1), raw[32:64], memoryview(raw)[HEAD:])


def joined(pages: Iterable[bytes], record: int = RECORD) -> tuple[Page, bytes]:
    """The records of pages that were all read at one block; refuses others."""
    opened = [Page.of(raw, record) for raw in pages]
    if not opened:
        return Page(0, 0, b"", memoryview(b"")), b""
    first = opened[0]
    for page in opened[1:]:
        if page[:3] != first[:3]:
            raise StateError(
                f"The pages were read at blocks {first.block} and {page.block}", "Read the snapshot again"
            )
    return first, b"".join(page.body for page in opened)


class Accounts:
    """Accounts in columns. Rows are in the order of `addresses`."""

    def __init__(self, addresses: Sequence[str], records: bytes) -> None:
        if len(records) != RECORD * len(addresses):
            count = len(records) // RECORD
            raise StateError(f"{count} records came for {len(addresses)} accounts", "Read the page again")
        self.addresses = addresses
        self._bytes = np.frombuffer(records, np.uint8).reshape(-1, RECORD)
        self._words = np.frombuffer(records, ">u8").reshape(-1, RECORD // 8)

    @classmethod
    def build(cls, rows: Iterable[tuple[str, Account, Notice | None, Mark | None]]) -> Accounts:
        """From exact values: for tests, benches and indexes."""
        addresses, records = [], []
        for address, account, notice, mark in rows:
            addresses.append(address)
            flagged = started = marked = 0
            if notice is not None:
                flagged = int(notice.flagger, 16) << 96 | notice.opened_at
                started = int(notice.starter, 16) << 96 | notice.started_at
            if mark is not None:
                marked = mark.shares << 128 | mark.collateral
            records.append(
                b"".join(word.to_bytes(32, "big") for word in (account.pack(), flagged, started, marked))
            )
        return cls(addresses, b"".join(records))

    @classmethod
    def at_risk(cls, records: bytes) -> Accounts:
        """From records of `packedAtRisk`, each behind its address."""
        table = np.frombuffer(records, np.uint8).reshape(-1, RECORD + 32)
        addresses = [checksum("0x" + row[12:32].tobytes().hex()) for row in table]
        return cls(addresses, table[:, 32:].tobytes())

    def __len__(self) -> int:
        return len(self.addresses)

    # --- columns --------------------------------------------------------------------------------------------

    @cached_property
    def shares(self) -> Floats:
        """Debt shares, within two roundings of 2^-53."""
        high = (self._words[:, 2] & np.uint64(0xFFFFFFFF)).astype(np.float64)
        return np.asarray(high * 2.0**64 + self._words[:, 3].astype(np.float64))

    @cached_property
    def units(self) -> Floats:
        """Units per place, exact; one row per account."""
        lanes = np.ascontiguousarray(self._bytes[:, 4:20]).view(">u2")
        return np.ascontiguousarray(lanes[:, ::-1].astype(np.float64))

    @cached_property
    def nft_count(self) -> Ints:
        return self._bytes[:, 2].astype(np.int64) << 8 | self._bytes[:, 3]

    @cached_property
    def live_count(self) -> Ints:
        return self._bytes[:, 1].astype(np.int64)

    @cached_property
    def flags(self) -> Ints:
        return self._bytes[:, 0].astype(np.int64)

    @cached_property
    def opened_at(self) -> Ints:
        return (self._words[:, 7] & np.uint64(2**40 - 1)).astype(np.int64)

    @cached_property
    def mark_collateral(self) -> Floats:
        """Collateral as marked, within two roundings of 2^-53."""
        high = self._words[:, 14].astype(np.float64)
        return np.asarray(high * 2.0**64 + self._words[:, 15].astype(np.float64))

    # --- exact ----------------------------------------------------------------------------------------------

    def _word(self, row: int, index: int) -> int:
        return int.from_bytes(self._bytes[row, 32 * index : 32 * index + 32].tobytes(), "big")

    def account(self, row: int) -> Account:
        return Account.unpack(self._word(row, 0))

    def notice(self, row: int) -> Notice:
        flagged, started = self._word(row, 1), self._word(row, 2)
        low = 2**40 - 1
        return Notice(_address(flagged), flagged & low, _address(started), started & low)

    def mark(self, row: int) -> Mark:
        word = self._word(row, 3)
        return Mark(word >> 128, word & (2**128 - 1))

    @cached_property
    def row_of(self) -> dict[str, int]:
        return {address.lower(): row for row, address in enumerate(self.addresses)}


def _address(word: int) -> str:
    return checksum(f"0x{word >> 96:040x}")


class NftBook(dict[str, tuple[Nft, ...]]):
    """NFTs by account (in lower case), with what is asked of all of them kept ready."""

    @cached_property
    def live(self) -> list[tuple[str, Nft]]:
        """NFTs in auction with their accounts."""
        return [(name, nft) for name, held in self.items() for nft in held if nft.live]

    @cached_property
    def appraised(self) -> list[tuple[str, Nft]]:
        """NFTs that count more than a floor piece until some time, and are not in auction."""
        return [(name, n) for name, held in self.items() for n in held if n.expires_at and not n.live]


class Offer(NamedTuple):
    """What a market would pay for one auctioned NFT, net, at the block of the snapshot."""

    venue: str
    net: int
    data: bytes = b""
    source: str = ""
    """Who pays: two sales to one source would count the same money twice."""
    inside_take: bool = False
    """Sold by a taker without capital, who keeps the difference; else settled, all for the account."""
    gas: int = 0


@dataclass(frozen=True)
class Snapshot:
    """A market, its accounts, and what is known of NFTs and auctions, all as of one block.

    `nfts` holds accounts that may need one. `auctions` holds their live NFTs.
    """

    market: Market
    accounts: Accounts
    nfts: NftBook = field(default_factory=NftBook)
    auctions: Mapping[Ref, AuctionTerms] = field(default_factory=dict)
    block_hash: str = ""
    credit: int = 0
    """What the vault owes the keeper, asset units."""
    offers: Mapping[Ref, tuple[Offer, ...]] = field(default_factory=dict)
    gas_units: Fraction = Fraction(0)
    """Price of one gas, asset units."""

    def nfts_of(self, address: str) -> tuple[Nft, ...] | None:
        """All NFTs of an account in ascending order; None when they are not known."""
        return self.nfts.get(address.lower())
