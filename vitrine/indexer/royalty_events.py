"""`RoyaltyEngine`: the pull ledger of all venues, what was due and paid, rates, policies, who is entitled."""

from __future__ import annotations

from typing import Final

from vitrine.indexer import schema
from vitrine.indexer.scribe import Args, Scribe, on

_ENGINE: Final = "RoyaltyEngine"
POLICIES: Final = ("full", "reduced", "waived")


@on(_ENGINE, "RoyaltyDue")
def due(s: Scribe, a: Args) -> None:
    s.note(
        schema.royalty_dues,
        tx_hash=s.tx_hash,
        collection=a["collection"],
        token_id=a["tokenId"],
        venue=a["venue"],
        receiver=a["receiver"],
        price=a["price"],
        due=a["due"],
        paid=a["paid"],
    )


@on(_ENGINE, "RoyaltyPaid")
def paid(s: Scribe, a: Args) -> None:
    row = s.rows.edit(schema.royalties, a["receiver"])
    row["claimable"] += a["assets"]
    row["earned"] += a["assets"]


@on(_ENGINE, "RoyaltyClaimed")
def claimed(s: Scribe, a: Args) -> None:
    s.rows.edit(schema.royalties, a["receiver"])["claimable"] -= a["assets"]


@on(_ENGINE, "RoyaltyOverridden")
def overridden(s: Scribe, a: Args) -> None:
    s.rows.edit(schema.royalty_rates, a["collection"]).update(
        receiver=a["receiver"], bps=a["bps"], set=a["set"]
    )


@on(_ENGINE, "RoyaltyPolicySet")
def policy_set(s: Scribe, a: Args) -> None:
    s.rows.edit(schema.royalty_rates, a["collection"]).update(
        policy=POLICIES[a["policy"]], reduced_bps=a["reducedBps"]
    )


@on(_ENGINE, "EntitledSet")
def entitled_set(s: Scribe, a: Args) -> None:
    s.rows.edit(schema.entitled, a["caller"])["entitled"] = a["entitled"]
