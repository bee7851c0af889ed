"""EIP-712 hashes of orders: one by one, and the tree of many under a single signature."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from eth_abi.abi import encode
from eth_utils.crypto import keccak

from vitrine.errors import AmountError
from vitrine.sdk.seaport.orders import Order

NAME: Final = "Seaport"
VERSION: Final = "1.6"
MAX_HEIGHT: Final = 24

Fields = tuple[tuple[str, str], ...]
OFFER_FIELDS: Final[Fields] = (
    ("itemType", "uint8"),
    ("token", "address"),
    ("identifierOrCriteria", "uint256"),
    ("startAmount", "uint256"),
    ("endAmount", "uint256"),
)
CONSIDERATION_FIELDS: Final[Fields] = (*OFFER_FIELDS, ("recipient", "address"))
ORDER_FIELDS: Final[Fields] = (
    ("offerer", "address"),
    ("zone", "address"),
    ("offer", "OfferItem[]"),
    ("consideration", "ConsiderationItem[]"),
    ("orderType", "uint8"),
    ("startTime", "uint256"),
    ("endTime", "uint256"),
    ("zoneHash", "bytes32"),
    ("salt", "uint256"),
    ("conduitKey", "bytes32"),
    ("counter", "uint256"),
)


def _written(name: str, fields: Fields) -> str:
    return f"{name}({','.join(f'{kind} {field}' for field, kind in fields)})"


_OFFER: Final = _written("OfferItem", OFFER_FIELDS)
_CONSIDERATION: Final = _written("ConsiderationItem", CONSIDERATION_FIELDS)
_ORDER: Final = _written("OrderComponents", ORDER_FIELDS)
_OFFER_HASH: Final = keccak(text=_OFFER)
_CONSIDERATION_HASH: Final = keccak(text=_CONSIDERATION)
_ORDER_HASH: Final = keccak(text=_ORDER + _CONSIDERATION + _OFFER)
_OFFER_TYPES: Final = ["bytes32", *(kind for _, kind in OFFER_FIELDS)]
_CONSIDERATION_TYPES: Final = ["bytes32", *(kind for _, kind in CONSIDERATION_FIELDS)]
_ORDER_TYPES: Final = [
    "bytes32",
    *("bytes32" if kind.endswith("[]") else kind for _, kind in ORDER_FIELDS),
]


def order_hash(order: Order) -> bytes:
    """The hash that names an order on the chain, as `getOrderHash` gives it."""
    offer = [encode(_OFFER_TYPES, [_OFFER_HASH, *item.values()]) for item in order.offer]
    wanted = [encode(_CONSIDERATION_TYPES, [_CONSIDERATION_HASH, *i.values()]) for i in order.consideration]
    offerer, zone, _, _, *rest = order.components()
    words = [_ORDER_HASH, offerer, zone, _hash_of_hashes(offer), _hash_of_hashes(wanted), *rest]
    return keccak(encode(_ORDER_TYPES, words))


def _hash_of_hashes(structs: Sequence[bytes]) -> bytes:
    return keccak(b"".join(keccak(struct) for struct in structs))


@dataclass(frozen=True, slots=True)
class Domain:
    """Which Seaport on which chain: a signature is worth nothing on any other."""

    chain_id: int
    seaport: str

    def separator(self) -> bytes:
        return _separator(self.chain_id, self.seaport)

    def digest(self, struct_hash: bytes) -> bytes:
        return keccak(b"\x19\x01" + self.separator() + struct_hash)

    def message(self) -> dict[str, Any]:
        """`domain` of typed data."""
        return {
            "name": NAME,
            "version": VERSION,
            "chainId": self.chain_id,
            "verifyingContract": self.seaport,
        }


@cache
def _separator(chain_id: int, seaport: str) -> bytes:
    kind = "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
    words = [keccak(text=kind), keccak(text=NAME), keccak(text=VERSION), chain_id, seaport]
    return keccak(encode(["bytes32", "bytes32", "bytes32", "uint256", "address"], words))


# --- many orders under one signature ------------------------------------------------------------------------

EMPTY_ORDER: Final = Order("0x" + "00" * 20, (), (), 0, 0, 0, 0)
"""Fills the places of a tree that no order takes."""


@cache
def _empty(level: int) -> bytes:
    """Root of a subtree of empty orders."""
    if level == 0:
        return order_hash(EMPTY_ORDER)
    return keccak(_empty(level - 1) * 2)


@cache
def bulk_type_hash(height: int) -> bytes:
    return keccak(text=f"BulkOrder(OrderComponents{'[2]' * height} tree)" + _CONSIDERATION + _OFFER + _ORDER)


class BulkTree:
    """The tree over the hashes of many orders. `height` 1 to 24; by default the lowest that holds them."""

    def __init__(self, leaves: Sequence[bytes], height: int | None = None) -> None:
        lowest = max(1, (len(leaves) - 1).bit_length())
        self.height = height or lowest
        if not leaves or not lowest <= self.height <= MAX_HEIGHT:
            fact = f"{len(leaves)} orders do not fit under one signature of height {self.height}"
            raise AmountError(fact, f"Sign 1 to {1 << MAX_HEIGHT} orders, height {lowest} to {MAX_HEIGHT}")
        self._levels = [list(leaves)]
        for level in range(self.height):
            nodes = self._levels[-1]
            padded = nodes + [_empty(level)] * (len(nodes) % 2)
            self._levels.append([keccak(padded[i] + padded[i + 1]) for i in range(0, len(padded), 2)])

    @property
    def struct_hash(self) -> bytes:
        """What is signed, before the domain."""
        return keccak(bulk_type_hash(self.height) + self._levels[-1][0])

    def proof(self, index: int) -> list[bytes]:
        """The siblings of a leaf, from the bottom."""
        found = []
        for level in range(self.height):
            nodes, sibling = self._levels[level], (index >> level) ^ 1
            found.append(nodes[sibling] if sibling < len(nodes) else _empty(level))
        return found

    def signature(self, signature: bytes, index: int) -> bytes:
        """The signature of one of the orders, made of that of the tree."""
        return signature + index.to_bytes(3, "big") + b"".join(self.proof(index))


def split_signature(signature: bytes) -> tuple[bytes, int, list[bytes]]:
    """(signature, index, proof); a plain signature has no proof."""
    if len(signature) < 64 + 3 + 32:
        return signature, 0, []
    size = 64 + (len(signature) - 64 - 3) % 32
    rest = signature[size:]
    return (
        signature[:size],
        int.from_bytes(rest[:3], "big"),
        [rest[i : i + 32] for i in range(3, len(rest), 32)],
    )


def signed_digest(order: Order, signature: bytes, domain: Domain) -> bytes:
    """The digest the signature is over, be it of one order or of a tree."""
    _, index, proof = split_signature(signature)
    node = order_hash(order)
    if not proof:
        return domain.digest(node)
    for level, sibling in enumerate(proof):
        node = keccak(sibling + node if index >> level & 1 else node + sibling)
    return domain.digest(keccak(bulk_type_hash(len(proof)) + node))
