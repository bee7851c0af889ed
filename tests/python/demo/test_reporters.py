"""Five reporters: the liar is heard and outvoted, the late one is late."""

import pytest

from vitrine.demo.appraise import fit_all
from vitrine.demo.reporters import HONEST, LATE, LATE_BY, LIAR, REPORTERS, make_bench
from vitrine.demo.scenario import MAIN, THIN, crash_scenario
from vitrine.keepers.reports import Feed
from vitrine.models.reports import ReportItem

FEEDS = {key: Feed(number, f"0x{number:040x}", 0, 0) for number, key in enumerate((MAIN, THIN), start=1)}


@pytest.fixture(scope="module", params=[1, 2])
def played(request):
    """Reports of the first ten days."""
    scenario = crash_scenario(request.param)
    bench = make_bench(scenario, fit_all(scenario), FEEDS)
    return bench, [bench.reports(scenario.times[tick], tick) for tick in range(60)]


def test_reports__every_slot__a_quorum_about_the_same_feeds(played):
    _, slots = played
    for reports in slots:
        assert 3 <= len(reports) <= REPORTERS
        assert {tuple(word >> 240 for word in report.words) for report in reports} == {(1, 2)}


def test_late_one__every_report__observed_eight_hours_before(played):
    _, slots = played
    late = [report for reports in slots for report in reports if report.role == LATE]
    assert late
    assert {ReportItem.from_word(word).age for report in late for word in report.words} == {LATE_BY}


def test_liar__lies_often__never_moves_the_median_by_the_honest_spread(played):
    bench, slots = played
    record = bench.liar
    assert record.slots >= 15
    assert record.worst_lie_bps > 10_000
    assert record.held
    assert record.most_moved_bps < record.spread_then_bps
    for reports in slots:
        honest = [ReportItem.from_word(r.words[0]).spot for r in reports if r.role == HONEST]
        said = [ReportItem.from_word(r.words[0]).spot for r in reports if r.role == LIAR]
        assert len(honest) >= 1
        assert len(said) <= 1
