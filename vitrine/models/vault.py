"""Twin of `LendingVault`: replays every entry to the unit, refusals included.

    vault = VaultModel(RateModel.from_aprs(...), anchor_rate=..., clock=...)
    vault.world = World(clock=now)             # what the vault sees of the rest of the chain
    shares = vault.deposit("supplier", 10**9)  # raises RefusedError where the contract reverts
    with vault.group() as market:              # what the credit desk does between `hold` and `free`
        shares = vault.draw_down(10**8)

A refused entry leaves no trace. Allowances are left out: owners act for themselves.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from vitrine.errors import StateError
from vitrine.models.interest import MAX_BOOK, MAX_RATE, RateModel, accrue, utilisation
from vitrine.models.shares import to_assets_down, to_assets_up, to_shares_down, to_shares_up
from vitrine.models.tips import bounded, quote_tips
from vitrine.models.wad import debt_to_assets_up, debt_to_shares_down, debt_to_shares_up, zero_floor_sub
from vitrine.units import BPS, MAX_UINT128, WAD, bps_up, mul_div_down

MAX_UTILISATION: Final = 95 * WAD // 100
MAX_SUPPLY: Final = 2**96
MAX_DEBT_SHARES: Final = 2**112 - 1
MAX_RESERVE_FACTOR_BPS: Final = 5_000


class RefusedError(StateError):
    """The contract would revert with the error `name`."""

    def __init__(self, name: str, *numbers: int) -> None:
        self.name = name
        shown = ", ".join(str(number) for number in numbers)
        super().__init__(f"The vault refuses: {name}({shown})", "Read the state again and adapt the request")


class World(NamedTuple):
    """What an entry finds outside the vault."""

    clock: int = 0  # group clock, seconds
    paused: bool = False
    fresh_round: bool = False  # the desk's newest price round landed in this block
    cover: int = 0  # what the cover has available


class LossParts(NamedTuple):
    """Who bears a loss."""

    by_reserve: int
    by_cover: int
    by_suppliers: int


class Filled(NamedTuple):
    """One queue request served; `assets` 0: the shares were handed back."""

    request_id: int
    owner: str
    shares: int
    assets: int


def _whole(amount: int) -> int:
    return amount


@dataclass
class VaultModel:
    """State of the vault. Accounts are any hashable names, addresses as a rule."""

    rate_model: RateModel
    anchor_rate: int
    clock: int
    decimals: int = 6
    cash: int = 0
    reserve: int = 0
    debt_assets: int = 0
    debt_shares: int = 0
    reserve_factor_bps: int = 1_000
    marked_shares: int = 0
    marked_collateral: int = 0
    supply: int = 0
    queued_shares: int = 0
    head: int = 0
    tail: int = 0
    total_credits: int = 0
    supply_cap: int = -1  # default: MAX_SUPPLY in whole tokens
    max_tip: int = -1  # default: 100 whole tokens
    min_request: int = -1  # default: what 10 whole tokens buy at par
    balances: dict[str, int] = field(default_factory=dict)
    credits: dict[str, int] = field(default_factory=dict)
    requests: dict[int, tuple[str, int]] = field(default_factory=dict)
    world: World = field(default_factory=World)
    arrives: Callable[[int], int] = _whole  # what is left of a transfer to the vault

    def __post_init__(self) -> None:
        one = 10**self.decimals
        if self.max_tip < 0:
            self.max_tip = 100 * one
        if self.supply_cap < 0:
            self.supply_cap = MAX_SUPPLY // one * one
        if self.min_request < 0:
            self.min_request = 10 * one * 10**6

    # -- all or nothing ----------------------------------------------------------------------------

    def _save(self) -> dict[str, Any]:
        return {k: dict(v) if isinstance(v, dict) else v for k, v in vars(self).items()}

    @contextlib.contextmanager
    def _entry(self, *, priced: bool = False) -> Iterator[None]:
        saved = self._save()
        try:
            self.accrue()
            if priced and self.world.fresh_round and self.floating():
                raise RefusedError("RoundInThisBlock")
            yield
        except RefusedError:
            vars(self).update(saved)
            raise

    @contextlib.contextmanager
    def group(self) -> Iterator[VaultModel]:
        """Between `hold` and `free`: the entries of the desk, undone together when one is refused."""
        with self._entry():
            yield self

    # -- views, at the world's clock when `accrue` has run -----------------------------------------

    def accrue(self) -> int:
        """Books interest up to the world's clock; returns it."""
        elapsed = self.world.clock - self.clock
        if elapsed == 0:
            return 0
        booked = accrue(
            self.rate_model, self.anchor_rate, elapsed, cash=self.cash, debt_assets=self.debt_assets,
            debt_shares=self.debt_shares, marked_shares=self.marked_shares,
            reserve_factor_bps=self.reserve_factor_bps,
        )  # fmt: skip
        self.anchor_rate, self.clock = booked.anchor_rate, self.world.clock
        self.debt_assets += booked.interest
        self.reserve += booked.to_reserve
        return booked.interest

    def supply_assets(self) -> int:
        """What a depositor pays for."""
        return zero_floor_sub(self.cash + self.debt_assets, self.reserve)

    def redeemable_assets(self) -> int:
        """What a leaver gets a part of."""
        uncovered = zero_floor_sub(self.floating(), self.reserve)
        return zero_floor_sub(self.supply_assets(), zero_floor_sub(uncovered, self.world.cover))

    def floating(self) -> int:
        """Debt of marked accounts above the collateral they were marked with."""
        if not self.marked_shares:
            return 0
        return zero_floor_sub(self.debt_of(self.marked_shares), self.marked_collateral)

    def debt_of(self, shares: int) -> int:
        return debt_to_assets_up(shares, self.debt_assets, self.debt_shares)

    def utilisation(self) -> int:
        return utilisation(self.cash, self.debt_assets)

    def rates(self) -> tuple[int, int]:
        """In force, and called for."""
        target = min(self.rate_model.target(self.utilisation()), MAX_RATE)
        return min(target, self.anchor_rate), target

    def free_cash(self) -> int:
        """Cash for instant exits: what the queue would take goes first."""
        if not self.queued_shares:
            return self.cash
        queued = to_assets_up(self.queued_shares, self.redeemable_assets(), self.supply)
        return zero_floor_sub(self.cash, queued)

    def max_deposit(self) -> int:
        if self.world.paused or self._closed_by_round():
            return 0
        total = self.supply_assets()
        most = to_assets_down(MAX_UINT128 - self.supply, total, self.supply)
        return min(zero_floor_sub(self.supply_cap, total), most)

    def max_exit(self, owner: str) -> tuple[int, int]:
        """`maxWithdraw` and `maxRedeem` of `owner`."""
        if self._closed_by_round():
            return 0, 0
        total, free = self.redeemable_assets(), self.free_cash()
        shares = self.balances.get(owner, 0)
        assets = to_assets_down(shares, total, self.supply)
        if assets > free:
            assets, shares = free, to_shares_down(free, total, self.supply)
        return assets, shares if to_assets_down(shares, total, self.supply) else 0

    def _closed_by_round(self) -> bool:
        return self.world.fresh_round and self.floating() > 0

    # -- suppliers ---------------------------------------------------------------------------------

    def deposit(self, owner: str, assets: int) -> int:
        """Shares minted to `owner` for what arrives of `assets`."""
        with self._entry(priced=True):
            total = self._require_room(assets)
            arrived = self.arrives(assets)
            shares = to_shares_down(arrived, total, self.supply)
            self._issue(owner, arrived, shares)
        return shares

    def mint(self, owner: str, shares: int) -> int:
        """Assets paid for exactly `shares`."""
        with self._entry(priced=True):
            assets = to_assets_up(_bounded(shares), self.supply_assets(), self.supply)
            self._require_room(assets)
            arrived = self.arrives(assets)
            if arrived < assets:
                raise RefusedError("ArrivedShort", arrived, assets)
            self._issue(owner, assets, shares)
        return assets

    def withdraw(self, owner: str, assets: int) -> int:
        """Shares burned for exactly `assets`."""
        with self._entry(priced=True):
            self._require_cash(assets)
            shares = to_shares_up(assets, self.redeemable_assets(), self.supply)
            self._pay_out(owner, assets, shares)
        return shares

    def redeem(self, owner: str, shares: int) -> int:
        """Assets paid for `shares`."""
        with self._entry(priced=True):
            assets = to_assets_down(_bounded(shares), self.redeemable_assets(), self.supply)
            self._require_cash(assets)
            self._pay_out(owner, assets, shares)
        return assets

    def transfer(self, owner: str, receiver: str, shares: int) -> None:
        held = self.balances.get(owner, 0)
        if shares > held:
            raise RefusedError("ERC20InsufficientBalance", held, shares)
        self.balances[owner] = held - shares
        self.balances[receiver] = self.balances.get(receiver, 0) + shares

    def request_redeem(self, owner: str, shares: int) -> int:
        """Id of the request."""
        held = self.balances.get(owner, 0)
        if shares == 0 or (shares < self.min_request and shares != held):
            raise RefusedError("RequestTooSmall", shares, self.min_request)
        if shares > held:
            raise RefusedError("ERC20InsufficientBalance", held, shares)
        self.balances[owner] = held - shares
        self.queued_shares += shares
        self.requests[self.tail] = (owner, shares)
        self.tail += 1
        return self.tail - 1

    def cancel_request(self, owner: str, request_id: int) -> int:
        """Shares given back."""
        if request_id not in self.requests or self.requests[request_id][0] != owner:
            raise RefusedError("NoSuchRequest", request_id)
        _, shares = self.requests.pop(request_id)
        self._hand_back(owner, shares)
        return shares

    def fill_queue(self, max_requests: int) -> list[Filled]:
        """Requests served from free cash, cancelled ones counted."""
        filled: list[Filled] = []
        with self._entry(priced=True):
            total = self.redeemable_assets()
            while self.head != self.tail and max_requests and total:
                max_requests -= 1
                owner, waiting = self.requests.get(self.head, ("", 0))
                shares, assets = waiting, to_assets_down(waiting, total, self.supply)
                if assets > self.cash:
                    if self.cash == 0:
                        break
                    assets = self.cash
                    shares = min(to_shares_up(assets, total, self.supply), waiting)
                request_id = self.head
                if shares == waiting:
                    self.requests.pop(request_id, None)
                    self.head += 1
                else:
                    self.requests[request_id] = (owner, waiting - shares)
                if assets:
                    total = zero_floor_sub(total, assets)
                    self.supply -= shares
                    self.queued_shares -= shares
                    self._credit(owner, assets)
                elif shares:
                    self._hand_back(owner, shares)
                if shares:
                    filled.append(Filled(request_id, owner, shares, assets))
        return filled

    def claim(self, owner: str) -> int:
        assets = self.credits.pop(owner, 0)
        self.total_credits -= assets
        return assets

    def fund_reserve(self, assets: int) -> int:
        with self._entry():
            arrived = self.arrives(assets)
            self.cash += arrived
            self.reserve += arrived
            self._check_book()
        return arrived

    # -- the desk, inside `group()` ----------------------------------------------------------------

    def draw_down(self, assets: int, max_rate: int = MAX_RATE) -> int:
        """Debt shares booked for a loan."""
        if self.world.paused:
            raise RefusedError("GroupPaused")
        if self.queued_shares:
            raise RefusedError("QueueNotEmpty", self.queued_shares)
        if assets > self.cash:
            raise RefusedError("NotEnoughCash", self.cash, assets)
        shares = debt_to_shares_up(assets, self.debt_assets, self.debt_shares)
        self.cash -= assets
        self.debt_assets += assets
        self.debt_shares += shares
        used = self.utilisation()
        if used > MAX_UTILISATION:
            raise RefusedError("UtilisationAboveMax", used, MAX_UTILISATION)
        rate = min(self.rate_model.target(used), self.anchor_rate)
        if rate > max_rate:
            raise RefusedError("RateAboveMax", rate, max_rate)
        self._check_book()
        return shares

    def collect_payment(
        self, max_assets: int, account_shares: int, fine_bps: int = 0, flagger: str = "", starter: str = ""
    ) -> tuple[int, int, int]:
        """Debt shares burned, debt repaid, fine."""
        debt = self.debt_of(account_shares)
        repaid = min(debt, mul_div_down(max_assets, BPS, BPS + fine_bps))
        fine = bps_up(repaid, fine_bps)
        arrived = self.arrives(repaid + fine)
        if arrived < repaid + fine:
            repaid = mul_div_down(arrived, BPS, BPS + fine_bps)
            fine = arrived - repaid
        shares = self._repay(account_shares, debt, repaid)
        self.cash += arrived
        self.reserve += fine
        if fine:
            self._pay_tips(fine, repaid, flagger, starter, "", from_reserve=True)
        self._sweep_dust()
        return shares, repaid, fine

    def book_sale(
        self,
        account: str,
        account_shares: int,
        proceeds: int,
        flagger: str = "",
        starter: str = "",
        settler: str = "",
    ) -> tuple[int, int, int]:
        """Debt shares burned, debt repaid, surplus before tips."""
        debt = self.debt_of(account_shares)
        repaid = min(debt, proceeds)
        surplus = proceeds - repaid
        shares = self._repay(account_shares, debt, repaid)
        self.cash += proceeds
        if surplus:
            paid = self._pay_tips(surplus, repaid, flagger, starter, settler, from_reserve=False)
            self._credit(account, surplus - paid)
        self._sweep_dust()
        return shares, repaid, surplus

    def pay_tips(self, repaid: int, flagger: str = "", starter: str = "", settler: str = "") -> None:
        """Tips of a sale without a surplus, from the reserve less the floating bad debt."""
        most = min(zero_floor_sub(self.reserve, self.floating()), self.cash)
        self._pay_tips(most, repaid, flagger, starter, settler, from_reserve=True)

    def _pay_tips(
        self, most: int, repaid: int, flagger: str, starter: str, settler: str, *, from_reserve: bool
    ) -> int:
        there = {"flagged": bool(flagger), "started": bool(starter), "settled": bool(settler)}
        tips = bounded(quote_tips(repaid, self.max_tip, **there), most)
        for payee, tip in ((settler, tips.settle), (starter, tips.start), (flagger, tips.warn)):
            self._credit(payee, tip, from_reserve=from_reserve)
        return sum(tips)

    def realise_loss(self, shares: int, cover_pays: int | None = None) -> LossParts:
        """Books the debt of `shares` as lost; the cover sends `cover_pays`, by default all it has."""
        all_of_it = shares == self.debt_shares
        loss = self.debt_assets if all_of_it else min(self.debt_of(shares), self.debt_assets)
        self.debt_assets -= loss
        self.debt_shares -= shares
        by_reserve = min(loss, self.reserve)
        self.reserve -= by_reserve
        paid = self.world.cover if cover_pays is None else cover_pays
        by_cover = min(paid, loss - by_reserve)
        self.cash += by_cover
        return LossParts(by_reserve, by_cover, loss - by_reserve - by_cover)

    def remark(self, old: tuple[int, int], new: tuple[int, int]) -> None:
        """Replaces one account's (shares, collateral) in the marks."""
        self.marked_shares += new[0] - old[0]
        self.marked_collateral += new[1] - old[1]

    # -- internal ----------------------------------------------------------------------------------

    def _require_room(self, assets: int) -> int:
        if self.world.paused:
            raise RefusedError("GroupPaused")
        total = self.supply_assets()
        room = zero_floor_sub(self.supply_cap, total)
        if assets > room:
            raise RefusedError("SupplyCapExceeded", assets, room)
        return total

    def _require_cash(self, assets: int) -> None:
        free = self.free_cash()
        if assets > free:
            raise RefusedError("NotEnoughCash", free, assets)

    def _issue(self, owner: str, assets: int, shares: int) -> None:
        if assets == 0 or shares == 0:
            raise RefusedError("NothingForIt", assets, shares)
        _bounded(self.supply + shares)
        self.cash += assets
        self._check_book()
        self.supply += shares
        self.balances[owner] = self.balances.get(owner, 0) + shares

    def _pay_out(self, owner: str, assets: int, shares: int) -> None:
        if assets == 0 or shares == 0:
            raise RefusedError("NothingForIt", assets, shares)
        held = self.balances.get(owner, 0)
        if shares > held:
            raise RefusedError("ERC20InsufficientBalance", held, shares)
        self.balances[owner] = held - shares
        self.supply -= shares
        self.cash -= assets

    def _hand_back(self, owner: str, shares: int) -> None:
        self.queued_shares -= shares
        self.balances[owner] = self.balances.get(owner, 0) + shares

    def _repay(self, account_shares: int, debt: int, repaid: int) -> int:
        all_of_it = repaid == debt
        down = debt_to_shares_down(repaid, self.debt_assets, self.debt_shares)
        shares = account_shares if all_of_it else down
        self.debt_shares -= shares
        self.debt_assets = zero_floor_sub(self.debt_assets, repaid)
        return shares

    def _sweep_dust(self) -> None:
        if self.debt_shares == 0:
            self.reserve -= min(self.debt_assets, self.reserve)
            self.debt_assets = 0
        self._check_book()

    def _credit(self, payee: str, assets: int, *, from_reserve: bool = False) -> None:
        if assets == 0:
            return
        self.cash -= assets
        self.reserve -= assets if from_reserve else 0
        self.credits[payee] = self.credits.get(payee, 0) + assets
        self.total_credits += assets

    def _check_book(self) -> None:
        most = max(self.cash, self.reserve, self.debt_assets)
        if most > MAX_BOOK:
            raise RefusedError("Overflow", most, 104)
        if self.debt_shares > MAX_DEBT_SHARES:
            raise RefusedError("Overflow", self.debt_shares, 112)


def _bounded(amount: int) -> int:
    if amount > MAX_UINT128:
        raise RefusedError("Overflow", amount, 128)
    return amount
