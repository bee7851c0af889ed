"""The bounded call beside the same in plain Solidity, over answers of every length and failure."""

import pytest

from tests.helpers.abi import selector
from tests.helpers.actors import ACTORS
from tests.helpers.evm import reverts

ASKED = selector("asked()")
ALLOWANCE = 50_000


@pytest.fixture
def bounded(driver):
    return driver.deploy("BoundedCallProbe")


@pytest.fixture
def target(driver):
    return driver.deploy("CallbackProbe")


@pytest.mark.parametrize("length", [1, 31, 32, 33, 63, 64, 65, 95, 96, 97, 160])
@pytest.mark.parametrize("words", [0, 1, 2, 3, 4, 6])
def test_ask__any_length__as_in_plain_solidity(bounded, target, length, words):
    target.setAnswer(ASKED, 0, bytes(range(1, length + 1)), sender=ACTORS.stranger)
    told = tuple(bounded.ask(target, ALLOWANCE, ASKED, words))
    assert told == tuple(bounded.plain(target, ALLOWANCE, ASKED, words))
    assert told[0] == (length >= 32 * words)


@pytest.mark.parametrize("words", [0, 1, 3])
def test_ask__revert_or_no_code__as_in_plain_solidity(bounded, target, words):
    target.setAnswer(ASKED, 1, b"\x01" * 96, sender=ACTORS.stranger)
    for asked in (target, ACTORS.stranger):
        told = tuple(bounded.ask(asked, ALLOWANCE, ASKED, words))
        assert told == tuple(bounded.plain(asked, ALLOWANCE, ASKED, words))
    assert tuple(bounded.ask(target, ALLOWANCE, ASKED, words)) == (False, 0, 0, 0)


@pytest.mark.parametrize("mode", [2, 3], ids=["burn", "bomb"])
def test_ask__burns_or_bombs__bounded(bounded, target, mode):
    target.setAnswer(ASKED, mode, b"", sender=ACTORS.stranger)
    ok, *words = bounded.ask(target, ALLOWANCE, ASKED, 1, gas=21_000 + 90_000)
    assert not ok or not any(words)


def test_ask__less_gas_than_promised__reverts(bounded, target):
    target.setAnswer(ASKED, 0, b"\x01" * 32, sender=ACTORS.stranger)
    wanted = ALLOWANCE * 64 // 63 + 5_000
    with reverts("CallStarved", wanted=wanted):
        bounded.ask(target, ALLOWANCE, ASKED, 1, gas=wanted + 21_000)
    assert bounded.ask(target, ALLOWANCE, ASKED, 1, gas=wanted + 30_000)[0]
