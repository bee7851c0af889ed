"""The order store on a real node: what lives, what dies and why, what comes back, and the depth of it all."""

from collections.abc import Iterator

import pytest
from sqlalchemy import insert, select

from tests.helpers.core import GOVERNOR, STRANGER
from tests.helpers.seaport import Criteria, Fee
from tests.helpers.seaport_world import BUYER, FAR, PRICE, SELLER, World, build_world
from vitrine.errors import StateError
from vitrine.indexer.orders_book import ASK, BID
from vitrine.indexer.orders_pricing import BookValuer, book_frames, eth_rate
from vitrine.indexer.orders_schema import orders
from vitrine.keepers.build import StoreOrders
from vitrine.keepers.reports import Feed, compose
from vitrine.models.reports import PRICE_UNIT, ReportItem
from vitrine.pricing import ANY_TOKEN
from vitrine.sdk.seaport.hashing import order_hash
from vitrine.sdk.seaport.orders import SignedOrder
from vitrine.sdk.seaport.standing import Gone
from vitrine.sdk.seaport.venue import exit_data


@pytest.fixture(scope="module")
def node() -> Iterator[World]:
    made = build_world()
    yield made
    made.close()


@pytest.fixture
def world(node) -> Iterator[World]:
    mark = node.driver.snapshot()
    yield node
    node.driver.revert(mark)


@pytest.fixture
def stored(world, tmp_path):
    return world.store(tmp_path / "orders.sqlite")


def asks(store, world) -> list[int | None]:
    return [order.token_id for order in store.live(world.nft.address, ASK)]


def reasons(store, *orders: SignedOrder) -> list[str]:
    return [store.get(order_id(order)).reason for order in orders]


def order_id(signed: SignedOrder) -> bytes:
    return order_hash(signed.order)


def test_add__asks_and_bids__best_first_with_everything_needed_to_fill(world, stored):
    store, _ = stored
    ids = Criteria([1001, 1002])
    cheapest = world.ask(2, PRICE)
    for order in (world.ask(1, 3 * PRICE), cheapest, world.ask(3, 2 * PRICE)):
        store.add(order)
    wide = store.add(world.bid(PRICE // 2, quantity=4, fees=[Fee(STRANGER.address, 100)]))
    narrow = store.add(world.bid(PRICE // 4, ids=ids), [1001, 1002])
    assert asks(store, world) == [2, 3, 1]
    best = store.live(world.nft.address, ASK)[0]
    assert best.signed == cheapest
    assert (best.price, best.left, best.maker) == (PRICE, 1, SELLER.address)
    assert wide.price == PRICE // 2 - PRICE // 200
    assert (wide.takes(1_001), narrow.takes(1_001), narrow.takes(1_003)) == (True, True, False)
    book = store.book(world.nft.address)
    assert [(level.price, level.depth) for level in book.asks] == [(PRICE, 1), (2 * PRICE, 2), (3 * PRICE, 3)]
    assert [(level.price, level.tokens) for level in book.bids] == [(wide.price, 4)]
    assert [level.price for level in book.narrow_bids] == [PRICE // 4]


def test_add__what_cannot_be_filled__one_sentence_and_nothing_kept(world, stored):
    store, _ = stored
    expired = world.ask(1, lasts=1)
    cancelled, forged = world.ask(2), world.book.sign(world.ask(3).order, STRANGER)
    world.book.cancel(cancelled, sender=SELLER)
    world.driver.warp(10)
    world.driver.mine()
    foreign = world.book.listing(SELLER, world.asset, 4, world.asset, PRICE)
    world.driver.mine()
    poor = world.book.bid(STRANGER, world.nft, world.asset, PRICE, start=world.chain.now())
    not_his = world.book.listing(STRANGER, world.nft, 5, world.asset, PRICE, start=world.chain.now())
    cases = {
        "expired": expired, "cancelled": cancelled, "signature": forged, "no collection": foreign,
        "balance": poor, "does not own": not_his,
    }  # fmt: skip
    for words, order in cases.items():
        with pytest.raises(StateError, match=words):
            store.add(order)
    assert store.live(world.nft.address, ASK) == store.dropped() == []


def test_catch_up__transfer_and_back__rests_and_lives_again(world, stored):
    store, sync = stored
    one, two = world.ask(1), world.ask(2)
    store.add_many([(one, ()), (two, ())])
    sync.catch_up()
    world.nft.transferFrom(SELLER, BUYER, 1, sender=SELLER)
    assert sync.catch_up().dropped == 1
    assert reasons(store, one, two) == [Gone.OWNER, ""]
    assert asks(store, world) == [2]
    world.nft.transferFrom(BUYER, SELLER, 1, sender=BUYER)
    assert sync.catch_up().revived == 1
    assert sorted(asks(store, world)) == [1, 2]


def test_catch_up__every_way_to_die__reason_kept(world, stored):
    store, sync = stored
    filled, cancelled, expired = world.ask(1), world.ask(2), world.ask(3, lasts=1_000)
    alive, bid = world.ask(4), world.bid(quantity=3)
    for order in (filled, cancelled, expired, alive, bid):
        store.add(order)
    sync.catch_up()
    world.buy(filled)
    world.book.cancel(cancelled, sender=SELLER)
    world.asset.approve(world.book.seaport, 0, sender=BUYER)
    world.driver.warp(1_000)
    world.driver.mine()
    done = sync.catch_up()
    assert done.dropped == 4
    assert reasons(store, filled, cancelled, expired, alive, bid) == [
        Gone.FILLED, Gone.CANCELLED, Gone.EXPIRED, "", Gone.ALLOWANCE,
    ]  # fmt: skip
    world.asset.approve(world.book.seaport, FAR, sender=BUYER)
    world.nft.setApprovalForAll(world.book.seaport, False, sender=SELLER)
    sync.catch_up()
    assert reasons(store, alive, bid) == [Gone.APPROVAL, ""]
    world.nft.approve(world.book.seaport, 4, sender=SELLER)
    sync.catch_up()
    assert reasons(store, alive) == [""]
    world.book.seaport.incrementCounter(sender=SELLER)
    sync.catch_up()
    assert reasons(store, alive, filled) == [Gone.COUNTER, Gone.FILLED]
    assert {order.reason for order in store.dropped()} == {"filled", "cancelled", "expired", Gone.COUNTER}


def test_catch_up__partial_fill__what_is_left_counts(world, stored):
    store, sync = stored
    bid = world.bid(quantity=3)
    store.add(bid)
    call = world.client.fulfil(bid, SELLER.address, token_id=5)
    world.send(call, SELLER)
    sync.catch_up()
    [left] = store.live(world.nft.address, BID)
    assert left.left == 2
    assert world.nft.ownerOf(5) == BUYER.address


def test_catch_up__blocks_replaced__orders_are_what_the_new_branch_says(world, stored):
    store, sync = stored
    one, two = world.ask(1), world.ask(2)
    store.add_many([(one, ()), (two, ())])
    sync.catch_up()
    mark = world.driver.snapshot()
    world.book.cancel(one, sender=SELLER)
    world.driver.mine(3)
    sync.catch_up()
    assert reasons(store, one, two) == [Gone.CANCELLED, ""]
    world.driver.revert(mark)
    world.book.cancel(two, sender=SELLER)
    world.driver.mine(5)
    sync.catch_up()
    assert reasons(store, one, two) == ["", Gone.CANCELLED]


def test_catch_up__killed_and_run_again__the_same(world, tmp_path, monkeypatch):
    store, sync = world.store(tmp_path / "a.sqlite")
    ask = world.ask(1)
    store.add(ask)
    sync.catch_up()
    world.buy(ask)
    monkeypatch.setattr(store, "update_in", _die)
    with pytest.raises(KeyboardInterrupt):
        sync.catch_up()
    again, fresh = world.store(tmp_path / "a.sqlite")
    fresh.catch_up()
    fresh.catch_up()
    assert reasons(again, ask) == [Gone.FILLED]


def _die(*_args):
    raise KeyboardInterrupt


def test_live__a_makers_money_counts_once(world, stored):
    store, sync = stored
    store.add(world.bid(60 * PRICE))
    store.add(world.bid(30 * PRICE, quantity=5))
    sync.catch_up()
    bids = store.live(world.nft.address, BID)
    assert [(bid.price, bid.left) for bid in bids] == [(60 * PRICE, 1), (30 * PRICE, 1)]


@pytest.mark.parametrize(("held", "left"), [(-1, 1), (0, 2), (1, 2)])
def test_live__bid_with_fees__needs_all_that_its_maker_pays(world, stored, held, left):
    """What sellers get is less than what the maker pays: the fee comes out of his money, too."""
    store, sync = stored
    store.add(world.bid(PRICE, quantity=2, fees=[Fee(STRANGER.address, 500)]))
    balance = world.asset.balanceOf(BUYER)
    world.asset.transfer(STRANGER, balance - 2 * PRICE - held, sender=BUYER)
    sync.catch_up()
    [bid] = store.live(world.nft.address, BID)
    assert (bid.price, bid.gross, bid.left) == (PRICE - PRICE // 20, PRICE, left)


def test_live__moving_price__is_what_the_buyer_would_pay(world, stored):
    store, _ = stored
    ask = world.ask(1, 3 * PRICE, end_price=PRICE, lasts=10_000, fees=[Fee(STRANGER.address, 333)])
    store.add(ask)
    at = ask.order.start_time + 3_333
    [found] = store.live(world.nft.address, ASK, at)
    assert found.price == sum(ask.order.wants(item, at) for item in ask.order.consideration)


def test_keeper_source__dead_bids_in_front__do_not_hide_the_next(world, stored):
    """Three of the best bids die at once; the keeper asks for three and gets the one behind them."""
    store, sync = stored
    for price in (4 * PRICE, 5 * PRICE, 6 * PRICE):
        store.add(world.bid(price))
    behind = world.book.bid(SELLER, world.nft, world.asset, PRICE, start=world.chain.now())
    world.asset.mint(SELLER, PRICE, sender=GOVERNOR)
    world.asset.approve(world.book.seaport, PRICE, sender=SELLER)
    store.add(behind)
    orders = StoreOrders(store, most=3, sync=sync)
    assert len(orders.bids_for(world.nft.address, 5)) == 3
    world.book.seaport.incrementCounter(sender=BUYER)
    assert orders.bids_for(world.nft.address, 5) == [exit_data(behind, 5)]


# --- as evidence for a price --------------------------------------------------------------------------------


def test_valuer__live_book__spot_from_asks_and_depth_from_bids(world, stored):
    store, sync = stored
    for token in range(1, 7):
        store.add(world.ask(token, (3_000 + token) * 10**6))
    world.asset.mint(BUYER, 10**12, sender=GOVERNOR)
    store.add(world.bid(2_900 * 10**6, quantity=2))
    store.add(world.bid(2_800 * 10**6, quantity=5))
    rate = eth_rate(3_000 * 10**8, 8, 6)
    now = world.chain.now()
    seen = BookValuer(store, world.nft.address, lambda: rate).value(now)
    assert seen.spot == 3_005 * 10**18 // 3_000 // 10**9 * 10**9  # the fifth lowest ask, in gwei
    assert seen.depth == 2_800 * 10**18 // 3_000 // 10**9 * 10**9  # the third piece sells into the second bid
    frames = book_frames(store, world.nft.address, rate, now)
    assert set(frames.bids["token_id"]) == {ANY_TOKEN}
    valuer = BookValuer(store, world.nft.address, lambda: rate, refresh=sync.catch_up)
    feeds = [Feed(1, world.nft.address, 0, 0)]
    drafts = [compose(feeds, {world.nft.address.lower(): valuer}, now, {})]
    world.book.seaport.incrementCounter(sender=BUYER)
    drafts.append(compose(feeds, {world.nft.address.lower(): valuer}, now, {}))
    signed = [ReportItem.from_word(draft.words[0]) for draft in drafts]
    assert [item.depth * PRICE_UNIT for item in signed] == [seen.depth // PRICE_UNIT * PRICE_UNIT, 0]
    assert {item.spot * PRICE_UNIT for item in signed} == {seen.spot // PRICE_UNIT * PRICE_UNIT}
    halted = BookValuer(store, world.nft.address, lambda: (0, 1)).value(now)
    assert (halted.spot, halted.depth) == (None, None)


def test_live__ten_thousand_listings__all_in_order(world, stored):
    store, _ = stored
    template = store.add(world.ask(1))
    with store.store.writing() as connection:
        row = dict(connection.execute(select(orders)).mappings().one())
        rows = [
            row | {"hash": f"0x{i:064x}", "token_id": i, "start_price": PRICE + i, "end_price": PRICE + i}
            for i in range(10_000, 0, -1)
        ]
        connection.execute(insert(orders), rows)
    found = store.live(world.nft.address, ASK)
    assert len(found) == 10_001
    assert [order.price for order in found[:3]] == [template.price, PRICE + 1, PRICE + 2]
    assert store.book(world.nft.address).asks[-1].depth == 10_000  # token 1 is listed twice
