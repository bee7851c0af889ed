"""Pools of NFTs against the asset: which there are, what they hold, and every call on them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from vitrine.chain.abibook import Event
from vitrine.chain.client import Chain
from vitrine.chain.contract import Call, Contract, Interface
from vitrine.chain.transaction import BlockTag
from vitrine.errors import AmountError, StateError

KINDS: Final = ("buy", "sell", "two-sided", "shared")
SHARED: Final = "shared"
_ZERO: Final = "0x" + "00" * 20
_NO_ROOT: Final = b"\0" * 32
_ARRIVE: Final = ("NftsSold", "PoolFunded", "LiquidityAdded")
_LEAVE: Final = ("NftsBought", "PoolDrained", "LiquidityRemoved")


@dataclass(frozen=True, slots=True)
class PoolTerms:
    """What a pool is created with."""

    collection: str
    curve: str
    owner: str
    kind: str
    fee_bps: int
    spot: int
    delta: int
    list_root: bytes = _NO_ROOT
    salt: int = 0

    @property
    def words(self) -> tuple[Any, ...]:
        """`PoolTerms`, in the order of the contract."""
        if self.kind not in KINDS:
            raise AmountError(f"{self.kind!r} is no kind of pool", f"Choose one of {', '.join(KINDS)}")
        kind = KINDS.index(self.kind)
        return (
            self.collection, self.curve, self.owner, kind, self.fee_bps, self.spot, self.delta,
            self.list_root, self.salt,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pool:
    """One pool as it stands."""

    address: str
    collection: str
    owner: str
    curve: str
    kind: str
    list_root: bytes
    spot: int
    delta: int
    fee_bps: int
    protocol_fee_bps: int
    protocol_fees: int
    nfts: int
    assets: int
    price: int
    """What the next token would cost a buyer, without fees."""
    token_ids: list[int] = field(default_factory=list)

    @property
    def shared(self) -> bool:
        return self.kind == SHARED

    @property
    def listed_only(self) -> bool:
        """Takes only ids of a list."""
        return self.list_root != _NO_ROOT


@dataclass(frozen=True, slots=True)
class Swap:
    """Every leg of a swap."""

    total: int
    price: int
    lp_fee: int
    protocol_fee: int
    royalty: int
    new_spot: int
    new_delta: int


class PoolClient:
    """`NFTPoolFactory` and its pools."""

    def __init__(
        self, chain: Chain, factory: Contract, lens: Contract, pool: Interface, curve: Interface, since: int
    ) -> None:
        self._chain = chain
        self.factory = factory
        self._lens = lens
        self._pool = pool
        self._curve = curve
        self._since = since

    # --- reads

    def at(self, address: str) -> Contract:
        """The raw pool."""
        return Contract(address, self._pool)

    def require(self, address: str) -> str:
        """`address`, when it is a pool of this factory."""
        if not self._chain.read(self.factory.isPool(address)):
            raise StateError(f"{address} is not a pool of this deployment", "See `vitrine pool list`")
        return address

    def addresses(self, collection: str | None = None, block: BlockTag = "latest") -> list[str]:
        """Pools in the order they were created; from events."""
        topics: list[Any] = [self._chain.book.topic("PoolCreated"), None]
        if collection is not None:
            topics.append("0x" + collection[2:].lower().rjust(64, "0"))
        events = self._chain.logs(self._since, block, addresses=[self.factory.address], topics=topics)
        return [event.args["pool"] for event in events]

    def pools(self, collection: str | None = None, block: BlockTag = "latest") -> list[Pool]:
        """All pools as they stand at one block, with the ids they hold."""
        at = self._chain.block_number() if block == "latest" else block
        return self.states(self.addresses(collection, at), at)

    def pool(self, address: str) -> Pool:
        return self.states([self.require(address)])[0]

    def states(self, addresses: Sequence[str], block: BlockTag = "latest") -> list[Pool]:
        """The named pools, in few requests."""
        if not addresses:
            return []
        at = self._chain.block_number() if block == "latest" else block
        views = ("collection", "owner", "curve", "kind", "listRoot", "state", "reserves")
        calls = [self.at(address).call(view) for address in addresses for view in views]
        answers = self._chain.read_many(calls, block=at)
        rows = [answers[i : i + len(views)] for i in range(0, len(answers), len(views))]
        prices = self._chain.read_many(
            [Contract(row[2], self._curve).priceOf(row[5][0], row[5][1]) for row in rows], block=at
        )
        held = self.held(addresses, at)
        return [
            Pool(*[address, *row[:3], KINDS[row[3]], row[4], *row[5], *row[6], price, held[address]])
            for address, row, price in zip(addresses, rows, prices, strict=True)
        ]

    def held(self, addresses: Sequence[str], block: BlockTag = "latest") -> dict[str, list[int]]:
        """Ids each pool holds, ascending: candidates from events, the collection has the last word."""
        topics = [[self._chain.book.topic(name) for name in (*_ARRIVE, *_LEAVE)]]
        found: dict[str, set[int]] = {address: set() for address in addresses}
        events: Iterable[Event] = self._chain.logs(
            self._since, block, addresses=list(addresses), topics=topics
        )
        for event in events:
            ids = found[event.address]
            (ids.update if event.name in _ARRIVE else ids.difference_update)(event.args["tokenIds"])
        candidates = [(address, sorted(ids)) for address, ids in found.items()]
        answers = self._chain.read_many([self._lens.heldAmong(*pair) for pair in candidates], block=block)
        return {address: list(held) for (address, _), held in zip(candidates, answers, strict=True)}

    def shares(self, address: str, account: str) -> tuple[int, int]:
        """Shares of `account` in a shared pool, and all there are."""
        pool = self.at(address)
        mine, everybody = self._chain.read_many([pool.balanceOf(account), pool.totalSupply()])
        return mine, everybody

    def quote_buy(self, address: str, token_ids: Sequence[int], buyer: str = _ZERO) -> Swap:
        return Swap(*self._chain.read(self.at(address).quoteBuy(list(token_ids), buyer)))

    def quote_sell(self, address: str, token_ids: Sequence[int], seller: str = _ZERO) -> Swap:
        return Swap(*self._chain.read(self.at(address).quoteSell(list(token_ids), seller)))

    def ladders(self, asked: Sequence[tuple[str, Sequence[int]]], side: str, trader: str) -> list[list[Swap]]:
        """For every pool and ids: the quotes for the first, the first two, … of them, as far as it quotes."""
        calls = [
            self.at(address).call(
                "quoteBuy" if side == "buy" else "quoteSell", list(ids[: count + 1]), trader
            )
            for address, ids in asked
            for count in range(len(ids))
        ]
        answers = iter(self._chain.read_many_or(calls, None))
        found = []
        for _, ids in asked:
            row = [next(answers) for _ in ids]
            end = row.index(None) if None in row else len(row)
            found.append([Swap(*answer) for answer in row[:end]])
        return found

    def quote_add(self, address: str, count: int, max_assets: int) -> tuple[int, int]:
        """Asset that goes with `count` NFTs into a shared pool, and the shares for both."""
        assets, shares = self._chain.read(self.at(address).quoteAdd(count, max_assets))
        return assets, shares

    def quote_remove(self, address: str, shares: int) -> tuple[int, int, int]:
        """NFTs and asset that shares stand for; of the asset, so much in lieu of the fraction of an NFT."""
        nfts, assets, cash = self._chain.read(self.at(address).quoteRemove(shares))
        return nfts, assets, cash

    # --- calls

    def create(self, terms: PoolTerms, token_ids: Sequence[int] = (), assets: int = 0) -> Call:
        """Creates a pool, with NFTs and asset of the caller in it when there are any."""
        if not token_ids and not assets:
            return self.factory.create(terms.words)
        return self.factory.createAndFund(terms.words, list(token_ids), assets)

    def unused_salt(self, terms: PoolTerms, creator: str) -> PoolTerms:
        """The same terms with the first salt that `creator` has not used for them."""
        for salt in range(1_000):
            asked = replace(terms, salt=salt)
            if not self._chain.code(self._chain.read(self.factory.poolOf(asked.words, creator))):
                return asked
        raise StateError("A thousand pools with these very terms exist", "Use one, or change the terms")

    def buy(
        self, address: str, token_ids: Sequence[int], max_cost: int, receiver: str, deadline: int
    ) -> Call:
        return self.at(address).buy(list(token_ids), max_cost, receiver, deadline, b"")

    def sell(
        self,
        address: str,
        token_ids: Sequence[int],
        min_proceeds: int,
        receiver: str,
        deadline: int,
        proofs: Sequence[Sequence[bytes]] = (),
    ) -> Call:
        return self.at(address).sell(list(token_ids), min_proceeds, receiver, deadline, list(proofs), b"")

    def fund(self, address: str, token_ids: Sequence[int], assets: int) -> Call:
        return self.at(address).fund(list(token_ids), assets)

    def drain(self, address: str, token_ids: Sequence[int], assets: int, receiver: str) -> Call:
        return self.at(address).drain(list(token_ids), assets, receiver)

    def set_terms(self, address: str, spot: int, delta: int, fee_bps: int) -> Call:
        return self.at(address).setTerms(spot, delta, fee_bps)

    def add_liquidity(
        self,
        address: str,
        token_ids: Sequence[int],
        max_assets: int,
        min_shares: int,
        receiver: str,
        deadline: int,
        proofs: Sequence[Sequence[bytes]] = (),
    ) -> Call:
        return self.at(address).addLiquidity(
            list(token_ids), max_assets, min_shares, receiver, deadline, list(proofs)
        )

    def remove_liquidity(
        self,
        address: str,
        shares: int,
        token_ids: Sequence[int],
        min_assets: int,
        receiver: str,
        deadline: int,
    ) -> Call:
        return self.at(address).removeLiquidity(shares, list(token_ids), min_assets, receiver, deadline)

    def collect_fees(self, address: str) -> Call:
        return self.at(address).collectProtocolFees()
