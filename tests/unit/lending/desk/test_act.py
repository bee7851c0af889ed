"""The deferred check: flash claim, loan purchase, sell and repay."""

import pytest

from tests.helpers.core import BORROWER, FLOOR, GOVERNOR, GUARDIAN, MAX_RATE, STRANGER, TAKER
from tests.helpers.evm import Revert, reverts

PAUSE_GROUP = b"lending".ljust(32, b"\0")


@pytest.fixture
def agent(core, driver):
    """A contract that acts for the borrower; inside the callback it runs a script."""
    probe = driver.deploy("CallbackProbe")
    core.operators.setOperator(probe, True, sender=BORROWER)
    return probe


def steps(release=(), borrow=0, pledge=(), repay=0):
    return (list(release), borrow, MAX_RATE, list(pledge), repay)


def act(core, agent, spec, sender=BORROWER):
    return agent.execute(core.desk, 0, core.desk.act.data(BORROWER, spec, b""), sender=sender)


def during(core, agent, driver, *calls):
    """Calls the agent makes inside `onAct`."""
    on_act = driver.at("IActReceiver", agent).onAct.selector
    agent.script(on_act, [(target, 0, data, True) for target, data in calls], sender=GOVERNOR)


def test_act__flash_claim__nft_is_out_and_back(core, agent, driver):
    refs = core.loan(30_000)
    core.price(40_500)  # above the limit: still allowed, for nothing changes
    during(core, agent, driver, (core.nft, core.nft.approve.data(core.desk, refs[0][1])))
    act(core, agent, steps(release=refs, pledge=refs))
    assert core.nft.ownerOf(refs[0][1]) == core.desk.address
    account = core.desk.accountOf(BORROWER)
    assert (account.nftCount, account.units) == (1, 100)


def test_act__flash_claim_without_return__reverts(core, agent):
    refs = core.loan(30_000)
    with reverts("DebtAboveLimit", limit=0):
        act(core, agent, steps(release=refs))
    assert core.nft.ownerOf(refs[0][1]) == core.desk.address


def test_act__flash_claim__another_nft_comes_back__reverts(core, agent, driver):
    refs = core.loan(30_000)
    cheap = core.mint(TAKER, 1, core.thin)
    core.thin.transferFrom(TAKER, agent, cheap[0][1], sender=TAKER)
    during(core, agent, driver, (core.thin, core.thin.approve.data(core.desk, cheap[0][1])))
    with reverts("DebtAboveLimit"):
        act(core, agent, steps(release=refs, pledge=cheap))


def test_act__loan_purchase__nft_bought_with_the_loan(core, agent, driver):
    """The vault lends before the NFT is there: bought inside the callback, pledged at the end."""
    (ref,) = core.mint(TAKER)
    core.nft.approve(agent, ref[1], sender=TAKER)
    price, loan = core.units(50_000), core.units(25_000)
    core.asset.mint(agent, price - loan, sender=GOVERNOR)
    during(
        core, agent, driver,
        (core.asset, core.asset.transfer.data(TAKER, price)),
        (core.nft, core.nft.transferFrom.data(TAKER, agent, ref[1])),
        (core.nft, core.nft.approve.data(core.desk, ref[1])),
    )  # fmt: skip
    act(core, agent, steps(borrow=loan, pledge=[ref]))
    assert core.asset.balanceOf(TAKER) == price
    assert core.desk.pledgeOf(*ref).owner == BORROWER.address
    assert core.owes(25_000)
    assert core.desk.behindDebt() == 100 << 8


def test_act__sell_and_repay__under_notice_when_it_improves(core, agent, driver):
    refs = core.loan(60_000, 2)
    core.price(42_500)
    core.flag()
    core.asset.mint(agent, core.units(40_000), sender=GOVERNOR)
    during(
        core, agent, driver,
        (core.nft, core.nft.transferFrom.data(agent, TAKER, refs[0][1])),
        (core.asset, core.asset.approve.data(core.vault, core.units(40_000))),
    )  # fmt: skip
    act(core, agent, steps(release=refs[:1], repay=core.units(40_000)))
    assert core.nft.ownerOf(refs[0][1]) == TAKER.address
    assert core.owes(20_000)
    assert core.desk.accountOf(BORROWER).flags == 0  # and the notice died


def test_act__sell_below_value_under_notice__reverts(core, agent, driver):
    """Repaying less than the NFT's share of the debt would leave the account worse."""
    refs = core.loan(60_000, 2)
    core.price(42_500)
    core.flag()
    core.asset.mint(agent, core.units(29_000), sender=GOVERNOR)
    during(
        core, agent, driver,
        (core.nft, core.nft.transferFrom.data(agent, TAKER, refs[0][1])),
        (core.asset, core.asset.approve.data(core.vault, core.units(29_000))),
    )  # fmt: skip
    with reverts("UnderNotice"):
        act(core, agent, steps(release=refs[:1], repay=core.units(29_000)))


def test_act__above_its_limit_may_only_improve(core, agent, driver):
    refs = core.loan(60_000, 2)
    core.price(50_000)
    core.asset.mint(agent, core.units(29_000), sender=GOVERNOR)
    during(core, agent, driver, (core.asset, core.asset.approve.data(core.vault, core.units(29_000))))
    with reverts("DebtAboveLimit"):
        act(core, agent, steps(release=refs[:1], repay=core.units(29_000)))


def test_act__new_debt_under_notice__reverts_even_when_the_ratio_falls(core, agent, driver):
    core.loan(30_000)
    core.price(42_500)
    core.flag()
    (ref,) = core.mint(BORROWER)
    core.nft.transferFrom(BORROWER, agent, ref[1], sender=BORROWER)
    during(core, agent, driver, (core.nft, core.nft.approve.data(core.desk, ref[1])))
    with reverts("UnderNotice"):
        act(core, agent, steps(borrow=core.units(10), pledge=[ref]))


def test_act__degraded__no_new_debt_but_improvement(core, agent, driver):
    refs = core.loan(60_000, 2)
    core.oracle.setState(core.nft, 1, sender=GOVERNOR)
    with reverts("PriceNotFresh"):
        act(core, agent, steps(borrow=core.units(10)))
    core.asset.mint(agent, core.units(40_000), sender=GOVERNOR)
    during(core, agent, driver, (core.asset, core.asset.approve.data(core.vault, core.units(40_000))))
    act(core, agent, steps(release=refs[:1], repay=core.units(40_000)))
    assert core.nft.ownerOf(refs[0][1]) == agent.address


@pytest.mark.parametrize(("pause", "stale"), [(True, False), (False, True)])
def test_act__paused_or_stale__no_collateral_out_with_debt(core, agent, driver, pause, stale):
    refs = core.loan(60_000, 2)
    if pause:
        core.pauser.pause(PAUSE_GROUP, sender=GUARDIAN)
    if stale:
        core.oracle.setState(core.nft, 2, sender=GOVERNOR)
    core.asset.mint(agent, core.units(55_000), sender=GOVERNOR)
    during(core, agent, driver, (core.asset, core.asset.approve.data(core.vault, core.units(55_000))))
    with reverts("GroupPaused" if pause else "PriceNotFresh"):
        act(core, agent, steps(release=refs[:1], repay=core.units(55_000)))


def test_act__stranger__reverts(core):
    refs = core.loan(10_000)
    with reverts("Unauthorized", caller=STRANGER.address):
        core.desk.act(BORROWER, steps(release=refs), b"", sender=STRANGER)


def test_act__caller_without_callback__reverts(core):
    refs = core.loan(10_000)
    core.approve(BORROWER, core.vault)
    with pytest.raises(Revert):
        core.desk.act(BORROWER, steps(release=refs), b"", sender=BORROWER)


def test_act__borrow_and_repay_in_one__flash_loan_of_cash_leaves_debt_as_it_was(core, agent, driver):
    core.loan(10_000)
    debt = core.debt()
    core.asset.mint(agent, core.units(1), sender=GOVERNOR)
    during(core, agent, driver, (core.asset, core.asset.approve.data(core.vault, 2**255)))
    act(core, agent, steps(borrow=core.units(900_000), repay=core.units(900_000)))
    assert core.debt() <= debt + core.units(1)
    assert core.units(FLOOR) > core.debt()
