"""Deterministic test accounts that sign digests and EIP-712 messages.

The keys are worthless by construction, so signing uses one fixed nonce per key: a signature costs
microseconds instead of milliseconds, which is what lets a stateful run post thousands of signed reports.
"""

import functools
from collections.abc import Mapping
from typing import Any

from eth_keys import keys
from eth_utils import keccak

from tests.helpers.abi import checksum, encoder

_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141

Types = Mapping[str, list[tuple[str, str]]]


class Account:
    """`Account("keeper")` is the same key and address in every run and on every driver."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.key = keccak(f"vitrine test account {name}".encode())
        self.address = checksum(keys.PrivateKey(self.key).public_key.to_canonical_address())

    def __repr__(self) -> str:
        return f"<{self.name} {self.address}>"

    def __eq__(self, other: object) -> bool:
        return getattr(other, "address", other) == self.address

    def __hash__(self) -> int:
        return hash(self.address)

    @functools.cached_property
    def _nonce(self) -> tuple[int, int, int]:
        """(1 / k, r, y parity) of this key's signing nonce k."""
        k = int.from_bytes(keccak(b"nonce" + self.key), "big") % _ORDER
        point = keys.PrivateKey(k.to_bytes(32, "big")).public_key.to_bytes()
        return pow(k, -1, _ORDER), int.from_bytes(point[:32], "big") % _ORDER, point[63] & 1

    def sign_digest(self, digest: bytes) -> tuple[int, int, int]:
        """(v, r, s) over a 32-byte digest, low s, v in {27, 28}."""
        inverse, r, parity = self._nonce
        s = inverse * (int.from_bytes(digest, "big") + r * int.from_bytes(self.key, "big")) % _ORDER
        if s > _ORDER // 2:
            s, parity = _ORDER - s, parity ^ 1
        return 27 + parity, r, s

    def sign(self, digest: bytes) -> bytes:
        """65 bytes r, s, v."""
        v, r, s = self.sign_digest(digest)
        return r.to_bytes(32, "big") + s.to_bytes(32, "big") + bytes([v])

    def sign_typed(
        self, domain: Mapping[str, Any], types: Types, primary: str, message: Mapping[str, Any]
    ) -> bytes:
        """65-byte signature of an EIP-712 message; see `typed_digest`."""
        return self.sign(typed_digest(domain, types, primary, message))


def digest_to_65(v: int, r: int, s: int) -> bytes:
    return r.to_bytes(32, "big") + s.to_bytes(32, "big") + bytes([v])


def malleate(signature: bytes) -> bytes:
    """The other valid (high s) signature of the same digest, which contracts must refuse."""
    r, s, v = signature[:32], int.from_bytes(signature[32:64], "big"), signature[64]
    return r + (_ORDER - s).to_bytes(32, "big") + bytes([v ^ 7])  # 27 <-> 28


# ---------------------------------------------------------------- EIP-712


def domain(name: str, verifying_contract: Any, version: str = "1", chain_id: int = 31337) -> dict[str, Any]:
    return {"name": name, "version": version, "chainId": chain_id, "verifyingContract": verifying_contract}


_DOMAIN_FIELDS = {
    "name": "string",
    "version": "string",
    "chainId": "uint256",
    "verifyingContract": "address",
    "salt": "bytes32",
}


def typed_digest(domain: Mapping[str, Any], types: Types, primary: str, message: Mapping[str, Any]) -> bytes:
    """The EIP-712 digest. `types` maps a struct name to its fields: `{"Report": [("slot", "uint40"), …]}`."""
    domain_types = {"EIP712Domain": [(f, t) for f, t in _DOMAIN_FIELDS.items() if f in domain]}
    separator = _struct_hash(domain_types, "EIP712Domain", domain)
    return keccak(b"\x19\x01" + separator + _struct_hash(types, primary, message))


def type_hash(types: Types, primary: str) -> bytes:
    found: set[str] = set()

    def visit(name: str) -> None:
        if name in types and name not in found:
            found.add(name)
            for _, kind in types[name]:
                visit(kind.split("[")[0])

    visit(primary)
    order = [primary, *sorted(found - {primary})]
    return keccak("".join(f"{n}({','.join(f'{t} {f}' for f, t in types[n])})" for n in order).encode())


def _struct_hash(types: Types, name: str, value: Mapping[str, Any]) -> bytes:
    words = [_word(types, kind, value[field]) for field, kind in types[name]]
    return keccak(type_hash(types, name) + b"".join(words))


def _word(types: Types, kind: str, value: Any) -> bytes:
    if kind.endswith("]"):
        inner = kind[: kind.rindex("[")]
        return keccak(b"".join(_word(types, inner, v) for v in value))
    if kind in types:
        return _struct_hash(types, kind, value)
    if kind == "string":
        return keccak(value.encode())
    if kind == "bytes":
        return keccak(bytes(value))
    return _scalar(kind)([value])


@functools.cache
def _scalar(kind: str) -> Any:
    return encoder([{"type": kind, "name": ""}])
