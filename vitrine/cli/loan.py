"""`vitrine loan …`"""

from __future__ import annotations

from typing import Any

import click

from vitrine.cli.market import DATABASE
from vitrine.cli.market_wishes import lists_option
from vitrine.cli.options import ADDRESS, NFT, NftId, write_options


@click.group("loan", short_help="Buy with a loan, sell to repay one.")
def command() -> None:
    """NFTs bought with money of the vault, and pledged ones sold to pay it back."""


@command.command("buy")
@click.argument("nft", type=NFT)
@click.option("--borrow", required=True, metavar="ASSETS", help="What the vault pays of it.")
@click.option("--max", "most", metavar="ASSETS", help="Highest price; that of the plan by default.")
@click.option("--max-move", default="2", show_default=True, metavar="PERCENT", help="The floor may move by.")
@click.option("--max-apr", metavar="PERCENT", help="Highest yearly rate accepted, like 25 or 12.5.")
@click.option("--slippage", default="1", show_default=True, metavar="PERCENT", help="A pool may move by.")
@DATABASE
@write_options
def buy(nft: NftId, **options: Any) -> None:
    """Buy NFT where it is cheapest, partly with a loan, and pledge it; all in one transaction."""
    from vitrine.cli.loan_parts import buy_with_loan

    buy_with_loan(nft, options)


@command.command("sell-repay")
@click.argument("nft", type=NFT)
@click.option("--min", "least", metavar="ASSETS", help="Lowest price; that of the plan by default.")
@lists_option
@click.option("--account", type=ADDRESS, help="Whose pledge; the sender's by default.")
@click.option("--slippage", default="1", show_default=True, metavar="PERCENT", help="A pool may move by.")
@DATABASE
@write_options
def sell_repay(nft: NftId, **options: Any) -> None:
    """Sell a pledged NFT where it brings most: the debt first, the rest to the account."""
    from vitrine.cli.loan_parts import sell_and_repay

    sell_and_repay(nft, options)
