"""What an index is made from: the contracts of a deployment, and their logs, of one branch of the chain."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

from vitrine.chain.client import Chain
from vitrine.chain.codec import checksum
from vitrine.chain.contract import Contract
from vitrine.chain.rpc import RpcError
from vitrine.errors import ChainError
from vitrine.indexer.handlers import KINDS
from vitrine.indexer.scribe import FACTORY, POOL
from vitrine.indexer.store import WINDOW, Header, Identity
from vitrine.sdk.facade import Vitrine

_CREATED: Final = "PoolCreated"
_SPAN: Final = 5_000


class ChainMovedError(ChainError):
    """The node changed to another branch while it was read. Reading again helps."""


@dataclass(frozen=True)
class Target:
    """The contracts of one deployment: by name, and what kind each address is."""

    contracts: Mapping[str, Contract]
    kinds: Mapping[str, str]
    start: int
    lens: Contract

    @classmethod
    def of(cls, vitrine: Vitrine) -> Self:
        """Everything of a deployment that speaks in events the index knows."""
        record = vitrine.deployment
        kinds = {item.address: item.artifact for item in record.contracts.values() if item.artifact in KINDS}
        named = {
            item.artifact: vitrine.contract(name)
            for name, item in record.contracts.items()
            if item.artifact in KINDS
        }
        return cls(named, kinds, record.block, vitrine.contract("AccountLens"))

    def contract(self, name: str) -> Contract:
        return self.contracts[name]


@dataclass(frozen=True, slots=True)
class Batch:
    """Logs of the blocks after `first - 1` up to `tip`, and the headers that must be kept of them."""

    tip: Header
    logs: Sequence[Mapping[str, Any]]
    times: Mapping[int, int]
    headers: Sequence[Header]
    keep_from: int
    """Changes of this block and later ones may have to be undone."""


class LogSource:
    """Reads one chain for one target."""

    def __init__(self, chain: Chain, target: Target, *, span: int = _SPAN) -> None:
        self.chain, self.target, self.span = chain, target, span
        self.kinds: dict[str, str] = dict(target.kinds)
        """What each address is; pools join when they are created."""
        self._factories = {address for address, kind in target.kinds.items() if kind == FACTORY}

    def adopt(self, pools: Iterable[str]) -> None:
        """Listens to pools as well. Where a pool was created nothing else can ever be."""
        self.kinds |= dict.fromkeys(pools, POOL)

    def identity(self) -> Identity:
        vault = self.target.contract("LendingVault").address
        return Identity(self.chain.chain_id, self.chain.genesis, vault, self.target.start)

    def base(self) -> Header:
        """The block before the first one."""
        return self.header(max(0, self.target.start - 1))

    def header(self, number: int | str) -> Header:
        return _header(self.chain.block(number))

    def headers(self, numbers: Sequence[int]) -> list[Header | None]:
        """Headers in order; None for a block the node has not."""
        found = self.chain.rpc.batch([("eth_getBlockByNumber", [hex(number), False]) for number in numbers])
        return [None if raw is None else _header(raw) for raw in found]

    def batch(self, after: Header, head: Header) -> Batch:
        """The next blocks after `after`, at most up to `head`, all of one branch."""
        first = after.number + 1
        last = min(head.number, after.number + self.span)
        window = range(max(first, head.number - WINDOW), last + 1)
        numbers = sorted({first, last, *window})
        before = self.headers(numbers)
        logs = self._all_logs(first, last)
        if None in before or self.headers([first, last]) != [before[0], before[-1]]:
            raise ChainMovedError("The chain moved to another branch while it was read", "Read it again")
        known = {header.number: header for header in before if header is not None}
        _one_branch(after, known, logs)
        kept = [known[number] for number in window]
        return Batch(known[last], logs, self._times(logs, known), kept, head.number - WINDOW + 1)

    def _all_logs(self, first: int, last: int) -> list[Mapping[str, Any]]:
        """Raw logs in order, those of pools created meanwhile included."""
        logs = self._logs(first, last, list(self.kinds))
        born = self._born(logs) if self._factories else []
        if born:
            self.adopt(born)
            logs = sorted([*logs, *self._logs(first, last, born)], key=_place)
        return logs

    def _born(self, logs: Iterable[Mapping[str, Any]]) -> list[str]:
        """Pools that these logs create and nobody listened to yet."""
        found = []
        for log in logs:
            if address_of(log) in self._factories:
                event = self.chain.book.event(log)
                if event is not None and event.name == _CREATED and event.args["pool"] not in self.kinds:
                    found.append(event.args["pool"])
        return found

    def _logs(self, first: int, last: int, addresses: list[str]) -> list[Mapping[str, Any]]:
        """Raw logs in order, each once; a range the node finds too large is halved."""
        query = {"fromBlock": hex(first), "toBlock": hex(last), "address": addresses}
        try:
            found = self.chain.rpc.call("eth_getLogs", query)
        except RpcError:
            if first == last:
                raise
            middle = (first + last) // 2
            self.span = max(1, self.span // 2)
            return self._logs(first, middle, addresses) + self._logs(middle + 1, last, addresses)
        places = {_place(log): log for log in found}
        return [places[place] for place in sorted(places) if not places[place].get("removed")]

    def _times(self, logs: Sequence[Mapping[str, Any]], known: Mapping[int, Header]) -> dict[int, int]:
        """Unix times of the blocks that have logs."""
        times = {number: header.at for number, header in known.items()}
        missing = []
        for log in logs:
            number = int(log["blockNumber"], 16)
            if number not in times:
                said = log.get("blockTimestamp")
                times[number] = int(said, 16) if said else -1
                if not said:
                    missing.append(number)
        for number, header in zip(missing, self.headers(missing), strict=True):
            if header is None:
                raise ChainMovedError(f"Block {number} has logs but is not there", "Read it again")
            times[number] = header.at
        return times


def _place(log: Mapping[str, Any]) -> tuple[int, int]:
    return int(log["blockNumber"], 16), int(log["logIndex"], 16)


def _one_branch(after: Header, known: Mapping[int, Header], logs: Sequence[Mapping[str, Any]]) -> None:
    """Refuses headers or logs that do not follow from `after`."""
    parent = {after.number: after.hash}
    for number, header in sorted(known.items()):
        wanted = parent.get(number - 1)
        if wanted is not None and header.parent != wanted:
            raise ChainMovedError(f"Block {number} does not follow the one before it", "Read it again")
        parent[number] = header.hash
    for log in logs:
        header_ = known.get(int(log["blockNumber"], 16))
        if header_ is not None and log["blockHash"] != header_.hash:
            raise ChainMovedError(f"A log of block {header_.number} is of another branch", "Read it again")


def _header(raw: Mapping[str, Any]) -> Header:
    return Header(int(raw["number"], 16), str(raw["hash"]), str(raw["parentHash"]), int(raw["timestamp"], 16))


def address_of(log: Mapping[str, Any]) -> str:
    return checksum(str(log["address"]))
