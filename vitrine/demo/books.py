"""Balances, claims, debts and NFTs of every party, read from the chain at one block, and how they changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vitrine.demo.ledger import COVER, DUST, RESERVE, Ledger, Line
from vitrine.demo.views import FLOOR_UNITS, Piece
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
    """In the wallet or pledged."""


@dataclass(frozen=True, slots=True)
class Books:
    """Everybody's holdings at one block."""

    block: int
    holdings: Mapping[str, Holding]
    reserve: int
    dust: int
    """What belongs to nobody by rounding: assets above all claims, debts above the total."""


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


def read_books(world: World, pieces: Sequence[Piece], block: int) -> Books:
    """Reads all holdings in two batches at `block`."""
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
    held: dict[str, set[Piece]] = {name: set() for name, _ in people}
    for piece, owner, pledge in zip(pieces, owners, pledges, strict=True):
        holder = names.party_at.get(pledge.owner if int(pledge.owner, 16) else owner)
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
        )
        for i, (name, _) in enumerate(people)
    }
    dust = (
        supply - sum(h.claim for h in holdings.values()) + sum(h.debt for h in holdings.values()) - debts[0]
    )
    return Books(block, holdings, reserve, dust)


def _waiting(world: World, requests: range, block: int) -> dict[str, int]:
    found = world.chain.read_many(
        [world.contracts.vault.requestOf(number) for number in requests], block=block
    )
    shares: dict[str, int] = {}
    for owner, count in found:
        shares[owner] = shares.get(owner, 0) + count
    return shares


def reconcile(
    ledger: Ledger,
    lines: Sequence[Line],
    start: Books,
    end: Books,
    mids: Mapping[str, int],
    units: Mapping[Piece, int],
) -> list[Reconciled]:
    """Holds every line against the change in what the party has; pieces at the last round's mid."""
    revalued = _revalued(ledger, mids, units)
    rows = []
    for line in lines:
        if line.party == RESERVE:
            change = end.reserve - start.reserve
        elif line.party == DUST:
            change = end.dust - start.dust
        elif line.party == COVER:
            change = 0
        else:
            change = _wealth(end.holdings[line.party], mids, units) - _wealth(
                start.holdings[line.party], mids, units
            )
        rows.append(Reconciled(line.party, dict(line.kinds), line.total, revalued.get(line.party, 0), change))
    return rows


def piece_value(piece: Piece, mids: Mapping[str, int], units: Mapping[Piece, int]) -> int:
    """A piece at the last round's mid, rounded down."""
    return mids[piece.key] * units.get(piece, FLOOR_UNITS) // FLOOR_UNITS


def _wealth(holding: Holding, mids: Mapping[str, int], units: Mapping[Piece, int]) -> int:
    pieces = sum(piece_value(piece, mids, units) for piece in holding.pieces)
    return holding.cash + holding.credit + holding.claim - holding.debt + pieces


def _revalued(ledger: Ledger, mids: Mapping[str, int], units: Mapping[Piece, int]) -> dict[str, int]:
    """What sold pieces did between their sale and the last round: the taker's gain is the borrower's miss."""
    changed: dict[str, int] = {}
    for account, taker, key, token_id, worth in ledger.sold:
        since = piece_value(Piece(key, token_id), mids, units) - worth
        changed[taker] = changed.get(taker, 0) + since
        changed[account] = changed.get(account, 0) - since
    return changed
