"""Hedonic fit: finds planted premiums, looks only back, bounded by the cap."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from tests.python.pricing.worlds import DAY, T0
from vitrine.errors import ConfigError, DataError
from vitrine.pricing import MarketFrames
from vitrine.pricing.rarity import RarityParams, TraitTable, fit_multipliers

PIECES = 400
HATS = ["Plain", "Plain", "Plain", "Plain", "Cap", "Cap", "Hood", "Crown"]
PREMIUM = {"Plain": 1.0, "Cap": 1.0, "Hood": 1.5, "Crown": 6.0}


def trait_frame() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "token_id": range(PIECES),
            "rank": range(PIECES),
            "hat": [HATS[i % 8] for i in range(PIECES)],
            "extras": ["Pipe;Scar" if i % 3 == 0 else "Pipe" if i % 3 == 1 else "" for i in range(PIECES)],
        }
    )


def sales_frame(count: int = 1_200, seed: int = 3, later: float = 1.0) -> pd.DataFrame:
    """Level doubles over the history; prices are premium x level x noise; the last third times `later`."""
    rng = np.random.default_rng(seed)
    token = rng.integers(0, PIECES, count)
    hat = np.array([PREMIUM[HATS[t % 8]] for t in token])
    level = 10 * np.exp(np.linspace(0, np.log(2), count)) * np.where(np.arange(count) >= 800, later, 1.0)
    return pd.DataFrame(
        {
            "time": T0 + np.arange(count) * 3_600,
            "token_id": token,
            "price_gwei": (hat * level * np.exp(rng.normal(0, 0.05, count)) * 1e9).astype(np.int64),
            "seller": [f"s{i}" for i in range(count)],
            "buyer": [f"b{i}" for i in range(count)],
        }
    )


def fit(sales: pd.DataFrame, as_of: int = T0 + 10_000 * DAY, **more: object):  # type: ignore[no-untyped-def]
    market = MarketFrames.build("apes", sales=sales)
    return fit_multipliers(market, TraitTable.build(trait_frame()), as_of, RarityParams(**more))  # type: ignore[arg-type]


def bps_of(multipliers, hat: str) -> np.ndarray:  # type: ignore[no-untyped-def, type-arg]
    return multipliers.lookup(np.array([i for i in range(PIECES) if HATS[i % 8] == hat]))


def test_fit__planted_premiums__found_while_the_level_doubles() -> None:
    found = fit(sales_frame())
    assert abs(np.median(bps_of(found.multipliers, "Plain")) - 10_000) < 300
    assert abs(np.median(bps_of(found.multipliers, "Hood")) - 15_000) < 600
    assert (bps_of(found.multipliers, "Crown") == 30_000).all()
    assert found.residual < 0.08 < found.unexplained


def test_fit__all_multipliers__between_one_and_the_cap() -> None:
    found = fit(sales_frame()).multipliers
    assert found.bps.min() == 10_000
    assert found.bps.max() == 30_000
    assert len(found.bps) == PIECES


def test_fit__sales_after_as_of__change_nothing() -> None:
    as_of = T0 + 799 * 3_600
    normal, doubled = fit(sales_frame(), as_of), fit(sales_frame(later=3.0), as_of)
    assert normal.sales == doubled.sales == 800
    np.testing.assert_array_equal(normal.multipliers.bps, doubled.multipliers.bps)


def test_fit__rows_in_any_order__same_multipliers() -> None:
    sales = sales_frame()
    shuffled = sales.sample(frac=1.0, random_state=1)
    np.testing.assert_array_equal(fit(sales).multipliers.bps, fit(shuffled).multipliers.bps)


def test_fit__wash_and_dust_among_the_sales__not_learned() -> None:
    sales = sales_frame()
    lies = sales.iloc[:200].assign(seller="x", buyer="y", price_gwei=lambda f: f["price_gwei"] * 50)
    dust = sales.iloc[:200].assign(price_gwei=1)
    np.testing.assert_array_equal(
        fit(pd.concat([sales, lies, dust])).multipliers.bps, fit(sales).multipliers.bps
    )


@pytest.mark.parametrize(("count", "enough"), [(199, False), (200, True)])
def test_fit__around_the_least_number_of_sales__refused_below(count: int, enough: bool) -> None:
    if enough:
        assert fit(sales_frame(count)).sales == count
    else:
        with pytest.raises(DataError, match="199 usable sales"):
            fit(sales_frame(count))


def test_traits__lists_rankings_and_empty_cells() -> None:
    table = TraitTable.build(trait_frame())
    assert not [name for name in table.names if name.startswith("rank")]
    assert {"hat: Crown", "extras: Pipe", "extras: Scar", "extras count: 2", "extras count: 0"} <= set(
        table.names
    )
    scar = table.has[:, table.names.index("extras: Scar")]
    assert scar.sum() == sum(i % 3 == 0 for i in range(PIECES))


def test_traits__everywhere_or_hardly_anywhere__left_out() -> None:
    frame = trait_frame().assign(planet="Earth", single=["Yes" if i < 2 else "No" for i in range(PIECES)])
    names = TraitTable.build(frame).names
    assert "planet: Earth" not in names
    assert "single: Yes" not in names
    with pytest.raises(DataError, match="tells no pieces apart"):
        TraitTable.build(pd.DataFrame({"token_id": [1, 2, 3], "planet": "Earth"}))


def test_traits__token_twice_or_missing__refused() -> None:
    for frame in (pd.DataFrame({"token_id": [1, 1], "hat": ["a", "b"]}), pd.DataFrame({"hat": ["a"]})):
        with pytest.raises(DataError, match="token_id"):
            TraitTable.build(frame)


def test_fit__stronger_prior__pulls_premiums_towards_nothing() -> None:
    hoods = [
        float(np.median(bps_of(fit(sales_frame(), ridge=ridge).multipliers, "Hood")))
        for ridge in (1, 100, 2_000)
    ]
    assert all(weaker > stronger for weaker, stronger in pairwise(hoods))


@pytest.mark.parametrize("bad", [{"ridge": 0.0}, {"block": 1}, {"base_quantile": 0.6}, {"robust_rounds": 0}])
def test_params__out_of_range__refused(bad: dict[str, float]) -> None:
    with pytest.raises(ConfigError):
        RarityParams(**bad)  # type: ignore[arg-type]
