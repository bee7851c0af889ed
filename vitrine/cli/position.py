"""`vitrine position …`"""

from __future__ import annotations

from typing import Any, Final

import click

from vitrine.cli.options import ADDRESS, NFT, NftId, chain_options, nft_option, write_options
from vitrine.cli.output import emit, facts, table

REFUSED: Final = {
    "PriceNotFresh": "a price is not fresh: wait for the next round",
    "CollectionClosed": "a collection takes no new loans",
    "CreditCapExceeded": "more would stand behind debt than the cap allows: borrow later, or less",
    "DebtAboveLimit": "the debt would be above the borrow limit: borrow less, or pledge more",
}
"""What a person reads where the models give the name of an error."""


@click.group("position", short_help="Accounts: health, NFTs, notices.")
def command() -> None:
    """Look at accounts, and move their NFTs."""


@command.command("show")
@click.argument("account", type=ADDRESS)
@chain_options
def show(account: str, rpc: str | None, chain_id: int | None, as_json: bool) -> None:
    """Debt, limits, health and NFTs of ACCOUNT."""
    from vitrine.cli.action import Session
    from vitrine.cli.states import position_json
    from vitrine.units import format_bps

    vitrine = Session(rpc, chain_id).vitrine
    payload = position_json(vitrine, vitrine.desk.position(account))

    def text() -> None:
        keys = ("debt", "value", "borrow_limit", "warn_at", "liquidation_limit")
        rows: list[tuple[str, Any]] = [("status", payload["status"])]
        rows += [(key.replace("_", " "), vitrine.money.text(int(payload[f"{key}_units"]))) for key in keys]
        health = payload["health_bps"]
        rows.append(("loan to value", format_bps(payload["ltv_bps"])))
        rows.append(("health", "–" if health is None else format_bps(health)))
        rows.append(("prices", payload["price_state"]))
        facts(account, rows)
        table(
            "NFTs",
            ["NFT", "pieces", "in auction"],
            [
                (f"{nft['name']}:{nft['token_id']}", nft["pieces"], "yes" if nft["in_auction"] else "")
                for nft in payload["nfts"]
            ],
        )

    emit(as_json, payload, text)


@command.command("list")
@click.option("--risky", is_flag=True, help="Only accounts that could be warned or liquidated.")
@chain_options
def list_(risky: bool, rpc: str | None, chain_id: int | None, as_json: bool) -> None:
    """All accounts that ever pledged, least healthy first."""
    from vitrine.cli.action import Session
    from vitrine.cli.states import position_json
    from vitrine.units import format_bps

    vitrine = Session(rpc, chain_id).vitrine
    found = vitrine.desk.positions(vitrine.desk.accounts())
    if risky:
        found = [item for item in found if item.debt and item.debt >= item.warn_at]
    found.sort(key=lambda item: (item.health_bps is None, item.health_bps or 0, item.account))
    payload = {"accounts": [position_json(vitrine, item) for item in found]}

    def text() -> None:
        rows = [
            (
                item.account,
                item.status,
                vitrine.money.text(item.debt),
                vitrine.money.text(item.value),
                "–" if item.health_bps is None else format_bps(item.health_bps),
                len(item.nfts),
            )
            for item in found
        ]
        table("", ["account", "status", "debt", "value", "health", "NFTs"], rows, right=(2, 3, 4, 5))

    emit(as_json, payload, text)


@command.command("preview")
@click.argument("account", type=ADDRESS)
@click.option("--borrow", metavar="ASSETS", default="0", help="Borrow so much.")
@click.option("--repay", metavar="ASSETS", default="0", help="Repay so much first.")
@click.option("--add", type=NFT, multiple=True, metavar="COLLECTION:ID", help="Pledge it. May repeat.")
@click.option("--remove", type=NFT, multiple=True, metavar="COLLECTION:ID", help="Take it out. May repeat.")
@chain_options
def preview(
    account: str,
    borrow: str,
    repay: str,
    add: tuple[NftId, ...],
    remove: tuple[NftId, ...],
    rpc: str | None,
    chain_id: int | None,
    as_json: bool,
) -> None:
    """Health of ACCOUNT after a step, computed with the models; nothing is sent or simulated."""
    from vitrine.cli.action import Session
    from vitrine.cli.common import nft_refs
    from vitrine.sdk.preview import Step
    from vitrine.units import format_bps, parse_units

    vitrine = Session(rpc, chain_id).vitrine
    decimals, money = vitrine.money.decimals, vitrine.money
    step = Step(
        repay=parse_units(repay, decimals),
        add=tuple(nft_refs(vitrine, add)),
        remove=tuple(nft_refs(vitrine, remove)),
        borrow=parse_units(borrow, decimals),
    )
    seen = vitrine.previews.after(account, step)
    limit = seen.health.limit
    payload = {
        "account": account,
        "debt_units": str(seen.debt),
        "value_units": str(seen.health.value),
        "borrow_limit_units": str(seen.health.borrow_limit),
        "room_units": str(seen.room),
        "liquidation_limit_units": str(limit),
        "health_bps": limit * 10_000 // seen.debt if seen.debt else None,
        "price_state": seen.health.state.name.lower(),
        "refusal": None if seen.refusal is None else seen.refusal.value,
    }

    def text() -> None:
        rows: list[tuple[str, Any]] = [
            (key.removesuffix("_units").replace("_", " "), money.text(int(str(value))))
            for key, value in payload.items()
            if key.endswith("_units")
        ]
        health = payload["health_bps"]
        rows.append(("health", "–" if health is None else format_bps(int(str(health)))))
        rows.append(("prices", payload["price_state"]))
        refusal = payload["refusal"]
        rows.append(("refused", REFUSED.get(str(refusal), refusal) if refusal else "no"))
        facts(account, rows)

    emit(as_json, payload, text)


@command.command("pledge")
@nft_option
@click.option("--account", type=ADDRESS, help="For whom; the sender by default.")
@write_options
def pledge(nfts: tuple[NftId, ...], account: str | None, **options: Any) -> None:
    """Pledge NFTs of the sender as collateral."""
    from vitrine.cli.action import Action, perform
    from vitrine.cli.common import nft_refs, open_session, watch_position
    from vitrine.sdk.tokens import Needs

    session, flags = open_session(options)
    vitrine, sender = session.vitrine, session.sender()
    refs = _required(nft_refs(vitrine, nfts))
    owner = account or sender
    action = Action(
        f"Pledge {len(refs)} NFTs",
        [vitrine.desk.pledge(refs, owner)],
        Needs(nfts=refs, mover=vitrine.desk.address),
        watch_position(owner),
        lambda receipts: {"pledged": len(receipts[0].all("Pledged"))},
    )
    perform(session, action, sender, flags)


@command.command("withdraw")
@nft_option
@click.option("--receiver", type=ADDRESS, help="Who gets them; the sender by default.")
@write_options
def withdraw(nfts: tuple[NftId, ...], receiver: str | None, **options: Any) -> None:
    """Take NFTs out; without debt always, with debt within the limit."""
    from vitrine.cli.action import Action, perform
    from vitrine.cli.common import nft_refs, open_session, watch_position

    session, flags = open_session(options)
    vitrine, sender = session.vitrine, session.sender()
    refs = _required(nft_refs(vitrine, nfts))
    action = Action(
        f"Withdraw {len(refs)} NFTs",
        [vitrine.desk.withdraw(refs, sender, receiver or sender)],
        watch=watch_position(sender),
        result=lambda receipts: {"withdrawn": len(receipts[0].all("Withdrawn"))},
    )
    perform(session, action, sender, flags)


@command.command("mark")
@click.argument("accounts", type=ADDRESS, nargs=-1, required=True)
@write_options
def mark(accounts: tuple[str, ...], **options: Any) -> None:
    """Mark ACCOUNTS at the prices of now; the loss of those without collateral is recognised."""
    from vitrine.cli.action import Action, perform
    from vitrine.cli.common import open_session

    session, flags = open_session(options)
    vitrine = session.vitrine
    action = Action(
        f"Mark {len(accounts)} accounts",
        [vitrine.desk.mark(accounts)],
        watch=lambda stage: {"floating_bad_debt_units": str(stage.vault.state().floating_bad_debt)},
        result=lambda receipts: {
            "marked": len(receipts[0].all("AccountMarked")),
            "losses": len(receipts[0].all("LossRealised")),
        },
    )
    perform(session, action, session.sender(), flags)


def _required(refs: list[tuple[str, int]]) -> list[tuple[str, int]]:
    if not refs:
        raise click.UsageError("Name at least one NFT with --nft, like --nft punks:12")
    return refs
