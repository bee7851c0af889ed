"""`MarketRouter` and `LoanRouter`: which venues may be used, and what was bought and sold through them."""

from __future__ import annotations

import json
from typing import Final

from vitrine.indexer import schema
from vitrine.indexer.scribe import Args, Scribe, on

_ROUTER: Final = "MarketRouter"
_LOANS: Final = "LoanRouter"


def _leg(s: Scribe, a: Args, side: str, trader: str, assets: int, debt: int = 0) -> None:
    s.note(
        schema.legs,
        tx_hash=s.tx_hash,
        side=side,
        trader=trader,
        venue=a["venue"],
        collection=a["collection"],
        token_ids=json.dumps(a["tokenIds"]),
        assets=assets,
        debt=debt,
        fill=a.get("fill", 0),
    )


@on(_ROUTER, "VenueListed")
def venue_listed(s: Scribe, a: Args) -> None:
    s.rows.edit(schema.venues, s.address, a["venue"])["listed"] = a["listed"]


@on(_ROUTER, "LegBought")
def leg_bought(s: Scribe, a: Args) -> None:
    _leg(s, a, "buy", a["buyer"], a["cost"])


@on(_ROUTER, "LegSold")
def leg_sold(s: Scribe, a: Args) -> None:
    _leg(s, a, "sell", a["seller"], a["proceeds"])


@on(_LOANS, "BoughtWithLoan")
def bought_with_loan(s: Scribe, a: Args) -> None:
    _leg(s, a, "buy with loan", a["account"], a["cost"], a["borrowed"])


@on(_LOANS, "SoldToRepay")
def sold_to_repay(s: Scribe, a: Args) -> None:
    _leg(s, a, "sell to repay", a["account"], a["proceeds"], a["repaid"])
