"""Balances, claims, debts and NFTs of every party, read from the chain at one block, and how they changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from vitrine.demo.custody import DUST, Custody
from vitrine.demo.ledger import COVER, RESERVE, Ledger, Line
from vitrine.demo.marketbooks import SharedPool, read_markets
from vitrine.demo.views import Piece
from vitrine.demo.world import World


@dataclass(frozen=True, slots=True)
class Holding:
    """What one party has; asset units."""

    cash: int
    credit: int
    claim: int
    """Shares, waiting ones included, at the price of deposits."""
    debt: int
    pieces: frozenset[Piece]
    """In the wallet, pledged, in an own pool, or to be taken out of a standing bid."""
    market: int = 0
    """In own pools and standing bids, royalties and fees to be taken out."""


@dataclass(frozen=True, slots=True)
class Books:
    """Everybody's holdings at one block."""

    block: int
    holdings: Mapping[str, Holding]
    reserve: int
    dust: int
    """What belongs to nobody by rounding: assets above all claims, debts above the total."""
    shared: Mapping[str, SharedPool] = field(default_factory=dict)
    """Pools whose parts are only known with the prices of pieces."""


@dataclass(frozen=True, slots=True)
class Reconciled:
    """One party: what events state, what its pieces did since, what the chain shows. All asset units."""

    party: str
    kinds: dict[str, int]
    events: int
    revaluation: int
    change: int

    @property
    def difference(self) -> int:
        return self.change - self.events - self.revaluation


def read_books(world: World, pieces: Sequence[Piece], block: int, custody: Custody) -> Books:
    """Reads all holdings in few batches at `block`; `custody` tells which pools and bids there are."""
    c, names = world.contracts, world.names
    people = list(names.parties.items())
    calls: list[Any] = []
    for _, address in people:
        calls += [
            c.asset.balanceOf(address),
            c.vault.creditOf(address),
            c.vault.balanceOf(address),
            c.desk.accountOf(address),
        ]
    calls += [c.collections[piece.key].ownerOf(piece.token_id) for piece in pieces]
    calls += [c.desk.pledgeOf(c.collections[piece.key], piece.token_id) for piece in pieces]
    calls += [c.vault.queueBounds(), c.vault.supplyAssets(), c.vault.totalSupply()]
    calls += [c.vault.reserve(), c.vault.debtTotals()]
    found = world.chain.read_many(calls, block=block)
    count = len(people)
    bounds, supply, total, reserve, debts = found[-5:]
    owners = found[4 * count : 4 * count + len(pieces)]
    pledges = found[4 * count + len(pieces) : -5]
    markets = read_markets(world, dict(zip(pieces, owners, strict=True)), block, custody)
    held: dict[str, set[Piece]] = {name: set() for name, _ in people}
    for piece, owner, pledge in zip(pieces, owners, pledges, strict=True):
        address = pledge.owner if int(pledge.owner, 16) else owner
        holder = names.party_at.get(address) or markets.owners.get(address) or markets.owed.get(piece)
        if holder is not None:
            held[holder].add(piece)
    waiting = _waiting(world, range(bounds[0], bounds[1]), block)
    shares = {name: found[4 * i + 2] + waiting.get(address, 0) for i, (name, address) in enumerate(people)}
    debt_of = world.chain.read_many(
        [c.vault.debtOf(found[4 * i + 3].debtShares) for i in range(count)], block=block
    )
    holdings = {
        name: Holding(
            cash=found[4 * i],
            credit=found[4 * i + 1],
            claim=shares[name] * (supply + 1) // (total + 10**6),
            debt=debt_of[i],
            pieces=frozenset(held[name]),
            market=markets.money.get(name, 0),
        )
        for i, (name, _) in enumerate(people)
    }
    dust = (
        supply - sum(h.claim for h in holdings.values()) + sum(h.debt for h in holdings.values()) - debts[0]
    )
    return Books(block, holdings, reserve, dust, markets.shared)


def _waiting(world: World, requests: range, block: int) -> dict[str, int]:
    found = world.chain.read_many(
        [world.contracts.vault.requestOf(number) for number in requests], block=block
    )
    shares: dict[str, int] = {}
    for owner, count in found:
        shares[owner] = shares.get(owner, 0) + count
    return shares


def reconcile(
    ledger: Ledger, lines: Sequence[Line], start: Books, end: Books, values: Mapping[Piece, int]
) -> list[Reconciled]:
    """Holds every line against the change in what the party has; pieces at the last mid."""
    revalued = ledger.revalued
    rows = []
    for line in lines:
        if line.party == RESERVE:
            change = end.reserve - start.reserve
        elif line.party == DUST:
            change = _dust(end, values) - _dust(start, values)
        elif line.party == COVER:
            change = 0
        else:
            change = _wealth(line.party, end, values) - _wealth(line.party, start, values)
        rows.append(Reconciled(line.party, dict(line.kinds), line.total, revalued.get(line.party, 0), change))
    return rows


def _wealth(party: str, books: Books, values: Mapping[Piece, int]) -> int:
    holding = books.holdings[party]
    pieces = sum(values[piece] for piece in holding.pieces)
    parts = sum(pool.part_of(party, values) for pool in books.shared.values())
    return holding.cash + holding.credit + holding.claim - holding.debt + holding.market + pieces + parts


def _dust(books: Books, values: Mapping[Piece, int]) -> int:
    return books.dust + sum(pool.dust(values) for pool in books.shared.values())
