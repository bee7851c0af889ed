"""The chain as the demo uses it: one look, one block of moves, one price round. The only module that sends."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from vitrine.chain.abibook import Event
from vitrine.chain.client import Chain
from vitrine.chain.contract import Call, Contract
from vitrine.demo.mirror import Mirror, Names
from vitrine.demo.moves import Nft, Nfts, Where, Who
from vitrine.demo.views import LoanView, LotView, Move, Piece, Price, Snapshot, VaultView
from vitrine.errors import VitrineError

MOVE_GAS: Final = 3_000_000


@dataclass(slots=True)
class Outcome:
    """What became of a move."""

    move: Move
    ok: bool
    reason: str
    events: list[Event]
    gas: int
    block: int


@dataclass(slots=True)
class Contracts:
    """What the demo talks to."""

    vault: Contract
    desk: Contract
    auction: Contract
    oracle: Contract
    asset: Contract
    collections: dict[str, Contract]

    def named(self, target: str) -> Contract:
        found = self.collections.get(target)
        return found if found is not None else getattr(self, target)


@dataclass(slots=True)
class World:
    """One chain, one deployment, and the names of everybody on it."""

    chain: Chain
    contracts: Contracts
    mirror: Mirror
    decimals: int
    tx_sent: int = 0
    tx_failed: dict[str, int] = field(default_factory=dict)
    observers: list[Callable[[int, int, Sequence[Event]], None]] = field(default_factory=list)
    """Called with block, time and events of every mined block."""

    @property
    def names(self) -> Names:
        return self.mirror.names

    # ------------------------------------------------------------------- send

    def call(self, move: Move) -> Call:
        """A move with its names resolved."""
        args = [self._resolve(arg) for arg in move.args]
        return self.contracts.named(move.target).call(move.function, *args)

    def play(self, moves: Sequence[Move], at: int) -> list[Outcome]:
        """All moves in one block at unix time `at`, in the given order; failures are counted by reason."""
        sent = [(self.call(move), self.names.parties[move.actor]) for move in moves]
        return self.send(sent, at, moves)

    def send(self, calls: Sequence[tuple[Call, str]], at: int, moves: Sequence[Move]) -> list[Outcome]:
        """The same for calls that are no actor's move (`moves` only label them)."""
        if not calls:
            return []
        receipts = self.chain.send_block(calls, at=at, gas=MOVE_GAS, check=False)
        outcomes = []
        for move, receipt in zip(moves, receipts, strict=True):
            reason = "" if receipt.ok else _reason(receipt.error)
            outcomes.append(
                Outcome(move, receipt.ok, reason, receipt.events, receipt.gas_used, receipt.block)
            )
            if not receipt.ok:
                key = f"{move.function}: {reason}"
                self.tx_failed[key] = self.tx_failed.get(key, 0) + 1
        self.tx_sent += len(receipts)
        events = [event for outcome in outcomes for event in outcome.events]
        self.mirror.apply(events, at)
        for observer in self.observers:
            observer(outcomes[-1].block, at, events)
        return outcomes

    def pass_time(self, at: int) -> None:
        """An empty block at `at`, to look at."""
        self.chain.warp(at)

    # ------------------------------------------------------------------- look

    def look(self, at: int, fair: Mapping[str, int]) -> Snapshot:
        """Everything an actor may know, in one batch of calls at the latest block."""
        c, mirror = self.contracts, self.mirror
        keys, vault = list(c.collections), c.vault
        accounts = mirror.accounts()
        lots = list(mirror.lots.values())
        calls = [c.oracle.quote(c.collections[key]) for key in keys]
        calls += [
            vault.cash(),
            vault.debtTotals(),
            vault.reserve(),
            vault.floatingBadDebt(),
            vault.supplyAssets(),
            vault.totalAssets(),
            vault.totalSupply(),
            vault.queuedShares(),
            vault.rates(),
            vault.utilisation(),
        ]
        calls += [c.desk.healthOf(self.names.parties[name]) for name in accounts]
        calls += [c.auction.priceOf(c.collections[lot.piece.key], lot.piece.token_id) for lot in lots]
        found = iter(self.chain.read_many(calls))
        prices = {key: _price(next(found)) for key in keys}
        vault_view = _vault([next(found) for _ in range(10)])
        loans = {name: self._loan(name, next(found), at) for name in accounts}
        lot_views = tuple(
            LotView(lot.piece, lot.account, *_lot(next(found)), lot.units, lot.started_at) for lot in lots
        )
        return Snapshot(
            at, 0, prices, fair, loans, lot_views, vault_view, mirror.cash, mirror.credits, mirror.shares
        )

    def _loan(self, name: str, answer: Any, now: int) -> LoanView:
        debt, health = answer
        mirror = self.mirror
        pieces = tuple(sorted(mirror.pieces.get(name, ()), key=self._order))
        return LoanView(
            debt=debt,
            value=health.value,
            limit=health.limit,
            target=health.target,
            deep=health.deep,
            borrow_limit=health.borrowLimit,
            notice_at=mirror.live_notice(name, now),
            live_count=sum(1 for piece in pieces if piece in mirror.lots),
            distressed=name in mirror.distressed,
            marked=name in mirror.marked,
            pieces=pieces,
            live=tuple(piece for piece in pieces if piece in mirror.lots),
        )

    # ------------------------------------------------------------------ names

    def _order(self, piece: Piece) -> tuple[int, int]:
        return int(self.names.collections[piece.key], 16), piece.token_id

    def _resolve(self, arg: Any) -> Any:
        if isinstance(arg, Who):
            return self.names.parties[arg.name]
        if isinstance(arg, Where):
            return self.names.collections[arg.key]
        if isinstance(arg, Nft):
            return self._ref(arg.piece)
        if isinstance(arg, Nfts):
            return [self._ref(piece) for piece in sorted(arg.pieces, key=self._order)]
        if isinstance(arg, list):
            return [self._resolve(item) for item in arg]
        return arg

    def _ref(self, piece: Piece) -> tuple[str, int]:
        return self.names.collections[piece.key], piece.token_id


def _reason(error: VitrineError | None) -> str:
    """Name of the contract's error."""
    return getattr(error, "error", "") or type(error).__name__


def _price(q: Any) -> Price:
    return Price(q.bid, q.mid, q.ask, q.spot, q.avg, q.sale, q.asOf, q.postedAt, q.confidenceBps, q.state)


def _vault(values: list[Any]) -> VaultView:
    cash, debt, reserve, floating, supply, redeem, shares, queued, rates, used = values
    return VaultView(cash, debt[0], reserve, floating, supply, redeem, shares, queued, rates[0], used)


def _lot(answer: Any) -> tuple[int, int, int]:
    return answer[0], answer[1], answer[2]


def ascending(pieces: Iterable[Piece]) -> list[Piece]:
    """By collection and id, for people."""
    return sorted(pieces, key=lambda piece: (piece.key, piece.token_id))
