"""What keepers see of the ways out: markets that might pay the price of an auction, quoted on the chain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

from vitrine.chain.client import Chain
from vitrine.chain.transaction import BlockTag
from vitrine.demo.custody import BidBook
from vitrine.demo.marketcast import ROYALTY_BPS
from vitrine.demo.marketdesk import MarketDesk
from vitrine.demo.orderbook import OrderBook
from vitrine.demo.poolquotes import bid
from vitrine.demo.views import LotView, Piece, Snapshot
from vitrine.keepers.quotes import ExitContracts, ExitReader, PoolHint
from vitrine.keepers.snapshot import Offer, Ref
from vitrine.sdk.seaport.venue import exit_data
from vitrine.units import BPS, FLOOR_PIECE

GAS_PRICE: Final = 25 * 10**9
_NEAR_BPS: Final = 9_800
"""A market is asked when it might pay this part of the price."""
_ASKED: Final = 2


@dataclass(slots=True)
class ExitEyes:
    """Index of pools and orders for `ExitReader`; good enough to know whom to ask."""

    chain: Chain
    desk: MarketDesk
    book: OrderBook
    reader: ExitReader = field(init=False)
    see: Snapshot | None = None
    least: int = 0

    def __post_init__(self) -> None:
        exits = self.desk.markets.exits
        contracts = ExitContracts(exits["bid"], exits["pool"], exits["order"], exits["taker"])
        self.reader = ExitReader(
            self.chain, contracts, pool_at=self.desk.markets.pool, pools=self, orders=self
        )

    def offers(self, see: Snapshot) -> dict[Ref, tuple[Offer, ...]]:
        """Quotes for the auctions that some market might end now."""
        self.see = see
        found: dict[Ref, tuple[Offer, ...]] = {}
        for lot in see.lots:
            self.least = lot.price * _NEAR_BPS // BPS
            if self._might_end(lot):
                ref = (self.desk.names.collections[lot.piece.key], lot.piece.token_id)
                found |= self.reader.offers([ref])
        return found

    def gas_units(self, usd: int, decimals: int) -> Fraction:
        """Price of one gas in units of the asset; `usd` per ETH with 8 decimals."""
        return Fraction(GAS_PRICE * usd * 10**decimals, 10**26)

    def _might_end(self, lot: LotView) -> bool:
        piece = lot.piece
        collection = self.desk.names.collections[piece.key]
        if self.pools_for(collection, piece.token_id) or self.bids_for(collection, piece.token_id):
            return True
        assert self.see is not None
        bids = [b for b in self.see.custody.bids.values() if b.key == piece.key and b.quantity]
        worth = self.see.prices[piece.key].spot * lot.units // FLOOR_PIECE
        return any(self._pays(b, worth) >= self.least for b in bids)

    @staticmethod
    def _pays(standing: BidBook, worth: int) -> int:
        return min(worth * standing.price_bps // BPS, standing.max_price)

    def pools_for(self, collection: str, token_id: int, _block: BlockTag = "latest") -> Sequence[PoolHint]:
        """Pools that might pay enough, best first."""
        assert self.see is not None
        key = self.desk.names.key_at[collection]
        royalty = ROYALTY_BPS.get(key, 0) // 2
        found = []
        for pool in self.see.custody.pools.values():
            if pool.key == key:
                net = bid(pool, self.desk.curve_at[pool.curve], 1, royalty)
                if net >= self.least and Piece(key, token_id) not in pool.pieces:
                    found.append((-net, pool.address))
        return [PoolHint(address) for _, address in sorted(found)[:_ASKED]]

    def bids_for(self, collection: str, token_id: int, _block: BlockTag = "latest") -> Sequence[bytes]:
        """Orders that might pay enough, best first."""
        assert self.see is not None
        see, key = self.see, self.desk.names.key_at[collection]
        piece = Piece(key, token_id)
        orders = [
            order
            for order in self.book.bids(key, see.at, see.cash)
            if order.takes(piece) and order.price(see.at) >= self.least
        ]
        return [exit_data(order.signed, token_id, order.ids) for order in orders[:_ASKED]]
