"""settleInto: any listed exit, what arrives is what counts, all of it for the account, a bounded tip."""

import pytest

from tests.helpers.core import BORROWER, GOVERNOR, GUARDIAN, HOUR, KEEPER, STRANGER, SUPPLIER, TAKER, tier
from tests.helpers.evm import reverts
from tests.unit.attacks.test_reentrancy import entries_and_views
from tests.unit.liquidation.conftest import BIDDER, EXIT, SETTLER
from vitrine.models.tips import quote_tips, split_sale


def credited(tx):
    return {(e.kind.rstrip(b"\0").decode(), e.fromReserve): e.assets for e in tx.named("Credited")}


def test_set_exit__governance__lists_and_unlists(exits):
    auction = exits.core.auction
    with reverts("AccessManagedUnauthorized", caller=STRANGER):
        auction.setExit(TAKER, True, sender=STRANGER)
    with reverts("ZeroAddress"):
        auction.setExit("0x" + "00" * 20, True, sender=GOVERNOR)
    tx = auction.setExit(TAKER, True, sender=GOVERNOR)
    event = tx.one("ExitListed")
    assert (event.venue, event.listed) == (TAKER.address, True) and auction.isExit(TAKER)
    auction.setExit(TAKER, False, sender=GOVERNOR)
    assert not auction.isExit(TAKER)


def test_settle_into__exit_not_listed__refused(exits):
    (ref,) = exits.auction()
    exits.core.auction.setExit(exits.venue, False, sender=GOVERNOR)
    exits.pays(exits.price(ref))
    with reverts("ExitNotListed", venue=exits.venue):
        exits.settle(ref)
    assert exits.core.nft.ownerOf(ref[1]) == exits.core.desk.address


@pytest.mark.parametrize("over", [-1, 0, 1])
def test_settle_into__receipt_around_the_price__boundary(exits, over):
    core = exits.core
    (ref,) = exits.auction()
    with core.driver.same_block():
        price = exits.price(ref)
        exits.pays(price + over)
        before = core.asset.balanceOf(core.vault)
        if over < 0:
            with reverts("ProceedsTooLow", proceeds=price - 1, wanted=price):
                exits.settle(ref)
            assert core.nft.ownerOf(ref[1]) == core.desk.address
            assert core.desk.pledgeOf(*ref).live
            assert core.asset.balanceOf(core.vault) == before
            return
        tx = exits.settle(ref)
        assert tx.return_value == price + over
        assert core.asset.balanceOf(core.vault) == before + price + over
    event = core.auction.event("AuctionSettledInto", tx)
    assert (event.venue, event.settler, event.price, event.proceeds) == (
        exits.venue.address, SETTLER.address, price, price + over,
    )  # fmt: skip
    assert event.discountBps == 10_000 - (price + over) * 10_000 // event.worth
    assert core.nft.ownerOf(ref[1]) == exits.venue.address
    with reverts("NoAuction"):
        core.auction.priceOf(*ref)


@pytest.mark.parametrize("over", [-1, 0])
def test_settle_into__receipt_around_the_callers_minimum__boundary(exits, over):
    core = exits.core
    (ref,) = exits.auction()
    least = exits.price(ref) + core.units(100)
    exits.pays(least + over)
    if over < 0:
        with reverts("ProceedsTooLow", proceeds=least - 1, wanted=least):
            exits.settle(ref, least=least)
    else:
        assert exits.settle(ref, least=least).return_value == least


def test_settle_into__venue_is_asked_for_price_or_minimum__whichever_is_more(exits):
    core = exits.core
    refs = exits.auction(price=31_000, count=3)
    for ref, extra in ((refs[0], -core.units(1)), (refs[1], core.units(1))):
        with core.driver.same_block():
            price = exits.price(ref)
            exits.pays(price + core.units(2))
            exits.settle(ref, least=price + extra, data=b"proof")
        call = exits.venue.callAt(exits.venue.calls() - 1)
        wanted = max(price, price + extra)
        assert call.data[4 + 96 : 4 + 128] == wanted.to_bytes(32, "big")
        assert b"proof" in call.data


def test_settle_into__all_for_the_account__debt_then_surplus(exits):
    """The margin over the price, which a taker would keep, goes to the borrower."""
    core = exits.core
    (ref,) = exits.auction()
    with core.driver.same_block():
        core.vault.accrue(sender=KEEPER)
        owed = core.debt()
        proceeds = exits.price(ref) + core.units(500)
        exits.pays(proceeds)
        quoted = core.vault.quoteSettleTip(owed)
        tx = exits.settle(ref)
        sale = split_sale(owed, proceeds, core.vault.maxTip(), flagged=True, started=True, settled=True)
    assert core.debt() == 0
    assert core.vault.creditOf(SETTLER) == quoted == sale.tips.settle > 0
    assert core.vault.creditOf(KEEPER) == sale.tips.start + sale.tips.warn
    assert core.vault.creditOf(BORROWER) == sale.to_account == proceeds - owed - sum(sale.tips)
    assert sum(sale.tips) <= owed // 100
    assert credited(tx)["settle tip", False] == quoted


@pytest.mark.parametrize("cap", [-1, 0, 1])
def test_settle_into__tip_at_its_cap__boundary(exits, cap):
    """The constant bounds the settler's tip, and the sum of all is what a taken auction would pay."""
    core = exits.core
    (ref,) = exits.auction()
    tip = core.vault.quoteSettleTip(core.debt())
    core.vault.setMaxTip(tip + cap, sender=GOVERNOR)
    with core.driver.same_block():
        core.vault.accrue(sender=KEEPER)
        owed, most = core.debt(), core.vault.maxTip()
        exits.pays(exits.price(ref))
        exits.settle(ref)
    taken = quote_tips(owed, most)
    assert core.vault.creditOf(SETTLER) == min(owed * 25 // 10_000, most)
    assert core.vault.creditOf(SETTLER) + core.vault.creditOf(KEEPER) == sum(taken) <= owed // 100


@pytest.mark.parametrize("surplus", [1, 6, 7, 8, 9])
def test_settle_into__surplus_below_all_tips__settler_first_never_the_suppliers(exits, surplus):
    core = exits.core
    (ref,) = exits.auction(price=31_500)
    with core.driver.same_block():
        core.vault.accrue(sender=KEEPER)
        owed, supply = core.debt(), core.vault.supplyAssets()
        exits.pays(owed + surplus)
        exits.settle(ref, least=owed)
        sale = split_sale(owed, owed + surplus, core.vault.maxTip(), flagged=True, started=True, settled=True)
        paid = core.vault.creditOf(SETTLER) + core.vault.creditOf(KEEPER)
        assert core.vault.creditOf(SETTLER) == sale.tips.settle == surplus
        assert paid == surplus
        assert core.vault.supplyAssets() in (supply, supply + 1)  # debts round up


def test_settle_into__below_the_debt_without_reserve__no_tip_at_all(exits):
    core = exits.core
    refs = exits.auction(loan=30_000, price=31_000, count=2)
    with core.driver.same_block():
        exits.pays(exits.price(refs[0]))
        exits.settle(refs[0])
        assert core.vault.creditOf(SETTLER) == core.vault.creditOf(KEEPER) == 0


def test_settle_into__below_the_debt_with_reserve__reserve_pays(exits):
    core = exits.core
    core.fund(SUPPLIER, core.units(10_000))
    core.vault.fundReserve(core.units(10_000), sender=SUPPLIER)
    refs = exits.auction(loan=30_000, price=35_500, count=2)
    supply = core.vault.supplyAssets()
    exits.pays(exits.price(refs[0]))
    tx = exits.settle(refs[0])
    repaid = core.vault.event("SaleBooked", tx).repaid
    assert credited(tx)["settle tip", True] == core.vault.quoteSettleTip(repaid)
    assert core.vault.supplyAssets() >= supply


def test_settle_into__taken_auction__pays_no_settler(exits):
    core = exits.core
    (ref,) = exits.auction()
    tx = core.take(ref)
    assert ("settle tip", False) not in credited(tx)


def test_settle_into__recovered_account__refused_as_in_take(exits):
    core = exits.core
    (ref,) = exits.auction()
    core.price(60_000)
    exits.pays(exits.price(ref))
    with reverts("AuctionOver"):
        exits.settle(ref)
    assert core.nft.ownerOf(ref[1]) == core.desk.address


def test_settle_into__paused__refused_as_in_take(exits):
    core = exits.core
    (ref,) = exits.auction()
    exits.pays(exits.price(ref))
    core.pauser.pause(core.vault.PAUSE_GROUP(), sender=GUARDIAN)
    with reverts("GroupPaused"):
        exits.settle(ref)


def test_settle_into__stale_price__the_price_waits_at_the_end_of_the_band(exits):
    core = exits.core
    (ref,) = exits.auction()
    worth = core.auction.priceOf(*ref)[1]
    core.oracle.setState(core.nft, 2, sender=GOVERNOR)
    core.driver.warp(10 * HOUR)
    at_band_end = worth * 85 // 100
    exits.pays(at_band_end - 1)
    with reverts("ProceedsTooLow", wanted=at_band_end):
        exits.settle(ref)
    exits.pays(at_band_end)
    assert exits.settle(ref).return_value == at_band_end


def test_settle_into__no_auction__refused(exits):
    (ref,) = exits.core.loan(10_000)
    with reverts("NoAuction"):
        exits.settle(ref)


# -- hostile venues ----------


def test_settle_into__venue_lies_about_net__what_arrived_counts(exits):
    core = exits.core
    (ref,) = exits.auction()
    with core.driver.same_block():
        price = exits.price(ref)
        exits.pays(price - 1, says=10 * price)
        with reverts("ProceedsTooLow", proceeds=price - 1, wanted=price):
            exits.settle(ref)
        exits.pays(price, says=0)
        assert exits.settle(ref).return_value == price


def test_settle_into__venue_pays_another__refused(exits):
    core = exits.core
    (ref,) = exits.auction()
    price = exits.price(ref)
    core.asset.mint(exits.venue, price, sender=GOVERNOR)
    steps = [(core.asset, 0, core.asset.transfer.data(SETTLER, price), True)]
    exits.venue.script(EXIT, steps, sender=GOVERNOR)
    with reverts("ProceedsTooLow", proceeds=0):
        exits.settle(ref)
    assert core.asset.balanceOf(SETTLER) == 0
    assert core.nft.ownerOf(ref[1]) == core.desk.address


def test_settle_into__venue_reverts__its_error_comes_through(exits):
    (ref,) = exits.auction()
    exits.venue.setAnswer(EXIT, 1, bytes.fromhex("deadbeef"), sender=GOVERNOR)
    with pytest.raises(Exception, match="deadbeef"):
        exits.settle(ref)
    assert exits.core.auction.termsOf(*ref).startedAt != 0


def test_settle_into__while_the_venue_runs__group_is_closed(exits):
    core = exits.core
    (ref,) = exits.auction()
    core.operators.setOperator(exits.venue, True, sender=BORROWER)  # the lock alone must hold
    calls = entries_and_views(core, ref)
    exits.pays(2 * exits.price(ref), *[(t, 0, data, False) for _, (t, data) in calls])
    # the first outcome is the payment itself
    tx = exits.settle(ref)
    assert exits.venue.outcome(0).success
    names = [name for name, _ in calls]
    for index, name in enumerate(names, start=1):
        outcome = exits.venue.outcome(index)
        assert not outcome.success, f"{name} is open while the venue runs"
    assert exits.venue.outcomes() == len(names) + 1
    assert core.desk.event("Sold", tx).args["surplus"] > 0


def test_settle_into__venue_pays_by_a_deposit__refused(exits):
    """A deposit, a repayment or a gift to the reserve would be counted twice: they are closed."""
    core = exits.core
    (ref,) = exits.auction()
    price = exits.price(ref)
    core.asset.mint(exits.venue, price, sender=GOVERNOR)
    exits.venue.execute(core.asset, 0, core.asset.approve.data(core.vault, price), sender=GOVERNOR)
    for data in (
        core.vault.deposit.data(price, SETTLER),
        core.vault.fundReserve.data(price),
        core.desk.repay.data(price, BORROWER),
    ):
        target = core.desk if data[:4] == core.desk.repay.selector else core.vault
        exits.venue.script(EXIT, [(target, 0, data, True)], sender=GOVERNOR)
        with reverts("GroupLocked"):
            exits.settle(ref)


def test_settle_into__donation_during_the_callback__belongs_to_the_account(exits):
    """Whoever sends asset meanwhile gives it to the borrower; the books still add up."""
    core = exits.core
    (ref,) = exits.auction()
    gift = core.units(77)
    with core.driver.same_block():
        core.vault.accrue(sender=KEEPER)
        owed = core.debt()
        price = exits.price(ref)
        core.asset.mint(exits.venue, gift, sender=GOVERNOR)
        exits.pays(price, (core.asset, 0, core.asset.transfer.data(core.vault, gift), True))
        held = core.asset.balanceOf(core.vault)
        tx = exits.settle(ref)
        assert tx.return_value == price + gift == core.asset.balanceOf(core.vault) - held
    tips = core.vault.creditOf(SETTLER) + core.vault.creditOf(KEEPER)
    assert core.vault.creditOf(BORROWER) == price + gift - owed - tips
    assert core.asset.balanceOf(core.vault) == core.vault.cash() + core.vault.totalCredits()


def test_settle_into__nft_refuses_to_move__auction_stays(exits, driver):
    core = exits.core
    frozen = driver.deploy("FrozenNft")
    core.price(60_000, frozen)
    core.book.addCollection(frozen, tier(), sender=GOVERNOR)
    (ref,) = core.loan(30_000, collection=frozen)
    core.price(39_900, frozen)
    core.warn_and_liquidate([ref])
    driver.warp(2 * HOUR)
    frozen.freeze(True, sender=GOVERNOR)
    exits.pays(exits.price(ref))
    with reverts("TransferFrozen"):
        exits.settle(ref)
    assert core.desk.pledgeOf(*ref).live and frozen.ownerOf(ref[1]) == core.desk.address


def test_settle_into__nft_says_it_moved_and_did_not__refused(exits, driver):
    core = exits.core
    lying = driver.deploy("LyingNft")
    core.price(60_000, lying)
    core.book.addCollection(lying, tier(), sender=GOVERNOR)
    (ref,) = core.loan(30_000, collection=lying)
    core.price(39_900, lying)
    core.warn_and_liquidate([ref])
    driver.warp(2 * HOUR)
    lying.setTransfers(1, STRANGER, sender=GOVERNOR)
    exits.pays(exits.price(ref))
    with reverts("NftNotMoved"):
        exits.settle(ref)


def test_settle_into__two_keepers_two_venues_one_block__second_fails_cleanly(exits):
    core = exits.core
    (ref,) = exits.auction()
    exits.bid()
    with core.driver.same_block():
        exits.pays(exits.price(ref))
        exits.settle(ref, exits.bids, by=KEEPER)
        paid = core.asset.balanceOf(core.vault)
        with reverts("NoAuction"):
            exits.settle(ref, by=SETTLER)
        assert core.asset.balanceOf(core.vault) == paid
    assert exits.bids.owedTo(*ref) == BIDDER.address
    assert core.vault.creditOf(SETTLER) == 0


def test_settle_into__taken_in_the_same_block__fails_cleanly(exits):
    core = exits.core
    (ref,) = exits.auction()
    with core.driver.same_block():
        exits.pays(exits.price(ref))
        core.take(ref)
        with reverts("NoAuction"):
            exits.settle(ref)
    assert core.nft.ownerOf(ref[1]) == TAKER.address


def test_settle_into__sandwich__bounded_by_both_limits(exits):
    """Who moves the venue's price down gets as far as the auction price and the caller's minimum allow."""
    core = exits.core
    (ref,) = exits.auction()
    with core.driver.same_block():
        price = exits.price(ref)
        quoted = price + core.units(1_000)
        least = quoted - core.units(10)
        exits.pays(least - 1)
        with reverts("ProceedsTooLow", wanted=least):
            exits.settle(ref, least=least)
        exits.pays(price - 1)
        with reverts("ProceedsTooLow", wanted=price):
            exits.settle(ref, least=0)
