"""Sentences for the errors of exits, bids and the taker without capital; see `vitrine.chain.advice`."""

from __future__ import annotations

from typing import Final

EXITS: Final[dict[str, tuple[str, str]]] = {
    "ExitNotListed": ("{venue} is not a listed exit", "Use one that governance has listed"),
    "ProceedsTooLow": (
        "The exit paid {proceeds:money}, {wanted:money} is due",
        "Wait until the auction is cheaper, or choose another exit",
    ),
    "NoBid": ("There is no standing bid {bidId:id} of this account", "See `vitrine bid list`"),
    "BidAlreadyCancelled": (
        "The standing bid {bidId:id} is cancelled",
        "Nothing to do; close it when it is over",
    ),
    "BidNotOver": (
        "The standing bid {bidId:id} stands until {endsAt:date}",
        "Cancel it, and close it after its delay",
    ),
    "BidTooLow": (
        "A maximum of {maxPrice:money} is too low: {least:money} is the least, at a fresh price",
        "Raise the maximum, or wait for a price",
    ),
    "BidUnderfunded": (
        "{arrived:money} of {wanted:money} arrived",
        "The asset takes a fee on transfers; such a bid is refused",
    ),
    "BidBookFull": (
        "The collection {collection} has its most bids; {worstBidId:id}, the worst of its size, pays as much",
        "Bid more than that one; if it is 0, all are for more NFTs: bid for more",
    ),
    "NoBidTakes": (
        "No standing bid pays {minProceeds:money} for token {tokenId:id} of {collection}",
        "Wait until the auction is cheaper, or choose another exit",
    ),
    "NftAlreadyOwed": (
        "Token {tokenId:id} of {collection} waits for {bidder}",
        "The collection does not behave like an ERC-721; do not use it",
    ),
    "NftNotOwed": (
        "Token {tokenId:id} of {collection} is not owed to {claimer}",
        "Claim with the account that bid; see `vitrine bid list`",
    ),
    "TakeUnprofitable": (
        "The sale brings {proceeds:money}; price and least profit need {wanted:money}",
        "Wait until the auction is cheaper, or choose another venue",
    ),
    "UnknownTakeVenue": (
        "{venue} is neither a pool nor a listed exit",
        "Use a pool of the factory or a listed exit",
    ),
    "ReentrancyGuardReentrantCall": (
        "The contract is in the middle of another call",
        "Send it again on its own",
    ),
}
