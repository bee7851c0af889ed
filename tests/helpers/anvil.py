"""The same `Driver` on a real node: an Anvil child process over raw JSON-RPC."""

import contextlib
import ctypes
import functools
import http.client
import itertools
import json
import os
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from typing import Any

from tests.helpers.abi import address_of, checksum
from tests.helpers.artifacts import ROOT
from tests.helpers.evm import (
    CHAIN_ID,
    CODE_SIZE_LIMIT,
    ETHER,
    GAS,
    GENESIS_TIME,
    Driver,
    RawLog,
    Revert,
    Tx,
)

ANVIL = ROOT / "node_modules" / ".bin" / "anvil"


class RpcError(Exception):
    """The node refused a request."""

    def __init__(self, method: str, error: dict[str, Any]) -> None:
        super().__init__(f"{method}: {error.get('message')} {error.get('data') or ''}")
        self.message: str = error.get("message") or ""
        self.data = error.get("data")


class Rpc:
    """JSON-RPC over one kept-alive connection."""

    def __init__(self, host: str, port: int) -> None:
        self._connection = http.client.HTTPConnection(host, port, timeout=120)
        self._ids = itertools.count(1)

    def __call__(self, method: str, *params: Any) -> Any:
        body = json.dumps({"jsonrpc": "2.0", "id": next(self._ids), "method": method, "params": params})
        self._connection.request("POST", "/", body, {"Content-Type": "application/json"})
        if self._connection.sock is not None:
            self._connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        answer = json.loads(self._connection.getresponse().read())
        if "error" in answer:
            raise RpcError(method, answer["error"])
        return answer["result"]

    def close(self) -> None:
        self._connection.close()


class AnvilProcess:
    """An Anvil that dies with its parent. It picks a free port by itself."""

    def __init__(self, *extra: str) -> None:
        if not ANVIL.exists():
            raise FileNotFoundError(f"{ANVIL} is missing; run `make setup`")
        # A block limit far above 30M keeps the base fee at zero and lets several full-gas transactions share
        # one block; each transaction still gets at most its own explicit limit.
        options = {
            "--port": 0,
            "--accounts": 1,
            "--hardfork": "cancun",
            "--chain-id": CHAIN_ID,
            "--timestamp": GENESIS_TIME,
            "--base-fee": 0,
            "--gas-price": 0,
            "--gas-limit": 100 * GAS,
            "--code-size-limit": CODE_SIZE_LIMIT,
            "--order": "fifo",
            "--prune-history": 64,
        }
        command = [str(ANVIL), "--auto-impersonate", "--no-priority-fee", *extra]
        command += [str(part) for option in options.items() for part in option]
        home = ROOT / ".cache" / "anvil"
        home.mkdir(parents=True, exist_ok=True)
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 (closed by close(); a pipe would fill up)
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            env=os.environ | {"HOME": str(home)},
            preexec_fn=_die_with_parent,
        )
        self.port = self._wait_for_port()

    def _wait_for_port(self) -> int:
        deadline = time.monotonic() + 30
        while True:
            text = os.pread(self._log.fileno(), 1 << 16, 0)
            mark = text.find(b"Listening on ")
            if mark >= 0 and b"\n" in text[mark:]:
                return int(text[mark:].split()[2].rpartition(b":")[2])
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.close()
                raise RuntimeError(f"anvil did not start: {text.decode(errors='replace')}")
            time.sleep(0.01)

    def close(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._log.close()


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


class RpcDriver(Driver):
    """A driver over any Anvil endpoint; `rpc(method, *params)` returns the result or raises RpcError."""

    name = "rpc"

    def __init__(self, rpc: Callable[..., Any], gas_price: int = 0) -> None:
        super().__init__()
        self.rpc = rpc
        self._gas_price = hex(gas_price)
        self._pending: list[tuple[str, Tx]] | None = None
        self._times: dict[int, tuple[int, int]] = {}
        self._warped = False
        self.sync()
        rpc("anvil_setBlockTimestampInterval", 1)

    def sync(self) -> None:
        """Catch up with blocks that others mined."""
        latest = self.rpc("eth_getBlockByNumber", "latest", False)
        self.block = int(latest["number"], 16) + 1
        if not self._warped:
            self.timestamp = int(latest["timestamp"], 16) + 1

    # transactions -----------------------------------------------

    def _request(self, sender: str, to: str | None, data: bytes, value: int, gas: int) -> dict[str, Any]:
        request = {"from": sender, "data": "0x" + data.hex(), "value": hex(value), "gas": hex(gas)}
        return request | ({"to": to} if to else {})

    def transact(self, sender: str, to: str, data: bytes, value: int = 0, gas: int = GAS) -> Tx:
        return self._send(self._request(sender, to, data, value, gas))

    def create(self, sender: str, code: bytes, value: int, gas: int) -> tuple[str, Tx]:
        [address] = self.predict(sender=sender)
        tx = self._send(self._request(sender, None, code, value, gas))
        tx.contract = address
        return address, tx

    def _send(self, request: dict[str, Any]) -> Tx:
        if self._pending is not None:
            return self._queue(request, self._pending)
        self._settle_time()
        block, timestamp = self.block, self.timestamp
        try:
            receipt = self.rpc("eth_sendTransactionSync", request | {"gasPrice": self._gas_price})
        except RpcError as error:
            raise _revert_of(error) from None
        key = receipt["transactionHash"]
        self.block, self.timestamp = block + 1, timestamp + 1
        if int(receipt["blockNumber"], 16) != block:
            raise RuntimeError(f"mined in block {int(receipt['blockNumber'], 16)}, expected {block}")
        if receipt["status"] != "0x1":
            trace = self._trace(key)
            raise _revert_of_trace(trace)
        tx = Tx(self, request["from"], block, timestamp, lambda: self._output(key), lambda: _logs_of(receipt))
        tx.gas_used = int(receipt["gasUsed"], 16)
        return tx

    def _queue(self, request: dict[str, Any], pending: list[tuple[str, Tx]]) -> Tx:
        try:
            output = bytes.fromhex(self.rpc("eth_call", request, "pending")[2:])
            key = self.rpc("eth_sendTransaction", request | {"gasPrice": self._gas_price})
        except RpcError as error:
            raise _revert_of(error) from None
        tx = Tx(self, request["from"], self.block, self.timestamp, output, _not_mined)
        pending.append((key, tx))
        return tx

    def _settle_time(self) -> None:
        if self._warped:
            self.rpc("evm_setNextBlockTimestamp", self.timestamp)
            self._warped = False

    def _trace(self, key: str) -> dict[str, Any]:
        options = {"tracer": "callTracer", "tracerConfig": {"onlyTopCall": True}}
        trace: dict[str, Any] = self.rpc("debug_traceTransaction", key, options)
        return trace

    def _output(self, key: str) -> bytes:
        return bytes.fromhex(self._trace(key).get("output", "0x")[2:])

    @contextlib.contextmanager
    def same_block(self) -> Iterator[None]:
        if self._pending is not None:
            raise RuntimeError("same_block() does not nest")
        self._settle_time()
        self.rpc("evm_setAutomine", False)
        self._pending = []
        try:
            yield
        finally:
            pending, self._pending = self._pending, None
            if pending:
                self.rpc("evm_mine")
                self.block += 1
                self.timestamp += 1
            self.rpc("evm_setAutomine", True)
            for key, tx in pending:
                receipt = self.rpc("eth_getTransactionReceipt", key)
                if receipt is None or [receipt["status"], receipt["blockNumber"]] != ["0x1", hex(tx.block)]:
                    raise RuntimeError("a transaction behaved differently when its block was mined")
                tx.gas_used = int(receipt["gasUsed"], 16)
                tx._logs = functools.partial(_logs_of, receipt)

    # calls ------------------------------------------------------

    def read(self, sender: str, to: str, data: bytes, gas: int = GAS) -> bytes:
        return self.simulate(sender, to, data, 0, gas)

    def simulate(self, sender: str, to: str, data: bytes, value: int = 0, gas: int = GAS) -> bytes:
        request = self._request(sender, to, data, value, gas)
        try:
            if self._pending is not None:
                return bytes.fromhex(self.rpc("eth_call", request, "pending")[2:])
            now = {"number": hex(self.block), "time": hex(self.timestamp)}
            return bytes.fromhex(self.rpc("eth_call", request, "latest", {}, now)[2:])
        except RpcError as error:
            raise _revert_of(error) from None

    # state ------------------------------------------------------

    @property
    def _tag(self) -> str:
        return "latest" if self._pending is None else "pending"

    def balance(self, account: Any) -> int:
        return int(self.rpc("eth_getBalance", address_of(account), self._tag), 16)

    def set_balance(self, account: Any, wei: int) -> None:
        self.rpc("anvil_setBalance", address_of(account), hex(wei))

    def nonce(self, account: Any) -> int:
        return int(self.rpc("eth_getTransactionCount", address_of(account), self._tag), 16)

    def code(self, account: Any) -> bytes:
        return bytes.fromhex(self.rpc("eth_getCode", address_of(account), self._tag)[2:])

    def storage(self, account: Any, slot: int) -> int:
        word: str = self.rpc("eth_getStorageAt", address_of(account), f"0x{slot:064x}", "latest")
        return int(word, 16)

    def dump(self, account: Any) -> dict[int, int]:
        import gzip

        raw = bytes.fromhex(self.rpc("anvil_dumpState")[2:])
        state = json.loads(gzip.decompress(raw))["accounts"]
        entry = state.get(address_of(account).lower()) or {}
        storage = {int(k, 16): int(v, 16) for k, v in entry.get("storage", {}).items()}
        return {slot: value for slot, value in storage.items() if value}

    # time -------------------------------------------------------

    def warp_to(self, timestamp: int) -> None:
        if timestamp < self.timestamp:
            raise ValueError(f"cannot go back from {self.timestamp} to {timestamp}")
        if timestamp != self.timestamp:
            self.timestamp, self._warped = timestamp, True

    def mine(self, blocks: int = 1) -> None:
        self._settle_time()
        self.rpc("anvil_mine", hex(blocks), "0x1")
        self.block += blocks
        self.timestamp += blocks

    def snapshot(self) -> int:
        snapshot = int(self.rpc("evm_snapshot"), 16)
        self._times[snapshot] = (self.block, self.timestamp)
        return snapshot

    def revert(self, snapshot: int) -> None:
        if snapshot not in self._times:
            raise ValueError(f"snapshot {snapshot} is not open")
        if not self.rpc("evm_revert", hex(snapshot)):
            raise RuntimeError(f"the node lost snapshot {snapshot}")
        self.block, self.timestamp = self._times[snapshot]
        self._times = {key: value for key, value in self._times.items() if key < snapshot}
        self._warped = True


class AnvilDriver(RpcDriver):
    """Its own Anvil: port, process and state belong to this object."""

    name = "anvil"

    def __init__(self, *extra: str) -> None:
        self.node = AnvilProcess(*extra)
        self.url = f"http://127.0.0.1:{self.node.port}"
        try:
            super().__init__(Rpc("127.0.0.1", self.node.port))
        except BaseException:
            self.node.close()
            raise

    def close(self) -> None:
        self.rpc.close()  # type: ignore[attr-defined]
        self.node.close()


class ApeDriver(RpcDriver):
    """The Anvil that Ape is connected to, inside `ape test` or under `networks.parse_network_choice`.

    Ape's own transactions may come in between.
    """

    name = "ape"

    def __init__(self) -> None:
        import ape
        from ape.exceptions import ProviderError

        self._ape = ape
        provider = ape.networks.provider

        def rpc(method: str, *params: Any) -> Any:
            try:
                return provider.make_request(method, list(params))
            except ProviderError as error:
                data = getattr(error, "revert_data", None) or getattr(error, "data", None)
                raise RpcError(method, {"message": str(error), "data": data}) from error

        rpc("anvil_autoImpersonateAccount", True)
        super().__init__(rpc, gas_price=10 * 10**9)

    def transact(self, sender: str, to: str, data: bytes, value: int = 0, gas: int = GAS) -> Tx:
        self._prepare(sender)
        return super().transact(sender, to, data, value, gas)

    def create(self, sender: str, code: bytes, value: int, gas: int) -> tuple[str, Tx]:
        self._prepare(sender)
        return super().create(sender, code, value, gas)

    def simulate(self, sender: str, to: str, data: bytes, value: int = 0, gas: int = GAS) -> bytes:
        self.sync()
        return super().simulate(sender, to, data, value, gas)

    def snapshot(self) -> int:
        self.sync()
        return super().snapshot()

    def _prepare(self, sender: str) -> None:
        self.sync()
        if self.balance(sender) < ETHER:
            self.set_balance(sender, 1_000 * ETHER)

    def contract(self, contract: Any) -> Any:
        """Ape's own view of a deployed contract."""
        from tests.helpers import artifacts

        return self._ape.Contract(contract.address, abi=artifacts.load(contract.interface.name).abi)


def _not_mined() -> list[RawLog]:
    raise RuntimeError("events are known when same_block() ends")


def _logs_of(receipt: dict[str, Any]) -> list[RawLog]:
    return [
        (
            checksum(bytes.fromhex(log["address"][2:])),
            [bytes.fromhex(topic[2:]) for topic in log["topics"]],
            bytes.fromhex(log["data"][2:]),
        )
        for log in receipt["logs"]
    ]


def _revert_of(error: RpcError) -> Revert:
    if isinstance(error.data, str) and error.data.startswith("0x"):
        return Revert(bytes.fromhex(error.data[2:]))
    if "revert" in error.message:
        return Revert(b"")
    return Revert(b"", halt=_halt_name(error.message))


def _revert_of_trace(trace: dict[str, Any]) -> Revert:
    data = bytes.fromhex(trace.get("output", "0x")[2:])
    reason = trace.get("error", "")
    return Revert(data) if data or "revert" in reason else Revert(b"", halt=_halt_name(reason))


def _halt_name(message: str) -> str:
    """The node writes the same reason in two ways."""
    return message.replace("out of gas", "OutOfGas")
