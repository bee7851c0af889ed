"""`SignedFloorFeed`, `FloorOracle`, `Appraisals`, ETH/USD aggregators: what prices are made of."""

from __future__ import annotations

import json
from typing import Final

from vitrine.indexer import schema
from vitrine.indexer.schema import ZERO
from vitrine.indexer.scribe import Args, Scribe, on
from vitrine.models.floor_feed import ItemReason, Round

_FEED: Final = "SignedFloorFeed"
_ORACLE: Final = "FloorOracle"
_APPRAISALS: Final = "Appraisals"
_LISTED: Final = 1 << 252
_TIMES: Final = ((1 << 32) - 1) << 176 | ((1 << 12) - 1) << 208


# --- the signed feed ----------------------------------------------------------------------------------------


@on(_FEED, "ReporterAdded")
def reporter_added(s: Scribe, a: Args) -> None:
    s.rows.edit(schema.reporters, s.address, a["reporter"])["counts"] = True


@on(_FEED, "ReporterRemoved")
def reporter_removed(s: Scribe, a: Args) -> None:
    s.rows.edit(schema.reporters, s.address, a["reporter"])["counts"] = False


@on(_FEED, "QuorumSet")
def quorum_set(s: Scribe, a: Args) -> None:
    s.set(f"quorum {s.address}", a["quorum"])


@on(_FEED, "FeedListed")
def feed_listed(s: Scribe, a: Args) -> None:
    row = s.rows.edit(schema.feeds, s.address, a["id"])
    row.update(collection=a["collection"], low=a["low"], high=a["high"], listed=True, word=_LISTED)


@on(_FEED, "BandSet")
def band_set(s: Scribe, a: Args) -> None:
    s.rows.edit(schema.feeds, s.address, a["id"]).update(low=a["low"], high=a["high"])


@on(_FEED, "FeedDelisted")
def feed_delisted(s: Scribe, a: Args) -> None:
    row = s.rows.edit(schema.feeds, s.address, a["id"])
    row.update(listed=False, word=row["word"] & _TIMES)


@on(_FEED, "FeedRelisted")
def feed_relisted(s: Scribe, a: Args) -> None:
    row = s.rows.edit(schema.feeds, s.address, a["id"])
    row.update(listed=True, word=row["word"] & _TIMES | _LISTED)


@on(_FEED, "SpotClamped")
def spot_clamped(s: Scribe, a: Args) -> None:
    s.memo["clamped", s.address, a["id"]] = a["wanted"]


@on(_FEED, "RoundsPosted")
def rounds_posted(s: Scribe, a: Args) -> None:
    for word in a["rounds"]:
        number, found = Round.from_event(a["slotAt"], word)
        row = s.rows.edit(schema.feeds, s.address, number)
        row["word"] = found.word
        s.note(
            schema.rounds,
            feed=s.address,
            id=number,
            collection=row["collection"],
            slot_at=found.slot_at,
            posted_at=found.posted_at,
            observed_at=found.observed_at,
            spot=found.spot,
            avg=found.avg,
            sale=found.sale,
            depth=found.depth,
            confidence_bps=found.confidence_bps,
            clamped=found.clamped,
            wanted=s.memo.pop(("clamped", s.address, number), found.spot),
        )


@on(_FEED, "ItemRejected")
def item_rejected(s: Scribe, a: Args) -> None:
    _reject(s, "item", a["slotAt"], a["id"], reason=_reason(a["reason"]), detail=a["detail"])


@on(_FEED, "ValueIgnored")
def value_ignored(s: Scribe, a: Args) -> None:
    _reject(s, "value", a["slotAt"], a["id"], reporter=a["reporter"], reason="bad spot", detail=a["spot"])


@on(_FEED, "ReportIgnored")
def report_ignored(s: Scribe, a: Args) -> None:
    _reject(s, "report", a["slotAt"], 0, reporter=a["reporter"], reason="not a reporter")


def _reason(number: int) -> str:
    """`NoQuorum` as `no quorum`."""
    name = ItemReason(number).name
    return "".join(f" {c.lower()}" if c.isupper() else c for c in name).strip()


def _reject(s: Scribe, kind: str, slot_at: int, feed_id: int, **values: int | str) -> None:
    s.note(schema.rejects, feed=s.address, kind=kind, id=feed_id, slot_at=slot_at, **values)


# --- the oracle ---------------------------------------------------------------------------------------------


@on(_ORACLE, "SourcesSet")
def sources_set(s: Scribe, a: Args) -> None:
    row = s.rows.edit(schema.sources, a["collection"])
    row.update(feeds=json.dumps(a["feeds"]), priced=False, backup_rate=a["backupRate"])


@on(_ORACLE, "PriceSourceSet")
def price_source_set(s: Scribe, a: Args) -> None:
    row = s.rows.edit(schema.sources, a["token"])
    row.update(feeds=json.dumps([a["source"]]), priced=True, backup_rate=False)


@on(_ORACLE, "CollectionDelisted")
def collection_delisted(s: Scribe, a: Args) -> None:
    s.rows.edit(schema.sources, a["collection"]).update(feeds="[]", priced=False, backup_rate=False)


@on(_ORACLE, "BackupRateSet")
def backup_rate_set(s: Scribe, a: Args) -> None:
    s.set("oracle backup rate", a["feed"])


@on(_ORACLE, "PoolFeedSet")
def pool_feed_set(s: Scribe, a: Args) -> None:
    s.rows.edit(schema.pool_feeds, a["collection"])["feed"] = a["feed"]


@on(_ORACLE, "AggregatorCreated")
def aggregator_created(s: Scribe, a: Args) -> None:
    s.rows.edit(schema.aggregators, a["collection"])["aggregator"] = a["aggregator"]


@on("MockAggregatorV3", "AnswerUpdated")
def answer_updated(s: Scribe, a: Args) -> None:
    s.note(
        schema.answers,
        aggregator=s.address,
        answer=str(a["current"]),
        round_id=a["roundId"],
        updated_at=a["updatedAt"],
    )


# --- appraisals ---------------------------------------------------------------------------------------------


@on(_APPRAISALS, "AppraisalPosted")
def appraisal_posted(s: Scribe, a: Args) -> None:
    row = s.rows.edit(schema.appraisals, a["collection"], a["tokenId"])
    row.update(units=a["units"], issued_at=a["issuedAt"], expires_at=a["expiresAt"], appraiser=a["appraiser"])


@on(_APPRAISALS, "AppraisalRevoked")
def appraisal_revoked(s: Scribe, a: Args) -> None:
    row = s.rows.edit(schema.appraisals, a["collection"], a["tokenId"])
    row.update(units=0, issued_at=a["at"], expires_at=0, appraiser=ZERO)


@on(_APPRAISALS, "RootSet")
def root_set(s: Scribe, a: Args) -> None:
    row = s.rows.edit(schema.appraisal_roots, a["collection"])
    row.update(root="0x" + a["root"].hex(), set_at=a["at"])


@on(_APPRAISALS, "CollectionRevoked")
def collection_revoked(s: Scribe, a: Args) -> None:
    row = s.rows.edit(schema.appraisal_roots, a["collection"])
    row.update(root="0x" + "00" * 32, revoked_at=a["at"])


@on(_APPRAISALS, "AppraiserSet")
def appraiser_set(s: Scribe, a: Args) -> None:
    s.rows.edit(schema.appraisers, a["collection"], a["appraiser"])["allowed"] = a["allowed"]
