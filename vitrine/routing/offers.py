"""What markets offer: listings, bids, and pools whose price moves with every item.

Amounts are asset units. Gas is counted in asset units, too, so that offers of different venues compare.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from vitrine.units import WAD, mul_div_up


@dataclass(frozen=True, slots=True)
class GasPrice:
    """What gas costs: asset units per unit of gas, as a wad."""

    asset_per_gas_wad: int = 0

    def cost_up(self, gas: int) -> int:
        return mul_div_up(gas, self.asset_per_gas_wad, WAD)


FREE_GAS = GasPrice()


class Trade(NamedTuple):
    """A number of items at one pool: all that is paid or received, and the royalty in it."""

    total: int
    royalty: int


class PoolQuoter(Protocol):
    """A pool as it stands: what `count` items cost, or bring, one after the other, every fee included. None:
    it cannot quote so many."""

    def buy(self, count: int) -> Trade | None: ...

    def sell(self, count: int) -> Trade | None: ...


@dataclass(frozen=True, slots=True)
class Listing:
    """One token for sale. `price` goes to the seller; fee and royalty come on top. `payload` is what the
    venue needs."""

    venue: str
    token_id: int
    price: int
    fee: int = 0
    royalty: int = 0
    gas: int = 0
    payload: Any = None

    @property
    def total(self) -> int:
        """What leaves the buyer."""
        return self.price + self.fee + self.royalty


@dataclass(frozen=True, slots=True)
class Bid:
    """Somebody buys up to `quantity` tokens at `price` each, out of which fee and royalty are paid.

    `token_ids` None: any of the collection.
    """

    venue: str
    price: int
    fee: int = 0
    royalty: int = 0
    gas: int = 0
    token_ids: frozenset[int] | None = None
    quantity: int = 1
    payload: Any = None

    @property
    def total(self) -> int:
        """What reaches the seller of one."""
        return self.price - self.fee - self.royalty

    def takes(self, token_id: int) -> bool:
        return self.token_ids is None or token_id in self.token_ids


@dataclass(frozen=True, slots=True)
class PoolOffer:
    """A pool. Gas is `gas_first` for a swap of one item, and `gas_more` for each further one.

    `token_ids` are those it holds; `accepts` None: it takes every token of the collection.
    """

    venue: str
    quoter: PoolQuoter
    token_ids: Sequence[int] = ()
    accepts: frozenset[int] | None = None
    gas_first: int = 0
    gas_more: int = 0
    payload: Any = None

    def gas(self, count: int) -> int:
        return self.gas_first + (count - 1) * self.gas_more if count else 0

    def takes(self, token_id: int) -> bool:
        return self.accepts is None or token_id in self.accepts
