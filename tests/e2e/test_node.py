"""The own chain: it listens where the system let it, it dies with its parent, it leaves nothing behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.e2e.conftest import ROOT
from vitrine.chain.client import Chain
from vitrine.chain.rpc import NodeGoneError
from vitrine.errors import ChainError, ConfigError
from vitrine.node import GAS_LIMIT, Node

PARENT = """
import sys, time
from vitrine.node import Node
node = Node.start()
print(node.pid, node.url, flush=True)
time.sleep(600)
"""


def gone(pid: int) -> bool:
    """Whether a process ended, or is only waiting to be buried."""
    try:
        return "\nState:\tZ" in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return True


def until(what: object) -> None:
    for _ in range(200):
        if what():  # type: ignore[operator]
            return
        time.sleep(0.05)
    raise AssertionError("it did not happen within ten seconds")


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM], ids=lambda number: number.name)
def test_node__parent_killed__ends_too(how: signal.Signals) -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    pid, url = parent.stdout.readline().split()
    assert Chain(url).chain_id == 31337
    parent.send_signal(how)
    parent.wait()
    until(lambda: gone(int(pid)))
    with pytest.raises(NodeGoneError):
        Chain(url).block_number()


def test_node__folder_of_a_killed_parent__is_swept_by_the_next() -> None:
    done = subprocess.run([sys.executable, "-c", "pass"], check=True)
    left = ROOT / ".vitrine" / f"node-{_free_pid()}-left"
    left.mkdir(parents=True)
    with Node.start():
        assert not left.exists()
    assert done.returncode == 0


def _free_pid() -> int:
    """A process id nobody has."""
    return next(pid for pid in range(4_000_000, 4_100_000) if not Path(f"/proc/{pid}").exists())


def test_node__stopped__leaves_nothing_and_may_be_stopped_again() -> None:
    mine = f"node-{os.getpid()}-*"
    before = set((ROOT / ".vitrine").glob(mine))
    node = Node.start()
    folders = set((ROOT / ".vitrine").glob(mine)) - before
    assert len(folders) == 1
    node.stop()
    node.stop()
    assert not node.alive
    assert not any(folder.exists() for folder in folders)


def test_nodes__two_at_once__have_own_ports_and_genesis() -> None:
    with Node.start(timestamp=1_650_412_800) as one, Node.start(timestamp=1_650_412_800) as two:
        first, second = Chain(one.url), Chain(two.url)
        assert first.genesis != second.genesis
        assert first.now() == second.now() == 1_650_412_800
        assert int(first.block()["gasLimit"], 16) == GAS_LIMIT


def test_node__port_taken__one_sentence() -> None:
    with Node.start() as node, pytest.raises(ChainError, match="ended before it listened"):
        Node.start(port=int(node.url.rsplit(":", 1)[1]))


def test_node__binary_missing__says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ConfigError, match="make setup"):
        Node.start(root=tmp_path)


def test_node__binary_of_another_machine__says_so(tmp_path: Path) -> None:
    binary = tmp_path / "node_modules" / ".bin" / "anvil"
    binary.parent.mkdir(parents=True)
    binary.write_bytes(b"\x7fELF but not really")
    binary.chmod(0o755)
    with pytest.raises(ConfigError, match="does not run here"):
        Node.start(root=tmp_path)


def test_fork__what_happens_there__stays_there() -> None:
    with Node.start() as node:
        chain = Chain(node.url)
        with Node.start(fork=node.url) as copy_node:
            copy = Chain(copy_node.url)
            assert (copy.chain_id, copy.genesis, copy.now()) == (chain.chain_id, chain.genesis, chain.now())
            who = chain.accounts()[0]
            copy.fund(who, 1)
            assert chain.balance(who) == 10_000 * 10**18


def test_devnet__terminated__takes_its_traces_along() -> None:
    started = subprocess.Popen(
        [sys.executable, "-m", "vitrine", "devnet", "--bare", "--json"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "VITRINE_ROOT": str(ROOT)},
    )
    assert started.stdout is not None
    first = started.stdout.readline()
    if not first:  # somebody's devnet runs in this tree: that is said, and nothing is touched
        _, err = started.communicate()
        assert "runs already" in err
        return
    text = first
    while not text.rstrip().endswith("}"):
        text += started.stdout.readline()
    import json

    url = json.loads(text)["url"]
    assert Chain(url).chain_id == 31337
    started.terminate()
    assert started.wait(timeout=20) == 0
    with pytest.raises(NodeGoneError):
        Chain(url).block_number()
    assert not (ROOT / ".vitrine" / "devnet.json").exists()
