"""The loop: rounds, a timeout, growing pauses, a pulse that tells, a quiet end. And the numbers it writes."""

import json
import os
import signal
import threading

import pytest

from vitrine.errors import ChainError, StateError
from vitrine.keepers.metrics import Metrics, write_whole
from vitrine.keepers.runner import Loop, Stop, run, within


def test_run__rounds_given__so_many_and_counted(tmp_path):
    metrics, seen = Metrics("liquidator"), []
    metrics.set("block", 7)
    assert run(lambda: seen.append(1), metrics, Loop(interval=0, rounds=3), folder=tmp_path) == 3
    assert len(seen) == 3 == metrics.get("rounds")
    pulse = json.loads((tmp_path / "liquidator.pulse.json").read_text())
    assert (pulse["ok"], pulse["problem"], pulse["round"], pulse["block"]) == (True, None, 3, 7)
    assert 'vitrine_rounds{keeper="liquidator"} 3' in (tmp_path / "liquidator.prom").read_text()


def test_run__node_gone_for_a_while__goes_on_and_tells(tmp_path):
    metrics, told, answers = Metrics("k"), [], iter([ChainError("Gone"), ChainError("Gone"), None])

    def step():
        problem = next(answers)
        if problem:
            raise problem

    done = run(step, metrics, Loop(interval=0.001, rounds=3), folder=tmp_path, on_error=told.append)
    assert done == 1
    assert [str(error) for error in told] == ["Gone.", "Gone."]
    assert metrics.get("errors", reason="ChainError") == 2
    assert json.loads((tmp_path / "k.pulse.json").read_text())["ok"]


def test_run__failing_round__pulse_carries_the_sentence(tmp_path):
    def step():
        raise StateError("The block was replaced", "Read again")

    run(step, Metrics("k"), Loop(interval=0, rounds=1), folder=tmp_path)
    pulse = json.loads((tmp_path / "k.pulse.json").read_text())
    assert (pulse["ok"], pulse["problem"]) == (False, "The block was replaced. Read again.")


def test_run__a_bug__is_not_swallowed():
    with pytest.raises(ZeroDivisionError):
        run(lambda: 1 // 0, Metrics("k"), Loop(interval=0, rounds=5))


def test_run__round_hangs__ends_with_one_sentence(tmp_path):
    release, metrics = threading.Event(), Metrics("k")
    with pytest.raises(StateError, match=r"did not end within 0\.05 s"):
        run(lambda: release.wait(30), metrics, Loop(interval=0, timeout=0.05), folder=tmp_path)
    release.set()
    assert metrics.get("stuck") == 1
    assert not json.loads((tmp_path / "k.pulse.json").read_text())["ok"]


def test_within__step_raises_timeout_itself__passed_on():
    def step():
        raise TimeoutError("mine")

    with pytest.raises(TimeoutError, match="mine"):
        within(5, step)


def test_run__asked_to_stop__finishes_the_round():
    stop, seen = Stop(), []

    def step():
        seen.append(1)
        stop.set()

    assert run(step, Metrics("k"), Loop(interval=60), stop=stop) == 1
    assert seen == [1]


def test_stop__signals__end_the_loop_at_once():
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    try:
        stop = Stop().on_signals()
        threading.Timer(0.05, lambda: os.kill(os.getpid(), signal.SIGTERM)).start()
        assert run(lambda: None, Metrics("k"), Loop(interval=600), stop=stop) == 1
        assert stop
    finally:
        for number, handler in zip((signal.SIGINT, signal.SIGTERM), before, strict=True):
            signal.signal(number, handler)


def test_metrics__labels_and_odd_names__legal_text():
    metrics = Metrics("a")
    metrics.add("refused", kind="mark distressed", reason='say "no"')
    metrics.add("refused", 2, kind="flag", reason="x")
    metrics.set("round-seconds", 0.25)
    assert metrics.total("refused") == 3
    assert metrics.get("refused", reason="x", kind="flag") == 2
    lines = metrics.text().splitlines()
    assert 'vitrine_refused{keeper="a",kind="mark distressed",reason="say \\"no\\""} 1' in lines
    assert 'vitrine_round_seconds{keeper="a"} 0.25' in lines
    assert metrics.as_dict()["refused[kind=flag][reason=x]"] == 2


def test_write_whole__over_an_old_file__replaced_and_nothing_left_behind(tmp_path):
    path = tmp_path / "deep" / "file.txt"
    write_whole(path, "old")
    write_whole(path, "new")
    assert path.read_text() == "new"
    assert [p.name for p in path.parent.iterdir()] == ["file.txt"]
