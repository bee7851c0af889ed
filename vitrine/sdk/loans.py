"""Buying with a loan, and selling to repay one."""

from __future__ import annotations

from vitrine.chain.contract import Call, Contract
from vitrine.sdk.market import Fill
from vitrine.units import MAX_UINT256


class LoanClient:
    """`LoanRouter`. It must be an operator of the account; what a buyer adds himself goes by the till."""

    def __init__(self, contract: Contract, till: str) -> None:
        self.contract = contract
        self.address = contract.address
        self.till = till

    def buy(
        self,
        fill: Fill,
        borrow: int,
        seen: int,
        max_move_bps: int,
        deadline: int,
        max_rate: int = MAX_UINT256,
    ) -> Call:
        """Buys and pledges the NFTs of `fill`, with `borrow` from the vault and the rest from the caller.

        :param seen: oracle mid the buyer decided on; it may have moved by `max_move_bps` either way
        """
        return self.contract.buyWithLoan(fill.words, borrow, max_rate, seen, max_move_bps, deadline)

    def sell_and_repay(self, account: str, fill: Fill, deadline: int) -> Call:
        """Sells pledged NFTs for at least `fill.limit`: debt first, the rest to the account."""
        return self.contract.sellAndRepay(account, fill.words, deadline)
