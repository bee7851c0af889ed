"""The money: supply, redeem, queue, claims, rates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from vitrine.chain.client import Chain
from vitrine.chain.contract import Call, Contract
from vitrine.chain.transaction import BlockTag
from vitrine.units import YEAR


@dataclass(frozen=True, slots=True)
class VaultState:
    """The vault at one block. Amounts in asset units, rates in wad per second."""

    cash: int
    debt: int
    debt_shares: int
    supply_assets: int
    redeem_assets: int
    shares: int
    reserve: int
    floating_bad_debt: int
    utilisation_wad: int
    rate: int
    target_rate: int
    queued_shares: int
    credits: int
    supply_cap: int
    reserve_factor_bps: int

    @property
    def apr_wad(self) -> int:
        """Borrow rate in force, a year without compounding."""
        return self.rate * YEAR


@dataclass(frozen=True, slots=True)
class Request:
    """A place in the queue."""

    id: int
    owner: str
    shares: int


@dataclass(frozen=True, slots=True)
class SupplierState:
    """What one account has in the vault."""

    account: str
    shares: int
    redeemable: int
    withdrawable_now: int
    credit: int
    requests: list[Request]


class VaultClient:
    """`LendingVault`."""

    def __init__(self, chain: Chain, contract: Contract) -> None:
        self._chain = chain
        self.contract = contract
        self.address = contract.address

    def state(self, block: BlockTag = "latest") -> VaultState:
        """Everything the vault says about itself, in one batch."""
        v = self.contract
        at = self._chain.block_number() if block == "latest" else block
        answers: list[Any] = self._chain.read_many(
            [
                v.cash(),
                v.debtTotals(),
                v.supplyAssets(),
                v.totalAssets(),
                v.totalSupply(),
                v.reserve(),
                v.floatingBadDebt(),
                v.utilisation(),
                v.rates(),
                v.queuedShares(),
                v.totalCredits(),
                v.supplyCap(),
                v.reserveFactorBps(),
            ],
            block=at,
        )
        cash, debts, supply, redeem, shares, reserve, bad, used, rates, queued, credits_, cap, factor = (
            answers
        )
        return VaultState(
            cash,
            debts.debtAssets,
            debts.debtShares,
            supply,
            redeem,
            shares,
            reserve,
            bad,
            used,
            rates.rate,
            rates.target,
            queued,
            credits_,
            cap,
            factor,
        )

    def supplier(self, account: str) -> SupplierState:
        """Shares, their worth, claims and requests of one account."""
        v = self.contract
        shares, now, credit, bounds = self._chain.read_many(
            [v.balanceOf(account), v.maxWithdraw(account), v.creditOf(account), v.queueBounds()]
        )
        requests = [request for request in self.queue(bounds.head, bounds.tail) if request.owner == account]
        all_shares = shares + sum(request.shares for request in requests)
        redeemable = self._chain.read(v.convertToAssets(all_shares))
        return SupplierState(account, shares, redeemable, now, credit, requests)

    def queue(self, head: int | None = None, tail: int | None = None) -> list[Request]:
        """Requests that wait, in order."""
        if head is None or tail is None:
            bounds = self._chain.read(self.contract.queueBounds())
            head, tail = bounds.head, bounds.tail
        ids = range(head, tail)
        found = self._chain.read_many([self.contract.requestOf(i) for i in ids])
        return [
            Request(i, item.owner, item.shares) for i, item in zip(ids, found, strict=True) if item.shares
        ]

    def supply(self, assets: int, receiver: str) -> Call:
        return self.contract.deposit(assets, receiver)

    def withdraw(self, assets: int, owner: str, receiver: str) -> Call:
        return self.contract.withdraw(assets, receiver, owner)

    def redeem(self, shares: int, owner: str, receiver: str) -> Call:
        return self.contract.redeem(shares, receiver, owner)

    def request_redeem(self, shares: int, owner: str) -> Call:
        return self.contract.requestRedeem(shares, owner)

    def cancel_request(self, request_id: int) -> Call:
        return self.contract.cancelRequest(request_id)

    def fill_queue(self, most: int) -> Call:
        return self.contract.fillQueue(most)

    def claim(self, receiver: str) -> Call:
        return self.contract.claim(receiver)

    def fund_reserve(self, assets: int) -> Call:
        return self.contract.fundReserve(assets)
