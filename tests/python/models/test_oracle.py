"""The rules of quotes and of the feed, without a chain; tests/unit/pricing holds the contracts to them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitrine.models.floor_feed import (
    FLAG_IN_USD,
    FeedRefusedError,
    ItemReason,
    Reading,
    SignedFloorFeedModel,
    clamp_spot,
    move_bound_up,
)
from vitrine.models.oracle import (
    UNPRICED,
    AggregatorAnswer,
    AggregatorTerms,
    AnswerState,
    Rate,
    floor_prices,
    quote,
    read_wad,
    to_assets_down,
    to_assets_up,
    value_down,
)
from vitrine.models.quotes import OracleState
from vitrine.models.reports import MAX_PRICE, ReportItem, SignedReport
from vitrine.units import DAY, HOUR, WAD

SLOT = 4 * HOUR
NOW = 1_650_000_000 // SLOT * SLOT
VOICES = [f"0x{n:040x}" for n in range(1, 6)]

price = st.integers(1, 2**90)


@given(
    spot=price,
    avg=st.one_of(st.just(0), price),
    sale=st.one_of(st.just(0), price),
    depth=st.one_of(st.just(0), price),
)
def test_prices__any_signals__bid_below_mid_below_ask(spot, avg, sale, depth):
    found = floor_prices(spot, avg, sale, depth)
    given_signals = [spot, avg or spot] + ([sale] if sale else [])
    assert found.ask == max(given_signals)
    assert found.bid <= min(given_signals) and (not depth or found.bid <= depth)
    assert found.bid <= found.mid <= found.ask
    assert found.mid <= spot * 105 // 100


@given(spot=price, avg=price, sale=price)
def test_prices__one_signal_runs_away__mid_stays_between_the_others(spot, avg, sale):
    for runaway in (1, 2**95):
        assert floor_prices(spot, avg, runaway).mid <= max(spot, avg)
        assert floor_prices(spot, runaway, sale).mid <= max(spot, sale)
        assert floor_prices(runaway, avg, sale).mid <= max(avg, sale)


@given(spot=price, lasting=st.integers(1, 99))
def test_prices__a_fall_that_lasts__reaches_mid_even_with_a_high_average(spot, lasting):
    fallen = max(1, spot * lasting // 100)
    assert floor_prices(fallen, spot, fallen).mid <= fallen * 105 // 100


@given(previous=st.integers(1, MAX_PRICE), wanted=st.integers(1, MAX_PRICE), elapsed=st.integers(1, 30 * DAY))
def test_clamp__any_move__within_the_bound_and_no_further_than_wanted(previous, wanted, elapsed):
    taken, bound = clamp_spot(wanted, previous, elapsed), move_bound_up(previous, elapsed)
    assert abs(taken - previous) <= bound
    assert min(previous, wanted) <= taken <= max(previous, wanted)
    assert (taken == wanted) == (abs(wanted - previous) <= bound)
    assert bound <= -(-previous * 6 // 10)
    assert 1 <= taken <= MAX_PRICE


@given(wei=st.integers(0, 2**96), rate=st.integers(1, 10**28), decimals=st.integers(0, 18))
def test_conversion__up_and_down__a_unit_apart_at_most(wei, rate, decimals):
    assert 0 <= to_assets_up(wei, rate, decimals) - to_assets_down(wei, rate, decimals) <= 1


def test_value__units__rounded_down():
    assert [value_down(10_001, units) for units in (100, 150, 299)] == [10_001, 15_001, 29_902]


TERMS = AggregatorTerms(8, HOUR, WAD, 10**6 * WAD)


@pytest.mark.parametrize(
    ("got", "state"),
    [
        (AggregatorAnswer(3_000 * 10**8, NOW), AnswerState.Live),
        (AggregatorAnswer(3_000 * 10**8, NOW - HOUR - 1), AnswerState.Late),
        (AggregatorAnswer(3_000 * 10**8, NOW + 1), AnswerState.Dead),
        (AggregatorAnswer(3_000 * 10**8, NOW, ok=False), AnswerState.Dead),
        (AggregatorAnswer(-1, NOW), AnswerState.Dead),
        (AggregatorAnswer(3_000 * 10**8, NOW, round_id=5, answered_in_round=4), AnswerState.Dead),
    ],
)
def test_aggregator__answer__judged(got, state):
    wad, _, found = read_wad(TERMS, got, NOW)
    assert found is state and wad == (0 if state is AnswerState.Dead else 3_000 * WAD)


def test_rate__primary_before_backup():
    backup = Reading(spot=2_900 * WAD, as_of=NOW, posted_at=NOW, confidence_bps=10_000)
    assert Rate.of((3_000 * WAD, NOW, AnswerState.Live), backup) == Rate(3_000 * WAD, NOW)
    assert Rate.of((0, 0, AnswerState.Dead), backup) == Rate(2_900 * WAD, NOW, degraded=True)
    assert Rate.of((0, 0, AnswerState.Dead)) == Rate(degraded=True)
    assert Rate.of((3_000 * WAD, NOW, AnswerState.Halted), backup).halted
    assert Rate.of(None, backup) == Rate(2_900 * WAD, NOW)


def test_quote__nothing_live__unpriced():
    assert quote([Reading()], Rate(3_000 * WAD, NOW), NOW, 6) == UNPRICED
    reading = Reading(60 * WAD, as_of=NOW, posted_at=NOW, confidence_bps=10_000)
    assert quote([reading], Rate(), NOW, 6) == UNPRICED
    told = quote([reading], Rate(3_000 * WAD, NOW), NOW, 6)
    assert (told.spot, told.bid, told.state) == (180_000 * 10**6, 144_000 * 10**6, OracleState.FRESH)
    in_usd = Reading(180_000 * WAD, as_of=NOW, posted_at=NOW, confidence_bps=10_000, flags=FLAG_IN_USD)
    assert quote([in_usd], Rate(3_000 * WAD, NOW), NOW, 6) == told


# ---------------------------------------------------------------- the feed


def feed(quorum: int = 3) -> SignedFloorFeedModel:
    model = SignedFloorFeedModel(SLOT, 12 * HOUR, quorum, set(VOICES))
    model.list_feed(1, MAX_PRICE)
    return model


def reports(*spots: int) -> list[SignedReport]:
    return [
        SignedReport(voice, (ReportItem(1, spot).word,)) for voice, spot in zip(VOICES, spots, strict=False)
    ]


def test_feed__refusals__name_the_error_of_the_contract():
    model = feed()
    for slot, now, error in (
        (NOW + 1, NOW + 9, "SlotMisaligned"),
        (NOW + SLOT, NOW, "SlotInFuture"),
        (NOW, NOW + HOUR + 1, "SlotTooOld"),
    ):
        with pytest.raises(FeedRefusedError) as refused:
            model.update(slot, now, reports(5, 5, 5))
        assert refused.value.error == error and refused.value.next_step
    with pytest.raises(FeedRefusedError, match="2 live reports"):
        model.update(NOW, NOW, reports(5, 5))


def test_feed__refused_update__changes_nothing():
    model = feed()
    model.update(NOW, NOW, reports(5, 6, 7))
    before = dict(model.rounds)
    with pytest.raises(FeedRefusedError, match="No item"):
        model.update(NOW, NOW, reports(8, 8, 8))
    assert model.rounds == before


@pytest.mark.parametrize(("quorum", "liars"), [(3, 1), (5, 2)])
@given(data=st.data())
def test_feed__q_at_least_2f_plus_1__f_liars_never_leave_the_honest_range(quorum, liars, data):
    model = feed(quorum)
    honest = data.draw(st.lists(st.integers(1, MAX_PRICE), min_size=quorum - liars, max_size=5 - liars))
    lies = data.draw(st.lists(st.integers(1, MAX_PRICE), min_size=liars, max_size=liars))
    said = data.draw(st.permutations(honest + lies))
    found = model.update(NOW, NOW, reports(*said)).rounds[1]
    assert min(honest) <= found.spot <= max(honest)


def test_feed__first_price__inside_the_band_only():
    model = SignedFloorFeedModel(SLOT, 12 * HOUR, 3, set(VOICES))
    model.list_feed(10, 20)
    model.list_feed(1, 9)
    both = [SignedReport(voice, (ReportItem(1, 15).word, ReportItem(2, 15).word)) for voice in VOICES[:3]]
    outcome = model.update(NOW, NOW, both)
    assert outcome.rejected == [(2, ItemReason.OutsideBand, 15)] and outcome.rounds.keys() == {1}
