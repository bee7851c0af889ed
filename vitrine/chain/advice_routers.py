"""Sentences for the errors of routers, till and pool venue; see `vitrine.chain.advice`."""

from __future__ import annotations

from typing import Final

ROUTERS: Final[dict[str, tuple[str, str]]] = {
    "VenueNotListed": ("{venue} is not listed as a venue", "Plan again over the listed venues"),
    "TooFewFilled": (
        "Only {filled} legs of the plan could be filled, {wanted} were wanted",
        "Plan again, or want fewer",
    ),
    "TotalBelowMin": (
        "The plan brings {total:money}, at least {minTotal:money} were wanted",
        "Plan again, or accept less",
    ),
    "VenueCheated": (
        "The venue {venue} delivered less than the fill demands",
        "Plan again without it; a stale limit can be the reason, too",
    ),
    "OwnedBefore": (
        "The receiver owns token {tokenId:id} of {collection} already",
        "Plan again without this token",
    ),
    "DrawAboveLimit": (
        "The venue needs {assets:money}; fill and total limit leave {left:money}",
        "The price has moved; plan again, or allow more",
    ),
    "WrongNftsDrawn": (
        "The venue asked for tokens of {collection} that are not for sale",
        "Plan again without this venue",
    ),
    "AssetNotSold": ("{asset} is the asset, not a collection", "Name the collection of the tokens"),
    "UnknownPool": ("{pool} is no pool of this factory", "Plan again over the pools that exist"),
    "WrongCollection": (
        "The pool trades {trades}, the plan names {named}",
        "Plan again with the right collection",
    ),
    "FloorMoved": (
        "The floor price is {price:money}; it was {seen:money}, and a move of {maxMoveBps:bps} is allowed",
        "Look at the price again, then decide",
    ),
    "AssetMismatch": ("The asset is {asset}, {expected} was expected", "Use contracts of one deployment"),
}
