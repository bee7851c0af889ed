"""Keepers of a deployment, ready to run: for the command line, the bots and the devnet."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import islice
from typing import Final

from vitrine.chain.contract import Contract
from vitrine.errors import StateError
from vitrine.indexer.orders import OrderStore
from vitrine.indexer.orders_sync import OrderSync
from vitrine.keepers.access import Holdings
from vitrine.keepers.decide import Params
from vitrine.keepers.depth import DepthKeeper
from vitrine.keepers.liquidator import DeskHoldings, Liquidator
from vitrine.keepers.metrics import Metrics
from vitrine.keepers.quotes import ExitContracts, ExitReader, OrderSource, PoolHint
from vitrine.keepers.sender import Spending
from vitrine.sdk.facade import Vitrine
from vitrine.sdk.pools import PoolClient
from vitrine.sdk.seaport.venue import exit_data
from vitrine.units import ETH, WAD

PUBLIC_BLOCK_TIME: Final = 12
READING_WEI: Final = ETH // 10
"""Most a reading may cost by default."""


def spending_of(vitrine: Vitrine, most_wei: int = ETH) -> Spending:
    """Gas weighed in the asset at the oracle's ETH/USD."""
    rate = vitrine.oracle.rate_wad()
    if not rate:
        raise StateError(
            "There is no ETH/USD price", "Gas cannot be weighed without one: mend the aggregator"
        )
    return Spending(Fraction(ETH * WAD, rate * 10**vitrine.money.decimals), most_wei=most_wei)


class ClientPools:
    """Pools as the SDK lists them: those that buy any token of a collection, dearest first."""

    def __init__(self, pools: PoolClient, most: int = 5) -> None:
        self._pools, self._most = pools, most
        self._seen: tuple[int | str, dict[str, list[PoolHint]]] = ("", {})

    def pools_for(self, collection: str, token_id: int, block: int | str) -> Sequence[PoolHint]:
        if self._seen[0] != block or isinstance(block, str):
            self._seen = (block, {})
        known = self._seen[1]
        if collection not in known:
            buying = [
                pool
                for pool in self._pools.pools(collection, block)
                if pool.kind != "sell" and not pool.listed_only and pool.assets
            ]
            buying.sort(key=lambda pool: (-pool.price, pool.address))
            known[collection] = [PoolHint(pool.address) for pool in buying[: self._most]]
        return known[collection]


class StoreOrders:
    """Seaport bids as the order store of an index knows them, dearest first.

    With `sync` the store follows the chain, so that dead bids do not hide those behind them.
    """

    def __init__(self, store: OrderStore, most: int = 3, *, sync: OrderSync | None = None) -> None:
        self._store, self._most, self._sync = store, most, sync

    def bids_for(self, collection: str, token_id: int) -> list[bytes]:
        if self._sync is not None:
            self._sync.follow()
        fit = (bid for bid in self._store.live(collection, "bid") if bid.takes(token_id))
        return [exit_data(bid.signed, token_id, bid.ids) for bid in islice(fit, self._most)]


def exits_of(vitrine: Vitrine, orders: OrderSource | None = None) -> ExitReader:
    """Every exit of the deployment; Seaport bids as far as `orders` knows them."""
    there = vitrine.deployment.contracts

    def get(name: str) -> Contract | None:
        return vitrine.contract(name) if name in there else None

    contracts = ExitContracts(get("StandingBids"), get("PoolExit"), get("SeaportBidExit"), get("PoolTaker"))
    if "NFTPoolFactory" not in there:
        return ExitReader(vitrine.chain, contracts, orders=orders)
    pools = vitrine.pools
    return ExitReader(vitrine.chain, contracts, pool_at=pools.at, pools=ClientPools(pools), orders=orders)


def liquidator_of(
    vitrine: Vitrine,
    account: str,
    *,
    params: Params | None = None,
    spending: Spending | None = None,
    holdings: Holdings | None = None,
    metrics: Metrics | None = None,
    exits: ExitReader | None = None,
) -> Liquidator:
    """A liquidator; without `holdings` it reads the desk's own events, without `exits` it asks all."""
    chain, market = vitrine.chain, vitrine.market
    return Liquidator(
        chain,
        market,
        market.lens,
        holdings or DeskHoldings(vitrine.desk),
        account,
        spending or spending_of(vitrine),
        params,
        metrics=metrics,
        block_time=1 if chain.local else PUBLIC_BLOCK_TIME,
        exits=exits or exits_of(vitrine),
    )


def depth_keeper_of(vitrine: Vitrine, account: str, most_wei: int = READING_WEI) -> DepthKeeper:
    """A keeper of readings of every listed collection; gas is bounded alone, so it needs no ETH/USD price."""
    if "DepthLens" not in vitrine.deployment.contracts:
        fact = "This deployment has no DepthLens, so there is no exit depth to read"
        raise StateError(fact, "Deploy again: the record is from before the markets")
    return DepthKeeper(
        vitrine.chain,
        vitrine.contract("DepthLens"),
        vitrine.contract("TierBook"),
        vitrine.contract("FloorOracle"),
        vitrine.artifacts.interface("PoolTwapFeed"),
        account,
        Spending(Fraction(0), least_wei=most_wei, most_wei=most_wei),
    )
