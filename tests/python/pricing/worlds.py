"""Small made-up markets, in lists: what the pricing tests draw from."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from vitrine.pricing import MarketFrames

ETH = 10**18
DAY = 86_400
T0 = 1_650_000_000
PARTIES = ["alice", "bob", "carol", "dave", "erin", "frank", ""]
Row = dict[str, Any]


def sale(at: int, eth: float, token: int = 1, seller: str = "", buyer: str = "", **more: Any) -> Row:
    """One sale `at` seconds after T0."""
    return {
        "time": T0 + at,
        "token_id": token,
        "price_wei": wei(eth),
        "seller": seller,
        "buyer": buyer,
        **more,
    }


def ask(at: int, eth: float, token: int, **more: Any) -> Row:
    return {"start": T0 + at, "token_id": token, "price_wei": wei(eth), **more}


def bid(at: int, eth: float, **more: Any) -> Row:
    return {"start": T0 + at, "price_wei": wei(eth), **more}


def move(at: int, token: int, sender: str, receiver: str) -> Row:
    return {"time": T0 + at, "token_id": token, "sender": sender, "receiver": receiver}


def money(at: int, sender: str, receiver: str) -> Row:
    return {"time": T0 + at, "sender": sender, "receiver": receiver}


def wei(eth: float) -> int:
    return round(eth * 10**9) * 10**9


def honest_sales(count: int = 12, level: float = 60.0, gap: int = 3600) -> list[Row]:
    """Sales between strangers, prices within 2 % of the level."""
    return [
        sale(
            i * gap,
            level + 0.1 * (i * 7 % 12),
            token=1000 + i,
            seller=f"seller{i}",
            buyer=f"buyer{i}",
            event_id=i,
        )
        for i in range(count)
    ]


def honest_asks(count: int = 10, level: float = 60.0, at: int = 0) -> list[Row]:
    return [ask(at, level + i, token=2000 + i, seller=f"holder{i}", event_id=i) for i in range(count)]


def market(
    sales: list[Row] | None = None,
    listings: list[Row] | None = None,
    bids: list[Row] | None = None,
    transfers: list[Row] | None = None,
) -> MarketFrames:
    return MarketFrames.build("apes", sales=sales, listings=listings, bids=bids, transfers=transfers)


_times = st.integers(0, 20).map(lambda n: n * 4 * 3600)
_prices = st.sampled_from(
    [0, 10**-18, 0.5, 40.0, 55.0, 58.0, 60.0, 61.0, 63.0, 66.0, 70.0, 120.0, 900.0, 2e6, None]
)
_party = st.sampled_from(PARTIES)
_tokens = st.integers(1, 6)


def _priced(eth: float | None) -> int | None:
    return None if eth is None else 1 if eth == 10**-18 else wei(eth)


@st.composite
def sale_rows(draw: st.DrawFn) -> Row:
    return {
        "time": T0 + draw(_times),
        "seq": draw(st.integers(0, 1)),
        "token_id": draw(_tokens),
        "price_wei": _priced(draw(_prices)),
        "seller": draw(_party),
        "buyer": draw(_party),
        "private": draw(st.integers(0, 9)) == 0,
        "bundle": draw(st.integers(0, 9)) == 0,
    }


@st.composite
def order_rows(draw: st.DrawFn, kind: str) -> Row:
    start = T0 + draw(_times)
    open_end = draw(st.booleans())
    row: Row = {
        "start": start,
        "end": None if open_end else start + draw(_times),
        "price_wei": _priced(draw(_prices)),
        "private": draw(st.integers(0, 9)) == 0,
    }
    if kind == "ask":
        return {**row, "token_id": draw(_tokens), "bundle": draw(st.integers(0, 9)) == 0}
    return {**row, "token_id": draw(st.integers(-1, 4)), "quantity": draw(st.integers(1, 4))}


@st.composite
def transfer_rows(draw: st.DrawFn) -> Row:
    return {
        "time": T0 + draw(_times),
        "seq": draw(st.integers(0, 1)),
        "token_id": draw(st.integers(-1, 6)),
        "sender": draw(_party),
        "receiver": draw(_party),
    }


@st.composite
def worlds(draw: st.DrawFn) -> dict[str, list[Row]]:
    """Any small market: few tokens and parties, so that wash trades and duplicates happen by themselves."""
    world = {
        "sales": draw(st.lists(sale_rows(), max_size=25)),
        "listings": draw(st.lists(order_rows("ask"), max_size=15)),
        "bids": draw(st.lists(order_rows("bid"), max_size=10)),
        "transfers": draw(st.lists(transfer_rows(), max_size=10)),
    }
    for rows in world.values():
        for number, row in enumerate(rows):
            row["event_id"] = number
    return world
