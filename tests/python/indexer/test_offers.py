"""What the planner counts for an offer, beside what was measured."""

import json
from pathlib import Path

import pytest

from vitrine.indexer.offers import BASE_GAS, ORDER_GAS, POOL_GAS

GAS = Path(__file__).resolve().parents[3] / "docs" / "gas.json"


@pytest.mark.parametrize(
    ("row", "counted"),
    [
        ("router.buy1", ORDER_GAS),
        ("router.buy3_legs", 3 * ORDER_GAS),
        ("router.sell1", ORDER_GAS),
        ("router.pool_buy1", POOL_GAS[0]),
        ("router.pool_buy5", POOL_GAS[0] + 4 * POOL_GAS[1]),
        ("router.pool_sell1", POOL_GAS[0]),
    ],
)
def test_gas__what_an_offer_counts_for__is_what_was_measured(row: str, counted: int) -> None:
    """Within five per cent of the whole transaction."""
    measured = {entry["id"]: entry["gas"] for entry in json.loads(GAS.read_text())}[row]
    assert abs(BASE_GAS + counted - measured) * 20 <= measured, (BASE_GAS + counted, measured)
