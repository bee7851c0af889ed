"""What a keeper can do, as values, and as calls of the contracts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Final, Protocol

from vitrine.chain.contract import Call, Contract
from vitrine.errors import StateError
from vitrine.keepers.snapshot import Ref


class Kind(Enum):
    """In the order in which equal ones go."""

    LIQUIDATE = "liquidate"
    MARK = "mark"
    MARK_DISTRESSED = "mark distressed"
    RESTAMP = "restamp"
    FLAG = "flag"
    TAKE = "take"
    TAKE_INTO = "take into"
    SETTLE = "settle"
    RESTART = "restart"
    RECLAIM = "reclaim"
    CLEAR = "clear"
    FILL_QUEUE = "fill queue"
    CLAIM = "claim"
    POST = "post"
    READ_DEPTH = "read depth"
    KEEP_AVERAGE = "keep average"


ENDS_AUCTION: Final = frozenset({Kind.TAKE, Kind.TAKE_INTO, Kind.SETTLE})
_ORDER: Final = {kind: index for index, kind in enumerate(Kind)}


@dataclass(frozen=True, slots=True)
class Action:
    """One transaction worth sending. `expected_loss` is what leaving it out would cost, asset units."""

    kind: Kind
    accounts: tuple[str, ...] = ()
    nfts: tuple[Ref, ...] = ()
    amount: int = 0
    """Highest price of a take, least proceeds of a settlement, most requests of a fill, slot of a post."""
    expected_loss: float = 0.0
    reward: int = field(default=0, compare=False)
    """What the sender may expect for it, asset units."""
    venue: str = field(default="", compare=False)
    data: bytes = field(default=b"", compare=False)
    floor: int = field(default=0, compare=False)
    """Least profit of a take that sells at once."""

    @property
    def account(self) -> str:
        return self.accounts[0]

    @property
    def urgency(self) -> tuple[float, int, tuple[str, ...], tuple[Ref, ...]]:
        """Sorts the most urgent first, and equal ones the same way in every process."""
        return -self.expected_loss, _ORDER[self.kind], self.accounts, self.nfts

    @property
    def key(self) -> tuple[Kind, tuple[str, ...], tuple[Ref, ...]]:
        """What it is about, whatever it is worth: an auction ends once, by whichever way."""
        kind = Kind.TAKE if self.kind in ENDS_AUCTION else self.kind
        return kind, self.accounts, self.nfts

    def __str__(self) -> str:
        who = ", ".join(self.accounts[:3]) + (" …" if len(self.accounts) > 3 else "")
        what = f" ({len(self.nfts)} NFTs)" if self.nfts else ""
        return f"{self.kind.value} {who}{what}".strip()


class Contracts(Protocol):
    """Where actions go."""

    @property
    def desk(self) -> Contract: ...

    @property
    def auction(self) -> Contract: ...

    @property
    def vault(self) -> Contract: ...


def to_call(action: Action, contracts: Contracts, sender: str, taker: Contract | None = None) -> Call:
    """The call that does it (posts and readings are made by their keepers). `taker` is a `PoolTaker`."""
    desk, nfts = contracts.desk, list(action.nfts)
    if action.kind is Kind.TAKE_INTO:
        if taker is None:
            raise StateError("There is no contract that takes without capital", "Name a PoolTaker")
        most, least = action.amount, action.floor
        return taker.takeInto(*nfts[0], action.venue, most, least, sender, action.data)
    makers: dict[Kind, Callable[[], Call]] = {
        Kind.FLAG: lambda: desk.flag(action.account),
        Kind.CLEAR: lambda: desk.clear(action.account),
        Kind.LIQUIDATE: lambda: desk.liquidate(action.account, nfts),
        Kind.RECLAIM: lambda: desk.reclaim(action.account, nfts),
        Kind.MARK: lambda: desk.mark(list(action.accounts)),
        Kind.MARK_DISTRESSED: lambda: desk.markDistressed(action.account, nfts[0]),
        Kind.RESTAMP: lambda: desk.restamp(nfts),
        Kind.RESTART: lambda: contracts.auction.restart(*nfts[0]),
        Kind.TAKE: lambda: contracts.auction.take(*nfts[0], action.amount, sender, b""),
        Kind.SETTLE: lambda: contracts.auction.settleInto(*nfts[0], action.venue, action.amount, action.data),
        Kind.FILL_QUEUE: lambda: contracts.vault.fillQueue(action.amount),
        Kind.CLAIM: lambda: contracts.vault.claim(sender),
    }
    return makers[action.kind]()
