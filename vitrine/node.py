"""An own Anvil: a child process on a port the system chose, which never outlives its parent.

On Linux the kernel ends the child when the parent dies, SIGKILL included (`PR_SET_PDEATHSIG`). The signal is
tied to the thread that starts the child: use the main thread, or one that lives as long as the node.
"""

from __future__ import annotations

import atexit
import ctypes
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from vitrine.errors import ChainError, ConfigError
from vitrine.settings import settings

CHAIN_ID: Final = 31337
GAS_LIMIT: Final = 30_000_000
BASE_FEE: Final = 10**9
MNEMONIC: Final = "test test test test test test test test test test test junk"
_PR_SET_PDEATHSIG: Final = 1
_START_TIMEOUT: Final = 30.0


def find_anvil(root: Path | None = None) -> Path:
    """The binary that npm installed in the tree, else one on PATH."""
    tree = root or settings().root
    local = tree / "node_modules" / ".bin" / "anvil"
    if local.exists():
        return local
    found = shutil.which("anvil")
    if found is None:
        fact = f"The local chain (anvil) is missing: neither {local} nor an `anvil` on PATH"
        raise ConfigError(fact, "Run `make setup` (needs Node 20 on Linux x86-64)")
    return Path(found)


def _die_with_parent() -> Callable[[], None] | None:
    """What the child does between fork and exec: ask the kernel to end it when its parent ends."""
    if not sys.platform.startswith("linux"):
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    parent = os.getpid()

    def ask() -> None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it ended before we asked
            os._exit(1)

    return ask


class Node:
    """A running Anvil. `with Node.start() as node: … node.url …`"""

    def __init__(self, process: subprocess.Popen[str], url: str, folder: Path) -> None:
        self.process = process
        self.url = url
        self.pid = process.pid
        self._folder = folder
        self._tail: list[str] = []
        self._reader = threading.Thread(target=self._drain, name="anvil-output", daemon=True)
        self._reader.start()
        atexit.register(self.stop)

    @classmethod
    def start(
        cls,
        *,
        chain_id: int = CHAIN_ID,
        accounts: int = 30,
        balance: int = 10_000,
        timestamp: int | None = None,
        port: int = 0,
        history: bool = True,
        fork: str | None = None,
        gas_limit: int = GAS_LIMIT,
        root: Path | None = None,
    ) -> Self:
        """Starts a node and waits until it answers.

        :param accounts: unlocked accounts of the public test mnemonic, each with `balance` whole coins
        :param timestamp: unix time of the genesis block
        :param port: 0 lets the system choose a free one
        :param fork: JSON-RPC address of the chain to copy at its latest block; its chain id and time are kept
        :param history: keep the state of old blocks (reads at a block); False is lighter on long runs
        """
        binary = find_anvil(root)
        state = (root or settings().root) / ".vitrine"
        state.mkdir(parents=True, exist_ok=True)
        _sweep(state)
        folder = Path(tempfile.mkdtemp(prefix=f"node-{os.getpid()}-", dir=state))
        command = [str(binary), "--host", "127.0.0.1", "--port", str(port), "--hardfork", "cancun"]
        command += ["--gas-limit", str(gas_limit), "--order", "fifo"]
        if fork:
            command += ["--fork-url", fork, "--no-storage-caching"]
        else:
            # The base fee is what can be chosen freely in a genesis block: with it no two local chains share
            # a genesis hash, by which records and indexes tell chains apart.
            salted = BASE_FEE + secrets.randbits(29)
            command += ["--chain-id", str(chain_id), "--block-base-fee-per-gas", str(salted)]
        command += ["--accounts", str(accounts), "--balance", str(balance), "--mnemonic", MNEMONIC]
        command += ["--auto-impersonate", "--disable-console-log", "--no-request-size-limit", "--no-cors"]
        command += ["--cache-path", str(folder / "cache"), "--threads", "2"]
        if timestamp is not None:
            command += ["--timestamp", str(timestamp)]
        if not history:
            command += ["--prune-history"]
        try:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                env={**os.environ, "HOME": str(folder), "NO_COLOR": "1"},
                cwd=folder,
                preexec_fn=_die_with_parent(),
                start_new_session=True,  # a Ctrl-C in the terminal is ours to handle, not the node's
            )
        except OSError as error:
            shutil.rmtree(folder, ignore_errors=True)
            fact = f"The local chain {binary} does not run here ({error.strerror})"
            raise ConfigError(fact, "Run `make setup` again; it needs Linux x86-64") from None
        try:
            url = _wait_for_url(process)
        except BaseException:
            _end(process)
            shutil.rmtree(folder, ignore_errors=True)
            raise
        return cls(process, url, folder)

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def last_words(self) -> str:
        """The end of what the node printed."""
        return "\n".join(self._tail)

    def stop(self) -> None:
        """Ends the node and removes its folder. Safe to call twice."""
        atexit.unregister(self.stop)
        _end(self.process)
        self._reader.join(timeout=3)
        shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _drain(self) -> None:
        stream = self.process.stdout
        if stream is None:
            return
        with stream:
            for line in stream:
                self._tail = [*self._tail[-19:], line.rstrip()]


def _wait_for_url(process: subprocess.Popen[str]) -> str:
    """Reads what the node prints until it says where it listens."""
    timer = threading.Timer(_START_TIMEOUT, process.kill)
    timer.start()
    lines: list[str] = []
    try:
        for line in process.stdout or ():
            lines.append(line.rstrip())
            if line.startswith("Listening on "):
                return "http://" + line.removeprefix("Listening on ").strip()
    finally:
        timer.cancel()
    said = next((line for line in reversed(lines) if line), "nothing")
    raise ChainError(f"The local chain ended before it listened; it said: {said}", "Is the port free?")


def _end(process: subprocess.Popen[str]) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(timeout=3)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _sweep(state: Path) -> None:
    """Removes the folders of nodes whose parent was killed."""
    for folder in state.glob("node-*-*"):
        owner = folder.name.split("-")[1]
        if owner.isdigit() and not _exists(int(owner)):
            shutil.rmtree(folder, ignore_errors=True)


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
