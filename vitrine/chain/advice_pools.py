"""Sentences for the errors of pools, their factory and curves, and of the order book's venue and exit."""

from __future__ import annotations

from typing import Final

POOLS: Final[dict[str, tuple[str, str]]] = {
    # curves
    "BadDelta": ("{delta:id} is no valid step of this curve", "Give another --step"),
    "BadSpot": ("{spot:id} is no price a pool can start at", "Give another --price"),
    "CurveExhausted": ("The curve cannot price {count} more NFTs from here", "Trade fewer"),
    # factory
    "CurveNotListed": ("New pools may not use the curve {curve}", "Use a listed one"),
    "NotErc721": ("{collection} does not answer as an ERC-721", "Give the address of a collection"),
    # swaps
    "CostAboveMax": (
        "It costs {cost:money} now, above the limit of {maxCost:money}",
        "Ask for a new quote, or allow more with --max",
    ),
    "ProceedsBelowMin": (
        "It brings {proceeds:money} now, below the limit of {minProceeds:money}",
        "Ask for a new quote, or accept less with --min",
    ),
    "ShortPayment": ("{arrived:money} arrived where {wanted:money} are due", "Pay exactly what is due"),
    "PoolShort": ("The pool holds {held:money}, {wanted:money} are needed", "Sell fewer, or elsewhere"),
    "FeesAbovePrice": ("Fees of {fees:money} would eat the price of {price:money}", "Sell elsewhere"),
    "NotOnList": ("Token {tokenId:id} is not on the list of the pool", "Use one that is"),
    "NothingTraded": ("Nothing is traded", "Name at least one NFT"),
    "TooFewShares": (
        "The pool has {supply} shares, too few to add to",
        "Create another pool, or wait until the last provider has left",
    ),
    "NotScalable": (
        "The prices of this curve cannot follow the liquidity of a shared pool",
        "Use the linear or the product curve",
    ),
    "TooFewNfts": ("The pool has {held} NFTs to give, {wanted} are wanted", "Buy fewer"),
    "TokenNotHeld": (
        "The pool does not hold token {tokenId:id}",
        "See `vitrine pool show` for what it holds",
    ),
    "TokenHeldAlready": ("Token {tokenId:id} is in the pool already", "Sell one of your own"),
    "DuplicateToken": ("Token {tokenId:id} is named twice", "Name it once"),
    "WrongDirection": ("The pool does not trade in this direction", "See its kind with `vitrine pool show`"),
    "WrongKind": ("The pool is of another kind", "See its kind with `vitrine pool show`"),
    "BadTraderCallback": ("The caller's hook answered {answer}", "It must answer with its own selector"),
    "NotInitialized": ("This is not a pool its factory created", "See `vitrine pool list`"),
    # shares
    "SharesBelowMin": ("It gives {shares} shares, at least {minShares} are wanted", "Ask for a new quote"),
    "WrongNftCount": ("The shares stand for {due} NFTs, {named} are named", "Name exactly so many"),
    # the order book behind routers and auctions
    "OrderNotFilled": ("The order of {offerer} cannot be filled", "Take another order"),
    "OrderNotOpen": (
        "The order is open from {startTime:date} to {endTime:date}, now is {now_:date}",
        "Take another order",
    ),
    "OrderTypeRefused": ("Orders of type {orderType} are not taken here", "Fill it on Seaport directly"),
    "ExitBelowMin": ("The bid pays {net:money}, {minProceeds:money} are needed", "Take another bid"),
}
