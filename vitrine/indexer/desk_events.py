"""`CreditDesk`, `TierBook`, `Operators`, `Pauser`: accounts, pledges, notices, terms, pauses."""

from __future__ import annotations

from typing import Final

from vitrine.indexer import schema
from vitrine.indexer.rows import Row
from vitrine.indexer.schema import ZERO
from vitrine.indexer.scribe import MAX_PAUSE, Args, Scribe, on, tag
from vitrine.units import DAY

_DESK: Final = "CreditDesk"
_BOOK: Final = "TierBook"
_NOTICE_LIFE: Final = 72 * 3_600
_PLACES: Final = 8
_LANE: Final = 16


def _account(s: Scribe, address: str) -> Row:
    row = s.rows.edit(schema.accounts, address)
    row["since"] = row["since"] or s.block
    return row


def _place_of(s: Scribe, collection: str) -> int:
    for place in range(_PLACES):
        row = s.rows.get(schema.places, place)
        if row is not None and row["collection"] == collection:
            return place
    raise KeyError(f"{collection} has no place")


# --- NFTs ---------------------------------------------------------------------------------------------------


@on(_DESK, "Pledged")
def pledged(s: Scribe, a: Args) -> None:
    place = _place_of(s, a["collection"])
    row = s.rows.edit(schema.pledges, a["collection"], a["tokenId"])
    row.update(account=a["account"], place=place, units=a["units"], expires_at=0, rank=0, live=False)
    account = _account(s, a["account"])
    account["nft_count"] += 1
    account["units"] += a["units"] << _LANE * place


@on(_DESK, "Withdrawn")
def withdrawn(s: Scribe, a: Args) -> None:
    _leave(s, a)


def _leave(s: Scribe, a: Args) -> None:
    row = s.rows.edit(schema.pledges, a["collection"], a["tokenId"])
    account = _account(s, a["account"])
    account["nft_count"] -= 1
    account["live_count"] -= row["live"]
    account["units"] -= row["units"] << _LANE * row["place"]
    s.rows.drop(schema.pledges, a["collection"], a["tokenId"])


@on(_DESK, "Restamped")
def restamped(s: Scribe, a: Args) -> None:
    row = s.rows.edit(schema.pledges, a["collection"], a["tokenId"])
    _account(s, a["account"])["units"] += (a["units"] - row["units"]) << _LANE * row["place"]
    row["units"], row["expires_at"] = a["units"], a["expiresAt"]


@on(_DESK, "SaleRankSet")
def sale_rank_set(s: Scribe, a: Args) -> None:
    s.rows.edit(schema.pledges, a["collection"], a["tokenId"])["rank"] = a["rank"]


@on(_DESK, "Reclaimed")
def reclaimed(s: Scribe, a: Args) -> None:
    s.rows.edit(schema.pledges, a["collection"], a["tokenId"])["live"] = False
    _account(s, a["account"])["live_count"] -= 1
    s.memo["reclaim", a["collection"], a["tokenId"]] = "redeemed" if a["redeemed"] else "recovered"


@on(_DESK, "Sold")
def sold(s: Scribe, a: Args) -> None:
    _leave(s, a)
    _account(s, a["account"])["debt_shares"] -= a["shares"]
    sale = s.memo.pop(("sale", a["collection"], a["tokenId"]))
    sale.update(repaid=a["repaid"], shares=a["shares"], surplus=a["surplus"])


# --- money --------------------------------------------------------------------------------------------------


@on(_DESK, "Borrowed")
def borrowed(s: Scribe, a: Args) -> None:
    _account(s, a["account"])["debt_shares"] += a["shares"]
    _loan(s, a, "borrowed", a["receiver"], 0)


@on(_DESK, "Repaid")
def repaid(s: Scribe, a: Args) -> None:
    _account(s, a["account"])["debt_shares"] -= a["shares"]
    _loan(s, a, "repaid", a["payer"], a["fine"])


def _loan(s: Scribe, a: Args, step: str, actor: str, fine: int) -> None:
    s.note(
        schema.loans,
        account=a["account"],
        step=step,
        actor=actor,
        assets=a["assets"],
        shares=a["shares"],
        fine=fine,
    )


@on(_DESK, "AccountMarked")
def account_marked(s: Scribe, a: Args) -> None:
    row = _account(s, a["account"])
    row["mark_shares"], row["mark_collateral"] = a["shares"], a["collateral"]


@on(_DESK, "MinDebtSet")
def min_debt_set(s: Scribe, a: Args) -> None:
    s.set("desk min debt", a["assets"])


# --- notices ------------------------------------------------------------------------------------------------


@on(_DESK, "NoticeOpened")
def notice_opened(s: Scribe, a: Args) -> None:
    clock = s.clock()
    _account(s, a["account"]).update(notice=True, flagger=a["flagger"], opened_at=clock)
    _notice(s, a["account"], "opened", clock, actor=a["flagger"], debt=a["debt"], limit=a["limit"])


@on(_DESK, "NoticeClosed")
def notice_closed(s: Scribe, a: Args) -> None:
    row = _account(s, a["account"])
    row["notice"] = False
    if row["live_count"] == 0:  # else the tip of what was started stays owed
        row["flagger"] = ZERO
    _notice(s, a["account"], "closed", s.clock())


@on(_DESK, "LiquidationStarted")
def liquidation_started(s: Scribe, a: Args) -> None:
    row, clock = _account(s, a["account"]), s.clock()
    age = clock - row["opened_at"]
    if not row["notice"] or age == 0 or age > _NOTICE_LIFE:
        row["flagger"] = ZERO  # it did not follow from a notice
    if row["starter"] == ZERO or clock >= row["started_at"] + DAY:
        row["starter"], row["started_at"] = a["starter"], clock
    _notice(
        s,
        a["account"],
        "started",
        clock,
        actor=a["starter"],
        debt=a["debt"],
        limit=a["limit"],
        count=a["count"],
    )


def _notice(s: Scribe, account: str, step: str, clock: int, **values: int | str) -> None:
    s.note(schema.notices, account=account, step=step, clock=clock, **values)


# --- terms, operators, pauses -------------------------------------------------------------------------------


@on(_BOOK, "CollectionAdded")
def collection_added(s: Scribe, a: Args) -> None:
    s.rows.edit(schema.places, a["place"]).update(collection=a["collection"], epoch=a["epoch"])


@on(_BOOK, "CollectionRemoved")
def collection_removed(s: Scribe, a: Args) -> None:
    empty = dict.fromkeys(schema.TIER, 0)
    s.rows.edit(schema.places, a["place"]).update(collection=ZERO, open=False, **empty)


@on(_BOOK, "ExitDepthSet")
def exit_depth_set(s: Scribe, a: Args) -> None:
    s.set("book exit depth", a["source"])


@on(_BOOK, "TierSet")
def tier_set(s: Scribe, a: Args) -> None:
    *numbers, is_open = a["tier"]
    terms = dict(zip(schema.TIER, numbers, strict=True))
    s.rows.edit(schema.places, a["place"]).update(open=is_open, **terms)


@on("Operators", "OperatorSet")
def operator_set(s: Scribe, a: Args) -> None:
    s.rows.edit(schema.operators, a["account"], a["operator"])["approved"] = a["approved"]


@on("Pauser", "GroupPausedAt")
def group_paused(s: Scribe, a: Args) -> None:
    group = s.rows.edit(schema.pauses, tag(a["group"]))
    group["paused_before"] += group["ends_at"] - group["started_at"]
    group["started_at"], group["ends_at"] = a["at"], a["at"] + MAX_PAUSE


@on("Pauser", "GroupResumedAt")
def group_resumed(s: Scribe, a: Args) -> None:
    s.rows.edit(schema.pauses, tag(a["group"]))["ends_at"] = a["at"]
