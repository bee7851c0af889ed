"""Steps are counted, failures of rules are told apart, idle rules are named, seeds decide everything."""

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import invariant

from tests.helpers import stateful
from tests.helpers.accounts import Account
from tests.helpers.evm import PyrevmDriver, Revert
from tests.helpers.stateful import Machine, play, rule

supplier, taker = Account("supplier"), Account("taker")


class TransferMachine(Machine):
    """Moves tokens; `overdraw` never succeeds, `look` sends nothing."""

    record: list = []  # noqa: RUF012 (what was played, over all examples)
    limit = 10**9

    def __init__(self):
        super().__init__()
        self.driver = PyrevmDriver()
        self.asset = self.driver.deploy("MockAsset", 6)
        self.asset.mint(supplier, 1_000, sender=supplier)

    @rule(amount=st.integers(0, 1_500))
    def move(self, amount):
        self.record.append((self.variant, amount))
        self.attempt(lambda: self.asset.transfer(taker, amount, sender=supplier), "InsufficientBalance")

    @rule()
    def overdraw(self):
        self.attempt(lambda: self.asset.transfer(taker, 10**9, sender=supplier), "InsufficientBalance")

    @rule()
    def look(self):
        self.asset.balanceOf(taker)

    @invariant()
    def taker_within_limit(self):
        assert self.asset.balanceOf(taker) <= self.limit


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    """The session's own counts stay out of it."""
    monkeypatch.setattr(stateful, "STATS", stateful.defaultdict(lambda: [0, 0]))
    TransferMachine.record.clear()


def test_play__budget__is_met_and_only_transactions_count():
    assert play(TransferMachine, "6dec", 200, 0) >= 200
    stats = stateful.STATS
    assert set(stats) == {"TransferMachine.move", "TransferMachine.overdraw"}
    assert stats["TransferMachine.move"][0] == len(TransferMachine.record)
    assert 0 < stats["TransferMachine.move"][1] < stats["TransferMachine.move"][0]
    assert {variant for variant, _ in TransferMachine.record} == {"6dec"}


def test_play__same_seed__same_run_and_another_seed_another():
    runs = []
    for seed in (1, 1, 2):
        TransferMachine.record.clear()
        play(TransferMachine, "18dec", 120, seed)
        runs.append(list(TransferMachine.record))
    assert runs[0] == runs[1] != runs[2]


def test_idle_rules__rule_that_never_succeeds__is_named():
    play(TransferMachine, "6dec", 400, 0)
    assert stateful.idle_rules(stateful.STATS) == ["TransferMachine.overdraw"]
    assert any("overdraw" in line and "0.0 %" in line for line in stateful.table(stateful.STATS))


def test_idle_rules__ten_percent__is_enough():
    assert stateful.idle_rules({"a": [100, 9], "b": [100, 10], "c": [49, 0]}) == ["a"]


def test_merge__two_workers__add_up():
    total = {"a": [3, 1]}
    stateful.merge(total, {"a": [2, 2], "b": [1, 0]})
    assert total == {"a": [5, 3], "b": [1, 0]}
    assert stateful.steps_of(total) == 6


def test_play__invariant_broken__fails_and_says_the_seed():
    class StrictMachine(TransferMachine):
        limit = 700

    with pytest.raises(AssertionError) as caught:
        play(StrictMachine, "6dec", 500, 5)
    assert any("variant 6dec, seed" in note for note in caught.value.__notes__)


def test_attempt__unexpected_revert__is_a_failure(driver):
    machine, asset = TransferMachine(), driver.deploy("MockAsset", 6)
    with pytest.raises(Revert, match="InsufficientBalance"):
        machine.attempt(lambda: asset.transfer(taker, 1, sender=supplier), "DebtTooSmall")


def test_check__unknown_or_broken_invariant__raises(monkeypatch):
    monkeypatch.setattr(stateful, "INV", {"X-1": "one is one"})
    monkeypatch.setattr(stateful, "USED", set())
    verify = stateful.check
    verify("X-1", 1 == 1)
    with pytest.raises(AssertionError, match=r"X-1: one is one\. got 2"):
        verify("X-1", 1 == 2, lambda: "got 2")
    with pytest.raises(KeyError, match="X-2"):
        verify("X-2", True)
    assert {"X-1"} == stateful.USED
