"""The vault alone: real pauser and rate model, a double in the desk's place, and the model beside it.

The double is a `CallbackProbe`: it makes several calls in one transaction, which is what the group lock lives
in, and answers `latestRoundAt` with what a test sets.
"""

from dataclasses import dataclass
from typing import Any

from tests.helpers.accounts import Account
from tests.helpers.core import GOVERNOR, GUARDIAN, SUPPLIER
from tests.helpers.evm import Contract, Driver, Tx
from vitrine.models.interest import RateModel
from vitrine.models.vault import VaultModel, World
from vitrine.units import WAD

APRS = (WAD // 10, WAD // 5, 2 * WAD // 5, 4 * WAD // 5)
ANY_RATE = 2**256 - 1
PAYER = Account("payer")
LENDING = b"lending".ljust(32, b"\0")
ANSWER, REVERT, BURN_GAS, BOMB = range(4)


@dataclass
class Held:
    """What came of a held group: the transaction and the decoded output of each step."""

    tx: Tx
    outputs: list[Any]

    def __iter__(self):
        return iter(self.outputs)


@dataclass
class Rig:
    driver: Driver
    asset: Contract
    authority: Contract
    pauser: Contract
    rate_model: Contract
    desk: Contract
    vault: Contract
    one: int

    # money ------------------------------------------------------------------

    def units(self, whole: float) -> int:
        return int(whole * self.one)

    def fund(self, who: Any, assets: int) -> None:
        self.asset.mint(who, assets, sender=GOVERNOR)
        if self.asset.allowance(who, self.vault) < 2**200:
            self.asset.approve(self.vault, 2**255, sender=who)

    def deposit(self, assets: int, who: Any = SUPPLIER) -> int:
        self.fund(who, assets)
        return self.vault.deposit(assets, who, sender=who).return_value

    def balance(self, who: Any) -> int:
        return self.asset.balanceOf(who)

    # the desk ----------------------------------------------------------------

    def held(self, *calls: tuple[str, tuple[Any, ...]]) -> Held:
        """Hold, the calls in order, free: one transaction."""
        names = ["hold", *(name for name, _ in calls), "free"]
        arguments = [(), *(args for _, args in calls), ()]
        steps = [
            (self.vault, 0, getattr(self.vault, name).data(*args), True)
            for name, args in zip(names, arguments, strict=True)
        ]
        tx = self.desk.executeAll(steps, sender=GOVERNOR)
        raw = tx.return_value
        decoded = [self.vault.interface.functions[n][0].decode(o) for n, o in zip(names, raw, strict=True)]
        return Held(tx, decoded[1:-1])

    def draw(self, assets: int, receiver: Any = PAYER, max_rate: int = ANY_RATE) -> int:
        [shares] = self.held(("drawDown", (receiver, assets, max_rate)))
        return shares

    def collect(
        self, max_assets: int, shares: int, fine_bps: int = 0, flagger: Any = None, starter: Any = None
    ) -> Held:
        arguments = (PAYER, max_assets, shares, fine_bps, _payee(flagger), _payee(starter))
        return self.held(("collectPayment", arguments))

    def sell(
        self,
        account: Any,
        shares: int,
        proceeds: int,
        flagger: Any = None,
        starter: Any = None,
        settler: Any = None,
    ) -> Held:
        """Proceeds arrive and are booked."""
        self.asset.mint(self.vault, proceeds, sender=GOVERNOR)
        payees = (_payee(flagger), _payee(starter), _payee(settler))
        return self.held(("bookSale", (account, shares, proceeds, *payees)))

    def mark(self, shares: int, collateral: int, old: tuple[int, int] = (0, 0)) -> Held:
        return self.held(("remark", (*old, shares, collateral)))

    def lose(self, account: Any, shares: int) -> Held:
        return self.held(("realiseLoss", (account, shares)))

    def set_round(self, at: int) -> None:
        """The desk's newest price round."""
        self.desk.setAnswer(selector("latestRoundAt()"), ANSWER, at.to_bytes(32, "big"), sender=GOVERNOR)

    # the cover ---------------------------------------------------------------

    def cover(self, assets: int, claims: int | None = None) -> Contract:
        """A cover that pays `assets` the next time it is asked and says it has `claims` (the same)."""
        probe = self.driver.deploy("CallbackProbe")
        said = assets if claims is None else claims
        probe.setAnswer(selector("available()"), ANSWER, said.to_bytes(32, "big"), sender=GOVERNOR)
        self.asset.mint(probe, assets, sender=GOVERNOR)
        step = (self.asset, 0, self.asset.transfer.data(self.vault, assets), True)
        probe.script(selector("pay(uint256)"), [step], sender=GOVERNOR)
        self.vault.setCover(probe, sender=GOVERNOR)
        return probe

    # what must be true -----------------------------------------------------------

    def claims(self) -> tuple[int, int]:
        """(what the vault holds, what it owes by name and counts as cash)."""
        return self.balance(self.vault), self.vault.cash() + self.vault.totalCredits()

    def assert_solvent(self) -> None:
        held, owed = self.claims()
        assert held >= owed
        debt, _ = self.vault.debtTotals()
        assert self.vault.cash() + debt >= self.vault.reserve()

    def model(self) -> VaultModel:
        """A fresh twin of a vault that nobody used yet."""
        anchor, clock = self.vault.ratePath()
        decimals = self.asset.decimals()
        twin = VaultModel(RateModel.from_aprs(*APRS), anchor_rate=anchor, clock=clock, decimals=decimals)
        twin.world = World(clock=clock)
        return twin


def _payee(who: Any) -> Any:
    return "0x" + "00" * 20 if who is None else who


def selector(text: str) -> bytes:
    from eth_utils import keccak

    return keccak(text.encode())[:4]


def build_rig(driver: Driver, asset: Contract) -> Rig:
    authority = driver.deploy("Authority", GOVERNOR)
    pauser = driver.deploy("Pauser", authority)
    rate_model = driver.deploy("KinkedRateModel", *APRS)
    desk = driver.deploy("CallbackProbe")
    vault = driver.deploy("LendingVault", asset, "Vitrine USD", "vUSD", authority, pauser, desk, rate_model)
    authority.grantRole(1, GUARDIAN, 0, sender=GOVERNOR)
    selectors = [pauser.pause.selector, pauser.resume.selector]
    authority.setTargetFunctionRole(pauser, selectors, 1, sender=GOVERNOR)
    rig = Rig(driver, asset, authority, pauser, rate_model, desk, vault, 10 ** asset.decimals())
    rig.set_round(0)
    rig.fund(PAYER, rig.units(10_000_000))
    return rig
