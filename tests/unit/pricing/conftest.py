"""A feed with one listed collection."""

import pytest

from tests.unit.pricing.worlds import FeedWorld, build_feed


@pytest.fixture
def world(driver) -> FeedWorld:
    built = build_feed(driver)
    built.enlist()
    return built
