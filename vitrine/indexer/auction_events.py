"""`LiquidationAuction`: terms of what runs, every step of it, sales."""

from __future__ import annotations

from typing import Final

from vitrine.indexer import schema
from vitrine.indexer.rows import Row
from vitrine.indexer.schema import TERMS, ZERO
from vitrine.indexer.scribe import Args, Scribe, on
from vitrine.models.auction import AuctionPhase, AuctionTerms, multiple_at

_AUCTION: Final = "LiquidationAuction"


def _owner(s: Scribe, a: Args) -> str:
    pledge = s.rows.get(schema.pledges, a["collection"], a["tokenId"])
    return ZERO if pledge is None else str(pledge["account"])


def _phase(row: Row, clock: int) -> str:
    """Phase by time alone: a stale price may have held it back."""
    terms = AuctionTerms(*(row[name] for name in TERMS))
    return multiple_at(terms, clock - terms.started_at)[1].name.lower()


def _step(s: Scribe, row: Row, step: str, clock: int, phase: str) -> None:
    terms = {name: row[name] for name in TERMS}
    named = {name: row[name] for name in ("collection", "token_id", "account")}
    s.note(schema.auction_steps, step=step, clock=clock, phase=phase, **named, **terms)


@on(_AUCTION, "AuctionStarted")
def started(s: Scribe, a: Args) -> None:
    row = s.rows.edit(schema.auctions, a["collection"], a["tokenId"])
    row.update(zip(TERMS, a["terms"], strict=True))
    row.update(account=_owner(s, a), running=True)
    row["runs"] += 1
    s.rows.edit(schema.pledges, a["collection"], a["tokenId"])["live"] = True
    s.rows.edit(schema.accounts, row["account"])["live_count"] += 1
    _step(s, row, "started", row["started_at"], "premium")


@on(_AUCTION, "AuctionRestarted")
def restarted(s: Scribe, a: Args) -> None:
    row = s.rows.edit(schema.auctions, a["collection"], a["tokenId"])
    row["started_at"] = a["startedAt"]
    _step(s, row, "restarted", a["startedAt"], "premium")


@on(_AUCTION, "AuctionCancelled")
def cancelled(s: Scribe, a: Args) -> None:
    row = s.rows.edit(schema.auctions, a["collection"], a["tokenId"])
    row["running"] = False
    why = s.memo.pop(("reclaim", a["collection"], a["tokenId"]), "cancelled")
    clock = s.clock()
    _step(s, row, why, clock, _phase(row, clock))


@on(_AUCTION, "AuctionTaken")
def taken(s: Scribe, a: Args) -> None:
    _sale(s, a, "taken", a["taker"], a["receiver"], ZERO)


@on(_AUCTION, "AuctionSettledInto")
def settled_into(s: Scribe, a: Args) -> None:
    _sale(s, a, "settled", a["settler"], a["venue"], a["venue"])


@on(_AUCTION, "ExitListed")
def exit_listed(s: Scribe, a: Args) -> None:
    s.rows.edit(schema.exits, a["venue"])["listed"] = a["listed"]


def _sale(s: Scribe, a: Args, step: str, taker: str, receiver: str, venue: str) -> None:
    row = s.rows.edit(schema.auctions, a["collection"], a["tokenId"])
    row["running"] = False
    phase = AuctionPhase(a["phase"]).name.lower()
    _step(s, row, step, s.clock(), phase)
    # The desk adds what the sale did to the debt, in the same transaction.
    s.memo["sale", a["collection"], a["tokenId"]] = s.note(
        schema.sales,
        tx_hash=s.tx_hash,
        collection=a["collection"],
        token_id=a["tokenId"],
        account=row["account"],
        taker=taker,
        receiver=receiver,
        venue=venue,
        price=a["price"],
        proceeds=a["proceeds"],
        worth=a["worth"],
        discount_bps=a["discountBps"],
        phase=phase,
    )
