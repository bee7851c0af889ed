"""What markets offer for auctioned NFTs at one block: quotes of exits and pools."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, Protocol

from vitrine.chain.contract import Call, Contract
from vitrine.chain.rpc import RpcError
from vitrine.errors import VitrineError
from vitrine.keepers.access import Reader
from vitrine.keepers.snapshot import Offer, Ref

BID_GAS: Final = 310_000
POOL_GAS: Final = 300_000
ORDER_GAS: Final = 330_000
TAKER_GAS: Final = 315_000
"""As measured (docs/gas.json): a bid amid the book, an order as much above a pool as in the router. What
is sent is estimated anew."""


class PoolHint(NamedTuple):
    """A pool that might buy a token, with one Merkle proof when it has a list."""

    pool: str
    proof: Sequence[bytes] | None = None


class PoolSource(Protocol):
    """An index of pools. It may lag: its answers are quoted on the chain."""

    def pools_for(self, collection: str, token_id: int, block: int | str) -> Sequence[PoolHint]:
        """The pools most likely to pay best, best first, as many as shall be asked."""
        ...


class OrderSource(Protocol):
    """A store of live Seaport bids. It may lag, too."""

    def bids_for(self, collection: str, token_id: int) -> Sequence[bytes]:
        """`data` of `SeaportBidExit` for the bids most likely to pay best, best first."""
        ...


@dataclass(frozen=True)
class ExitContracts:
    """Where auctions can be settled into, as far as it is deployed."""

    standing_bids: Contract | None = None
    pool_exit: Contract | None = None
    seaport_exit: Contract | None = None
    taker: Contract | None = None


class ExitReader:
    """Asks every market that might take a token."""

    def __init__(
        self,
        chain: Reader,
        contracts: ExitContracts,
        *,
        pool_at: Callable[[str], Contract] | None = None,
        pools: PoolSource | None = None,
        orders: OrderSource | None = None,
    ) -> None:
        self.chain, self.contracts = chain, contracts
        self.pool_at, self.pools, self.orders = pool_at, pools, orders

    def offers(self, refs: Sequence[Ref], block: int | str = "latest") -> dict[Ref, tuple[Offer, ...]]:
        """Offers above nothing, by token. A market that fails to quote makes none."""
        found = {}
        for ref in refs:
            found[ref] = tuple(
                Offer(venue, net, data, source, inside_take, gas)
                for call, venue, data, source, inside_take, gas in self._questions(ref, block)
                if (net := self._ask(call, block)) > 0
            )
        return found

    def _ask(self, call: Call, block: int | str) -> int:
        try:
            answer: Any = self.chain.read(call, block=block)
        except RpcError:
            raise
        except VitrineError:
            return 0
        return int(getattr(answer, "total", answer))

    def _questions(self, ref: Ref, block: int | str) -> Iterator[tuple[Call, str, bytes, str, bool, int]]:
        """Call, venue, data, who would pay, whether inside a take, gas."""
        at, (collection, token_id) = self.contracts, ref
        if at.standing_bids is not None:
            call = at.standing_bids.quoteExit(*ref, b"")
            source = f"{at.standing_bids.address}/{collection}".lower()
            yield call, at.standing_bids.address, b"", source, False, BID_GAS
        for hint in self.pools.pools_for(*ref, block) if self.pools is not None else ():
            proofs = [] if hint.proof is None else [list(hint.proof)]
            if at.pool_exit is not None:
                data = _encode(["address", "bytes32[][]"], [hint.pool, proofs])
                call = at.pool_exit.quoteExit(*ref, data)
                yield call, at.pool_exit.address, data, hint.pool.lower(), False, POOL_GAS
            if at.taker is not None and self.pool_at is not None:
                data = _encode(["bytes32[][]"], [proofs])
                call = self.pool_at(hint.pool).quoteSell([token_id], at.taker.address)
                yield call, hint.pool, data, hint.pool.lower(), True, TAKER_GAS
        if at.seaport_exit is not None and self.orders is not None:
            for data in self.orders.bids_for(*ref):
                call = at.seaport_exit.quoteExit(*ref, data)
                yield call, at.seaport_exit.address, data, data.hex(), False, ORDER_GAS


def _encode(types: list[str], values: list[Any]) -> bytes:
    from eth_abi.abi import encode

    return encode(types, values)
