import pytest

from tests.helpers.evm import Contract
from tests.python.models.market import BookOfEight


@pytest.fixture(scope="module")
def eight() -> BookOfEight:
    return BookOfEight.build()


@pytest.fixture(scope="module")
def probe(eight: BookOfEight) -> Contract:
    return eight.core.driver.deploy("LibraryProbe")
