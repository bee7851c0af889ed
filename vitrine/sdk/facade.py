"""One deployment, opened."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from vitrine.chain.client import Chain
from vitrine.chain.contract import Call, Contract
from vitrine.chain.reverts import Money
from vitrine.chain.transaction import BlockTag, Receipt
from vitrine.registry import Artifacts, Deployment
from vitrine.sdk.auctions import AuctionClient
from vitrine.sdk.bids import BidClient
from vitrine.sdk.desk import DeskClient
from vitrine.sdk.loans import LoanClient
from vitrine.sdk.market import MarketClient
from vitrine.sdk.oracle import OracleClient
from vitrine.sdk.pools import PoolClient
from vitrine.sdk.preview import Previewer
from vitrine.sdk.royalties import RoyaltyClient
from vitrine.sdk.seaport.client import SeaportClient
from vitrine.sdk.tokens import Needs, TokenClient
from vitrine.sdk.vault import VaultClient


@dataclass(frozen=True, slots=True)
class MarketContracts:
    """What keepers talk to."""

    lens: Contract
    desk: Contract
    auction: Contract
    vault: Contract


class Vitrine:
    """The contracts of one deployment on one chain.

    `.vault` `.desk` `.auctions` `.oracle` `.pools` `.aggregator` `.loans` `.bids` `.seaport` `.royalties`
    `.tokens` speak in typed values, `.contract(name)` is the raw one.
    """

    def __init__(self, chain: Chain, deployment: Deployment, artifacts: Artifacts) -> None:
        self.chain = chain
        self.deployment = deployment
        self.artifacts = artifacts
        asset = deployment.asset
        self.money = Money(asset.symbol, asset.decimals) if asset else Money("units", 0)
        chain.money = self.money
        chain.names = {item.address: name for name, item in deployment.contracts.items()}
        self._contracts: dict[str, Contract] = {}

    def on(self, chain: Chain) -> Vitrine:
        """The same deployment on another view of the chain, a fork of it for example."""
        return Vitrine(chain, self.deployment, self.artifacts)

    def contract(self, name: str) -> Contract:
        """A contract by its name in the deployment record: `CreditDesk`, `asset`, `punks` …"""
        found = self._contracts.get(name)
        if found is None:
            record = self.deployment.contracts.get(name)
            if record is not None:
                found = Contract(record.address, self.artifacts.interface(record.artifact))
            elif name == "asset" and self.deployment.asset:
                found = self.tokens.erc20(self.deployment.asset.address)
            else:
                found = self.tokens.erc721(self.deployment.collection(name).address)
            self._contracts[name] = found
        return found

    def collection(self, name: str) -> str:
        """Address of a collection, by name or address."""
        return self.deployment.collection(name).address

    def name_of(self, collection: str) -> str:
        """Name of a collection, by address."""
        return self.deployment.name_of(collection)

    @property
    def market(self) -> MarketContracts:
        """The raw contracts of the lending group."""
        return MarketContracts(
            self.contract("AccountLens"),
            self.contract("CreditDesk"),
            self.contract("LiquidationAuction"),
            self.contract("LendingVault"),
        )

    @cached_property
    def tokens(self) -> TokenClient:
        return TokenClient(self.chain, self.deployment)

    @cached_property
    def vault(self) -> VaultClient:
        return VaultClient(self.chain, self.contract("LendingVault"))

    @cached_property
    def desk(self) -> DeskClient:
        return DeskClient(
            self.chain,
            self.contract("CreditDesk"),
            self.contract("TierBook"),
            self.contract("AccountLens"),
            self.deployment.block,
        )

    @cached_property
    def auctions(self) -> AuctionClient:
        return AuctionClient(self.chain, self.contract("LiquidationAuction"), self.deployment.block)

    @cached_property
    def oracle(self) -> OracleClient:
        return OracleClient(self.chain, self.contract("FloorOracle"), self.contract("SignedFloorFeed"))

    @cached_property
    def previews(self) -> Previewer:
        return Previewer(
            self.chain,
            self.contract("AccountLens"),
            self.contract("CreditDesk"),
            self.contract("TierBook"),
            self.contract("Appraisals"),
        )

    @cached_property
    def pools(self) -> PoolClient:
        return PoolClient(
            self.chain,
            self.contract("NFTPoolFactory"),
            self.contract("PoolLens"),
            self.artifacts.interface("NFTPool"),
            self.artifacts.interface("ICurve"),
            self.deployment.block,
        )

    @cached_property
    def bids(self) -> BidClient:
        return BidClient(self.chain, self.contract("StandingBids"), self.deployment.block)

    @cached_property
    def seaport(self) -> SeaportClient:
        return SeaportClient.at(self.chain, self.deployment.address("Seaport"), self.artifacts)

    @cached_property
    def aggregator(self) -> MarketClient:
        names = ("MarketTill", "PoolVenue", "SeaportVenue")
        return MarketClient(self.contract("MarketRouter"), *(self.deployment.address(name) for name in names))

    @cached_property
    def loans(self) -> LoanClient:
        return LoanClient(self.contract("LoanRouter"), self.deployment.address("MarketTill"))

    @cached_property
    def royalties(self) -> RoyaltyClient:
        return RoyaltyClient(self.chain, self.contract("RoyaltyEngine"))

    def read(self, call: Call, block: BlockTag = "latest") -> object:
        return self.chain.read(call, block=block)

    def send(self, call: Call, sender: str, *, approve: bool = False, needs: Needs | None = None) -> Receipt:
        """Sends one call. `needs` is checked first: what is missing is approved, or said."""
        return self.send_all([call], sender, approve=approve, needs=needs)[-1]

    def send_all(
        self, calls: Sequence[Call], sender: str, *, approve: bool = False, needs: Needs | None = None
    ) -> list[Receipt]:
        """Sends calls in order, after the approvals they need."""
        first: Iterable[Call] = self.tokens.missing(needs, sender, approve=approve) if needs else ()
        return [self.chain.send(call, sender) for call in (*first, *calls)]
