"""`vitrine borrow`"""

from __future__ import annotations

from typing import Any

import click

from vitrine.cli.options import ADDRESS, NftId, nft_option, write_options


@click.command("borrow", short_help="Borrow against NFTs, pledged before or now.")
@click.argument("assets")
@nft_option
@click.option("--max-apr", metavar="PERCENT", help="Highest yearly rate accepted, like 25 or 12.5.")
@click.option("--receiver", type=ADDRESS, help="Who gets the money; the sender by default.")
@write_options
def command(
    assets: str, nfts: tuple[NftId, ...], max_apr: str | None, receiver: str | None, **options: Any
) -> None:
    """Borrow ASSETS, in whole units of the asset, against what the sender has pledged.

    With --nft those are pledged first, in the same transaction.
    """
    from vitrine.cli.action import Action, perform
    from vitrine.cli.common import amount, nft_refs, open_session, watch_position
    from vitrine.sdk.tokens import Needs
    from vitrine.units import MAX_UINT256, YEAR, div_up, parse_units

    session, flags = open_session(options)
    vitrine, sender = session.vitrine, session.sender()
    units = amount(vitrine, assets)
    refs = nft_refs(vitrine, nfts)
    rate = MAX_UINT256 if max_apr is None else div_up(parse_units(max_apr, 16, what="yearly rate"), YEAR)
    desk, target = vitrine.desk, receiver or sender
    call = desk.open(refs, units, target, rate) if refs else desk.borrow(units, sender, target, rate)
    action = Action(
        f"Borrow {vitrine.money.text(units)}",
        [call],
        Needs(nfts=refs, mover=desk.address),
        watch_position(sender),
        lambda receipts: {
            "borrowed_units": str(receipts[0].event("Borrowed").args["assets"]),
        },
    )
    perform(session, action, sender, flags)
