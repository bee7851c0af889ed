"""Profit and loss of every party, as the protocol's events state it: double entry, to the unit.

Each event becomes postings that sum to zero. Inside, amounts carry twelve more digits, so that sharing
interest or a loss among many loses nothing; what is left when the lines are cut to whole units is the
rounding dust, a party of its own. Nothing here reads the chain: the same lines, held against balances,
claims, debts and NFTs, are in `books`. What markets do is netted by transaction in `trades`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final

from vitrine.chain.abibook import Event
from vitrine.demo.custody import DUST as DUST
from vitrine.demo.custody import lp_claims, pool_worth
from vitrine.demo.names import Names
from vitrine.demo.record import Logged
from vitrine.demo.trades import FINE_GRAIN, SALES, Trades, Worth
from vitrine.demo.views import Piece
from vitrine.errors import CheckError

VIRTUAL_SHARES: Final = 10**6
VIRTUAL_DEBT_SHARES: Final = 10**3
RESERVE: Final = "reserve"
COVER: Final = "cover"
KINDS: Final = (
    "interest", "discount", "trade", "fee", "royalty", "liquidity", "fine", "tip", "loss", "exit", "gift",
    "rounding",
)  # fmt: skip
_ACCOUNTS: Final = (*SALES, "BoughtWithLoan", "SoldToRepay")


@dataclass(slots=True)
class Line:
    """What one party gained or lost, by kind; asset units."""

    party: str
    kinds: dict[str, int]

    @property
    def total(self) -> int:
        return sum(self.kinds.values())


@dataclass(slots=True)
class Ledger:
    """Built by `read`, closed once by `close`."""

    names: Names
    worth_at: Worth
    """Reference of a piece at a time, asset units."""
    worth_last: Callable[[Piece], int]
    """What a piece counts at both ends."""
    trades: Trades = field(init=False)
    entries: dict[str, dict[str, int]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(int)))
    debt_shares: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    debt_carried: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    """What each borrower owes by his entries, fine-grained."""
    shares: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    claim_carried: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    debt_total: int = 0
    supply_total: int = 0
    operations: int = 0
    """Events that rounded something: the bound of the dust."""
    _last_seller: str = ""

    def __post_init__(self) -> None:
        self.trades = Trades(self.names, self._post, self.worth_at, self.worth_last)

    def read(self, log: Iterable[Logged]) -> Ledger:
        """Takes in all events in order, transaction by transaction."""
        for _, group in groupby(log, lambda logged: logged.event.tx_hash):
            logged = list(group)
            events = [item.event for item in logged]
            for event in events:
                handler = getattr(self, f"_on_{event.name}", None)
                if handler is not None:
                    handler(event)
            self.trades.take(events, logged[0].at, self._account(events))
        return self

    def _account(self, events: Sequence[Event]) -> str:
        """Whose collateral a transaction sold or bought, "" when nobody's."""
        names = {event.name for event in events}
        if names.isdisjoint(_ACCOUNTS):
            return ""
        stated = "Sold" if not names.isdisjoint(SALES) else next(n for n in _ACCOUNTS if n in names)
        return next(self._party(event.account) for event in events if event.name == stated)

    # ---------------------------------------------------------------- posting

    def _post(self, kind: str, amounts: Mapping[str, int]) -> None:
        """Fine-grained amounts that sum to zero; what they miss goes to the dust."""
        for party, amount in amounts.items():
            self.entries[party][kind] += amount
        rest = sum(amounts.values())
        if rest:
            self.entries[DUST][kind] -= rest

    def _to_suppliers(self, amount: int) -> dict[str, int]:
        """Shares a gain (or loss) of all suppliers by what each holds, and carries it on their claims."""
        whole = sum(self.shares.values()) + VIRTUAL_SHARES
        parts = {name: amount * held // whole for name, held in self.shares.items() if held}
        for name, part in parts.items():
            self.claim_carried[name] += part
        return parts

    def _party(self, address: str) -> str:
        return self.names.party_at.get(address, address)

    # ----------------------------------------------------------------- lending

    def _on_Borrowed(self, event: Event) -> None:
        account = self._party(event.account)
        self.debt_shares[account] += event.shares
        self.debt_carried[account] += event.assets * FINE_GRAIN
        self.debt_total += event.assets
        self.operations += 1

    def _on_Accrued(self, event: Event) -> None:
        interest = event.interest * FINE_GRAIN
        whole = sum(self.debt_shares.values()) + VIRTUAL_DEBT_SHARES
        parts = {name: -(interest * held // whole) for name, held in self.debt_shares.items() if held}
        for name, part in parts.items():
            self.debt_carried[name] -= part
        self.debt_total += event.interest
        gains = self._to_suppliers(interest - event.toReserve * FINE_GRAIN)
        self.supply_total += event.interest - event.toReserve
        self._post("interest", {**parts, **gains, RESERVE: event.toReserve * FINE_GRAIN})
        self.operations += 1

    def _on_Repaid(self, event: Event) -> None:
        account, payer = self._party(event.account), self._party(event.payer)
        if payer not in self.names.parties:  # a router: it pays out of what it sold for the account
            payer = account
        self._pay_debt(account, event.assets, event.shares)
        fine = event.fine * FINE_GRAIN
        if payer != account:
            gift = event.assets * FINE_GRAIN
            self._post("gift", {payer: -gift, account: gift})
        if fine:
            self._post("fine", {payer: -fine, RESERVE: fine})

    def _pay_debt(self, account: str, assets: int, shares: int) -> None:
        self.debt_shares[account] -= shares
        self.debt_carried[account] -= assets * FINE_GRAIN
        self.debt_total -= assets
        self.operations += 1

    # ------------------------------------------------------------------- sales

    def _on_SaleBooked(self, event: Event) -> None:
        """Comes before the tips of a sale are credited and before `Sold`."""
        self._last_seller = self._party(event.account)

    def _on_Sold(self, event: Event) -> None:
        self._pay_debt(self._party(event.account), event.repaid, event.shares)

    def _on_Credited(self, event: Event) -> None:
        kind = event.kind.rstrip(b"\0").decode()
        if kind not in ("warn tip", "start tip", "settle tip"):
            return
        payer = RESERVE if event.fromReserve else self._last_seller
        assets = event.assets * FINE_GRAIN
        self._post("tip", {payer: -assets, self._party(event.payee): assets})

    def _on_LossRealised(self, event: Event) -> None:
        loss = event.loss * FINE_GRAIN
        bearers = self._to_suppliers(-event.bySuppliers * FINE_GRAIN)
        self.supply_total -= event.bySuppliers
        account = self.names.party_at.get(event.account, DUST)
        bearers |= {RESERVE: -event.byReserve * FINE_GRAIN, COVER: -event.byCover * FINE_GRAIN}
        self._post("loss", {**bearers, account: loss})
        if account != DUST:
            self._pay_debt(account, event.loss, event.shares)
        else:
            self.debt_total -= event.loss

    # --------------------------------------------------------------- suppliers

    def _on_Deposit(self, event: Event) -> None:
        owner = self._party(event.owner)
        self.shares[owner] += event.shares
        self.claim_carried[owner] += event.assets * FINE_GRAIN
        self.supply_total += event.assets
        self.operations += 1

    def _on_Withdraw(self, event: Event) -> None:
        self._leave(self._party(event.owner), event.shares, event.assets)

    def _on_RedeemFilled(self, event: Event) -> None:
        self._leave(self._party(event.owner), event.shares, event.assets)

    def _leave(self, owner: str, shares: int, assets: int) -> None:
        """A leaver gets the redeem price; what he leaves behind belongs to those who stay."""
        whole = sum(self.shares.values()) + VIRTUAL_SHARES
        worth = shares * (self.supply_total + 1) * FINE_GRAIN // whole
        self.shares[owner] -= shares
        self.claim_carried[owner] -= worth
        left = worth - assets * FINE_GRAIN
        stay = self._to_suppliers(left)
        self.supply_total -= assets
        stay[owner] = stay.get(owner, 0) - left
        self._post("exit", stay)
        self.operations += 1

    # ------------------------------------------------------------------ closing

    def debt_of(self, account: str) -> int:
        """What the events say the account owes, rounded up as the contract does."""
        whole = sum(self.debt_shares.values()) + VIRTUAL_DEBT_SHARES
        return -(-self.debt_shares[account] * (self.debt_total + 1) // whole)

    def claim_of(self, supplier: str) -> int:
        """What a supplier's shares stand for at the price of deposits, rounded down."""
        whole = sum(self.shares.values()) + VIRTUAL_SHARES
        return self.shares[supplier] * (self.supply_total + 1) // whole

    @property
    def revalued(self) -> dict[str, int]:
        """What traded pieces did between their trades and the last round, whole units; sums to zero."""
        found = {name: fine // FINE_GRAIN for name, fine in self.trades.revalued.items() if name != DUST}
        return found | {DUST: -sum(found.values())}

    def close(self) -> list[Line]:
        """Whole units: claims and debts as the contract rounds them, the difference against the dust."""
        self._round_providers()
        for name, carried in list(self.claim_carried.items()):
            self._round(name, self.claim_of(name) * FINE_GRAIN - carried)
        for name, carried in list(self.debt_carried.items()):
            self._round(name, carried - self.debt_of(name) * FINE_GRAIN)
        lines = []
        for party in [*self.names.parties, RESERVE, COVER]:
            kinds = {kind: self.entries[party].get(kind, 0) for kind in KINDS}
            lines.append(Line(party, _whole(kinds, party)))
        dust = -sum(line.total for line in lines)
        if abs(dust) > 2 * self.operations + 2 * len(lines):
            raise CheckError(f"The rounding dust is {dust} units after {self.operations} events")
        kinds = {kind: -sum(line.kinds[kind] for line in lines) for kind in KINDS}
        lines.append(Line(DUST, kinds))
        return lines

    def _round_providers(self) -> None:
        """Parts of shared pools, rounded down; what revaluation left below a unit goes with them."""
        for pool in self.trades.custody.pools.values():
            worth = pool_worth(pool, self.worth_last)
            fine = lp_claims(pool, worth, FINE_GRAIN)
            for name, whole in lp_claims(pool, worth, 1).items():
                if name != DUST:
                    self._round(name, whole * FINE_GRAIN - fine[name])
        for name, fine_grained in self.trades.revalued.items():
            if name != DUST:
                self._round(name, fine_grained % FINE_GRAIN)

    def _round(self, party: str, difference: int) -> None:
        self._post("rounding", {party: difference, DUST: -difference})


def _whole(kinds: dict[str, int], party: str) -> dict[str, int]:
    """Fine-grained amounts cut to units; the total is exact, `rounding` takes what the cuts left."""
    total = sum(kinds.values())
    if total % FINE_GRAIN:
        raise CheckError(f"The line of {party} does not end on a whole unit ({total} / {FINE_GRAIN})")
    cut = {kind: amount // FINE_GRAIN for kind, amount in kinds.items() if kind != "rounding"}
    return {**cut, "rounding": total // FINE_GRAIN - sum(cut.values())}
