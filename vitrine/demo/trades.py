"""Sales of pieces as postings: who gained what when pieces and asset changed hands in one transaction.

A transaction is netted by what it moved: each holder's asset and pieces, pieces at the reference of the
moment. What a contract holds belongs to somebody (`custody`); what is left at one that nobody stands behind
is an error. Nothing is taken from the amounts the events state except how a gain splits into kinds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from vitrine.chain.abibook import Event
from vitrine.demo.custody import Custody, PoolBook, lp_claims, pool_worth
from vitrine.demo.names import ZERO, Names
from vitrine.demo.views import Piece
from vitrine.errors import CheckError

FINE_GRAIN: Final = 10**12
"""Digits kept below a unit while sharing."""
SALES: Final = ("AuctionTaken", "AuctionSettledInto")
_LIQUIDITY: Final = ("LiquidityAdded", "LiquidityRemoved")
MARKET_EVENTS: Final = frozenset(
    {*SALES, *_LIQUIDITY, "NftsBought", "NftsSold", "LegBought", "LegSold", "BoughtWithLoan", "SoldToRepay",
     "OrderFulfilled"}
)  # fmt: skip
_TRADERS: Final = {
    "BoughtWithLoan": "account", "SoldToRepay": "account", "LegBought": "buyer", "LegSold": "seller",
    "NftsBought": "buyer", "NftsSold": "seller", "LiquidityAdded": "provider", "LiquidityRemoved": "provider",
}  # fmt: skip
"""Who bears fees and royalty of a transaction, by the first of these events it has."""
Post = Callable[[str, Mapping[str, int]], None]
Worth = Callable[[Piece, int], int]
"""Reference of a piece at a time."""


@dataclass(slots=True)
class Net:
    """What one holder has more after a transaction: now, and at the last prices."""

    now: int = 0
    last: int = 0

    def add(self, now: int, last: int | None = None) -> None:
        self.now += now
        self.last += now if last is None else last


@dataclass(slots=True)
class Trades:
    """Nets transactions one by one; `post` takes fine-grained amounts by kind."""

    names: Names
    post: Post
    worth_at: Worth
    worth_last: Callable[[Piece], int]
    custody: Custody = field(init=False)
    revalued: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    """What pieces did between their trades and the last round, fine-grained."""
    counted: int = 0

    def __post_init__(self) -> None:
        self.custody = Custody(self.names)

    def take(self, group: Sequence[Event], at: int, account: str) -> None:
        """One transaction; `account` is the one whose collateral it sold or whose debt it changed, or ""."""
        if MARKET_EVENTS.isdisjoint(event.name for event in group):
            for event in group:
                self.custody.apply(event)
            return
        self.counted += 1
        liquidity = any(event.name in _LIQUIDITY for event in group)
        refs = self._references(group, at, at_last=liquidity)
        where = {event.address for event in group}
        before = _Held.of(self.custody, where, self.worth_last)
        nets = self._moved(group, refs)
        for event in group:
            self.custody.apply(event)
        after = _Held.of(self.custody, where, self.worth_last)
        trader = account or self._trader(group)
        fees, royalties = self._credited(nets, before, after, group, refs)
        lent = Net()
        for holder in self.names.lending:
            found = nets.pop(holder, Net())
            lent.add(found.now, found.last)
        if lent.now or lent.last:
            nets[trader].add(lent.now, lent.last)
        self._nobody_else(nets)
        self._post(nets, fees, royalties, trader, _main_kind(group, liquidity))

    # ------------------------------------------------------------------- parts

    def _references(self, group: Sequence[Event], at: int, *, at_last: bool) -> dict[Piece, int]:
        refs: dict[Piece, int] = {}
        for event in group:
            key = self.names.key_at.get(event.address)
            if event.name == "Transfer" and key is not None:
                piece = Piece(key, event.tokenId)
                refs[piece] = self.worth_last(piece) if at_last else self.worth_at(piece, at)
        for event in group:
            if event.name in SALES:
                refs[Piece(self.names.key_at[event.collection], event.tokenId)] = event.worth
        return refs

    def _moved(self, group: Iterable[Event], refs: Mapping[Piece, int]) -> dict[str, Net]:
        """By address: asset and pieces that came, less those that went."""
        nets: dict[str, Net] = defaultdict(Net)
        for event in group:
            if event.name != "Transfer":
                continue
            source, target = event.args.get("from", ZERO), event.to
            key = self.names.key_at.get(event.address)
            if key is not None:
                piece = Piece(key, event.tokenId)
                now, last = refs[piece], self.worth_last(piece)
            elif event.address == self.names.asset:
                now = last = event.args.get("value", event.args.get("amount", 0))
            else:
                continue
            nets[source].add(-now, -last)
            nets[target].add(now, last)
        named: dict[str, Net] = defaultdict(Net)
        for address, net in nets.items():
            if net.now or net.last:
                named[self.names.party_at.get(address, address)].add(net.now, net.last)
        return named

    def _credited(
        self, nets: dict[str, Net], before: _Held, after: _Held, group: Sequence[Event],
        refs: Mapping[Piece, int],
    ) -> tuple[dict[str, int], dict[str, int]]:  # fmt: skip
        """Hands what contracts got to those it belongs to; fees and royalties by receiver, fine-grained."""
        names, fees, royalties = self.names, defaultdict[str, int](int), defaultdict[str, int](int)
        for special, kept in ((names.treasury, fees), *((name, royalties) for name in names.creators)):
            direct = nets.get(special)
            if direct is not None and direct.now > 0:
                kept[special] += direct.now * FINE_GRAIN
        for name in {*before.royalty, *after.royalty}:
            self._hand(nets, names.engine, name, after.royalty[name] - before.royalty[name], royalties)
        for name in {*before.bids, *after.bids}:
            self._hand(nets, names.bids, name, after.bids[name] - before.bids[name])
        for piece, name in after.owed.items():
            if piece not in before.owed:
                nets[names.bids].add(-refs[piece], -self.worth_last(piece))
                nets[name].add(refs[piece], self.worth_last(piece))
        for address, pool in self.custody.pools.items():
            if address not in nets and address not in after.fees:
                continue
            self._hand(nets, address, names.treasury, after.fees[address] - before.fees[address], fees)
            lp_fee = sum(event.args.get("lpFee", 0) for event in group if event.address == address)
            net = nets.pop(address, Net())
            if pool.shared:
                self._share(pool, net, lp_fee, before, after, fees)
            else:
                nets[pool.owner].add(net.now, net.last)
                fees[pool.owner] += lp_fee * FINE_GRAIN
        return fees, royalties

    @staticmethod
    def _hand(
        nets: dict[str, Net], source: str, target: str, amount: int, kept: dict[str, int] | None = None
    ) -> None:
        if amount:
            nets[source].add(-amount)
            nets[target].add(amount)
            if kept is not None:
                kept[target] += amount * FINE_GRAIN

    def _share(
        self, pool: PoolBook, net: Net, lp_fee: int, before: _Held, after: _Held, fees: dict[str, int]
    ) -> None:
        """A shared pool's gain belongs to its providers by what their shares claimed before and after."""
        then, now = before.claims.get(pool.address, {}), after.claims.get(pool.address, {})
        total = pool.total_shares
        for name in sorted({*then, *now}):
            whole = now.get(name, 0) - then.get(name, 0)
            held = pool.shares.get(name, 0)
            event = net.now * FINE_GRAIN * held // total if net.now != net.last and total else whole
            fee = lp_fee * FINE_GRAIN * held // total if total else 0
            self._shares_of[name] = self._shares_of.get(name, 0) + event
            fees[name] += fee
            self.revalued[name] += whole - event

    _shares_of: dict[str, int] = field(default_factory=dict)
    """Fine-grained gains of providers in the transaction at hand."""

    def _trader(self, group: Sequence[Event]) -> str:
        for name, role in _TRADERS.items():
            for event in group:
                if event.name == name:
                    address = str(event.args[role])
                    return self.names.party_at.get(address, address)
        return ""

    def _nobody_else(self, nets: Mapping[str, Net]) -> None:
        for holder, net in nets.items():
            if (net.now or net.last) and holder not in self.names.parties:
                fact = f"{net.now} units went to {holder or 'nobody'}, behind which nobody stands"
                raise CheckError(fact, "Name the contract in the demo's custody")

    def _post(
        self, nets: Mapping[str, Net], fees: dict[str, int], royalties: dict[str, int], trader: str, kind: str
    ) -> None:
        gains = {name: net.now * FINE_GRAIN for name, net in nets.items()}
        for name, net in nets.items():
            self.revalued[name] += (net.last - net.now) * FINE_GRAIN
        for name, amount in self._shares_of.items():
            gains[name] = gains.get(name, 0) + amount
        self._shares_of.clear()
        for part, amounts in (("fee", fees), ("royalty", royalties)):
            whole = sum(amounts.values())
            if not whole or not trader:
                continue
            found = defaultdict(int, amounts)
            found[trader] -= whole
            self.post(part, found)
            for name, amount in found.items():
                gains[name] = gains.get(name, 0) - amount
        self.post(kind, gains)


@dataclass(slots=True)
class _Held:
    """What contracts hold for others at one moment."""

    royalty: dict[str, int]
    bids: dict[str, int]
    owed: dict[Piece, str]
    fees: dict[str, int]
    claims: dict[str, dict[str, int]]

    @classmethod
    def of(cls, custody: Custody, where: set[str], last: Callable[[Piece], int]) -> _Held:
        pools = custody.pools
        touched = [pool for address, pool in pools.items() if address in where]
        claims = {}
        for pool in touched:
            if pool.shared:
                claims[pool.address] = lp_claims(pool, pool_worth(pool, last), FINE_GRAIN)
        fees = {pool.address: pool.protocol_fees for pool in touched}
        return cls(
            defaultdict(int, custody.royalty), defaultdict(int, custody.in_bids()),
            dict(custody.bid_pieces), defaultdict(int, fees), claims,
        )  # fmt: skip


def _main_kind(group: Sequence[Event], liquidity: bool) -> str:
    if any(event.name in SALES for event in group):
        return "discount"
    return "liquidity" if liquidity else "trade"
