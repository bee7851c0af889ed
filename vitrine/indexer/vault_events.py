"""`LendingVault`: cash, debt, reserve, marks, shares, credits, queue, losses."""

from __future__ import annotations

from typing import Final

from vitrine.indexer import schema
from vitrine.indexer.rows import Row
from vitrine.indexer.schema import ZERO
from vitrine.indexer.scribe import Args, Scribe, on, tag

_VAULT: Final = "LendingVault"


def _book(s: Scribe) -> Row:
    return s.rows.edit(schema.vault, 0)


@on(_VAULT, "Transfer")
def transfer(s: Scribe, a: Args) -> None:
    book = _book(s)
    if a["from"] == ZERO:
        book["total_shares"] += a["value"]
    else:
        s.rows.edit(schema.suppliers, a["from"])["shares"] -= a["value"]
    if a["to"] == ZERO:
        book["total_shares"] -= a["value"]
    else:
        s.rows.edit(schema.suppliers, a["to"])["shares"] += a["value"]


@on(_VAULT, "Accrued")
def accrued(s: Scribe, a: Args) -> None:
    book = _book(s)
    book["debt_assets"] += a["interest"]
    book["reserve"] += a["toReserve"]
    book["charged_rate"], book["anchor_rate"] = a["averageRate"], a["anchorRate"]
    book["booked_clock"] = a["clock"]


@on(_VAULT, "Deposit")
def deposit(s: Scribe, a: Args) -> None:
    _book(s)["cash"] += a["assets"]


@on(_VAULT, "Withdraw")
def withdraw(s: Scribe, a: Args) -> None:
    _book(s)["cash"] -= a["assets"]


@on(_VAULT, "Drawn")
def drawn(s: Scribe, a: Args) -> None:
    book = _book(s)
    book["cash"] -= a["assets"]
    book["debt_assets"] += a["assets"]
    book["debt_shares"] += a["shares"]


@on(_VAULT, "Collected")
def collected(s: Scribe, a: Args) -> None:
    book = _book(s)
    book["cash"] += a["assets"] + a["fine"]
    book["reserve"] += a["fine"]
    _repaid(book, a["assets"], a["shares"])


@on(_VAULT, "SaleBooked")
def sale_booked(s: Scribe, a: Args) -> None:
    book = _book(s)
    book["cash"] += a["proceeds"]
    _repaid(book, a["repaid"], a["shares"])


def _repaid(book: Row, assets: int, shares: int) -> None:
    # Debts round up, so the last unit may be paid twice.
    book["debt_assets"] = max(0, book["debt_assets"] - assets)
    book["debt_shares"] -= shares


@on(_VAULT, "Credited")
def credited(s: Scribe, a: Args) -> None:
    book = _book(s)
    book["cash"] -= a["assets"]
    book["total_credits"] += a["assets"]
    if a["fromReserve"]:
        book["reserve"] -= a["assets"]
    s.rows.edit(schema.suppliers, a["payee"])["credit"] += a["assets"]
    s.note(
        schema.credited,
        payee=a["payee"],
        kind=tag(a["kind"]),
        assets=a["assets"],
        from_reserve=a["fromReserve"],
    )


@on(_VAULT, "Claimed")
def claimed(s: Scribe, a: Args) -> None:
    _book(s)["total_credits"] -= a["assets"]
    s.rows.edit(schema.suppliers, a["account"])["credit"] -= a["assets"]


@on(_VAULT, "LossRealised")
def loss_realised(s: Scribe, a: Args) -> None:
    book = _book(s)
    book["debt_assets"] -= a["loss"]
    book["debt_shares"] -= a["shares"]
    book["reserve"] -= a["byReserve"]
    book["cash"] += a["byCover"]
    if a["account"] != ZERO:
        s.rows.edit(schema.accounts, a["account"])["debt_shares"] -= a["shares"]
    s.note(
        schema.losses,
        account=a["account"],
        loss=a["loss"],
        shares=a["shares"],
        by_reserve=a["byReserve"],
        by_cover=a["byCover"],
        by_suppliers=a["bySuppliers"],
    )


@on(_VAULT, "ReserveFunded")
def reserve_funded(s: Scribe, a: Args) -> None:
    book = _book(s)
    book["cash"] += a["assets"]
    book["reserve"] += a["assets"]


@on(_VAULT, "MarksChanged")
def marks_changed(s: Scribe, a: Args) -> None:
    book = _book(s)
    book["marked_shares"], book["marked_collateral"] = a["markedShares"], a["markedCollateral"]


@on(_VAULT, "RedeemRequested")
def redeem_requested(s: Scribe, a: Args) -> None:
    book = _book(s)
    book["queued_shares"] += a["shares"]
    book["next_request"] = a["id"] + 1
    request = s.rows.edit(schema.requests, a["id"])
    request.update(owner=a["owner"], waiting=a["shares"], open=True)


@on(_VAULT, "RedeemFilled")
def redeem_filled(s: Scribe, a: Args) -> None:
    _book(s)["queued_shares"] -= a["shares"]
    request = s.rows.edit(schema.requests, a["id"])
    request["waiting"] = a["left"]
    request["filled_shares"] += a["shares"]
    request["filled_assets"] += a["assets"]
    request["open"] = a["left"] != 0


@on(_VAULT, "RedeemCancelled")
def redeem_cancelled(s: Scribe, a: Args) -> None:
    _book(s)["queued_shares"] -= a["shares"]
    s.rows.edit(schema.requests, a["id"]).update(waiting=0, open=False)


@on(_VAULT, "ModuleSet")
def module_set(s: Scribe, a: Args) -> None:
    s.set(f"vault {tag(a['kind'])}", a["module"])


@on(_VAULT, "ParameterSet")
def parameter_set(s: Scribe, a: Args) -> None:
    s.set(f"vault {tag(a['kind'])}", a["value"])
