"""Pools in every asset variant."""

import pytest

from tests.helpers.markets import Market, build_market


@pytest.fixture
def market(driver, asset) -> Market:
    return build_market(driver, asset=asset)
