"""A royalty engine over every asset, with one collection that asks for 5 %."""

from dataclasses import dataclass

import pytest

from tests.helpers.accounts import Account
from tests.helpers.actors import ACTORS
from tests.helpers.evm import Contract, Driver, Tx

CREATOR, VENUE, LIQUIDATOR = Account("creator"), Account("venue"), Account("liquidator")
ZERO = "0x" + "00" * 20


@dataclass
class Royalties:
    driver: Driver
    asset: Contract
    engine: Contract
    nft: Contract
    one: int

    def due(self, price: int, trader: object = ACTORS.taker, token: int = 1) -> tuple[str, int, int]:
        """Receiver, due and payable of a sale."""
        return tuple(self.engine.royaltyOf(self.nft, token, price, trader))

    def pay(self, paid: int, receiver: object = CREATOR, sent: int | None = None, **changes: int) -> Tx:
        """`VENUE` sends `sent` (default: all) and books `paid`."""
        self.asset.mint(VENUE, paid if sent is None else sent, sender=VENUE)
        self.asset.transfer(self.engine, paid if sent is None else sent, sender=VENUE)
        due = changes.get("due", paid)
        return self.engine.credit(self.nft, 1, receiver, 20 * due, due, paid, sender=VENUE)

    def balanced(self) -> None:
        """What may be claimed is there."""
        assert self.engine.totalClaimable() <= self.asset.balanceOf(self.engine)


@pytest.fixture
def royalties(driver: Driver, asset: Contract) -> Royalties:
    authority = driver.deploy("Authority", ACTORS.governor)
    engine = driver.deploy("RoyaltyEngine", authority, asset)
    nft = driver.deploy("RoyaltyNft", CREATOR, 500, sender=ACTORS.deployer)
    nft.setOwner(CREATOR, sender=CREATOR)
    return Royalties(driver, asset, engine, nft, 10 ** asset.decimals())
