"""`StandingBids` and `DepthLens`: capital that waits, what it bought, what bidders may take out; and how
much could be sold."""

from __future__ import annotations

import json
from typing import Any, Final

from vitrine.indexer import schema
from vitrine.indexer.rows import Row
from vitrine.indexer.scribe import Args, Scribe, on

_BIDS: Final = "StandingBids"
_DEPTH: Final = "DepthLens"


def _step(s: Scribe, bid_id: int, step: str, row: Row, **values: Any) -> None:
    named = {name: row[name] for name in ("bidder", "collection", "quantity")}
    s.note(schema.bid_steps, id=bid_id, step=step, **named, **values)


@on(_BIDS, "BidPlaced")
def placed(s: Scribe, a: Args) -> None:
    row = s.rows.edit(schema.bids, a["bidId"])
    row.update(
        bidder=a["bidder"],
        collection=a["collection"],
        price_bps=a["priceBps"],
        max_price=a["maxPrice"],
        quantity=a["quantity"],
        ends_at=a["expiresAt"],
        locked=a["locked"],
        cancelled=False,
        open=True,
    )
    _step(s, a["bidId"], "placed", row, assets=a["locked"])


@on(_BIDS, "BidFilled")
def filled(s: Scribe, a: Args) -> None:
    row = s.rows.edit(schema.bids, a["bidId"])
    row["quantity"], row["locked"] = a["quantity"], a["locked"]
    s.rows.edit(schema.bid_nfts, a["collection"], a["tokenId"])["bidder"] = row["bidder"]
    _step(s, a["bidId"], "filled", row, token_id=a["tokenId"], assets=a["price"])


@on(_BIDS, "BidCancelled")
def cancelled(s: Scribe, a: Args) -> None:
    row = s.rows.edit(schema.bids, a["bidId"])
    row["cancelled"], row["ends_at"] = True, a["claimableAt"]
    _step(s, a["bidId"], "cancelled", row)


@on(_BIDS, "BidClosed")
def closed(s: Scribe, a: Args) -> None:
    row = s.rows.edit(schema.bids, a["bidId"])
    row["quantity"], row["locked"], row["open"] = 0, 0, False
    s.rows.edit(schema.bidders, a["bidder"])["claimable"] += a["assets"]
    _step(s, a["bidId"], "closed", row, assets=a["assets"])


@on(_BIDS, "BidRefunded")
def refunded(s: Scribe, a: Args) -> None:
    s.rows.edit(schema.bidders, a["bidder"])["claimable"] += a["assets"]
    _step(s, a["bidId"], "refunded", s.rows.edit(schema.bids, a["bidId"]), assets=a["assets"])


@on(_BIDS, "BidMoneyClaimed")
def money_claimed(s: Scribe, a: Args) -> None:
    s.rows.edit(schema.bidders, a["bidder"])["claimable"] -= a["assets"]


@on(_BIDS, "BidNftClaimed")
def nft_claimed(s: Scribe, a: Args) -> None:
    s.rows.drop(schema.bid_nfts, a["collection"], a["tokenId"])


# --- depth --------------------------------------------------------------------------------------------------


@on(_DEPTH, "DepthRead")
def depth_read(s: Scribe, a: Args) -> None:
    said = {name: a[name] for name in ("units", "lowest", "readings")}
    s.rows.edit(schema.depths, a["collection"]).update(said, level_wad=a["levelWad"], level_at=s.at)
    s.note(
        schema.depth_readings,
        collection=a["collection"],
        level_wad=a["levelWad"],
        fresh=a["fresh"],
        **said,
    )


@on(_DEPTH, "PoolsSet")
def depth_pools_set(s: Scribe, a: Args) -> None:
    s.rows.edit(schema.depths, a["collection"])["pools"] = json.dumps(list(a["pools"]))
