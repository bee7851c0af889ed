"""MarketRouter and its till: a plan is executed within its limits or not at all, and nothing stays behind."""

import contextlib
from collections.abc import Iterator

import pytest

from tests.helpers.abi import decode_error, selector
from tests.helpers.balances import unchanged
from tests.helpers.core import GOVERNOR, STRANGER, THIEF
from tests.helpers.evm import DEPLOYER, Contract, Revert, reverts
from tests.unit.periphery.router_rig import (
    BOMBS,
    BURNS,
    DRAWS_OTHERS,
    DRAWS_TWICE,
    FAR,
    GIVES,
    KEEPS,
    LIES,
    MAKER,
    OVERDRAWS,
    RECEIVER,
    REFUSES,
    TRADER,
    Market,
    build_market,
    leg,
)

ZERO = "0x" + "00" * 20


@pytest.fixture
def market(driver, asset) -> Iterator[Market]:
    made = build_market(driver, asset)
    yield made
    made.assert_clean()


def bought(market: Market, *ids: int, by=TRADER) -> dict:
    return {(market.nft, token): by for token in ids}


# --- buying ----------------------------------------------------------------------------------------------


def test_buy__three_legs__trader_pays_the_maker_and_owns_all(market):
    watch = market.watch()
    before = watch.now()
    tx = market.buy([leg(market.fill(1)), leg(market.fill(2, 3)), leg(market.fill(4))])
    watch.assert_moved(
        before, {"trader": -4 * market.price, "maker": 4 * market.price}, bought(market, 1, 2, 3, 4)
    )
    assert list(tx.return_value) == [3, 4 * market.price]
    events = [event for event in tx.events if event.name == "LegBought"]
    assert [list(event.tokenIds) for event in events] == [[1], [2, 3], [4]]
    assert [event.cost for event in events] == [market.price, 2 * market.price, market.price]
    assert {(e.buyer, e.venue, e.collection, e.fill) for e in events} == {
        (TRADER.address, market.venue.address, market.nft.address, 0)
    }


def test_buy__for_another__he_gets_the_nfts_and_the_caller_pays(market):
    watch = market.watch()
    before = watch.now()
    market.buy([leg(market.fill(1))], receiver=RECEIVER)
    watch.assert_moved(
        before, {"trader": -market.price, "maker": market.price}, bought(market, 1, by=RECEIVER)
    )


def test_buy__cheaper_than_its_limit__no_more_than_the_cost_ever_left_the_trader(market):
    before = market.asset.balanceOf(TRADER)
    market.buy([leg(market.fill(1, limit=7 * market.price))])
    assert market.asset.balanceOf(TRADER) == before - market.price


def test_buy__no_legs__nothing_happens(market):
    with unchanged(market.watch()):
        assert list(market.buy([]).return_value) == [0, 0]


def test_buy__receiver_that_refuses_nfts__owns_them(market):
    refusing = market.driver.deploy("RefusingReceiver")
    market.buy([leg(market.fill(1))], receiver=refusing)
    assert market.nft.ownerOf(1) == refusing.address


def test_buy__asset_without_approval__refused(market):
    market.approve_assets(TRADER, market.till, market.price - 1)
    with unchanged(market.watch()), pytest.raises(Revert):
        market.buy([leg(market.fill(1))])


# --- limits ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("slack", [-1, 0, 1])
def test_buy__limit_of_a_fill(market, slack):
    fill = market.fill(1, limit=market.price + slack)
    if slack < 0:
        with reverts("DrawAboveLimit", assets=market.price, left=market.price - 1):
            market.buy([leg(fill)])
    else:
        market.buy([leg(fill)])
        assert market.nft.ownerOf(1) == TRADER.address


@pytest.mark.parametrize("slack", [-1, 0, 1])
def test_buy__total_limit(market, slack):
    legs, most = [leg(market.fill(1)), leg(market.fill(2))], 2 * market.price + slack
    watch = market.watch()
    if slack < 0:
        with unchanged(watch), reverts("DrawAboveLimit", assets=market.price, left=market.price - 1):
            market.buy(legs, most=most)
    else:
        before = watch.now()
        market.buy(legs, most=most)
        watch.assert_moved(
            before, {"trader": -2 * market.price, "maker": 2 * market.price}, bought(market, 1, 2)
        )


def test_buy__best_effort_beyond_the_total__buys_what_it_pays_for(market):
    legs = [leg(market.fill(1)), leg(market.fill(2, 3)), leg(market.fill(4))]
    tx = market.buy(legs, filled=1, most=2 * market.price)
    assert list(tx.return_value) == [2, 2 * market.price]
    assert [market.nft.ownerOf(token) == TRADER.address for token in (1, 2, 3, 4)] == [
        True, False, False, True,
    ]  # fmt: skip
    failed = tx.one("LegFailed")
    assert (failed.trader, failed.leg) == (TRADER.address, 1)
    error, fields = decode_error(failed.reason)
    assert (error, fields["assets"], fields["left"]) == ("DrawAboveLimit", 2 * market.price, market.price)


@pytest.mark.parametrize("late", [-1, 0, 1])
@pytest.mark.parametrize("side", ["buy", "sell"])
def test_deadline__last_second_counts(market, side, late):
    legs = [leg(market.fill(1 if side == "buy" else 101))]
    until = market.driver.timestamp - late
    expected = reverts("DeadlineExpired", deadline=until) if late > 0 else contextlib.nullcontext()
    with expected:
        getattr(market, side)(legs, deadline=until)


def test_receiver__zero__refused(market):
    for trade, fill in ((market.buy, market.fill(1)), (market.sell, market.fill(101))):
        with reverts("ZeroAddress"):
            trade([leg(fill)], receiver=ZERO)


def test_value__refused(market):
    for name in ("buy", "sell"):
        call = getattr(market.router, name).data([], 0, 0, TRADER, FAR)
        with pytest.raises(Revert):
            market.driver.transact(TRADER.address, market.router.address, call, value=1)


# --- best effort -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", [KEEPS, OVERDRAWS, BURNS, BOMBS, REFUSES], ids=lambda m: f"mode{m}")
def test_buy__first_choice_dead__the_substitute_is_bought_and_nothing_was_lost(market, mode):
    watch = market.watch()
    before = watch.now()
    tx = market.buy([leg(market.fill(1, mode=mode), market.fill(2))], gas=5_000_000)
    watch.assert_moved(before, {"trader": -market.price, "maker": market.price}, bought(market, 2))
    assert tx.one("LegBought").fill == 1


def test_buy__stale_plan__token_sold_meanwhile_costs_nothing(market):
    market.nft.transferFrom(MAKER, STRANGER, 1, sender=MAKER)
    watch = market.watch()
    with unchanged(watch), pytest.raises(Revert):
        market.buy([leg(market.fill(1)), leg(market.fill(2))])
    before = watch.now()
    tx = market.buy([leg(market.fill(1)), leg(market.fill(2))], filled=1)
    watch.assert_moved(before, {"trader": -market.price, "maker": market.price}, bought(market, 2))
    assert tx.one("LegFailed").leg == 0


def test_buy__fewer_than_wanted__all_undone(market):
    legs = [leg(market.fill(1)), leg(market.fill(2, mode=REFUSES)), leg(market.fill(3, mode=REFUSES))]
    with unchanged(market.watch()):
        with reverts("Refused"):  # the second failure leaves too few
            market.buy(legs, filled=2)
        with reverts("TooFewFilled", filled=1, wanted=4):
            market.buy([legs[0], leg()], filled=4)
    assert list(market.buy(legs, filled=1).return_value) == [1, market.price]


def test_buy__leg_without_fills__counts_as_not_filled(market):
    with reverts("TooFewFilled", filled=0, wanted=1):
        market.buy([leg()])
    assert list(market.buy([leg()], filled=0).return_value) == [0, 0]


def test_buy__reason_of_a_failed_leg__is_bounded(market):
    tx = market.buy([leg(market.fill(1, mode=BOMBS))], filled=0, gas=5_000_000)
    assert len(tx.one("LegFailed").reason) == 260


def test_buy__leg_that_burns_gas__takes_no_more_than_its_share(market):
    share = market.router.FILL_GAS() + market.router.TOKEN_GAS()
    burns = market.fill(1, mode=BURNS)
    market.buy([leg(burns, burns), leg(market.fill(2))], filled=1, gas=2 * share + 500_000)
    assert market.nft.ownerOf(2) == TRADER.address


# --- venues that cheat -----------------------------------------------------------------------------------


def test_buy__venue_that_delivers_nothing__all_undone(market):
    with unchanged(market.watch()), reverts("VenueCheated", venue=market.venue.address):
        market.buy([leg(market.fill(1, mode=KEEPS))])


def test_buy__venue_that_lies_about_the_cost__counted_by_what_was_drawn(market):
    tx = market.buy([leg(market.fill(1, mode=LIES))])
    assert list(tx.return_value) == [1, market.price]


def test_buy__venue_that_gives__costs_nothing(market):
    assert list(market.buy([leg(market.fill(1, mode=GIVES))]).return_value) == [1, 0]


def test_buy__token_the_receiver_owns_already__refused(market):
    """A venue could be paid for delivering nothing."""
    with unchanged(market.watch()), reverts("OwnedBefore", tokenId=101):
        market.buy([leg(market.fill(101, mode=KEEPS))])
    with unchanged(market.watch()), reverts("OwnedBefore", tokenId=1):
        market.buy([leg(market.fill(1)), leg(market.fill(1, mode=KEEPS))])


def test_venue__not_listed_or_no_longer__refused(market):
    other = market.driver.deploy("MockVenue", MAKER, market.asset)
    with reverts("VenueNotListed", venue=other.address):
        market.buy([leg(market.fill(1, venue=other))])
    market.router.setVenue(market.venue, False, sender=GOVERNOR)
    for trade, fill in ((market.buy, market.fill(1)), (market.sell, market.fill(101))):
        with unchanged(market.watch()), reverts("VenueNotListed", venue=market.venue.address):
            trade([leg(fill)])
    market.assert_clean(other)


def test_draw__by_anyone_but_the_venue_in_progress__refused(market):
    for caller in (THIEF, TRADER, MAKER):
        with reverts("Unauthorized", caller=caller.address):
            market.router.drawAssets(THIEF, 1, sender=caller)
        with reverts("Unauthorized", caller=caller.address):
            market.router.drawNfts(THIEF, market.nft, [101], sender=caller)


def test_alone__called_by_anyone__refused(market):
    for caller in (THIEF, TRADER, MAKER):
        with reverts("Unauthorized"):
            market.router.buyAlone(market.fill(1), caller, FAR, sender=caller)
        with reverts("Unauthorized"):
            market.router.sellAlone(market.fill(101), caller, sender=caller)


def test_till__called_by_anyone__refused(market):
    for caller in (THIEF, TRADER, GOVERNOR):
        with reverts("Unauthorized"):
            market.till.pullAssets(TRADER, THIEF, 1, sender=caller)
        with reverts("Unauthorized"):
            market.till.pullNfts(TRADER, THIEF, market.nft, [101], sender=caller)


def test_venue__reenters_everything__every_entry_is_closed(market):
    """In the midst of a fill the venue tries all there is; its own remaining allowance is all it can use."""
    thief = THIEF.address
    tries = [
        (market.router, market.router.buy.data([leg(market.fill(2))], 1, FAR, thief, FAR)),
        (market.router, market.router.sell.data([leg(market.fill(101))], 1, 0, thief, FAR)),
        (market.router, market.router.buyAlone.data(market.fill(2), thief, FAR)),
        (market.router, market.router.sellAlone.data(market.fill(101), thief)),
        (market.router, market.router.drawAssets.data(thief, 1)),  # the limit is used up
        (market.router, market.router.drawNfts.data(thief, market.nft, [101])),
        (market.till, market.till.pullAssets.data(TRADER, thief, 1)),
        (market.till, market.till.pullNfts.data(TRADER, thief, market.nft, [101])),
    ]
    during = market.venue.buy.selector
    market.venue.script(during, [(c.address, 0, data, False) for c, data in tries], sender=MAKER)
    watch = market.watch()
    before = watch.now()
    market.buy([leg(market.fill(1))])
    watch.assert_moved(before, {"trader": -market.price, "maker": market.price}, bought(market, 1))
    outcomes = [market.venue.outcome(i) for i in range(market.venue.outcomes())]
    assert [o.success for o in outcomes] == [False] * len(tries)


def test_venue__of_a_past_fill__draws_no_more(market):
    """A second venue re-enters the first one's turn: each draws for its own fill only."""
    other = market.driver.deploy("MockVenue", MAKER, market.asset)
    market.router.setVenue(other, True, sender=GOVERNOR)
    market.nft.setApprovalForAll(other, True, sender=MAKER)
    other.setPrice(market.price, sender=MAKER)
    steal = market.router.drawAssets.data(MAKER, 1)
    other.script(other.buy.selector, [(market.router.address, 0, steal, False)], sender=MAKER)
    fill = (other, market.nft, [2], 2 * market.price, b"")
    watch = market.watch()
    before = watch.now()
    tx = market.buy([leg(market.fill(1)), leg(fill)])
    # within its own limit a venue may draw what it likes; the trader never pays more than that limit
    assert list(tx.return_value) == [2, 2 * market.price + 1]
    watch.assert_moved(
        before, {"trader": -2 * market.price - 1, "maker": 2 * market.price + 1}, bought(market, 1, 2)
    )
    market.assert_clean(other)


def test_sale__after_a_purchase_in_one_transaction__draws_no_assets(market):
    """What a purchase left of its limit is nobody's in the sale that follows."""
    probe = market.driver.deploy("CallbackProbe")
    market.asset.mint(probe, 10 * market.price, sender=GOVERNOR)
    market.nft.transferFrom(TRADER, probe, 101, sender=TRADER)
    for target, data in (
        (market.asset, market.asset.approve.data(market.till, FAR)),
        (market.nft, market.nft.setApprovalForAll.data(market.till, True)),
    ):
        probe.execute(target, 0, data, sender=TRADER)
    steal = market.router.drawAssets.data(THIEF, 1)
    script = [(market.router.address, 0, steal, False)]
    market.venue.script(market.venue.sell.selector, script, sender=MAKER)
    before = market.asset.balanceOf(probe)
    fill = market.fill(1, limit=3 * market.price)
    plans = [
        market.router.buy.data([leg(fill)], 1, FAR, probe, FAR),
        market.router.sell.data([leg(market.fill(101))], 1, 0, probe, FAR),
    ]
    probe.executeAll([(market.router.address, 0, data, True) for data in plans], sender=TRADER)
    assert market.asset.balanceOf(probe) == before
    assert market.venue.outcomes() == 1 and not market.venue.outcome(0).success
    assert market.asset.balanceOf(THIEF) == 0


def test_governance__only_it_lists_venues(market):
    with reverts("AccessManagedUnauthorized"):
        market.router.setVenue(THIEF, True, sender=THIEF)
    with reverts("ZeroAddress"):
        market.router.setVenue(ZERO, True, sender=GOVERNOR)
    tx = market.router.setVenue(RECEIVER, True, sender=GOVERNOR)
    assert (tx.one("VenueListed").venue, tx.one("VenueListed").listed) == (RECEIVER.address, True)
    assert market.router.isVenue(RECEIVER) and not market.router.isVenue(THIEF)
    assert market.router.till() == market.till.address


def test_constructors__zero_addresses__refused(market):
    for zero in range(3):
        terms = [market.asset, market.router, market.till]
        terms[zero] = ZERO
        with reverts("ZeroAddress"):
            market.driver.deploy("MarketTill", *terms)
    for terms in ((ZERO, market.asset), (market.till, ZERO)):
        with reverts("ZeroAddress"):
            market.driver.deploy("MarketRouter", market.authority, *terms)


# --- selling ---------------------------------------------------------------------------------------------


def test_sell__two_legs__proceeds_arrive_and_the_maker_owns_all(market):
    watch = market.watch()
    before = watch.now()
    tx = market.sell([leg(market.fill(101, 102)), leg(market.fill(103))])
    watch.assert_moved(
        before,
        {"trader": 3 * market.price, "maker": -3 * market.price},
        bought(market, 101, 102, 103, by=MAKER),
    )
    assert list(tx.return_value) == [2, 3 * market.price]
    events = [event for event in tx.events if event.name == "LegSold"]
    assert [(list(e.tokenIds), e.proceeds, e.fill) for e in events] == [
        ([101, 102], 2 * market.price, 0),
        ([103], market.price, 0),
    ]


def test_sell__for_another__he_is_paid(market):
    watch = market.watch()
    before = watch.now()
    market.sell([leg(market.fill(101))], receiver=RECEIVER)
    watch.assert_moved(
        before, {"receiver": market.price, "maker": -market.price}, bought(market, 101, by=MAKER)
    )


@pytest.mark.parametrize("slack", [-1, 0, 1])
def test_sell__limit_of_a_fill(market, slack):
    fill = market.fill(101, limit=market.price + slack)
    if slack > 0:
        with unchanged(market.watch()), reverts("VenueCheated", venue=market.venue.address):
            market.sell([leg(fill)])
    else:
        market.sell([leg(fill)])
        assert market.nft.ownerOf(101) == MAKER.address


@pytest.mark.parametrize("slack", [-1, 0, 1])
def test_sell__total_limit(market, slack):
    legs, least = [leg(market.fill(101)), leg(market.fill(102))], 2 * market.price + slack
    if slack > 0:
        with unchanged(market.watch()), reverts("TotalBelowMin", total=2 * market.price, minTotal=least):
            market.sell(legs, least=least)
    else:
        assert list(market.sell(legs, least=least).return_value) == [2, 2 * market.price]


@pytest.mark.parametrize(
    "mode", [KEEPS, DRAWS_TWICE, DRAWS_OTHERS, BURNS, BOMBS, REFUSES], ids=lambda m: f"mode{m}"
)
def test_sell__first_choice_dead__the_substitute_is_sold_and_nothing_was_lost(market, mode):
    watch = market.watch()
    before = watch.now()
    tx = market.sell([leg(market.fill(101, mode=mode), market.fill(101))], gas=5_000_000)
    watch.assert_moved(
        before, {"trader": market.price, "maker": -market.price}, bought(market, 101, by=MAKER)
    )
    assert tx.one("LegSold").fill == 1


@pytest.mark.parametrize(
    ("mode", "error"),
    [(KEEPS, "VenueCheated"), (DRAWS_TWICE, "WrongNftsDrawn"), (DRAWS_OTHERS, "WrongNftsDrawn")],
)
def test_sell__venue_that_cheats__all_undone(market, mode, error):
    with unchanged(market.watch()), reverts(error):
        market.sell([leg(market.fill(101, mode=mode))])


def test_sell__venue_that_lies_about_the_proceeds__counted_by_what_arrived(market):
    assert list(market.sell([leg(market.fill(101, mode=LIES))]).return_value) == [1, market.price]


def test_sell__nfts_of_another__refused(market):
    market.nft.setApprovalForAll(market.till, True, sender=MAKER)
    with unchanged(market.watch()), pytest.raises(Revert):
        market.sell([leg(market.fill(1))])


def test_sell__asset_in_place_of_a_collection__refused(market):
    """The till knows one `transferFrom`; of the asset it would move an amount past every limit."""
    fill = (market.venue, market.asset, [market.price], 0, b"")
    with unchanged(market.watch()), reverts("WrongNftsDrawn", collection=market.asset.address):
        market.sell([leg(fill)])


def test_sell__fewer_than_wanted__all_undone(market):
    legs = [leg(market.fill(101)), leg(market.fill(102, mode=REFUSES))]
    with unchanged(market.watch()), reverts("Refused"):
        market.sell(legs)
    tx = market.sell(legs, filled=1)
    assert list(tx.return_value) == [1, market.price]
    assert tx.one("LegFailed").leg == 1
    with reverts("TooFewFilled", filled=0, wanted=1):
        market.sell([leg()])


# --- tokens that do not behave ---------------------------------------------------------------------------


def test_asset__takes_a_fee__seller_is_judged_by_what_arrives(driver):
    asset = driver.deploy("FeeAsset", 6, 0)
    market = build_market(driver, asset)
    asset.setFee(100, sender=GOVERNOR)
    with unchanged(market.watch()), reverts("VenueCheated", venue=market.venue.address):
        market.sell([leg(market.fill(101))])
    tx = market.sell([leg(market.fill(101, limit=0))])
    assert list(tx.return_value) == [1, market.price * 99 // 100]
    before = asset.balanceOf(TRADER)
    market.buy([leg(market.fill(1))])
    assert asset.balanceOf(TRADER) == before - market.price
    market.assert_clean()


def test_asset__blocks_an_account__his_trades_fail_and_no_other(driver):
    asset = driver.deploy("MockUsdt", 6, sender=DEPLOYER)
    market = build_market(driver, asset)
    asset.addBlackList(TRADER, sender=DEPLOYER)
    with unchanged(market.watch()), pytest.raises(Revert):
        market.buy([leg(market.fill(1))])
    with unchanged(market.watch()):
        assert list(market.buy([leg(market.fill(1))], filled=0).return_value) == [0, 0]
    asset.removeBlackList(TRADER, sender=DEPLOYER)
    asset.addBlackList(MAKER, sender=DEPLOYER)
    with unchanged(market.watch()):
        assert list(market.sell([leg(market.fill(101))], filled=0).return_value) == [0, 0]
    market.assert_clean()


def test_nft__reenters_from_its_transfer__every_entry_is_closed(driver):
    asset = driver.deploy("MockAsset", 6)
    nft = driver.deploy("ReentrantNft")
    market = build_market(driver, asset, nft)
    thief = THIEF.address
    tries = [
        market.router.buy.data([leg(market.fill(2))], 1, FAR, thief, FAR),
        market.router.sell.data([], 0, 0, thief, FAR),
        market.router.drawAssets.data(thief, 1),
    ]
    steps = [(market.router.address, 0, data, False) for data in tries]
    nft.script(nft.BEFORE(), steps, sender=THIEF)
    nft.script(nft.AFTER(), steps, sender=THIEF)
    market.buy([leg(market.fill(1, limit=2 * market.price))])
    assert nft.outcomes() == 6
    assert not any(nft.outcome(i).success for i in range(6))
    market.assert_clean()


def test_nft__lies_about_owner_and_transfer__trader_pays_for_nothing_honest(driver):
    """A collection that lies to everyone about everything cannot be caught; one that fails to move is."""
    asset = driver.deploy("MockAsset", 6)
    nft = driver.deploy("LyingNft")
    market = build_market(driver, asset, nft)
    nft.setTransfers(1, ZERO, sender=THIEF)  # transfers succeed and move nothing
    with unchanged(market.watch()), reverts("VenueCheated"):
        market.buy([leg(market.fill(1))])
    market.assert_clean()


def test_asset__hooks__reentering_seller_gains_nothing(driver):
    asset = driver.deploy("HookedAsset", 6)
    market = build_market(driver, asset)
    probe: Contract = driver.deploy("CallbackProbe")
    asset.setHooked(probe, True, sender=GOVERNOR)
    steal = market.router.sell.data([leg(market.fill(102))], 1, 0, probe, FAR)
    hook = selector("tokensReceived(address,address,uint256)")
    probe.script(hook, [(market.router.address, 0, steal, False)], sender=THIEF)
    market.sell([leg(market.fill(101))], receiver=probe)
    assert probe.outcomes() == 1 and not probe.outcome(0).success
    assert asset.balanceOf(probe) == market.price
    assert market.nft.ownerOf(102) == TRADER.address
