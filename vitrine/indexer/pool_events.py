"""`NFTPoolFactory` and `NFTPool`: what each pool holds, where its curve stands, who owns its shares."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

from vitrine.indexer import schema
from vitrine.indexer.rows import Row
from vitrine.indexer.scribe import FACTORY, POOL, Args, Scribe, on

SHARED: Final = "shared"
KINDS: Final = ("buy", "sell", "two-sided", SHARED)


@on(FACTORY, "PoolCreated")
def created(s: Scribe, a: Args) -> None:
    s.rows.edit(schema.pools, a["pool"]).update(
        collection=a["collection"],
        owner=a["owner"],
        curve=a["curve"],
        kind=KINDS[a["kind"]],
        fee_bps=a["feeBps"],
        protocol_fee_bps=a["protocolFeeBps"],
        spot=a["spot"],
        delta=a["delta"],
        list_root="0x" + a["listRoot"].hex(),
        since=s.block,
    )


@on(FACTORY, "CurveListed")
def curve_listed(s: Scribe, a: Args) -> None:
    s.rows.edit(schema.curves, a["curve"])["listed"] = a["listed"]


@on(FACTORY, "ProtocolFeeSet")
def protocol_fee_set(s: Scribe, a: Args) -> None:
    s.set("pool protocol fee", a["bps"])


@on(FACTORY, "FeeReceiverSet")
def fee_receiver_set(s: Scribe, a: Args) -> None:
    s.set("pool fee receiver", a["receiver"])


# --- swaps --------------------------------------------------------------------------------------------------


def _pool(s: Scribe) -> Row:
    return s.rows.edit(schema.pools, s.address)


def _arrive(s: Scribe, pool: Row, token_ids: Sequence[int]) -> None:
    for token_id in token_ids:
        s.rows.edit(schema.pool_nfts, s.address, token_id)["since"] = s.block
    pool["nfts"] += len(token_ids)


def _leave(s: Scribe, pool: Row, token_ids: Sequence[int]) -> None:
    """Gifts, which no event told, may leave too: an owned pool has them beside what is counted here, of a
    shared one they take the place of what is counted."""
    known = [token_id for token_id in token_ids if s.rows.get(schema.pool_nfts, s.address, token_id)]
    for token_id in known:
        s.rows.drop(schema.pool_nfts, s.address, token_id)
    pool["nfts"] -= len(token_ids) if pool["kind"] == SHARED else len(known)


def _pay(pool: Row, assets: int) -> None:
    """Gifts are spent last, by what is counted here."""
    pool["assets"] = max(0, pool["assets"] - assets)


def _swap(s: Scribe, pool: Row, side: str, trader: str, a: Args) -> None:
    pool["spot"], pool["delta"] = a["spot"], a["delta"]
    pool["protocol_fees"] += a["protocolFee"]
    s.note(
        schema.swaps,
        tx_hash=s.tx_hash,
        pool=s.address,
        collection=pool["collection"],
        side=side,
        trader=trader,
        receiver=a["receiver"],
        token_ids=json.dumps(a["tokenIds"]),
        total=a["total"],
        lp_fee=a["lpFee"],
        protocol_fee=a["protocolFee"],
        royalty=a["royalty"],
        spot=a["spot"],
        delta=a["delta"],
    )


@on(POOL, "NftsBought")
def bought(s: Scribe, a: Args) -> None:
    pool = _pool(s)
    _leave(s, pool, a["tokenIds"])
    pool["assets"] += a["total"] - a["protocolFee"] - a["royalty"]
    _swap(s, pool, "buy", a["buyer"], a)


@on(POOL, "NftsSold")
def sold(s: Scribe, a: Args) -> None:
    pool = _pool(s)
    _arrive(s, pool, a["tokenIds"])
    _pay(pool, a["total"] + a["protocolFee"] + a["royalty"])
    _swap(s, pool, "sell", a["seller"], a)


@on(POOL, "ProtocolFeesCollected")
def fees_collected(s: Scribe, a: Args) -> None:
    pool = _pool(s)
    pool["protocol_fees"] -= a["assets"]
    pool["fees_collected"] += a["assets"]


# --- liquidity ----------------------------------------------------------------------------------------------


def _moved(s: Scribe, step: str, account: str, receiver: str, a: Args) -> None:
    s.note(
        schema.liquidity,
        pool=s.address,
        step=step,
        account=account,
        receiver=receiver,
        token_ids=json.dumps(a["tokenIds"]),
        assets=a["assets"],
        cash_in_lieu=a.get("cashInLieu", 0),
        shares=a.get("shares", 0),
    )


@on(POOL, "PoolFunded")
def funded(s: Scribe, a: Args) -> None:
    pool = _pool(s)
    _arrive(s, pool, a["tokenIds"])
    pool["assets"] += a["assets"]
    _moved(s, "funded", a["from"], s.address, a)


@on(POOL, "PoolDrained")
def drained(s: Scribe, a: Args) -> None:
    pool = _pool(s)
    _leave(s, pool, a["tokenIds"])
    _pay(pool, a["assets"])
    _moved(s, "drained", pool["owner"], a["to"], a)


@on(POOL, "PoolTermsSet")
def terms_set(s: Scribe, a: Args) -> None:
    _pool(s).update(spot=a["spot"], delta=a["delta"], fee_bps=a["feeBps"])


@on(POOL, "LiquidityAdded")
def added(s: Scribe, a: Args) -> None:
    pool = _pool(s)
    _arrive(s, pool, a["tokenIds"])
    pool["assets"] += a["assets"]
    pool["spot"], pool["delta"] = a["spot"], a["delta"]
    _moved(s, "added", a["provider"], a["receiver"], a)


@on(POOL, "LiquidityRemoved")
def removed(s: Scribe, a: Args) -> None:
    pool = _pool(s)
    if pool["shares"]:
        _leave(s, pool, a["tokenIds"])
        pool["assets"] -= a["assets"]
    else:  # the last shares take everything, gifts too
        pool["nfts"] = len(a["tokenIds"])
        _leave(s, pool, a["tokenIds"])
        pool["assets"] = 0
    pool["spot"], pool["delta"] = a["spot"], a["delta"]
    _moved(s, "removed", a["provider"], a["receiver"], a)


@on(POOL, "Transfer")
def shares_moved(s: Scribe, a: Args) -> None:
    """Shares of a shared pool, minted and burned ones too."""
    pool = _pool(s)
    for who, sign in ((a["from"], -1), (a["to"], 1)):
        if who == schema.ZERO:
            pool["shares"] -= sign * a["value"]
        else:
            s.rows.edit(schema.pool_shares, s.address, who)["shares"] += sign * a["value"]
