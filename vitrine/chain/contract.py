"""A contract as its calls: `desk.healthOf(account)` is a value, not yet a request."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from vitrine.chain.codec import AbiEntry, Function, checksum
from vitrine.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Call:
    """What would be sent, and how its answer is read."""

    to: str
    data: bytes
    function: Function
    value: int = 0

    def paying(self, value: int) -> Call:
        """The same call with coins attached."""
        return replace(self, value=value)

    def __str__(self) -> str:
        return f"{self.function.name} of {self.to}"


class Interface:
    """Functions by name, or by signature when a name is overloaded."""

    def __init__(self, name: str, abi: Iterable[AbiEntry]) -> None:
        self.name = name
        self.functions: dict[str, Function] = {}
        by_name: dict[str, list[Function]] = {}
        for entry in abi:
            if entry.get("type") == "function":
                function = Function(entry)
                self.functions[function.signature] = function
                by_name.setdefault(function.name, []).append(function)
        self._by_name = by_name

    def function(self, name: str, count: int | None = None) -> Function:
        """The function called `name` (or with that signature) that takes `count` arguments."""
        if name in self.functions:
            return self.functions[name]
        found = [f for f in self._by_name.get(name, ()) if count is None or len(f.inputs.types) == count]
        if not found and name in self._by_name:
            found = self._by_name[name][:1]  # its own error about the count is the clearer one
        if not found:
            raise ConfigError(f"{self.name} has no function {name!r}", "Compile again with `make compile`")
        if len(found) > 1:
            raise ConfigError(
                f"{self.name}.{name} is overloaded", f"Name one of {[f.signature for f in found]}"
            )
        return found[0]


class Contract:
    """An interface at an address. Attributes are functions that make a `Call`."""

    def __init__(self, address: str, interface: Interface) -> None:
        self.address = checksum(address)
        self.interface = interface

    def __getattr__(self, name: str) -> Callable[..., Call]:
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *args: self.call(name, *args)

    def call(self, name: str, *args: Any) -> Call:
        """`name` may be a signature, for overloaded functions."""
        function = self.interface.function(name, len(args))
        return Call(self.address, function.encode(args), function)

    def __repr__(self) -> str:
        return f"{self.interface.name}({self.address})"


@cache
def signature_function(text: str, outputs: str = "") -> Function:
    """A function from text, for foreign contracts: `signature_function("ownerOf(uint256)", "address")`."""
    name, _, rest = text.partition("(")
    return Function({"name": name, "inputs": _parts(rest.rstrip(")")), "outputs": _parts(outputs)})


def _parts(text: str) -> list[dict[str, str]]:
    return [{"name": "", "type": part.strip()} for part in text.split(",") if part.strip()]
