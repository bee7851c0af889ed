"""An auction, pools beside it, and the two ways from one into the other."""

from dataclasses import dataclass
from typing import Any

from tests.helpers.accounts import Account
from tests.helpers.core import GOVERNOR, Core
from tests.helpers.evm import Contract, Tx
from tests.helpers.markets import ARTIST, Market, build_market
from tests.unit.liquidation.conftest import Exits, build_exits

KEEPER, RECEIVER = Account("pool keeper"), Account("profit receiver")
ROYALTY_BPS = 500


@dataclass
class PoolExits:
    """`PoolExit`, listed and entitled, and a `PoolTaker`, over the pools of one factory."""

    core: Core
    market: Market
    exits: Exits
    exit: Contract
    taker: Contract

    def pool(
        self, price: float = 45_000, kind: str = "buy", assets: float = 200_000, **terms: Any
    ) -> Contract:
        """A pool that buys NFTs of the auctioned collection."""
        return self.market.pool(kind, "linear", price, assets=assets, **terms)

    def data(self, pool: Any, proofs: Any = ()) -> bytes:
        """What `PoolExit` takes."""
        return abi_pool(pool, proofs)

    def settle(self, ref: tuple[str, int], pool: Any, least: int = 0, proofs: Any = ()) -> Tx:
        data = self.data(pool, proofs)
        return self.core.auction.settleInto(*ref, self.exit, least, data, sender=KEEPER)

    def take(
        self,
        ref: tuple[str, int],
        pool: Any,
        most: int = 2**255,
        profit: int = 0,
        proofs: Any = (),
        **how: Any,
    ) -> Tx:
        data = how.get("data", abi_proofs(proofs))
        return self.taker.takeInto(*ref, pool, most, profit, how.get("to", RECEIVER), data, sender=KEEPER)

    def empty(self) -> bool:
        """Neither contract holds asset or has allowed anyone any."""
        asset, spenders = self.core.asset, (self.core.auction, self.core.vault)
        mine = (self.exit, self.taker)
        return not any(asset.balanceOf(c) for c in mine) and not any(
            asset.allowance(c, s) for c in mine for s in spenders
        )


def abi_proofs(proofs: Any) -> bytes:
    from eth_abi import encode

    return encode(["bytes32[][]"], [list(proofs)])


def abi_pool(pool: Any, proofs: Any = ()) -> bytes:
    from eth_abi import encode

    return encode(["address", "bytes32[][]"], [getattr(pool, "address", pool), list(proofs)])


def build_pool_exits(core: Core) -> PoolExits:
    market = build_market(core.driver, core=core)
    exit_ = core.driver.deploy("PoolExit", core.auction, market.factory)
    taker = core.driver.deploy("PoolTaker", core.auction, market.factory, core.asset)
    core.auction.setExit(exit_, True, sender=GOVERNOR)
    market.royalties.setEntitled(exit_, True, sender=GOVERNOR)
    return PoolExits(core, market, build_exits(core), exit_, taker)


__all__ = ["ARTIST", "KEEPER", "RECEIVER", "PoolExits", "abi_pool", "abi_proofs", "build_pool_exits"]
