"""`credit` and `claim`: one ledger, never more than what arrived, and nothing is pushed."""

import pytest

from tests.helpers.abi import decode_error, selector
from tests.helpers.actors import ACTORS
from tests.helpers.balances import Watch, unchanged
from tests.helpers.evm import reverts
from tests.unit.royalties.conftest import CREATOR, VENUE, ZERO

STRANGER, THIEF, RECEIVER = ACTORS.stranger, ACTORS.thief, ACTORS.receiver
CREDITED = "RoyaltyPaid"


def test_credit__covered__booked_with_both_events(royalties):
    paid = 5 * royalties.one
    tx = royalties.pay(paid)
    assert tx.return_value == paid
    due = royalties.engine.event("RoyaltyDue", tx)
    assert (due.collection, due.tokenId, due.venue) == (royalties.nft.address, 1, VENUE.address)
    assert (due.receiver, due.price, due.due, due.paid) == (CREATOR.address, 20 * paid, paid, paid)
    booked = royalties.engine.event(CREDITED, tx)
    assert (booked.receiver, booked.venue, booked.assets) == (CREATOR.address, VENUE.address, paid)
    assert royalties.engine.claimable(CREATOR) == royalties.engine.totalClaimable() == paid
    royalties.balanced()


def test_credit__several__add_up(royalties):
    for paid in (1, 2, 30):
        royalties.pay(paid)
    royalties.pay(7, receiver=RECEIVER)
    assert royalties.engine.claimable(CREATOR) == 33
    assert royalties.engine.claimable(RECEIVER) == 7
    assert royalties.engine.totalClaimable() == 40 == royalties.asset.balanceOf(royalties.engine)


@pytest.mark.parametrize("sent", [0, 1, 99, 100, 101])
def test_credit__less_arrived_than_named__only_what_arrived(royalties, sent):
    royalties.pay(50, receiver=RECEIVER)  # somebody else's, not to be touched
    tx = royalties.pay(100, sent=sent)
    arrived = min(sent, 100)
    assert tx.return_value == royalties.engine.claimable(CREATOR) == arrived
    assert royalties.engine.event("RoyaltyDue", tx).paid == arrived
    assert len(royalties.engine.events(CREDITED, tx)) == (1 if arrived else 0)
    assert royalties.engine.claimable(RECEIVER) == 50
    royalties.balanced()


def test_credit__waived__due_is_told_and_nothing_paid(royalties):
    tx = royalties.pay(0, due=500)
    told = royalties.engine.event("RoyaltyDue", tx)
    assert (told.due, told.paid) == (500, 0)
    assert not royalties.engine.events(CREDITED, tx)
    assert royalties.engine.totalClaimable() == 0


def test_credit__by_a_thief__takes_nothing_that_is_somebodys(royalties):
    royalties.pay(1_000)
    tx = royalties.engine.credit(royalties.nft, 1, THIEF, 1, 1_000, 1_000, sender=THIEF)
    assert tx.return_value == 0 == royalties.engine.claimable(THIEF)
    with unchanged(Watch([royalties.asset], holders={"thief": THIEF, "engine": royalties.engine})):
        royalties.engine.claim(THIEF, sender=THIEF)
    assert royalties.engine.claimable(CREATOR) == 1_000


def test_credit__receiver_zero__reverts(royalties):
    with reverts("ZeroAddress"):
        royalties.engine.credit(royalties.nft, 1, ZERO, 1, 1, 1, sender=VENUE)


def test_credit__asset_with_a_fee__what_arrived(driver):
    asset = driver.deploy("FeeAsset", 6, 100)
    engine = driver.deploy("RoyaltyEngine", driver.deploy("Authority", ACTORS.governor), asset)
    asset.mint(VENUE, 10_000, sender=VENUE)
    asset.transfer(engine, 10_000, sender=VENUE)
    tx = engine.credit(engine, 1, CREATOR, 1, 10_000, 10_000, sender=VENUE)
    assert tx.return_value == 9_900 == asset.balanceOf(engine)
    engine.claim(RECEIVER, sender=CREATOR)
    assert asset.balanceOf(RECEIVER) == 9_801
    assert asset.balanceOf(engine) == engine.totalClaimable() == 0


def test_claim__all_of_it__to_whom_the_receiver_says(royalties):
    royalties.pay(100)
    royalties.pay(11, receiver=STRANGER)
    tx = royalties.engine.claim(RECEIVER, sender=CREATOR)
    told = royalties.engine.event("RoyaltyClaimed", tx)
    assert (told.receiver, told.to, told.assets) == (CREATOR.address, RECEIVER.address, 100)
    assert royalties.asset.balanceOf(RECEIVER) == 100
    assert royalties.asset.balanceOf(royalties.engine) == royalties.engine.totalClaimable() == 11
    assert royalties.engine.claimable(CREATOR) == 0


def test_claim__twice_or_nothing_there__nothing_happens(royalties):
    royalties.pay(100)
    royalties.engine.claim(CREATOR, sender=CREATOR)
    for claimer in (CREATOR, STRANGER):
        tx = royalties.engine.claim(claimer, sender=claimer)
        assert tx.return_value == 0
        assert not tx.events
    assert royalties.asset.balanceOf(CREATOR) == 100


def test_claim__to_the_zero_address__reverts_and_keeps_it(royalties):
    royalties.pay(100)
    with reverts("ZeroAddress"):
        royalties.engine.claim(ZERO, sender=CREATOR)
    assert royalties.engine.claimable(CREATOR) == 100


def test_claim__blacklisted_receiver__names_another(driver):
    asset = driver.deploy("MockUsdt", 6, sender=ACTORS.governor)
    engine = driver.deploy("RoyaltyEngine", driver.deploy("Authority", ACTORS.governor), asset)
    asset.addBlackList(CREATOR, sender=ACTORS.governor)
    asset.mint(engine, 100, sender=VENUE)
    engine.credit(engine, 1, CREATOR, 2_000, 100, 100, sender=VENUE)  # no push: the trade goes through
    engine.claim(RECEIVER, sender=CREATOR)
    assert asset.balanceOf(RECEIVER) == 100


def test_credit__receiver_that_refuses_and_re_enters__is_never_called(royalties, driver):
    probe = driver.deploy("CallbackProbe")
    again = royalties.engine.claim.data(THIEF)
    probe.script(b"\0" * 4, [(royalties.engine, 0, again, True)], sender=THIEF)
    probe.setAnswer(b"\0" * 4, 1, b"", sender=THIEF)
    royalties.pay(100, receiver=probe)
    assert probe.calls() == probe.outcomes() == 0
    probe.execute(royalties.engine, 0, again, sender=THIEF)
    assert royalties.asset.balanceOf(THIEF) == 100
    assert royalties.engine.totalClaimable() == 0


def test_claim__asset_that_calls_out__entries_are_locked(driver):
    """A hook between booking out and moving must not find the money uncredited."""
    asset = driver.deploy("HookedAsset", 6)
    engine = driver.deploy("RoyaltyEngine", driver.deploy("Authority", ACTORS.governor), asset)
    probe = driver.deploy("CallbackProbe")
    asset.mint(engine, 300, sender=VENUE)
    engine.credit(engine, 1, probe, 2_000, 100, 100, sender=VENUE)
    engine.credit(engine, 1, CREATOR, 4_000, 200, 200, sender=VENUE)
    asset.setHooked(probe, True, sender=THIEF)
    steps = [
        (engine, 0, engine.claim.data(THIEF), False),
        (engine, 0, engine.credit.data(engine, 1, THIEF, 1, 100, 100), False),
    ]
    probe.script(selector("tokensReceived(address,address,uint256)"), steps, sender=THIEF)
    probe.execute(engine, 0, engine.claim.data(probe), sender=THIEF)
    assert probe.outcomes() == 2
    for i in range(2):
        assert decode_error(probe.outcome(i).output) == ("GroupLocked", {})
    assert engine.claimable(CREATOR) == engine.totalClaimable() == 200 == asset.balanceOf(engine)
    assert asset.balanceOf(probe) == 100
