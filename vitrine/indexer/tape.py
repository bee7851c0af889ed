"""A chain of hand-made logs behind the client's own interface: for benches and for tests without a node."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from vitrine.chain.abibook import AbiBook
from vitrine.chain.client import Chain
from vitrine.chain.codec import AbiEntry, Codec, EventCodec
from vitrine.chain.contract import Contract, Interface
from vitrine.chain.rpc import Request, Rpc, RpcError
from vitrine.indexer.source import Target

GENESIS_TIME: Final = 1_650_000_000
_BLOCK_TIME: Final = 12

Log = tuple[str, Sequence[str], str]
"""Address, topics, data."""


def parse(text: str) -> AbiEntry:
    """An event from text: `Drawn(address indexed receiver, uint256 assets, uint256 shares)`."""
    name, _, rest = text.partition("(")
    inputs = []
    for part in rest.rstrip(")").split(","):
        kind, *middle, label = part.split()
        inputs.append({"type": kind, "name": label, "indexed": "indexed" in middle})
    return {"type": "event", "name": name, "inputs": inputs}


class Voice:
    """A contract that can only speak: makes logs out of named values."""

    def __init__(self, address: str, events: Iterable[str]) -> None:
        self.address = address
        self.abi = [parse(text) for text in events]
        self._codecs = {codec.name: (codec, entry) for entry in self.abi for codec in (EventCodec(entry),)}

    def say(self, name: str, **values: Any) -> Log:
        codec, entry = self._codecs[name]
        topics, plain = [codec.topic], []
        for part in entry["inputs"]:
            if part["indexed"]:
                topics.append("0x" + Codec([part]).encode([values[part["name"]]]).hex())
            else:
                plain.append(part)
        data = Codec(plain).encode([values[part["name"]] for part in plain])
        return self.address, topics, "0x" + data.hex()


@dataclass
class _Block:
    number: int
    hash: str
    parent: str
    logs: list[Log] = field(default_factory=list)

    @property
    def header(self) -> dict[str, str]:
        return {
            "number": hex(self.number),
            "hash": self.hash,
            "parentHash": self.parent,
            "timestamp": hex(GENESIS_TIME + _BLOCK_TIME * self.number),
        }


class Tape(Rpc):
    """A node that knows blocks and logs. `mine` adds a block, `cut` takes blocks away."""

    def __init__(self, *, most_logs: int = 1_000_000) -> None:
        super().__init__("http://tape.invalid")
        self.most_logs = most_logs
        self._branch = 0
        self.blocks: list[_Block] = []
        self.mine()

    def mine(self, logs: Iterable[Log] = ()) -> int:
        """A block with these logs; its number."""
        number, parent = len(self.blocks), self.blocks[-1].hash if self.blocks else "0x" + "00" * 32
        digest = hashlib.sha256(f"{parent} {number} {self._branch}".encode()).hexdigest()
        self.blocks.append(_Block(number, "0x" + digest, parent, list(logs)))
        return number

    def cut(self, depth: int) -> None:
        """The last `depth` blocks never happened; what is mined from now on is another branch."""
        self._branch += 1
        del self.blocks[len(self.blocks) - depth :]

    # --- the node ---------------------------------------------------------------------------------------

    def call(self, method: str, *params: Any) -> Any:
        if method == "eth_chainId":
            return "0x7a69"
        if method == "eth_getBlockByNumber":
            number = len(self.blocks) - 1 if params[0] == "latest" else int(params[0], 16)
            return self.blocks[number].header if 0 <= number < len(self.blocks) else None
        if method == "eth_getLogs":
            found = self._logs(int(params[0]["fromBlock"], 16), int(params[0]["toBlock"], 16))
            wanted = {address.lower() for address in params[0].get("address", ())}
            found = [log for log in found if not wanted or log["address"] in wanted]
            if len(found) > self.most_logs:
                raise RpcError(f"The node refused {method}: more than {self.most_logs} results")
            return found
        raise RpcError(f"The node refused {method}: it is a tape")

    def batch(self, requests: Iterable[Request], *, size: int = 1_000) -> list[Any]:
        return [self.call(method, *params) for method, params in requests]

    def _logs(self, first: int, last: int) -> list[dict[str, Any]]:
        return [
            {
                "address": address.lower(),
                "topics": list(topics),
                "data": data,
                "blockNumber": hex(block.number),
                "blockHash": block.hash,
                "logIndex": hex(index),
                "transactionHash": f"{block.hash[:-8]}{index // 8:08x}",
                "transactionIndex": hex(index // 8),
            }
            for block in self.blocks[first : last + 1]
            for index, (address, topics, data) in enumerate(block.logs)
        ]


def chain_of(tape: Tape, voices: Iterable[Voice]) -> Chain:
    """The tape as a chain that understands these voices."""
    return Chain(tape, AbiBook([voice.abi for voice in voices]))


def target_of(voices: dict[str, Voice], start: int = 1) -> Target:
    """Voices by the kind of contract they are."""
    contracts = {kind: Contract(voice.address, Interface(kind, voice.abi)) for kind, voice in voices.items()}
    kinds = {contract.address: kind for kind, contract in contracts.items()}
    return Target(contracts, kinds, start, contracts["LendingVault"])
