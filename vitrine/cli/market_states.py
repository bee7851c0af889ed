"""Pools, swaps, bids and royalties as JSON has them. Amounts end in `_units`, and are text."""

from __future__ import annotations

from typing import Any

from vitrine.cli.output import units
from vitrine.indexer.offers import LegView
from vitrine.indexer.orders_book import Level, StoredOrder
from vitrine.sdk.bids import Bid
from vitrine.sdk.facade import Vitrine
from vitrine.sdk.pools import Pool, Swap
from vitrine.sdk.royalties import RoyaltyTerms


def pool_json(vitrine: Vitrine, pool: Pool) -> dict[str, Any]:
    return {
        "pool": pool.address,
        "collection": pool.collection,
        "name": vitrine.name_of(pool.collection),
        "kind": pool.kind,
        "owner": pool.owner,
        "curve": vitrine.name_of(pool.curve),
        "listed_only": pool.listed_only,
        "price_units": units(pool.price),
        "spot": str(pool.spot),
        "delta": str(pool.delta),
        "fee_bps": pool.fee_bps,
        "protocol_fee_bps": pool.protocol_fee_bps,
        "protocol_fees_units": units(pool.protocol_fees),
        "nfts": pool.nfts,
        "assets_units": units(pool.assets),
        "token_ids": [str(token_id) for token_id in pool.token_ids],
    }


def swap_json(swap: Swap) -> dict[str, Any]:
    return {
        "total_units": units(swap.total),
        "price_units": units(swap.price),
        "lp_fee_units": units(swap.lp_fee),
        "protocol_fee_units": units(swap.protocol_fee),
        "royalty_units": units(swap.royalty),
    }


def leg_json(view: LegView, side: str) -> dict[str, Any]:
    return {
        "market": view.market,
        "venue": view.venue,
        "token_ids": [str(token_id) for token_id in view.token_ids],
        "price_units": units(view.price(side)),
        "fee_units": units(view.fee),
        "royalty_units": units(view.royalty),
        "total_units": units(view.total),
        "gas": view.gas,
        "substitutes": view.substitutes,
    }


def order_json(order: StoredOrder) -> dict[str, Any]:
    return {
        "order": order.hash,
        "side": order.side,
        "token_id": None if order.token_id is None else str(order.token_id),
        "by_trait": bool(order.ids_text),
        "price_units": units(order.price),
        "left": order.left,
        "maker": order.maker,
        "ends_at": order.end_time,
    }


def level_json(level: Level) -> dict[str, Any]:
    return {
        "price_units": units(level.price),
        "tokens": level.tokens,
        "orders": level.orders,
        "depth": level.depth,
    }


def bid_json(vitrine: Vitrine, bid: Bid, now: int) -> dict[str, Any]:
    return {
        "bid": bid.id,
        "bidder": bid.bidder,
        "collection": bid.collection,
        "name": vitrine.name_of(bid.collection),
        "price_bps": bid.price_bps,
        "max_price_units": units(bid.max_price),
        "quantity": bid.quantity,
        "locked_units": units(bid.locked),
        "ends_at": bid.ends_at,
        "status": bid.status(now),
    }


def royalty_json(vitrine: Vitrine, terms: RoyaltyTerms) -> dict[str, Any]:
    return {
        "collection": terms.collection,
        "name": vitrine.name_of(terms.collection),
        "token_id": str(terms.token_id),
        "price_units": units(terms.price),
        "receiver": terms.receiver if int(terms.receiver, 16) else None,
        "due_units": units(terms.due),
        "royalty_bps": terms.bps,
        "overridden": terms.overridden,
        "policy": terms.policy,
        "reduced_bps": terms.reduced_bps,
    }
