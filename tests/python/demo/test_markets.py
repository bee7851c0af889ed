"""Quotes near the chain's, an order book that forgets what is gone, frights that end."""

import pytest

from tests.python.demo.looks import look
from vitrine.chain.abibook import Event
from vitrine.demo.custody import BUY, SELL, TWO_SIDED, PoolBook
from vitrine.demo.marketcast import EXPONENTIAL, LINEAR, PRODUCT, PoolPlan, curve_words, make_market_cast
from vitrine.demo.nerves import Nerves
from vitrine.demo.orderbook import OrderBook, Resting
from vitrine.demo.poolquotes import NEVER, ask, bid, price_of
from vitrine.demo.scenario import MAIN, THIN, crash_scenario
from vitrine.demo.venues import MarketStats
from vitrine.demo.views import Piece
from vitrine.models.curves import ConstantProductCurve, ExponentialCurve, LinearCurve
from vitrine.sdk.seaport.criteria import Criteria
from vitrine.units import DAY

CURVES = {LINEAR: LinearCurve(), EXPONENTIAL: ExponentialCurve(), PRODUCT: ConstantProductCurve()}
PRICE = 100_000 * 10**6
PIECE = Piece("punks", 1)


def pool(curve, kind=TWO_SIDED, nfts=8, cash=8 * PRICE):
    plan = PoolPlan("maker-1", "punks", kind, curve, 0, 30, nfts, 0, 0)
    spot, delta = curve_words(plan, PRICE)
    made = PoolBook("0x1", "", "punks", "maker-1", kind, "0xc", 0, 0, spot, delta, cash)
    made.pieces = {Piece("punks", n): None for n in range(nfts)}
    return made


@pytest.mark.parametrize("curve", CURVES)
@pytest.mark.parametrize("count", [1, 2, 5])
def test_quotes__without_fees__within_units_of_the_curve(curve, count):
    book = pool(curve)
    exact = CURVES[curve]
    assert abs(ask(book, curve, count, 0) - exact.buy_up(book.spot, book.delta, count)[0]) <= 10
    assert abs(bid(book, curve, count, 0) - exact.sell_down(book.spot, book.delta, count)[0]) <= 10
    assert price_of(book, curve) == PRICE


@pytest.mark.parametrize("curve", CURVES)
def test_quotes__wrong_way_or_empty__none(curve):
    assert ask(pool(curve, BUY), curve, 1, 0) == NEVER
    assert bid(pool(curve, SELL), curve, 1, 0) == 0
    assert ask(pool(curve, nfts=0), curve, 1, 0) == NEVER
    assert bid(pool(curve, cash=PRICE // 2), curve, 1, 0) == 0


def order(number, price, *, piece=None, ends=1_000, ids=None, end_price=None):
    return Resting(
        bytes([number]) * 32, None, "m-1", "punks", price, end_price or price, 0, ends, piece, ids, price
    )


def test_book__asks_and_bids__best_first_and_payable():
    book = OrderBook()
    for item in (
        order(1, 90, piece=PIECE),
        order(2, 80, piece=Piece("punks", 2)),
        order(3, 50),
        order(4, 70),
    ):
        book.add(item)
    assert [o.price(0) for o in book.asks("punks", 0)] == [80, 90]
    assert [o.price(0) for o in book.bids("punks", 0, {"m-1": 60})] == [50]
    assert [o.price(0) for o in book.bids("punks", 0, {"m-1": 70})] == [70, 50]


def test_book__filled_cancelled_over_or_given_away__forgotten():
    book = OrderBook()
    for item in (order(1, 90, piece=PIECE), order(2, 80), order(3, 70, ends=30), order(4, 60)):
        book.add(item)
    book.hear([Event("OrderFulfilled", {"orderHash": bytes([4]) * 32}, "", 1, 0, "", 0)])
    book.hear([Event("OrderCancelled", {"orderHash": bytes([2]) * 32}, "", 1, 0, "", 0)])
    book.sweep(100, {"m-1": {}})
    assert not book.live
    assert (book.filled, book.cancelled, book.dropped) == (1, 1, 2)


def test_order__descending__half_way_at_half_time():
    assert [order(1, 200, end_price=100).price(at) for at in (0, 500, 2_000)] == [200, 150, 100]


def test_order__trait_bid__takes_only_named_ids():
    wanted = order(1, 9, ids=Criteria([1, 2]))
    assert wanted.takes(PIECE)
    assert not wanted.takes(Piece("punks", 3))
    assert not wanted.takes(Piece("quiet", 1))


def test_fright__after_a_tenth_in_a_day__ends():
    nerves = Nerves(DAY)
    assert not nerves.afraid(100, 0)
    assert not nerves.afraid(90, 3_600)
    assert nerves.afraid(89, 7_200)
    assert nerves.afraid(95, 7_200 + DAY - 1)
    assert not nerves.afraid(95, 7_200 + DAY)


@pytest.mark.parametrize("seed", [1, 2])
def test_cast__every_curve_and_kind__no_piece_twice(seed):
    scenario = crash_scenario(seed)
    cast = make_market_cast(scenario, {MAIN: PRICE, THIN: PRICE // 5})
    assert {plan.curve for plan in cast.pools} == set(CURVES)
    assert {plan.kind for plan in cast.pools} == {0, 1, 2, 3}
    pieces = cast.pieces()
    assert len(set(pieces)) == len(pieces)
    assert not set(pieces) & {Piece(k, t) for k, s in scenario.collections.items() for t in s.tokens}


def test_royalties__paid_short_without_a_policy__counted():
    names = look().custody.names
    names.key_at["0xn"] = "punks"
    for owed, unexplained in ((10_000, 1), (5_000, 0)):
        stats = MarketStats(names, {}, {"punks": owed})
        stats._on_RoyaltyDue(Event("RoyaltyDue", {"collection": "0xn", "due": 9, "paid": 4}, "", 1, 0, "", 0))
        assert (stats.unexplained, stats.overpaid) == (unexplained, 0)
