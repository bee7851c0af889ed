"""The asset and the collections: balances, and what has to be approved before a call can work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from vitrine.chain.client import Chain
from vitrine.chain.codec import checksum
from vitrine.chain.contract import Call, Contract, Interface
from vitrine.chain.reverts import Money
from vitrine.errors import StateError
from vitrine.registry import Deployment
from vitrine.units import MAX_UINT256


def _entry(name: str, inputs: str, outputs: str = "", view: bool = True) -> dict[str, object]:
    def parts(text: str) -> list[dict[str, str]]:
        return [{"name": "", "type": part} for part in text.split()]

    kind = "view" if view else "nonpayable"
    return {
        "type": "function",
        "name": name,
        "stateMutability": kind,
        "inputs": parts(inputs),
        "outputs": parts(outputs),
    }


# USDT returns nothing from transfer and approve: nothing is decoded.
ERC20: Final = Interface(
    "ERC20",
    [
        _entry("balanceOf", "address", "uint256"),
        _entry("allowance", "address address", "uint256"),
        _entry("decimals", "", "uint8"),
        _entry("symbol", "", "string"),
        _entry("approve", "address uint256", view=False),
        _entry("transfer", "address uint256", view=False),
    ],
)
OPERATORS: Final = Interface(
    "Operators",
    [
        _entry("isOperator", "address address", "bool"),
        _entry("setOperator", "address bool", view=False),
    ],
)
ERC721: Final = Interface(
    "ERC721",
    [
        _entry("ownerOf", "uint256", "address"),
        _entry("balanceOf", "address", "uint256"),
        _entry("getApproved", "uint256", "address"),
        _entry("isApprovedForAll", "address address", "bool"),
        _entry("setApprovalForAll", "address bool", view=False),
        _entry("approve", "address uint256", view=False),
    ],
)

Nft = tuple[str, int]
"""Collection and token id."""


@dataclass(frozen=True, slots=True)
class Needs:
    """What a call takes from its sender: `assets` pulled by `spender`, NFTs moved by `mover`, and `operator`
    acts for its account in the lending group."""

    assets: int = 0
    spender: str = ""
    nfts: Sequence[Nft] = ()
    mover: str = ""
    operator: str = ""


class TokenClient:
    """ERC-20 and ERC-721 of a deployment."""

    def __init__(self, chain: Chain, deployment: Deployment) -> None:
        self._chain = chain
        self._deployment = deployment

    @cached_property
    def asset(self) -> Contract:
        record = self._deployment.asset
        if record is None:
            raise StateError("The deployment is half-way", "Run `vitrine deploy` to resume it")
        return self.erc20(record.address)

    def erc20(self, address: str) -> Contract:
        return Contract(address, ERC20)

    def erc721(self, address: str) -> Contract:
        return Contract(address, ERC721)

    def balance(self, account: str) -> int:
        return int(self._chain.read(self.asset.balanceOf(account)))

    def owner(self, collection: str, token_id: int) -> str | None:
        """Who owns the token; None when there is none."""
        found = self._chain.read_or(self.erc721(collection).ownerOf(token_id), None)
        return None if found is None else checksum(found)

    def allowance(self, account: str, spender: str) -> int:
        return int(self._chain.read(self.asset.allowance(account, spender)))

    @cached_property
    def _operators(self) -> Contract:
        return Contract(self._deployment.address("Operators"), OPERATORS)

    def is_operator(self, account: str, operator: str) -> bool:
        """Whether `operator` may act for the account in the lending group."""
        return bool(self._chain.read(self._operators.isOperator(account, operator)))

    def missing(self, needs: Needs, sender: str, *, approve: bool) -> list[Call]:
        """The approvals that are missing; without `approve`, a sentence about the first of them.

        What no approval can cure, too little money or somebody else's NFT, is said either way.
        """
        return [
            *self._missing_assets(needs, sender, approve),
            *self._missing_nfts(needs, sender, approve),
            *self._missing_operator(needs, sender, approve),
        ]

    def _missing_operator(self, needs: Needs, sender: str, approve: bool) -> list[Call]:
        if not needs.operator:
            return []
        if self.is_operator(sender, needs.operator):
            return []
        if not approve:
            fact = f"The {self._deployment.name_of(needs.operator)} may not act for {sender}"
            raise StateError(fact, "Add --approve to make it an operator of the account first")
        return [self._operators.setOperator(needs.operator, True)]

    def _missing_assets(self, needs: Needs, sender: str, approve: bool) -> list[Call]:
        if not needs.assets:
            return []
        record = self._deployment.asset
        money = Money(record.symbol, record.decimals) if record else Money("units", 0)
        asset = self.asset
        balance, allowance = self._chain.read_many(
            [asset.balanceOf(sender), asset.allowance(sender, needs.spender)]
        )
        if balance < needs.assets:
            fact = f"{sender} has {money.text(balance)}, {money.text(needs.assets)} is needed"
            raise StateError(fact, "Use less, or fund the account first")
        if allowance >= needs.assets:
            return []
        if not approve:
            needed = money.text(needs.assets)
            spender = self._deployment.name_of(needs.spender)
            fact = f"The {spender} may spend {money.text(allowance)} of {sender}, {needed} is needed"
            raise StateError(fact, "Add --approve to approve exactly that first")
        # USDT refuses to change an allowance that is neither zero nor set to zero.
        reset = [asset.approve(needs.spender, 0)] if allowance else []
        return [*reset, asset.approve(needs.spender, min(needs.assets, MAX_UINT256))]

    def _missing_nfts(self, needs: Needs, sender: str, approve: bool) -> list[Call]:
        calls: list[Call] = []
        for collection, token_id in needs.nfts:
            nft = self.erc721(collection)
            owner = self._chain.read_or(nft.ownerOf(token_id), None)
            name = self._deployment.name_of(collection)
            if owner is None:
                raise StateError(f"There is no token {token_id} in {name}", "Check the token id")
            if checksum(owner) != checksum(sender):
                whom = self._deployment.name_of(checksum(owner))
                fact = f"{name}:{token_id} belongs to {whom}, not to {sender}"
                raise StateError(fact, "Use a token of your own, or another --sender")
            for_all, single = self._chain.read_many(
                [nft.isApprovedForAll(sender, needs.mover), nft.getApproved(token_id)]
            )
            if for_all or checksum(single) == checksum(needs.mover):
                continue
            if not approve:
                fact = f"The {self._deployment.name_of(needs.mover)} may not move {name}:{token_id}"
                raise StateError(fact, "Add --approve to approve exactly that token first")
            calls.append(nft.approve(needs.mover, token_id))
        return calls
