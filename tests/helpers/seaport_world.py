"""A node with real Seaport, an asset and a collection, as the package's client and order store see it."""

from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from tests.helpers.accounts import Account
from tests.helpers.anvil import AnvilDriver
from tests.helpers.core import GOVERNOR
from tests.helpers.evm import Contract
from tests.helpers.seaport import SeaportBook, build_seaport, packaged_abi
from vitrine.chain.client import Chain
from vitrine.chain.contract import Call, Interface
from vitrine.chain.contract import Contract as ChainContract
from vitrine.indexer.orders import OrderStore
from vitrine.indexer.orders_sync import OrderSync
from vitrine.indexer.store import Store
from vitrine.sdk.seaport.client import SeaportClient
from vitrine.sdk.seaport.orders import SignedOrder

SELLER, BUYER = Account("seller"), Account("buyer")
FAR = 2**255
PRICE = 1_000 * 10**6


@dataclass
class World:
    driver: AnvilDriver
    chain: Chain
    book: SeaportBook
    asset: Contract
    nft: Contract
    client: SeaportClient
    vitrine: Any

    def store(self, path: Path) -> tuple[OrderStore, OrderSync]:
        made = OrderStore(self.vitrine, Store(f"sqlite:///{path}"))
        made.open()
        return made, OrderSync(self.chain, made, 0)

    def ask(self, token_id: int, price: int = PRICE, **options: Any) -> SignedOrder:
        return self.book.listing(SELLER, self.nft, token_id, self.asset, price, **self._now(options))

    def bid(self, price: int = PRICE, **options: Any) -> SignedOrder:
        return self.book.bid(BUYER, self.nft, self.asset, price, **self._now(options))

    def _now(self, options: dict[str, Any]) -> dict[str, Any]:
        """Open since the latest block."""
        return {"start": self.chain.now()} | options

    def buy(self, ask: SignedOrder) -> None:
        """The buyer, directly on Seaport."""
        self.send(self.client.fulfil(ask, BUYER.address), BUYER)

    def send(self, call: Call, sender: Account) -> None:
        self.driver.transact(sender.address, call.to, call.data)

    def close(self) -> None:
        self.driver.close()


def build_world(tokens: int = 10) -> World:
    """The seller owns tokens 1 to `tokens`, the buyer as many from 1001 on; both have approved Seaport."""
    driver = AnvilDriver()
    book = build_seaport(driver)
    asset, nft = driver.deploy("MockAsset", 6), driver.deploy("MockNft")
    for owner, first in ((SELLER, 1), (BUYER, 1_001)):
        for start in range(0, tokens, 500):
            nft.mintBatch(owner, first + start, min(500, tokens - start), sender=GOVERNOR)
        nft.setApprovalForAll(book.seaport, True, sender=owner)
        asset.mint(owner, 100 * PRICE, sender=GOVERNOR)
        asset.approve(book.seaport, FAR, sender=owner)
    chain = Chain(driver.url)
    interface, conduits = (Interface(n, packaged_abi(n)) for n in ("Seaport", "LocalConduitController"))
    for name in ("Seaport", "LocalConduitController"):
        chain.book.add(packaged_abi(name))
    client = SeaportClient(chain, ChainContract(book.seaport.address, interface), conduits)
    record = SimpleNamespace(collections=[SimpleNamespace(address=nft.address, name="punks")])
    tokens_client = SimpleNamespace(asset=SimpleNamespace(address=asset.address))
    vitrine = SimpleNamespace(chain=chain, deployment=record, seaport=client, tokens=tokens_client)
    return World(driver, chain, book, asset, nft, client, vitrine)
