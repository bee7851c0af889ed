"""What markets hold for everybody, read from the chain at one block."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from vitrine.demo.custody import Custody
from vitrine.demo.views import Piece
from vitrine.demo.world import World


@dataclass(frozen=True, slots=True)
class SharedPool:
    """A shared pool at one block."""

    cash: int
    pieces: frozenset[Piece]
    shares: Mapping[str, int]
    """By party."""
    total: int

    def worth(self, value: Mapping[Piece, int]) -> int:
        return self.cash + sum(value[piece] for piece in self.pieces)

    def part_of(self, name: str, value: Mapping[Piece, int]) -> int:
        """What a provider's shares stand for, rounded down."""
        return self.shares.get(name, 0) * self.worth(value) // self.total if self.total else 0

    def dust(self, value: Mapping[Piece, int]) -> int:
        """What no provider's shares stand for."""
        return self.worth(value) - sum(self.part_of(name, value) for name in self.shares)


@dataclass(frozen=True, slots=True)
class MarketBooks:
    """Everything at markets, by party."""

    money: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    """In own pools and standing bids, royalties and fees to be taken out; asset units."""
    owners: dict[str, str] = field(default_factory=dict)
    """Party behind the pieces at an address."""
    owed: dict[Piece, str] = field(default_factory=dict)
    """Party behind a piece that waits in the standing bids."""
    shared: dict[str, SharedPool] = field(default_factory=dict)
    """By address."""


def read_markets(world: World, owner_of: Mapping[Piece, str], block: int, custody: Custody) -> MarketBooks:
    """Reads pools, bids and royalties; `custody` says which there are, `owner_of` where each piece lies."""
    books, names, markets = MarketBooks(), world.names, world.contracts.markets
    if markets is None:
        return books
    read = world.chain.read_many
    pools = list(custody.pools.values())
    states = read([call for p in pools for call in _pool_calls(world, p.address)], block=block)
    holders = [(p.address, name) for p in pools if p.shared for name in p.shares if name in names.parties]
    shares = read([markets.pool(a).balanceOf(names.parties[name]) for a, name in holders], block=block)
    totals = read([markets.pool(p.address).totalSupply() for p in pools if p.shared], block=block)
    held: dict[str, dict[str, int]] = defaultdict(dict)
    for (address, name), count in zip(holders, shares, strict=True):
        held[address][name] = count
    total_of = dict(zip([p.address for p in pools if p.shared], totals, strict=True))
    for index, pool in enumerate(pools):
        reserves, state = states[2 * index : 2 * index + 2]
        books.money[names.treasury] += state[4]
        if pool.shared:
            inside = frozenset(piece for piece, owner in owner_of.items() if owner == pool.address)
            books.shared[pool.address] = SharedPool(
                reserves[1], inside, dict(held[pool.address]), total_of[pool.address]
            )
        else:
            books.money[pool.owner] += reserves[1]
            books.owners[pool.address] = pool.owner
    for bid in read([markets.bids.bidOf(number) for number in custody.bids], block=block):
        if bid.locked:
            books.money[names.party_at[bid.bidder]] += bid.locked
    for contract, people in ((markets.bids, sorted(custody.in_bids())), (markets.engine, names.creators)):
        calls = [contract.claimable(names.parties[name]) for name in people]
        for name, amount in zip(people, read(calls, block=block), strict=True):
            books.money[name] += amount
    books.owed.update(custody.bid_pieces)
    return books


def _pool_calls(world: World, address: str) -> list[Any]:
    assert world.contracts.markets is not None
    pool = world.contracts.markets.pool(address)
    return [pool.reserves(), pool.state()]
