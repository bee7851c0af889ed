"""Fixtures and session reports shared by all tests."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests.helpers import stateful
from tests.helpers.actors import ACTORS, Actors
from tests.helpers.evm import Contract, Driver, PyrevmDriver
from tests.helpers.protocol import Protocol, build_protocol, deploy_asset

DRIVERS = ("pyrevm", "anvil", "ape")

_common: dict[str, Any] = {"deadline": None, "print_blob": True, "suppress_health_check": list(HealthCheck)}
settings.register_profile("quick", max_examples=25, derandomize=True, database=None, **_common)
settings.register_profile("ci", max_examples=200, derandomize=True, database=None, **_common)
settings.register_profile("nightly", max_examples=2_000, **_common)
settings.load_profile(stateful.PROFILE)


def pytest_addoption(parser: pytest.Parser) -> None:
    default = os.environ.get("VITRINE_TEST_DRIVER") or os.environ.get("DRIVER") or "pyrevm"
    parser.addoption(
        "--driver", default=default, choices=DRIVERS, help="the chain that contract tests run on"
    )


def make_driver(name: str) -> Driver:
    if name == "pyrevm":
        return PyrevmDriver()
    from tests.helpers import anvil

    return anvil.AnvilDriver() if name == "anvil" else anvil.ApeDriver()


@pytest.fixture
def driver(request: pytest.FixtureRequest) -> Iterator[Driver]:
    """A fresh chain."""
    made = make_driver(request.config.getoption("--driver"))
    yield made
    made.close()


@pytest.fixture(scope="session")
def actors() -> Actors:
    return ACTORS


@pytest.fixture(params=stateful.VARIANTS)
def asset(request: pytest.FixtureRequest, driver: Driver) -> Contract:
    """The asset in every variant the protocol must work with."""
    return deploy_asset(driver, request.param)


@pytest.fixture(params=stateful.VARIANTS)
def protocol(request: pytest.FixtureRequest, driver: Driver) -> Protocol:
    """The whole protocol with its real prices, in every asset variant."""
    return build_protocol(driver, request.param)


# ---------------------------------------------------------------- stateful report, summed over workers


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_STATS] = {}


_STATS = pytest.StashKey[stateful.Stats]()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    stateful.merge(node.config.stash[_STATS], getattr(node, "workeroutput", {}).get("stateful", {}))


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    own = {key: list(value) for key, value in stateful.STATS.items()}
    worker = getattr(session.config, "workeroutput", None)
    if worker is not None:
        worker["stateful"] = own
        return
    total = session.config.stash[_STATS]
    stateful.merge(total, own)
    if stateful.idle_rules(total) and exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    total = config.stash[_STATS]
    if not total:
        return
    terminalreporter.section("stateful")
    for line in stateful.table(total):
        terminalreporter.write_line(line)
    for name in stateful.idle_rules(total):
        terminalreporter.write_line(
            f"{name} succeeds in under 10 % of its attempts: it tests nothing", red=True
        )
