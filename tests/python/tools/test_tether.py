"""A tethered command ends with whoever started it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
TETHER = [sys.executable, str(ROOT / "tools" / "tether.py")]
WAIT = 20.0


def alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def wait_until(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + WAIT
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    return condition()


@pytest.mark.parametrize("kind", [signal.SIGTERM, signal.SIGKILL])
def test_tether__parent_dies__command_dies(kind):
    shell = '"$0" "$1" $$ /bin/sleep 600 & echo $!; wait; exit 0'
    parent = subprocess.Popen(["sh", "-c", shell, *TETHER], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    cmdline = Path(f"/proc/{child}/cmdline")
    assert wait_until(lambda: cmdline.read_bytes().startswith(b"/bin/sleep"))
    assert alive(child)
    parent.send_signal(kind)
    parent.wait()
    assert wait_until(lambda: not alive(child))
    parent.stdout.close()


def test_tether__parent_gone_already__command_never_runs():
    answer = subprocess.run([*TETHER, "1", "/bin/echo", "ran"], capture_output=True, text=True, check=False)
    assert (answer.returncode, answer.stdout) == (1, "")


def test_tether__command_ends__its_code_comes_back():
    words = [*TETHER, str(os.getpid()), "/bin/sh", "-c", "exit 7"]
    assert subprocess.run(words, check=False).returncode == 7


def test_tether__no_such_command__says_so():
    words = [*TETHER, str(os.getpid()), "/no/such/command"]
    answer = subprocess.run(words, capture_output=True, text=True, check=False)
    assert answer.returncode == 1
    assert "does not start" in answer.stderr
