"""Rarity: what a piece with these traits is worth in floor pieces, fitted on past sales (hedonic regression).

The logarithm of a sale's price is a market level (one per block of consecutive sales, so that the level may
move as it likes) plus the sum of its traits' weights (ridge). Multipliers are taken against a low quantile of
what was sold, because ordinary pieces set the floor, and lie between 1 and the cap.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from vitrine.errors import ConfigError, DataError
from vitrine.pricing.filters import sale_reasons
from vitrine.pricing.frames import MarketFrames
from vitrine.pricing.multipliers import Multipliers
from vitrine.pricing.params import PricingParams
from vitrine.pricing.stats import NORMAL_MAD, Floats, Ints
from vitrine.units import BPS, DAY

RANKINGS: Final = frozenset({"rank", "rarity_score", "name"})
"""Columns that are not traits: rankings made from them, names."""
LIST_MARK: Final = ";"
NO_TRAIT: Final = "none"


@dataclass(frozen=True, slots=True)
class RarityParams:
    """Of the hedonic fit; chosen before 2021 like `PricingParams`."""

    ridge: float = 1.0
    """Prior strength, in sales: this many are needed to earn half of an apparent weight."""
    block: int = 10
    """Consecutive sales that share one market level."""
    half_life: int = 365 * DAY
    """A sale this much older than the newest weighs half."""
    base_quantile: float = 0.25
    """Of the fitted weights of the pieces sold: what counts as one floor piece."""
    min_sales: int = 200
    """Fewer sales are no fit."""
    robust_rounds: int = 4
    """Rounds of Huber reweighting."""

    def __post_init__(self) -> None:
        if self.ridge <= 0 or self.block < 2 or self.half_life <= 0 or self.robust_rounds < 1:
            raise ConfigError(
                "A rarity parameter is out of range", "Use ridge > 0, block >= 2, half_life > 0"
            )
        if not 0 <= self.base_quantile <= 0.5:
            raise ConfigError(
                f"base_quantile is {self.base_quantile}", "Use 0 to 0.5: the floor is a low price"
            )


@dataclass(frozen=True, slots=True)
class TraitTable:
    """Which piece has which traits: one row per piece, one 0/1 column per trait."""

    token_ids: Ints
    names: tuple[str, ...]
    has: Floats

    @classmethod
    def build(cls, frame: pd.DataFrame, min_count: int = 3) -> TraitTable:
        """From `token_id` and text columns; a column with ';' in a cell lists traits, their number is one."""
        if "token_id" not in frame.columns or frame["token_id"].duplicated().any():
            raise DataError(
                "The traits need a column 'token_id' with each token once", "Check the trait table"
            )
        ordered = frame.sort_values("token_id", ignore_index=True)
        columns: dict[str, Floats] = {}
        for name in ordered.columns:
            if name == "token_id" or str(name) in RANKINGS:
                continue
            cells = [str(cell).strip() if cell == cell and cell is not None else "" for cell in ordered[name]]
            if any(LIST_MARK in cell for cell in cells):
                lists = [sorted({part.strip() for part in cell.split(LIST_MARK)} - {""}) for cell in cells]
                _add(columns, f"{name} count", [[str(len(parts))] for parts in lists])
                _add(columns, str(name), lists)
            else:
                _add(columns, str(name), [[cell or NO_TRAIT] for cell in cells])
        # A trait that every piece has says nothing; neither does one that hardly any has.
        kept = {name: column for name, column in columns.items() if min_count <= column.sum() < len(ordered)}
        if not kept:
            raise DataError(
                "The trait table tells no pieces apart", "Give trait columns with differing values"
            )
        has = np.column_stack(list(kept.values()))
        return cls(ordered["token_id"].to_numpy(dtype=np.int64), tuple(kept), has)


@dataclass(frozen=True, slots=True)
class HedonicFit:
    """Multipliers, and how well they explain the sales they were fitted on."""

    multipliers: Multipliers
    weights: dict[str, float]
    """Log-price weight per trait."""
    sales: int
    residual: float
    """Normalised MAD of the log residuals: typical pricing error of one sale."""
    unexplained: float
    """The same without traits."""


def fit_multipliers(
    market: MarketFrames,
    traits: TraitTable,
    as_of: int,
    rarity: RarityParams | None = None,
    params: PricingParams | None = None,
) -> HedonicFit:
    """Fit on the sales up to `as_of` that were not known to be bad by then; nothing later is looked at."""
    rules, chosen = params or PricingParams(), rarity or RarityParams()
    time, token = market.sales["time"].to_numpy(), market.sales["token_id"].to_numpy()
    _, known_at = sale_reasons(market, rules)
    place = pd.Index(traits.token_ids).get_indexer(pd.Index(token))
    rows = np.flatnonzero((time <= as_of) & (known_at > as_of) & (place >= 0))
    if len(rows) < chosen.min_sales:
        fact = f"{len(rows)} usable sales with traits up to {as_of} (at least {chosen.min_sales} needed)"
        raise DataError(fact, "Value this collection without multipliers, every piece as a floor piece")
    has, log_price = (
        traits.has[place[rows]],
        np.log(market.sales["price"].to_numpy()[rows].astype(np.float64)),
    )
    recency = np.exp2((time[rows] - time[rows[-1]]) / chosen.half_life)
    weights, residuals, plain = _robust_ridge(has, log_price, recency, chosen)
    value = traits.has @ weights
    base = float(np.quantile(has @ weights, chosen.base_quantile))
    bps = np.floor(np.exp(np.minimum(value - base, 10.0)) * BPS).astype(np.int64)
    multipliers = Multipliers(traits.token_ids, np.clip(bps, BPS, rules.multiplier_cap_bps))
    return HedonicFit(
        multipliers=multipliers,
        weights=dict(zip(traits.names, weights.tolist(), strict=True)),
        sales=len(rows),
        residual=_spread(residuals),
        unexplained=_spread(plain),
    )


def _robust_ridge(
    has: Floats, log_price: Floats, recency: Floats, chosen: RarityParams
) -> tuple[Floats, Floats, Floats]:
    """(weights, residuals, residuals without traits), market levels taken out block by block."""
    starts = np.arange(0, len(has), chosen.block)
    block = np.arange(len(has)) // chosen.block
    trust = np.ones(len(has))
    weights, residuals, plain = np.zeros(has.shape[1]), log_price, log_price
    for _ in range(chosen.robust_rounds):
        share = trust * recency
        total = np.add.reduceat(share, starts)
        level = np.add.reduceat(share[:, None] * has, starts) / total[:, None]
        flat, plain = (
            has - level[block],
            log_price - (np.add.reduceat(share * log_price, starts) / total)[block],
        )
        weighted = flat * share[:, None]
        weights = np.linalg.solve(weighted.T @ flat + chosen.ridge * np.eye(has.shape[1]), weighted.T @ plain)
        residuals = plain - flat @ weights
        limit = 1.5 * max(_spread(residuals), 1e-6)
        trust = np.minimum(1.0, limit / np.maximum(np.abs(residuals), 1e-12))
    return weights, residuals, plain


def _spread(values: Floats) -> float:
    return NORMAL_MAD * float(np.median(np.abs(values - np.median(values))))


def _add(columns: dict[str, Floats], name: str, lists: list[list[str]]) -> None:
    for value in sorted({part for parts in lists for part in parts}):
        columns[f"{name}: {value}"] = np.array([float(value in parts) for parts in lists])
