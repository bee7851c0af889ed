"""FlashClaim: an owner uses pledged NFTs for one call; nobody else does, and nothing gets away."""

from dataclasses import dataclass
from typing import Any

import pytest

from tests.helpers.abi import decode_error, selector
from tests.helpers.core import BORROWER, GOVERNOR, GUARDIAN, HOUR, KEEPER, MAX_RATE, STRANGER, THIEF, Core
from tests.helpers.evm import DEPLOYER, Contract, Revert, reverts

ON_CLAIM = selector("onFlashClaim(address,(address,uint256)[],bytes)")
ANSWER, DROP = 0, 1_000


@dataclass
class Stage:
    core: Core
    flash: Contract
    handler: Contract  # a CallbackProbe: runs what it is told while it owns the NFTs
    airdrop: Contract
    bonus: Contract

    def give_back(self, refs: list[Any]) -> list[Any]:
        return [
            (self.core.nft.address, 0, self.core.nft.transferFrom.data(self.handler, self.flash, token), True)
            for _, token in refs
        ]

    def allow_back(self, refs: list[Any]) -> list[Any]:
        return [
            (self.core.nft.address, 0, self.core.nft.approve.data(self.flash, token), True)
            for _, token in refs
        ]

    def plan(self, *steps: Any) -> None:
        self.handler.script(ON_CLAIM, list(steps), sender=BORROWER)

    def drop(self, refs: list[Any], to: Any = BORROWER) -> list[Any]:
        return [(self.airdrop.address, 0, self.airdrop.claim.data(token, to), True) for _, token in refs]

    def state(self, refs: list[Any], who: Any = BORROWER) -> tuple[Any, ...]:
        desk = self.core.desk
        owners = [self.core.nft.ownerOf(token) for _, token in refs]
        return (desk.accountOf(who), desk.behindDebt(), [desk.pledgeOf(*ref) for ref in refs], owners)


@pytest.fixture
def stage(core: Core) -> Stage:
    flash = core.driver.deploy("FlashClaim", core.desk)
    handler = core.driver.deploy("CallbackProbe")
    bonus = core.driver.deploy("MockAsset", 18)
    airdrop = core.driver.deploy("MockAirdrop", core.nft, bonus, DROP)
    core.operators.setOperator(flash, True, sender=BORROWER)
    return Stage(core, flash, handler, airdrop, bonus)


# --- what it is for --------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["give_back", "allow_back"])
def test_claim__airdrop_of_pledged_nfts__paid_to_the_owner_and_pledged_as_before(stage, way):
    core = stage.core
    refs = core.loan(50_000, 2)
    before, debt = stage.state(refs), core.vault.debtTotals().debtShares
    stage.plan(*stage.drop(refs), *getattr(stage, way)(refs))
    tx = stage.flash.claim(refs, stage.handler, b"\x07", sender=BORROWER)
    assert stage.bonus.balanceOf(BORROWER) == 2 * DROP
    assert stage.state(refs) == before
    assert core.vault.debtTotals().debtShares == debt
    event = tx.one("FlashClaimed")
    assert (event.account, event.handler, event.count) == (BORROWER.address, stage.handler.address, 2)
    assert core.nft.getApproved(refs[0][1]) == "0x" + "00" * 20
    call = stage.handler.callAt(0)
    assert call.caller == stage.flash.address


def test_claim__second_time__airdrop_refuses_and_nothing_moved(stage):
    refs = stage.core.loan(20_000, 1)
    stage.plan(*stage.drop(refs), *stage.give_back(refs))
    stage.flash.claim(refs, stage.handler, b"", sender=BORROWER)
    before = stage.state(refs)
    stage.plan(*stage.drop(refs), *stage.give_back(refs))
    with reverts("ClaimedBefore", tokenId=refs[0][1]):
        stage.flash.claim(refs, stage.handler, b"", sender=BORROWER)
    assert stage.state(refs) == before


def test_claim__under_notice_and_at_a_stale_price__open(stage):
    core = stage.core
    refs = core.loan(29_000, 1)
    core.price(40_000)
    core.flag()
    core.oracle.setState(core.nft, 2, sender=GOVERNOR)
    before = stage.state(refs)
    stage.plan(*stage.give_back(refs))
    stage.flash.claim(refs, stage.handler, b"", sender=BORROWER)
    assert stage.state(refs) == before
    assert core.desk.accountOf(BORROWER).flags == 1


def test_claim__paused__open(stage):
    core = stage.core
    refs = core.loan(29_000, 1)
    core.pauser.pause(core.vault.PAUSE_GROUP(), sender=GUARDIAN)
    stage.plan(*stage.give_back(refs))
    stage.flash.claim(refs, stage.handler, b"", sender=BORROWER)
    assert core.nft.ownerOf(refs[0][1]) == core.desk.address


def test_claim__no_nfts__changes_nothing(stage):
    refs = stage.core.loan(29_000, 1)
    before = stage.state(refs)
    stage.flash.claim([], stage.handler, b"", sender=BORROWER)
    assert stage.state(refs) == before


# --- appraised NFTs --------------------------------------------------------------------------------------


def appraised(stage, whole, units=250):
    core = stage.core
    refs = core.loan(20_000, 1)
    core.oracle.setUnits(core.nft, refs[0][1], units, core.driver.timestamp + 90 * 24 * HOUR, sender=GOVERNOR)
    core.desk.restamp(refs, sender=BORROWER)
    core.desk.borrow(core.units(whole - 20_000), MAX_RATE, BORROWER, BORROWER, sender=BORROWER)
    return refs


def test_claim__appraised_nft_within_the_floor_limit__counts_its_appraisal_again(stage):
    refs = appraised(stage, 29_000)
    before = stage.state(refs)
    stage.plan(*stage.give_back(refs))
    stage.flash.claim(refs, stage.handler, b"", sender=BORROWER)
    assert stage.state(refs) == before
    assert stage.core.desk.pledgeOf(*refs[0]).units == 250


def test_claim__appraised_nft_that_carries_the_loan__refused(stage):
    refs = appraised(stage, 60_000)
    before = stage.state(refs)
    stage.plan(*stage.give_back(refs))
    with reverts("DebtAboveLimit"):
        stage.flash.claim(refs, stage.handler, b"", sender=BORROWER)
    assert stage.state(refs) == before


def test_claim__appraisal_expired_meanwhile__falls_to_the_floor(stage):
    refs = appraised(stage, 29_000)
    stage.core.driver.warp(91 * 24 * HOUR)
    stage.core.price(100_000)
    stage.plan(*stage.give_back(refs))
    stage.flash.claim(refs, stage.handler, b"", sender=BORROWER)
    assert stage.core.desk.pledgeOf(*refs[0]).units == 100


# --- who may ---------------------------------------------------------------------------------------------


def test_claim__not_approved_as_operator__refused(stage):
    core = stage.core
    refs = core.loan(20_000, 1)
    core.operators.setOperator(stage.flash, False, sender=BORROWER)
    stage.plan(*stage.give_back(refs))
    with reverts("Unauthorized", caller=stage.flash.address):
        stage.flash.claim(refs, stage.handler, b"", sender=BORROWER)


def test_claim__nfts_of_another__refused(stage):
    core = stage.core
    refs = core.loan(20_000, 1)
    core.operators.setOperator(stage.flash, True, sender=THIEF)
    stage.plan(*stage.give_back(refs))
    with reverts("NotOfAccount", account=THIEF.address):
        stage.flash.claim(refs, stage.handler, b"", sender=THIEF)
    assert core.nft.ownerOf(refs[0][1]) == core.desk.address


def test_on_act__called_by_anyone__refused(stage):
    stage.core.loan(20_000, 1)
    for caller in (THIEF, BORROWER):
        with reverts("Unauthorized", caller=caller.address):
            stage.flash.onAct(BORROWER, 0, b"", sender=caller)


def test_claim__nft_in_auction__refused(stage):
    core = stage.core
    refs = core.loan(29_000, 1)
    core.price(33_000)
    core.liquidate(refs)
    stage.plan(*stage.give_back(refs))
    with reverts("InAuction", tokenId=refs[0][1]):
        stage.flash.claim(refs, stage.handler, b"", sender=BORROWER)


def test_claim__same_nft_twice__refused(stage):
    refs = stage.core.loan(29_000, 2)
    with reverts("NotPledged", tokenId=refs[0][1]):
        stage.flash.claim([refs[0], refs[0]], stage.handler, b"", sender=BORROWER)


def test_constructor__no_desk__refused(stage):
    with reverts("ZeroAddress"):
        stage.core.driver.deploy("FlashClaim", "0x" + "00" * 20)


# --- handlers that do not behave -------------------------------------------------------------------------


def test_handler__keeps_the_nft__all_undone(stage):
    refs = stage.core.loan(29_000, 1)
    before = stage.state(refs)
    stage.plan(*stage.drop(refs))
    with pytest.raises(Revert):
        stage.flash.claim(refs, stage.handler, b"", sender=BORROWER)
    assert stage.state(refs) == before
    assert stage.bonus.balanceOf(BORROWER) == 0


def test_handler__sells_it_and_offers_another__all_undone(stage):
    core = stage.core
    refs = core.loan(29_000, 1)
    [other] = core.mint(THIEF)
    core.nft.transferFrom(THIEF, stage.handler, other[1], sender=THIEF)
    sell = (core.nft.address, 0, core.nft.transferFrom.data(stage.handler, THIEF, refs[0][1]), True)
    stage.plan(sell, *stage.give_back([other]))
    before = stage.state([*refs, other])
    with pytest.raises(Revert):
        stage.flash.claim(refs, stage.handler, b"", sender=BORROWER)
    assert stage.state([*refs, other]) == before


def test_handler__answers_with_something_else__refused(stage):
    refs = stage.core.loan(29_000, 1)
    stage.handler.setAnswer(ON_CLAIM, ANSWER, b"\xab\xcd\xef\x01".ljust(32, b"\0"), sender=BORROWER)
    stage.plan(*stage.give_back(refs))
    with reverts("BadClaimCallback", answer=b"\xab\xcd\xef\x01"):
        stage.flash.claim(refs, stage.handler, b"", sender=BORROWER)


def test_handler__burns_the_gas__nothing_moved(stage):
    refs = stage.core.loan(29_000, 1)
    before = stage.state(refs)
    stage.handler.setAnswer(ON_CLAIM, 2, b"", sender=BORROWER)
    with pytest.raises(Revert):
        stage.flash.claim(refs, stage.handler, b"", sender=BORROWER, gas=3_000_000)
    assert stage.state(refs) == before


@pytest.mark.parametrize("who", ["account without code", "desk", "collection", "auction"])
def test_handler__is_no_handler__refused(stage, who):
    core = stage.core
    refs = core.loan(29_000, 1)
    named = {"desk": core.desk, "collection": core.nft, "auction": core.auction}.get(who, STRANGER)
    before = stage.state(refs)
    with pytest.raises(Revert):
        stage.flash.claim(refs, named, b"", sender=BORROWER)
    assert stage.state(refs) == before


def test_handler__reenters_everything__every_entry_is_closed(stage):
    core = stage.core
    refs = core.loan(29_000, 1)
    [free] = core.mint(KEEPER)
    core.nft.transferFrom(KEEPER, stage.handler, free[1], sender=KEEPER)
    core.operators.setOperator(stage.handler, True, sender=BORROWER)  # it may do all, but not now
    entries = {
        stage.flash: [stage.flash.claim.data([], stage.handler, b"")],
        core.desk: [
            core.desk.pledge.data([free], stage.handler),
            core.desk.repay.data(10, BORROWER),
            core.desk.flag.data(BORROWER),
            core.desk.mark.data([BORROWER]),
            core.desk.restamp.data(refs),
            core.desk.act.data(BORROWER, ([], 0, 0, [], 0), b""),
            core.desk.healthOf.data(BORROWER),
            core.desk.accountOf.data(BORROWER),
        ],
        core.vault: [
            core.vault.deposit.data(1, BORROWER),
            core.vault.debtTotals.data(),
            core.vault.cash.data(),
        ],
    }
    steps = [(where.address, 0, data, False) for where, calls in entries.items() for data in calls]
    stage.plan(*steps, *stage.give_back(refs))
    before = stage.state(refs)
    stage.flash.claim(refs, stage.handler, b"", sender=BORROWER)
    assert stage.state(refs) == before
    outcomes = [stage.handler.outcome(i) for i in range(stage.handler.outcomes())]
    errors = [decode_error(o.output)[0] for o in outcomes if not o.success]
    assert errors == ["ClaimRunning"] + ["GroupLocked"] * (len(steps) - 1)


def test_handler_of_another__with_a_standing_approval__loses_nothing(stage):
    """A thief names a handler that allows FlashClaim everything: only the thief's own NFT moves."""
    core = stage.core
    mine = core.loan(20_000, 1, THIEF)
    core.operators.setOperator(stage.flash, True, sender=THIEF)
    [kept] = core.mint(KEEPER)
    core.nft.transferFrom(KEEPER, stage.handler, kept[1], sender=KEEPER)
    allow = core.nft.setApprovalForAll.data(stage.flash, True)
    stage.handler.execute(core.nft, 0, allow, sender=BORROWER)
    with reverts("NotPledged", tokenId=kept[1]):
        stage.flash.claim([*mine, kept], stage.handler, b"", sender=THIEF)
    stage.flash.claim(mine, stage.handler, b"", sender=THIEF)
    assert core.nft.ownerOf(kept[1]) == stage.handler.address
    assert core.nft.ownerOf(mine[0][1]) == core.desk.address
    assert core.desk.pledgeOf(*mine[0]).owner == THIEF.address


def test_nft_sent_by_mistake__stays_out_of_reach_of_all(stage):
    core = stage.core
    refs = core.loan(29_000, 1)
    [lost] = core.mint(KEEPER)
    core.nft.transferFrom(KEEPER, stage.flash, lost[1], sender=KEEPER)
    with reverts("NotPledged", tokenId=lost[1]):
        stage.flash.claim([lost], stage.handler, b"", sender=BORROWER)
    stage.plan(*stage.give_back(refs))
    stage.flash.claim(refs, stage.handler, b"", sender=BORROWER)
    assert core.nft.ownerOf(lost[1]) == stage.flash.address
    assert DEPLOYER.address != stage.flash.address
