"""Looks at the finished deployment with fresh eyes: who points to whom, who may do what."""

from __future__ import annotations

from typing import Final

from vitrine.deploy import roles
from vitrine.deploy.deployers import Deployer
from vitrine.errors import CheckError, StateError
from vitrine.registry import Deployment

# Contract, view, contract it must answer with.
POINTERS: Final = (
    ("Pauser", "authority", "Authority"),
    ("SignedFloorFeed", "authority", "Authority"),
    ("Appraisals", "authority", "Authority"),
    ("FloorOracle", "authority", "Authority"),
    ("FloorOracle", "appraisals", "Appraisals"),
    ("LendingVault", "authority", "Authority"),
    ("LendingVault", "PAUSER", "Pauser"),
    ("LendingVault", "DESK", "CreditDesk"),
    ("LendingVault", "rateModel", "KinkedRateModel"),
    ("CreditDesk", "authority", "Authority"),
    ("CreditDesk", "VAULT", "LendingVault"),
    ("CreditDesk", "AUCTION", "LiquidationAuction"),
    ("CreditDesk", "BOOK", "TierBook"),
    ("CreditDesk", "APPRAISALS", "Appraisals"),
    ("CreditDesk", "OPERATORS", "Operators"),
    ("LiquidationAuction", "authority", "Authority"),
    ("LiquidationAuction", "SELLER", "CreditDesk"),
    ("LiquidationAuction", "ORACLE", "FloorOracle"),
    ("LiquidationAuction", "PAUSER", "Pauser"),
    ("TierBook", "authority", "Authority"),
    ("TierBook", "ORACLE", "FloorOracle"),
    ("TierBook", "APPRAISALS", "Appraisals"),
    ("TierBook", "DESK", "CreditDesk"),
    ("AccountLens", "DESK", "CreditDesk"),
    ("AccountLens", "VAULT", "LendingVault"),
    ("AccountLens", "BOOK", "TierBook"),
    ("AccountLens", "AUCTION", "LiquidationAuction"),
    ("AccountLens", "ORACLE", "FloorOracle"),
    ("FlashClaim", "DESK", "CreditDesk"),
    ("RoyaltyEngine", "authority", "Authority"),
    ("NFTPool", "ROYALTIES", "RoyaltyEngine"),
    ("NFTPool", "FACTORY", "NFTPoolFactory"),
    ("NFTPoolFactory", "authority", "Authority"),
    ("NFTPoolFactory", "implementation", "NFTPool"),
    ("PoolVenue", "FACTORY", "NFTPoolFactory"),
    ("MarketTill", "MARKET_ROUTER", "MarketRouter"),
    ("MarketTill", "LOAN_ROUTER", "LoanRouter"),
    ("MarketRouter", "authority", "Authority"),
    ("MarketRouter", "TILL", "MarketTill"),
    ("LoanRouter", "TILL", "MarketTill"),
    ("LoanRouter", "ROUTER", "MarketRouter"),
    ("LoanRouter", "DESK", "CreditDesk"),
    ("LoanRouter", "VAULT", "LendingVault"),
    ("LoanRouter", "ORACLE", "FloorOracle"),
    ("LoanRouter", "OPERATORS", "Operators"),
    ("DepthLens", "authority", "Authority"),
    ("DepthLens", "BOOK", "TierBook"),
    ("DepthLens", "ORACLE", "FloorOracle"),
    ("DepthLens", "FACTORY", "NFTPoolFactory"),
    ("DepthLens", "BIDS", "StandingBids"),
    ("SeaportVenue", "SEAPORT", "Seaport"),
    ("StandingBids", "AUCTION", "LiquidationAuction"),
    ("StandingBids", "ORACLE", "FloorOracle"),
    ("StandingBids", "APPRAISALS", "Appraisals"),
    ("SeaportBidExit", "SEAPORT", "Seaport"),
    ("PoolExit", "AUCTION", "LiquidationAuction"),
    ("PoolExit", "FACTORY", "NFTPoolFactory"),
    ("PoolTaker", "AUCTION", "LiquidationAuction"),
    ("PoolTaker", "FACTORY", "NFTPoolFactory"),
)


def verify(record: Deployment, deployer: Deployer) -> None:
    """Raises `CheckError` with the first difference."""

    def ask(name: str, view: str, *args: object) -> object:
        contract = record.contracts[name]
        try:
            return deployer.read(contract.artifact, contract.address, view, args)
        except StateError:
            fact = f"{name} at {contract.address} does not answer {view}(): it is another contract"
            raise CheckError(fact, "Move the record away and deploy anew") from None

    for name, contract in record.contracts.items():
        if not deployer.code(contract.address):
            raise CheckError(f"There is no code at {name} ({contract.address})", "Deploy anew")
    for name, view, target in POINTERS:
        found, expected = str(ask(name, view)), record.contracts[target].address
        if found.lower() != expected.lower():
            fact = f"{name}.{view}() is {found}, {target} is at {expected}"
            raise CheckError(fact, "Move the record away and deploy anew")
    if record.asset is not None:
        for name, view in (
            ("LendingVault", "asset"),
            ("LiquidationAuction", "ASSET"),
            ("FloorOracle", "asset"),
            ("RoyaltyEngine", "asset"),
            ("NFTPool", "asset"),
            ("MarketTill", "ASSET"),
            ("MarketRouter", "ASSET"),
            ("LoanRouter", "ASSET"),
            ("SeaportVenue", "ASSET"),
            ("SeaportBidExit", "ASSET"),
            ("StandingBids", "ASSET"),
        ):
            if str(ask(name, view)).lower() != record.asset.address.lower():
                raise CheckError(f"{name}.{view}() is not the asset {record.asset.address}", "Deploy anew")
    governor_is_deployer = _has(ask("Authority", "hasRole", roles.GOVERNOR, deployer.address))
    if _has(ask("Authority", "hasRole", roles.ADMIN, deployer.address)) and not governor_is_deployer:
        fact = f"The deployer {deployer.address} still is admin"
        raise CheckError(fact, "Let it call Authority.renounceRole(0, itself)")


def _has(answer: object) -> bool:
    """`hasRole` answers (is member, delay)."""
    return bool(answer[0]) if isinstance(answer, list | tuple) else bool(answer)
