"""An auction that runs, standing bids beside it, and a venue that does what a test scripts."""

from dataclasses import dataclass
from typing import Any

import pytest

from tests.helpers.accounts import Account
from tests.helpers.core import BORROWER, DAY, GOVERNOR, HOUR, KEEPER, Core
from tests.helpers.evm import Contract, Tx
from tests.unit.lending.vault.rig import selector

BIDDER, RIVAL, SETTLER = Account("bidder"), Account("rival bidder"), Account("settler")
EXIT = selector("exit(address,uint256,address,uint256,bytes)")


@dataclass
class Exits:
    """The core, `StandingBids` as a listed exit, and a scripted venue, listed as well."""

    core: Core
    bids: Contract
    venue: Contract

    def auction(
        self, loan: float = 30_000, price: float = 39_900, count: int = 1, who: Any = BORROWER
    ) -> list:
        """`count` auctions two hours old: in the band."""
        refs = self.core.loan(loan * count, count, who)
        self.core.price(price)
        self.core.warn_and_liquidate(refs, who)
        self.core.driver.warp(2 * HOUR)
        return [ref for ref in refs if self.core.desk.pledgeOf(*ref).live]

    def price(self, ref: tuple[str, int]) -> int:
        return self.core.auction.priceOf(*ref)[0]

    def pays(self, assets: int, *more: tuple[Any, int, bytes, bool], says: int | None = None) -> None:
        """The venue will send `assets` to the vault, then make the other calls."""
        core = self.core
        core.asset.mint(self.venue, assets, sender=GOVERNOR)
        steps = [(core.asset, 0, core.asset.transfer.data(core.vault, assets), True), *more]
        self.venue.script(EXIT, steps, sender=GOVERNOR)
        said = assets if says is None else says
        self.venue.setAnswer(EXIT, 0, said.to_bytes(32, "big"), sender=GOVERNOR)

    def settle(
        self, ref: tuple[str, int], venue: Any = None, least: int = 0, by: Any = SETTLER, data: bytes = b""
    ) -> Tx:
        return self.core.auction.settleInto(*ref, venue or self.venue, least, data, sender=by)

    def bid(
        self,
        bps: int = 10_000,
        most: float = 60_000,
        count: int = 1,
        by: Any = BIDDER,
        life: int = 30 * DAY,
        collection: Contract | None = None,
    ) -> int:
        core = self.core
        core.fund(by, core.units(most) * count, self.bids)
        until = core.driver.timestamp + life
        tx = self.bids.place(collection or core.nft, bps, core.units(most), count, until, sender=by)
        return int(tx.return_value)


def build_exits(core: Core) -> Exits:
    bids = core.driver.deploy("StandingBids", core.auction, core.oracle, core.oracle, core.asset)
    venue = core.driver.deploy("CallbackProbe")
    for exit_ in (bids, venue):
        core.auction.setExit(exit_, True, sender=GOVERNOR)
    return Exits(core, bids, venue)


@pytest.fixture
def exits(core: Core) -> Exits:
    return build_exits(core)


__all__ = ["BIDDER", "EXIT", "KEEPER", "RIVAL", "SETTLER", "Exits", "build_exits"]
