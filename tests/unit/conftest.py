"""The lending core for unit tests, in every asset variant."""

import pytest

from tests.helpers.core import Core, build_core


@pytest.fixture
def core(driver, asset) -> Core:
    """Core with 1,000,000 whole assets supplied."""
    built = build_core(driver, asset.decimals(), asset)
    built.supply(1_000_000)
    return built
