import pytest

from tests.helpers.core import Core, build_core
from tests.helpers.evm import Contract, Driver


@pytest.fixture
def core(driver: Driver) -> Core:
    made = build_core(driver)
    made.supply(2_000_000)
    return made


@pytest.fixture
def lens(core: Core) -> Contract:
    return core.driver.deploy("AccountLens", core.desk, core.vault, core.book, core.auction, core.oracle)
