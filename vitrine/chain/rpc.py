"""JSON-RPC over one kept HTTP connection, single and batched."""

from __future__ import annotations

import http.client
import json
import socket
import threading
from collections.abc import Iterable, Sequence
from typing import Any, Final
from urllib.parse import urlsplit

from vitrine.errors import ChainError, ConfigError

BATCH: Final = 1_000
"""Most requests sent in one HTTP body."""

# Sending one of these twice is not the same as sending it once; a lost answer is reported, never retried.
_ONCE: Final = ("eth_sendTransaction", "evm_", "anvil_", "hardhat_", "personal_")

Request = tuple[str, Sequence[Any]]


class NodeGoneError(ChainError):
    """The node does not answer."""


class RpcError(ChainError):
    """The node answered with an error."""

    def __init__(self, fact: str, next_step: str = "", *, code: int = 0, data: Any = None) -> None:
        super().__init__(fact, next_step)
        self.code = code
        self.data = data

    @property
    def revert_data(self) -> bytes | None:
        """What the contract reverted with; None when the error is of another kind."""
        data = self.data
        while isinstance(data, dict):
            data = data.get("data") or data.get("result")
        if isinstance(data, str):
            start = data.find("0x")
            try:
                return bytes.fromhex(data[start + 2 :]) if start >= 0 else None
            except ValueError:
                return None
        return b"" if self.code == 3 or "revert" in self.fact.lower() else None


class Rpc:
    """One node. Thread-safe: requests of several threads queue up."""

    def __init__(self, url: str, *, timeout: float = 20.0) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ConfigError(f"{url!r} is not an http(s) address", "Give one like http://127.0.0.1:8545")
        self.url = url
        self._parts = parts
        self._timeout = timeout
        self._lock = threading.RLock()
        self._connection: http.client.HTTPConnection | None = None
        self._path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._id = 0
        self.requests = 0

    def call(self, method: str, *params: Any) -> Any:
        """One request; the result, or `RpcError`."""
        self._id += 1
        body = {"jsonrpc": "2.0", "id": self._id, "method": method, "params": params}
        return _result(self._post(body, once=method.startswith(_ONCE)), method)

    def batch(self, requests: Iterable[Request], *, size: int = BATCH) -> list[Any]:
        """Many requests; results in order, the first error is raised after all were sent."""
        return [_result(answer, method) for answer, method in self._batch(requests, size)]

    def batch_try(self, requests: Iterable[Request], *, size: int = BATCH) -> list[Any]:
        """Many requests; results in order, errors in their place as `RpcError` values."""
        results: list[Any] = []
        for answer, method in self._batch(requests, size):
            try:
                results.append(_result(answer, method))
            except RpcError as error:
                results.append(error)
        return results

    def _batch(self, requests: Iterable[Request], size: int) -> list[tuple[Any, str]]:
        todo = list(requests)
        answers: list[tuple[Any, str]] = []
        for start in range(0, len(todo), size):
            part = todo[start : start + size]
            base = self._id + 1
            self._id += len(part)
            body = [
                {"jsonrpc": "2.0", "id": base + i, "method": method, "params": params}
                for i, (method, params) in enumerate(part)
            ]
            answer = self._post(body, once=any(method.startswith(_ONCE) for method, _ in part))
            if not isinstance(answer, list):
                _result(answer, "batch")
                raise RpcError(f"The node {self.url} does not understand batches", "Use another node")
            by_id = {item.get("id"): item for item in answer}
            answers += [(by_id.get(base + i), method) for i, (method, _) in enumerate(part)]
        return answers

    def close(self) -> None:
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _connect(self) -> http.client.HTTPConnection:
        kind = http.client.HTTPSConnection if self._parts.scheme == "https" else http.client.HTTPConnection
        connection = kind(str(self._parts.hostname), self._parts.port, timeout=self._timeout)
        connection.connect()
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def _post(self, body: object, *, once: bool) -> Any:
        payload = json.dumps(body, separators=(",", ":")).encode()
        with self._lock:
            for attempt in (0, 1):
                kept = self._connection is not None
                try:
                    if self._connection is None:
                        self._connection = self._connect()
                    self.requests += 1
                    self._connection.request(
                        "POST", self._path, payload, {"Content-Type": "application/json"}
                    )
                    response = self._connection.getresponse()
                    text = response.read()
                except TimeoutError:
                    self.close()
                    fact = f"The node {self.url} did not answer within {self._timeout:g} s"
                    raise NodeGoneError(fact, "Try again, or raise VITRINE_TIMEOUT") from None
                except (OSError, http.client.HTTPException) as error:
                    self.close()
                    # A server may close an idle connection; that is no reason to give up on it.
                    if attempt == 0 and kept and not once:
                        continue
                    reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
                    fact = f"The node {self.url} does not answer ({reason.lower()})"
                    raise NodeGoneError(
                        fact, "Start one with `make devnet`, or give --rpc the right address"
                    ) from None
                except BaseException:
                    self.close()  # interrupted between question and answer: the next one begins afresh
                    raise
                return self._parse(response.status, text)
        raise AssertionError("unreachable")

    def _parse(self, status: int, text: bytes) -> Any:
        try:
            return json.loads(text)
        except ValueError:
            fact = f"The address {self.url} answered with HTTP {status}, not with JSON"
            raise NodeGoneError(fact, "Give --rpc the address of an Ethereum node") from None


def _result(answer: Any, method: str) -> Any:
    if not isinstance(answer, dict):
        raise RpcError(f"The node gave no answer to {method}", "Try again")
    error = answer.get("error")
    if error is None:
        if "result" not in answer:
            raise RpcError(
                f"The answer to {method} is not JSON-RPC", "Give --rpc the address of an Ethereum node"
            )
        return answer["result"]
    if not isinstance(error, dict):
        raise RpcError(f"The node refused {method}: {error}")
    message = str(error.get("message", "no reason given"))
    fact = f"The node refused {method}: {message}"
    raise RpcError(fact, code=int(error.get("code", 0)), data=error.get("data"))
