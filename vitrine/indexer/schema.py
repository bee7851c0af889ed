"""The tables. Entities are what is true now; histories are what happened, one row per event that made it.

Addresses are checksummed text, amounts `Uint`. Times in columns named `at` are unix seconds of the block;
`opened_at`, `started_at` and `clock` count on the group clock, which stands still while the group is paused.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, MetaData, String, Table, Text

from vitrine.indexer.types import Uint

VERSION: Final = 2
"""Raised when the meaning of a table changes: an index of another version has to be rebuilt."""

metadata = MetaData()
ZERO: Final = "0x" + "00" * 20

TIER: Final = (
    "ltv_bps", "lt_bps", "discount_min_bps", "discount_max_bps", "gap_bps", "premium_bps", "reserve_bps",
    "premium_seconds", "band_seconds", "distressed_seconds", "grace_seconds", "credit_cap_units", "max_live",
)  # fmt: skip
TERMS: Final = (
    "started_at", "units", "premium_bps", "discount_min_bps", "discount_max_bps", "reserve_bps",
    "premium_seconds", "band_seconds", "distressed_seconds",
)  # fmt: skip


def _address(name: str, *, key: bool = False) -> Column[str]:
    return Column(name, String(42), primary_key=key, nullable=False)


def _amount(name: str, *, key: bool = False) -> Column[int]:
    return Column(name, Uint(), primary_key=key, nullable=False)


def _whole(name: str, *, key: bool = False) -> Column[int]:
    return Column(name, BigInteger, primary_key=key, autoincrement=False, nullable=False)


def _text(name: str, *, key: bool = False) -> Column[str]:
    return Column(name, Text, primary_key=key, nullable=False)


def _flag(name: str) -> Column[bool]:
    return Column(name, Boolean, nullable=False)


def _entity(name: str, *columns: Column[Any]) -> Table:
    return Table(name, metadata, *columns)


def _history(name: str, *columns: Column[Any]) -> Table:
    """Named by the log that made the row."""
    return Table(
        name, metadata, _whole("block", key=True), _whole("log_index", key=True), _whole("at"), *columns
    )


# --- the index itself ---------------------------------------------------------------------------------------

cursor = Table(
    "cursor", metadata, Column("id", Integer, primary_key=True), _whole("version"), _whole("revision"),
    _whole("chain_id"), _text("genesis"), _address("vault"), _whole("start"), _whole("block"), _text("hash"),
    _whole("at"),
)  # fmt: skip
headers = Table("headers", metadata, _whole("number", key=True), _text("hash"), _text("parent"), _whole("at"))
undo = Table(
    "undo", metadata, _whole("block", key=True), _whole("seq", key=True), _text("entity"), _text("key"),
    Column("before", Text, nullable=True),
)  # fmt: skip
events = _history(
    "events", _text("block_hash"), _text("tx_hash"), _whole("tx_index"), _address("address"),
    _text("contract"), _text("name"), _text("args"),
)  # fmt: skip
Index("events_by_name", events.c.name, events.c.block)

# --- the vault ----------------------------------------------------------------------------------------------

vault = _entity(
    "vault", _whole("id", key=True), _amount("cash"), _amount("reserve"), _amount("debt_assets"),
    _amount("debt_shares"), _amount("marked_shares"), _amount("marked_collateral"), _amount("total_shares"),
    _amount("total_credits"), _amount("queued_shares"), _whole("next_request"), _amount("charged_rate"),
    _amount("anchor_rate"), _whole("booked_clock"),
)  # fmt: skip
suppliers = _entity("suppliers", _address("account", key=True), _amount("shares"), _amount("credit"))
requests = _entity(
    "requests", _whole("id", key=True), _address("owner"), _amount("waiting"), _amount("filled_shares"),
    _amount("filled_assets"), _flag("open"),
)  # fmt: skip
losses = _history(
    "losses", _address("account"), _amount("loss"), _amount("shares"), _amount("by_reserve"),
    _amount("by_cover"), _amount("by_suppliers"),
)  # fmt: skip
credited = _history("credits", _address("payee"), _text("kind"), _amount("assets"), _flag("from_reserve"))
parameters = _entity("parameters", _text("name", key=True), _text("value"))

# --- the desk -----------------------------------------------------------------------------------------------

accounts = _entity(
    "accounts", _address("account", key=True), _amount("debt_shares"), _amount("units"), _whole("nft_count"),
    _whole("live_count"), _flag("notice"), _address("flagger"), _whole("opened_at"), _address("starter"),
    _whole("started_at"), _amount("mark_shares"), _amount("mark_collateral"), _whole("since"),
)  # fmt: skip
pledges = _entity(
    "pledges", _address("collection", key=True), _amount("token_id", key=True), _address("account"),
    _whole("place"), _whole("units"), _whole("expires_at"), _whole("rank"), _flag("live"),
)  # fmt: skip
Index("pledges_by_account", pledges.c.account)
operators = _entity(
    "operators", _address("account", key=True), _address("operator", key=True), _flag("approved")
)
notices = _history(
    "notices", _address("account"), _text("step"), _address("actor"), _amount("debt"), _amount("limit"),
    _whole("count"), _whole("clock"),
)  # fmt: skip
loans = _history(
    "loans", _address("account"), _text("step"), _address("actor"), _amount("assets"), _amount("shares"),
    _amount("fine"),
)  # fmt: skip
places = _entity(
    "places", _whole("place", key=True), _address("collection"), _whole("epoch"),
    *(_whole(name) for name in TIER), _flag("open"),
)  # fmt: skip
pauses = _entity(
    "pauses", _text("group", key=True), _whole("started_at"), _whole("ends_at"), _whole("paused_before")
)

# --- auctions -----------------------------------------------------------------------------------------------

auctions = _entity(
    "auctions", _address("collection", key=True), _amount("token_id", key=True), _address("account"),
    _flag("running"), _whole("runs"), *(_whole(name) for name in TERMS),
)  # fmt: skip
auction_steps = _history(
    "auction_steps", _address("collection"), _amount("token_id"), _address("account"), _text("step"),
    _whole("clock"), _text("phase"), *(_whole(name) for name in TERMS),
)  # fmt: skip
sales = _history(
    "sales", _text("tx_hash"), _address("collection"), _amount("token_id"), _address("account"),
    _address("taker"), _address("receiver"), _address("venue"),
    _amount("price"), _amount("proceeds"), _amount("worth"),
    _whole("discount_bps"), _text("phase"), _amount("repaid"), _amount("shares"), _amount("surplus"),
)  # fmt: skip

# --- prices -------------------------------------------------------------------------------------------------

feeds = _entity(
    "feeds", _address("feed", key=True), _whole("id", key=True), _address("collection"), _amount("low"),
    _amount("high"), _flag("listed"), _amount("word"),
)  # fmt: skip
reporters = _entity("reporters", _address("feed", key=True), _address("reporter", key=True), _flag("counts"))
rounds = _history(
    "rounds", _address("feed"), _whole("id", key=True), _address("collection"), _whole("slot_at"),
    _whole("posted_at"), _whole("observed_at"), _amount("spot"), _amount("avg"), _amount("sale"),
    _amount("depth"), _whole("confidence_bps"), _flag("clamped"), _amount("wanted"),
)  # fmt: skip
rejects = _history(
    "rejects", _address("feed"), _text("kind"), _whole("id"), _whole("slot_at"), _address("reporter"),
    _text("reason"), _amount("detail"),
)  # fmt: skip
answers = _history(
    "answers", _address("aggregator"), _text("answer"), _amount("round_id"), _amount("updated_at")
)
sources = _entity(
    "sources", _address("collection", key=True), _text("feeds"), _flag("priced"), _flag("backup_rate")
)
pool_feeds = _entity("pool_feeds", _address("collection", key=True), _address("feed"))
aggregators = _entity("aggregators", _address("collection", key=True), _address("aggregator"))
appraisals = _entity(
    "appraisals", _address("collection", key=True), _amount("token_id", key=True), _whole("units"),
    _whole("issued_at"), _whole("expires_at"), _address("appraiser"),
)  # fmt: skip
appraisal_roots = _entity(
    "appraisal_roots", _address("collection", key=True), _text("root"), _whole("set_at"), _whole("revoked_at")
)
appraisers = _entity(
    "appraisers", _address("collection", key=True), _address("appraiser", key=True), _flag("allowed")
)

# --- markets ------------------------------------------------------------------------------------------------

pools = _entity(
    "pools", _address("pool", key=True), _address("collection"), _address("owner"), _address("curve"),
    _text("kind"), _whole("fee_bps"), _whole("protocol_fee_bps"), _amount("spot"), _amount("delta"),
    _text("list_root"), _whole("nfts"), _amount("assets"), _amount("protocol_fees"), _amount("shares"),
    _amount("fees_collected"), _whole("since"),
)  # fmt: skip
Index("pools_by_collection", pools.c.collection)
pool_nfts = _entity("pool_nfts", _address("pool", key=True), _amount("token_id", key=True), _whole("since"))
pool_shares = _entity(
    "pool_shares", _address("pool", key=True), _address("account", key=True), _amount("shares")
)
curves = _entity("curves", _address("curve", key=True), _flag("listed"))
swaps = _history(
    "swaps", _text("tx_hash"), _address("pool"), _address("collection"), _text("side"), _address("trader"),
    _address("receiver"), _text("token_ids"), _amount("total"), _amount("lp_fee"), _amount("protocol_fee"),
    _amount("royalty"), _amount("spot"), _amount("delta"),
)  # fmt: skip
liquidity = _history(
    "liquidity", _address("pool"), _text("step"), _address("account"), _address("receiver"),
    _text("token_ids"), _amount("assets"), _amount("cash_in_lieu"), _amount("shares"),
)  # fmt: skip
royalties = _entity("royalties", _address("receiver", key=True), _amount("claimable"), _amount("earned"))
royalty_rates = _entity(
    "royalty_rates", _address("collection", key=True), _address("receiver"), _whole("bps"), _flag("set"),
    _text("policy"), _whole("reduced_bps"),
)  # fmt: skip
entitled = _entity("entitled", _address("caller", key=True), _flag("entitled"))
royalty_dues = _history(
    "royalty_dues", _text("tx_hash"), _address("collection"), _amount("token_id"), _address("venue"),
    _address("receiver"), _amount("price"), _amount("due"), _amount("paid"),
)  # fmt: skip
bids = _entity(
    "bids", _amount("id", key=True), _address("bidder"), _address("collection"), _whole("price_bps"),
    _amount("max_price"), _whole("quantity"), _whole("ends_at"), _flag("cancelled"), _amount("locked"),
    _flag("open"),
)  # fmt: skip
bidders = _entity("bidders", _address("bidder", key=True), _amount("claimable"))
bid_nfts = _entity(
    "bid_nfts", _address("collection", key=True), _amount("token_id", key=True), _address("bidder")
)
bid_steps = _history(
    "bid_steps", _amount("id"), _text("step"), _address("bidder"), _address("collection"),
    _amount("token_id"), _amount("assets"), _whole("quantity"),
)  # fmt: skip
depths = _entity(
    "depths", _address("collection", key=True), _whole("units"), _whole("lowest"), _whole("readings"),
    _amount("level_wad"), _whole("level_at"), _text("pools"),
)  # fmt: skip
depth_readings = _history(
    "depth_readings", _address("collection"), _whole("units"), _whole("lowest"), _whole("readings"),
    _amount("level_wad"), _flag("fresh"),
)  # fmt: skip
exits = _entity("exits", _address("venue", key=True), _flag("listed"))
venues = _entity("venues", _address("registry", key=True), _address("venue", key=True), _flag("listed"))
legs = _history(
    "legs", _text("tx_hash"), _text("side"), _address("trader"), _address("venue"), _address("collection"),
    _text("token_ids"), _amount("assets"), _amount("debt"), _whole("fill"),
)  # fmt: skip

HISTORIES: Final = (
    events, losses, credited, notices, loans, auction_steps, sales, rounds, rejects, answers, swaps,
    liquidity, royalty_dues, bid_steps, legs, depth_readings,
)  # fmt: skip
ENTITIES: Final = tuple(
    table for table in metadata.sorted_tables if table not in (*HISTORIES, cursor, headers, undo)
)
