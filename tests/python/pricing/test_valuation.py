"""value_collection: each signal at its boundaries, and what a liar can move."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.python.pricing.worlds import (
    DAY,
    ETH,
    T0,
    Row,
    ask,
    bid,
    honest_asks,
    honest_sales,
    market,
    money,
    move,
    sale,
    wei,
    worlds,
)
from vitrine.errors import DataError
from vitrine.pricing import Multipliers, PricingParams, Reason, Valuation, judge_collection, value_collection
from vitrine.pricing.rolling import RollingMarket

NOW = T0 + DAY
HOUR = 3_600


def value(sales: list[Row] | None = None, listings: list[Row] | None = None, **more: object) -> Valuation:
    """Valuation at NOW, by both forms."""
    bids, transfers = more.pop("bids", None), more.pop("transfers", None)
    frames = market(sales, listings, bids, transfers)  # type: ignore[arg-type]
    found = value_collection(frames, NOW, **more)  # type: ignore[arg-type]
    rolling = RollingMarket("apes", **more)  # type: ignore[arg-type]
    rolling.extend(frames)
    assert rolling.value(NOW) == found
    return found


# spot


@pytest.mark.parametrize(("asks", "spot"), [(1, None), (2, 61), (4, 63), (5, 64), (6, 64), (30, 64)])
def test_spot__books_of_growing_size__kth_ask_never_the_minimum(asks: int, spot: int | None) -> None:
    found = value(listings=honest_asks(asks)).spot
    assert found == (None if spot is None else spot * ETH)


def test_spot__cheaper_ask_appears__only_moves_by_one_rank() -> None:
    assert value(listings=[*honest_asks(10), ask(DAY - 60, 59, token=1)]).spot == 63 * ETH


@pytest.mark.parametrize(
    ("start", "end", "live"), [(DAY, None, True), (DAY + 1, None, False), (0, DAY, False)]
)
def test_spot__ask_at_the_edges_of_its_life__counts_only_while_live(
    start: int, end: int | None, live: bool
) -> None:
    edge = ask(start, 55, token=1, end=None if end is None else T0 + end)
    assert value(listings=[*honest_asks(5), edge]).spot == (63 if live else 64) * ETH


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ({"private": True}, Reason.PRIVATE),
        ({"bundle": True}, Reason.BUNDLE),
        ({"price_wei": 0}, Reason.ZERO_PRICE),
        ({"price_wei": 1}, Reason.DUST),
        ({"price_wei": None}, Reason.MISSING_PRICE),
        ({"price_wei": 2**256}, Reason.ABSURD_PRICE),
    ],
)
def test_spot__ask_without_meaning__rejected_with_its_reason(bad: Row, reason: Reason) -> None:
    found = value(listings=[*honest_asks(), {**ask(0, 50, token=1), **bad}])
    assert (found.spot, found.rejects) == (64 * ETH, {reason: 1})


@pytest.mark.parametrize(
    ("age", "eth", "stale"), [(DAY, 41.9, False), (DAY + 1, 41.9, True), (DAY + 1, 42.5, False)]
)
def test_spot__cheap_old_ask__is_stale_only_below_the_bound_and_past_the_age(
    age: int, eth: float, stale: bool
) -> None:
    sales = [sale(DAY - i, 60, token=100 + i, seller=f"s{i}", buyer=f"b{i}") for i in range(6)]
    found = value(sales, [*honest_asks(), ask(DAY - age, eth, token=1)])
    assert found.sale == 60 * ETH
    assert found.rejects == ({Reason.STALE_ASK: 1} if stale else {})
    assert found.spot == (64 if stale else 63) * ETH


def test_spot__no_sales__stale_test_uses_the_lowest_asks() -> None:
    found = value(listings=[*honest_asks(10), ask(-2 * DAY, 20, token=1)])
    assert (found.sale, found.spot, found.rejects) == (None, 64 * ETH, {Reason.STALE_ASK: 1})


def test_spot__piece_sold_or_moved_since__ask_is_void() -> None:
    asks = [*honest_asks(), ask(10, 50, token=1), ask(10, 51, token=2), ask(20, 59, token=3)]
    found = value([sale(20, 60, token=1)], asks, transfers=[move(11, 2, "a", "b"), move(20, 3, "a", "b")])
    assert found.rejects == {Reason.MOVED_ASK: 2}
    assert found.spot == 63 * ETH


def test_spot__one_piece_offered_twice__counts_once() -> None:
    found = value(listings=[*honest_asks(), *(ask(0, 59 + i / 10, token=1) for i in range(4))])
    assert (found.spot, found.rejects) == (63 * ETH, {Reason.WORSE_DUPLICATE: 3})


# sale


@pytest.mark.parametrize(("count", "present"), [(0, False), (1, False), (2, False), (3, True), (4, True)])
def test_sale__samples_around_three__absent_below(count: int, present: bool) -> None:
    found = value(honest_sales(count))
    assert (found.sale is not None) == present
    assert found.sample_count == count
    assert found.dispersion_bps < 100 if present else found.dispersion_bps == 10_000


def test_sale__two_samples_after_rejection__absent() -> None:
    rows = [*honest_sales(2), sale(50, 60, token=1, private=True), sale(60, 60, token=2, bundle=True)]
    found = value(rows)
    assert (found.sale, found.sample_count) == (None, 2)
    assert found.rejects == {Reason.PRIVATE: 1, Reason.BUNDLE: 1}


@pytest.mark.parametrize(("count", "beyond"), [(5, 0), (6, 1), (12, 7)])
def test_sale__more_sales_than_the_sample__the_oldest_are_not_looked_at(count: int, beyond: int) -> None:
    found = judge_collection(market(honest_sales(count)), NOW, PricingParams(sample_size=5))
    assert found.valuation.sample_count == 5
    assert found.sales.tolist() == [Reason.OUTSIDE_WINDOW] * beyond + [Reason.USED] * 5


def test_sale__rare_pieces__divided_by_their_multiplier() -> None:
    rarity = Multipliers.of({1: 15_000, 2: 20_000, 3: 10_000})
    rows = [
        sale(i, 60 * factor, token=i + 1, seller=f"s{i}", buyer=f"b{i}")
        for i, factor in enumerate((1.5, 2, 1))
    ]
    assert value(rows, multipliers=rarity).sale == 60 * ETH


def test_sale__piece_at_the_cap__says_nothing_about_the_floor() -> None:
    found = value([*honest_sales(5), sale(5, 900, token=9)], multipliers=Multipliers.of({9: 30_000}))
    assert (found.sample_count, found.rejects) == (5, {Reason.RARE: 1})


@pytest.mark.parametrize(("age", "counts"), [(14 * DAY - 1, True), (14 * DAY, False)])
def test_sale__at_the_edge_of_the_window__counts_inside_only(age: int, counts: bool) -> None:
    rows = [sale(DAY - age, 60, token=i, seller=f"s{i}", buyer=f"b{i}") for i in range(3)]
    assert (value(rows).sale is not None) == counts


@pytest.mark.parametrize(("late", "counts"), [(0, True), (1, False)])
def test_sale__after_as_of__not_seen(late: int, counts: bool) -> None:
    rows = [*honest_sales(2), sale(DAY + late, 60, token=7)]
    assert (value(rows).sample_count == 3) == counts


def test_sale__recent_sales_weigh_more__level_follows() -> None:
    old = [sale(-3 * DAY + i, 100, token=i, seller=f"s{i}", buyer=f"b{i}") for i in range(10)]
    new = [sale(DAY - i, 90, token=50 + i, seller=f"t{i}", buyer=f"c{i}") for i in range(5)]
    assert value([*old, *new]).sale == 90 * ETH


def test_sale__fall_of_a_fifth_in_a_day__is_followed_not_rejected() -> None:
    before = [sale(-2 * DAY + i * 900, 60 + i % 3, token=i, seller=f"s{i}", buyer=f"b{i}") for i in range(40)]
    after = [sale(DAY - i * 600, 48 + i % 2, token=90 + i, seller=f"t{i}", buyer=f"c{i}") for i in range(6)]
    found = value([*before, *after])
    assert found.sale is not None
    assert 48 * ETH <= found.sale <= 49 * ETH
    assert Reason.OUTLIER_MAD not in found.rejects or found.sample_count >= 6


@pytest.mark.parametrize("days", [1, 2])
@pytest.mark.parametrize("eth", [1, 30, 48, 75, 90, 400])
def test_sale__quiet_market__one_newest_lie_stays_within_honest_prices(eth: float, days: int) -> None:
    honest = [sale(-i * days * DAY, 60 + i % 4, token=i, seller=f"s{i}", buyer=f"b{i}") for i in range(6)]
    found = value([*honest, sale(DAY, eth, token=99, seller="x", buyer="y")])
    assert found.sale is not None
    assert 60 * ETH <= found.sale <= 63 * ETH


def test_sale__outliers_of_both_kinds__named() -> None:
    rows = honest_sales(20)
    found = judge_collection(market([*rows, sale(70, 600, token=1), sale(71, 6, token=2)]), NOW)
    assert found.valuation.rejects == {Reason.OUTLIER_MAD: 2}
    wide = PricingParams(mad_limit=10.0, iqr_fence=2.0)
    skewed = [sale(i, 60 + 3 * (i % 4), token=i, seller=f"s{i}", buyer=f"b{i}") for i in range(20)]
    second = value_collection(market([*skewed, sale(99, 90, token=77)]), NOW, wide)
    assert second.rejects == {Reason.OUTLIER_IQR: 1}


# depth


@pytest.mark.parametrize(
    ("quantities", "depth"), [([1], None), ([1, 1], None), ([1, 1, 1], 53), ([1, 2], 54), ([3], 55)]
)
def test_depth__units_around_three__price_of_the_third(quantities: list[int], depth: int | None) -> None:
    bids = [bid(0, 55 - i, quantity=q) for i, q in enumerate(quantities)]
    assert value(listings=honest_asks(), bids=bids).depth == (None if depth is None else depth * ETH)


def test_depth__token_bids__count_once_per_piece_in_floor_pieces() -> None:
    rarity = Multipliers.of({1: 20_000})
    bids = [bid(0, 100, token_id=1), bid(0, 98, token_id=1), bid(0, 49, token_id=2), bid(0, 48, token_id=3)]
    found = value(listings=honest_asks(), bids=bids, multipliers=rarity)
    assert (found.depth, found.rejects) == (48 * ETH, {Reason.WORSE_DUPLICATE: 1})


@pytest.mark.parametrize(("eth", "crossed"), [(64, False), (64.1, True)])
def test_depth__bid_above_spot__is_no_evidence(eth: float, crossed: bool) -> None:
    found = value(listings=honest_asks(), bids=[bid(0, eth), bid(0, 50), bid(0, 49), bid(0, 48)])
    assert found.depth == (48 if crossed else 49) * ETH
    assert found.rejects == ({Reason.CROSSED_BID: 1} if crossed else {})


def test_depth__never_above_spot() -> None:
    found = value(listings=honest_asks(), bids=[bid(0, 500, quantity=9)])
    assert (found.spot, found.depth) == (64 * ETH, None)


# confidence


def test_confidence__more_sales__more_confidence() -> None:
    def at(count: int) -> int:
        rows = [
            sale(DAY - i, 60 + (i * 7 % 12) / 2, token=i, seller=f"s{i}", buyer=f"b{i}") for i in range(count)
        ]
        return value(rows, honest_asks()).confidence_bps

    assert 0 < at(4) < at(12) < at(48) <= 10_000


def test_confidence__old_evidence__decays_to_nothing() -> None:
    frames = market(honest_sales(), honest_asks())
    moments = [T0 + 12 * HOUR, T0 + 2 * DAY, T0 + 4 * DAY, T0 + 7 * DAY + 11 * HOUR]
    found = [value_collection(frames, at).confidence_bps for at in moments]
    assert found == sorted(found, reverse=True)
    assert found[0] > 9_000
    assert found[-1] == 0


def test_confidence__lone_signals__at_most_half() -> None:
    assert value(listings=honest_asks()).confidence_bps == 5_000
    assert 0 < value(honest_sales()).confidence_bps <= 5_000
    assert value().confidence_bps == 0


def test_confidence__asks_far_from_sales__falls() -> None:
    near, far = (value(honest_sales(), honest_asks(level=level)).confidence_bps for level in (60.0, 90.0))
    assert far < near


# the whole


def test_value__empty_market__everything_absent() -> None:
    found = value()
    assert (found.spot, found.sale, found.depth, found.evidence_at) == (None, None, None, None)
    assert (found.sample_count, found.confidence_bps, found.rejects) == (0, 0, {})


@pytest.mark.parametrize("as_of", [-1, 2**62])
def test_value__impossible_moment__is_a_data_error(as_of: int) -> None:
    with pytest.raises(DataError, match="Unix time"):
        value_collection(market(), as_of)


def test_rejected__every_row__names_table_event_and_reason() -> None:
    rows = [*honest_sales(), {**sale(5, 60, token=1), "price_wei": 1, "event_id": 77}]
    found = judge_collection(market(rows, [ask(0, 60, 5, private=True, event_id=8)]), NOW).rejected()
    assert found[["table", "event_id", "reason"]].to_numpy().tolist() == [
        ["sales", 77, "DUST"],
        ["listings", 8, "PRIVATE"],
    ]


@settings(deadline=None)
@given(worlds(), st.integers(0, 24), st.randoms(use_true_random=False))
def test_value__rows_in_any_order__same_valuation(
    world: dict[str, list[Row]], tick: int, rng: random.Random
) -> None:
    as_of = T0 + tick * 4 * HOUR
    first = value_collection(market(**world), as_of)
    for rows in world.values():
        rng.shuffle(rows)
    assert value_collection(market(**world), as_of) == first
    assert value_collection(market(**world), as_of) == first


@settings(deadline=None)
@given(worlds(), st.integers(0, 24))
def test_value__events_after_as_of__change_nothing(world: dict[str, list[Row]], tick: int) -> None:
    as_of = T0 + tick * 4 * HOUR
    past = {
        name: [row for row in rows if row.get("time", row.get("start", 0)) <= as_of]
        for name, rows in world.items()
    }
    assert value_collection(market(**past), as_of) == value_collection(market(**world), as_of)


@settings(deadline=None)
@given(worlds(), st.integers(0, 24))
def test_judge__every_row__used_rejected_or_not_asked(world: dict[str, list[Row]], tick: int) -> None:
    found = judge_collection(market(**world), T0 + tick * 4 * HOUR)
    for table, codes in (("sales", found.sales), ("listings", found.listings), ("bids", found.bids)):
        assert len(codes) == len(world[table])
        assert all(Reason(int(code)) for code in codes if code)
    rejected = sum(found.valuation.rejects.values())
    assert rejected == len(found.rejected())
    used = int((found.sales == Reason.USED).sum())
    assert used == found.valuation.sample_count


_lies = st.lists(st.tuples(st.floats(1, 5_000), st.integers(0, 23)), min_size=1, max_size=12)


@settings(deadline=None)
@given(
    _lies, st.sampled_from(["round trip", "self", "funded", "pair", "circle", "dust", "private", "bundle"])
)
def test_value__planted_trades_of_any_price__move_nothing(lies: list[tuple[float, int]], kind: str) -> None:
    planted: list[Row] = []
    transfers: list[Row] = []
    for number, (eth, hour) in enumerate(lies):
        token, at, liar, friend, third = 500 + number, hour * HOUR, f"x{number}", f"y{number}", f"z{number}"
        legs = {
            "round trip": [(liar, friend), (friend, liar)],
            "self": [(liar, liar)],
            "funded": [(liar, friend)],
            "pair": [("x", "y"), ("y", "x"), ("x", "y")],
            "circle": [(liar, friend), (friend, third), (third, liar)],
        }.get(kind, [(liar, friend)])
        for step, (seller, buyer) in enumerate(legs):
            piece = token if kind != "pair" else 600 + 3 * number + step
            row = sale(at + step, eth, token=piece, seller=seller, buyer=buyer)
            if kind == "dust":
                row["price_wei"] = 1
            planted.append({**row, "private": kind == "private", "bundle": kind == "bundle"})
        if kind == "funded":
            transfers.append(money(at - 60, liar, friend))
    truth = value(honest_sales(), honest_asks(), bids=[bid(0, 55, quantity=3)])
    found = value(
        [*honest_sales(), *planted], honest_asks(), bids=[bid(0, 55, quantity=3)], transfers=transfers
    )
    signals = ("spot", "sale", "depth", "dispersion_bps", "sample_count", "confidence_bps", "evidence_at")
    assert [getattr(found, s) for s in signals] == [getattr(truth, s) for s in signals]
    assert sum(found.rejects.values()) == len(planted)


@settings(deadline=None)
@given(st.floats(0.01, 100_000), st.integers(0, 23))
def test_value__one_lying_sale_of_any_price__moves_the_level_within_honest_prices(
    eth: float, hour: int
) -> None:
    honest = honest_sales()
    found = value([*honest, sale(hour * HOUR, eth, token=9, seller="x", buyer="y")], honest_asks())
    prices = sorted(row["price_wei"] for row in honest)
    truth = value(honest, honest_asks())
    assert prices[0] <= (found.sale or 0) <= prices[-1]
    assert truth.sale is not None
    assert abs((found.sale or 0) - truth.sale) <= wei(0.3)
