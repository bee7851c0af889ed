"""Walk-forward: targets as defined, nothing from the future, choices by error; benches and their registry."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from scripts import bench
from tests.python.pricing.test_rarity import sales_frame, trait_frame
from vitrine.benching import Bench, Context, Report
from vitrine.errors import ConfigError, DataError
from vitrine.pricing import MarketFrames, PricingParams, value_collection
from vitrine.pricing.backtest import (
    DayCase,
    choose,
    day_end,
    sale_of,
    score,
    spot_of,
    trait_spread,
    walk_forward,
)
from vitrine.pricing.rarity import RarityParams, TraitTable, fit_multipliers
from vitrine.pricing.synthetic import START, synthetic_market

DAYS = pd.Timestamp("2022-05-01"), pd.Timestamp("2022-06-03")


def history(later: float = 1.0, cut: str | None = None) -> MarketFrames:
    """Fifty days of sales from 15 April 2022; everything after `cut` is `later` times as dear."""
    sales = sales_frame()
    if cut is not None:
        after = sales["time"] > day_end(cut)
        sales = sales.assign(
            price_gwei=np.where(after, sales["price_gwei"] * later, sales["price_gwei"]).astype(int)
        )
    asks = sales.iloc[::3].rename(columns={"time": "start"}).assign(event_id=range(400))
    asks = asks.assign(price_gwei=(asks["price_gwei"] * 1.1).astype(int), token_id=asks["token_id"] + 1_000)
    return MarketFrames.build("apes", sales=sales, listings=asks)


def walk(market: MarketFrames, first: str = "2022-05-05", last: str = "2022-05-20") -> list[DayCase]:
    return walk_forward(market, TraitTable.build(trait_frame()), first, last)


def test_walk__every_day__valued_as_by_value_collection_with_the_fit_of_the_month() -> None:
    market, traits = history(), TraitTable.build(trait_frame())
    cases = walk_forward(market, traits, "2022-05-28", "2022-06-02")
    fits = [fit_multipliers(market, traits, day_end(day)).multipliers for day in ("2022-05-28", "2022-05-31")]
    for case in cases:
        fit = fits[case.as_of >= day_end("2022-05-31")]
        assert case.valuation == value_collection(market, case.as_of, None, fit)


def test_walk__target__is_the_median_of_the_next_days_floor_equivalents() -> None:
    market, traits = history(), TraitTable.build(trait_frame())
    [case] = walk_forward(market, traits, "2022-05-10", "2022-05-10")
    fit = fit_multipliers(market, traits, day_end("2022-05-10")).multipliers
    sales = market.sales
    next_day = sales[(sales["time"] > case.as_of) & (sales["time"] <= case.as_of + 86_400)]
    values = sorted(next_day["price"].to_numpy() * 10_000 // fit.lookup(next_day["token_id"].to_numpy()))
    assert len(values) == 24
    assert case.target == (values[11] + values[12]) // 2
    prices = sorted(next_day["price"])
    assert case.raw_target == (prices[11] + prices[12]) // 2


def test_walk__future_prices_changed__only_targets_move() -> None:
    for before, after in zip(walk(history()), walk(history(3.0, "2022-05-20")), strict=True):
        assert before.valuation == after.valuation
        assert before.naive == after.naive
        assert (before.target == after.target) == (before.as_of < day_end("2022-05-20"))


def test_walk__backwards__refused() -> None:
    with pytest.raises(DataError, match="lies before"):
        walk(history(), "2022-05-06", "2022-05-05")


def test_walk__days_without_enough_sales__have_no_target() -> None:
    cases = walk(history(), "2022-06-02", "2022-06-06")
    assert [case.target is None for case in cases] == [False, False, True, True, True]


def test_sale_of__parameters_of_the_run__equal_the_valuation() -> None:
    for case in walk(history()):
        assert case.valuation.sale == (sale_of(case, PricingParams()) or 0) * 10**9
        assert case.valuation.spot == (spot_of(case, PricingParams()) or 0) * 10**9


def test_score__pairs__median_errors_and_missing_sides() -> None:
    found = score(
        [
            (90 * 10**9, 100 * 10**9),
            (120 * 10**9, 100 * 10**9),
            (100 * 10**9, 100 * 10**9),
            (None, 5),
            (5, None),
        ]
    )
    assert (found.days, found.median_error_eth, found.median_error) == (3, 10.0, pytest.approx(0.1))
    assert found.bias == 0.0
    assert score([]).days == 0


def test_choose__smallest_error_wins__first_of_equals() -> None:
    cases = walk(history())
    small, large = PricingParams(sample_size=3), PricingParams(sample_size=50)
    best, scores = choose(cases, [small, large], sale_of)
    assert best == min(scores, key=lambda entry: entry[1].median_error)[0]
    assert choose(cases, [large, large], sale_of)[0] is large
    with pytest.raises(DataError, match="No candidates"):
        choose(cases, [], sale_of)


def test_trait_spread__traits_explain_prices__floor_equivalents_lie_closer() -> None:
    fair, paid = trait_spread(
        history(), TraitTable.build(trait_frame()), "2022-05-01", "2022-05-30", RarityParams()
    )
    assert fair < paid


def test_synthetic__same_seed__same_market() -> None:
    first, again, other = synthetic_market(2_000, 1), synthetic_market(2_000, 1), synthetic_market(2_000, 2)
    assert len(first) == 2_000
    at = START + 365 * 86_400
    assert value_collection(first, at) == value_collection(again, at) != value_collection(other, at)


# the registry


def fake(missed: bool = False, needs_data: bool = False) -> Bench:
    def run(context: Context) -> Report:
        report = Report()
        report.table("Numbers", ("name", "value"), [("one", 1), ("ten", 10)])
        report.below("error", 2.0 if missed else 0.5, 1.0, "ratio")
        report.note("seconds", 0.1, "s")
        if needs_data:
            context.file("sales.csv")
        return report

    return Bench("fake.data" if needs_data else "fake.plain", "a test", run, needs_data)


@pytest.mark.parametrize(("missed", "code"), [(False, 0), (True, 1)])
def test_bench__bound_missed__exit_code_and_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], missed: bool, code: int
) -> None:
    monkeypatch.delenv("DATA", raising=False)
    monkeypatch.setattr(bench, "benches", lambda: [fake(missed), fake(needs_data=True)])
    assert bench.main([]) == code
    printed = capsys.readouterr().out
    assert "Not run without real data (DATA=<folder>): fake.data" in printed
    assert ("1 bounds missed" if missed else "all bounds kept") in printed


def test_bench__json__one_object(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(bench, "benches", lambda: [fake()])
    assert bench.main(["--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert record["missed"] == 0
    assert record["benches"]["fake.plain"][0] == {
        "id": "error",
        "value": 0.5,
        "unit": "ratio",
        "bound": "< 1",
        "ok": True,
    }


def test_bench__wrong_folder_or_name__says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(bench, "benches", lambda: [fake(needs_data=True)])
    assert bench.main(["--data", str(tmp_path / "none")]) == 2
    assert bench.main(["--only", "other"]) == 2
    assert bench.main(["--data", str(tmp_path)]) == ConfigError.exit_code
    assert "holds no sales.csv" in capsys.readouterr().err


def test_bench__registered__names_are_unique() -> None:
    names = [one.name for one in bench.benches()]
    assert {"pricing.speed", "pricing.accuracy", "pricing.bad_prints"} <= set(names)
    assert len(names) == len(set(names))
