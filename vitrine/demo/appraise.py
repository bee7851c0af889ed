"""What pieces are worth in floor pieces: fitted on the sales before the start, as an appraiser would."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from vitrine.demo.reporters import whole_frames
from vitrine.demo.scenario import CollectionScript, Scenario
from vitrine.demo.views import Piece
from vitrine.errors import DataError
from vitrine.pricing import Multipliers
from vitrine.pricing.rarity import RarityParams, TraitTable, fit_multipliers

_LEAST_SALES: Final = 40


def fit_all(scenario: Scenario) -> dict[str, Multipliers]:
    """Multipliers per collection; every piece a floor piece where the past is too thin to tell."""
    return {key: _fit(script, scenario.times[0]) for key, script in scenario.collections.items()}


def _fit(script: CollectionScript, as_of: int) -> Multipliers:
    if script.market.traits is None:
        return Multipliers.none()
    try:
        table = TraitTable.build(script.market.traits)
        fit = fit_multipliers(
            whole_frames(script), table, as_of, RarityParams(min_sales=_LEAST_SALES), script.params
        )
    except DataError:
        return Multipliers.none()
    return fit.multipliers


def units_of(pieces: Iterable[Piece], multipliers: Mapping[str, Multipliers]) -> dict[Piece, int]:
    """Hundredths of a floor piece per piece, as the appraisals will state them."""
    return {piece: multipliers[piece.key].units(piece.token_id) for piece in pieces}
