"""Room in a full book of standing bids must not be a way to make depth disappear.

Found by asking how a bidder gets his money back before the day that a cancellation takes: he lets a second
account of his displace a bid for a thousand NFTs with a bid for one that pays a unit more.
"""

import pytest

from tests.helpers.accounts import Account
from tests.helpers.core import build_core
from tests.helpers.evm import reverts
from tests.unit.liquidation.conftest import BIDDER, RIVAL, build_exits

ACCOUNTS = [Account(f"second account {n}") for n in range(32)]


@pytest.fixture
def exits(driver, asset):
    return build_exits(build_core(driver, asset.decimals(), asset))


def test_place__full_book_and_fewer_than_the_worst_bid_takes__displaces_nothing(exits):
    core, bids = exits.core, exits.bids
    large = exits.bid(9_000, count=100, by=BIDDER)
    others = [exits.bid(9_001, count=10, by=who) for who in ACCOUNTS[:31]]
    depth = bids.depthAt(core.nft, 0)
    assert depth == 410
    bids.cancel(large, sender=BIDDER)
    with reverts("BidBookFull", worstBidId=others[-1]):
        exits.bid(9_001, count=99, by=RIVAL)  # more than nine tens of them, and as good
    with reverts("BidBookFull", worstBidId=0):
        exits.bid(15_000, count=9, by=RIVAL)
    assert bids.claimable(BIDDER) == 0 and bids.bidOf(large).quantity == 100
    # the worst of those that take no more
    new = exits.bid(9_002, count=99, by=RIVAL)
    assert set(bids.bidsOf(core.nft)) == {large, *others[:-1], new}
    # as many at a better price: nobody who relies on the bid has less
    newer = exits.bid(9_001, count=100, by=RIVAL)
    assert set(bids.bidsOf(core.nft)) == {*others[:-1], new, newer}
    assert bids.claimable(BIDDER) == 100 * core.units(60_000)
    assert bids.depthAt(core.nft, 0) >= depth
