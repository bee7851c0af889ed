"""ABI codecs built for speed: scalars are packed by hand, the rest goes through cached eth_abi encoders."""

import functools
from collections import namedtuple
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from eth_abi.abi import default_codec
from eth_utils import keccak

Json = dict[str, Any]

_registry = default_codec._registry
_WORD = 2**256


@functools.cache
def checksum(raw: bytes) -> str:
    """20 bytes -> checksummed address."""
    text = raw.hex()
    digest = keccak(text.encode()).hex()
    return "0x" + "".join(c.upper() if int(d, 16) > 7 else c for c, d in zip(text, digest, strict=False))


def address_of(value: Any) -> str:
    """An account, contract, or address in any writing -> checksummed address."""
    if isinstance(value, str):
        return checksum(bytes.fromhex(value[2:]))
    if isinstance(value, bytes):
        return checksum(value)
    address: str = value.address
    return address


def create_address(sender: str, nonce: int) -> str:
    """The address a CREATE by `sender` at `nonce` gives."""
    body = nonce.to_bytes((nonce.bit_length() + 7) // 8, "big")
    item = body if 0 < nonce < 0x80 else bytes([0x80 + len(body)]) + body
    payload = b"\x94" + bytes.fromhex(sender[2:]) + item
    return checksum(keccak(bytes([0xC0 + len(payload)]) + payload)[12:])


# ---------------------------------------------------------------- types


def type_string(param: Json) -> str:
    kind: str = param["type"]
    if kind.startswith("tuple"):
        return "(" + ",".join(type_string(c) for c in param["components"]) + ")" + kind[5:]
    return kind


def _scalar_encoder(kind: str) -> Callable[[Any], bytes] | None:
    if kind == "address":
        return lambda v: b"\0" * 12 + bytes.fromhex((v if type(v) is str else address_of(v))[2:])
    if kind == "bool":
        return lambda v: (1 if v else 0).to_bytes(32, "big")
    if kind.startswith("uint") and kind[4:].isdigit():
        limit = 1 << int(kind[4:])

        def encode_uint(value: int) -> bytes:
            if not 0 <= value < limit:
                raise ValueError(f"{value} does not fit {kind}")
            return int(value).to_bytes(32, "big")

        return encode_uint
    if kind.startswith("int") and kind[3:].isdigit():
        bound = 1 << (int(kind[3:]) - 1)

        def encode_int(value: int) -> bytes:
            if not -bound <= value < bound:
                raise ValueError(f"{value} does not fit {kind}")
            return (int(value) % _WORD).to_bytes(32, "big")

        return encode_int
    if kind.startswith("bytes") and kind[5:].isdigit():
        width = int(kind[5:])

        def encode_fixed(value: bytes | str) -> bytes:
            raw = bytes.fromhex(value.removeprefix("0x")) if isinstance(value, str) else bytes(value)
            if len(raw) != width:
                raise ValueError(f"{len(raw)} bytes given for {kind}")
            return raw.ljust(32, b"\0")

        return encode_fixed
    return None


def _normalizer(param: Json) -> Callable[[Any], Any]:
    """Turns what tests write (accounts, contracts, dicts for structs) into what eth_abi takes."""
    kind: str = param["type"]
    if kind.endswith("]"):
        inner = _normalizer(param | {"type": kind[: kind.rindex("[")]})
        return lambda values: [inner(v) for v in values]
    if kind == "tuple":
        parts = [(c["name"], _normalizer(c)) for c in param["components"]]

        def normalize_struct(value: Any) -> tuple[Any, ...]:
            if isinstance(value, dict):
                extra = value.keys() - {n for n, _ in parts}
                if extra:
                    raise ValueError(f"unknown struct fields {sorted(extra)}")
                return tuple(f(value[n]) for n, f in parts)
            if len(value) != len(parts):
                raise ValueError(f"{len(value)} values given for {len(parts)} struct fields")
            return tuple(f(v) for (_, f), v in zip(parts, value, strict=True))

        return normalize_struct
    if kind == "address":
        return address_of
    if kind.startswith("bytes"):
        return lambda v: bytes.fromhex(v.removeprefix("0x")) if isinstance(v, str) else bytes(v)
    return lambda v: v


def encoder(params: Sequence[Json]) -> Callable[[Sequence[Any]], bytes]:
    """Encodes an argument list."""
    scalars = [_scalar_encoder(p["type"]) for p in params]
    count = len(params)
    if all(scalars):

        def encode_flat(args: Sequence[Any]) -> bytes:
            if len(args) != count:
                raise TypeError(f"takes {count} arguments, {len(args)} given")
            return b"".join([f(v) for f, v in zip(scalars, args, strict=True)])  # type: ignore[misc]

        return encode_flat
    codec = _registry.get_encoder("(" + ",".join(type_string(p) for p in params) + ")")
    normalizers = [_normalizer(p) for p in params]

    def encode_any(args: Sequence[Any]) -> bytes:
        if len(args) != count:
            raise TypeError(f"takes {count} arguments, {len(args)} given")
        return bytes(codec([f(v) for f, v in zip(normalizers, args, strict=True)]))

    return encode_any


# ---------------------------------------------------------------- decoding


def _scalar_decoder(kind: str) -> Callable[[bytes], Any] | None:
    if kind == "address":
        return lambda w: checksum(w[12:])
    if kind == "bool":
        return lambda w: w[31] != 0
    if kind.startswith("uint") and kind[4:].isdigit():
        return lambda w: int.from_bytes(w, "big")
    if kind.startswith("int") and kind[3:].isdigit():
        return lambda w: int.from_bytes(w, "big", signed=True)
    if kind.startswith("bytes") and kind[5:].isdigit():
        width = int(kind[5:])
        return lambda w: w[:width]
    return None


@functools.cache
def _record(names: tuple[str, ...]) -> Any:
    return namedtuple("Struct", names, rename=True)


def _static_decoder(param: Json) -> tuple[int, Callable[[bytes, int], Any]] | None:
    """(words, decode at offset) of a type without dynamic parts."""
    scalar = _scalar_decoder(param["type"])
    if scalar is not None:
        return 1, lambda data, at: scalar(data[at : at + 32])
    if param["type"] == "tuple":
        parts = [_static_decoder(c) for c in param["components"]]
        if all(parts):
            make = _record(tuple(c["name"] for c in param["components"]))
            words = sum(p[0] for p in parts if p)

            def decode_struct(data: bytes, at: int) -> Any:
                values = []
                for size, decode in parts:  # type: ignore[misc]
                    values.append(decode(data, at))
                    at += 32 * size
                return make(*values)

            return words, decode_struct
    return None


def _shaper(param: Json) -> Callable[[Any], Any]:
    """Turns eth_abi's plain tuples and lowercase addresses into named structs and checksummed addresses."""
    kind: str = param["type"]
    if kind.endswith("]"):
        inner = _shaper(param | {"type": kind[: kind.rindex("[")]})
        return lambda values: [inner(v) for v in values]
    if kind == "tuple":
        make = _record(tuple(c["name"] for c in param["components"]))
        parts = [_shaper(c) for c in param["components"]]
        return lambda values: make(*[f(v) for f, v in zip(parts, values, strict=True)])
    if kind == "address":
        return address_of
    return lambda v: v


def decoder(params: Sequence[Json]) -> Callable[[bytes], tuple[Any, ...]]:
    """Decodes to a tuple of values; structs come as named tuples."""
    statics = [_static_decoder(p) for p in params]
    if all(statics):
        size = 32 * sum(s[0] for s in statics if s)

        def decode_flat(data: bytes) -> tuple[Any, ...]:
            if len(data) < size:
                raise ValueError(f"{len(data)} bytes returned, {size} expected")
            values, at = [], 0
            for words, decode in statics:  # type: ignore[misc]
                values.append(decode(data, at))
                at += 32 * words
            return tuple(values)

        return decode_flat
    types = [type_string(p) for p in params]
    shapers = [_shaper(p) for p in params]
    return lambda data: tuple(
        f(v) for f, v in zip(shapers, default_codec.decode(types, data, strict=False), strict=True)
    )


# ---------------------------------------------------------------- entries


def signature(entry: Json) -> str:
    return f"{entry['name']}({','.join(type_string(p) for p in entry['inputs'])})"


def selector(text: str) -> bytes:
    """First four bytes of the hash of a signature such as `onTake(address,uint256,uint256,bytes)`."""
    return keccak(text.encode())[:4]


class Function:
    """One function of an ABI."""

    def __init__(self, entry: Json) -> None:
        self.name: str = entry["name"]
        self.inputs: list[Json] = entry["inputs"]
        self.signature = signature(entry)
        self.selector = keccak(self.signature.encode())[:4]
        self.is_view = entry["stateMutability"] in ("view", "pure")
        self._encode = encoder(self.inputs)
        self._decode = decoder(entry["outputs"])
        names = tuple(o["name"] for o in entry["outputs"])
        self._shape = _record(names) if len(names) > 1 else None

    def encode(self, args: Sequence[Any]) -> bytes:
        try:
            return self.selector + self._encode(args)
        except (TypeError, ValueError, KeyError) as error:
            raise TypeError(f"{self.signature}: {error}") from error

    def decode(self, data: bytes) -> Any:
        """None, the one value, or a named tuple of values."""
        values = self._decode(data)
        if self._shape is not None:
            return self._shape(*values)
        return values[0] if values else None


class Event:
    """A decoded log: `event.assets`, `event["assets"]`, `event.args`."""

    __slots__ = ("address", "args", "name")

    def __init__(self, name: str, address: str, args: Json) -> None:
        self.name, self.address, self.args = name, address, args

    def __getattr__(self, key: str) -> Any:
        try:
            return self.args[key]
        except KeyError:
            raise AttributeError(f"event {self.name} has no field {key}; it has {list(self.args)}") from None

    def __getitem__(self, key: str) -> Any:
        return self.args[key]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Event) and (self.name, self.address, self.args) == (
            other.name,
            other.address,
            other.args,
        )

    def __repr__(self) -> str:
        return f"{self.name}({', '.join(f'{k}={v!r}' for k, v in self.args.items())}) @ {self.address}"


class EventCodec:
    def __init__(self, entry: Json) -> None:
        self.name: str = entry["name"]
        self.topic = keccak(signature(entry).encode())
        self._order = [p["name"] for p in entry["inputs"]]
        indexed = [p for p in entry["inputs"] if p["indexed"]]
        plain = [p for p in entry["inputs"] if not p["indexed"]]
        self.topics = len(indexed) + 1
        self._indexed = [(p["name"], _scalar_decoder(p["type"]) or (lambda w: w)) for p in indexed]
        self._plain_names = [p["name"] for p in plain]
        self._plain = decoder(plain)

    def decode(self, address: str, topics: Sequence[bytes], data: bytes) -> Event:
        values = {
            name: decode(topic) for (name, decode), topic in zip(self._indexed, topics[1:], strict=True)
        }
        values.update(zip(self._plain_names, self._plain(data), strict=True))
        return Event(self.name, address, {name: values[name] for name in self._order})


class ErrorCodec:
    def __init__(self, entry: Json) -> None:
        self.name: str = entry["name"]
        self.signature = signature(entry)
        self.selector = keccak(self.signature.encode())[:4]
        self._names = [p["name"] or str(i) for i, p in enumerate(entry["inputs"])]
        self._decode = decoder(entry["inputs"])

    def decode(self, data: bytes) -> Json:
        return dict(zip(self._names, self._decode(data[4:]), strict=True))


class Interface:
    """All functions, events and errors of one contract."""

    def __init__(self, name: str, abi: Iterable[Json]) -> None:
        self.name = name
        self.functions: dict[str, list[Function]] = {}
        self.by_signature: dict[str, Function] = {}
        self.by_selector: dict[bytes, Function] = {}
        self.events: dict[tuple[bytes, int], EventCodec] = {}
        self.constructor: Callable[[Sequence[Any]], bytes] = encoder([])
        for entry in abi:
            kind = entry["type"]
            if kind == "function":
                function = Function(entry)
                self.functions.setdefault(function.name, []).append(function)
                self.by_signature[function.signature] = function
                self.by_selector[function.selector] = function
            elif kind == "event" and not entry.get("anonymous"):
                event = EventCodec(entry)
                self.events[event.topic, event.topics] = event
            elif kind == "constructor":
                self.constructor = encoder(entry["inputs"])

    def function(self, name: str, count: int | None = None) -> Function:
        """By full signature, or by name and (for overloads) number of arguments."""
        if "(" in name:
            return self.by_signature[name]
        options = self.functions.get(name)
        if not options:
            raise AttributeError(f"{self.name} has no function {name}")
        if len(options) > 1:
            options = [f for f in options if count is None or len(f.inputs) == count]
        if len(options) != 1:
            names = ", ".join(f.signature for f in self.functions[name])
            raise TypeError(f"{self.name}.{name} is overloaded, use contract['signature']: {names}")
        return options[0]


# ---------------------------------------------------------------- what any loaded ABI knows

_events: dict[tuple[bytes, int], EventCodec] = {}
_errors: dict[bytes, ErrorCodec] = {}
_known: set[int] = set()

for _entry in (
    {"name": "Error", "inputs": [{"name": "message", "type": "string"}]},
    {"name": "Panic", "inputs": [{"name": "code", "type": "uint256"}]},
):
    _codec = ErrorCodec(_entry)
    _errors[_codec.selector] = _codec


def learn(abis: Iterable[list[Json]]) -> None:
    """Remember the events and errors of these ABIs for decoding."""
    for abi in abis:
        if id(abi) in _known:
            continue
        _known.add(id(abi))
        _keep.append(abi)
        for entry in abi:
            if entry["type"] == "error":
                mark = signature(entry)
                if mark not in _signatures:
                    _signatures.add(mark)
                    error = ErrorCodec(entry)
                    _errors.setdefault(error.selector, error)
            elif entry["type"] == "event" and not entry.get("anonymous"):
                mark = f"{signature(entry)}/{sum(p['indexed'] for p in entry['inputs'])}"
                if mark not in _signatures:
                    _signatures.add(mark)
                    event = EventCodec(entry)
                    _events.setdefault((event.topic, event.topics), event)


_signatures: set[str] = set()
_keep: list[list[Json]] = []  # keeps the ABIs alive, so that the ids in _known stay theirs


def decode_event(own: Interface | None, address: str, topics: Sequence[bytes], data: bytes) -> Event:
    """By the emitter's own ABI first, then by any other; an unknown log keeps its raw parts."""
    key = (topics[0], len(topics)) if topics else (b"", 0)
    codec = (own.events.get(key) if own else None) or _events.get(key)
    if codec is None:
        return Event("?", address, {"topics": list(topics), "data": data})
    return codec.decode(address, topics, data)


def decode_error(data: bytes) -> tuple[str, Json]:
    """(name, arguments) of revert data; an empty name for an empty revert, hex of the selector if unknown."""
    if not data:
        return "", {}
    codec = _errors.get(data[:4])
    if codec is None:
        return "0x" + data[:4].hex(), {"data": data[4:]}
    return codec.name, codec.decode(data)


def known_errors() -> dict[str, bytes]:
    """Error name -> selector, over all loaded ABIs."""
    return {codec.name: selector for selector, codec in _errors.items()}
