"""What the index says, fact by fact, beside the view that tells what the chain says."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, select

from vitrine.chain.client import Chain
from vitrine.chain.contract import Call, Contract
from vitrine.indexer import schema
from vitrine.indexer.accrual import booked
from vitrine.indexer.compare import named
from vitrine.indexer.schema import ZERO
from vitrine.indexer.source import Target
from vitrine.indexer.types import total

_NO_ROOT: Final = "0x" + "00" * 32
_PLACES: Final = 8

Rows = dict[tuple[Any, ...], dict[str, Any]]
Tables = dict[str, Rows]


@dataclass(frozen=True, slots=True)
class Check:
    """One fact: what the index says, and how to read what the chain says."""

    table: str
    key: str
    field: str
    index: Any
    call: Call
    read: Callable[[Any], Any] = lambda value: value


class Checks:
    """All facts that a view of one contract answers."""

    def __init__(self, chain: Chain, target: Target, tables: Tables) -> None:
        self.chain, self.target, self.tables = chain, target, tables

    def all(self, connection: Connection, block: int) -> list[Check]:
        return [
            *self._vault(connection, block),
            *self._queue(),
            *self._parameters(),
            *self._desk(),
            *self._prices(),
        ]

    def _vault(self, connection: Connection, block: int) -> Iterator[Check]:
        vault = self.target.contract("LendingVault")
        book = self.tables["vault"].get((0,)) or dict.fromkeys(schema.vault.c.keys(), 0)
        parameters = self.tables["parameters"]
        factor = int(parameters.get(("vault reserve factor",), {"value": "0"})["value"])
        debt_assets, reserve = booked(self.chain, vault, book, factor, block)
        accounts, suppliers = schema.accounts.c, schema.suppliers.c

        def sum_of(column: Any) -> Any:
            return connection.execute(select(total(column))).scalar_one()

        def check(name: str, value: Any, call: Call, read: Callable[[Any], Any] = lambda v: v) -> Check:
            return Check("vault", "", name, value, call, read)

        yield check("cash", book["cash"], vault.cash())
        yield check("reserve", reserve, vault.reserve())
        yield check("debt_assets", debt_assets, vault.debtTotals(), lambda v: v.debtAssets)
        yield check("debt_shares", book["debt_shares"], vault.debtTotals(), lambda v: v.debtShares)
        yield check("marked_shares", book["marked_shares"], vault.marks(), lambda v: v.markedShares)
        yield check(
            "marked_collateral", book["marked_collateral"], vault.marks(), lambda v: v.markedCollateral
        )
        yield check("total_shares", book["total_shares"], vault.totalSupply())
        yield check("total_credits", book["total_credits"], vault.totalCredits())
        yield check("queued_shares", book["queued_shares"], vault.queuedShares())
        yield check("next_request", book["next_request"], vault.queueBounds(), lambda v: v.tail)
        yield check("sum of suppliers' shares", sum_of(suppliers.shares), vault.totalSupply())
        yield check("sum of credits", sum_of(suppliers.credit), vault.totalCredits())
        yield check(
            "sum of accounts' shares", sum_of(accounts.debt_shares), vault.debtTotals(), lambda v: v[1]
        )
        yield check("sum of marks", sum_of(accounts.mark_shares), vault.marks(), lambda v: v.markedShares)
        for (account,), row in self.tables["suppliers"].items():
            yield Check("suppliers", account, "shares", row["shares"], vault.balanceOf(account))
            yield Check("suppliers", account, "credit", row["credit"], vault.creditOf(account))

    def _queue(self) -> Iterator[Check]:
        vault = self.target.contract("LendingVault")
        waiting = 0
        for (number,), row in self.tables["requests"].items():
            request, waiting = vault.requestOf(number), waiting + row["waiting"]
            owner = row["owner"] if row["open"] else ZERO
            yield Check("requests", str(number), "owner", owner, request, lambda v: v.owner)
            yield Check("requests", str(number), "waiting", row["waiting"], request, lambda v: v.shares)
        yield Check("requests", "", "sum waiting", waiting, vault.queuedShares())

    def _parameters(self) -> Iterator[Check]:
        vault, desk = self.target.contract("LendingVault"), self.target.contract("CreditDesk")
        zero = {"value": "0"}
        calls = {
            "vault rate model": vault.rateModel(),
            "vault cover": vault.cover(),
            "vault reserve factor": vault.reserveFactorBps(),
            "vault max tip": vault.maxTip(),
            "vault min request": vault.minRequest(),
            "vault supply cap": vault.supplyCap(),
            "desk min debt": desk.minDebt(),
        }
        for name, call in calls.items():
            blank = {"value": ZERO} if name.endswith(("model", "cover")) else zero
            value = self.tables["parameters"].get((name,), blank)["value"]
            yield Check("parameters", name, "value", value, call, str)

    def _desk(self) -> Iterator[Check]:
        desk, book = self.target.contract("CreditDesk"), self.target.contract("TierBook")
        indebted = {key[0] for key, row in self.tables["accounts"].items() if row["debt_shares"]}
        behind = 0
        for row in self.tables["pledges"].values():
            units = row["units"] << 8 if row["account"] in indebted else 0
            behind += (units + row["live"]) << 32 * row["place"]
        yield Check("pledges", "", "units behind debt and auctions", hex(behind), desk.behindDebt(), hex)
        empty = {"collection": ZERO, "open": False} | dict.fromkeys(schema.TIER, 0)
        for place in range(_PLACES):
            row = self.tables["places"].get((place,), empty)
            terms = [row["collection"], *(row[name] for name in schema.TIER), row["open"]]
            yield Check(
                "places", str(place), "terms", terms, book.tierAt(place), lambda v: [v.collection, *v.tier]
            )
        if "Operators" in self.target.contracts:
            operators = self.target.contract("Operators")
            for key, row in self.tables["operators"].items():
                yield Check("operators", named(key), "approved", row["approved"], operators.isOperator(*key))

    def _prices(self) -> Iterator[Check]:
        contracts = self.target.contracts
        for feed in self._of_kind("SignedFloorFeed"):
            counting = 0
            for (address, reporter), row in self.tables["reporters"].items():
                if address == feed.address:
                    counting += row["counts"]
                    yield Check("reporters", reporter, "counts", row["counts"], feed.isReporter(reporter))
            yield Check("reporters", feed.address, "number", counting, feed.reporterCount())
            quorum = self.tables["parameters"].get((f"quorum {feed.address}",), {"value": "0"})["value"]
            yield Check("parameters", f"quorum {feed.address}", "value", quorum, feed.quorum(), str)
            mine = {key[1]: row for key, row in self.tables["feeds"].items() if key[0] == feed.address}
            yield Check("feeds", feed.address, "number", len(mine), feed.feedCount())
            for number, row in mine.items():
                yield Check("feeds", str(number), "word", row["word"], feed.roundAt(number))
                band = (row["collection"], row["low"], row["high"], row["listed"])
                yield Check("feeds", str(number), "terms", band, feed.feedAt(number), tuple)
        if "FloorOracle" in contracts:
            oracle = contracts["FloorOracle"]
            for (collection,), row in self.tables["sources"].items():
                terms = (json.loads(row["feeds"]), row["priced"], row["backup_rate"])
                yield Check(
                    "sources",
                    collection,
                    "terms",
                    terms,
                    oracle.sourcesOf(collection),
                    lambda v: (v[0], *v[2:]),
                )
            backup = self.tables["parameters"].get(("oracle backup rate",), {"value": ZERO})["value"]
            yield Check("parameters", "oracle backup rate", "value", backup, oracle.backupRate())
            for (collection,), row in self.tables["aggregators"].items():
                call = oracle.aggregatorOf(collection)
                yield Check("aggregators", collection, "aggregator", row["aggregator"], call)
        if "Appraisals" in contracts:
            yield from self._appraisals(contracts["Appraisals"])

    def _appraisals(self, book: Contract) -> Iterator[Check]:
        for key, row in self.tables["appraisals"].items():
            terms = (row["units"], row["issued_at"], row["expires_at"])
            yield Check("appraisals", named(key), "terms", terms, book.recordOf(*key), tuple)
        for (collection,), row in self.tables["appraisal_roots"].items():
            root = (row["root"] or _NO_ROOT, row["set_at"], row["revoked_at"])
            yield Check(
                "appraisal_roots",
                collection,
                "terms",
                root,
                book.rootOf(collection),
                lambda v: ("0x" + v[0].hex(), *v[1:]),
            )
        for key, row in self.tables["appraisers"].items():
            yield Check("appraisers", named(key), "allowed", row["allowed"], book.isAppraiser(*key))

    def _of_kind(self, kind: str) -> Iterator[Contract]:
        interface = self.target.contracts.get(kind)
        for address, found in self.target.kinds.items():
            if found == kind and interface is not None:
                yield Contract(address, interface.interface)
