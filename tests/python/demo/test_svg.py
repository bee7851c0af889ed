"""The drawing board: scales, ticks, well-formed pictures."""

from xml.etree import ElementTree

import pytest

from vitrine.demo.report.amounts import Money
from vitrine.demo.report.pool_charts import quantile
from vitrine.demo.report.svg import Chart, Hover, Scale, legend, nice_ticks, strip


def test_scale__ends_and_middle():
    scale = Scale(0, 10, 100, 300)
    assert [scale(v) for v in (0, 5, 10)] == [100, 200, 300]


@pytest.mark.parametrize(("low", "high"), [(0, 1), (0, 97), (43.2, 66.7), (-1_200, 5_600), (0, 2.5e6)])
def test_ticks__round_and_inside(low, high):
    ticks = nice_ticks(low, high)
    assert 3 <= len(ticks) <= 8
    assert all(low - 1e-9 <= tick <= high + 1e-9 for tick in ticks)


def test_ticks__no_span__one():
    assert nice_ticks(5, 5) == [5]


def test_chart__all_marks__well_formed():
    chart = Chart("c", 0, 10, 0, 10, label="a & b")
    points = [(0.0, 1.0), (5.0, 9.0), (10.0, 3.0)]
    chart.grid().marks([0, 5, 10]).line(points, "mid", step=True).area(points, points, "quote").under(
        points, "x"
    )
    chart.level(5, "warn", "<limit>").band(2, 4, "band-soft", "band").bar(1, 2, 0, 3, "band", "1 < 2").dot(
        5, 5, 2, "x"
    )
    chart.text(1, 1, "note").read([0, 5, 10], [Hover("one", [1, None, 3], "mid")])
    root = ElementTree.fromstring(chart.svg())
    assert root.find("svg") is not None
    assert root.find("script") is not None
    assert "nan" not in chart.svg().lower()


def test_legend_and_strip__escaped():
    assert "&lt;" in legend(("mid", "<b>"))
    ElementTree.fromstring(strip("oracle", [(0, 5, "fresh", "a & b")], 0, 10))


@pytest.mark.parametrize(
    ("amount", "short", "exact"),
    [
        (1_240_000_123_456, "$1.24M", "1,240,000.123456"),
        (-318_000_000_000, "−$318k", "−318,000.000000"),
        (42_500_000, "$42", "42.500000"),
        (0, "$0", "0.000000"),
    ],
)
def test_money__written(amount, short, exact):
    assert Money(6).short(amount) == short
    assert Money(6).exact(amount) == exact


def test_quantile__between_neighbours():
    assert quantile([0, 10, 20], 0.25) == 5
    assert quantile([7], 0.9) == 7
