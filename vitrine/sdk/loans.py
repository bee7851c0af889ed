"""Buying with a loan, and selling to repay one."""

from __future__ import annotations

from vitrine.chain.contract import Call, Contract
from vitrine.units import MAX_UINT256

Words = tuple[str, str, list[int], int, bytes]
"""`Fill` of the router: venue, collection, ids, limit, data."""


class LoanClient:
    """`LoanRouter`. It must be an operator of the account; what a buyer adds himself goes by the till."""

    def __init__(self, contract: Contract, till: str) -> None:
        self.contract = contract
        self.address = contract.address
        self.till = till

    def buy(
        self,
        fill: Words,
        borrow: int,
        seen: int,
        max_move_bps: int,
        deadline: int,
        max_rate: int = MAX_UINT256,
    ) -> Call:
        """Buys and pledges the NFTs of `fill`, with `borrow` from the vault and the rest from the caller.

        :param seen: oracle mid the buyer decided on; it may have moved by `max_move_bps` either way
        """
        return self.contract.buyWithLoan(fill, borrow, max_rate, seen, max_move_bps, deadline)

    def sell_and_repay(self, account: str, fill: Words, deadline: int) -> Call:
        """Sells pledged NFTs for at least the limit of `fill`: debt first, the rest to the account."""
        return self.contract.sellAndRepay(account, fill, deadline)
