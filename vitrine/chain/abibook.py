"""All events and errors that are known, to decode what any contract of the project says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from vitrine.chain.codec import AbiEntry, ErrorCodec, EventCodec, checksum

_BUILTIN: Final = (
    {"type": "error", "name": "Error", "inputs": [{"name": "reason", "type": "string"}]},
    {"type": "error", "name": "Panic", "inputs": [{"name": "code", "type": "uint256"}]},
)


@dataclass(frozen=True, slots=True)
class Event:
    """A decoded log."""

    name: str
    args: dict[str, Any]
    address: str
    block: int
    index: int
    tx_hash: str
    tx_index: int

    def __getattr__(self, name: str) -> Any:
        try:
            return self.args[name]
        except KeyError:
            raise AttributeError(f"{self.name} has no value {name!r}") from None


@dataclass(frozen=True, slots=True)
class Revert:
    """A decoded custom error (or `Error(string)`, `Panic(uint256)`); the name is empty when unknown."""

    name: str
    values: dict[str, Any] = field(default_factory=dict)
    notice: str = ""
    data: bytes = b""


class AbiBook:
    """Events by topic, errors by selector."""

    def __init__(self, abis: Iterable[Iterable[AbiEntry]] = ()) -> None:
        self._events: dict[tuple[str, int], EventCodec] = {}
        self._errors: dict[bytes, ErrorCodec] = {}
        self._notices: dict[str, str] = {}
        self.add(_BUILTIN)
        for abi in abis:
            self.add(abi)

    def add(self, abi: Iterable[AbiEntry], error_notices: Mapping[str, str] | None = None) -> None:
        """Adds an ABI; `error_notices` are one-line descriptions by error signature."""
        for entry in abi:
            if entry.get("type") == "event" and not entry.get("anonymous"):
                event = EventCodec(entry)
                self._events.setdefault((event.topic, len(event.indexed) + 1), event)
            elif entry.get("type") == "error":
                error = ErrorCodec(entry)
                self._errors.setdefault(error.selector, error)
        self._notices.update(error_notices or {})

    def topic(self, name: str) -> str:
        """Topic of the event called `name`."""
        for event in self._events.values():
            if event.name == name:
                return event.topic
        raise KeyError(name)

    def event(self, log: Mapping[str, Any]) -> Event | None:
        """The log as an event; None when it is not known."""
        topics: Sequence[str] = log["topics"]
        codec = self._events.get((topics[0], len(topics))) if topics else None
        if codec is None:
            return None
        return Event(
            codec.name,
            codec.decode(topics, bytes.fromhex(log["data"][2:])),
            checksum(log["address"]),
            int(log["blockNumber"], 16),
            int(log["logIndex"], 16),
            str(log["transactionHash"]),
            int(log["transactionIndex"], 16),
        )

    def events(self, logs: Iterable[Mapping[str, Any]]) -> list[Event]:
        """The known ones among `logs`."""
        return [event for event in map(self.event, logs) if event is not None]

    def revert(self, data: bytes) -> Revert:
        """What revert data says."""
        codec = self._errors.get(data[:4])
        if codec is None:
            return Revert("", data=data)
        try:
            values = codec.decode(data)
        except Exception:  # noqa: BLE001 - data of a foreign contract that only looks like ours
            return Revert("", data=data)
        return Revert(codec.name, values, self._notices.get(codec.signature, ""), data)
