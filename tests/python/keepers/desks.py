"""A real lending core in process, as the keepers see it."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from tests.helpers.accounts import Account as Key
from tests.helpers.bridge import Bridge, wrap
from tests.helpers.core import Core, build_core
from tests.helpers.evm import Driver, PyrevmDriver
from vitrine.chain.contract import Contract
from vitrine.keepers.decide import Params
from vitrine.keepers.liquidator import Liquidator
from vitrine.keepers.metrics import Metrics
from vitrine.keepers.sender import Spending
from vitrine.keepers.snapshot import Ref

BOTS = [Key(f"bot {i}") for i in range(3)]
SPENDING = Spending(wei_per_unit=Fraction(10**18, 3_000 * 10**6))


@dataclass
class Group:
    desk: Contract
    auction: Contract
    vault: Contract


class ChainHoldings:
    """Asks the desk itself who holds what among the NFTs that were minted: an index that never lags."""

    def __init__(self, core: Core, owners: Sequence[Key], refs: Sequence[Ref]) -> None:
        self.core, self.owners, self.every = core, owners, list(refs)

    def accounts(self) -> list[str]:
        return [owner.address for owner in self.owners]

    def refs(self, accounts: Sequence[str]) -> dict[str, list[Ref]]:
        held: dict[str, list[Ref]] = {account: [] for account in accounts}
        for ref in self.every:
            owner = self.core.desk.pledgeOf(*ref).owner
            if owner in held:
                held[owner].append(ref)
        return held


@dataclass
class Floor:
    """A core with borrowers, one bridge, and as many keepers as wanted."""

    core: Core
    bridge: Any
    borrowers: list[Key]
    holdings: ChainHoldings
    lens: Contract
    group: Group

    @classmethod
    def build(
        cls, loans: Sequence[tuple[int, int]], decimals: int = 6, driver: Driver | None = None
    ) -> "Floor":
        """`loans`: whole units borrowed and NFTs pledged, by one borrower each."""
        core = build_core(driver or PyrevmDriver(), decimals)
        core.supply(5_000_000)
        borrowers = [Key(f"keeper borrower {i}") for i in range(len(loans))]
        refs = []
        for who, (whole, count) in zip(borrowers, loans, strict=True):
            refs += core.loan(whole, count, who)
        lens = core.driver.deploy("AccountLens", core.desk, core.vault, core.book, core.auction, core.oracle)
        return cls(
            core,
            Bridge(core.driver),
            borrowers,
            ChainHoldings(core, borrowers, refs),
            wrap(lens),
            Group(wrap(core.desk), wrap(core.auction), wrap(core.vault)),
        )

    def keeper(
        self, index: int = 0, params: Params | None = None, spending: Spending = SPENDING, **more: bool
    ) -> Liquidator:
        return Liquidator(
            self.bridge, self.group, self.lens, self.holdings, BOTS[index].address, spending,
            params, metrics=Metrics(f"bot{index}"), block_time=1, page=7, **more,
        )  # fmt: skip

    def live(self) -> list[Ref]:
        return [ref for ref in self.holdings.every if self.core.desk.pledgeOf(*ref).live]

    def state(self) -> tuple[object, ...]:
        """What the desk holds of everyone, times left out."""
        rows = []
        for who in self.borrowers:
            account = self.core.desk.accountOf(who)
            rows.append((account.units, account.nftCount, account.liveCount, account.flags))
        return (*rows, tuple(self.live()))


def crowd(count: int = 24, seed: int = 9) -> list[tuple[int, int]]:
    rng = random.Random(seed)
    loans = []
    for _ in range(count):
        pieces = rng.randint(1, 4)
        loans.append((rng.randint(10_000, 29_900) * pieces, pieces))
    return loans
