"""A keeper as a plain loop: rounds at an interval, a timeout per round, a pulse, metrics, a quiet end."""

from __future__ import annotations

import json
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from vitrine.errors import StateError, VitrineError
from vitrine.keepers.metrics import Metrics, write_whole


@dataclass(frozen=True, slots=True)
class Loop:
    """How a keeper runs. Times in seconds."""

    interval: float = 12.0
    timeout: float = 60.0
    """A round that takes longer ends the process: it may be killed at any line, and a new one takes over."""
    longest_pause: float = 300.0
    """After failures the pause doubles up to this."""
    rounds: int | None = None
    """None: until told to stop."""


class Stop:
    """Asked to stop by SIGINT or SIGTERM; the round under way is finished.

    A plain flag, looked at often: a handler runs in the middle of anything, so it must not take a lock.
    """

    def __init__(self) -> None:
        self._asked = False

    def __bool__(self) -> bool:
        return self._asked

    def set(self, _number: int = 0, _frame: FrameType | None = None) -> None:
        self._asked = True

    def wait(self, seconds: float) -> None:
        """Sleeps, at most until asked."""
        until = time.monotonic() + seconds
        while not self._asked and (left := until - time.monotonic()) > 0:
            time.sleep(min(left, 0.1))

    def on_signals(self) -> Stop:
        """Listens to the signals of a supervisor (main thread only)."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self.set)
        return self


def run(
    step: Callable[[], Any],
    metrics: Metrics,
    loop: Loop,
    *,
    folder: Path | None = None,
    stop: Stop | None = None,
    on_error: Callable[[VitrineError], None] | None = None,
) -> int:
    """Runs rounds until told to stop; returns how many succeeded.

    A `VitrineError` (node gone, block replaced …) is counted and tried again after a growing pause; any other
    error is a bug and ends the loop. `folder` gets `<keeper>.pulse.json` and `<keeper>.prom` every round.
    """
    stop = Stop() if stop is None else stop
    rounds = succeeded = failures = 0
    while not stop and (loop.rounds is None or rounds < loop.rounds):
        rounds += 1
        started = time.monotonic()
        problem: VitrineError | None = None
        try:
            within(loop.timeout, step)
            succeeded, failures = succeeded + 1, 0
        except _StuckError as error:
            metrics.add("stuck")
            _pulse(folder, metrics, rounds, error)
            raise StateError(error.fact, error.next_step) from None
        except VitrineError as error:
            problem, failures = error, failures + 1
            metrics.add("errors", reason=type(error).__name__)
            if on_error is not None:
                on_error(error)
        took = time.monotonic() - started
        metrics.add("rounds")
        metrics.set("round_seconds", took)
        _pulse(folder, metrics, rounds, problem)
        if loop.rounds is not None and rounds >= loop.rounds:
            break
        pause = loop.interval * 2**failures if failures else loop.interval - took
        stop.wait(max(0.0, min(pause, loop.longest_pause)))
    return succeeded


class _StuckError(StateError):
    """A round did not come back."""


def within(seconds: float, step: Callable[[], Any]) -> Any:
    """The result of `step`, or `StateError` when it does not come back in time."""
    future: Future[Any] = Future()

    def work() -> None:
        try:
            future.set_result(step())
        except BaseException as error:  # noqa: BLE001 - handed on whole
            future.set_exception(error)

    threading.Thread(target=work, name="keeper round", daemon=True).start()
    try:
        return future.result(seconds)
    except TimeoutError:
        if future.done():
            raise
        raise _StuckError(
            f"A round did not end within {seconds:g} s",
            "Start the keeper again; it takes over where it stood",
        ) from None


def _pulse(folder: Path | None, metrics: Metrics, rounds: int, problem: VitrineError | None) -> None:
    if folder is None:
        return
    pulse = {
        "keeper": metrics.keeper,
        "at": int(time.time()),
        "round": rounds,
        "ok": problem is None,
        "problem": None if problem is None else str(problem),
        "block": metrics.get("block"),
    }
    write_whole(folder / f"{metrics.keeper}.pulse.json", json.dumps(pulse) + "\n")
    write_whole(folder / f"{metrics.keeper}.prom", metrics.text())
