"""The made market says what the published days say, and the filters see through what was planted."""

from collections import Counter

import pytest

from vitrine.demo.appraise import fit_all, units_of
from vitrine.demo.rejects import find_rejects
from vitrine.demo.reporters import whole_frames
from vitrine.demo.scenario import MAIN, THIN, TICK, TICKS_A_DAY, crash_scenario
from vitrine.demo.views import Piece
from vitrine.pricing import Reason
from vitrine.pricing.valuation import judge_collection
from vitrine.units import DAY, ETH

SEEDS = (1, 2, 3)
GWEI = 10**9


@pytest.fixture(scope="module", params=SEEDS)
def scenario(request):
    return crash_scenario(request.param)


def test_sales__each_day__sum_to_the_published_figures(scenario):
    market = scenario.collections[MAIN].market
    start = scenario.times[0]
    counts, volumes = Counter(), Counter()
    for row in market.sales:
        if row["event_id"] not in market.planted and row["time"] >= start:
            counts[(row["time"] - start) // DAY] += 1
            volumes[(row["time"] - start) // DAY] += row["price_wei"]
    for index, day in enumerate(scenario.days):
        assert (counts[index], volumes[index]) == (day.sales, day.volume_wei), day


def test_sales__public_ones__never_below_the_floor_of_their_tick(scenario):
    script = scenario.collections[MAIN]
    for row in script.market.sales:
        at = row["time"] - scenario.times[0]
        if (
            at >= 0
            and not row["private"]
            and not row["bundle"]
            and row["event_id"] not in script.market.planted
        ):
            assert row["price_wei"] >= script.floors[at // TICK], row


def test_asks__accepted_ones_at_each_close__cheapest_is_the_real_floor(scenario):
    script = scenario.collections[MAIN]
    frames = whole_frames(script)
    for day in scenario.days:
        judged = judge_collection(frames, day.closes_at, script.params)
        live = frames.listings["price"].to_numpy()[judged.listings == Reason.USED]
        assert int(live.min()) * GWEI == day.floor_wei, day


def test_sixth_of_june__volume_short__private_or_bundle_that_is_rejected(scenario):
    script = scenario.collections[MAIN]
    day = next(row for row in scenario.days if row.day.isoformat() == "2022-06-06")
    rows = [r for r in script.market.sales if day.starts_at <= r["time"] < day.closes_at]
    odd = [r for r in rows if r["private"] or r["bundle"]]
    assert odd
    assert all(r["price_wei"] < day.floor_wei for r in odd)
    rejected = judge_collection(whole_frames(script), day.closes_at, script.params).rejected()
    assert {r["event_id"] for r in odd} <= set(rejected["event_id"])


def test_planted__both_collections__all_among_the_rejects(scenario):
    rejects = find_rejects(scenario, fit_all(scenario))
    assert rejects.missed == {}
    assert set(rejects.planted) == {"wash", "one wei", "stale ask"}
    assert rejects.by_reason["DUST"] == rejects.planted["one wei"]
    assert rejects.by_reason["STALE_ASK"] >= rejects.planted["stale ask"]


def test_ticks__four_hours__pinned_to_the_closes(scenario):
    assert scenario.ticks == 462
    assert {b - a for a, b in zip(scenario.times, scenario.times[1:], strict=False)} == {TICK}
    for index, day in enumerate(scenario.days, start=1):
        assert scenario.collections[MAIN].floors[index * TICKS_A_DAY] == day.floor_wei
        assert scenario.usd[index * TICKS_A_DAY] == day.eth_usd


def test_thin_collection__own_noise_and_fewer_sales(scenario):
    main, thin = scenario.collections[MAIN], scenario.collections[THIN]
    assert len(thin.market.sales) * 4 < len(main.market.sales)
    ratios = [t / m for t, m in zip(thin.floors, main.floors, strict=True)]
    assert max(ratios) / min(ratios) > 1.1
    assert 10 * ETH < thin.floors[0] < 20 * ETH


def test_multipliers__fitted_before_the_start__follow_the_traits(scenario):
    fitted = fit_all(scenario)[MAIN]
    traits = scenario.collections[MAIN].market.traits
    plain = traits[(traits["kind"] == "Person") & (traits["head"] == "Plain") & (traits["eyes"] == "Plain")]
    hoods = traits[traits["head"] == "Hood"]
    level = fitted.lookup(plain["token_id"].to_numpy()).mean()
    assert fitted.lookup(hoods["token_id"].to_numpy()).mean() > level * 1.1
    units = units_of([Piece(MAIN, int(hoods["token_id"].iloc[0]))], {MAIN: fitted})
    assert all(100 <= count <= 300 for count in units.values())


def test_seed__changes_the_numbers_not_the_days():
    one, other = crash_scenario(1), crash_scenario(2)
    assert one.days == other.days
    assert one.collections[MAIN].floors != other.collections[MAIN].floors
    assert crash_scenario(1).collections[MAIN].market.sales == one.collections[MAIN].market.sales
