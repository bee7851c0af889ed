"""Which NFTs are put up, how they sell, who gets what."""

import pytest

from tests.helpers.balances import Watch
from tests.helpers.core import BORROWER, DAY, GOVERNOR, HOUR, KEEPER, STRANGER, TAKER, tier
from tests.helpers.evm import Revert, reverts


def live(core, refs) -> list[int]:
    return [ref[1] for ref in refs if core.desk.pledgeOf(*ref).live]


def test_liquidate__puts_up_the_least_number_that_restores_the_target(core):
    """n = ceil((debt - T V) / ((1 - d - T) p)) for equal NFTs, lowest token ids first."""
    refs = core.loan(5 * 30_000, 5)
    core.price(39_900)
    core.warn_and_liquidate(refs)
    debt, value, price = core.debt(), core.units(5 * 39_900), core.units(39_900)
    n = -(-(debt - value * 65 // 100) // (price * 20 // 100))
    assert n == 3
    assert live(core, refs) == [1, 2, 3]
    assert core.desk.accountOf(BORROWER).liveCount == 3
    assert core.desk.behindDebt() == 500 << 8 | 3


def test_liquidate__debt_above_deep__all_start(core, driver):
    refs = core.loan(4 * 30_000, 4)
    core.price(35_000)  # 1 - discount = 85 %: 29,750 < 30,000
    driver.warp(10)
    core.liquidate(refs)
    assert live(core, refs) == [1, 2, 3, 4]


def test_liquidate__borrowers_ranks_come_first(core):
    refs = core.loan(5 * 30_000, 5)
    core.desk.setSaleRanks([refs[4], refs[2]], [1, 2], sender=BORROWER)
    core.price(39_900)
    core.warn_and_liquidate(refs)
    assert live(core, refs) == [1, 3, 5]


def test_set_sale_ranks__of_another__reverts(core):
    refs = core.loan(30_000)
    with reverts("NotOfAccount"):
        core.desk.setSaleRanks(refs, [1], sender=STRANGER)
    with reverts("LengthMismatch"):
        core.desk.setSaleRanks(refs, [], sender=BORROWER)


def test_liquidate__one_large_piece_beats_many_small(core, driver):
    """The smallest sufficient set is one rare NFT, though it is worth most."""
    refs = core.mint(BORROWER, 3)
    core.desk.pledge(refs, BORROWER, sender=BORROWER)
    core.oracle.setUnits(core.nft, refs[2][1], 300, 0, sender=GOVERNOR)
    core.desk.restamp([refs[2]], sender=BORROWER)
    assert core.desk.accountOf(BORROWER).units == 500
    core.desk.borrow(core.units(150_000), 2**256 - 1, BORROWER, BORROWER, sender=BORROWER)
    core.price(39_900)
    core.warn_and_liquidate(refs)
    assert live(core, refs) == [3]


@pytest.mark.parametrize("tamper", ["short", "double", "order", "foreign"])
def test_liquidate__list_must_be_complete_and_ascending(core, tamper):
    refs = core.loan(60_000, 2)
    other = core.loan(1_000, who=STRANGER)
    core.price(39_900)
    core.flag()
    core.driver.warp(6 * HOUR)
    lists = {
        "short": refs[:1], "double": [refs[0], refs[0]], "order": refs[::-1], "foreign": [refs[0], other[0]],
    }  # fmt: skip
    with reverts("NotOfAccount" if tamper == "foreign" else "ListIncomplete"):
        core.desk.liquidate(BORROWER, lists[tamper], sender=KEEPER)


def test_liquidate__again_while_enough_is_up__reverts(core):
    refs = core.loan(5 * 30_000, 5)
    core.price(39_900)
    core.warn_and_liquidate(refs)
    with reverts("NothingToSell"):
        core.liquidate(refs)


def test_liquidate__deeper_fall__puts_up_more(core):
    refs = core.loan(5 * 30_000, 5)
    core.price(39_900)
    core.warn_and_liquidate(refs)
    core.price(31_000)
    core.driver.warp(10)
    core.liquidate(refs)
    assert live(core, refs) == [1, 2, 3, 4, 5]


def test_liquidate__slots_of_the_collection_bound_it(core, driver):
    core.book.setTier(core.nft, tier(maxLive=2), sender=GOVERNOR)
    refs = core.loan(4 * 30_000, 4)
    core.price(34_000)
    driver.warp(10)
    core.liquidate(refs)
    assert live(core, refs) == [1, 2]
    with reverts("NothingToSell"):
        core.liquidate(refs)
    core.take(refs[0])
    core.price(30_000)
    driver.warp(10)
    core.liquidate(refs[1:])
    assert live(core, refs[1:]) == [2, 3]


def test_take__surplus_goes_to_the_borrower_tips_from_it(core, driver):
    refs = core.loan(30_000)
    core.price(39_900)
    core.warn_and_liquidate(refs)
    driver.warp(2 * HOUR)
    tx = core.take(refs[0])
    taken = core.auction.event("AuctionTaken", tx).args
    sold = core.desk.event("Sold", tx).args
    assert core.nft.ownerOf(refs[0][1]) == TAKER.address
    assert taken["phase"] == 2 and 500 <= taken["discountBps"] <= 1500
    assert sold["proceeds"] == taken["price"] == sold["repaid"] + sold["surplus"]
    tips = core.vault.creditOf(KEEPER)
    assert tips == sold["repaid"] * 25 // 10_000 + min(sold["repaid"] * 75 // 10_000, core.units(100))
    assert core.vault.creditOf(BORROWER) == sold["surplus"] - tips
    assert core.debt() == 0 and core.desk.accountOf(BORROWER).nftCount == 0
    assert core.vault.debtTotals() == (0, 0)


def test_take__below_debt__loss_in_the_published_order(core, driver):
    refs = core.loan(30_000)
    reserve = core.units(2_000)
    core.fund(STRANGER, reserve)
    core.vault.fundReserve(reserve, sender=STRANGER)
    core.price(28_000)
    driver.warp(10)
    core.liquidate(refs)
    driver.warp(12 * HOUR)
    assets = core.vault.supplyAssets()
    tx = core.take(refs[0])
    loss = core.vault.event("LossRealised", tx).args
    sold = core.desk.event("Sold", tx).args
    assert (
        sold["proceeds"] == core.units(14_000) and core.auction.event("AuctionTaken", tx).args["phase"] == 4
    )
    assert loss["byCover"] == 0 and loss["loss"] == loss["byReserve"] + loss["bySuppliers"]
    assert loss["loss"] >= core.units(16_000)
    assert core.vault.reserve() == 0
    assert assets - core.vault.supplyAssets() <= loss["bySuppliers"]
    assert core.vault.debtTotals() == (0, 0) and core.vault.floatingBadDebt() == 0


def test_take__limit_is_kept(core):
    refs = core.loan(30_000)
    core.price(39_900)
    core.warn_and_liquidate(refs)
    price = core.auction.priceOf(*refs[0])[0]
    core.fund(TAKER, price, core.auction)
    with reverts("PriceAboveMax"):
        core.auction.take(*refs[0], price // 2, TAKER, b"", sender=TAKER)
    assert core.nft.ownerOf(refs[0][1]) == core.desk.address


def test_take__twice__reverts(core):
    refs = core.loan(60_000, 2)
    core.price(39_900)
    core.warn_and_liquidate(refs)
    core.take(refs[0])
    with reverts("NoAuction"):
        core.auction.take(*refs[0], 2**255, TAKER, b"", sender=TAKER)


def test_settled_and_release__only_the_auction(core):
    refs = core.loan(30_000)
    for call in (
        lambda: core.desk.release(*refs[0], STRANGER, sender=STRANGER),
        lambda: core.desk.settled(*refs[0], 1, STRANGER, sender=STRANGER),
        lambda: core.auction.cancel(*refs[0], sender=STRANGER),
    ):
        with reverts("Unauthorized", caller=STRANGER.address):
            call()


def test_take__recovered_account__is_over(core):
    """+40 % during an auction: nobody can buy any more, anyone hands the NFT back."""
    refs = core.loan(30_000)
    core.price(39_900)
    core.warn_and_liquidate(refs)
    core.price(39_900 * 1.4)
    with reverts("AuctionOver"):
        core.take(refs[0])
    tx = core.desk.reclaim(BORROWER, refs, sender=STRANGER)
    assert core.desk.event("Reclaimed", tx).args["redeemed"] is True
    assert core.desk.pledgeOf(*refs[0]).live is False
    assert core.auction.termsOf(*refs[0]).startedAt == 0
    assert core.desk.accountOf(BORROWER).liveCount == 0
    assert core.asset.balanceOf(core.vault) == core.units(970_000)


@pytest.mark.parametrize(("bps", "over"), [(7_001, False), (6_999, True)])
def test_take__around_the_recovery_line(core, bps, over):
    refs = core.loan(30_000)
    core.price(39_900)
    core.warn_and_liquidate(refs)
    core.oracle.setPrice(core.nft, core.debt() * 10_000 // bps, sender=GOVERNOR)
    if over:
        with reverts("AuctionOver"):
            core.take(refs[0])
        core.desk.reclaim(BORROWER, refs, sender=STRANGER)
    else:
        with reverts("NotRecovered"):
            core.desk.reclaim(BORROWER, refs, sender=STRANGER)
        core.take(refs[0])
        assert core.nft.ownerOf(refs[0][1]) == TAKER.address


def test_take__first_sale_ends_the_rest_when_enough(core, driver):
    refs = core.loan(60_000, 2)
    core.price(39_500)
    core.warn_and_liquidate(refs)
    assert len(live(core, refs)) == 2
    core.take(refs[0])
    with reverts("AuctionOver"):
        core.take(refs[1])
    core.desk.reclaim(BORROWER, refs[1:], sender=STRANGER)
    assert core.desk.accountOf(BORROWER).liveCount == 0


def test_redeem__pays_just_enough_with_fine(core):
    refs = core.loan(30_000)
    core.price(39_900)
    core.warn_and_liquidate(refs)
    core.fund(STRANGER, core.units(30_000))
    watch = Watch([core.asset], holders={"helper": STRANGER, "vault": core.vault})
    before = watch.now()
    tx = core.desk.redeem(BORROWER, core.units(30_000), refs, sender=STRANGER)
    repaid = core.desk.event("Repaid", tx).args
    paid = repaid["assets"] + repaid["fine"]
    watch.assert_moved(before, {"helper": -paid, "vault": paid})
    assert repaid["fine"] == -(-repaid["assets"] * 200 // 10_000)
    assert core.desk.event("Reclaimed", tx).args["redeemed"] is True
    health = core.health()
    assert health.target - core.units(1) <= core.debt() <= health.target + core.units(1)
    assert core.vault.creditOf(KEEPER) > 0  # the starter's tip comes out of the fine first


def test_redeem__above_the_maximum__reverts(core):
    refs = core.loan(30_000)
    core.price(39_900)
    core.warn_and_liquidate(refs)
    core.fund(BORROWER, core.units(30_000))
    with reverts("RedeemTooDear"):
        core.desk.redeem(BORROWER, core.units(100), refs, sender=BORROWER)


def test_redeem__by_adding_an_nft(core):
    refs = core.loan(30_000)
    core.price(39_900)
    core.warn_and_liquidate(refs)
    core.desk.pledge(core.mint(BORROWER), BORROWER, sender=BORROWER)
    core.desk.redeem(BORROWER, 0, refs, sender=BORROWER)
    assert core.desk.accountOf(BORROWER).liveCount == 0


def test_repay__while_auctions_are_open__pays_the_fine_by_any_entry(core):
    refs = core.loan(30_000)
    core.price(39_900)
    core.warn_and_liquidate(refs)
    core.fund(BORROWER, core.units(60_000))
    tx = core.desk.repay(core.units(1_000), BORROWER, sender=BORROWER)
    args = core.desk.event("Repaid", tx).args
    assert args["assets"] + args["fine"] <= core.units(1_000) and args["fine"] > 0
    with reverts("InAuction"):
        core.desk.close(2**250, refs, BORROWER, sender=BORROWER)


def test_restart__only_after_a_day_without_takers(core, driver):
    refs = core.loan(30_000)
    core.price(39_900)
    core.warn_and_liquidate(refs)
    started = core.auction.termsOf(*refs[0]).startedAt
    driver.warp_to(started + DAY - 1)
    with driver.same_block(), reverts("RestartTooEarly"):
        core.auction.restart(*refs[0], sender=STRANGER)
    assert core.auction.priceOf(*refs[0])[0] == core.units(39_900) // 2
    driver.warp_to(started + DAY)
    with driver.same_block():
        core.auction.restart(*refs[0], sender=STRANGER)
        assert core.auction.priceOf(*refs[0])[0] == core.units(39_900) * 12 // 10


def test_write_off__collateral_that_cannot_be_sold(core, driver):
    refs = core.loan(30_000)
    core.price(20_000)
    driver.warp(10)
    core.liquidate(refs)
    with reverts("AccessManagedUnauthorized"):
        core.desk.writeOff(BORROWER, sender=STRANGER)
    with reverts("NothingToWriteOff"):
        core.desk.writeOff(BORROWER, sender=GOVERNOR)
    with reverts("NotDistressed"):
        core.desk.markDistressed(BORROWER, refs[0], sender=STRANGER)
    driver.warp(8 * HOUR)
    core.desk.markDistressed(BORROWER, refs[0], sender=STRANGER)
    core.desk.writeOff(BORROWER, sender=GOVERNOR)
    assert core.owes(10_000)
    assert core.vault.floatingBadDebt() <= core.units(1)
    assert core.desk.pledgeOf(*refs[0]).owner == BORROWER.address


def test_take__insufficient_allowance__reverts_and_nothing_moves(core):
    refs = core.loan(30_000)
    core.price(39_900)
    core.warn_and_liquidate(refs)
    with pytest.raises(Revert):
        core.auction.take(*refs[0], 2**255, TAKER, b"", sender=TAKER)
    assert core.nft.ownerOf(refs[0][1]) == core.desk.address
    assert core.auction.termsOf(*refs[0]).startedAt != 0
