"""The chain: reads, writes, receipts, logs, and the clock of a local one."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, Final

from vitrine.chain.abibook import AbiBook, Event
from vitrine.chain.codec import checksum
from vitrine.chain.contract import Call
from vitrine.chain.local import LocalControls
from vitrine.chain.reverts import Money, revert_error
from vitrine.chain.rpc import Request, Rpc, RpcError
from vitrine.chain.transaction import BlockTag, Outgoing, Receipt, Signer, eth_call, tag, transaction_of
from vitrine.errors import ChainError, VitrineError

BLOCK_GAS: Final = 1_000_000
"""Gas given to a transaction that shares a block with others: what it leaves over is free for the next."""
_LOG_RANGE: Final = 10_000
_SPARE_GAS: Final = 30_000


class Chain(LocalControls):
    """One chain behind one node."""

    def __init__(
        self,
        rpc: Rpc | str,
        book: AbiBook | None = None,
        *,
        signers: Iterable[Signer] = (),
        money: Money | None = None,
        names: Mapping[str, str] | None = None,
        confirmations: int = 1,
        timeout: float = 20.0,
    ) -> None:
        self.rpc = Rpc(rpc, timeout=timeout) if isinstance(rpc, str) else rpc
        self.book = book or AbiBook()
        self.money = money
        self.names: Mapping[str, str] = names or {}
        self.confirmations = confirmations
        self._signers = {checksum(str(signer.address)): signer for signer in signers}
        self._timeout = timeout
        self.sent = 0

    # --- what the node is -------------------------------------------------------------------------------

    @cached_property
    def chain_id(self) -> int:
        return int(self.rpc.call("eth_chainId"), 16)

    @cached_property
    def genesis(self) -> str:
        """Hash of block 0: two local chains of one id differ in it."""
        return str(self.block(0)["hash"])

    @property
    def signers(self) -> list[str]:
        """Accounts whose keys are ours."""
        return list(self._signers)

    def signer(self, address: str) -> Any | None:
        """The key of `address`, when it is ours."""
        return self._signers.get(address)

    def accounts(self) -> list[str]:
        """Accounts the node holds the keys of, then ours."""
        held = [checksum(address) for address in self.rpc.call("eth_accounts")]
        return held + [address for address in self._signers if address not in held]

    def require(self, chain_id: int) -> None:
        """Refuses any other chain."""
        if self.chain_id != chain_id:
            fact = f"The node {self.rpc.url} is on chain {self.chain_id}, {chain_id} was expected"
            raise ChainError(fact, "Give --rpc the right address, or correct the chain id")

    # --- reads ------------------------------------------------------------------------------------------

    def block_number(self) -> int:
        return int(self.rpc.call("eth_blockNumber"), 16)

    def block(self, number: BlockTag = "latest") -> dict[str, Any]:
        """A block, without the bodies of its transactions."""
        found = self.rpc.call("eth_getBlockByNumber", tag(number), False)
        if found is None:
            raise ChainError(f"The node has no block {number}", "Give a block it has reached and kept")
        return dict(found)

    def now(self) -> int:
        """Time of the latest block, unix seconds."""
        return int(self.block()["timestamp"], 16)

    def code(self, address: str) -> bytes:
        return bytes.fromhex(self.rpc.call("eth_getCode", address, "latest")[2:])

    def balance(self, address: str) -> int:
        return int(self.rpc.call("eth_getBalance", address, "latest"), 16)

    def nonce(self, address: str) -> int:
        """Next nonce, transactions that wait included."""
        return int(self.rpc.call("eth_getTransactionCount", address, "pending"), 16)

    def mined_nonce(self, address: str) -> int:
        """Number of transactions of `address` in blocks."""
        return int(self.rpc.call("eth_getTransactionCount", address, "latest"), 16)

    def gas_price(self) -> int:
        """What the node suggests, wei."""
        return int(self.rpc.call("eth_gasPrice"), 16)

    def read(self, call: Call, *, block: BlockTag = "latest", sender: str | None = None) -> Any:
        """Result of a call; a revert becomes a `RevertError`."""
        try:
            method, params = eth_call(call, block, sender)
            answer = self.rpc.call(method, *params)
        except RpcError as error:
            raise self.explain(error, call) from None
        return self._decode(call, answer)

    def read_many(self, calls: Iterable[Call], *, block: BlockTag = "latest") -> list[Any]:
        """Results in order, fetched in batches. All at one block: give its number when the chain moves."""
        todo = list(calls)
        answers = self.rpc.batch_try([eth_call(call, block, None) for call in todo])
        results = []
        for call, answer in zip(todo, answers, strict=True):
            if isinstance(answer, RpcError):
                raise self.explain(answer, call)
            results.append(self._decode(call, answer))
        return results

    def read_many_or(self, calls: Iterable[Call], default: Any, *, block: BlockTag = "latest") -> list[Any]:
        """Results in order, `default` for what reverts."""
        todo = list(calls)
        answers = self.rpc.batch_try([eth_call(call, block, None) for call in todo])
        results = []
        for call, answer in zip(todo, answers, strict=True):
            if isinstance(answer, RpcError) and answer.revert_data is None:
                raise answer
            results.append(default if isinstance(answer, RpcError) else self._decode(call, answer))
        return results

    def read_or(self, call: Call, default: Any, *, block: BlockTag = "latest") -> Any:
        """Result of a call; `default` when it reverts."""
        try:
            return self.read(call, block=block)
        except VitrineError as error:
            if isinstance(error, RpcError):
                raise
            return default

    def logs(
        self,
        start: int,
        end: BlockTag = "latest",
        *,
        addresses: Sequence[str] = (),
        topics: Sequence[Any] = (),
    ) -> list[Event]:
        """Known events of blocks `start` to `end`, both included, in order."""
        last = self.block_number() if isinstance(end, str) else end
        found: list[Event] = []
        for low in range(start, last + 1, _LOG_RANGE):
            query: dict[str, Any] = {"fromBlock": hex(low), "toBlock": hex(min(last, low + _LOG_RANGE - 1))}
            if addresses:
                query["address"] = list(addresses)
            if topics:
                query["topics"] = list(topics)
            found += self.book.events(self.rpc.call("eth_getLogs", query))
        return found

    # --- writes -----------------------------------------------------------------------------------------

    def send(
        self, call: Call, sender: str, *, gas: int | None = None, at: int | None = None, check: bool = True
    ) -> Receipt:
        """Sends, waits until mined, decodes; a revert raises a `RevertError` unless `check` is off.

        :param gas: limit; None asks the node, which also refuses what would revert before it costs anything
        :param at: unix time of the block (local chain only)
        """
        return self._transact(transaction_of(call, sender, gas), call, at, check)

    def deploy(self, code: bytes, sender: str, *, gas: int | None = None) -> Receipt:
        """Creates a contract; `Receipt.created` is its address."""
        transaction: dict[str, Any] = {"from": sender, "data": "0x" + code.hex()}
        if gas is not None:
            transaction["gas"] = hex(gas)
        return self._transact(transaction, None, None, True)

    def send_many(
        self, calls: Iterable[Outgoing], *, gas: int | None = None, check: bool = True
    ) -> list[Receipt]:
        """Sends one after the other; on a local chain each lands in its own block."""
        return [self.send(call, sender, gas=gas, check=check) for call, sender in calls]

    def send_block(
        self,
        calls: Iterable[Outgoing],
        *,
        at: int | None = None,
        gas: int = BLOCK_GAS,
        check: bool = True,
    ) -> list[Receipt]:
        """Puts all calls, in order, into one block of a local chain; into more when the gas does not fit."""
        todo = list(calls)
        if not todo:
            return []
        requests: list[Request] = [
            ("eth_sendTransaction", [transaction_of(call, sender, gas)]) for call, sender in todo
        ]
        with self.paused_mining():
            hashes = [self.rpc.call(method, *params) for method, params in requests]
            self.sent += len(hashes)
            receipts: list[Any] = [None] * len(hashes)
            while None in receipts:
                if at is not None:
                    self.rpc.call("evm_setNextBlockTimestamp", at)
                    at += 1
                self.rpc.call("evm_mine")
                block = {r["transactionHash"]: r for r in self.rpc.call("eth_getBlockReceipts", "latest")}
                if not block:
                    raise ChainError(
                        "The node mined an empty block while transactions wait", "Give them more gas"
                    )
                receipts = [block.get(h) if r is None else r for h, r in zip(hashes, receipts, strict=True)]
        return [self._receipt(raw, call, check) for raw, (call, _) in zip(receipts, todo, strict=True)]

    def submit(
        self, call: Call, sender: str, *, gas: int, nonce: int | None = None, gas_price: int | None = None
    ) -> str:
        """Hands a transaction to the node and returns its hash at once; the same nonce replaces."""
        transaction = transaction_of(call, sender, gas)
        if nonce is not None:
            transaction["nonce"] = hex(nonce)
        if gas_price is not None:
            transaction["gasPrice"] = hex(gas_price)
        return self._hand_over(transaction)

    def receipt(self, tx_hash: str, call: Call | None = None, *, check: bool = True) -> Receipt | None:
        """The receipt, or None while it is not mined (or was replaced)."""
        raw = self.rpc.call("eth_getTransactionReceipt", tx_hash)
        return None if raw is None else self._receipt(raw, call, check)

    def receipts(self, hashes: Sequence[str], *, check: bool = True) -> list[Receipt | None]:
        raw = self.rpc.batch([("eth_getTransactionReceipt", [tx_hash]) for tx_hash in hashes])
        return [None if item is None else self._receipt(item, None, check) for item in raw]

    def estimate(self, call: Call, sender: str) -> int:
        """Gas the call would need; a revert becomes a `RevertError`."""
        try:
            return int(self.rpc.call("eth_estimateGas", transaction_of(call, sender, None)), 16)
        except RpcError as error:
            raise self.explain(error, call) from None

    # --- inside -----------------------------------------------------------------------------------------

    def explain(self, error: RpcError, call: Call | None) -> VitrineError:
        """The revert behind a node's refusal as a sentence; the refusal itself when there is none."""
        data = error.revert_data
        return error if data is None else revert_error(self.book.revert(data), call, self.money, self.names)

    def why(self, tx_hash: str, call: Call | None = None) -> VitrineError:
        """Why a mined transaction failed."""
        try:
            trace = self.rpc.call("debug_traceTransaction", tx_hash, {"tracer": "callTracer"})
        except RpcError:
            trace = {}
        text = str(trace.get("output") or "0x")
        if text == "0x" and "gas" in str(trace.get("error", "")).lower():
            return ChainError(f"Transaction {tx_hash} ran out of gas", "Give it a higher gas limit")
        return revert_error(self.book.revert(bytes.fromhex(text[2:])), call, self.money, self.names)

    def _decode(self, call: Call, answer: str) -> Any:
        data = bytes.fromhex(answer[2:])
        if not data and call.function.outputs.types and not self.code(call.to):
            fact = f"There is no contract at {call.to} on chain {self.chain_id}"
            raise ChainError(fact, "Deploy first with `vitrine deploy`, or give --rpc the right chain")
        return call.function.decode(data)

    def _transact(
        self, transaction: dict[str, Any], call: Call | None, at: int | None, check: bool
    ) -> Receipt:
        if at is not None:
            self.rpc.call("evm_setNextBlockTimestamp", at)
        if "gas" not in transaction:
            transaction["gas"] = hex(self._gas_for(transaction, call))
        if self.local and checksum(transaction["from"]) not in self._signers:
            try:
                raw = self.rpc.call("eth_sendTransactionSync", transaction)
            except RpcError as error:
                raise self.explain(error, call) from None
            self.sent += 1
            return self._receipt(raw, call, check)
        return self.wait(self._hand_over(transaction), call, check=check)

    def _gas_for(self, transaction: dict[str, Any], call: Call | None) -> int:
        """What the node estimates and half of it more: interest, rates and clocks move until the block."""
        try:
            estimate = int(self.rpc.call("eth_estimateGas", transaction), 16)
        except RpcError as error:
            raise self.explain(error, call) from None
        return min(estimate * 3 // 2 + _SPARE_GAS, max(estimate, self._block_gas))

    @cached_property
    def _block_gas(self) -> int:
        return int(self.block()["gasLimit"], 16)

    def wait(
        self, tx_hash: str, call: Call | None = None, *, check: bool = True, timeout: float = 300
    ) -> Receipt:
        """Waits until a transaction has the wanted number of confirmations."""
        pause, deadline = 0.005, time.monotonic() + timeout
        while True:
            receipt = self.receipt(tx_hash, call, check=check)
            if receipt and (self.local or self.block_number() - receipt.block + 1 >= self.confirmations):
                return receipt
            if time.monotonic() > deadline:
                fact = f"Transaction {tx_hash} was not mined within {timeout:g} s"
                raise ChainError(fact, "It may still be: look it up before you send it again")
            time.sleep(pause)
            pause = min(pause * 2, 2.0)

    def _hand_over(self, transaction: dict[str, Any]) -> str:
        signer = self._signers.get(checksum(transaction["from"]))
        try:
            if signer is None:
                tx_hash = str(self.rpc.call("eth_sendTransaction", transaction))
            else:
                raw = signer.sign_transaction(self._complete(transaction)).raw_transaction
                tx_hash = str(self.rpc.call("eth_sendRawTransaction", "0x" + bytes(raw).hex()))
        except RpcError as error:
            raise self.explain(error, None) from None
        self.sent += 1
        return tx_hash

    def _complete(self, transaction: Mapping[str, Any]) -> dict[str, Any]:
        """What a local signature needs."""
        sender = checksum(transaction["from"])
        whole: dict[str, Any] = {
            "chainId": self.chain_id,
            "nonce": int(transaction["nonce"], 16) if "nonce" in transaction else self.nonce(sender),
            "gas": int(transaction["gas"], 16),
            "value": int(transaction.get("value", "0x0"), 16),
            "data": transaction.get("data", "0x"),
        }
        if "to" in transaction:
            whole["to"] = transaction["to"]
        if "gasPrice" in transaction:
            whole["gasPrice"] = int(transaction["gasPrice"], 16)
        else:
            base = int(self.block().get("baseFeePerGas", "0x0"), 16)
            tip = int(self.rpc.call("eth_maxPriorityFeePerGas"), 16)
            whole |= {"maxFeePerGas": 2 * base + tip, "maxPriorityFeePerGas": tip, "type": 2}
        return whole

    def _receipt(self, raw: Mapping[str, Any], call: Call | None, check: bool) -> Receipt:
        ok = raw["status"] == "0x1"
        error = None if ok else self.why(raw["transactionHash"], call)
        if check and error is not None:
            raise error
        created = raw.get("contractAddress")
        return Receipt(
            str(raw["transactionHash"]),
            ok,
            int(raw["blockNumber"], 16),
            int(raw["gasUsed"], 16),
            int(raw.get("effectiveGasPrice") or "0x0", 16),
            checksum(raw["from"]),
            checksum(created) if created else None,
            list(raw["logs"]),
            self.book.events(raw["logs"]),
            error,
        )
