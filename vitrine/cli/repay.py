"""`vitrine repay`"""

from __future__ import annotations

from typing import Any

import click

from vitrine.cli.options import ADDRESS, NftId, nft_option, write_options


@click.command("repay", short_help="Repay a loan, and take NFTs out.")
@click.argument("assets")
@nft_option
@click.option("--account", type=ADDRESS, help="Whose loan; the sender's by default.")
@write_options
def command(assets: str, nfts: tuple[NftId, ...], account: str | None, **options: Any) -> None:
    """Repay ASSETS, in whole units of the asset, or `all`; never more than is owed is taken.

    With --nft those are taken out in the same transaction.
    """
    from vitrine.cli.action import Action, perform
    from vitrine.cli.common import amount, nft_refs, open_session, watch_position
    from vitrine.errors import AmountError, StateError
    from vitrine.sdk.tokens import Needs
    from vitrine.units import BPS, mul_div_up

    session, flags = open_session(options)
    vitrine, sender = session.vitrine, session.sender()
    debtor = account or sender
    refs = nft_refs(vitrine, nfts)
    if refs and debtor != sender:
        raise AmountError("NFTs go to their owner only", "Repay without --nft, or from the owner's account")
    position = vitrine.desk.position(debtor)
    if not position.debt:
        raise StateError(f"{debtor} owes nothing", "Take NFTs out with `vitrine position withdraw`")
    if assets == "all":
        # Interest runs until the transaction is mined, and auctions add their fine.
        live = any(nft.in_auction for nft in position.nfts)
        fine = int(session.chain.read(vitrine.desk.contract.FINE_BPS())) if live else 0
        units = mul_div_up(position.debt, BPS + fine + 1, BPS)
    else:
        units = amount(vitrine, assets)
    desk = vitrine.desk
    call = desk.close(units, refs, sender) if refs else desk.repay(units, debtor)
    action = Action(
        f"Repay {'everything' if assets == 'all' else vitrine.money.text(units)}",
        [call],
        Needs(assets=units, spender=vitrine.vault.address),
        watch_position(debtor),
        lambda receipts: {
            "repaid_units": str(sum(event.args["assets"] for event in receipts[0].all("Repaid"))),
            "fine_units": str(sum(event.args["fine"] for event in receipts[0].all("Repaid"))),
            "taken_out": len(receipts[0].all("Withdrawn")),
        },
    )
    perform(session, action, sender, flags)
