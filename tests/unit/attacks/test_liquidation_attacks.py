"""A thief with flash loans, two hats and good timing around the liquidation."""

import pytest

from tests.helpers.core import (
    BORROWER,
    DAY,
    FLOOR,
    GOVERNOR,
    GUARDIAN,
    HOUR,
    KEEPER,
    MAX_RATE,
    STRANGER,
    SUPPLIER,
    TAKER,
    THIEF,
    tier,
)
from tests.helpers.evm import reverts
from vitrine.models.auction import AuctionTerms, multiple_at

PAUSE_GROUP = b"lending".ljust(32, b"\0")


def wealth(core, *who) -> int:
    """Asset, credit and free NFTs at mid of several hats of one person."""
    mid = core.oracle.quote(core.nft).mid
    return sum(core.asset.balanceOf(w) + core.vault.creditOf(w) + core.nft.balanceOf(w) * mid for w in who)


def test_self_liquidation__all_roles_in_one_hand__earns_nothing(core, driver):
    """Borrower, flagger, starter and taker are one: the discount and the tips are his own loss."""
    refs = core.mint(BORROWER)
    core.fund(THIEF, core.units(100_000), core.auction)
    core.desk.open(refs, core.units(30_000), MAX_RATE, BORROWER, sender=BORROWER)
    core.price(39_900)
    mid = core.oracle.quote(core.nft).mid
    before = wealth(core, BORROWER, THIEF) + mid - core.debt()
    core.flag(by=THIEF)
    driver.warp(6 * HOUR)
    core.liquidate(refs, by=THIEF)
    driver.warp(7 * HOUR - 30)
    core.auction.take(*refs[0], 2**255, THIEF, b"", sender=THIEF)
    core.vault.claim(THIEF, sender=THIEF)
    core.vault.claim(BORROWER, sender=BORROWER)
    assert wealth(core, BORROWER, THIEF) <= before


def test_self_sale__own_underwater_loan__costs_the_taker_what_the_vault_gets(core, driver):
    """Taking one's own bad loan costs the price anyone would pay; all of it reaches the vault."""
    refs = core.loan(30_000)
    core.price(28_000)
    driver.warp(10)
    core.liquidate(refs)
    driver.warp(5 * HOUR)
    price = core.auction.priceOf(*refs[0])[0]
    before = core.asset.balanceOf(core.vault)
    core.take(refs[0], by=BORROWER)
    paid = core.asset.balanceOf(core.vault) - before
    assert price - core.units(10) <= paid <= price
    assert paid >= core.units(28_000) * 85 // 100


def test_recovery_by_flash_repayment__cannot_be_undone_in_the_block(core, driver):
    """Repaying to end the auction and borrowing back at once stops at the limit, fine paid."""
    refs = core.loan(30_000)
    core.price(39_900)
    core.warn_and_liquidate(refs)
    core.fund(BORROWER, core.units(40_000))
    with driver.same_block():
        before = core.asset.balanceOf(BORROWER)
        core.desk.repay(core.units(12_000), BORROWER, sender=BORROWER)
        core.desk.reclaim(BORROWER, refs, sender=BORROWER)
        limit = core.health().borrowLimit
        with reverts("DebtAboveLimit", limit=limit):
            core.desk.borrow(core.units(12_000), MAX_RATE, BORROWER, BORROWER, sender=BORROWER)
        spent = before - core.asset.balanceOf(BORROWER)
    assert spent >= core.units(11_999)
    assert core.vault.reserve() + core.vault.creditOf(KEEPER) >= core.units(
        12_000
    ) * 200 // 10_200 - core.units(1)


def test_two_keepers_in_one_block__second_flag_start_and_take_change_nothing(core, driver):
    refs = core.loan(30_000)
    core.price(39_900)
    with driver.same_block():
        core.flag(by=KEEPER)
        with reverts("NoticeLives"):
            core.flag(by=STRANGER)
    driver.warp(6 * HOUR)
    with driver.same_block():
        core.liquidate(refs, by=KEEPER)
        with reverts("NothingToSell"):
            core.liquidate(refs, by=STRANGER)
    core.fund(TAKER, core.units(60_000), core.auction)
    core.fund(STRANGER, core.units(60_000), core.auction)
    with driver.same_block():
        core.auction.take(*refs[0], 2**255, TAKER, b"", sender=TAKER)
        with reverts("NoAuction"):
            core.auction.take(*refs[0], 2**255, STRANGER, b"", sender=STRANGER)
    assert core.nft.ownerOf(refs[0][1]) == TAKER.address
    assert core.vault.creditOf(STRANGER) == 0 and core.asset.balanceOf(STRANGER) == core.units(60_000)


def test_start_tip__second_start_within_a_day__first_starter_stays(core, driver):
    refs = core.loan(5 * 30_000, 5)
    core.price(39_900)
    core.warn_and_liquidate(refs)
    core.price(31_000)
    driver.warp(10)
    core.liquidate(refs, by=STRANGER)
    assert core.desk.noticeOf(BORROWER).starter == KEEPER.address


EDGES = [1, *(edge + d for edge in (HOUR, 7 * HOUR, 12 * HOUR) for d in (-1, 0, 1))]


@pytest.mark.parametrize("elapsed", EDGES)
def test_auction__at_each_phase_boundary__price_phase_and_discount(core, driver, elapsed):
    refs = core.loan(30_000)
    core.price(39_900)
    core.warn_and_liquidate(refs)
    terms = core.auction.termsOf(*refs[0])
    core.fund(TAKER, core.units(100_000), core.auction)
    if elapsed == 1:  # funding took longer: begin anew
        driver.warp(DAY + 1)
        core.auction.restart(*refs[0], sender=STRANGER)
        terms = core.auction.termsOf(*refs[0])
    driver.warp_to(terms.startedAt + elapsed)
    multiple, phase = multiple_at(AuctionTerms(*terms), elapsed)
    with driver.same_block():
        tx = core.auction.take(*refs[0], 2**255, TAKER, b"", sender=TAKER)
    taken = core.auction.event("AuctionTaken", tx)
    worth = core.units(39_900)
    assert taken.phase == phase and taken.worth == worth
    assert taken.price == -(-worth * multiple // 10**18)
    if phase == 2:
        assert 500 <= taken.discountBps <= 1500
    elif phase == 1:
        assert taken.discountBps <= 500
    else:
        assert taken.discountBps >= 1500


def test_auction__pause_in_the_middle__clock_price_and_grace_stand_still(core, driver):
    refs = core.loan(30_000)
    core.price(39_900)
    core.warn_and_liquidate(refs)
    driver.warp(3 * HOUR)
    core.fund(TAKER, core.units(60_000), core.auction)
    core.pauser.pause(PAUSE_GROUP, sender=GUARDIAN)
    price = core.auction.priceOf(*refs[0])[0]
    driver.warp(5 * DAY)
    assert core.auction.priceOf(*refs[0])[0] == price
    with reverts("GroupPaused"):
        core.auction.take(*refs[0], 2**255, TAKER, b"", sender=TAKER)
    with reverts("GroupPaused"):
        core.auction.restart(*refs[0], sender=TAKER)
    core.fund(BORROWER, core.units(30_000))
    core.pauser.resume(PAUSE_GROUP, sender=GUARDIAN)
    with driver.same_block():
        assert core.auction.priceOf(*refs[0])[0] <= price
        core.auction.take(*refs[0], 2**255, TAKER, b"", sender=TAKER)
    assert core.nft.ownerOf(refs[0][1]) == TAKER.address


def test_auction__redeem_is_open_while_paused(core, driver):
    refs = core.loan(30_000)
    core.price(39_900)
    core.warn_and_liquidate(refs)
    core.pauser.pause(PAUSE_GROUP, sender=GUARDIAN)
    core.fund(BORROWER, core.units(30_000))
    core.desk.redeem(BORROWER, core.units(30_000), refs, sender=BORROWER)
    assert core.desk.accountOf(BORROWER).liveCount == 0


def test_auction__parameter_change__running_terms_stay(core, driver):
    refs = core.loan(60_000, 2)
    core.price(39_900)
    core.warn_and_liquidate(refs)
    before = core.auction.termsOf(*refs[0])
    changed = tier(
        discountMinBps=1000, discountMaxBps=1200, premiumBps=15_000, bandSeconds=2 * HOUR, ltBps=7400
    )
    core.book.setTier(core.nft, changed, sender=GOVERNOR)
    assert core.auction.termsOf(*refs[0]) == before
    driver.warp(3 * HOUR)
    multiple, _ = multiple_at(AuctionTerms(*before), 3 * HOUR)
    price = core.auction.priceOf(*refs[0])[0]
    assert abs(price - core.units(39_900) * multiple // 10**18) <= core.units(2)


def test_auction__stale_price__stops_at_the_end_of_the_band(core, driver):
    refs = core.loan(30_000)
    core.price(39_900)
    core.warn_and_liquidate(refs)
    q = list(core.oracle.quote(core.nft))
    q[6] = driver.timestamp - DAY  # observed a day ago: stale from now on
    q[9] = 2
    core.oracle.setQuote(core.nft, tuple(q), sender=GOVERNOR)
    driver.warp(11 * HOUR)
    assert core.auction.priceOf(*refs[0]).phase == 2
    assert core.auction.priceOf(*refs[0])[0] == core.units(39_900) * 85 // 100
    core.take(refs[0])


def test_auction__price_stale_in_the_distressed_phase__stays_where_it_stood(core, driver):
    refs = core.loan(30_000)
    core.price(39_900)
    core.warn_and_liquidate(refs)
    driver.warp(9 * HOUR)
    stood = core.auction.priceOf(*refs[0])[0]
    q = list(core.oracle.quote(core.nft))
    q[6], q[9] = driver.timestamp - DAY, 2
    core.oracle.setQuote(core.nft, tuple(q), sender=GOVERNOR)
    driver.warp(3 * DAY)
    assert stood - core.units(2) <= core.auction.priceOf(*refs[0])[0] <= stood


def test_cascade__60_accounts_start_within_half_a_block(core, driver):
    """Every start fits in a sixtieth of 30M gas; the slots of the collection bound how many run."""
    core.supply(3_000_000)
    everyone = []
    core.book.setTier(core.nft, tier(maxLive=31), sender=GOVERNOR)
    from tests.helpers.accounts import Account

    for number in range(60):
        who = Account(f"borrower {number}")
        everyone.append((who, core.loan(29_500, who=who)))
    core.price(34_000)
    driver.warp(10)
    with driver.same_block():
        started = 0
        for who, refs in everyone[:31]:
            core.desk.liquidate(who, refs, sender=KEEPER, gas=500_000)
            started += 1
        with reverts("NothingToSell"):
            core.desk.liquidate(everyone[31][0], everyone[31][1], sender=KEEPER, gas=500_000)
    assert started == 31
    assert core.desk.behindDebt() & 0xFF == 31


def test_account_of_500_nfts__warn_start_and_redeem_within_a_block(core, driver):
    core.supply(16_000_000)
    refs = []
    for _ in range(10):
        batch = core.mint(BORROWER, 50)
        core.desk.pledge(batch, BORROWER, sender=BORROWER)
        refs += batch
    core.desk.borrow(core.units(500 * 29_000), MAX_RATE, BORROWER, BORROWER, sender=BORROWER)
    core.price(34_000)
    driver.warp(10)
    core.desk.flag(BORROWER, sender=KEEPER, gas=500_000)
    tx = core.desk.liquidate(BORROWER, core.sorted(refs), sender=KEEPER, gas=16_000_000)
    assert core.desk.event("LiquidationStarted", tx).count == 16
    core.fund(BORROWER, core.units(20_000_000))
    live = [ref for ref in refs if core.desk.pledgeOf(*ref).live]
    core.desk.redeem(BORROWER, core.units(20_000_000), live, sender=BORROWER, gas=16_000_000)
    assert core.desk.accountOf(BORROWER).liveCount == 0


def test_account_of_1000_nfts__is_the_most_and_still_fits_in_a_block(core, driver):
    """Nobody can pledge an account, his own or another's, out of reach of liquidation."""
    refs = []
    for collection in (core.nft, core.thin):
        for _ in range(10):
            batch = core.mint(BORROWER, 50, collection)
            core.desk.pledge(batch, BORROWER, sender=BORROWER)
            refs += batch
    one_more = core.mint(THIEF, 1, core.thin)
    with reverts("TooManyNfts", count=1001, most=1000):
        core.desk.pledge(one_more, BORROWER, sender=THIEF)
    core.supply(25_000_000)
    core.desk.borrow(core.units(16_000_000), MAX_RATE, BORROWER, BORROWER, sender=BORROWER)
    core.price(25_000)
    core.price(6_000, core.thin)
    driver.warp(10)
    tx = core.desk.liquidate(BORROWER, core.sorted(refs), sender=KEEPER, gas=29_000_000)
    assert core.desk.event("LiquidationStarted", tx).count == 32


def test_frozen_collection__others_are_unaffected_and_the_loss_can_be_written_off(core, driver):
    ice = driver.deploy("FrozenNft")
    core.price(FLOOR, ice)
    core.book.addCollection(ice, tier(), sender=GOVERNOR)
    frozen = core.loan(29_000, collection=ice)
    other = core.loan(29_000, who=STRANGER)
    ice.freeze(True, sender=GOVERNOR)
    for nft in (ice, core.nft):
        core.price(24_000, nft)
    driver.warp(10)
    core.liquidate(frozen)
    core.liquidate(other, STRANGER)
    core.fund(TAKER, core.units(100_000), core.auction)
    with reverts("TransferFrozen"):
        core.auction.take(*frozen[0], 2**255, TAKER, b"", sender=TAKER)
    core.take(other[0])
    driver.warp(8 * HOUR)
    core.desk.markDistressed(BORROWER, frozen[0], sender=KEEPER)
    core.desk.writeOff(BORROWER, sender=GOVERNOR)
    assert core.owes(12_000)


def test_lying_collection__claims_to_have_moved__pledge_reverts(core, driver):
    liar = driver.deploy("LyingNft")
    core.price(FLOOR, liar)
    core.book.addCollection(liar, tier(), sender=GOVERNOR)
    refs = core.mint(THIEF, 1, liar)
    liar.setTransfers(1, THIEF, sender=GOVERNOR)
    with reverts("NftNotMoved"):
        core.desk.pledge(refs, THIEF, sender=THIEF)
    liar.setTransfers(2, STRANGER, sender=GOVERNOR)
    with reverts("NftNotMoved"):
        core.desk.pledge(refs, THIEF, sender=THIEF)
    assert core.desk.accountOf(THIEF).nftCount == 0


def test_taker__nft_that_does_not_arrive__sale_reverts(core, driver):
    liar = driver.deploy("LyingNft")
    core.price(FLOOR, liar)
    core.book.addCollection(liar, tier(), sender=GOVERNOR)
    refs = core.loan(30_000, collection=liar)
    core.price(39_900, liar)
    core.warn_and_liquidate(refs)
    liar.setTransfers(1, THIEF, sender=GOVERNOR)
    with reverts("NftNotMoved"):
        core.take(refs[0])
    assert core.asset.balanceOf(TAKER) > 0 and liar.trueOwnerOf(refs[0][1]) == core.desk.address


def test_removed_collection__place_is_reused_only_when_empty(core, driver):
    with reverts("AccessManagedUnauthorized"):
        core.book.removeCollection(core.thin, sender=STRANGER)
    refs = core.mint(BORROWER, 1, core.thin)
    core.desk.pledge(refs, BORROWER, sender=BORROWER)
    with reverts("PlaceNotEmpty", balance=1):
        core.book.removeCollection(core.thin, sender=GOVERNOR)
    core.desk.withdraw(refs, BORROWER, BORROWER, sender=BORROWER)
    core.book.removeCollection(core.thin, sender=GOVERNOR)
    fresh = driver.deploy("MockNft")
    core.price(1_000, fresh)
    tx = core.book.addCollection(fresh, tier(), sender=GOVERNOR)
    added = core.book.event("CollectionAdded", tx)
    assert (added.place, added.epoch) == (1, 2)


def test_nine_collections__ninth_is_refused(core, driver):
    for _ in range(6):
        nft = driver.deploy("MockNft")
        core.price(1_000, nft)
        core.book.addCollection(nft, tier(), sender=GOVERNOR)
    ninth = driver.deploy("MockNft")
    core.price(1_000, ninth)
    with reverts("NoFreePlace"):
        core.book.addCollection(ninth, tier(), sender=GOVERNOR)
    with reverts("CollectionListed"):
        core.book.addCollection(core.nft, tier(), sender=GOVERNOR)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"ltvBps": 999}, "OutOfBounds"),
        ({"ltvBps": 5001}, "OutOfBounds"),
        ({"ltBps": 6999}, "OutOfBounds"),
        ({"ltBps": 9001}, "OutOfBounds"),
        ({"discountMinBps": 499}, "OutOfBounds"),
        ({"discountMaxBps": 1501}, "OutOfBounds"),
        ({"discountMinBps": 1400, "discountMaxBps": 1399}, "OutOfBounds"),
        ({"gapBps": 499}, "OutOfBounds"),
        ({"graceSeconds": 6 * HOUR - 1}, "OutOfBounds"),
        ({"graceSeconds": 12 * HOUR + 1}, "OutOfBounds"),
        ({"maxLive": 0}, "OutOfBounds"),
        ({"maxLive": 32}, "OutOfBounds"),
        ({"ltBps": 7600}, None),
        ({"ltBps": 7601}, "TierUnsafe"),
        ({"ltBps": 8500, "discountMaxBps": 501}, None),
        ({"ltBps": 8500, "discountMaxBps": 520}, "TierUnsafe"),
        ({}, None),
    ],
)
def test_tier__outside_its_bounds_or_unsafe__reverts(core, changes, error):
    if error:
        with reverts(error):
            core.book.setTier(core.nft, tier(**changes), sender=GOVERNOR)
    else:
        core.book.setTier(core.nft, tier(**changes), sender=GOVERNOR)
        assert tuple(core.book.tierAt(0)[1]) == tier(**changes)


def test_supplier__blacklisted_or_refusing_payee__blocks_nobody(driver):
    """The borrower's surplus and a keeper's tip are credits: a blacklisted payee only fails its own claim."""
    from tests.conftest import deploy_asset
    from tests.helpers.core import build_core

    core = build_core(driver, 6, deploy_asset(driver, "usdt"))
    core.supply(1_000_000)
    refs = core.loan(30_000)
    core.price(39_900)
    core.warn_and_liquidate(refs)
    for who in (BORROWER, KEEPER):
        core.asset.addBlackList(who, sender="0x" + core.asset.owner()[2:])
    core.take(refs[0])
    assert core.vault.creditOf(BORROWER) > 0 and core.vault.creditOf(KEEPER) > 0
    owed = core.vault.creditOf(BORROWER)
    core.vault.claim(STRANGER, sender=BORROWER)  # to an address that can receive
    assert core.asset.balanceOf(STRANGER) == owed
    core.vault.redeem(core.vault.balanceOf(SUPPLIER) // 2, SUPPLIER, SUPPLIER, sender=SUPPLIER)


def test_fee_switched_on_mid_life__what_arrives_is_credited(driver):
    from tests.conftest import deploy_asset
    from tests.helpers.core import build_core

    core = build_core(driver, 6, deploy_asset(driver, "usdt"))
    core.supply(1_000_000)
    refs = core.loan(60_000, 2)
    core.fund(BORROWER, core.units(100_000))
    core.asset.setParams(10, 49, sender=core.asset.owner())
    debt = core.debt()
    core.desk.repay(core.units(10_000), BORROWER, sender=BORROWER)
    assert debt - core.debt() <= core.units(9_990.01)
    core.price(33_000)
    core.warn_and_liquidate(refs)
    before = core.asset.balanceOf(core.vault)
    tx = core.take(refs[0])
    sold = core.desk.event("Sold", tx)
    assert core.asset.balanceOf(core.vault) - before == sold.proceeds
    assert core.vault.cash() + core.vault.totalCredits() <= core.asset.balanceOf(core.vault)
