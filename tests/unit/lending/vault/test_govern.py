"""Constructor and governed entries: bounds, roles, accrual before a change."""

import pytest

from tests.helpers.core import GOVERNOR, STRANGER, SUPPLIER
from tests.helpers.evm import ZERO_ADDRESS, reverts
from tests.unit.lending.vault.rig import ANSWER, PAYER, REVERT, selector

DAY = 86_400
WAD = 10**18


def arguments(rig):
    return [rig.asset, "Vitrine USD", "vUSD", rig.authority, rig.pauser, rig.desk, rig.rate_model]


def test_construct__defaults__as_stated(rig):
    vault = rig.vault
    assert (vault.name(), vault.symbol()) == ("Vitrine USD", "vUSD")
    assert vault.decimals() == rig.asset.decimals() + 6
    assert vault.asset() == rig.asset.address
    assert (vault.DESK(), vault.PAUSER(), vault.rateModel()) == (
        rig.desk.address, rig.pauser.address, rig.rate_model.address,
    )  # fmt: skip
    assert vault.cover() == ZERO_ADDRESS
    assert vault.reserveFactorBps() == 1_000
    assert vault.maxTip() == rig.units(100)
    assert vault.minRequest() == rig.units(10) * 10**6
    assert vault.MAX_SUPPLY() == 2**96
    assert vault.supplyCap() == 2**96 // rig.one * rig.one
    assert vault.totalAssets() == vault.totalSupply() == vault.cash() == vault.reserve() == 0
    assert vault.debtTotals() == (0, 0)
    assert vault.convertToShares(1) == 10**6
    assert vault.convertToAssets(10**6) == 1


@pytest.mark.parametrize("place", [0, 4, 5, 6])
def test_construct__zero_address__reverts(rig, place):
    wrong = arguments(rig)
    wrong[place] = ZERO_ADDRESS
    with reverts("ZeroAddress"):
        rig.driver.deploy("LendingVault", *wrong)


def test_construct__steep_model__reverts(rig):
    wrong = arguments(rig)
    wrong[6] = rig.driver.deploy("CallbackProbe")  # answers its selector: a rate beyond anything
    with reverts("OutOfBounds", low=0, high=10**18 // (365 * DAY)) as caught:
        rig.driver.deploy("LendingVault", *wrong)
    assert caught.error["name"].rstrip(b"\0") == b"rate"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("setRateModel", None), ("setCover", None), ("setReserveFactor", 1), ("setMaxTip", 1),
        ("setMinRequest", 1), ("setSupplyCap", 1),
    ],
)  # fmt: skip
def test_governed__stranger__unauthorized(rig, name, value):
    with reverts("AccessManagedUnauthorized", caller=STRANGER):
        getattr(rig.vault, name)(rig.desk if value is None else value, sender=STRANGER)


@pytest.mark.parametrize("name", ["reserve factor", "max tip", "min request", "supply cap"])
@pytest.mark.parametrize("over", [-1, 0, 1])
def test_governed__around_the_hard_bound__only_up_to_it(rig, name, over):
    setter, getter, bound = {
        "reserve factor": ("setReserveFactor", "reserveFactorBps", 5_000),
        "max tip": ("setMaxTip", "maxTip", rig.units(1_000)),
        "min request": ("setMinRequest", "minRequest", rig.units(1_000) * 10**6),
        "supply cap": ("setSupplyCap", "supplyCap", 2**96),
    }[name]
    call = getattr(rig.vault, setter)
    kind = name.encode().ljust(32, b"\0")
    step = rig.one if name == "supply cap" else 1
    value = bound // step * step + over * step
    if over > 0:
        with reverts("OutOfBounds", value=value, low=0, high=bound) as caught:
            call(value, sender=GOVERNOR)
        assert caught.error["name"] == kind
    else:
        tx = call(value + step - 1, sender=GOVERNOR)
        assert getattr(rig.vault, getter)() == value
        event = rig.vault.event("ParameterSet", tx)
        assert (event.kind, event.value) == (kind, value)


def test_set_reserve_factor__interest_before__shared_by_the_old_one(lent):
    lent.vault.accrue(sender=STRANGER)
    lent.driver.warp(100 * DAY)
    debt, reserve = lent.vault.debtTotals()[0], lent.vault.reserve()
    tx = lent.vault.setReserveFactor(5_000, sender=GOVERNOR)
    assert lent.vault.event("Accrued", tx).interest > 0
    with lent.driver.same_block():
        later = lent.vault.reserve()
    assert reserve <= later <= reserve + lent.units(1)  # a second at 50 %
    assert debt > lent.units(500_000)


def test_set_rate_model__interest_before__charged_by_the_old_one(lent):
    lent.driver.warp(100 * DAY)
    steep = lent.driver.deploy("KinkedRateModel", WAD, WAD, WAD, WAD // 2)
    snapshot = lent.driver.snapshot()
    interest = lent.vault.event("Accrued", lent.vault.accrue(sender=STRANGER)).interest
    lent.driver.revert(snapshot)
    tx = lent.vault.setRateModel(steep, sender=GOVERNOR)
    assert lent.vault.event("Accrued", tx).interest == interest
    event = lent.vault.event("ModuleSet", tx)
    assert (event.kind.rstrip(b"\0"), event.module) == (b"rate model", steep.address)
    # the path goes on where it stood: the steep target is approached by five points a day
    rate, target = lent.vault.rates()
    assert rate < WAD // 5 // (365 * DAY) < target


def test_set_rate_model__zero_or_too_steep__reverts(rig):
    with reverts("ZeroAddress"):
        rig.vault.setRateModel(ZERO_ADDRESS, sender=GOVERNOR)
    probe = rig.driver.deploy("CallbackProbe")
    with reverts("OutOfBounds"):
        rig.vault.setRateModel(probe, sender=GOVERNOR)


def test_set_rate_model__old_one_broken__replaced_all_the_same(lent):
    """A model that turned bad closes the vault; governance can still put a good one in its place."""
    probe = lent.driver.deploy("CallbackProbe")
    zero = (0).to_bytes(32, "big")
    probe.setAnswer(selector("targetRate(uint256)"), ANSWER, zero, sender=GOVERNOR)
    probe.setAnswer(selector("follow(uint256,uint256,uint256)"), ANSWER, zero + zero, sender=GOVERNOR)
    lent.vault.setRateModel(probe, sender=GOVERNOR)
    lent.vault.accrue(sender=STRANGER)
    probe.setAnswer(selector("follow(uint256,uint256,uint256)"), REVERT, b"", sender=GOVERNOR)
    with reverts(""):
        lent.vault.withdraw(1, SUPPLIER, SUPPLIER, sender=SUPPLIER)
    lent.vault.setRateModel(lent.rate_model, sender=GOVERNOR)
    lent.vault.withdraw(1, SUPPLIER, SUPPLIER, sender=SUPPLIER)


def test_rate_model__that_lies__clamped_to_100_percent(lent):
    probe = lent.driver.deploy("CallbackProbe")
    probe.setAnswer(selector("targetRate(uint256)"), ANSWER, (0).to_bytes(32, "big"), sender=GOVERNOR)
    lent.vault.setRateModel(probe, sender=GOVERNOR)
    huge = (2**200).to_bytes(32, "big")
    probe.setAnswer(selector("targetRate(uint256)"), ANSWER, huge, sender=GOVERNOR)
    probe.setAnswer(selector("follow(uint256,uint256,uint256)"), ANSWER, huge + huge, sender=GOVERNOR)
    debt = lent.vault.debtTotals()[0]
    lent.driver.warp(365 * DAY)
    lent.vault.accrue(sender=STRANGER)
    assert debt * 27 // 10 < lent.vault.debtTotals()[0] < debt * 28 // 10  # e
    assert lent.vault.rates() == (lent.vault.MAX_RATE(), lent.vault.MAX_RATE())


def test_set_supply_cap__below_what_is_there__closes_deposits_only(funded):
    funded.vault.setSupplyCap(1, sender=GOVERNOR)
    assert funded.vault.maxDeposit(PAYER) == funded.vault.maxMint(PAYER) == 0
    with reverts("SupplyCapExceeded", room=0):
        funded.vault.deposit(1, PAYER, sender=PAYER)
    funded.vault.withdraw(funded.units(1), SUPPLIER, SUPPLIER, sender=SUPPLIER)
