"""Packs orders for `SeaportVenue` and `SeaportBidExit`, which put them together again from their terms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from eth_abi.abi import encode

from vitrine.errors import StateError
from vitrine.sdk.seaport.criteria import Criteria
from vitrine.sdk.seaport.orders import Consideration, ItemKind, Order, OrderKind, SignedOrder

_TERMS: Final = "(address,address,uint8,uint256,uint256,bytes32,uint256,bytes32)"
_PAYMENTS: Final = "(uint256,uint256,address)[]"
_LISTING: Final = f"({_TERMS},{_PAYMENTS},bytes,bytes)"
_BID: Final = (
    f"({_TERMS},uint256,uint256,uint256,address,bool,bytes32,uint120,{_PAYMENTS},bytes32[],bytes,bytes)"
)
Sale = tuple[SignedOrder, int, Criteria | None]
"""A bid, the token sold into it, and the ids it takes when it is a trait bid."""


def listings_data(listings: Sequence[SignedOrder]) -> bytes:
    """`data` of `SeaportVenue.buy`: one listing for each token, in the order of the tokens."""
    return encode([f"{_LISTING}[]"], [[_listing(signed) for signed in listings]])


def bids_data(sales: Sequence[Sale]) -> bytes:
    """`data` of `SeaportVenue.sell`: one bid for each token, in the order of the tokens."""
    return encode([f"{_BID}[]"], [[_bid(*sale) for sale in sales]])


def exit_data(signed: SignedOrder, token_id: int, ids: Criteria | None = None) -> bytes:
    """`data` of `SeaportBidExit.exit` and `quoteExit`."""
    return encode([_BID], [_bid(signed, token_id, ids)])


def is_listing(order: Order, asset: str) -> bool:
    """One ERC-721 for amounts of the asset: what `SeaportVenue` buys."""
    return (
        len(order.offer) == 1
        and order.offer[0].kind == ItemKind.ERC721
        and order.offer[0].start == order.offer[0].end == 1
        and order.kind != OrderKind.CONTRACT
        and all(_is_payment(item, asset) for item in order.consideration)
    )


def is_bid(order: Order, asset: str) -> bool:
    """An amount of the asset for ERC-721 tokens, fees behind them: what is sold into."""
    if len(order.offer) != 1 or not order.consideration or order.kind == OrderKind.CONTRACT:
        return False
    offer, wanted, *fees = (order.offer[0], *order.consideration)
    return (
        _is_payment(offer, asset)
        and wanted.kind in (ItemKind.ERC721, ItemKind.ERC721_CRITERIA)
        and wanted.start == wanted.end >= 1
        and all(_is_payment(item, asset) for item in fees)
    )


def _is_payment(item: Any, asset: str) -> bool:
    return bool(item.kind == ItemKind.ERC20 and item.token == asset and item.identifier == 0)


def _listing(signed: SignedOrder) -> tuple[Any, ...]:
    order = signed.order
    if not order.consideration or not is_listing(order, order.consideration[0].token):
        raise StateError("The order is not one ERC-721 for one ERC-20", "Fill it on Seaport directly")
    return (_terms(order), _payments(order.consideration), signed.signature, signed.extra_data)


def _bid(signed: SignedOrder, token_id: int, ids: Criteria | None) -> tuple[Any, ...]:
    order = signed.order
    if not order.offer or not is_bid(order, order.offer[0].token):
        raise StateError("The order is not one ERC-20 for ERC-721 tokens", "Fill it on Seaport directly")
    offer, wanted = order.offer[0], order.consideration[0]
    by_criteria = wanted.kind == ItemKind.ERC721_CRITERIA
    return (
        _terms(order),
        order.counter,
        offer.start,
        offer.end,
        wanted.recipient,
        by_criteria,
        wanted.identifier.to_bytes(32, "big") if by_criteria else bytes(32),
        wanted.start,
        _payments(order.consideration[1:]),
        proof_of(order, token_id, ids),
        signed.signature,
        signed.extra_data,
    )


def proof_of(order: Order, token_id: int, ids: Criteria | None) -> list[bytes]:
    """Proof that a bid takes the token; a sentence when it does not."""
    wanted = order.consideration[0]
    if wanted.kind == ItemKind.ERC721:
        if wanted.identifier != token_id:
            fact = f"The bid is for token {wanted.identifier}, not for {token_id}"
            raise StateError(fact, "Sell it that one")
        return []
    if wanted.identifier == 0:
        return []
    if ids is None or ids.root != wanted.identifier:
        fact = "The ids given are not those the trait bid was made for"
        raise StateError(fact, "Give the list its maker published")
    return ids.proof(token_id)


def _terms(order: Order) -> tuple[Any, ...]:
    return (
        order.offerer,
        order.zone,
        int(order.kind),
        order.start_time,
        order.end_time,
        order.zone_hash,
        order.salt,
        order.conduit_key,
    )


def _payments(items: Sequence[Consideration]) -> list[tuple[int, int, str]]:
    return [(item.start, item.end, item.recipient) for item in items]
