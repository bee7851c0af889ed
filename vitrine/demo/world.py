"""The chain as the demo uses it: one look, one block of moves, one round. The only module that sends."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any, Final

from vitrine.chain.abibook import Event
from vitrine.chain.client import Chain
from vitrine.chain.contract import Call, Contract, Interface
from vitrine.chain.transaction import eth_call
from vitrine.demo import lenswords
from vitrine.demo.mirror import Mirror
from vitrine.demo.moves import Nfts, OneNft, Where, Who
from vitrine.demo.names import Names
from vitrine.demo.views import LoanView, LotView, Move, Piece, Price, Snapshot, VaultView
from vitrine.errors import VitrineError
from vitrine.keepers.snapshot import Accounts, Market, Nft, NftBook, Offer, Ref, joined
from vitrine.keepers.snapshot import Snapshot as KeeperSnapshot
from vitrine.models.desk import notice_lives
from vitrine.models.tiers import measure
from vitrine.units import WAD

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
class Markets:
    """Where pieces are traded."""

    factory: Contract
    engine: Contract
    bids: Contract
    router: Contract
    loans: Contract
    seaport: Contract
    depth: Contract
    pool_interface: Interface
    venues: dict[str, Contract]
    """Behind the router: "pool", "order"."""
    exits: dict[str, Contract]
    """Behind the auctions: "pool", "order", "bid", and the taker without capital."""
    curves: dict[str, str]
    """Addresses by name: linear, exponential, product."""
    till: str = ""
    """What traders approve."""

    def pool(self, address: str) -> Contract:
        return Contract(address, self.pool_interface)


@dataclass(slots=True)
class Contracts:
    """What the demo talks to."""

    vault: Contract
    desk: Contract
    auction: Contract
    lens: Contract
    asset: Contract
    collections: dict[str, Contract]
    markets: Markets | None = None

    def named(self, target: str) -> Contract:
        """The lending contracts by their names here, collections by key, pools by address."""
        found = self.collections.get(target)
        if found is not None:
            return found
        if self.markets is not None and target.startswith("0x"):
            return self.markets.pool(target)
        found = getattr(self.markets if hasattr(self.markets, target) else self, target)
        assert isinstance(found, Contract)
        return found


@dataclass(slots=True)
class World:
    """One chain, one deployment, and the names of everybody on it."""

    chain: Chain
    contracts: Contracts
    mirror: Mirror
    decimals: int
    tx_sent: int = 0
    tx_failed: dict[str, int] = field(default_factory=dict)
    market: KeeperSnapshot = field(init=False)
    """The last look, as the keepers' models know it."""
    eyes: Callable[[Snapshot], dict[Ref, tuple[Offer, ...]]] | None = None
    """Ways out of auctions, as keepers see them."""
    gas_units: Fraction = Fraction(0)
    """Price of one gas for keepers, asset units."""
    observers: list[Callable[[int, int, Sequence[Event]], None]] = field(default_factory=list)
    """Called with block, time and events of every mined block."""

    @property
    def names(self) -> Names:
        return self.mirror.names

    # ------------------------------------------------------------------- send

    def call(self, move: Move) -> Call:
        """A move with its names resolved."""
        if move.args and isinstance(move.args[0], Call):
            return move.args[0]
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
        self.mirror.apply(events)
        for observer in self.observers:
            observer(outcomes[-1].block, at, events)
        return outcomes

    def create(self, code: bytes, sender: str) -> str:
        """Address of a new contract."""
        created = self.chain.deploy(code, sender, gas=MOVE_GAS).created
        assert created is not None
        self.tx_sent += 1
        return created

    def pass_time(self, at: int) -> None:
        """An empty block at `at`, to look at."""
        self.chain.warp(at)

    # ------------------------------------------------------------------- look

    def look(self, at: int, fair: Mapping[str, int]) -> Snapshot:
        """Everything an actor may know, in one batch of calls to the lens at the latest block."""
        mirror, lens = self.mirror, self.contracts.lens
        people = mirror.accounts()
        addresses = [self.names.parties[name] for name in people]
        refs = [self._ref(piece) for name in people for piece in mirror.pieces.get(name, ())]
        live = [self._ref(piece) for piece in mirror.lots]
        wanted = [lens.market(), lens.packed(addresses), lens.pledges(refs), lens.auctions(live)]
        raw = self.chain.rpc.batch([eth_call(call, "latest", None) for call in wanted])
        auctions = lenswords.auctions(raw[3], len(live))
        held: dict[str, list[Nft]] = {address.lower(): [] for address in addresses}
        for owner, nft in lenswords.pledges(raw[2], refs):
            if owner.lower() in held:
                held[owner.lower()].append(nft)
        self.market = seen = KeeperSnapshot(
            lenswords.market(raw[0]),
            Accounts(addresses, joined([lenswords.records(raw[1])])[1]),
            NftBook(
                {address: tuple(sorted(found, key=lambda nft: nft.order)) for address, found in held.items()}
            ),
            {ref: auction.terms for ref, auction in zip(live, auctions, strict=True)},
        )
        prices = {
            key: Price(
                *next(p.quote for p in seen.market.places if p is not None and p.collection == address)
            )
            for key, address in self.names.collections.items()
        }
        loans = {name: self._loan(name, row, at) for row, name in enumerate(people)}
        lots = tuple(self._lot(piece, auction) for piece, auction in zip(mirror.lots, auctions, strict=True))
        found = Snapshot(
            at,
            prices,
            fair,
            loans,
            lots,
            _vault(seen.market),
            mirror.cash,
            mirror.custody,
            mirror.wallets,
            mirror.credits,
            mirror.shares,
        )
        if self.eyes is not None and lots:
            self.market = replace(seen, offers=self.eyes(found), gas_units=self.gas_units)
        return found

    def _loan(self, name: str, row: int, now: int) -> LoanView:
        market = self.market.market
        account = self.market.accounts.account(row)
        health = measure(account.units, market.places)
        nfts = self.market.nfts_of(self.names.parties[name]) or ()
        notice = self.market.accounts.notice(row)
        return LoanView(
            debt=account.debt(market.debt_assets, market.debt_shares),
            value=health.value,
            limit=health.limit,
            target=health.target,
            deep=health.deep,
            borrow_limit=health.borrow_limit,
            notice_at=notice.opened_at if notice_lives(account, notice.opened_at, market.clock) else 0,
            live_count=account.live_count,
            pieces=tuple(self._piece(nft) for nft in nfts),
            live=tuple(self._piece(nft) for nft in nfts if nft.live),
        )

    def _lot(self, piece: Piece, auction: lenswords.AuctionSeen) -> LotView:
        return LotView(
            piece,
            self.names.party_at[auction.account],
            auction.price,
            auction.worth,
            auction.phase,
            auction.terms.units,
            auction.terms.started_at,
        )

    def _piece(self, nft: Nft) -> Piece:
        return Piece(self.names.key_at[nft.collection], nft.token_id)

    # ------------------------------------------------------------------ names

    def _order(self, piece: Piece) -> tuple[int, int]:
        return int(self.names.collections[piece.key], 16), piece.token_id

    def _resolve(self, arg: Any) -> Any:
        if isinstance(arg, Who):
            return self.names.parties[arg.name]
        if isinstance(arg, Where):
            return self.names.collections[arg.key]
        if isinstance(arg, OneNft):
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


def _vault(market: Market) -> VaultView:
    whole = market.cash + market.debt_assets
    hole = max(market.floating_bad_debt - market.reserve, 0)
    return VaultView(
        cash=market.cash,
        debt=market.debt_assets,
        reserve=market.reserve,
        floating=market.floating_bad_debt,
        supply_assets=market.supply_assets,
        redeem_assets=max(market.supply_assets - hole, 0),
        shares=market.supply_shares,
        queued_shares=market.queued_shares,
        rate=market.rate,
        utilisation=market.debt_assets * WAD // whole if whole else 0,
    )
