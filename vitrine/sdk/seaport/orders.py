"""Orders as values, with the amounts they come to at a moment and the shape other clients use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any, Final

from vitrine.chain.codec import checksum
from vitrine.errors import DataError

ZERO_ADDRESS: Final = "0x" + "00" * 20
ZERO_WORD: Final = bytes(32)


class ItemKind(IntEnum):
    """`itemType`."""

    NATIVE = 0
    ERC20 = 1
    ERC721 = 2
    ERC1155 = 3
    ERC721_CRITERIA = 4
    ERC1155_CRITERIA = 5


class OrderKind(IntEnum):
    """`orderType`: PARTIAL may be filled in parts, RESTRICTED asks its zone."""

    FULL_OPEN = 0
    PARTIAL_OPEN = 1
    FULL_RESTRICTED = 2
    PARTIAL_RESTRICTED = 3
    CONTRACT = 4


@dataclass(frozen=True, slots=True)
class OfferItem:
    """What the maker gives; `identifier` is a Merkle root for items by criteria, 0 standing for any token."""

    kind: ItemKind
    token: str
    identifier: int
    start: int
    end: int

    def values(self) -> tuple[Any, ...]:
        return (int(self.kind), self.token, self.identifier, self.start, self.end)


@dataclass(frozen=True, slots=True)
class Consideration(OfferItem):
    """What the maker wants, and who gets it."""

    recipient: str

    def values(self) -> tuple[Any, ...]:
        return (int(self.kind), self.token, self.identifier, self.start, self.end, self.recipient)


@dataclass(frozen=True, slots=True)
class Order:
    """Everything a maker signs."""

    offerer: str
    offer: tuple[OfferItem, ...]
    consideration: tuple[Consideration, ...]
    start_time: int
    end_time: int
    salt: int
    counter: int
    kind: OrderKind = OrderKind.FULL_OPEN
    zone: str = ZERO_ADDRESS
    zone_hash: bytes = ZERO_WORD
    conduit_key: bytes = ZERO_WORD

    def components(self) -> tuple[Any, ...]:
        """`OrderComponents`."""
        return (*self._head(), self.counter)

    def parameters(self) -> tuple[Any, ...]:
        """`OrderParameters`."""
        return (*self._head(), len(self.consideration))

    def _head(self) -> tuple[Any, ...]:
        return (
            self.offerer,
            self.zone,
            [item.values() for item in self.offer],
            [item.values() for item in self.consideration],
            int(self.kind),
            self.start_time,
            self.end_time,
            self.zone_hash,
            self.salt,
            self.conduit_key,
        )

    def with_counter(self, counter: int) -> Order:
        return replace(self, counter=counter)

    def is_open(self, now: int) -> bool:
        """Whether `now` lies within its times: from the start until before the end."""
        return self.start_time <= now < self.end_time

    def gives(self, item: OfferItem, now: int, part: int = 1, of: int = 1) -> int:
        """Amount of an offered item at `now` for `part / of` of the order, rounded down."""
        return self._at(item, now, part, of, round_up=False)

    def wants(self, item: OfferItem, now: int, part: int = 1, of: int = 1) -> int:
        """Amount of a wanted item at `now` for `part / of` of the order, rounded up."""
        return self._at(item, now, part, of, round_up=True)

    def _at(self, item: OfferItem, now: int, part: int, of: int, *, round_up: bool) -> int:
        start, end = _share(item.start, part, of), _share(item.end, part, of)
        if start == end:
            return end
        duration, elapsed = self.end_time - self.start_time, now - self.start_time
        total = start * (duration - elapsed) + end * elapsed
        return -(-total // duration) if round_up else total // duration


def _share(amount: int, part: int, of: int) -> int:
    whole, rest = divmod(amount * part, of)
    if rest:
        raise DataError(f"{part}/{of} of {amount} is not whole", "Fill another part of the order")
    return whole


@dataclass(frozen=True, slots=True)
class SignedOrder:
    """An order anyone may fill. An empty signature is enough for one that was validated on the chain."""

    order: Order
    signature: bytes
    extra_data: bytes = b""


# --- the shape other clients use ----------------------------------------------------------------------------


def to_json(signed: SignedOrder) -> dict[str, Any]:
    """`{"parameters": …, "signature": …}` as the official client reads and writes it."""
    order = signed.order
    parameters: dict[str, Any] = {
        "offerer": order.offerer,
        "zone": order.zone,
        "zoneHash": "0x" + order.zone_hash.hex(),
        "startTime": str(order.start_time),
        "endTime": str(order.end_time),
        "orderType": int(order.kind),
        "offer": [_item_json(item) for item in order.offer],
        "consideration": [_item_json(item) for item in order.consideration],
        "totalOriginalConsiderationItems": len(order.consideration),
        "salt": hex(order.salt),
        "conduitKey": "0x" + order.conduit_key.hex(),
        "counter": str(order.counter),
    }
    return {"parameters": parameters, "signature": "0x" + signed.signature.hex()}


def _item_json(item: OfferItem) -> dict[str, Any]:
    found: dict[str, Any] = {
        "itemType": int(item.kind),
        "token": item.token,
        "identifierOrCriteria": str(item.identifier),
        "startAmount": str(item.start),
        "endAmount": str(item.end),
    }
    if isinstance(item, Consideration):
        found["recipient"] = item.recipient
    return found


def from_json(data: Mapping[str, Any]) -> SignedOrder:
    """Reads what `to_json` or the official client wrote."""
    try:
        return _from_json(data)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        fact = f"This is not a Seaport order: {type(error).__name__} {error}"
        raise DataError(fact, 'Give an object with "parameters" and "signature"') from None


def _from_json(data: Mapping[str, Any]) -> SignedOrder:
    p = data["parameters"]
    total = _number(p.get("totalOriginalConsiderationItems", len(p["consideration"])))
    if total != len(p["consideration"]):
        raise DataError(
            f"The order has {len(p['consideration'])} considerations, {total} were signed",
            "Ask its maker again",
        )
    order = Order(
        offerer=checksum(p["offerer"]),
        offer=tuple(OfferItem(*_plain(item)) for item in p["offer"]),
        consideration=tuple(
            Consideration(*_plain(item), checksum(item["recipient"])) for item in p["consideration"]
        ),
        start_time=_number(p["startTime"]),
        end_time=_number(p["endTime"]),
        salt=_number(p["salt"]),
        counter=_number(p["counter"]),
        kind=OrderKind(_number(p["orderType"])),
        zone=checksum(p["zone"]),
        zone_hash=_word(p["zoneHash"]),
        conduit_key=_word(p["conduitKey"]),
    )
    return SignedOrder(order, _bytes(data.get("signature") or "0x"), _bytes(data.get("extraData") or "0x"))


def _plain(item: Mapping[str, Any]) -> tuple[ItemKind, str, int, int, int]:
    return (
        ItemKind(_number(item["itemType"])),
        checksum(item["token"]),
        _number(item["identifierOrCriteria"]),
        _number(item["startAmount"]),
        _number(item["endAmount"]),
    )


def _number(value: Any) -> int:
    number = int(value, 0) if isinstance(value, str) else int(value)
    if not 0 <= number < 1 << 256:
        raise ValueError(f"{value} does not fit")
    return number


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))


def _word(text: str) -> bytes:
    word = _bytes(text)
    if len(word) != 32:
        raise ValueError(f"{text} is not a word of 32 bytes")
    return word
