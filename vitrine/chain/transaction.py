"""Requests and receipts of transactions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from vitrine.chain.abibook import Event
from vitrine.chain.contract import Call
from vitrine.chain.rpc import Request
from vitrine.errors import ChainError, VitrineError

BlockTag = int | str
Outgoing = tuple[Call, str]
"""A call and its sender."""


class Signer(Protocol):
    """A key of our own. eth-account's `LocalAccount` is one."""

    @property
    def address(self) -> Any: ...

    def sign_transaction(self, transaction_dict: Any) -> Any: ...


@dataclass(frozen=True, slots=True)
class Receipt:
    """A mined transaction."""

    tx_hash: str
    ok: bool
    block: int
    gas_used: int
    gas_price: int
    sender: str
    created: str | None
    logs: list[dict[str, Any]]
    events: list[Event]
    error: VitrineError | None = None

    def event(self, name: str) -> Event:
        """The one event called `name`."""
        found = self.all(name)
        if len(found) != 1:
            raise ChainError(
                f"{self.tx_hash} has {len(found)} events {name}, one was expected", "Look at its logs"
            )
        return found[0]

    def all(self, name: str) -> list[Event]:
        return [event for event in self.events if event.name == name]


def tag(block: BlockTag) -> str:
    return hex(block) if isinstance(block, int) else block


def eth_call(call: Call, block: BlockTag, sender: str | None) -> Request:
    request: dict[str, Any] = {"to": call.to, "data": "0x" + call.data.hex()}
    if sender:
        request["from"] = sender
    if call.value:
        request["value"] = hex(call.value)
    return "eth_call", [request, tag(block)]


def transaction_of(call: Call, sender: str, gas: int | None) -> dict[str, Any]:
    transaction: dict[str, Any] = {"from": sender, "to": call.to, "data": "0x" + call.data.hex()}
    if call.value:
        transaction["value"] = hex(call.value)
    if gas is not None:
        transaction["gas"] = hex(gas)
    return transaction
