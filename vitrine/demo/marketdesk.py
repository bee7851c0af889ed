"""Calls of markets as moves: what an actor wants, put into the words of the contracts. No I/O."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from eth_abi.abi import encode

from vitrine.chain.contract import Call
from vitrine.demo.custody import PoolBook
from vitrine.demo.marketcast import PoolPlan, curve_words
from vitrine.demo.names import Names
from vitrine.demo.orderbook import Resting
from vitrine.demo.views import Move, Piece
from vitrine.demo.world import Contracts, Markets
from vitrine.sdk.seaport.venue import bids_data, listings_data
from vitrine.units import MAX_UINT256

NO_ROOT: Final = bytes(32)
Fill = tuple[str, str, list[int], int, bytes]
"""Venue, collection, ids, limit, data: as the router wants it."""


@dataclass(slots=True)
class MarketDesk:
    """Knows where everything is."""

    names: Names
    contracts: Contracts
    markets: Markets
    curve_at: dict[str, str] = field(init=False)
    """Name of a curve by its address."""
    let: set[tuple[str, str]] = field(default_factory=set)
    """Who approved which pool."""

    def __post_init__(self) -> None:
        self.curve_at = {address: name for name, address in self.markets.curves.items()}

    def move(self, actor: str, call: Call) -> Move:
        return Move(actor, "market", call.function.name, (call,))

    def home(self, actor: str) -> str:
        return self.names.parties[actor]

    # ------------------------------------------------------------------- pools

    def create_pool(self, plan: PoolPlan, price: int, pieces: Sequence[Piece], assets: int) -> Move:
        spot, delta = curve_words(plan, price)
        terms = (
            self.names.collections[plan.key], self.markets.curves[plan.curve], self.home(plan.opener),
            plan.kind, plan.fee_bps, spot, delta, NO_ROOT, 0,
        )  # fmt: skip
        ids = [piece.token_id for piece in pieces]
        return self.move(plan.opener, self.markets.factory.createAndFund(terms, ids, assets))

    def set_terms(self, actor: str, pool: PoolBook, spot: int, delta: int) -> Move:
        return self.move(actor, self.markets.pool(pool.address).setTerms(spot, delta, pool.fee_bps))

    def fund(self, actor: str, pool: PoolBook, pieces: Sequence[Piece], assets: int) -> list[Move]:
        ids = [piece.token_id for piece in pieces]
        call = self.markets.pool(pool.address).fund(ids, assets)
        return [*self._let(actor, pool), self.move(actor, call)]

    def drain(self, actor: str, pool: PoolBook, pieces: Sequence[Piece], assets: int) -> Move:
        ids = [piece.token_id for piece in pieces]
        return self.move(actor, self.markets.pool(pool.address).drain(ids, assets, self.home(actor)))

    def add_liquidity(self, actor: str, pool: PoolBook, pieces: Sequence[Piece], most: int) -> list[Move]:
        ids = [piece.token_id for piece in pieces]
        call = self.markets.pool(pool.address).addLiquidity(ids, most, 0, self.home(actor), MAX_UINT256, [])
        return [*self._let(actor, pool), self.move(actor, call)]

    def remove_liquidity(self, actor: str, pool: PoolBook, shares: int, pieces: Sequence[Piece]) -> Move:
        ids = [piece.token_id for piece in pieces]
        call = self.markets.pool(pool.address).removeLiquidity(shares, ids, 0, self.home(actor), MAX_UINT256)
        return self.move(actor, call)

    def _let(self, actor: str, pool: PoolBook) -> list[Move]:
        """A pool pulls from its provider: he approves it before he first gives."""
        if (actor, pool.address) in self.let:
            return []
        self.let.add((actor, pool.address))
        collection = self.contracts.collections[pool.key]
        return [
            self.move(actor, self.contracts.asset.approve(pool.address, MAX_UINT256)),
            self.move(actor, collection.setApprovalForAll(pool.address, True)),
        ]

    def collect_fees(self, actor: str, pool: PoolBook) -> Move:
        return self.move(actor, self.markets.pool(pool.address).collectProtocolFees())

    # ------------------------------------------------------------------- fills

    def pool_buy(self, pool: PoolBook, pieces: Sequence[Piece], limit: int) -> Fill:
        ids = [piece.token_id for piece in pieces]
        data = encode(["address"], [pool.address])
        return self.markets.venues["pool"].address, self.names.collections[pool.key], ids, limit, data

    def pool_sell(self, pool: PoolBook, pieces: Sequence[Piece], limit: int) -> Fill:
        ids = [piece.token_id for piece in pieces]
        data = encode(["address", "bytes32[][]"], [pool.address, []])
        return self.markets.venues["pool"].address, self.names.collections[pool.key], ids, limit, data

    def order_buy(self, order: Resting, limit: int) -> Fill:
        assert order.piece is not None
        data = listings_data([order.signed])
        where = self.names.collections[order.key]
        return self.markets.venues["order"].address, where, [order.piece.token_id], limit, data

    def order_sell(self, order: Resting, piece: Piece, limit: int) -> Fill:
        data = bids_data([(order.signed, piece.token_id, order.ids)])
        where = self.names.collections[order.key]
        return self.markets.venues["order"].address, where, [piece.token_id], limit, data

    # ------------------------------------------------------------------ router

    def buy(self, actor: str, legs: Sequence[Sequence[Fill]], most: int, least: int | None = None) -> Move:
        """Every leg with its substitutes; all of them, unless `least` says how many are enough."""
        words: list[Any] = [(list(fills),) for fills in legs]
        wanted = len(legs) if least is None else least
        call = self.markets.router.buy(words, wanted, most, self.home(actor), MAX_UINT256)
        return self.move(actor, call)

    def sell(self, actor: str, legs: Sequence[Sequence[Fill]], least_total: int) -> Move:
        words: list[Any] = [(list(fills),) for fills in legs]
        call = self.markets.router.sell(words, len(legs), least_total, self.home(actor), MAX_UINT256)
        return self.move(actor, call)

    def buy_with_loan(
        self, actor: str, fill: Fill, borrow: int, seen: int, move_bps: int, max_rate: int
    ) -> Move:
        call = self.markets.loans.buyWithLoan(fill, borrow, max_rate, seen, move_bps, MAX_UINT256)
        return self.move(actor, call)

    def sell_and_repay(self, actor: str, fill: Fill) -> Move:
        return self.move(actor, self.markets.loans.sellAndRepay(self.home(actor), fill, MAX_UINT256))

    # ----------------------------------------------------------- standing bids

    def place_bid(self, actor: str, key: str, bps: int, most: int, count: int, until: int) -> Move:
        call = self.markets.bids.place(self.names.collections[key], bps, most, count, until)
        return self.move(actor, call)

    def cancel_bid(self, actor: str, number: int) -> Move:
        return self.move(actor, self.markets.bids.cancel(number))

    def close_bid(self, actor: str, number: int) -> Move:
        return self.move(actor, self.markets.bids.close(number))

    def claim_bids(self, actor: str) -> Move:
        return self.move(actor, self.markets.bids.claim(self.home(actor)))

    def claim_piece(self, actor: str, piece: Piece) -> Move:
        where = self.names.collections[piece.key]
        return self.move(actor, self.markets.bids.claimNft(where, piece.token_id, self.home(actor)))

    # --------------------------------------------------------------- royalties

    def claim_royalties(self, actor: str) -> Move:
        return self.move(actor, self.markets.engine.claim(self.home(actor)))

    # ------------------------------------------------------------------- depth

    def poke_depth(self, actor: str, key: str) -> Move:
        return self.move(actor, self.markets.depth.poke(self.names.collections[key]))

    # ------------------------------------------------------------------ orders

    def cancel_order(self, order: Resting) -> Move:
        call = self.markets.seaport.cancel([order.signed.order.components()])
        return self.move(order.maker, call)
