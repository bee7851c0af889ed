"""`vitrine status`"""

from __future__ import annotations

from typing import Any

import click

from vitrine.cli.options import chain_options
from vitrine.cli.output import emit, facts, table


@click.command("status", short_help="Vault, collections, prices, auctions at a glance.")
@chain_options
def command(rpc: str | None, chain_id: int | None, as_json: bool) -> None:
    """Show the deployment: vault, collections with terms and prices, auctions that run."""
    from vitrine.cli.action import Session
    from vitrine.cli.states import lot_json, quote_json, tier_json, vault_json

    session = Session(rpc, chain_id)
    vitrine = session.vitrine
    at = session.chain.block_number()
    tiers = vitrine.desk.tiers(at)
    quotes = vitrine.oracle.quotes([collection for collection, _ in tiers], at)
    group = vitrine.contract("LendingVault").PAUSE_GROUP()
    paused = session.chain.read(vitrine.contract("Pauser").status(session.chain.read(group)), block=at)
    payload: dict[str, Any] = {
        "chain_id": session.chain.chain_id,
        "block": at,
        "time": int(session.chain.block(at)["timestamp"], 16),
        "paused": paused.paused,
        "asset": vitrine.deployment.asset.model_dump() if vitrine.deployment.asset else None,
        "vault": {"address": vitrine.vault.address, **vault_json(vitrine.vault.state(at))},
        "collections": [
            {**quote_json(vitrine, quote), "tier": tier_json(tier)}
            for quote, (_, tier) in zip(quotes, tiers, strict=True)
        ],
        "auctions": [lot_json(vitrine, lot) for lot in vitrine.auctions.lots(at)],
        "accounts": len(vitrine.desk.accounts(at)),
    }

    def text() -> None:
        from vitrine.units import format_bps

        money = vitrine.money
        vault = payload["vault"]
        facts(
            f"Chain {payload['chain_id']}, block {at}{', PAUSED' if paused.paused else ''}",
            [
                ("supplied", money.text(int(vault["supply_assets_units"]))),
                ("lent", money.text(int(vault["debt_units"]))),
                ("cash", money.text(int(vault["cash_units"]))),
                ("reserve", money.text(int(vault["reserve_units"]))),
                ("floating bad debt", money.text(int(vault["floating_bad_debt_units"]))),
                ("utilisation", format_bps(vault["utilisation_bps"])),
                ("borrow rate a year", format_bps(vault["borrow_apr_bps"])),
                ("accounts ever", payload["accounts"]),
            ],
        )
        table(
            "Collections",
            ["name", "state", "bid", "mid", "LTV", "LT", "discount", "confidence"],
            [
                (
                    item["name"],
                    item["state"],
                    money.text(int(item["bid_units"])),
                    money.text(int(item["mid_units"])),
                    format_bps(item["tier"]["ltv_bps"]),
                    format_bps(item["tier"]["lt_bps"]),
                    " – ".join(format_bps(item["tier"][f"discount_{end}_bps"]) for end in ("min", "max")),
                    format_bps(item["confidence_bps"]),
                )
                for item in payload["collections"]
            ],
            right=(2, 3, 4, 5),
        )
        if payload["auctions"]:
            table("Auctions", ["NFT", "phase", "price", "discount"], lot_rows(vitrine, payload["auctions"]))

    emit(as_json, payload, text)


def lot_rows(vitrine: Any, lots: list[dict[str, Any]]) -> list[tuple[str, ...]]:
    """Rows of a table of auctions."""
    from vitrine.units import format_bps

    return [
        (
            f"{lot['name']}:{lot['token_id']}",
            lot["phase"],
            vitrine.money.text(int(lot["price_units"])),
            format_bps(lot["discount_bps"]),
        )
        for lot in lots
    ]
