"""The decision: a pure function of a snapshot. No chain, no clock of its own, no state between two calls.

Since it only looks at what is, it may run twice, beside others, or after a crash: what is done already is no
longer in the next snapshot, and what another did first makes the simulation fail before anything is paid for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from vitrine.errors import StateError
from vitrine.keepers.actions import ENDS_AUCTION, Action, Kind
from vitrine.keepers.exits import Choice, Exiting, Route, best, choices, own_money
from vitrine.keepers.loss import expected_loss
from vitrine.keepers.screen import Screen
from vitrine.keepers.snapshot import Bools, Floats, Ints, Nft, Ref, Snapshot
from vitrine.models.auction import RESTART_AFTER, AuctionPhase, AuctionPrice, price_at
from vitrine.models.desk import DISTRESSED, MARKED, NOTICE, TIP_ONCE_PER, recovered_line
from vitrine.models.plan import Candidate, plan
from vitrine.models.tiers import Health, measure, value_of
from vitrine.models.tips import quote_tips
from vitrine.models.units_word import behind_live
from vitrine.units import BPS, FLOOR_PIECE, HOUR

_TICK: Final = HOUR
_MARK_BATCH: Final = 40


@dataclass(frozen=True, slots=True)
class Taking:
    """Buys auctioned NFTs with own money: `budget` in all, each at most at `max_bps` of its value at spot."""

    budget: int
    max_bps: int


@dataclass(frozen=True, slots=True)
class Params:
    """What a keeper wants. The defaults do everything that keeps a market sound and buy nothing."""

    kinds: frozenset[Kind] = frozenset(Kind)
    max_actions: int = 200
    volatility_bps: int = 800
    """Of the collateral, a day; orders the work."""
    mark_step_bps: int = 25
    """Least change of a mark worth a transaction, of the debt."""
    follow_bps: int = 2_500
    """Part of the notices that something follows."""
    queue_batch: int = 50
    taking: Taking | None = None
    exiting: Exiting | None = None
    claim_above: int = 0
    """Credits of the keeper worth a claim, asset units; 0: never."""


@dataclass(frozen=True)
class Decision:
    """The actions, most urgent first, and what was seen."""

    actions: list[Action]
    warnable: int = 0
    liquidatable: int = 0
    marked: int = 0
    doubtful: int = 0
    """Accounts the exact model had to decide."""
    blind: tuple[str, ...] = field(default=())
    """Accounts to liquidate whose NFTs the index does not know (yet)."""


def decide(snapshot: Snapshot, params: Params, now: int) -> Decision:
    """What to send so that it lands at unix time `now` (not before the snapshot)."""
    return _Decider(snapshot, params, now).run()


class _Decider:
    def __init__(self, snapshot: Snapshot, params: Params, now: int) -> None:
        self.snapshot, self.params, self.now = snapshot, params, now
        self.market, self.accounts = snapshot.market, snapshot.accounts
        self.clock = self.market.clock_at(now)
        self.screen = Screen(self.accounts, self.market)
        self.age = self.screen.notice_age(self.clock)
        self.blind: list[str] = []
        self.started: set[int] = set()
        self.flagged: set[int] = set()
        self._free: tuple[int, ...] = tuple(range(8))
        self._prices: dict[Ref, AuctionPrice | None] = {}

    def run(self) -> Decision:
        found: list[Action] = []
        wanted = self.params.kinds
        if Kind.LIQUIDATE in wanted:
            found += self._liquidations()
        if Kind.FLAG in wanted:
            found += self._flags()
        if Kind.MARK in wanted:
            found += self._marks()
        for kind, action in self._of_notices_and_auctions():
            if kind in wanted:
                found.append(action)
        if wanted & ENDS_AUCTION and (self.params.taking is not None or self.params.exiting is not None):
            found += self._ends()
        if Kind.FILL_QUEUE in wanted and self.market.queued_shares and self.market.cash:
            found.append(Action(Kind.FILL_QUEUE, amount=self.params.queue_batch))
        if Kind.CLAIM in wanted and 0 < self.params.claim_above <= self.snapshot.credit:
            found.append(Action(Kind.CLAIM, reward=self.snapshot.credit))
        found.sort(key=lambda action: action.urgency)
        return Decision(
            found[: self.params.max_actions],
            int(self.screen.warnable.sum()),
            int(self.screen.liquidatable.sum()),
            int((self.accounts.flags & MARKED != 0).sum()),
            self.screen.doubtful,
            tuple(self.blind),
        )

    # --- rows -----------------------------------------------------------------------------------------------

    def _loss(self, rows: Ints, horizon: int) -> Floats:
        screen = self.screen
        return expected_loss(screen.debt[rows], screen.deep[rows], self.params.volatility_bps, horizon)

    def _worst_first(self, mask: Bools, horizon: int) -> tuple[Ints, Floats]:
        """Rows of `mask` and their expected losses, descending."""
        rows = np.flatnonzero(mask)
        losses = self._loss(rows, horizon)
        order = np.argsort(-losses, kind="stable")
        return rows[order], losses[order]

    def _price(self, nft: Nft) -> AuctionPrice | None:
        """What the auction of a live NFT asks at `now`; None when that is not known."""
        if nft.ref not in self._prices:
            terms, place = self.snapshot.auctions.get(nft.ref), self.market.places[nft.place]
            price = None
            if terms is not None and place is not None:
                try:
                    price = price_at(terms, place.quote, self.clock, self.now)
                except StateError:
                    price = None
            self._prices[nft.ref] = price
        return self._prices[nft.ref]

    # --- warn and liquidate ---------------------------------------------------------------------------------

    def _liquidations(self) -> Iterator[Action]:
        screen, market = self.screen, self.market
        if market.paused:
            return
        due = screen.liquidatable & ~screen.stale & ~screen.posted_at(self.now)
        due &= screen.critical | (self.age >= screen.grace)
        due &= self.accounts.live_count < self.accounts.nft_count
        if market.resumed_at:
            due &= self.now >= market.resumed_at + screen.grace
        behind, made = market.behind, 0
        rows, losses = self._worst_first(due, _TICK)
        rows, losses = self._with_slots(rows, losses, behind)
        while len(rows) and made < self.params.max_actions:
            row, loss = int(rows[0]), float(losses[0])
            rows, losses = rows[1:], losses[1:]
            address = self.accounts.addresses[row]
            nfts = self.snapshot.nfts_of(address)
            if nfts is None:
                self.blind.append(address)
                continue
            candidates = self._candidates(nfts)
            if candidates is None:
                continue
            _, debt, _ = screen.exact(row)
            chosen = plan(candidates, debt, behind, market.places)
            if not chosen:
                continue
            for index in chosen:  # the next account finds fewer free auctions
                behind += 1 << 32 * candidates[index].place
            rows, losses = self._with_slots(rows, losses, behind)
            made += 1
            self.started.add(row)
            sold = sum(self._deep(candidates[index]) for index in chosen)
            refs = tuple(nft.ref for nft in nfts)
            yield Action(Kind.LIQUIDATE, (address,), refs, 0, loss, self._start_tip(row, min(debt, sold)))

    def _with_slots(self, rows: Ints, losses: Floats, behind: int) -> tuple[Ints, Floats]:
        """Those of `rows` that hold a collection with a free auction."""
        free = tuple(
            index
            for index, place in enumerate(self.market.places)
            if place is not None and behind_live(behind, index) < place.tier.max_live
        )
        if free == self._free:
            return rows, losses
        self._free = free
        keep = (self.accounts.units[rows][:, list(free)] > 0).any(axis=1)
        return rows[keep], losses[keep]

    def _candidates(self, nfts: tuple[Nft, ...]) -> list[Candidate] | None:
        made = []
        for nft in nfts:
            asked = 0
            if nft.live:
                price = self._price(nft)
                if price is None:
                    return None
                asked = price.price
            made.append(Candidate(nft.place, nft.units, nft.rank, nft.live, asked))
        return made

    def _deep(self, candidate: Candidate) -> int:
        place = self.market.places[candidate.place]
        assert place is not None  # the plan chose it
        return value_of(place.quote.mid, candidate.units) * place.tier.deep_bps // BPS

    def _start_tip(self, row: int, repaid: int) -> int:
        notice = self.accounts.notice(row)
        taken = int(notice.starter, 16) != 0 and self.clock < notice.started_at + TIP_ONCE_PER
        return 0 if taken else quote_tips(repaid, self.market.max_tip).start

    def _flags(self) -> Iterator[Action]:
        screen, market = self.screen, self.market
        if market.paused:
            return
        mask = screen.warnable & ~screen.stale & (self.age < 0)
        mask &= self.accounts.live_count < self.accounts.nft_count  # else there is nothing left to start
        mask[list(self.started)] = False  # critical: it needs no notice
        rows, losses = self._worst_first(mask, 6 * _TICK)
        most = self.params.max_actions
        for row, loss in zip(rows[:most].tolist(), losses[:most].tolist(), strict=True):
            self.flagged.add(row)
            tip = quote_tips(int(screen.debt[row]), market.max_tip).warn * self.params.follow_bps // BPS
            address = self.accounts.addresses[row]
            yield Action(Kind.FLAG, (address,), expected_loss=loss, reward=tip)

    # --- marks ----------------------------------------------------------------------------------------------

    def _marks(self) -> Iterator[Action]:
        """Accounts whose mark is off by more than the step: what the ledger of losses does not show yet."""
        screen, accounts = self.screen, self.accounts
        marked = accounts.flags & MARKED != 0
        rows = np.flatnonzero(marked | (screen.debt > screen.reserve))
        if not len(rows):
            return
        debt, marked, stale = screen.debt[rows], marked[rows], screen.stale[rows]
        distressed = accounts.flags[rows] & DISTRESSED != 0
        collateral = np.where(distressed, screen.reserve[rows], screen.deep[rows])
        old = accounts.mark_collateral[rows]
        collateral = np.where(stale, old, collateral)
        before = np.where(marked, np.maximum(debt - old, 0.0), 0.0)
        after = np.where(stale & ~marked, 0.0, np.maximum(debt - collateral, 0.0))
        off = np.abs(after - before)
        worth = off > debt * (self.params.mark_step_bps / BPS) + screen.width[rows]
        worth &= ~np.isin(rows, list(self.started | self.flagged))  # those are marked anew anyway
        rows, off = rows[worth], off[worth]
        order = np.argsort(-off, kind="stable")[: self.params.max_actions * _MARK_BATCH]
        for start in range(0, len(order), _MARK_BATCH):
            part = order[start : start + _MARK_BATCH]
            names = tuple(accounts.addresses[row] for row in rows[part])
            yield Action(Kind.MARK, names, expected_loss=float(off[part].sum()))

    # --- notices that end, auctions that stand --------------------------------------------------------------

    def _of_notices_and_auctions(self) -> Iterator[tuple[Kind, Action]]:
        screen, accounts = self.screen, self.accounts
        over = (accounts.flags & NOTICE != 0) & ~screen.stale & ((self.age < 0) | ~screen.not_calm)
        for row in np.flatnonzero(over & ~(screen.warnable & (self.age < 0))):
            yield Kind.CLEAR, Action(Kind.CLEAR, (accounts.addresses[row],))
        for row in np.flatnonzero(accounts.live_count > 0):
            address = accounts.addresses[row]
            live = [nft for nft in self.snapshot.nfts_of(address) or () if nft.live]
            if not screen.not_recovered[row]:
                if live:
                    refs = tuple(nft.ref for nft in live)
                    yield Kind.RECLAIM, Action(Kind.RECLAIM, (address,), refs)
                continue
            yield from self._of_standing(int(row), address, live)
        yield from self._restamps()

    def _of_standing(self, row: int, address: str, live: list[Nft]) -> Iterator[tuple[Kind, Action]]:
        screen, marked_down = self.screen, self.accounts.flags[row] & DISTRESSED != 0
        for nft in live:
            price, terms = self._price(nft), self.snapshot.auctions.get(nft.ref)
            if price is None or terms is None:
                continue
            if price.phase >= AuctionPhase.DISTRESSED and not marked_down:
                marked_down = True
                loss = min(screen.debt[row], screen.deep[row]) - screen.reserve[row]
                if loss > 0:
                    action = Action(Kind.MARK_DISTRESSED, (address,), (nft.ref,), 0, float(loss))
                    yield Kind.MARK_DISTRESSED, action
            if not self.market.paused and self.clock >= terms.started_at + RESTART_AFTER:
                better = price.worth * (BPS - terms.discount_max_bps - terms.reserve_bps) / BPS
                yield Kind.RESTART, Action(Kind.RESTART, (address,), (nft.ref,), 0, max(better, 0.0))

    def _restamps(self) -> Iterator[tuple[Kind, Action]]:
        """Appraisals that expired and still count."""
        expired: dict[str, list[Nft]] = {}
        for address, nft in self.snapshot.nfts.appraised:
            if nft.expires_at < self.now and nft.units > FLOOR_PIECE:
                expired.setdefault(address, []).append(nft)
        for address, nfts in expired.items():
            loss = 0
            for nft in nfts:
                place = self.market.places[nft.place]
                loss += value_of(place.quote.mid, nft.units - FLOOR_PIECE) if place is not None else 0
            refs = tuple(nft.ref for nft in nfts)
            yield Kind.RESTAMP, Action(Kind.RESTAMP, (address,), refs, 0, float(loss))

    # --- ends of auctions -----------------------------------------------------------------------------------

    def _ends(self) -> Iterator[Action]:
        """Cheapest against spot first, each by the way that gains most, and checked against what the sales
        before it leave of the account."""
        if self.market.paused:
            return
        open_ = []
        for address, nft in self.snapshot.nfts.live:
            price = self._price(nft)
            if price is not None:
                open_.append((price.price / price.worth, address, nft, price))
        open_.sort(key=lambda item: (item[0], item[2].order))
        taking, sold, used = self.params.taking, dict[str, tuple[int, int]](), set[str]()
        left = 0 if taking is None or Kind.TAKE not in self.params.kinds else taking.budget
        for _, address, nft, price in open_:
            row = self.accounts.row_of.get(address)
            if row is None:
                continue
            account, debt, _ = self.screen.exact(row)
            paid, gone = sold.get(address, (0, 0))
            debt = max(0, debt - paid)
            health: Health = measure(account.units - gone, self.market.places)
            if debt <= recovered_line(health):
                continue  # the auction is over
            choice = best(self._choices(row, nft, price, debt, left, used))
            if choice is None:
                continue
            brought = choice.price
            if choice.offer is not None:
                used.add(choice.offer.source)
                brought = choice.floor if choice.route is Route.SETTLE else choice.price
            else:
                left -= choice.price
            sold[address] = paid + brought, gone + (nft.units << 16 * nft.place)
            yield self._end(row, address, nft, price, choice)

    def _choices(
        self, row: int, nft: Nft, price: AuctionPrice, debt: int, left: int, used: set[str]
    ) -> Iterator[Choice]:
        params, snapshot = self.params, self.snapshot
        taking = params.taking
        if taking is not None and price.price <= left and price.price * BPS <= price.worth * taking.max_bps:
            yield own_money(price, snapshot.gas_units)
        if params.exiting is None:
            return
        offers = [
            offer
            for offer in snapshot.offers.get(nft.ref, ())
            if offer.source not in used
            and (Kind.TAKE_INTO if offer.inside_take else Kind.SETTLE) in params.kinds
        ]
        notice = self.accounts.notice(row)
        yield from choices(
            price,
            offers,
            debt,
            self.market,
            params.exiting,
            snapshot.gas_units,
            flagged=int(notice.flagger, 16) != 0,
            started=int(notice.starter, 16) != 0,
        )

    def _end(self, row: int, address: str, nft: Nft, price: AuctionPrice, choice: Choice) -> Action:
        names, refs, offer = (address,), (nft.ref,), choice.offer
        if offer is None:
            assert self.params.taking is not None  # the choice came from it
            most = price.worth * self.params.taking.max_bps // BPS
            return Action(Kind.TAKE, names, refs, most, float(choice.reward), choice.reward)
        assert self.params.exiting is not None
        urgency = max(float(self._loss(np.array([row]), _TICK)[0]), 0.0)
        made = Action(Kind.SETTLE, names, refs, choice.floor, urgency, choice.reward, offer.venue, offer.data)
        if choice.route is Route.SETTLE:
            return made
        floor = choice.floor - choice.price
        return replace(made, kind=Kind.TAKE_INTO, amount=choice.price, floor=floor)
