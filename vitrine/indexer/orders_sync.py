"""Keeps the order store true: events say which orders to look at again, the chain says what became of them.

A step may be killed at any line and run twice: what it writes is one commit, and the place to go on from is
part of it. When blocks were replaced, reading goes back to the newest block that still stands, and every
order that was looked at later is looked at again, the dead ones too.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from eth_utils.crypto import keccak
from sqlalchemy import delete, insert, select

from vitrine.chain.client import Chain
from vitrine.chain.codec import checksum
from vitrine.chain.rpc import RpcError
from vitrine.indexer import orders_schema as schema
from vitrine.indexer.orders import OrderStore
from vitrine.indexer.orders_book import ASK
from vitrine.indexer.store import WINDOW, Header
from vitrine.sdk.seaport.orders import from_json
from vitrine.sdk.seaport.standing import Gone

FINAL: Final = (Gone.EXPIRED, Gone.CANCELLED, Gone.FILLED, Gone.COUNTER)
"""Only other blocks bring such an order back; the others rest until owner, approval or money return."""
_SPAN: Final = 5_000


def _topic(signature: str) -> str:
    return "0x" + keccak(text=signature).hex()


_SPENT: Final = _topic(
    "OrderFulfilled(bytes32,address,address,address,(uint8,address,uint256,uint256)[],"
    "(uint8,address,uint256,uint256,address)[])"
)
_CANCELLED: Final = _topic("OrderCancelled(bytes32,address,address)")
_COUNTER: Final = _topic("CounterIncremented(uint256,address)")
_TRANSFER: Final = _topic("Transfer(address,address,uint256)")
_APPROVAL: Final = _topic("Approval(address,address,uint256)")
_FOR_ALL: Final = _topic("ApprovalForAll(address,address,bool)")
_TOPICS: Final = [_SPENT, _CANCELLED, _COUNTER, _TRANSFER, _APPROVAL, _FOR_ALL]


@dataclass
class Touched:
    """What the events of some blocks concern."""

    hashes: set[str] = field(default_factory=set)
    makers: set[str] = field(default_factory=set)
    tokens: set[tuple[str, int]] = field(default_factory=set)
    holders: set[tuple[str, str]] = field(default_factory=set)

    def read(self, logs: Iterable[Mapping[str, Any]]) -> None:
        for log in logs:
            topics, where = log["topics"], checksum(log["address"])
            kind = topics[0]
            if kind in (_SPENT, _CANCELLED):
                self.hashes.add(log["data"][:66])
            elif kind == _COUNTER:
                self.makers.add(_address(topics[1]))
            elif kind == _FOR_ALL:
                self.holders.add((where, _address(topics[1])))
            elif len(topics) == 4:  # an ERC-721 moved or was approved
                self.tokens.add((where, int(topics[3], 16)))
            elif len(topics) == 3:  # an ERC-20
                self.holders |= {(where, _address(topic)) for topic in topics[1:]}

    def concerns(self, row: Any) -> bool:
        return (
            row.hash in self.hashes
            or row.maker in self.makers
            or (row.collection, row.token_id) in self.tokens
            or (row.collection if row.side == ASK else row.asset, row.maker) in self.holders
        )


@dataclass(frozen=True, slots=True)
class Synced:
    """What a step did."""

    block: int
    checked: int
    dropped: int
    revived: int


class OrderSync:
    """Follows the chain for one order store."""

    def __init__(self, chain: Chain, store: OrderStore, start: int) -> None:
        self._chain, self._orders, self._start = chain, store, start
        self._followed = -1

    def follow(self) -> None:
        """Catches up unless this process has done so at the head that is."""
        head = self._chain.block_number()
        if head != self._followed:
            self._followed = self.catch_up().block

    def catch_up(self) -> Synced:
        """Up to the head; orders whose time came or went are looked at as well."""
        tips = self._tips()
        base = self._standing(tips)
        head = self._header(self._chain.block_number())
        first = self._start if base is None else base.number + 1
        touched = Touched()
        for low in range(first, head.number + 1, _SPAN):
            touched.read(self._logs(low, min(head.number, low + _SPAN - 1)))
        rows = self._candidates(touched, head, -1 if base is None else base.number)
        return self._write(rows, head, base)

    # --- inside -----------------------------------------------------------------------------------------

    def _tips(self) -> list[Header]:
        newest = select(schema.tips).order_by(schema.tips.c.number.desc())
        with self._orders.store.reading() as connection:
            return [Header(row.number, row.hash, "", row.at) for row in connection.execute(newest)]

    def _standing(self, tips: Sequence[Header]) -> Header | None:
        """The newest block read so far that the chain still has."""
        for tip in tips:
            raw = self._chain.rpc.call("eth_getBlockByNumber", hex(tip.number), False)
            if raw is not None and raw["hash"] == tip.hash:
                return tip
        return None

    def _header(self, number: int) -> Header:
        raw = self._chain.block(number)
        return Header(number, str(raw["hash"]), "", int(raw["timestamp"], 16))

    def _logs(self, first: int, last: int) -> list[Mapping[str, Any]]:
        addresses = [self._orders.client.address, self._orders.asset, *self._orders.collections]
        query = {"fromBlock": hex(first), "toBlock": hex(last), "address": addresses, "topics": [_TOPICS]}
        try:
            return list(self._chain.rpc.call("eth_getLogs", query))
        except RpcError:
            if first == last:
                raise
            middle = (first + last) // 2
            return self._logs(first, middle) + self._logs(middle + 1, last)

    def _candidates(self, touched: Touched, head: Header, again: int) -> list[Any]:
        """Orders to look at: those concerned, those whose time is up, all that were seen after `again`."""
        c = schema.orders.c
        columns = select(
            c.hash, c.side, c.collection, c.token_id, c.maker, c.asset, c.start_time, c.end_time, c.reason,
            c.checked_block, c.body,
        )  # fmt: skip
        wanted = c.reason.not_in([str(reason) for reason in FINAL]) | (c.checked_block > again)
        with self._orders.store.reading() as connection:
            rows = connection.execute(columns.where(wanted)).all()
        return [
            row
            for row in rows
            if row.checked_block > again
            or touched.concerns(row)
            or row.end_time <= head.at
            or (row.reason == Gone.EARLY and row.start_time <= head.at)
        ]

    def _write(self, rows: Sequence[Any], head: Header, base: Header | None) -> Synced:
        parsed = {row.hash: from_json(json.loads(row.body)).order for row in rows}
        snapshot = self._orders.client.surveyor.survey(parsed.values(), head.number)
        dropped = revived = 0
        with self._orders.store.writing() as connection:
            for row in rows:
                values = self._orders.verdict(parsed[row.hash], snapshot) | {"checked_block": head.number}
                if values["reason"] != row.reason:
                    values["changed_at"] = head.at
                    dropped += int(not row.reason)
                    revived += int(not values["reason"])
                self._orders.update_in(connection, row.hash, values)
            t = schema.tips.c
            above = t.number >= head.number if base is None else t.number > base.number
            old = t.number < head.number - WINDOW
            connection.execute(delete(schema.tips).where(above | (t.number == head.number) | old))
            connection.execute(insert(schema.tips).values(number=head.number, hash=head.hash, at=head.at))
        return Synced(head.number, len(rows), dropped, revived)


def _address(topic: str) -> str:
    return checksum("0x" + topic[-40:])
