"""SeaportBidExit: a liquidated NFT leaves into a bid, all net proceeds where they belong, nothing stays."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.helpers.abi import decode_error
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
    OWNED,
    RECEIVER,
    TAKER,
    Shop,
    build_shop,
)
from vitrine.sdk.seaport.orders import Consideration, ItemKind, SignedOrder
from vitrine.sdk.seaport.venue import exit_data

FEES = (Fee(CREATOR.address, 500), Fee(MARKETPLACE.address, 250))


@pytest.fixture
def shop(driver, asset) -> Iterator[Shop]:
    made = build_shop(driver, asset)
    yield made
    made.assert_clean()


def net_of(price: int) -> int:
    return price - price * 5 // 100 - price * 25 // 1000


@pytest.mark.parametrize("fees", [(), FEES])
@pytest.mark.parametrize("kind", ["single", "collection", "trait"])
def test_exit__every_kind_of_bid__pays_what_was_quoted(shop, kind, fees):
    ids = Criteria([101, 105]) if kind == "trait" else None
    bid = shop.bid(token_id=101 if kind == "single" else None, ids=ids, fees=fees)
    net = net_of(shop.price) if fees else shop.price
    assert shop.quote(bid, 101, ids) == net
    watch = shop.watch()
    before = watch.now()
    tx = shop.leave(bid, 101, ids, least=net)
    parts = {"creator": shop.price * 5 // 100, "marketplace": shop.price * 25 // 1000} if fees else {}
    watch.assert_moved(before, {"bidder": -shop.price, "receiver": net, **parts}, {(shop.nft, 101): BIDDER})
    assert tx.return_value == net
    assert shop.quote(bid, 101, ids) == 0  # filled


@pytest.mark.parametrize("over", [0, 1])
def test_exit__net_at_the_minimum_and_one_above(shop, over):
    bid, net = shop.bid(fees=FEES), net_of(shop.price)
    if not over:
        assert shop.leave(bid, least=net).return_value == net
        return
    with reverts("ExitBelowMin", net=net, minProceeds=net + 1):
        shop.leave(bid, least=net + 1)
    shop.exit.exit(shop.nft, 101, RECEIVER, net, exit_data(bid, 101), sender=TAKER)


def test_exit__ascending_bid__quote_is_execution_in_the_block(shop):
    bid = shop.bid(shop.price + 1, end_price=3 * shop.price + 1, lasts=7_001, quantity=2, fees=FEES)
    shop.driver.warp(3_333)
    shop.nft.transferFrom(TAKER, shop.exit, 101, sender=TAKER)
    quoted = shop.quote(bid)  # a view sees the next block
    assert net_of(shop.price) < quoted < net_of(3 * shop.price)
    tx = shop.exit.exit(shop.nft, 101, RECEIVER, quoted, exit_data(bid, 101), sender=TAKER)
    assert tx.return_value == quoted
    gross = bid.order.gives(bid.order.offer[0], tx.timestamp, 1, 2)
    fees = sum(bid.order.wants(item, tx.timestamp, 1, 2) for item in bid.order.consideration[1:])
    assert quoted == gross - fees


def test_exit__bid_for_three__three_times_and_no_fourth(shop):
    bid = shop.bid(quantity=3)
    for token in OWNED[:3]:
        assert shop.quote(bid, token) == shop.price
        shop.leave(bid, token)
    assert shop.quote(bid, OWNED[3]) == 0
    with reverts("OrderAlreadyFilled"):
        shop.leave(bid, OWNED[3])
    shop.free(OWNED[3])


def test_exit__bid_through_a_conduit__quoted_and_filled(shop):
    key, conduit = shop.book.conduit(BIDDER)
    shop.asset.approve(shop.book.seaport, 0, sender=BIDDER)
    bid = shop.bid(conduit_key=key)
    assert shop.quote(bid) == 0
    shop.asset.approve(conduit, FAR, sender=BIDDER)
    assert shop.quote(bid) == shop.price
    assert shop.leave(bid).return_value == shop.price
    unknown = shop.bid(conduit_key=b"\x07" * 32)
    assert shop.quote(unknown, 102) == 0


# --- dead bids --------------------------------------------------------------------------------------------


def test_quote__cancelled_counter_expired_early__zero(shop):
    cancelled, raised = shop.bid(), shop.bid()
    shop.book.cancel(cancelled, sender=BIDDER)
    assert (shop.quote(cancelled), shop.quote(raised)) == (0, shop.price)
    shop.book.seaport.incrementCounter(sender=BIDDER)
    assert shop.quote(raised) == 0
    late = shop.driver.timestamp + 100
    timed = shop.bid(start=late, end=late + 10)
    expected = {late - 1: 0, late: shop.price, late + 9: shop.price, late + 10: 0}
    found = {}
    for at in expected:
        shop.driver.warp_to(at)
        found[at] = shop.quote(timed)
    assert found == expected


@pytest.mark.parametrize("short", [0, 1])
def test_quote__balance_and_allowance_exact_and_one_below(shop, short):
    bid = shop.bid()
    held = shop.asset.balanceOf(BIDDER)
    shop.asset.approve(shop.book.seaport, 0, sender=BIDDER)
    shop.asset.approve(shop.book.seaport, shop.price - short, sender=BIDDER)
    assert shop.quote(bid) == (0 if short else shop.price)
    shop.asset.approve(shop.book.seaport, 0, sender=BIDDER)
    shop.asset.approve(shop.book.seaport, FAR, sender=BIDDER)
    shop.asset.transfer(STRANGER, held - shop.price + short, sender=BIDDER)
    assert shop.quote(bid) == (0 if short else shop.price)


def test_quote__token_outside_the_trait__zero(shop):
    ids, others = Criteria([101, 105, 106]), Criteria([102, 103])
    bid = shop.bid(ids=ids)
    data = exit_data(bid, 101, ids)
    assert shop.exit.quoteExit(shop.nft, 101, data) == shop.price
    assert shop.exit.quoteExit(shop.nft, 102, data) == 0
    assert 102 in others
    shop.nft.transferFrom(TAKER, shop.exit, 102, sender=TAKER)
    with reverts("InvalidProof"):
        shop.exit.exit(shop.nft, 102, RECEIVER, 0, data, sender=TAKER)
    shop.free(102)


@pytest.mark.parametrize("odd", ["quantity", "fees"])
def test_quote__amounts_that_cannot_be_split__zero(shop, odd):
    order = shop.bid(quantity=3, fees=FEES).order
    if odd == "quantity":
        offer = replace(order.offer[0], start=order.offer[0].start + 1, end=order.offer[0].end + 1)
        order = replace(order, offer=(offer,))
    else:
        fee = order.consideration[1]
        fee = replace(fee, start=fee.start + 1, end=fee.end + 1)
        order = replace(order, consideration=(order.consideration[0], fee))
    bid = shop.book.sign(order, BIDDER)
    assert shop.quote(bid) == 0
    with reverts("InexactFraction"):
        shop.leave(bid)
    shop.free(101)


@pytest.mark.parametrize("over", [-1, 0, 1])
def test_quote__fees_around_the_offer__never_below_zero(shop, over):
    plain, fee = shop.bid().order, shop.price + over
    cut = Consideration(ItemKind.ERC20, shop.asset.address, 0, fee, fee, CREATOR.address)
    bid = shop.book.sign(replace(plain, consideration=(*plain.consideration, cut)), BIDDER)
    assert shop.quote(bid) == max(-over, 0)


# --- hostile ----------------------------------------------------------------------------------------------


def test_exit__bid_signed_by_somebody_else__refused(shop):
    forged = shop.book.sign(shop.bid().order, THIEF)
    with reverts("InvalidSigner"):
        shop.leave(forged)
    shop.free(101)


def test_exit__bidder_that_flips_between_quote_and_fill__nothing_moves(shop):
    wallet = shop.driver.deploy("Erc1271Wallet", BIDDER)
    shop.asset.transfer(wallet, shop.price, sender=BIDDER)
    wallet.execute(shop.asset, 0, shop.asset.approve.data(shop.book.seaport, FAR), sender=BIDDER)
    bid = shop.bid(maker=wallet, signer=BIDDER)
    assert shop.quote(bid) == shop.price
    wallet.setAccepting(False, sender=BIDDER)
    shop.nft.transferFrom(TAKER, shop.exit, 101, sender=TAKER)
    with unchanged(shop.watch()), pytest.raises(Revert):
        shop.exit.exit(shop.nft, 101, RECEIVER, 0, exit_data(bid, 101), sender=TAKER)
    wallet.setAccepting(True, sender=BIDDER)
    shop.exit.exit(shop.nft, 101, RECEIVER, shop.price, exit_data(bid, 101), sender=TAKER)
    assert shop.nft.ownerOf(101) == wallet.address


def test_exit__bid_in_another_token__refused(shop):
    worthless = shop.driver.deploy("MockAsset", 18)
    bid = shop.bid()
    other = replace(bid.order.offer[0], token=worthless.address)
    signed = shop.book.sign(replace(bid.order, offer=(other,)), BIDDER)
    with reverts("InvalidSigner"):  # put together with the asset it has another hash
        shop.leave(SignedOrder(bid.order, signed.signature))
    shop.free(101)


def test_exit__token_that_reenters__cannot_sell_what_is_held_into_a_worse_bid(shop, driver):
    hooked = driver.deploy("ReentrantNft")
    hooked.mint(shop.exit, 7, sender=GOVERNOR)
    good = shop.book.bid(BIDDER, hooked, shop.asset, shop.price)
    bad = shop.book.bid(BIDDER, hooked, shop.asset, 1)
    inner = shop.exit.exit.data(hooked, 7, THIEF, 0, exit_data(bad, 7))
    hooked.script(hooked.BEFORE(), [(shop.exit.address, 0, inner, False)], sender=GOVERNOR)
    shop.exit.exit(hooked, 7, RECEIVER, shop.price, exit_data(good, 7), sender=TAKER)
    outcome = hooked.outcome(0)
    assert decode_error(outcome.output)[0] == "ReentrancyGuardReentrantCall"
    assert hooked.ownerOf(7) == BIDDER.address
    assert shop.asset.balanceOf(THIEF) == 0


def test_exit__without_the_token__refused(shop):
    with unchanged(shop.watch()), pytest.raises(Revert):
        shop.exit.exit(shop.nft, 1, RECEIVER, 0, exit_data(shop.bid(), 1), sender=MAKER)
