"""StandingBids: who is served, at what price, and that nobody can be held up or robbed."""

import pytest
from eth_utils import keccak

from tests.helpers.accounts import Account
from tests.helpers.core import (
    BORROWER,
    DAY,
    FLOOR,
    GOVERNOR,
    HOUR,
    KEEPER,
    STRANGER,
    SUPPLIER,
    build_core,
    tier,
)
from tests.helpers.evm import DEPLOYER, PyrevmDriver, reverts
from tests.unit.liquidation.conftest import BIDDER, RIVAL, SETTLER, build_exits

ZERO = "0x" + "00" * 20


def solvent(exits):
    """The contract holds what is locked and what is credited."""
    core, bids = exits.core, exits.bids
    locked = sum(bids.bidOf(i).locked for i in bids.bidsOf(core.nft))
    owed = sum(bids.claimable(who) for who in (BIDDER, RIVAL, *CROWD))
    return core.asset.balanceOf(bids) == locked + owed


CROWD = [Account(f"bidder {n}") for n in range(33)]


# -- placing ----------


def test_place__measured_deposit__locked_and_told(exits):
    core, bids = exits.core, exits.bids
    core.fund(BIDDER, core.units(100_000), bids)
    until = core.driver.timestamp + 30 * DAY
    tx = bids.place(core.nft, 9_000, core.units(40_000), 2, until, sender=BIDDER)
    event = bids.event("BidPlaced", tx)
    assert (event.bidId, event.bidder, event.priceBps, event.maxPrice, event.quantity, event.expiresAt) == (
        1, BIDDER.address, 9_000, core.units(40_000), 2, until,
    )  # fmt: skip
    assert event.locked == core.units(80_000) == core.asset.balanceOf(bids)
    assert core.asset.balanceOf(BIDDER) == core.units(20_000)
    bid = bids.bidOf(1)
    assert (bid.bidder, bid.collection, bid.quantity, bid.endsAt, bid.cancelled, bid.locked) == (
        BIDDER.address, core.nft.address, 2, until, False, core.units(80_000),
    )  # fmt: skip
    assert bids.bidsOf(core.nft) == [1]


@pytest.mark.parametrize(
    ("field", "value", "ok"),
    [
        ("bps", 4_999, False), ("bps", 5_000, True), ("bps", 15_000, True), ("bps", 15_001, False),
        ("count", 0, False), ("count", 1, True), ("count", 65_536, False),
        ("life", DAY - 1, False), ("life", DAY, True), ("life", 365 * DAY, True),
        ("life", 365 * DAY + 1, False),
        ("most", -1, False), ("most", 0, True), ("most", 2**96, False),
    ],
)  # fmt: skip
def test_place__fields_at_their_bounds__boundary(exits, field, value, ok):
    core, bids = exits.core, exits.bids
    bps, count, life, most = 9_000, 1, 30 * DAY, core.units(FLOOR // 2)
    if field == "bps":
        bps = value
    elif field == "count":
        count = value
    elif field == "life":
        life = value
    else:
        most = value if value > 1 else most + value
    core.fund(BIDDER, core.units(FLOOR), bids)
    with core.driver.same_block():
        call = (core.nft, bps, most, count, core.driver.timestamp + life)
        if ok:
            bids.place(*call, sender=BIDDER)
            assert bids.bidsOf(core.nft) == [1]
        else:
            with reverts("BidTooLow" if value == -1 else "OutOfBounds"):
                bids.place(*call, sender=BIDDER)


def test_place__no_price_or_stale__refused(exits):
    core, bids = exits.core, exits.bids
    core.oracle.setState(core.nft, 2, sender=GOVERNOR)
    core.fund(BIDDER, core.units(FLOOR), bids)
    until = core.driver.timestamp + 30 * DAY
    with reverts("BidTooLow"):
        bids.place(core.nft, 9_000, core.units(FLOOR), 1, until, sender=BIDDER)
    with reverts("CollectionNotListed"):
        bids.place(STRANGER, 9_000, core.units(FLOOR), 1, until, sender=BIDDER)


def test_place__asset_takes_a_fee__refused():
    driver = PyrevmDriver()
    fee = driver.deploy("FeeAsset", 6, 0)
    exits = build_exits(build_core(driver, 6, fee))
    fee.setFee(1, sender=GOVERNOR)
    with reverts("BidUnderfunded"):
        exits.bid()
    fee.setFee(0, sender=GOVERNOR)
    assert exits.bid() == 1


def test_place__full_book__only_a_better_one_displaces_the_worst(exits):
    core, bids = exits.core, exits.bids
    ids = [exits.bid(9_000 + n, by=who) for n, who in enumerate(CROWD[:32])]
    assert len(bids.bidsOf(core.nft)) == 32 == bids.MAX_BIDS()
    with reverts("BidBookFull", worstBidId=ids[0]):
        exits.bid(9_000, by=RIVAL)
    with reverts("BidBookFull", worstBidId=ids[0]):
        exits.bid(8_999, by=RIVAL)
    assert bids.claimable(CROWD[0]) == 0
    new = exits.bid(9_001, by=RIVAL)  # as good as another, better than the worst
    assert bids.claimable(CROWD[0]) == core.units(60_000)
    assert set(bids.bidsOf(core.nft)) == {*ids[1:], new}
    assert bids.bidOf(ids[0]).bidder == ZERO
    with reverts("NoBid"):
        bids.cancel(ids[0], sender=CROWD[0])
    # of equal ones the youngest goes
    exits.bid(15_000, by=RIVAL)
    assert set(bids.bidsOf(core.nft)) == {*ids[1:], new + 1}
    assert solvent(exits)


def test_place__full_book_with_one_over__it_makes_room(exits):
    core, bids = exits.core, exits.bids
    over = exits.bid(15_000, by=BIDDER, life=DAY)
    ids = [exits.bid(9_000, by=who) for who in CROWD[:31]]
    core.driver.warp(DAY)
    core.price(FLOOR)
    low = exits.bid(5_000, by=RIVAL)
    assert set(bids.bidsOf(core.nft)) == {*ids, low}
    assert bids.bidOf(over).bidder == ZERO and bids.claimable(BIDDER) == core.units(60_000)
    assert solvent(exits)


# -- selling ----------


def test_exit__stranger__refused(exits):
    core, bids = exits.core, exits.bids
    exits.bid()
    core.nft.mint(bids, 999, sender=GOVERNOR)
    with reverts("Unauthorized", caller=STRANGER):
        bids.exit(core.nft, 999, STRANGER, 0, b"", sender=STRANGER)
    assert bids.owedTo(core.nft, 999) == ZERO


def test_exit__best_bid__pays_bps_of_value_and_gets_the_rest_back(exits):
    core, bids = exits.core, exits.bids
    bid = exits.bid(9_800, most=50_000, count=2)
    (ref,) = exits.auction()
    worth = core.auction.priceOf(*ref)[1]
    net = worth * 9_800 // 10_000
    assert bids.quoteExit(*ref, b"") == net
    before = core.asset.balanceOf(core.vault)
    tx = exits.settle(ref, bids, least=net)
    assert tx.return_value == net == core.asset.balanceOf(core.vault) - before
    event = bids.event("BidFilled", tx)
    assert (event.bidId, event.tokenId, event.price, event.quantity, event.locked) == (
        bid, ref[1], net, 1, core.units(50_000),
    )  # fmt: skip
    assert bids.event("BidRefunded", tx).assets == core.units(50_000) - net == bids.claimable(BIDDER)
    assert core.nft.ownerOf(ref[1]) == bids.address and bids.owedTo(*ref) == BIDDER.address
    held = core.asset.balanceOf(BIDDER)
    assert bids.claim(BIDDER, sender=BIDDER).return_value == core.units(50_000) - net
    assert core.asset.balanceOf(BIDDER) == held + core.units(50_000) - net
    bids.claimNft(*ref, RIVAL, sender=BIDDER)
    assert core.nft.ownerOf(ref[1]) == RIVAL.address
    with reverts("NftNotOwed", claimer=BIDDER):
        bids.claimNft(*ref, BIDDER, sender=BIDDER)
    assert bids.claim(BIDDER, sender=BIDDER).return_value == 0
    assert solvent(exits)


def test_exit__last_of_a_bid__closes_it(exits):
    core, bids = exits.core, exits.bids
    bid = exits.bid(10_000, most=39_900)
    (ref,) = exits.auction()
    tx = exits.settle(ref, bids)
    assert tx.named("BidRefunded", bids) == []
    assert bids.event("BidClosed", tx).assets == 0
    assert bids.bidOf(bid).bidder == ZERO and bids.bidsOf(core.nft) == []
    assert core.asset.balanceOf(bids) == 0


def test_exit__absolute_maximum__binds(exits):
    bids = exits.bids
    exits.bid(15_000, most=39_000)
    (ref,) = exits.auction()
    assert bids.quoteExit(*ref, b"") == exits.core.units(39_000)
    assert exits.settle(ref, bids).return_value == exits.core.units(39_000)


def test_exit__appraised_token__pays_for_its_units(exits):
    core, bids = exits.core, exits.bids
    exits.bid(9_000, most=90_000)
    (ref,) = exits.auction()
    core.oracle.setUnits(*ref, 200, core.driver.timestamp + DAY, sender=GOVERNOR)
    assert bids.quoteExit(*ref, b"") == core.units(39_900) * 2 * 9_000 // 10_000
    core.driver.warp(2 * DAY)
    assert bids.quoteExit(*ref, b"") == core.units(39_900) * 9_000 // 10_000


def test_exit__best_net_price_first__whatever_the_caller_says(exits):
    """An absolute maximum can make the higher share the worse bid, and the order turns with the price."""
    core, bids = exits.core, exits.bids
    capped = exits.bid(12_000, most=38_000, by=RIVAL)
    share = exits.bid(9_800, by=BIDDER)
    assert bids.bidsOf(core.nft) == [share, capped]
    core.price(38_000)
    assert bids.bidsOf(core.nft) == [capped, share]
    core.price(FLOOR)
    (ref,) = exits.auction()
    assert bids.bidsOf(core.nft) == [share, capped]
    tx = exits.settle(ref, bids, data=capped.to_bytes(32, "big"))
    assert bids.event("BidFilled", tx).bidId == share


def test_exit__equal_prices__first_come(exits):
    core, bids = exits.core, exits.bids
    gone = exits.bid(9_900, by=CROWD[0])
    first = exits.bid(9_900, by=RIVAL, count=2)
    second = exits.bid(9_900, by=BIDDER)
    bids.cancel(gone, sender=CROWD[0])
    core.driver.warp(DAY)
    bids.close(gone, sender=STRANGER)  # the last rung takes its place: age, not place, decides
    core.price(FLOOR)
    refs = exits.auction(price=31_000, count=3)
    filled = [bids.event("BidFilled", exits.settle(ref, bids)).bidId for ref in refs]
    assert filled == [first, first, second]
    assert bids.bidsOf(core.nft) == []


@pytest.mark.parametrize("over", [-1, 0])
def test_exit__best_bid_around_the_auction_price__boundary(exits, over):
    core, bids = exits.core, exits.bids
    (ref,) = exits.auction()
    core.fund(BIDDER, core.units(60_000), bids)
    with core.driver.same_block():
        price = exits.price(ref)
        until = core.driver.timestamp + 30 * DAY
        bids.place(core.nft, 15_000, price + over, 1, until, sender=BIDDER)
        if over < 0:
            with reverts("NoBidTakes", minProceeds=price):
                exits.settle(ref, bids)
            assert core.nft.ownerOf(ref[1]) == core.desk.address
        else:
            assert exits.settle(ref, bids).return_value == price


def test_exit__stale_price__no_bid_is_served(exits):
    core, bids = exits.core, exits.bids
    exits.bid(15_000)
    (ref,) = exits.auction()
    core.oracle.setState(core.nft, 2, sender=GOVERNOR)
    assert bids.quoteExit(*ref, b"") == 0 == bids.depthAt(core.nft, 1)
    with reverts("NoBidTakes"):
        exits.settle(ref, bids)


def test_exit__nobody_bids__refused(exits):
    (ref,) = exits.auction()
    assert exits.bids.quoteExit(*ref, b"") == 0
    with reverts("NoBidTakes"):
        exits.settle(ref, exits.bids)


# -- cancelling ----------


@pytest.mark.parametrize("before_end", [1, 0])
def test_cancel__takes_effect_after_a_day__fillable_until_then(exits, before_end):
    core, bids = exits.core, exits.bids
    (ref,) = exits.auction()
    bid = exits.bid(10_000)
    assert bids.depthAt(core.nft, 1) == 1
    tx = bids.cancel(bid, sender=BIDDER)
    ends_at = tx.timestamp + DAY
    assert bids.event("BidCancelled", tx).claimableAt == ends_at == bids.bidOf(bid).endsAt
    assert bids.depthAt(core.nft, 1) == 0, "it counts no more, at once"
    core.driver.warp_to(ends_at - before_end)
    with core.driver.same_block():
        if before_end:
            with reverts("BidNotOver", endsAt=ends_at):
                bids.close(bid, sender=BIDDER)
            assert exits.settle(ref, bids).return_value == core.units(39_900)
        else:
            with reverts("NoBidTakes"):
                exits.settle(ref, bids)
            bids.close(bid, sender=STRANGER)
            assert bids.claimable(BIDDER) == core.units(60_000)
    assert solvent(exits)


def test_cancel__not_his_or_twice__refused(exits):
    bid = exits.bid()
    with reverts("NoBid", bidId=bid):
        exits.bids.cancel(bid, sender=RIVAL)
    exits.bids.cancel(bid, sender=BIDDER)
    ends_at = exits.bids.bidOf(bid).endsAt
    exits.core.driver.warp(HOUR)
    with reverts("BidAlreadyCancelled", bidId=bid):
        exits.bids.cancel(bid, sender=BIDDER)
    assert exits.bids.bidOf(bid).endsAt == ends_at
    with reverts("NoBid", bidId=77):
        exits.bids.close(77, sender=BIDDER)


def test_cancel__expiry_is_nearer__does_not_lengthen_it(exits):
    bid = exits.bid(life=DAY + HOUR)
    ends_at = exits.bids.bidOf(bid).endsAt
    exits.core.driver.warp(2 * HOUR)
    exits.bids.cancel(bid, sender=BIDDER)
    assert exits.bids.bidOf(bid).endsAt == ends_at


@pytest.mark.parametrize("early", [1, 0])
def test_expiry__second_it_falls_on__fills_no_more(exits, early):
    core, bids = exits.core, exits.bids
    (ref,) = exits.auction()
    bid = exits.bid(life=DAY)
    core.driver.warp_to(bids.bidOf(bid).endsAt - early)
    with core.driver.same_block():
        assert (bids.quoteExit(*ref, b"") != 0) == bool(early)
        assert bids.depthAt(core.nft, 1) == early
        if early:
            exits.settle(ref, bids)
        else:
            with reverts("NoBidTakes"):
                exits.settle(ref, bids)


# -- depth ----------


@pytest.mark.parametrize("over", [-1, 0, 1])
def test_depth_at__price_of_a_floor_piece__boundary(exits, over):
    core, bids = exits.core, exits.bids
    exits.bid(9_000, count=3)
    exits.bid(8_000, count=5, by=RIVAL)
    at = core.units(FLOOR) * 9 // 10
    assert bids.depthAt(core.nft, at + over) == (3 if over <= 0 else 0)
    assert bids.depthAt(core.nft, 1) == 8
    assert bids.depthAt(core.thin, 1) == 0


# -- hostile bidders and tokens ----------


def test_exit__blacklisted_bidder__blocks_nobody():
    driver = PyrevmDriver()
    usdt = driver.deploy("MockUsdt", 6, sender=DEPLOYER)
    core = build_core(driver, 6, usdt)
    core.supply(1_000_000)
    exits = build_exits(core)
    exits.bid(9_900)
    usdt.addBlackList(BIDDER, sender=DEPLOYER)
    (ref,) = exits.auction()
    exits.settle(ref, exits.bids)
    assert exits.bids.owedTo(*ref) == BIDDER.address
    exits.bids.claimNft(*ref, BIDDER, sender=BIDDER)
    assert core.nft.ownerOf(ref[1]) == BIDDER.address
    owed = exits.bids.claimable(BIDDER)
    exits.bids.claim(RIVAL, sender=BIDDER)  # what he has here is his; where to, he says
    assert usdt.balanceOf(RIVAL) == owed > 0
    # and displacing or closing his bid needs nothing of him either
    usdt.removeBlackList(BIDDER, sender=DEPLOYER)
    bid = exits.bid(9_900, life=DAY)
    usdt.addBlackList(BIDDER, sender=DEPLOYER)
    driver.warp(DAY)
    exits.bids.close(bid, sender=STRANGER)
    assert exits.bids.claimable(BIDDER) == core.units(60_000)


def test_exit__contract_bidder_that_refuses_nfts__is_credited(exits, driver):
    core, bids = exits.core, exits.bids
    refusing = driver.deploy("RefusingReceiver")
    probe = driver.deploy("CallbackProbe")
    core.asset.mint(probe, core.units(60_000), sender=GOVERNOR)
    probe.execute(core.asset, 0, core.asset.approve.data(bids, core.units(60_000)), sender=GOVERNOR)
    call = bids.place.data(core.nft, 9_900, core.units(60_000), 1, core.driver.timestamp + 2 * DAY)
    probe.execute(bids, 0, call, sender=GOVERNOR)
    (ref,) = exits.auction()
    exits.settle(ref, bids)
    assert bids.owedTo(*ref) == probe.address
    probe.execute(bids, 0, bids.claimNft.data(*ref, refusing), sender=GOVERNOR)
    assert core.nft.ownerOf(ref[1]) == refusing.address


def test_exit__token_unclaimed__is_not_bought_twice(exits, driver):
    """Only a lying collection can bring the same token again: its first buyer keeps his claim."""
    core, bids = exits.core, exits.bids
    exits.bid(9_900, count=2)
    (ref,) = exits.auction()
    exits.settle(ref, bids)
    stub = driver.deploy("CallbackProbe")
    lone = driver.deploy("StandingBids", stub, core.oracle, core.oracle, core.asset)
    core.fund(BIDDER, core.units(120_000), lone)
    lone.place(core.nft, 9_900, core.units(60_000), 2, core.driver.timestamp + 2 * DAY, sender=BIDDER)
    sell = lone.exit.data(*ref, SUPPLIER, 0, b"")
    stub.execute(lone, 0, sell, sender=GOVERNOR)
    with reverts("NftAlreadyOwed", bidder=BIDDER):
        stub.execute(lone, 0, sell, sender=GOVERNOR)


def test_claim_nft__while_it_runs__every_entry_and_view_is_closed(exits, driver):
    core, bids = exits.core, exits.bids
    nft = driver.deploy("ReentrantNft")
    core.price(FLOOR, nft)
    core.book.addCollection(nft, tier(), sender=GOVERNOR)
    bid = exits.bid(9_900, count=2, collection=nft)
    (ref,) = core.loan(30_000, collection=nft)
    core.price(39_900, nft)
    core.warn_and_liquidate([ref])
    driver.warp(2 * HOUR)
    exits.settle(ref, bids)
    calls = {
        "place": bids.place.data(nft, 9_000, 1, 1, 2**39),
        "cancel": bids.cancel.data(bid),
        "close": bids.close.data(bid),
        "claim": bids.claim.data(BIDDER),
        "claimNft": bids.claimNft.data(*ref, BIDDER),
        "exit": bids.exit.data(*ref, BIDDER, 0, b""),
        "quoteExit": bids.quoteExit.data(*ref, b""),
        "bidOf": bids.bidOf.data(bid),
        "bidsOf": bids.bidsOf.data(nft),
        "depthAt": bids.depthAt.data(nft, 1),
        "claimable": bids.claimable.data(BIDDER),
        "owedTo": bids.owedTo.data(*ref),
    }
    nft.script(nft.AFTER(), [(bids, 0, data, False) for data in calls.values()], sender=GOVERNOR)
    bids.claimNft(*ref, BIDDER, sender=BIDDER)
    assert nft.outcomes() == len(calls)
    locked = keccak(b"ReentrancyGuardReentrantCall()")[:4]
    for index, name in enumerate(calls):
        outcome = nft.outcome(index)
        assert not outcome.success and outcome.output[:4] == locked, name
    assert nft.ownerOf(ref[1]) == BIDDER.address


def test_settle__bidder_is_the_borrower__gains_nothing(exits):
    """Bidding on one's own collateral costs the price any other would pay."""
    core, bids = exits.core, exits.bids
    exits.bid(10_000, most=39_900, by=BORROWER)
    (ref,) = exits.auction()
    debt = core.debt()
    tx = exits.settle(ref, bids, by=BORROWER)
    assert tx.return_value == core.units(39_900) >= debt
    tips = core.vault.creditOf(KEEPER)
    assert core.vault.creditOf(BORROWER) + tips <= core.units(39_900) - debt + 1
    assert core.vault.creditOf(SETTLER) == 0
