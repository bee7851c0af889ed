"""SeaportVenue: listings are bought and bids sold into, to the unit, and nothing else can be asked of it."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.helpers.abi import decode_error
from tests.helpers.accounts import malleate
from tests.helpers.balances import unchanged
from tests.helpers.core import GOVERNOR, STRANGER, THIEF
from tests.helpers.evm import Revert, reverts
from tests.helpers.seaport import Criteria, Fee
from tests.unit.periphery.seaport_rig import (
    BIDDER,
    CREATOR,
    FAR,
    MAKER,
    MARKETPLACE,
    RECEIVER,
    TAKER,
    Shop,
    build_shop,
)
from vitrine.errors import StateError
from vitrine.sdk.seaport.hashing import Domain, order_hash
from vitrine.sdk.seaport.orders import Consideration, ItemKind, OfferItem, OrderKind, SignedOrder
from vitrine.sdk.seaport.venue import bids_data, listings_data

FEES = (Fee(CREATOR.address, 500), Fee(MARKETPLACE.address, 250))


@pytest.fixture
def shop(driver, asset) -> Iterator[Shop]:
    made = build_shop(driver, asset)
    yield made
    made.assert_clean()


# --- buying ----------------------------------------------------------------------------------------------


def test_buy__listing_with_fees__everyone_gets_his_part_and_the_receiver_the_token(shop):
    watch = shop.watch()
    before = watch.now()
    tx = shop.buy(shop.ask(1, fees=FEES), most=shop.price)
    creator, marketplace = shop.price * 5 // 100, shop.price * 25 // 1000
    watch.assert_moved(
        before,
        {
            "payer": -shop.price, "maker": shop.price - creator - marketplace, "creator": creator,
            "marketplace": marketplace,
        },
        {(shop.nft, 1): RECEIVER},
    )  # fmt: skip
    assert tx.return_value == shop.price
    assert shop.payer.drawn() == shop.price


def test_buy__three_listings__one_call(shop):
    watch = shop.watch()
    before = watch.now()
    asks = [shop.ask(token, shop.price * token) for token in (1, 2, 3)]
    assert shop.buy(*asks).return_value == 6 * shop.price
    watch.assert_moved(
        before,
        {"payer": -6 * shop.price, "maker": 6 * shop.price},
        {(shop.nft, token): RECEIVER for token in (1, 2, 3)},
    )


@pytest.mark.parametrize("height", [1, 2, 7, 24])
def test_buy__bulk_signature_of_any_height__filled(shop, height):
    asks = [shop.ask(token).order for token in (1, 2)]
    shop.buy(shop.book.sign_many(asks, MAKER, height)[1])
    assert shop.nft.ownerOf(2) == RECEIVER.address
    assert shop.nft.ownerOf(1) == MAKER.address


def test_buy__descending_price__the_price_of_the_block_rounded_up(shop):
    start, end, lasts = 3 * shop.price + 1, shop.price, 7_001
    ask = shop.ask(1, start, end_price=end, lasts=lasts, fees=FEES)
    shop.driver.warp(3_333)
    now = shop.driver.timestamp
    due = sum(ask.order.wants(item, now) for item in ask.order.consideration)
    assert end < due < start
    with reverts("CostAboveMax", cost=due, maxCost=due - 1):
        shop.buy(ask, most=due - 1)
    now = shop.driver.timestamp
    due = sum(ask.order.wants(item, now) for item in ask.order.consideration)
    assert shop.buy(ask, most=due).return_value == due


def test_buy__validated_order_without_signature__filled(shop):
    ask = shop.ask(1)
    shop.book.validate(ask, sender=STRANGER)
    shop.buy(SignedOrder(ask.order, b""))
    assert shop.nft.ownerOf(1) == RECEIVER.address


def test_buy__listing_through_a_conduit__filled(shop):
    key, conduit = shop.book.conduit(MAKER)
    shop.nft.setApprovalForAll(shop.book.seaport, False, sender=MAKER)
    shop.nft.setApprovalForAll(conduit, True, sender=MAKER)
    shop.buy(shop.ask(1, conduit_key=key))
    assert shop.nft.ownerOf(1) == RECEIVER.address


@pytest.mark.parametrize("over", [0, 1])
def test_buy__cost_at_the_limit_and_one_above(shop, over):
    if not over:
        shop.buy(shop.ask(1), most=shop.price)
        return
    with unchanged(shop.watch()), reverts("CostAboveMax", cost=shop.price, maxCost=shop.price - 1):
        shop.buy(shop.ask(1), most=shop.price - 1)


@pytest.mark.parametrize("before_end", [1, 0])
def test_buy__last_second_and_the_one_after(shop, before_end):
    ask = shop.ask(1, lasts=100)
    shop.driver.warp_to(ask.order.end_time - before_end)
    if before_end:
        shop.buy(ask)
        return
    end = ask.order.end_time
    with unchanged(shop.watch()), reverts("OrderNotOpen", endTime=end, now_=end):
        shop.buy(ask)


def test_buy__before_its_start__named(shop):
    late = shop.driver.timestamp + 1_000
    ask = shop.ask(1, start=late, end=late + 10, end_price=shop.price // 2)
    with unchanged(shop.watch()), reverts("OrderNotOpen", startTime=late):
        shop.buy(ask)


# --- selling ---------------------------------------------------------------------------------------------


def test_sell__single_collection_and_trait_bids__net_proceeds_arrive(shop):
    ids = Criteria([103, 105, 107])
    bids = [shop.bid(token_id=101, fees=FEES), shop.bid(2 * shop.price), shop.bid(3 * shop.price, ids=ids)]
    watch = shop.watch()
    before = watch.now()
    tx = shop.sell((bids[0], 101, None), (bids[1], 102, None), (bids[2], 103, ids))
    creator, marketplace = shop.price * 5 // 100, shop.price * 25 // 1000
    net = 6 * shop.price - creator - marketplace
    watch.assert_moved(
        before,
        {"bidder": -6 * shop.price, "receiver": net, "creator": creator, "marketplace": marketplace},
        {(shop.nft, token): BIDDER for token in (101, 102, 103)},
    )
    assert tx.return_value == net


def test_sell__bid_for_three__filled_token_by_token_then_refused(shop):
    bid = shop.bid(quantity=3, fees=FEES)
    shop.sell((bid, 101, None), (bid, 102, None))
    status = shop.book.seaport.getOrderStatus(order_hash(bid.order))
    assert status[2] * 3 == status[3] * 2
    shop.sell((bid, 103, None))
    with reverts("OrderAlreadyFilled"):
        shop.sell((bid, 104, None))
    assert [shop.nft.ownerOf(token) for token in (101, 102, 103)] == [BIDDER.address] * 3


@pytest.mark.parametrize("over", [0, 1])
def test_sell__proceeds_at_the_limit_and_one_below(shop, over):
    net = shop.price - shop.price * 5 // 100 - shop.price * 25 // 1000
    bid = shop.bid(fees=FEES)
    if not over:
        assert shop.sell((bid, 101, None), least=net).return_value == net
        return
    with reverts("ProceedsBelowMin", proceeds=net, minProceeds=net + 1):
        shop.sell((bid, 101, None), least=net + 1)
    assert shop.nft.ownerOf(101) == shop.payer.address


def test_sell__wrong_criteria_proof__refused(shop):
    ids, others = Criteria([103, 105, 107]), Criteria([101, 102])
    bid = shop.bid(ids=ids)
    with pytest.raises(StateError, match="not those the trait bid was made for"):
        bids_data([(bid, 101, others)])
    data = bids_data([(bid, 103, ids)])
    shop.nft.transferFrom(TAKER, shop.payer, 101, sender=TAKER)
    with reverts("InvalidProof"):
        shop.payer.sell(shop.venue, shop.nft, [101], 0, RECEIVER, data, sender=TAKER)
    assert shop.nft.ownerOf(101) == shop.payer.address


def test_sell__fees_above_the_offer__refused_and_nothing_of_others_is_used(shop):
    bid = shop.bid().order
    fee = Consideration(ItemKind.ERC20, shop.asset.address, 0, shop.price + 1, shop.price + 1, THIEF.address)
    greedy = shop.book.sign(replace(bid, consideration=(*bid.consideration, fee)), BIDDER)
    with pytest.raises(Revert):
        shop.sell((greedy, 101, None))
    assert shop.asset.balanceOf(THIEF) == 0


# --- hostile orders --------------------------------------------------------------------------------------


def test_buy__cancelled_and_counter_raised__refused(shop):
    one, other = shop.ask(1), shop.ask(2)
    shop.book.cancel(one, sender=MAKER)
    with unchanged(shop.watch()), reverts("OrderIsCancelled"):
        shop.buy(one)
    shop.book.seaport.incrementCounter(sender=MAKER)
    with unchanged(shop.watch()), reverts("InvalidSigner"):
        shop.buy(other)


def test_buy__twice__refused_also_with_the_malleated_signature(shop):
    ask = shop.ask(1)
    shop.buy(ask)
    shop.nft.transferFrom(RECEIVER, MAKER, 1, sender=RECEIVER)
    for signature in (ask.signature, malleate(ask.signature)):
        with unchanged(shop.watch()), reverts("OrderAlreadyFilled"):
            shop.buy(SignedOrder(ask.order, signature))


def test_buy__tampered_signature__refused(shop):
    ask = shop.ask(1)
    wrong = bytes([ask.signature[0] ^ 1]) + ask.signature[1:]
    with unchanged(shop.watch()), pytest.raises(Revert):
        shop.buy(SignedOrder(ask.order, wrong))
    bulk = shop.book.sign_many([ask.order, shop.ask(2).order], MAKER)[0]
    wrong = bulk.signature[:-1] + bytes([bulk.signature[-1] ^ 1])
    with unchanged(shop.watch()), reverts("InvalidSigner"):
        shop.buy(SignedOrder(ask.order, wrong))


@pytest.mark.parametrize("where", ["chain", "seaport"])
def test_buy__signed_for_another_chain_or_seaport__refused(shop, where):
    ask = shop.ask(1)
    domain = {"chain": Domain(1, shop.book.seaport.address), "seaport": Domain(31337, THIEF.address)}[where]
    foreign = SignedOrder(ask.order, MAKER.sign(domain.digest(order_hash(ask.order))))
    with unchanged(shop.watch()), reverts("InvalidSigner"):
        shop.buy(foreign)


def test_buy__not_the_owner_any_more__refused(shop):
    ask = shop.ask(1)
    shop.nft.transferFrom(MAKER, STRANGER, 1, sender=MAKER)
    with unchanged(shop.watch()), pytest.raises(Revert):
        shop.buy(ask)


@pytest.mark.parametrize("extra", ["native", "token", "nft", "second nft", "other token"])
def test_buy__order_with_anything_else_in_it__cannot_be_expressed_and_does_not_fit(shop, extra):
    other = shop.driver.deploy("MockAsset", 18)
    order, maker = shop.ask(1).order, MAKER.address
    wants = {
        "native": Consideration(ItemKind.NATIVE, "0x" + "00" * 20, 0, 1, 1, maker),
        "token": Consideration(ItemKind.ERC20, other.address, 0, 1, 1, maker),
        "nft": Consideration(ItemKind.ERC721, shop.nft.address, 101, 1, 1, maker),
    }
    if extra in wants:
        odd = replace(order, consideration=(*order.consideration, wants[extra]))
    elif extra == "second nft":
        odd = replace(order, offer=(*order.offer, OfferItem(ItemKind.ERC721, shop.nft.address, 2, 1, 1)))
    else:
        odd = replace(order, offer=(OfferItem(ItemKind.ERC20, other.address, 0, 1, 1),))
    signed = shop.book.sign(odd, MAKER)
    with pytest.raises(StateError, match="not one ERC-721"):
        listings_data([signed])
    plain = SignedOrder(order, signed.signature)  # the part that can be expressed, with the maker's signature
    with unchanged(shop.watch()), reverts("InvalidSigner"):
        shop.buy(plain)


def test_buy__tip_added_to_a_signed_order__does_not_fit(shop):
    ask = shop.ask(1)
    tip = Consideration(ItemKind.ERC20, shop.asset.address, 0, 1, 1, THIEF.address)
    tipped = SignedOrder(replace(ask.order, consideration=(*ask.order.consideration, tip)), ask.signature)
    with unchanged(shop.watch()), reverts("InvalidSigner"):
        shop.buy(tipped)


def test_buy__other_token_or_collection_than_signed__refused(shop):
    ask, other = shop.ask(1), shop.driver.deploy("MockNft")
    other.mint(MAKER, 1, sender=GOVERNOR)
    with unchanged(shop.watch()), reverts("InvalidSigner"):
        shop.buy(ask, ids=[2])
    with unchanged(shop.watch()), reverts("InvalidSigner"):
        shop.buy(ask, nft=other)


def test_buy__order_made_up_by_a_contract__refused(shop):
    ask = shop.ask(1)
    with pytest.raises(StateError, match="not one ERC-721"):
        listings_data([SignedOrder(replace(ask.order, kind=OrderKind.CONTRACT), ask.signature)])
    patched = _with_order_type(listings_data([ask]), int(OrderKind.CONTRACT))
    with unchanged(shop.watch()), reverts("OrderTypeRefused", orderType=4):
        shop.payer.buy(shop.venue, shop.nft, [1], FAR, RECEIVER, patched, sender=TAKER)


def _with_order_type(data: bytes, kind: int) -> bytes:
    """`SeaportListing[]` of one element: offset, length, offset, offerer, zone, then the type."""
    at = 32 * 5
    assert data[at : at + 32] == bytes(32)
    return data[:at] + kind.to_bytes(32, "big") + data[at + 32 :]


def test_buy__number_of_orders_differs__named(shop):
    with unchanged(shop.watch()), reverts("LengthMismatch", left=2, right=1):
        shop.buy(shop.ask(1), ids=[1, 2])
    with unchanged(shop.watch()), reverts("LengthMismatch", left=1, right=0):
        shop.buy(ids=[1])


def test_buy__price_that_overflows__named(shop):
    huge = shop.ask(1, 2**112)
    with unchanged(shop.watch()), reverts("Overflow", value=2**112, bits=112):
        shop.buy(huge)


def test_buy__native_value__cannot_be_sent(shop):
    shop.driver.set_balance(TAKER, 10**18)
    with pytest.raises(Revert):
        shop.driver.send_value(TAKER, shop.venue, 1)
    with pytest.raises(Revert):
        shop.venue.buy(shop.nft, [1], FAR, TAKER, listings_data([shop.ask(1)]), sender=TAKER, value=1)
    assert shop.driver.balance(shop.venue) == 0


# --- contracts as makers ---------------------------------------------------------------------------------


def test_buy__contract_wallet_that_flips__refused_while_it_does_filled_after(shop):
    wallet = shop.driver.deploy("Erc1271Wallet", MAKER)
    shop.nft.transferFrom(MAKER, wallet, 1, sender=MAKER)
    approve = shop.nft.setApprovalForAll.data(shop.book.seaport, True)
    wallet.execute(shop.nft, 0, approve, sender=MAKER)
    ask = shop.ask(1, maker=wallet, signer=MAKER)
    wallet.setAccepting(False, sender=MAKER)
    with unchanged(shop.watch()), pytest.raises(Revert):
        shop.buy(ask)
    wallet.setAccepting(True, sender=MAKER)
    shop.buy(ask)
    assert shop.nft.ownerOf(1) == RECEIVER.address
    assert shop.asset.balanceOf(wallet) == shop.price


def test_buy__token_that_reenters_the_venue__cannot_spend_what_was_drawn_for_another(shop, driver):
    hooked = driver.deploy("ReentrantNft")
    hooked.mint(MAKER, 1, sender=GOVERNOR)
    hooked.setApprovalForAll(shop.book.seaport, True, sender=MAKER)
    outer = shop.book.listing(MAKER, hooked, 1, shop.asset, shop.price)
    inner = listings_data([shop.ask(2, shop.price // 2)])
    calls = [
        shop.payer.buy.data(shop.venue, shop.nft, [2], FAR, THIEF, inner),
        shop.payer.sell.data(shop.venue, shop.nft, [], 0, THIEF, bids_data([])),
    ]
    steps = [(shop.payer.address, 0, call, False) for call in calls]
    hooked.script(hooked.BEFORE(), steps, sender=GOVERNOR)
    shop.payer.buy(shop.venue, hooked, [1], FAR, RECEIVER, listings_data([outer]), sender=TAKER)
    assert hooked.ownerOf(1) == RECEIVER.address
    for number in range(2):
        outcome = hooked.outcome(number)
        assert not outcome.success
        assert decode_error(outcome.output)[0] == "ReentrancyGuardReentrantCall"
    assert shop.nft.ownerOf(2) == MAKER.address
    assert shop.asset.balanceOf(THIEF) == 0


# --- nobody's money ---------------------------------------------------------------------------------------


def test_buy__stray_asset_in_the_venue__is_not_spent(shop):
    shop.asset.mint(shop.venue, 5 * shop.price, sender=GOVERNOR)
    before = shop.asset.balanceOf(shop.payer)
    shop.buy(shop.ask(1))
    assert before - shop.asset.balanceOf(shop.payer) == shop.price
    assert shop.asset.balanceOf(shop.venue) == 5 * shop.price
    shop.sell((shop.bid(), 101, None))  # goes out with the next proceeds
    assert shop.asset.balanceOf(shop.venue) == 0


def test_constructor__zero_address__refused(driver, asset):
    zero = "0x" + "00" * 20
    for args in ((zero, asset), (asset, zero)):
        with reverts("ZeroAddress"):
            driver.deploy("SeaportVenue", *args)
        with reverts("ZeroAddress"):
            driver.deploy("SeaportBidExit", *args)


def test_sell__asset_in_place_of_a_collection__allowance_of_the_venue_stands(shop):
    """`approve` is a word of ERC-20, too: nobody may end the allowance by selling "token 0" of the asset."""
    seaport = shop.venue.SEAPORT()
    before = shop.asset.allowance(shop.venue, seaport)
    probe = shop.driver.deploy("CallbackProbe")
    order = shop.book.bid(THIEF, shop.asset, shop.asset, 1, token_id=0)
    call = shop.venue.sell.data(shop.asset, [0], 0, THIEF, bids_data([(order, 0, None)]))
    with reverts("AssetNotSold", asset=shop.asset.address):
        probe.execute(shop.venue, 0, call, sender=THIEF)
    assert shop.asset.allowance(shop.venue, seaport) == before > 2**200
