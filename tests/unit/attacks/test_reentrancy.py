"""A hostile NFT or taker calls back into the group: every entry, health, price and share view is closed."""

import pytest
from eth_utils import keccak

from tests.helpers.core import BORROWER, GOVERNOR, HOUR, KEEPER, MAX_RATE, STRANGER, SUPPLIER, TAKER, tier
from tests.helpers.evm import reverts

LOCKED_SELECTOR = keccak(b"GroupLocked()")[:4]


@pytest.fixture
def hostile(core, driver):
    """A listed collection whose `transferFrom` runs a script."""
    nft = driver.deploy("ReentrantNft")
    core.price(60_000, nft)
    core.book.addCollection(nft, tier(), sender=GOVERNOR)
    return nft


def entries_and_views(core, ref):
    """Everything of the group that must be closed, as (name, contract, calldata)."""
    desk, vault, auction = core.desk, core.vault, core.auction
    nfts = [ref]
    calls = {
        "pledge": (desk, desk.pledge.data(nfts, BORROWER)),
        "open": (desk, desk.open.data(nfts, 1, MAX_RATE, BORROWER)),
        "borrow": (desk, desk.borrow.data(1, MAX_RATE, BORROWER, BORROWER)),
        "repay": (desk, desk.repay.data(1, BORROWER)),
        "withdraw": (desk, desk.withdraw.data(nfts, BORROWER, BORROWER)),
        "close": (desk, desk.close.data(1, nfts, BORROWER)),
        "act": (desk, desk.act.data(BORROWER, ([], 0, 0, [], 0), b"")),
        "restamp": (desk, desk.restamp.data(nfts)),
        "setSaleRanks": (desk, desk.setSaleRanks.data(nfts, [1])),
        "flag": (desk, desk.flag.data(BORROWER)),
        "clear": (desk, desk.clear.data(BORROWER)),
        "liquidate": (desk, desk.liquidate.data(BORROWER, nfts)),
        "reclaim": (desk, desk.reclaim.data(BORROWER, nfts)),
        "redeem": (desk, desk.redeem.data(BORROWER, 1, nfts)),
        "mark": (desk, desk.mark.data([BORROWER])),
        "markDistressed": (desk, desk.markDistressed.data(BORROWER, ref)),
        "accountOf": (desk, desk.accountOf.data(BORROWER)),
        "pledgeOf": (desk, desk.pledgeOf.data(*ref)),
        "noticeOf": (desk, desk.noticeOf.data(BORROWER)),
        "markOf": (desk, desk.markOf.data(BORROWER)),
        "healthOf": (desk, desk.healthOf.data(BORROWER)),
        "behindDebt": (desk, desk.behindDebt.data()),
        "take": (auction, auction.take.data(*ref, 2**255, BORROWER, b"")),
        "settleInto": (auction, auction.settleInto.data(*ref, BORROWER, 0, b"")),
        "restart": (auction, auction.restart.data(*ref)),
        "priceOf": (auction, auction.priceOf.data(*ref)),
        "deposit": (vault, vault.deposit.data(1, BORROWER)),
        "mint": (vault, vault.mint.data(1, BORROWER)),
        "withdraw shares": (vault, vault.withdraw.data(1, BORROWER, BORROWER)),
        "redeem shares": (vault, vault.redeem.data(1, BORROWER, BORROWER)),
        "transfer": (vault, vault.transfer.data(BORROWER, 0)),
        "requestRedeem": (vault, vault.requestRedeem.data(1, BORROWER)),
        "cancelRequest": (vault, vault.cancelRequest.data(0)),
        "fillQueue": (vault, vault.fillQueue.data(1)),
        "claim": (vault, vault.claim.data(BORROWER)),
        "fundReserve": (vault, vault.fundReserve.data(1)),
        "accrue": (vault, vault.accrue.data()),
        "totalAssets": (vault, vault.totalAssets.data()),
        "convertToAssets": (vault, vault.convertToAssets.data(1)),
        "previewDeposit": (vault, vault.previewDeposit.data(1)),
        "previewRedeem": (vault, vault.previewRedeem.data(1)),
        "maxWithdraw": (vault, vault.maxWithdraw.data(BORROWER)),
        "debtTotals": (vault, vault.debtTotals.data()),
        "debtOf": (vault, vault.debtOf.data(1)),
        "floatingBadDebt": (vault, vault.floatingBadDebt.data()),
        "utilisation": (vault, vault.utilisation.data()),
        "supplyAssets": (vault, vault.supplyAssets.data()),
    }
    return list(calls.items())


def assert_all_locked(double, names):
    count = double.outcomes()
    assert count == len(names)
    for index, name in enumerate(names):
        outcome = double.outcome(index)
        assert not outcome.success, f"{name} is open inside the callback"
        assert outcome.output[:4] == LOCKED_SELECTOR, (
            f"{name} failed for another reason: {outcome.output.hex()}"
        )


def attack_during_transfer(core, nft, ref):
    core.operators.setOperator(nft, True, sender=BORROWER)  # the lock alone must hold
    calls = entries_and_views(core, ref)
    nft.script(nft.AFTER(), [(target, 0, data, False) for _, (target, data) in calls], sender=GOVERNOR)
    return [name for name, _ in calls]


def test_reentrancy__nft_on_pledge__everything_is_closed(core, hostile):
    (ref,) = core.mint(BORROWER, 1, hostile)
    names = attack_during_transfer(core, hostile, ref)
    core.desk.open([ref], core.units(10_000), MAX_RATE, BORROWER, sender=BORROWER)
    assert_all_locked(hostile, names)
    assert core.desk.accountOf(BORROWER).nftCount == 1 and core.owes(10_000)


def test_reentrancy__nft_on_withdraw__everything_is_closed(core, hostile):
    (ref,) = core.mint(BORROWER, 1, hostile)
    core.desk.pledge([ref], BORROWER, sender=BORROWER)
    names = attack_during_transfer(core, hostile, ref)
    core.desk.withdraw([ref], BORROWER, BORROWER, sender=BORROWER)
    assert_all_locked(hostile, names)
    assert core.desk.accountOf(BORROWER).nftCount == 0


def test_reentrancy__nft_on_take__everything_is_closed(core, hostile):
    (ref,) = core.loan(30_000, collection=hostile)
    core.price(39_900, hostile)
    core.warn_and_liquidate([ref])
    names = attack_during_transfer(core, hostile, ref)
    tx = core.take(ref)
    assert_all_locked(hostile, names)
    assert core.desk.event("Sold", tx).args["surplus"] > 0


def test_reentrancy__taker_callback__everything_is_closed(core, driver):
    (ref,) = core.loan(30_000)
    core.price(39_900)
    core.warn_and_liquidate([ref])
    driver.warp(2 * HOUR)
    probe = driver.deploy("CallbackProbe")
    core.asset.mint(probe, core.units(60_000), sender=GOVERNOR)
    probe.execute(core.asset, 0, core.asset.approve.data(core.auction, 2**255), sender=TAKER)
    core.operators.setOperator(probe, True, sender=BORROWER)  # the lock alone must hold
    calls = entries_and_views(core, ref)
    on_take = driver.at("IAuctionTaker", probe).onTake.selector
    probe.script(on_take, [(t, 0, data, False) for _, (t, data) in calls], sender=GOVERNOR)
    before = core.asset.balanceOf(core.vault)
    probe.execute(core.auction, 0, core.auction.take.data(*ref, 2**255, probe, b"sell"), sender=TAKER)
    assert_all_locked(probe, [name for name, _ in calls])
    assert core.nft.ownerOf(ref[1]) == probe.address
    assert core.asset.balanceOf(core.vault) > before


def test_reentrancy__flash_claim_callback__everything_is_closed(core, driver):
    (ref,) = core.loan(10_000)
    probe = driver.deploy("CallbackProbe")
    core.operators.setOperator(probe, True, sender=BORROWER)
    calls = entries_and_views(core, ref)
    on_act = driver.at("IActReceiver", probe).onAct.selector
    script = [(t, 0, data, False) for _, (t, data) in calls]
    script.append((core.nft, 0, core.nft.approve.data(core.desk, ref[1]), True))
    probe.script(on_act, script, sender=GOVERNOR)
    spec = ([ref], 0, 0, [ref], 0)
    probe.execute(core.desk, 0, core.desk.act.data(BORROWER, spec, b""), sender=BORROWER)
    names = [name for name, _ in calls]
    assert probe.outcomes() == len(names) + 1
    for index, name in enumerate(names):
        assert probe.outcome(index).output[:4] == LOCKED_SELECTOR, name
    assert core.nft.ownerOf(ref[1]) == core.desk.address


def test_reentrancy__taker_that_answers_wrongly__reverts_whole_sale(core, driver):
    (ref,) = core.loan(30_000)
    core.price(39_900)
    core.warn_and_liquidate([ref])
    probe = driver.deploy("CallbackProbe")
    on_take = driver.at("IAuctionTaker", probe).onTake.selector
    probe.setAnswer(on_take, 0, b"\x01\x02\x03\x04".ljust(32, b"\0"), sender=GOVERNOR)
    with reverts("BadCallback"):
        probe.execute(core.auction, 0, core.auction.take.data(*ref, 2**255, probe, b"x"), sender=TAKER)
    assert core.nft.ownerOf(ref[1]) == core.desk.address


def test_group_entries__of_strangers__are_closed(core):
    for call in (
        lambda: core.vault.hold(sender=STRANGER),
        lambda: core.vault.free(sender=STRANGER),
        lambda: core.vault.drawDown(STRANGER, 1, MAX_RATE, sender=STRANGER),
        lambda: core.vault.collectPayment(SUPPLIER, 1, 1, 0, KEEPER, KEEPER, sender=STRANGER),
        lambda: core.vault.bookSale(STRANGER, 1, 10**12, KEEPER, KEEPER, KEEPER, sender=STRANGER),
        lambda: core.vault.realiseLoss(STRANGER, 1, sender=STRANGER),
        lambda: core.vault.remark(0, 0, 1, 1, sender=STRANGER),
    ):
        with reverts("Unauthorized", caller=STRANGER.address):
            call()
