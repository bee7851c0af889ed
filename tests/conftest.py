import os

import pytest

from tests.helpers.evm import Driver, PyrevmDriver


def pytest_addoption(parser):
    parser.addoption(
        "--driver",
        default=os.environ.get("DRIVER", "pyrevm"),
        choices=["pyrevm", "anvil", "ape"],
        help="the chain that contract tests run on",
    )


@pytest.fixture
def driver(request) -> Driver:
    return PyrevmDriver()
