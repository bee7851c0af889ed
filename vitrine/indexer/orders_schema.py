"""Tables of the order store, beside those of the index. Orders are handed in, events cannot bring them back:
a rebuild of the index leaves them."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, String, Table, Text

from vitrine.indexer.types import Uint

metadata = MetaData()

orders: Final = Table(
    "seaport_orders",
    metadata,
    Column("hash", String(66), primary_key=True),
    Column("side", String(3), nullable=False),
    Column("collection", String(42), nullable=False),
    Column("token_id", Uint(), nullable=True),
    Column("maker", String(42), nullable=False),
    Column("asset", String(42), nullable=False),
    Column("start_price", Uint(), nullable=False),
    Column("end_price", Uint(), nullable=False),
    Column("gross", Uint(), nullable=False),
    Column("start_time", Uint(), nullable=False),
    Column("end_time", Uint(), nullable=False),
    Column("quantity", Uint(), nullable=False),
    Column("left", Uint(), nullable=False),
    Column("funds", Uint(), nullable=False),
    Column("body", Text, nullable=False),
    Column("ids", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("added_at", BigInteger, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Column("checked_block", BigInteger, nullable=False),
)
"""`side` is ask or bid; `token_id` is empty for bids on several tokens, `ids` names those of a trait bid.
`start_price` and `end_price` are for one token: all a buyer pays, all a seller gets; `gross` is the most
that the maker of a bid pays for one, `funds` what he has and allows. `reason` is empty while the order
lives."""
Index("seaport_orders_live", orders.c.collection, orders.c.side, orders.c.reason)

tips: Final = Table(
    "seaport_tips",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", String(66), nullable=False),
    Column("at", BigInteger, nullable=False),
)
"""Blocks up to which events were read, the newest ones: the highest is where reading goes on."""

origin: Final = Table(
    "seaport_origin",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("chain_id", BigInteger, nullable=False),
    Column("genesis", Text, nullable=False),
    Column("seaport", String(42), nullable=False),
)
