"""Does the index say what the contracts store? Everything is compared at one block, the one it stands at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from sqlalchemy import Connection

from vitrine.chain.codec import checksum
from vitrine.errors import StateError
from vitrine.indexer import schema
from vitrine.indexer.checks import Checks, Tables
from vitrine.indexer.compare import Difference, differences, named, rows_of
from vitrine.indexer.market_checks import MarketChecks
from vitrine.indexer.schema import TERMS, ZERO
from vitrine.indexer.scribe import GROUP, pause_status
from vitrine.indexer.source import LogSource
from vitrine.indexer.store import Cursor, Header, Store
from vitrine.indexer.sync import Indexer

_PAGE: Final = 500
_REFUSED: Final = "no answer"
_HEAD: Final = 64
_RECORD: Final = 128
_DISTRESSED: Final = 4
"""A flag of the desk that no event tells; it decides what the next mark is, never what is owed."""

T = TypeVar("T")


@dataclass
class Report:
    """What was compared, and what did not agree."""

    block: int
    compared: int = 0
    differences: list[Difference] = field(default_factory=list)


def _pages(items: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), _PAGE):
        yield items[start : start + _PAGE]


class Verifier:
    """Compares one store with the chain it was made from."""

    def __init__(self, source: LogSource, store: Store) -> None:
        self.source, self.store = source, store
        self.chain, self.target = source.chain, source.target

    def run(self, *, replay: bool = True) -> Report:
        """Contract state at the block of the index; with `replay` every row against the chain's logs, too."""
        cursor = self.store.require(self.source.identity())
        header = self.source.headers([cursor.block])[0]
        if header is None or header.hash != cursor.hash:
            fact = f"Block {cursor.block}, where the index stands, is not on this chain (any more)"
            raise StateError(fact, "Run `vitrine index run --once`, then verify again")
        report = Report(cursor.block)
        with self.store.reading() as connection:
            if self.store.cursor_in(connection) != cursor:
                raise StateError("The index moved while it was verified", "Verify again")
            self._state(connection, header, report)
            if replay:
                self._replay(connection, cursor, report)
        return report

    # --- contract state ---------------------------------------------------------------------------------

    def _state(self, connection: Connection, header: Header, report: Report) -> None:
        tables = {table.name: rows_of(connection, table) for table in schema.ENTITIES}
        checks = Checks(self.chain, self.target, tables).all(connection, header.number)
        checks += MarketChecks(self.target, tables).all()
        calls = [check.call for check in checks]
        answers = self.chain.read_many_or(calls, _REFUSED, block=header.number)
        for check, answer in zip(checks, answers, strict=True):
            found = answer if answer is _REFUSED else check.read(answer)
            self._compare(report, check.table, check.key, {check.field: check.index}, {check.field: found})
        self._accounts(tables, header, report)
        self._nfts(tables, header, report)
        self._pauses(tables, header, report)

    def _compare(
        self, report: Report, table: str, key: str, index: dict[str, Any], chain: dict[str, Any]
    ) -> None:
        for name, value in index.items():
            report.compared += 1
            if value != chain[name]:
                report.differences.append(Difference(table, key, name, value, chain[name]))

    # --- through the lens -------------------------------------------------------------------------------

    def _accounts(self, tables: Tables, header: Header, report: Report) -> None:
        held: dict[str, list[int]] = {}
        for row in tables["pledges"].values():
            sums = held.setdefault(row["account"], [0, 0, 0])
            sums[0] += 1
            sums[1] += row["live"]
            sums[2] += row["units"] << 16 * row["place"]
        listed = tables["accounts"]
        addresses = sorted({key[0] for key in listed} | set(held))
        blank = dict.fromkeys(schema.accounts.c.keys(), 0) | {"flagger": ZERO, "starter": ZERO}
        pages = [list(page) for page in _pages(addresses)]
        block, lens, desk = header.number, self.target.lens, self.target.contract("CreditDesk")
        raw = self.chain.read_many([lens.packed(page) for page in pages], block=block)
        records = {
            account: _record(packed[_HEAD + number * _RECORD : _HEAD + (number + 1) * _RECORD])
            for page, packed in zip(pages, raw, strict=True)
            for number, account in enumerate(page)
        }
        # The lens says nothing of the notice of an account that holds nothing.
        bare = [
            account
            for account, record in records.items()
            if not record["nft_count"] and not record["opened_at"]
        ]
        kept = self.chain.read_many([desk.noticeOf(account) for account in bare], block=block)
        for account, notice in zip(bare, kept, strict=True):
            records[account].update(zip(_NOTICE, notice, strict=True))
        for account, record in records.items():
            row = listed.get((account,), blank)
            mine = {name: row[name] for name in _ACCOUNT} | {"notice": bool(row["notice"])}
            mine["marked"] = row["mark_shares"] != 0
            count, live, units = held.get(account, (0, 0, 0))
            mine |= {"NFTs pledged": count, "NFTs in auction": live, "units of NFTs": units}
            self._compare(report, "accounts", account, mine, record)

    def _nfts(self, tables: Tables, header: Header, report: Report) -> None:
        lens, block = self.target.lens, header.number
        pledges, auctions = tables["pledges"], tables["auctions"]
        refs = sorted(pledges.keys() | auctions.keys())
        fields = ("account", "units", "expires_at", "place", "rank", "live")
        gone = {name: ZERO if name == "account" else 0 for name in fields}
        calls = [lens.pledges(list(page)) for page in _pages(refs)]
        found = [item for page in self.chain.read_many(calls, block=block) for item in page]
        for ref, item in zip(refs, found, strict=True):
            row = pledges.get(ref, gone)
            mine = {name: row[name] for name in fields}
            self._compare(report, "pledges", named(ref), mine, dict(zip(fields, item, strict=True)))
        auction = self.target.contract("LiquidationAuction")
        terms = self.chain.read_many([auction.termsOf(*ref) for ref in refs], block=block)
        for ref, item in zip(refs, terms, strict=True):
            row = auctions.get(ref, {})
            mine = {name: row[name] if row.get("running") else 0 for name in TERMS}
            self._compare(report, "auctions", named(ref), mine, dict(zip(TERMS, item, strict=True)))

    def _pauses(self, tables: Tables, header: Header, report: Report) -> None:
        pauser = self.target.contract("Pauser")
        for group in {GROUP, *(key[0] for key in tables["pauses"])}:
            call = pauser.status(group.encode().ljust(32, b"\0"))
            found = self.chain.read(call, block=header.number)
            mine = pause_status(tables["pauses"].get((group,)), header.at)
            self._compare(report, "pauses", group, {"status": mine}, {"status": tuple(found)})

    # --- by another path --------------------------------------------------------------------------------

    def _replay(self, connection: Connection, cursor: Cursor, report: Report) -> None:
        """Builds everything anew, in memory, from the chain's logs, and compares row by row."""
        anew = Store("sqlite://")
        try:
            other = Indexer(LogSource(self.chain, self.target, span=self.source.span), anew)
            other.open()
            other.catch_up(upto=cursor.block)
            with anew.reading() as rebuilt:
                report.differences += differences(connection, rebuilt)
                report.compared += sum(
                    len(rows_of(rebuilt, table)) for table in (*schema.ENTITIES, *schema.HISTORIES)
                )
        finally:
            anew.close()


_ACCOUNT: Final = (
    "debt_shares", "units", "nft_count", "live_count", "flagger", "opened_at", "starter", "started_at",
    "mark_shares", "mark_collateral",
)  # fmt: skip


_NOTICE: Final = ("flagger", "opened_at", "starter", "started_at")


def _record(raw: bytes) -> dict[str, Any]:
    """A packed record of the lens, by the names of the index."""
    word, flagged, started, marked = (int.from_bytes(raw[i : i + 32], "big") for i in range(0, _RECORD, 32))
    flags = word >> 248 & ~_DISTRESSED
    units, count, live = word >> 96 & (1 << 128) - 1, word >> 224 & 0xFFFF, word >> 240 & 0xFF
    return {
        "debt_shares": word & (1 << 96) - 1,
        "units": units,
        "nft_count": count,
        "live_count": live,
        "notice": bool(flags & 1),
        "marked": bool(flags & 2),
        "flagger": _party(flagged),
        "opened_at": flagged & (1 << 96) - 1,
        "starter": _party(started),
        "started_at": started & (1 << 96) - 1,
        "mark_shares": marked >> 128,
        "mark_collateral": marked & (1 << 128) - 1,
        "NFTs pledged": count,
        "NFTs in auction": live,
        "units of NFTs": units,
    }


def _party(word: int) -> str:
    return checksum(f"0x{word >> 96:040x}")
