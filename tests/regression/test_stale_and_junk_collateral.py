"""What an account adds or swaps must not shield it, nor carry a loan it could not have got."""

import pytest

from tests.helpers.core import BORROWER, DAY, GOVERNOR, KEEPER, MAX_RATE, STRANGER, tier
from tests.helpers.evm import reverts

STALE = 2


@pytest.fixture
def agent(core, driver):
    probe = driver.deploy("CallbackProbe")
    core.operators.setOperator(probe, True, sender=BORROWER)
    return probe


def act(core, agent, release, pledge, repay=0):
    spec = (release, 0, MAX_RATE, pledge, repay)
    return agent.execute(core.desk, 0, core.desk.act.data(BORROWER, spec, b""), sender=BORROWER)


def test_pledge__stale_collection_into_a_loan__is_refused(core):
    core.loan(30_000)
    core.oracle.setState(core.thin, STALE, sender=GOVERNOR)
    junk = core.mint(BORROWER, 1, core.thin)
    with reverts("PriceStale"):
        core.desk.pledge(junk, BORROWER, sender=BORROWER)
    assert core.thin.ownerOf(junk[0][1]) == BORROWER.address


def test_liquidate__one_collection_stale__the_others_are_sold(core, driver):
    refs = core.loan(30_000)
    junk = core.mint(BORROWER, 1, core.thin)
    core.price(100, core.thin)
    core.desk.pledge(junk, BORROWER, sender=BORROWER)
    core.oracle.setState(core.thin, STALE, sender=GOVERNOR)
    core.price(30_000)
    driver.warp(10)
    core.desk.mark([BORROWER], sender=KEEPER)
    assert core.vault.floatingBadDebt() > core.units(4_000)
    core.flag()
    core.liquidate(refs + junk)
    assert core.desk.pledgeOf(*refs[0]).live and not core.desk.pledgeOf(*junk[0]).live


def test_liquidate__every_collection_stale__nothing_starts(core, driver):
    refs = core.loan(30_000)
    core.price(30_000)
    core.oracle.setState(core.nft, STALE, sender=GOVERNOR)
    driver.warp(10)
    with reverts("PriceStale"):
        core.flag()
    with reverts("PriceStale"):
        core.liquidate(refs)


def test_act__good_collateral_swapped_for_bad__is_new_credit(core, agent, driver):
    """The ratio at mid may fall while what could be lent against it falls to nothing."""
    refs = core.loan(29_900)
    poor = core.mint(BORROWER, 5, core.thin)
    for _, token in poor:
        core.thin.transferFrom(BORROWER, agent, token, sender=BORROWER)
    core.book.setTier(core.thin, tier(ltvBps=3000, open=False), sender=GOVERNOR)
    on_act = driver.at("IActReceiver", agent).onAct.selector
    approve = core.thin.setApprovalForAll.data(core.desk, True)
    agent.script(on_act, [(core.thin, 0, approve, True)], sender=GOVERNOR)
    with reverts("CollectionClosed", collection=core.thin.address):
        act(core, agent, refs, poor)
    assert core.nft.ownerOf(refs[0][1]) == core.desk.address


def test_act__list_swapped_under_notice__is_refused(core, agent, driver):
    """Swapping equal NFTs every block would leave no keeper a valid list."""
    refs = core.loan(30_000)
    (spare,) = core.mint(BORROWER)
    core.nft.transferFrom(BORROWER, agent, spare[1], sender=BORROWER)
    core.price(40_000)
    core.flag()
    on_act = driver.at("IActReceiver", agent).onAct.selector
    agent.script(on_act, [(core.nft, 0, core.nft.approve.data(core.desk, spare[1]), True)], sender=GOVERNOR)
    with reverts("UnderNotice", account=BORROWER.address):
        act(core, agent, refs, [spare])
    assert core.nft.ownerOf(spare[1]) == agent.address


def test_borrow__junk_of_a_closed_collection_given_by_a_stranger__is_refused(core):
    core.loan(10_000)
    core.book.setTier(core.thin, tier(ltvBps=3000, open=False), sender=GOVERNOR)
    junk = core.mint(STRANGER, 1, core.thin)
    with reverts("CollectionClosed"):
        core.desk.pledge(junk, BORROWER, sender=STRANGER)
    core.desk.borrow(core.units(100), MAX_RATE, BORROWER, BORROWER, sender=BORROWER)


def test_place__burnt_pledge__is_never_reused(core, driver):
    """Emptiness is what the desk holds in its books, not what the collection says."""
    refs = core.mint(BORROWER, 1, core.thin)
    core.desk.pledge(refs, BORROWER, sender=BORROWER)
    core.thin.burn(refs[0][1], sender=GOVERNOR)
    assert core.thin.balanceOf(core.desk) == 0
    with reverts("PlaceNotEmpty", balance=1):
        core.book.removeCollection(core.thin, sender=GOVERNOR)


def test_place__nft_sent_without_a_pledge__blocks_nothing_and_is_rescued(core):
    (stray,) = core.mint(STRANGER, 1, core.thin)
    core.thin.transferFrom(STRANGER, core.desk, stray[1], sender=STRANGER)
    pledged = core.mint(BORROWER)
    core.desk.pledge(pledged, BORROWER, sender=BORROWER)
    with reverts("AlreadyPledged"):
        core.desk.rescue(pledged[0], GOVERNOR, sender=GOVERNOR)
    with reverts("AccessManagedUnauthorized"):
        core.desk.rescue(stray, STRANGER, sender=STRANGER)
    core.desk.rescue(stray, STRANGER, sender=GOVERNOR)
    assert core.thin.ownerOf(stray[1]) == STRANGER.address
    core.book.removeCollection(core.thin, sender=GOVERNOR)


def test_slots__auction_that_nobody_takes__is_ended_after_a_day(core, driver):
    core.book.setTier(core.nft, tier(maxLive=1), sender=GOVERNOR)
    stuck = core.loan(29_000)
    other = core.loan(29_000, who=STRANGER)
    core.price(30_000)
    driver.warp(10)
    core.liquidate(stuck)
    started = core.auction.termsOf(*stuck[0]).startedAt
    with reverts("NothingToSell"):
        core.liquidate(other, STRANGER)
    driver.warp_to(started + DAY - 1)
    with driver.same_block(), reverts("NotRecovered"):
        core.desk.reclaim(BORROWER, stuck, sender=KEEPER)
    driver.warp_to(started + DAY)
    with driver.same_block():
        core.desk.reclaim(BORROWER, stuck, sender=KEEPER)
        core.liquidate(other, STRANGER)
    assert core.desk.pledgeOf(*other[0]).live and not core.desk.pledgeOf(*stuck[0]).live
