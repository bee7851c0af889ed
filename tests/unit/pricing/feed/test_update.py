"""`SignedFloorFeed.update`: medians, the bound, first prices, items that are not taken."""

import itertools

import pytest

from tests.helpers.evm import Revert, reverts
from tests.unit.pricing.worlds import (
    ETH,
    GOVERNOR,
    HIGH,
    HOUR,
    KEEPER,
    LOW,
    REPORTERS,
    SLOT,
    build_feed,
    punk,
    wei,
)
from vitrine.models.floor_feed import FLAG_CLAMPED, MAX_AGE, ItemReason, Round
from vitrine.models.reports import MAX_PRICE, ReportItem

ONE = ETH  # units


def spots(*values: float, **fields: int) -> list[list[ReportItem]]:
    return [[punk(value, **fields)] for value in values]


def test_update__three_reporters__median_of_each_field(world):
    said = [
        [punk(61.75, 60, 55, confidence_bps=9_000, age=600)],
        [punk(61.00, 66, 57, confidence_bps=8_000, age=60)],
        [punk(62.50, 63, 50, confidence_bps=9_500, age=6_000)],
    ]
    slot = world.next_slot(delay=123)
    found = world.post(slot, said).rounds[1]
    assert (found.spot, found.sale, found.depth) == (6_175_000_000, 63 * ONE, 55 * ONE)
    assert (found.confidence_bps, found.age, found.delay, found.clamped) == (9_000, 600, 123, False)
    told = world.latest()
    assert (told.spot, told.avg, told.sale, told.depth) == (
        wei(found.spot), wei(found.spot), wei(found.sale), wei(found.depth),
    )  # fmt: skip
    assert (told.as_of, told.posted_at) == (slot - 600, slot + 123)


@pytest.mark.parametrize(
    ("values", "median"),
    [
        ((10, 20, 31), 20 * ONE),
        ((10, 20, 31, 40), 25 * ONE + ONE // 2),
        ((40, 31, 20, 10), 25 * ONE + ONE // 2),
        ((10, 10, 20, 30, 31), 20 * ONE),
        (
            (10, 20.00000001, 20.00000002, 30),
            2_000_000_001,
        ),  # mean of 2000000001 and 2000000002, rounded down
        ((20.00000001, 20.00000002, 20.00000002, 20.00000001), 2_000_000_001),
    ],
)
def test_update__odd_and_even_counts__mean_of_the_middle_two_rounded_down(world, values, median):
    found = world.post(world.next_slot(), spots(*values)).rounds[1]
    assert found.spot == median


def test_update__all_orders_of_three__same_median(world):
    start = world.say(20).spot
    for order in itertools.permutations((19, 20, 21)):
        assert world.post(world.next_slot(), spots(*order)).rounds[1].spot == start


def test_update__one_liar_of_five__moves_the_median_less_than_the_honest_spread(world):
    honest = [60.0, 60.2, 60.5, 61.0]
    spread = round((max(honest) - min(honest)) * ETH)
    truth = world.post(world.next_slot(), spots(*honest, 60.4)).rounds[1].spot
    for lie in (0.00000001, 1, 30, 120, 175_000):
        found = world.post(world.next_slot(), spots(lie, *honest)).rounds[1]
        assert abs(found.spot - truth) < spread
        assert round(min(honest) * ETH) <= found.spot <= round(max(honest) * ETH)
        assert not found.clamped


def test_update__one_liar_of_three__stays_within_the_honest(world):
    world.say(60)
    for lie in (0.00000001, 175_000):
        found = world.post(world.next_slot(), spots(60, lie, 61)).rounds[1]
        assert 60 * ONE <= found.spot <= 61 * ONE


def test_update__sale_of_half_or_fewer__is_absent(world):
    slot = world.next_slot()
    found = world.post(slot, [[punk(60, 58, 50)], [punk(60, 0, 50)], [punk(60, 0, 50)]]).rounds[1]
    assert (found.sale, found.depth) == (0, 50 * ONE)
    slot = world.next_slot()
    said = [[punk(60, 58)], [punk(60, 57, 49)], [punk(60)], [punk(60, 56, 50)]]
    found = world.post(slot, said).rounds[1]
    assert (found.sale, found.depth) == ((56 + 57) * ONE // 2, 0)


def test_update__liar_cannot_erase_sale_and_depth__lower_honest_value_counts(world):
    """One of three leaves both out: the bid must not rise for want of a low signal."""
    honest = [[punk(60, 55, 20)], [punk(60, 56, 21)]]
    found = world.post(world.next_slot(), [*honest, [punk(60)]]).rounds[1]
    assert (found.sale, found.depth) == (55 * ONE, 20 * ONE)


def test_update__liar_cannot_invent_a_sale__two_honest_absent(world):
    found = world.post(world.next_slot(), [[punk(60)], [punk(60, 0.5)], [punk(60)]]).rounds[1]
    assert found.sale == 0


@pytest.mark.parametrize("spot", [0, MAX_PRICE + 1, 2**64 - 1])
def test_update__spot_zero_or_absurd__ignored_and_others_proceed(world, spot):
    world.enlist()
    slot = world.next_slot()
    bad = ReportItem(1, spot)
    said = [[bad, punk(20, feed_id=2)]] + [[punk(60), punk(20, feed_id=2)]] * 3
    outcome = world.post(slot, said)
    assert outcome.ignored_values == [(1, REPORTERS[0].address, spot)]
    assert outcome.rounds[1].spot == 60 * ONE and outcome.rounds[2].spot == 20 * ONE
    slot = world.next_slot()
    outcome = world.post(slot, [[bad, punk(20, feed_id=2)]] + [[punk(60), punk(20, feed_id=2)]] * 2)
    assert outcome.rejected == [(1, ItemReason.NoQuorum, 2)]
    assert outcome.rounds.keys() == {2}


def test_update__all_spots_zero__reverts_and_nothing_changes(world):
    before = world.say(60)
    slot = world.next_slot()
    with reverts("NothingAccepted", slotAt=slot):
        world.post(slot, [[ReportItem(1, 0)]] * 3)
    assert world.model.rounds[1] == before


def test_update__absurd_sale_depth_age_confidence__saturate(world):
    absurd = ReportItem(1, 60 * ONE, 2**64 - 1, 2**64 - 1, confidence_bps=65_535, age=2**32 - 1)
    found = world.post(world.next_slot(), [[absurd]] * 3).rounds[1]
    assert (found.sale, found.depth) == (MAX_PRICE, MAX_PRICE)
    assert (found.age, found.confidence_bps) == (MAX_AGE, 10_000)
    found = world.post(world.next_slot(), [[absurd], [punk(60, 59, 50)], [punk(60, 58, 49)]]).rounds[1]
    assert (found.sale, found.depth, found.age, found.confidence_bps) == (59 * ONE, 50 * ONE, 0, 10_000)


def test_update__highest_price_and_lowest__taken(driver):
    world = build_feed(driver)
    world.enlist(1, MAX_PRICE)
    world.enlist(1, MAX_PRICE)
    said = [[ReportItem(1, MAX_PRICE, MAX_PRICE, MAX_PRICE), ReportItem(2, 1, 1, 1)]] * 3
    rounds = world.post(world.next_slot(), said).rounds
    assert (rounds[1].spot, rounds[2].spot) == (MAX_PRICE, 1)
    rounds = world.post(world.next_slot(), [[ReportItem(1, MAX_PRICE), ReportItem(2, 2)]] * 3).rounds
    assert (rounds[1].spot, rounds[2].spot) == (MAX_PRICE, 2)


# ---------------------------------------------------------------- first price


@pytest.mark.parametrize(
    ("units", "taken"),
    [(LOW - 1, False), (LOW, True), (LOW + 1, True), (HIGH - 1, True), (HIGH, True), (HIGH + 1, False)],
)
def test_update__first_price__only_inside_the_band(world, units, taken):
    slot = world.next_slot()
    said = [[ReportItem(1, units)]] * 3
    if taken:
        found = world.post(slot, said).rounds[1]
        assert found.spot == found.avg == units
    else:
        with reverts("NothingAccepted", slotAt=slot):
            world.post(slot, said)
        assert world.latest().spot == 0


def test_update__first_price_outside_band_beside_a_good_one__told_and_skipped(world):
    world.enlist(1 * ONE, 2 * ONE)
    outcome = world.post(world.next_slot(), [[punk(60), punk(60, feed_id=2)]] * 3)
    assert outcome.rejected == [(2, ItemReason.OutsideBand, 60 * ONE)]
    assert outcome.rounds.keys() == {1}


# ---------------------------------------------------------------- bound


@pytest.mark.parametrize("slots", [1, 2, 3, 4, 5, 40])
@pytest.mark.parametrize("over", [-1, 0, 1])
@pytest.mark.parametrize("sign", [-1, 1])
def test_update__at_the_bound__taken_and_beyond_it_clamped(world, slots, over, sign):
    world.say(100)
    for _ in range(slots - 1):
        world.next_slot()
    slot = world.next_slot()
    bound = 100 * ONE * min(15 * slots, 60) // 100
    wanted = 100 * ONE + sign * (bound + over)
    outcome = world.post(slot, [[ReportItem(1, wanted)]] * 3)
    found = outcome.rounds[1]
    assert found.clamped == (over == 1)
    assert found.spot == (100 * ONE + sign * bound if over == 1 else wanted)
    assert outcome.clamped == ([(1, wanted, found.spot)] if over == 1 else [])
    assert bool(world.latest().flags & FLAG_CLAMPED) == (over == 1)


def test_update__after_a_clamped_round__flag_ends_with_the_next_honest_one(world):
    world.say(100)
    assert world.say(50).clamped
    assert not world.say(80).clamped
    assert world.latest().flags == 0


def test_update__late_posting__bound_follows_slot_times_not_posting_times(world):
    world.say(100, delay=HOUR)
    assert world.say(86, delay=0).spot == 86 * ONE  # 3 hours between the postings, 4 between the slots
    assert not world.model.rounds[1].clamped


def test_update__collapse_of_60_percent__arrives_within_a_day(world, capsys):
    start = world.say(100, delay=0)
    fell_at = start.slot_at
    path = [100.0]
    while world.model.rounds[1].spot != 40 * ONE:
        path.append(world.say(40, delay=0).spot / ONE)
        assert len(path) < 20
    arrived = world.model.rounds[1].slot_at - fell_at
    with capsys.disabled():
        told = " ".join(f"{price:g}" for price in path)
        print(f"\n-60 % collapse: arrives {arrived / HOUR:g} h after the last round before it: {told}")
    assert arrived <= 24 * HOUR
    assert all(b >= a * 0.85 - 1e-8 for a, b in itertools.pairwise(path))


def test_update__collapse_after_a_gap_of_16_hours__arrives_at_once(world):
    world.say(100)
    for _ in range(3):
        world.next_slot()
    found = world.say(40)
    assert (found.spot, found.clamped) == (40 * ONE, False)


def test_update__tiny_price__still_moves(driver):
    world = build_feed(driver)
    world.enlist(1, 10)
    world.post(world.next_slot(), [[ReportItem(1, 1)]] * 3)
    found = world.post(world.next_slot(), [[ReportItem(1, 100)]] * 3).rounds[1]
    assert (found.spot, found.clamped) == (2, True)


# ---------------------------------------------------------------- what is not taken


def test_update__unknown_or_delisted_feed__told_and_others_proceed(world):
    world.enlist()
    world.post(world.next_slot(), [[punk(60), punk(20, feed_id=2), punk(9, feed_id=3)]] * 3)
    world.feed.setListed(2, False, sender=GOVERNOR)
    world.model.set_listed(2, False)
    slot = world.next_slot()
    outcome = world.post(slot, [[punk(60), punk(20, feed_id=2), punk(9, feed_id=65_535)]] * 3)
    assert outcome.rejected == [(2, ItemReason.NotListed, 2), (65_535, ItemReason.NotListed, 65_535)]
    assert world.latest(2).spot == 0


def test_update__relisted__starts_from_a_first_price_and_takes_no_old_slot(world):
    world.say(60)
    slot = world.slot()
    world.feed.setListed(1, False, sender=GOVERNOR)
    world.feed.setListed(1, True, sender=GOVERNOR)
    world.model.set_listed(1, False)
    world.model.set_listed(1, True)
    assert world.latest().spot == 0
    with reverts("NothingAccepted", slotAt=slot):
        world.post(slot, spots(60, 60, 60))
    found = world.say(10)  # far from the old price, but inside the band
    assert (found.spot, found.avg, found.clamped) == (10 * ONE, 10 * ONE, False)


def test_update__misaligned_reports__revert(world):
    world.enlist()
    slot = world.next_slot()
    pair = [punk(60), punk(20, feed_id=2)]
    with reverts("ItemsMisaligned", reporter=REPORTERS[2]):
        world.post(slot, [pair, pair, [punk(60)]])
    with reverts("ItemsMisaligned", reporter=REPORTERS[1]):
        world.post(slot, [[punk(60)], [punk(20, feed_id=2)], [punk(60)]])
    with reverts("ItemsUnordered", previous=2, next=1):
        world.compare(slot, world.reports(slot, [pair[::-1]] * 3))
    with reverts("ItemsUnordered", previous=1, next=1):
        world.compare(slot, world.reports(slot, [[punk(60), punk(61)]] * 3))
    with reverts("ItemsUnordered", previous=0, next=0):
        world.compare(slot, world.reports(slot, [[punk(60, feed_id=0)]] * 3))


def test_update__no_items__reverts(world):
    slot = world.next_slot()
    with reverts("NothingAccepted", slotAt=slot):
        world.post(slot, [[]] * 3)


@pytest.mark.parametrize("count", [0, 1, 2])
def test_update__fewer_reports_than_quorum__reverts(world, count):
    slot = world.next_slot()
    with reverts("QuorumMissing", live=count, quorum=3):
        world.post(slot, spots(*[60] * count))


def test_update__forty_collections_in_one_transaction__all_stored(driver):
    world = build_feed(driver)
    keys = [world.enlist() for _ in range(40)]
    said = [[punk(20 + key + voice / 10, feed_id=key) for key in keys] for voice in range(5)]
    assert world.post(world.next_slot(), said).rounds.keys() == set(keys)


def test_update__anyone__may_carry_the_reports(world):
    slot = world.next_slot()
    reports = [r.as_argument for r in world.reports(slot, spots(60, 60, 60))]
    world.feed.update(slot, reports, sender=KEEPER)
    assert world.feed.latest(1).spot == wei(60 * ONE)


def test_latest__unknown_key__all_zero(world):
    for key in (0, 2, 65_535, 65_536, 2**256 - 1):
        assert set(world.feed.latest(key)) == {0}
        assert world.feed.roundAt(key) == 0


def test_key_of__unknown_collection__reverts(world):
    assert world.feed.keyOf(world.collections[0]) == 1
    with reverts("UnknownToFeed", collection=KEEPER):
        world.feed.keyOf(KEEPER)


def test_events__alone__rebuild_every_round(world):
    world.enlist()
    rebuilt = {}
    for step in range(6):
        slot = world.next_slot(delay=step * 600)
        said = [[punk(60 + step * 7 + voice), punk(20 - step, feed_id=2)] for voice in range(4)]
        reports = world.reports(slot, said)
        world.model.update(slot, world.driver.timestamp, reports)
        tx = world.send(slot, reports)
        [posted] = world.feed.events("RoundsPosted", tx)
        rebuilt |= dict(Round.from_event(posted.slotAt, word) for word in posted.rounds)
    assert rebuilt == world.model.rounds
    assert {key: found.word for key, found in rebuilt.items()} == {
        key: world.feed.roundAt(key) for key in (1, 2)
    }


def test_update__slot_times__misaligned_future_and_old_revert(world):
    world.say(60)
    slot = world.next_slot(delay=HOUR - 2)  # each refused transaction takes a second
    with reverts("SlotMisaligned", slotAt=slot - 1, slotSeconds=SLOT):
        world.post(slot - 1, spots(60, 60, 60))
    with reverts("SlotInFuture", slotAt=slot + SLOT):
        world.post(slot + SLOT, spots(60, 60, 60))
    assert world.post(slot, spots(60, 60, 60)).rounds[1].delay == HOUR
    slot = world.next_slot(delay=HOUR + 1)
    with pytest.raises(Revert, match="SlotTooOld"):
        world.post(slot, spots(60, 60, 60))
