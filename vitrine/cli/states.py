"""Positions, suppliers, quotes and lots as JSON has them. Amounts end in `_units`, and are text."""

from __future__ import annotations

from typing import Any

from vitrine.cli.output import units
from vitrine.sdk.auctions import Lot
from vitrine.sdk.desk import Position
from vitrine.sdk.facade import Vitrine
from vitrine.sdk.oracle import PriceQuote
from vitrine.sdk.vault import SupplierState, VaultState


def position_json(vitrine: Vitrine, position: Position) -> dict[str, Any]:
    return {
        "account": position.account,
        "status": position.status,
        "debt_units": units(position.debt),
        "value_units": units(position.value),
        "borrow_limit_units": units(position.borrow_limit),
        "warn_at_units": units(position.warn_at),
        "liquidation_limit_units": units(position.liquidation_limit),
        "target_units": units(position.target),
        "ltv_bps": position.ltv_bps,
        "health_bps": position.health_bps,
        "price_state": position.price_state,
        "notice_at": position.notice_at or None,
        "marked": position.marked,
        "nfts": [
            {
                "collection": nft.collection,
                "name": vitrine.name_of(nft.collection),
                "token_id": str(nft.token_id),
                "pieces": f"{nft.units / 100:.2f}",
                "in_auction": nft.in_auction,
            }
            for nft in position.nfts
        ],
    }


def supplier_json(state: SupplierState) -> dict[str, Any]:
    return {
        "account": state.account,
        "shares": str(state.shares),
        "redeemable_units": units(state.redeemable),
        "withdrawable_now_units": units(state.withdrawable_now),
        "credit_units": units(state.credit),
        "requests": [{"id": request.id, "shares": str(request.shares)} for request in state.requests],
    }


def vault_json(state: VaultState) -> dict[str, Any]:
    return {
        "cash_units": units(state.cash),
        "debt_units": units(state.debt),
        "supply_assets_units": units(state.supply_assets),
        "redeem_assets_units": units(state.redeem_assets),
        "shares": str(state.shares),
        "reserve_units": units(state.reserve),
        "floating_bad_debt_units": units(state.floating_bad_debt),
        "utilisation_bps": state.utilisation_wad * 10_000 // 10**18,
        "borrow_apr_bps": (state.apr_wad * 10_000 + 10**18 // 2) // 10**18,
        "queued_shares": str(state.queued_shares),
        "credits_units": units(state.credits),
        "supply_cap_units": units(state.supply_cap),
        "reserve_factor_bps": state.reserve_factor_bps,
    }


def quote_json(vitrine: Vitrine, quote: PriceQuote) -> dict[str, Any]:
    return {
        "collection": quote.collection,
        "name": vitrine.name_of(quote.collection),
        "state": quote.state,
        "bid_units": units(quote.bid),
        "mid_units": units(quote.mid),
        "ask_units": units(quote.ask),
        "spot_units": units(quote.spot),
        "avg_units": units(quote.avg),
        "sale_units": units(quote.sale),
        "as_of": quote.as_of,
        "posted_at": quote.posted_at,
        "confidence_bps": quote.confidence_bps,
    }


def lot_json(vitrine: Vitrine, lot: Lot) -> dict[str, Any]:
    return {
        "collection": lot.collection,
        "name": vitrine.name_of(lot.collection),
        "token_id": str(lot.token_id),
        "price_units": units(lot.price),
        "worth_units": units(lot.worth),
        "discount_bps": lot.discount_bps,
        "phase": lot.phase,
        "started_at": lot.started_at,
    }


def tier_json(tier: Any) -> dict[str, Any]:
    return {
        "ltv_bps": tier.ltvBps,
        "lt_bps": tier.ltBps,
        "discount_min_bps": tier.discountMinBps,
        "discount_max_bps": tier.discountMaxBps,
        "gap_bps": tier.gapBps,
        "grace_seconds": tier.graceSeconds,
        "credit_cap_pieces": f"{tier.creditCapUnits / 100:.2f}",
        "max_live": tier.maxLive,
        "open": tier.open,
    }
