"""Makes orders: listings, and bids on one token, on a collection or on a trait."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from vitrine.errors import AmountError
from vitrine.sdk.seaport.criteria import Criteria
from vitrine.sdk.seaport.orders import (
    ZERO_ADDRESS,
    ZERO_WORD,
    Consideration,
    ItemKind,
    OfferItem,
    Order,
    OrderKind,
)
from vitrine.units import BPS

_MAX_UINT120: Final = (1 << 120) - 1


@dataclass(frozen=True, slots=True)
class Fee:
    """A share of the price for a marketplace or a creator."""

    recipient: str
    bps: int


@dataclass(frozen=True, slots=True)
class Terms:
    """When an order lives, which of its maker's orders it is, and who moves its tokens.

    `counter` is that of the maker now; `salt` is drawn when not given.
    """

    start: int
    end: int
    counter: int = 0
    salt: int = field(default_factory=lambda: secrets.randbits(256))
    zone: str = ZERO_ADDRESS
    zone_hash: bytes = ZERO_WORD
    conduit_key: bytes = ZERO_WORD


def listing(
    offerer: str,
    collection: str,
    token_id: int,
    asset: str,
    price: int,
    terms: Terms,
    *,
    end_price: int | None = None,
    fees: Sequence[Fee] = (),
) -> Order:
    """One token for `price`, fees included; with `end_price` it moves there in a straight line."""
    last = _end_price(price, end_price)
    cuts = _cuts(asset, price, last, 1, fees)
    start, end = price - sum(c.start for c in cuts), last - sum(c.end for c in cuts)
    own = Consideration(ItemKind.ERC20, asset, 0, start, end, offerer)
    offer = OfferItem(ItemKind.ERC721, collection, token_id, 1, 1)
    return _order(offerer, offer, (own, *cuts), terms, OrderKind.FULL_OPEN)


def bid(
    offerer: str,
    collection: str,
    token_id: int,
    asset: str,
    price: int,
    terms: Terms,
    *,
    end_price: int | None = None,
    fees: Sequence[Fee] = (),
) -> Order:
    """`price` for one token; fees come out of it."""
    wanted = Consideration(ItemKind.ERC721, collection, token_id, 1, 1, offerer)
    return _bid(offerer, asset, price, end_price, wanted, terms, fees)


def collection_bid(
    offerer: str,
    collection: str,
    asset: str,
    price: int,
    terms: Terms,
    *,
    quantity: int = 1,
    end_price: int | None = None,
    fees: Sequence[Fee] = (),
) -> Order:
    """`price` each for up to `quantity` tokens of a collection, whichever."""
    wanted = Consideration(ItemKind.ERC721_CRITERIA, collection, 0, quantity, quantity, offerer)
    return _bid(offerer, asset, price, end_price, wanted, terms, fees)


def trait_bid(
    offerer: str,
    collection: str,
    criteria: Criteria,
    asset: str,
    price: int,
    terms: Terms,
    *,
    quantity: int = 1,
    end_price: int | None = None,
    fees: Sequence[Fee] = (),
) -> Order:
    """`price` each for up to `quantity` of the tokens that `criteria` names."""
    wanted = Consideration(ItemKind.ERC721_CRITERIA, collection, criteria.root, quantity, quantity, offerer)
    return _bid(offerer, asset, price, end_price, wanted, terms, fees)


# --- parts --------------------------------------------------------------------------------------------------


def _bid(
    offerer: str,
    asset: str,
    price: int,
    end_price: int | None,
    wanted: Consideration,
    terms: Terms,
    fees: Sequence[Fee],
) -> Order:
    quantity, last = wanted.start, _end_price(price, end_price)
    if not 1 <= quantity <= _MAX_UINT120:
        raise AmountError(f"A bid for {quantity} tokens buys nothing", "Bid for at least one")
    offer = OfferItem(ItemKind.ERC20, asset, 0, price * quantity, last * quantity)
    kind = OrderKind.PARTIAL_OPEN if quantity > 1 else OrderKind.FULL_OPEN
    return _order(offerer, offer, (wanted, *_cuts(asset, price, last, quantity, fees)), terms, kind)


def _cuts(asset: str, price: int, last: int, quantity: int, fees: Sequence[Fee]) -> list[Consideration]:
    """Fees, each rounded down for one token."""
    if sum(fee.bps for fee in fees) >= BPS or any(fee.bps < 0 for fee in fees):
        raise AmountError("The fees take the whole price or are negative", "Lower them")
    cuts = []
    for fee in fees:
        start, end = price * fee.bps // BPS * quantity, last * fee.bps // BPS * quantity
        if start or end:
            cuts.append(Consideration(ItemKind.ERC20, asset, 0, start, end, fee.recipient))
    return cuts


def _end_price(price: int, end_price: int | None) -> int:
    last = price if end_price is None else end_price
    if price <= 0 or last <= 0:
        raise AmountError("The price is not positive", "Give at least one smallest unit")
    return last


def _order(
    offerer: str, offer: OfferItem, wanted: tuple[Consideration, ...], terms: Terms, kind: OrderKind
) -> Order:
    if terms.end <= terms.start:
        raise AmountError("The order would end before it starts", "Give a later end")
    if terms.zone != ZERO_ADDRESS:
        kind = OrderKind(int(kind) + 2)  # behind its zone
    return Order(
        offerer=offerer,
        offer=(offer,),
        consideration=wanted,
        start_time=terms.start,
        end_time=terms.end,
        salt=terms.salt,
        counter=terms.counter,
        kind=kind,
        zone=terms.zone,
        zone_hash=terms.zone_hash,
        conduit_key=terms.conduit_key,
    )
