"""ABI codecs of functions, events and errors; each type is parsed once per process."""

from __future__ import annotations

import re
from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from functools import cache, cached_property, lru_cache
from typing import Any, Final

from eth_abi.decoding import ContextFramesBytesIO
from eth_abi.exceptions import DecodingError, EncodingError
from eth_abi.registry import registry
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from vitrine.errors import AmountError, ChainError

AbiEntry = Mapping[str, Any]
_ARRAY: Final = re.compile(r"^(.*)\[(\d*)\]$")


@lru_cache(maxsize=1 << 16)
def checksum(address: str) -> str:
    """EIP-55 form. Every address the client returns has it, so addresses compare as text."""
    return str(to_checksum_address(address))


@lru_cache(maxsize=1 << 16)
def _canonical(address: str) -> bytes:
    if len(address) != 42 or not address.startswith("0x"):
        raise ValueError(f"{address!r} is not an address")
    return bytes.fromhex(address[2:])


def _address(value: Any) -> bytes:
    """20 bytes of an address, or of anything that has one."""
    if isinstance(value, bytes):
        return value
    return _canonical(value if isinstance(value, str) else str(value.address))


def abi_type(entry: AbiEntry) -> str:
    """Canonical type: tuples written out."""
    kind = str(entry["type"])
    if not kind.startswith("tuple"):
        return kind
    return f"({','.join(abi_type(part) for part in entry['components'])}){kind[5:]}"


def signature(entry: AbiEntry) -> str:
    """`name(type,type)`."""
    return f"{entry['name']}({','.join(abi_type(part) for part in entry['inputs'])})"


@cache
def _record(names: tuple[str, ...]) -> Callable[..., Any]:
    record: Any = namedtuple("Record", names, rename=True)  # type: ignore[misc]
    make: Callable[..., Any] = record._make
    return make


def _reader(entry: AbiEntry, kind: str | None = None) -> Callable[[Any], Any] | None:
    """What turns a decoded value into ours: checksummed addresses, named tuples. None: as it is."""
    kind = str(entry["type"]) if kind is None else kind
    array = _ARRAY.match(kind)
    if array:
        inner = _reader(entry, array[1])
        return list if inner is None else lambda values: [inner(value) for value in values]
    if kind == "address":
        return checksum
    if kind == "tuple":
        return _tuple_reader(entry["components"])
    return None


def _tuple_reader(parts: Sequence[AbiEntry]) -> Callable[[Any], Any]:
    make = _record(tuple(str(part.get("name") or f"_{i}") for i, part in enumerate(parts)))
    readers = [_reader(part) for part in parts]
    if not any(readers):
        return make
    return lambda values: make(
        [value if read is None else read(value) for read, value in zip(readers, values, strict=True)]
    )


def _writer(entry: AbiEntry, kind: str | None = None) -> Callable[[Any], Any] | None:
    """What turns our value into what the encoder takes: structs may come as mappings, bytes as hex text."""
    kind = str(entry["type"]) if kind is None else kind
    array = _ARRAY.match(kind)
    if array:
        inner = _writer(entry, array[1])
        return None if inner is None else lambda values: [inner(value) for value in values]
    if kind == "address":
        return _address
    if kind.startswith("bytes"):
        return lambda value: bytes.fromhex(value.removeprefix("0x")) if isinstance(value, str) else value
    if kind != "tuple":
        return None
    names = [str(part["name"]) for part in entry["components"]]
    writers = [_writer(part) for part in entry["components"]]

    def write(value: Any) -> tuple[Any, ...]:
        values = [value[name] for name in names] if isinstance(value, Mapping) else tuple(value)
        return tuple(v if w is None else w(v) for w, v in zip(writers, values, strict=True))

    return write


def _word(kind: str) -> Callable[[bytes], Any] | None:
    """What reads one word of a plain type; it answers None for a word that is not clean."""
    if kind == "address":
        return lambda word: checksum(f"0x{word[12:].hex()}") if not any(word[:12]) else None
    if kind == "bool":
        return lambda word: {0: False, 1: True}.get(int.from_bytes(word, "big"))
    if re.fullmatch(r"uint\d+", kind):
        bits = int(kind[4:])
        return lambda word: n if (n := int.from_bytes(word, "big")) >> bits == 0 else None
    if kind in ("int256", "bytes32"):
        return bytes if kind == "bytes32" else lambda word: int.from_bytes(word, "big", signed=True)
    return None


class Codec:
    """A list of typed values."""

    def __init__(self, parts: Sequence[AbiEntry]) -> None:
        self.names = [str(part.get("name") or "") for part in parts]
        self.types = [abi_type(part) for part in parts]
        self._parts = parts
        self._tuple = f"({','.join(self.types)})"

    @cached_property
    def _encode(self) -> Callable[[Any], bytes]:
        return registry.get_encoder(self._tuple)  # type: ignore[no-any-return]

    @cached_property
    def _decode(self) -> Callable[[Any], Any]:
        return registry.get_decoder(self._tuple)  # type: ignore[no-any-return]

    @cached_property
    def _writers(self) -> list[Callable[[Any], Any] | None]:
        return [_writer(part) for part in self._parts]

    @cached_property
    def _readers(self) -> list[Callable[[Any], Any] | None]:
        return [_reader(part) for part in self._parts]

    def encode(self, values: Sequence[Any]) -> bytes:
        if not self.types:
            return b""
        ready = [v if w is None else w(v) for w, v in zip(self._writers, values, strict=True)]
        return self._encode(ready)

    @cached_property
    def _words(self) -> list[Callable[[bytes], Any]] | None:
        """Readers of one word each, when all types are plain: events and most answers, ten times as fast."""
        readers = [reader for reader in map(_word, self.types) if reader is not None]
        return readers if len(readers) == len(self.types) else None

    def decode(self, data: bytes) -> list[Any]:
        if self._words is not None and len(data) >= 32 * len(self._words):
            found = [read(data[32 * i : 32 * i + 32]) for i, read in enumerate(self._words)]
            if None not in found:
                return found  # else the full decoder says what is wrong
        stream = ContextFramesBytesIO(data)  # type: ignore[no-untyped-call]
        values = self._decode(stream) if self.types else ()
        return [v if r is None else r(v) for r, v in zip(self._readers, values, strict=True)]


class Function:
    """One function of an ABI."""

    def __init__(self, entry: AbiEntry) -> None:
        self.name = str(entry["name"])
        self.signature = signature(entry)
        self.selector = keccak(text=self.signature)[:4]
        self.view = entry.get("stateMutability") in ("view", "pure")
        self.inputs = Codec(entry["inputs"])
        self.outputs = Codec(entry.get("outputs", ()))
        names = self.outputs.names
        self._pack = _record(tuple(names)) if len(names) > 1 and all(names) else tuple

    def encode(self, args: Sequence[Any]) -> bytes:
        """Call data."""
        if len(args) != len(self.inputs.types):
            fact = f"{self.signature} takes {len(self.inputs.types)} arguments, {len(args)} were given"
            raise AmountError(fact, "Give them in the order of the signature")
        try:
            return self.selector + self.inputs.encode(args)
        except (EncodingError, TypeError, ValueError, KeyError) as error:
            fact = f"The arguments of {self.signature} do not fit: {error}"
            raise AmountError(fact, "Check their types and ranges") from None

    def decode(self, data: bytes) -> Any:
        """None, the value, or a (named) tuple of values."""
        try:
            values = self.outputs.decode(data)
        except DecodingError:
            fact = f"The answer to {self.signature} is {len(data)} bytes that do not decode"
            raise ChainError(fact, "Is this the right contract, at this address, on this chain?") from None
        if len(values) < 2:
            return values[0] if values else None
        return self._pack(values)


class EventCodec:
    """One event of an ABI."""

    def __init__(self, entry: AbiEntry) -> None:
        self.name = str(entry["name"])
        self.signature = signature(entry)
        self.topic = "0x" + keccak(text=self.signature).hex()
        inputs = entry["inputs"]
        self.names = [str(part["name"]) for part in inputs]
        self.indexed = [part for part in inputs if part.get("indexed")]
        self._data = Codec([part for part in inputs if not part.get("indexed")])
        # Indexed values of dynamic type are hashes.
        self._topics = [
            Codec([part if _static(part) else {"type": "bytes32", "name": part["name"]}])
            for part in self.indexed
        ]

    def decode(self, topics: Sequence[str], data: bytes) -> dict[str, Any]:
        """Values by name, in the order of the declaration."""
        found = dict(zip(self._data.names, self._data.decode(data), strict=True))
        for part, codec, topic in zip(self.indexed, self._topics, topics[1:], strict=True):
            found[str(part["name"])] = codec.decode(bytes.fromhex(topic[2:]))[0]
        return {name: found[name] for name in self.names}


class ErrorCodec:
    """One custom error of an ABI."""

    def __init__(self, entry: AbiEntry) -> None:
        self.name = str(entry["name"])
        self.signature = signature(entry)
        self.selector = keccak(text=self.signature)[:4]
        self._data = Codec(entry["inputs"])

    def decode(self, data: bytes) -> dict[str, Any]:
        values = self._data.decode(data[4:])
        names = [name or f"arg{i}" for i, name in enumerate(self._data.names)]
        return dict(zip(names, values, strict=True))


def _static(part: AbiEntry) -> bool:
    kind = str(part["type"])
    return not (kind in ("string", "bytes") or kind.startswith("tuple") or kind.endswith("]"))
