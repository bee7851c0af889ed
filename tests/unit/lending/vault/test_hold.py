"""hold and free: only the desk, interest first, everything else closed in between."""

import pytest

from tests.helpers.core import GOVERNOR, GUARDIAN, STRANGER, SUPPLIER
from tests.helpers.evm import reverts
from tests.unit.lending.vault.rig import LENDING, PAYER, build_rig, selector

DAY = 86_400
LOCKED = selector("GroupLocked()")


def test_hold__desk__tells_the_accrued_market(lent):
    lent.driver.warp(DAY)
    debt, shares = lent.vault.debtTotals()
    steps = [(lent.vault, 0, lent.vault.hold.data(), True), (lent.vault, 0, lent.vault.free.data(), True)]
    now = lent.driver.timestamp
    tx = lent.desk.executeAll(steps, sender=GOVERNOR)
    market = lent.vault.interface.functions["hold"][0].decode(tx.return_value[0])
    assert tuple(market) == (debt, shares, now, False, 0)
    [event] = lent.vault.events("Accrued", tx)
    assert event.interest == debt - lent.units(500_000) > 0
    assert event.clock == now
    assert not lent.vault.locked()


def test_hold__paused_then_resumed__clock_stands_and_resume_time_told(lent):
    at = lent.driver.timestamp
    lent.pauser.pause(LENDING, sender=GUARDIAN)
    lent.driver.warp(DAY)
    market = _market(lent)
    assert (market.clock, market.paused, market.resumedAt) == (at, True, 0)
    resumed = lent.driver.timestamp
    lent.pauser.resume(LENDING, sender=GUARDIAN)
    market = _market(lent)
    assert (market.paused, market.resumedAt) == (False, resumed)
    assert market.clock == at + (lent.driver.timestamp - 1 - resumed)


def test_hold__stranger__unauthorized(rig):
    with reverts("Unauthorized", caller=STRANGER):
        rig.vault.hold(sender=STRANGER)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("free", ()),
        ("drawDown", (PAYER, 1, 1)),
        ("collectPayment", (PAYER, 1, 1, 0, PAYER, PAYER)),
        ("bookSale", (PAYER, 0, 0, PAYER, PAYER, PAYER)),
        ("payTips", (0, PAYER, PAYER, PAYER)),
        ("realiseLoss", (PAYER, 0)),
        ("remark", (0, 0, 0, 0)),
    ],
)
def test_desk_entries__stranger_or_not_held__revert(rig, name, arguments):
    method = getattr(rig.vault, name)
    with reverts("Unauthorized", caller=STRANGER):
        method(*arguments, sender=STRANGER)
    with reverts("GroupNotHeld"):
        rig.desk.execute(rig.vault, 0, method.data(*arguments), sender=GOVERNOR)


def test_hold__twice__locked(rig):
    hold = (rig.vault, 0, rig.vault.hold.data(), True)
    with reverts("GroupLocked"):
        rig.desk.executeAll([hold, hold], sender=GOVERNOR)


def test_hold__left_held__lock_ends_with_the_transaction(rig):
    rig.desk.execute(rig.vault, 0, rig.vault.hold.data(), sender=GOVERNOR)
    assert not rig.vault.locked()
    rig.deposit(rig.units(1))


def everything_closed(rig):
    """(name, calldata) of all that must revert while the group is held."""
    v, who, one = rig.vault, SUPPLIER, 1
    return [
        ("hold", v.hold.data()),
        ("deposit", v.deposit.data(one, who)),
        ("mint", v.mint.data(one, who)),
        ("withdraw", v.withdraw.data(one, who, who)),
        ("redeem", v.redeem.data(one, who, who)),
        ("transfer", v.transfer.data(who, 0)),
        ("transferFrom", v.transferFrom.data(who, who, 0)),
        ("requestRedeem", v.requestRedeem.data(one, who)),
        ("cancelRequest", v.cancelRequest.data(0)),
        ("fillQueue", v.fillQueue.data(one)),
        ("claim", v.claim.data(who)),
        ("fundReserve", v.fundReserve.data(one)),
        ("accrue", v.accrue.data()),
        *((n, getattr(v, n).data()) for n in NO_ARGUMENT),
        *((n, getattr(v, n).data(1)) for n in ONE_NUMBER),
        *((n, getattr(v, n).data(who)) for n in ONE_ACCOUNT),
    ]


NO_ARGUMENT = (
    "totalAssets", "totalSupply", "supplyAssets", "floatingBadDebt", "marks", "reserve", "cash",
    "utilisation", "rates", "ratePath", "totalCredits", "queuedShares", "queueBounds", "debtTotals",
)  # fmt: skip
ONE_NUMBER = (
    "convertToShares", "convertToAssets", "previewDeposit", "previewMint", "previewWithdraw", "previewRedeem",
    "debtOf", "requestOf", "quoteTips", "quoteSettleTip",
)  # fmt: skip
ONE_ACCOUNT = ("maxDeposit", "maxMint", "maxWithdraw", "maxRedeem", "balanceOf", "creditOf")
OPEN = {
    "locked", "allowance", "approve", "asset", "decimals", "name", "symbol", "authority",
    "isConsumingScheduledOp", "rateModel", "cover", "reserveFactorBps", "maxTip", "minRequest", "supplyCap",
    "DESK", "PAUSER", "PAUSE_GROUP",
    "MAX_UTILISATION", "MAX_RATE", "MAX_ELAPSED", "WARN_TIP_BPS", "START_TIP_BPS", "SETTLE_TIP_BPS",
    "MAX_RESERVE_FACTOR_BPS", "MAX_SUPPLY",
}  # fmt: skip
DESK_ONLY = {"free", "drawDown", "collectPayment", "bookSale", "payTips", "realiseLoss", "remark"}
GOVERNED = {
    "setAuthority", "setRateModel", "setCover", "setReserveFactor", "setMaxTip", "setMinRequest",
    "setSupplyCap",
}  # fmt: skip


def test_held__every_entry_and_view_of_state__closed(rig):
    closed = everything_closed(rig)
    known = {name for name, _ in closed} | OPEN | DESK_ONLY | GOVERNED
    assert known == set(rig.vault.interface.functions), "a function is not sorted into any of the lists"
    steps = [(rig.vault, 0, data, False) for _, data in closed]
    hold, free = (rig.vault, 0, rig.vault.hold.data(), True), (rig.vault, 0, rig.vault.free.data(), True)
    outputs = rig.desk.executeAll([hold, *steps, free], sender=GOVERNOR).return_value[1:-1]
    wrong = [name for (name, _), output in zip(closed, outputs, strict=True) if output != LOCKED]
    assert not wrong


def test_held__governance__closed(rig):
    """The desk's double is made governor, so that only the lock stands in the way."""
    rig.authority.grantRole(0, rig.desk, 0, sender=GOVERNOR)
    v = rig.vault
    calls = [
        v.setRateModel.data(rig.rate_model), v.setCover.data(rig.desk), v.setReserveFactor.data(1),
        v.setMaxTip.data(1), v.setMinRequest.data(1), v.setSupplyCap.data(1),
    ]  # fmt: skip
    steps = [(v, 0, v.hold.data(), True), *((v, 0, data, False) for data in calls)]
    outputs = rig.desk.executeAll(steps, sender=GOVERNOR).return_value[1:]
    assert set(outputs) == {LOCKED}


def test_own_entries__callback_of_the_asset__finds_everything_closed(driver):
    """An asset that calls back on the way in and on the way out."""
    asset = driver.deploy("HookedAsset", 6)
    rig = build_rig(driver, asset)
    thief = driver.deploy("CallbackProbe")
    asset.mint(thief, 10**12, sender=GOVERNOR)
    asset.setHooked(thief, True, sender=GOVERNOR)
    thief.execute(asset, 0, asset.approve.data(rig.vault, 2**255), sender=GOVERNOR)
    closed = everything_closed(rig)
    steps = [(rig.vault, 0, data, False) for _, data in closed]
    way_in = selector("tokensToSend(address,address,uint256)")
    way_out = selector("tokensReceived(address,address,uint256)")
    v = rig.vault
    for hook, data in (
        (way_in, v.deposit.data(10**9, thief)),
        (way_in, v.mint.data(10**12, thief)),
        (way_in, v.fundReserve.data(10**6)),
        (way_out, v.withdraw.data(10**6, thief, thief)),
        (way_out, v.redeem.data(10**12, thief, thief)),
    ):
        thief.script(hook, steps, sender=GOVERNOR)
        thief.clearOutcomes(sender=GOVERNOR)
        thief.execute(v, 0, data, sender=GOVERNOR)
        outcomes = [thief.outcome(i) for i in range(thief.outcomes())]
        assert len(outcomes) == len(closed)
        assert {bytes(o.output) for o in outcomes} == {LOCKED}
    rig.assert_solvent()


def test_claim__callback_of_the_asset__finds_everything_closed(driver):
    asset = driver.deploy("HookedAsset", 6)
    rig = build_rig(driver, asset)
    rig.deposit(10**10)
    thief = driver.deploy("CallbackProbe")
    rig.sell(thief, 0, 5_000)
    asset.setHooked(thief, True, sender=GOVERNOR)
    closed = everything_closed(rig)
    way_out = selector("tokensReceived(address,address,uint256)")
    thief.script(way_out, [(rig.vault, 0, data, False) for _, data in closed], sender=GOVERNOR)
    thief.execute(rig.vault, 0, rig.vault.claim.data(thief), sender=GOVERNOR)
    outcomes = [thief.outcome(i) for i in range(thief.outcomes())]
    assert len(outcomes) == len(closed)
    assert {bytes(o.output) for o in outcomes} == {LOCKED}
    assert (rig.balance(thief), rig.vault.creditOf(thief)) == (5_000, 0)


def _market(rig):
    tx = rig.desk.executeAll(
        [(rig.vault, 0, rig.vault.hold.data(), True), (rig.vault, 0, rig.vault.free.data(), True)],
        sender=GOVERNOR,
    )
    return rig.vault.interface.functions["hold"][0].decode(tx.return_value[0])
