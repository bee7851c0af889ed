import pytest

from tests.helpers.balances import Watch
from tests.helpers.core import BORROWER, DAY, FLOOR, GOVERNOR, GUARDIAN, STRANGER, tier
from tests.helpers.evm import reverts

PAUSE_GROUP = b"lending".ljust(32, b"\0")


def test_repay__part__burns_shares_rounded_down(core, driver):
    core.loan(20_000)
    core.approve(BORROWER, core.vault)
    driver.warp(DAY)
    debt, shares = core.debt(), core.desk.accountOf(BORROWER).debtShares
    tx = core.desk.repay(core.units(5_000), BORROWER, sender=BORROWER)
    event = core.desk.event("Repaid", tx)
    assert event.args["assets"] == core.units(5_000) and event.args["fine"] == 0
    assert core.desk.accountOf(BORROWER).debtShares == shares - event.args["shares"]
    assert core.debt() >= debt - core.units(5_000)


def test_repay__more_than_owed__pulls_only_debt_and_leaves_no_dust(core, driver):
    core.loan(20_000)
    driver.warp(400 * DAY)
    core.fund(STRANGER, core.units(100_000))
    before = core.asset.balanceOf(STRANGER)
    repaid = core.desk.repay(core.units(100_000), BORROWER, sender=STRANGER).return_value
    assert core.asset.balanceOf(STRANGER) == before - repaid
    assert core.desk.accountOf(BORROWER).debtShares == 0
    assert core.debt() == 0
    assert core.vault.debtTotals() == (0, 0)
    assert core.desk.behindDebt() == 0


def test_repay__front_run_by_dust__still_closes(core, driver):
    core.loan(20_000)
    core.fund(STRANGER, core.units(1))
    core.approve(BORROWER, core.vault)
    core.desk.repay(1, BORROWER, sender=STRANGER)
    assert core.desk.repay(core.units(20_000), BORROWER, sender=BORROWER).return_value > 0
    assert core.debt() <= core.units(1)


def test_repay__without_debt__pulls_nothing(core):
    core.fund(STRANGER, core.units(10))
    assert core.desk.repay(core.units(10), STRANGER, sender=STRANGER).return_value == 0
    assert core.asset.balanceOf(STRANGER) == core.units(10)


def test_repay__below_least_loan__is_allowed(core):
    core.loan(20_000)
    core.approve(BORROWER, core.vault)
    core.desk.repay(core.units(19_995), BORROWER, sender=BORROWER)
    assert 0 < core.debt() < core.units(10)


def test_withdraw__without_debt__open_while_paused_and_stale(core):
    refs = core.mint(BORROWER)
    core.desk.pledge(refs, BORROWER, sender=BORROWER)
    core.oracle.setState(core.nft, 2, sender=GOVERNOR)
    core.pauser.pause(PAUSE_GROUP, sender=GUARDIAN)
    core.desk.withdraw(refs, BORROWER, STRANGER, sender=BORROWER)
    assert core.nft.ownerOf(refs[0][1]) == STRANGER.address
    assert core.desk.accountOf(BORROWER).nftCount == 0
    with reverts("NotPledged"):
        core.desk.withdraw(refs, BORROWER, BORROWER, sender=BORROWER)


@pytest.mark.parametrize("excess", [0, 1])
def test_withdraw__with_debt__only_within_the_limit(core, excess):
    refs = core.loan(FLOOR // 2, 2)
    core.approve(BORROWER, core.vault)
    if excess:
        core.price(FLOOR - 1)
        with reverts("DebtAboveLimit"):
            core.desk.withdraw(refs[:1], BORROWER, BORROWER, sender=BORROWER)
        assert core.nft.ownerOf(refs[0][1]) == core.desk.address
    else:
        core.desk.repay(core.units(1), BORROWER, sender=BORROWER)
        core.desk.withdraw(refs[:1], BORROWER, BORROWER, sender=BORROWER)
        assert core.nft.ownerOf(refs[0][1]) == BORROWER.address
        assert core.desk.behindDebt() == 100 << 8


def test_withdraw__closed_collection__is_open(core):
    refs = core.loan(10_000, 2)
    core.book.setTier(core.nft, tier(open=False, creditCapUnits=0), sender=GOVERNOR)
    core.desk.withdraw(refs[:1], BORROWER, BORROWER, sender=BORROWER)
    assert core.nft.ownerOf(refs[0][1]) == BORROWER.address


def test_withdraw__twice_in_a_call__reverts(core):
    refs = core.mint(BORROWER, 2)
    core.desk.pledge(refs, BORROWER, sender=BORROWER)
    with reverts("NotPledged"):
        core.desk.withdraw([refs[0], refs[0]], BORROWER, BORROWER, sender=BORROWER)


def test_withdraw__nft_of_another__reverts(core):
    mine, theirs = core.mint(BORROWER), core.mint(STRANGER)
    core.desk.pledge(mine, BORROWER, sender=BORROWER)
    core.desk.pledge(theirs, STRANGER, sender=STRANGER)
    with reverts("NotOfAccount", account=BORROWER.address):
        core.desk.withdraw(theirs, BORROWER, BORROWER, sender=BORROWER)


def test_withdrawn_collateral__is_no_longer_borrowable(core):
    refs = core.mint(BORROWER, 2)
    core.desk.pledge(refs, BORROWER, sender=BORROWER)
    core.desk.withdraw(refs, BORROWER, BORROWER, sender=BORROWER)
    with reverts("DebtAboveLimit", limit=0):
        core.desk.borrow(core.units(10), 2**256 - 1, BORROWER, BORROWER, sender=BORROWER)


def test_close__repays_all_and_returns_nft(core, driver):
    refs = core.loan(20_000)
    driver.warp(30 * DAY)
    core.fund(BORROWER, core.units(1_000))
    watch = Watch([], [(core.nft, refs[0][1])], holders={"borrower": BORROWER})
    before = watch.now()
    core.desk.close(2**255, refs, BORROWER, sender=BORROWER)
    watch.assert_moved(before, {}, nfts={(core.nft, refs[0][1]): BORROWER})
    account = core.desk.accountOf(BORROWER)
    assert (account.debtShares, account.units, account.nftCount) == (0, 0, 0)


def test_repay_and_pledge__open_while_paused_and_stale(core):
    core.loan(20_000)
    core.approve(BORROWER, core.vault)
    core.oracle.setState(core.nft, 2, sender=GOVERNOR)
    core.pauser.pause(PAUSE_GROUP, sender=GUARDIAN)
    core.desk.repay(core.units(1_000), BORROWER, sender=BORROWER)
    core.desk.pledge(core.mint(BORROWER), BORROWER, sender=BORROWER)
    assert core.owes(19_000)
    assert core.desk.accountOf(BORROWER).nftCount == 2
    with reverts("GroupPaused"):
        core.desk.borrow(core.units(100), 2**256 - 1, BORROWER, BORROWER, sender=BORROWER)
    with reverts("GroupPaused"):
        core.desk.withdraw(core.sorted([(core.nft.address, 1)]), BORROWER, BORROWER, sender=BORROWER)
