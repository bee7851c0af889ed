"""`FloorOracle.quote`: bid, mid and ask, conversion, medians over sources, states."""

import pytest

from tests.helpers.evm import reverts
from tests.unit.pricing.worlds import HEARTBEAT, HOUR, RATE, STRANGER, build_oracle
from vitrine.models.floor_feed import FLAG_CLAMPED, FLAG_IN_USD, FLAG_LATE, Reading
from vitrine.models.oracle import UNPRICED
from vitrine.models.quotes import OracleState
from vitrine.units import DAY, WAD

FRESH, DEGRADED, STALE = OracleState


@pytest.fixture
def world(driver, asset):
    return build_oracle(driver, asset)


def eth(value: float) -> int:
    return round(value * 10**8) * 10**10


# ---------------------------------------------------------------- the three prices


@pytest.mark.parametrize(
    ("signals", "bid", "mid", "ask"),
    [
        # (spot, avg, sale, depth) in ETH
        ((60, 60, 60, 60), 60, 60, 60),
        ((60, 62, 61, 55), 55, 61, 62),
        ((60, 62, 50, 0), 40, 60, 62),  # absent depth: 80 % of the others' minimum
        ((60, 62, 0, 55), 55, 61, 62),  # absent sale drops out: mean of the other two
        ((60, 62, 0, 0), 48, 61, 62),
        ((60, 0, 0, 0), 48, 60, 60),  # a source that knows no average
        ((60, 80, 70, 60), 60, 63, 80),  # mid at most 5 % above spot
        ((60, 63, 63, 60), 60, 63, 63),  # exactly there
        ((60, 80, 40, 90), 40, 60, 80),  # a depth above the others does not raise the bid
        ((60, 40, 50, 45), 40, 50, 60),  # a spike up is smoothed
        ((60, 50, 50.5, 45), 45, 50.5, 60),
    ],
)
def test_quote__signals__bid_mid_ask(world, signals, bid, mid, ask):
    spot, avg, sale, depth = map(eth, signals)
    world.says(0, world.reading(spot, avg=avg, sale=sale, depth=depth))
    q = world.quote()
    assert (q.bid, q.mid, q.ask) == (
        world.units(bid * RATE),
        world.units(mid * RATE),
        world.units(ask * RATE),
    )
    assert (q.spot, q.sale) == (world.units(signals[0] * RATE), world.units(signals[2] * RATE))
    assert q.avg == world.units((signals[1] or signals[0]) * RATE)


def test_quote__odd_wei_and_rate__down_and_the_ask_up(world):
    world.eth(1_234.56789012)
    world.says(0, world.reading(61_234_567_890_123_456_789, avg=61 * WAD + 1, sale=7, depth=10**15 + 3))
    q = world.quote()
    wad, scale = 1_234_567_890_120_000_000_000, 10 ** (36 - world.decimals)
    assert q.spot == 61_234_567_890_123_456_789 * wad // scale
    assert q.ask == -(-61_234_567_890_123_456_789 * wad // scale)
    assert q.bid == 7 * wad // scale
    assert q.ask - q.spot == 1


def test_quote__mean_of_two__rounded_down(world):
    world.says(0, world.reading(60 * WAD, avg=60 * WAD + 1))
    assert world.quote().mid == world.units(60 * RATE)


def test_quote__never_averaged_in_the_asset(world):
    """ETH halves in dollars: every dollar price halves with it at once."""
    world.says(0, world.reading(60 * WAD, avg=62 * WAD, sale=61 * WAD, depth=55 * WAD))
    before = world.quote()
    world.eth(RATE / 2)
    after = world.quote()
    assert [2 * x for x in after[:6]] == list(before[:6])


# ---------------------------------------------------------------- states


@pytest.mark.parametrize(
    ("age", "state"),
    [
        (0, FRESH), (6 * HOUR - 1, FRESH), (6 * HOUR, FRESH), (6 * HOUR + 1, DEGRADED),
        (DAY - 1, DEGRADED), (DAY, DEGRADED), (DAY + 1, STALE), (30 * DAY, STALE),
    ],
)  # fmt: skip
def test_state__by_age__at_each_edge(world, age, state):
    world.says(0, world.reading(age=age - 1))  # saying it takes a second
    q = world.quote()
    assert (q.state, world.driver.timestamp - q.as_of) == (state, age)
    assert q.spot == world.units(60 * RATE)  # the last known price stays readable


@pytest.mark.parametrize(
    ("confidence", "state"), [(0, DEGRADED), (4_999, DEGRADED), (5_000, FRESH), (10_000, FRESH)]
)
def test_state__low_confidence__degraded(world, confidence, state):
    world.says(0, world.reading(confidence_bps=confidence))
    q = world.quote()
    assert (q.state, q.confidence_bps) == (state, confidence)


def test_state__clamped_round__degraded(world):
    world.says(0, world.reading(flags=FLAG_CLAMPED))
    assert world.quote().state == DEGRADED


def test_state__late_source_alone__stale_with_the_last_price(world):
    world.says(0, world.reading(flags=FLAG_LATE))
    q = world.quote()
    assert (q.state, q.mid) == (STALE, world.units(60 * RATE))


def test_state__unpriced__stale_and_zero(world):
    assert world.quote() == UNPRICED


def test_state__postedAt__is_the_newest_round_of_feed_or_rate(world):
    world.says(0, world.reading(posted_at=world.driver.timestamp - 50, as_of=world.driver.timestamp - 900))
    world.eth(RATE, age=10)
    now = world.driver.timestamp
    q = world.quote()
    assert (now - q.posted_at, now - q.as_of) == (11, 902)
    assert world.oracle.postedAt(world.collection) == q.posted_at
    world.eth(RATE, age=600)
    assert world.driver.timestamp - world.quote().posted_at == 53


# ---------------------------------------------------------------- several sources


def test_sources__three__median_of_each_signal(driver):
    world = build_oracle(driver, sources=3)
    world.says(0, world.reading(60 * WAD, avg=59 * WAD, sale=70 * WAD, confidence_bps=9_000, age=100))
    world.says(1, world.reading(62 * WAD, avg=64 * WAD, sale=50 * WAD, depth=40 * WAD, confidence_bps=7_000))
    world.says(2, world.reading(61 * WAD, avg=0, age=3_000, confidence_bps=8_000))
    q = world.quote()
    assert q.spot == world.units(61 * RATE)
    assert q.avg == world.units(61.5 * RATE)  # one has none: mean of the other two
    assert q.sale == world.units(60 * RATE)
    assert q.bid == world.units(40 * RATE)  # one depth is a depth
    assert (q.state, q.confidence_bps) == (FRESH, 8_000)
    assert q.as_of == world.readings[2].as_of
    assert q.posted_at == max(reading.posted_at for reading in world.readings)


def test_sources__even_count__mean_of_the_middle_two_down(driver):
    world = build_oracle(driver, sources=4)
    for place, spot in enumerate((58, 60, 61, 90)):
        world.says(place, world.reading(spot * WAD + place))
    assert world.quote().spot == world.units(60.5 * RATE)


def test_sources__one_liar_of_three__stays_within_the_honest(driver):
    world = build_oracle(driver, sources=3)
    world.says(0, world.reading(60 * WAD))
    world.says(1, world.reading(61 * WAD))
    for lie in (1, 10**28):
        world.says(2, world.reading(lie, sale=lie, depth=lie))
        q = world.quote()
        assert world.units(60 * RATE) <= q.spot <= world.units(61 * RATE)
        assert world.units(60 * RATE) <= q.mid <= world.units(61 * RATE)


@pytest.mark.parametrize("dead", [1, 2, 3])
def test_sources__some_dead__degraded_until_none_is_left(driver, dead):
    world = build_oracle(driver, sources=3)
    for place in range(3):
        world.says(place, world.reading((60 + place) * WAD))
    assert world.quote().state == FRESH
    for place in range(dead):
        world.says(place, Reading())
    q = world.quote()
    assert q.state == (STALE if dead == 3 else DEGRADED)
    assert q.spot == {1: world.units(61.5 * RATE), 2: world.units(62 * RATE), 3: 0}[dead]


def test_sources__late_or_day_old_one__left_out_while_another_lives(driver):
    world = build_oracle(driver, sources=2)
    world.says(0, world.reading(60 * WAD))
    for old in ({"flags": FLAG_LATE}, {"age": DAY + 5}):
        world.says(1, world.reading(10 * WAD, **old))
        q = world.quote()
        assert (q.spot, q.state) == (world.units(60 * RATE), DEGRADED)


def test_sources__all_late__last_known_prices_and_stale(driver):
    world = build_oracle(driver, sources=2)
    world.says(0, world.reading(60 * WAD, flags=FLAG_LATE))
    world.says(1, world.reading(62 * WAD, age=2 * DAY))
    q = world.quote()
    assert (q.spot, q.state) == (world.units(61 * RATE), STALE)
    assert q.as_of == world.readings[1].as_of


def test_sources__in_dollars_beside_eth__converted_before_the_median(driver):
    world = build_oracle(driver, sources=3)
    world.says(0, world.reading(60 * WAD))
    world.says(1, world.reading(61 * RATE * WAD, flags=FLAG_IN_USD))
    world.says(2, world.reading(62 * WAD))
    assert world.quote().spot == world.units(61 * RATE)
    world.eth(RATE * 2)  # the dollar price now is 30.5 ETH
    assert world.quote().spot == world.units(60 * RATE * 2)


def test_sources__only_one_in_dollars__round_trip_down(driver, asset):
    world = build_oracle(driver, asset)
    world.eth(1_234.56)
    world.says(0, world.reading(100_000 * WAD, flags=FLAG_IN_USD))
    q = world.quote()
    assert 0 <= world.units(100_000) - q.spot <= max(1, 10 ** (world.decimals - 14))


def test_quote__not_listed__reverts(driver):
    world = build_oracle(driver)
    for view in (world.oracle.quote, world.oracle.postedAt, lambda c: world.oracle.valueOf(c, 1)):
        with reverts("CollectionNotListed", collection=STRANGER):
            view(STRANGER)


def test_quote__rate_within_its_heartbeat__does_not_age_the_price(driver):
    world = build_oracle(driver)
    world.says(0, world.reading())
    world.eth(RATE, age=HEARTBEAT - 1)
    q = world.quote()
    assert (q.state, q.as_of) == (FRESH, world.readings[0].as_of)
