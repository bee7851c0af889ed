"""Pools with all they need: authority, asset, royalty engine, curves, factory; moves to make and fund them.

market = build_market(driver, 6)
pool = market.pool("two-sided", "linear", price=100, nfts=5, assets=1_000)
market.buy(pool, [1], by=BUYER)
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from eth_utils import keccak

from tests.helpers.abi import address_of
from tests.helpers.accounts import Account
from tests.helpers.core import GOVERNOR, Core
from tests.helpers.evm import Contract, Driver, Tx

MAKER, PROVIDER, RIVAL_PROVIDER = Account("maker"), Account("provider"), Account("rival provider")
BUYER, SELLER, FEE_RECEIVER = Account("buyer"), Account("seller"), Account("fee receiver")
ARTIST = Account("artist")
KINDS = ("buy", "sell", "two-sided", "shared")
CURVES = ("linear", "exponential", "product")
SHARED_CURVES = ("linear", "product")  # those whose prices follow liquidity


def shapes(*kinds: str) -> list[tuple[str, str]]:
    """Every kind with every curve it can have."""
    return [(k, c) for k in kinds for c in (SHARED_CURVES if k == "shared" else CURVES)]


NO_ROOT = b"\0" * 32
FOREVER = 2**40
WAD = 10**18


def list_leaf(token_id: int) -> bytes:
    """Leaf of an id in the list of a pool."""
    return keccak(keccak(token_id.to_bytes(32, "big")))


@dataclass
class Market:
    driver: Driver
    asset: Contract
    authority: Contract
    royalties: Contract
    factory: Contract
    curves: dict[str, Contract]
    nft: Contract
    one: int
    _next_id: dict[str, int] = field(default_factory=dict)
    _salt: int = 0

    # -- money and tokens ----------

    def units(self, whole: float | int) -> int:
        """Asset units of an amount in whole asset."""
        return int(whole * self.one)

    def give(self, who: Any, assets: int, spender: Any) -> None:
        self.asset.mint(who, assets, sender=GOVERNOR)
        self.asset.approve(spender, 0, sender=who)
        self.asset.approve(spender, 2**256 - 1, sender=who)

    def mint(
        self, who: Any, count: int, spender: Any = None, collection: Contract | None = None
    ) -> list[int]:
        """Fresh ids of `who`, 1, 2, …, that `spender` may move."""
        nft = collection or self.nft
        first = self._next_id.get(nft.address, 1)
        self._next_id[nft.address] = first + count
        for token in range(first, first + count):
            nft.mint(who, token, sender=GOVERNOR)
        if spender is not None:
            nft.setApprovalForAll(spender, True, sender=who)
        return list(range(first, first + count))

    # -- pools ----------

    def start(self, curve: str, price: int, depth: int = 10) -> tuple[int, int]:
        """(spot, delta) of a curve at about `price` units: steps of 5 %, or `depth` NFTs."""
        if curve == "linear":
            return price, price // 20
        if curve == "exponential":
            return price, WAD * 105 // 100
        return price * depth, WAD * depth

    def terms(
        self, kind: str = "two-sided", curve: str = "linear", price: float = 100, fee_bps: int = 100,
        owner: Any = MAKER, collection: Contract | None = None, root: bytes = NO_ROOT, **changes: int,
    ) -> tuple[Any, ...]:  # fmt: skip
        """`PoolTerms` with a salt of its own; `spot=`, `delta=` and `salt=` are taken as they are."""
        self._salt += 1
        spot, delta = self.start(curve, self.units(price))
        return (
            (collection or self.nft).address, self.curves[curve].address, address_of(owner),
            KINDS.index(kind), fee_bps, changes.get("spot", spot), changes.get("delta", delta), root,
            changes.get("salt", self._salt),
        )  # fmt: skip

    def create(self, terms: tuple[Any, ...], by: Any = MAKER) -> Contract:
        return self.driver.at("NFTPool", self.factory.create(terms, sender=by).return_value)

    def pool(
        self, kind: str = "two-sided", curve: str = "linear", price: float = 100, nfts: int = 0,
        assets: float = 0, **terms: Any,
    ) -> Contract:  # fmt: skip
        """A pool with fresh NFTs and whole assets of its maker; a shared one with those of the provider."""
        pool = self.create(self.terms(kind, curve, price, **terms))
        if kind == "shared":
            if nfts:
                self.add(pool, nfts)
        else:
            self.fund(pool, nfts, assets)
        return pool

    def fund(self, pool: Contract, nfts: int = 0, assets: float = 0, by: Any = MAKER) -> list[int]:
        self.give(by, self.units(assets), pool)
        ids = self.mint(by, nfts, pool, self.collection_of(pool))
        pool.fund(ids, self.units(assets), sender=by)
        return ids

    def add(self, pool: Contract, nfts: int, by: Any = PROVIDER, proofs: Sequence[Any] = ()) -> list[int]:
        """Fresh NFTs with the asset that goes with them."""
        ids = self.mint(by, nfts, pool, self.collection_of(pool))
        self.give(by, pool.quoteAdd(nfts, 0)[0], pool)
        pool.addLiquidity(ids, 2**255, 0, by, FOREVER, list(proofs), sender=by)
        return ids

    def remove(self, pool: Contract, shares: int, by: Any = PROVIDER, receiver: Any = None) -> Tx:
        """Burns shares for the lowest ids the pool holds."""
        ids = self.held(pool)[: pool.quoteRemove(shares)[0]]
        return pool.removeLiquidity(shares, ids, 0, receiver or by, FOREVER, sender=by)

    # -- swaps ----------

    def buy(self, pool: Contract, ids: Sequence[int], by: Any = BUYER, receiver: Any = None) -> Tx:
        """Buys for exactly what is quoted, out of fresh money."""
        cost = pool.quoteBuy(ids, by).total
        self.give(by, cost, pool)
        return pool.buy(ids, cost, receiver or by, FOREVER, b"", sender=by)

    def sell(self, pool: Contract, count: int = 1, by: Any = SELLER, proofs: Sequence[Any] = ()) -> Tx:
        """Sells fresh NFTs."""
        ids = self.mint(by, count, pool, self.collection_of(pool))
        return self.sell_ids(pool, ids, by, proofs)

    def sell_ids(
        self, pool: Contract, ids: Sequence[int], by: Any = SELLER, proofs: Sequence[Any] = ()
    ) -> Tx:
        self.collection_of(pool).setApprovalForAll(pool, True, sender=by)
        return pool.sell(ids, 0, by, FOREVER, list(proofs), b"", sender=by)

    # -- looks ----------

    def collection_of(self, pool: Contract) -> Contract:
        return self.driver.at("MockNft", pool.collection())

    def held(self, pool: Contract) -> list[int]:
        """Ids the pool holds, of those minted here."""
        nft = self.collection_of(pool)
        ids = range(1, self._next_id.get(nft.address, 1))
        return [token for token in ids if nft.ownerOf(token) == pool.address]


def build_market(
    driver: Driver, decimals: int = 6, core: Core | None = None, *,
    asset: Contract | None = None, royalties: Contract | None = None, protocol_fee_bps: int = 50,
) -> Market:  # fmt: skip
    """Deploys the markets; over the asset, authority and first collection of a `core` if there is one."""
    asset = asset or (core.asset if core else driver.deploy("MockAsset", decimals))
    authority = core.authority if core else driver.deploy("Authority", GOVERNOR)
    royalties = royalties or driver.deploy("RoyaltyEngine", authority, asset)
    pool_at, factory_at = driver.predict(2)
    driver.deploy("NFTPool", asset, royalties, factory_at)
    factory = driver.deploy("NFTPoolFactory", authority, pool_at, asset, protocol_fee_bps, FEE_RECEIVER)
    assert factory.address == factory_at
    curves = {
        "linear": driver.deploy("LinearCurve"),
        "exponential": driver.deploy("ExponentialCurve"),
        "product": driver.deploy("ConstantProductCurve"),
    }
    for curve in curves.values():
        factory.setCurve(curve, True, sender=GOVERNOR)
    nft = core.nft if core else driver.deploy("MockNft")
    next_ids = core._next_id if core else {}
    return Market(driver, asset, authority, royalties, factory, curves, nft, 10 ** asset.decimals(), next_ids)
