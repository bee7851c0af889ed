"""Sentences for the errors of Seaport and of what trades on it; see `vitrine.chain.advice`."""

from __future__ import annotations

from typing import Final

_OTHER: Final = "Take another order"

SEAPORT: Final[dict[str, tuple[str, str]]] = {
    "OrderTypeRefused": ("Orders of type {orderType:id} are not filled here", "Take one of type 0 to 3"),
    "OrderNotOpen": (
        "The order is open from {startTime:date} until before {endTime:date}",
        "Take one that is open now",
    ),
    "OrderNotFilled": ("Seaport did not fill the order of {offerer}", _OTHER),
    "ExitBelowMin": (
        "The bid leaves {net:money}, {minProceeds:money} is wanted",
        "Choose another exit, or accept less",
    ),
    # Seaport's own
    "InvalidTime": ("The order is not open now: it expired, or has not started", _OTHER),
    "OrderIsCancelled": ("The order was cancelled", _OTHER),
    "OrderAlreadyFilled": ("The order was filled", _OTHER),
    "OrderPartiallyFilled": ("A part of the order was filled", "Fill the part that is left"),
    "InvalidSigner": ("The signature is not the maker's for these terms, here and now", _OTHER),
    "InvalidSignature": ("The signature is malformed", _OTHER),
    "BadSignatureV": ("The signature is malformed", _OTHER),
    "BadContractSignature": ("The maker's contract does not stand by its signature", _OTHER),
    "InvalidProof": ("The token is not among those the bid takes", "Sell one that is"),
    "InexactFraction": ("That part of the order is not a whole amount", "Fill another part"),
    "BadFraction": ("That part of the order is not a part of it", "Fill between none and all of it"),
    "PartialFillsNotEnabledForOrder": ("The order can only be filled whole", "Fill all of it"),
    "InvalidRestrictedOrder": ("The zone of the order refuses it", _OTHER),
    "InvalidConduit": ("The conduit of the order does not let Seaport use it", _OTHER),
    "InvalidMsgValue": ("Native coins were sent where none are due", "Send none"),
    "TokenTransferGenericFailure": (
        "A token of the order did not move from {from} to {to}",
        "Owner, balance or approval is gone: take another order",
    ),
    "NoSpecifiedOrdersAvailable": ("None of the orders can be filled any more", "Take others"),
}
