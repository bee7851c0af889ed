"""The lending core over settable quotes, 6 decimals."""

import pytest

from tests.helpers.core import Core, build_core


@pytest.fixture
def core(driver) -> Core:
    """Core with 1,000,000 whole assets supplied."""
    built = build_core(driver)
    built.supply(1_000_000)
    return built
