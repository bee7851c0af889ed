"""The `Driver` that every contract test talks to, and its in-process implementation on pyrevm.

A test sees contracts as Python objects and never learns which chain is underneath:

    vault = driver.deploy("LendingVault", asset, desk)
    tx = vault.deposit(assets, supplier, sender=supplier)       # a transaction, mined in its own block
    vault.totalAssets()                                         # a view
    [event] = vault.events("Deposited", tx)
    with reverts("DebtAboveLimit", debt=10, limit=9):
        desk.borrow(..., sender=borrower)

Time: `driver.timestamp` and `driver.block` are those of the *next* block. Views and the next transaction see
exactly them; a transaction, failed or not, mines its block and the next one is a second later. `same_block()`
holds both still.
"""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from pyrevm import EVM, BlockEnv, CfgEnv, Env

from tests.helpers import artifacts
from tests.helpers.abi import (
    Event,
    Function,
    Interface,
    address_of,
    create_address,
    decode_error,
    decode_event,
    learn,
)
from tests.helpers.accounts import Account

CHAIN_ID = 31337
GAS = 30_000_000
GENESIS_TIME = 1_650_412_800
CODE_SIZE_LIMIT = 24_576
ETHER = 10**18
ZERO_ADDRESS = "0x" + "00" * 20
DEPLOYER = Account("deployer")
_READER = Account("reader").address

RawLog = tuple[str, Sequence[bytes], bytes]


class Revert(Exception):  # noqa: N818 (what the chain calls it)
    """A transaction or call failed. `name` and `params` are its decoded custom error, `data` the raw bytes.

    `name` is empty for an empty revert, `Error` for a text, `Panic` for a panic. `halt` says what stopped
    execution when it was not a revert (out of gas, invalid opcode, no funds …).
    """

    def __init__(self, data: bytes, halt: str = "") -> None:
        self.data, self.halt = data, halt
        self.name, self.params = decode_error(data)
        shown = ", ".join(f"{k}={v!r}" for k, v in self.params.items())
        super().__init__(halt or (f"{self.name}({shown})" if self.name else "reverted without data"))

    def __getitem__(self, key: str) -> Any:
        return self.params[key]


class _Reverts:
    """What `reverts` yields: the Revert after the block."""

    error: Revert

    def __getattr__(self, key: str) -> Any:
        return getattr(self.__dict__["error"], key)


@contextlib.contextmanager
def reverts(name: str, **params: Any) -> Iterator[Any]:
    """The block must revert with the custom error `name` and, for the fields given, these values.

    `reverts("Error", message="…")` and `reverts("Panic", code=0x11)` match the built-in ones,
    `reverts("")` an empty revert. What stops without a revert is matched by `halts`.
    """
    caught = _Reverts()
    try:
        yield caught
    except Revert as error:
        caught.error = error
        if error.halt or error.name != name:
            raise AssertionError(f"expected {name or 'an empty revert'}, got {error}") from error
        unknown = params.keys() - error.params.keys()
        if unknown:
            raise AssertionError(
                f"{name} has no field {sorted(unknown)}; it has {list(error.params)}"
            ) from None
        expected = {k: address_of(v) if hasattr(v, "address") else v for k, v in params.items()}
        actual = {k: error.params[k] for k in params}
        if actual != expected:
            raise AssertionError(f"{name}: expected {expected}, got {actual}") from error
    else:
        raise AssertionError(f"expected {name or 'an empty revert'}, but nothing reverted")


@contextlib.contextmanager
def halts(reason: str = "") -> Iterator[None]:
    """The block must stop without a revert: out of gas, invalid opcode, code too large …"""
    try:
        yield
    except Revert as error:
        if not error.halt or reason not in error.halt:
            raise AssertionError(f"expected a halt {reason}, got {error}") from error
    else:
        raise AssertionError(f"expected a halt {reason}, but nothing failed")


class Tx:
    """A mined transaction. Output, logs and events are decoded when asked for."""

    __slots__ = (
        "_events",
        "_function",
        "_logs",
        "_output",
        "block",
        "contract",
        "driver",
        "gas_used",
        "sender",
        "timestamp",
    )

    def __init__(
        self,
        driver: "Driver",
        sender: str,
        block: int,
        timestamp: int,
        output: bytes | Callable[[], bytes],
        logs: Callable[[], list[RawLog]],
    ) -> None:
        self.driver, self.sender, self.block, self.timestamp = driver, sender, block, timestamp
        self._output, self._logs = output, logs
        self._events: list[Event] | None = None
        self._function: Function | None = None
        self.contract: str | None = None
        self.gas_used: int | None = None  # only where it is true: on Anvil

    @property
    def output(self) -> bytes:
        return self._output if isinstance(self._output, bytes) else self._output()

    @property
    def return_value(self) -> Any:
        return self._function.decode(self.output) if self._function else None

    @property
    def logs(self) -> list[RawLog]:
        return self._logs()

    @property
    def events(self) -> list[Event]:
        """All events in order, of every contract."""
        if self._events is None:
            known = self.driver.interfaces
            self._events = [decode_event(known.get(a), a, t, d) for a, t, d in self._logs()]
        return self._events

    def named(self, name: str, address: Any = None) -> list[Event]:
        """Events called `name`, of one emitter if given."""
        emitter = address_of(address) if address is not None else None
        return [e for e in self.events if e.name == name and emitter in (None, e.address)]

    def one(self, name: str, address: Any = None) -> Event:
        found = self.named(name, address)
        assert len(found) == 1, (
            f"{len(found)} events {name}, expected one, among {[e.name for e in self.events]}"
        )
        return found[0]


class Method:
    """A function of a deployed contract."""

    __slots__ = ("_contract", "_function", "name")

    def __init__(self, contract: "Contract", name: str, function: Function | None) -> None:
        self._contract, self.name, self._function = contract, name, function

    def _pick(self, args: Sequence[Any]) -> Function:
        return self._function or self._contract.interface.function(self.name, len(args))

    def __call__(self, *args: Any, sender: Any = None, value: int = 0, gas: int = GAS) -> Any:
        function = self._function or self._contract.interface.function(self.name, len(args))
        contract = self._contract
        if function.is_view:
            caller = _READER if sender is None else address_of(sender)
            return function.decode(contract.driver.read(caller, contract.address, function.encode(args), gas))
        if sender is None:
            raise TypeError(f"{function.signature} is a transaction: say sender=")
        tx = contract.driver.transact(address_of(sender), contract.address, function.encode(args), value, gas)
        tx._function = function
        return tx

    def call(self, *args: Any, sender: Any = None, value: int = 0, gas: int = GAS) -> Any:
        """What the call would return now, leaving no trace."""
        function = self._pick(args)
        caller = _READER if sender is None else address_of(sender)
        data = function.encode(args)
        return function.decode(
            self._contract.driver.simulate(caller, self._contract.address, data, value, gas)
        )

    def data(self, *args: Any) -> bytes:
        """Encoded calldata."""
        return self._pick(args).encode(args)

    @property
    def selector(self) -> bytes:
        return (
            self._pick(()).selector
            if self._function
            else self._contract.interface.function(self.name).selector
        )


class Contract:
    """A deployed contract: views as `contract.f(*args)`, changes as `contract.f(*args, sender=…)`."""

    def __init__(self, driver: "Driver", address: str, interface: Interface) -> None:
        self.driver, self.address, self.interface = driver, address, interface

    def __getattr__(self, name: str) -> Method:
        if name.startswith("__"):
            raise AttributeError(name)
        options = self.interface.functions.get(name)
        if options is None:
            raise AttributeError(f"{self.interface.name} has no function {name}")
        method = Method(self, name, options[0] if len(options) == 1 else None)
        self.__dict__[name] = method
        return method

    def __getitem__(self, signature: str) -> Method:
        """An overload by its full signature."""
        return Method(self, signature, self.interface.function(signature))

    def events(self, name: str, tx: Tx) -> list[Event]:
        """Events `name` that this contract emitted in `tx`."""
        return tx.named(name, self.address)

    def event(self, name: str, tx: Tx) -> Event:
        """The only event `name` that this contract emitted in `tx`."""
        return tx.one(name, self.address)

    def __eq__(self, other: object) -> bool:
        return getattr(other, "address", other) == self.address

    def __hash__(self) -> int:
        return hash(self.address)

    def __repr__(self) -> str:
        return f"<{self.interface.name} {self.address}>"


class Driver:
    """What a chain must offer. Subclasses supply the primitives; everything above them is shared."""

    name: str
    timestamp: int
    block: int

    def __init__(self) -> None:
        self.interfaces: dict[str, Interface] = {}

    # primitives -------------------------------------------------

    def transact(self, sender: str, to: str, data: bytes, value: int = 0, gas: int = GAS) -> Tx:
        """Mine one transaction; raises Revert when it fails."""
        raise NotImplementedError

    def create(self, sender: str, code: bytes, value: int, gas: int) -> tuple[str, Tx]:
        """Mine one contract creation -> (address, transaction)."""
        raise NotImplementedError

    def read(self, sender: str, to: str, data: bytes, gas: int = GAS) -> bytes:
        """A static call at the next block's number and time."""
        raise NotImplementedError

    def simulate(self, sender: str, to: str, data: bytes, value: int = 0, gas: int = GAS) -> bytes:
        """The output of a transaction that is not sent."""
        raise NotImplementedError

    def balance(self, account: Any) -> int:
        raise NotImplementedError

    def set_balance(self, account: Any, wei: int) -> None:
        raise NotImplementedError

    def nonce(self, account: Any) -> int:
        raise NotImplementedError

    def code(self, account: Any) -> bytes:
        raise NotImplementedError

    def storage(self, account: Any, slot: int) -> int:
        raise NotImplementedError

    def dump(self, account: Any) -> dict[int, int]:
        """All non-zero storage of an account."""
        raise NotImplementedError

    def warp_to(self, timestamp: int) -> None:
        """The next block is mined at `timestamp`."""
        raise NotImplementedError

    def mine(self, blocks: int = 1) -> None:
        """Mine empty blocks, a second apart."""
        raise NotImplementedError

    def snapshot(self) -> int:
        raise NotImplementedError

    def revert(self, snapshot: int) -> None:
        """Back to `snapshot`, time included; it and all younger snapshots are gone."""
        raise NotImplementedError

    def same_block(self) -> contextlib.AbstractContextManager[None]:
        """Everything sent inside lands in one block."""
        raise NotImplementedError

    def close(self) -> None:
        """Free what the driver holds."""

    # shared -----------------------------------------------------

    def restore(self, snapshot: int) -> int:
        """Back to `snapshot`, keeping it: returns its new id."""
        self.revert(snapshot)
        return self.snapshot()

    def warp(self, seconds: int) -> None:
        self.warp_to(self.timestamp + seconds)

    def deploy(
        self, name: str, *args: Any, sender: Any = DEPLOYER, value: int = 0, gas: int = GAS
    ) -> Contract:
        """Deploy a contract of the project, or `path.sol:Name` of a package."""
        artifact = artifacts.load(name)
        if not artifact.bytecode:
            raise TypeError(f"{name} is abstract or an interface and cannot be deployed")
        interface = self.interface(name)
        try:
            code = artifact.bytecode + interface.constructor(args)
        except (TypeError, ValueError, KeyError) as error:
            raise TypeError(f"constructor of {name}: {error}") from error
        address, _ = self.create(address_of(sender), code, value, gas)
        self.interfaces[address] = interface
        return Contract(self, address, interface)

    def deploy_code(self, runtime: bytes, sender: Any = DEPLOYER) -> str:
        """Deploy raw runtime code -> address."""
        prefix = bytes.fromhex(f"61{len(runtime):04x}80600c6000396000f3")
        return self.create(address_of(sender), prefix + runtime, 0, GAS)[0]

    def at(self, name: str, address: Any) -> Contract:
        """The contract at `address`, seen through the ABI of `name`."""
        where, interface = address_of(address), self.interface(name)
        self.interfaces.setdefault(where, interface)
        return Contract(self, where, interface)

    def interface(self, name: str) -> Interface:
        found = _interfaces.get(name)
        if found is None:
            artifact = artifacts.load(name)
            learn([artifact.abi, *artifact.context])
            found = _interfaces[name] = Interface(name, artifact.abi)
        return found

    def predict(self, count: int = 1, sender: Any = DEPLOYER) -> list[str]:
        """The addresses of the next `count` contracts that `sender` will deploy."""
        origin = address_of(sender)
        nonce = self.nonce(origin)
        return [create_address(origin, nonce + i) for i in range(count)]

    def send_value(self, sender: Any, to: Any, wei: int) -> Tx:
        return self.transact(address_of(sender), address_of(to), b"", wei, GAS)


_interfaces: dict[str, Interface] = {}


class PyrevmDriver(Driver):
    """In-process EVM. Fast, and honest about everything but gas.

    pyrevm runs all calls in one endless transaction; what that would falsify is put right here: transient
    storage is cleared after every call, number and time are set for every call and restored with a snapshot,
    gas is limited, balances set from outside are undone by a revert. Warm and original slots persist, so
    gas is never reported.
    """

    name = "pyrevm"
    MAX_OPEN_SNAPSHOTS = 8

    def __init__(self) -> None:
        super().__init__()
        self.block = 1
        self.timestamp = GENESIS_TIME + 1
        self._frozen = False
        cfg = CfgEnv(chain_id=CHAIN_ID, limit_contract_code_size=CODE_SIZE_LIMIT)
        self._evm = EVM(env=Env(cfg=cfg, block=self._block_env()), gas_limit=GAS, spec_id="CANCUN")
        self._env_of: tuple[int, int] = (self.block, self.timestamp)
        self._open: list[tuple[int, Any, int, int, int]] = []
        self._serial = 0
        self._forced: list[tuple[str, int]] = []  # (account, wei added) by set_balance, oldest first
        self.steps = 0

    def _block_env(self) -> BlockEnv:
        return BlockEnv(
            number=self.block, timestamp=self.timestamp, gas_limit=GAS, basefee=0, prevrandao=bytes(32)
        )

    def _enter(self) -> None:
        key = (self.block, self.timestamp)
        if key != self._env_of:
            self._evm.set_block_env(self._block_env())
            self._env_of = key

    def _advance(self) -> None:
        self.steps += 1
        if not self._frozen:
            self.block += 1
            self.timestamp += 1

    def transact(self, sender: str, to: str, data: bytes, value: int = 0, gas: int = GAS) -> Tx:
        self._enter()
        evm, block, timestamp = self._evm, self.block, self.timestamp
        try:
            output = evm.message_call(sender, to, data, value, gas)
        except RuntimeError as error:
            raise _revert_of(error) from None
        finally:
            evm.reset_transient_storage()
            self._advance()
        result = evm.result
        return Tx(self, sender, block, timestamp, output, lambda: _logs_of(result))

    def create(self, sender: str, code: bytes, value: int, gas: int) -> tuple[str, Tx]:
        self._enter()
        evm, block, timestamp = self._evm, self.block, self.timestamp
        try:
            address = address_of(evm.deploy(sender, code, value, gas))
        except RuntimeError as error:
            raise _revert_of(error) from None
        finally:
            evm.reset_transient_storage()
            self._advance()
        result = evm.result
        tx = Tx(self, sender, block, timestamp, b"", lambda: _logs_of(result))
        tx.contract = address
        return address, tx

    def read(self, sender: str, to: str, data: bytes, gas: int = GAS) -> bytes:
        self._enter()
        try:
            return self._evm.message_call(sender, to, data, 0, gas, is_static=True)
        except RuntimeError as error:
            raise _revert_of(error) from None
        finally:
            self._evm.reset_transient_storage()

    def simulate(self, sender: str, to: str, data: bytes, value: int = 0, gas: int = GAS) -> bytes:
        self._enter()
        checkpoint = self._evm.snapshot()
        try:
            return self._evm.message_call(sender, to, data, value, gas)
        except RuntimeError as error:
            raise _revert_of(error) from None
        finally:
            self._evm.reset_transient_storage()
            self._evm.revert(checkpoint)

    def balance(self, account: Any) -> int:
        return self._evm.get_balance(address_of(account))

    def set_balance(self, account: Any, wei: int) -> None:
        # The EVM's own set_balance escapes its journal; the difference is kept, to be taken back by a revert.
        address = address_of(account)
        self._forced.append((address, wei - self._evm.get_balance(address)))
        self._evm.set_balance(address, wei)

    def nonce(self, account: Any) -> int:
        return self._evm.basic(address_of(account)).nonce

    def code(self, account: Any) -> bytes:
        padded = self._evm.get_code(address_of(account)) or b""
        return bytes(padded[:-33])  # the EVM pads code for its jump analysis

    def storage(self, account: Any, slot: int) -> int:
        return self._evm.storage(address_of(account), slot)

    def dump(self, account: Any) -> dict[int, int]:
        from tests.helpers.compare import journal_storage

        return journal_storage(self._evm.journal_str, address_of(account))

    def warp_to(self, timestamp: int) -> None:
        if timestamp < self.timestamp:
            raise ValueError(f"cannot go back from {self.timestamp} to {timestamp}")
        self.timestamp = timestamp

    def mine(self, blocks: int = 1) -> None:
        self.block += blocks
        self.timestamp += blocks

    def snapshot(self) -> int:
        if len(self._open) >= self.MAX_OPEN_SNAPSHOTS:
            raise RuntimeError("too many open snapshots: revert the ones that are done with")
        self._serial += 1
        self._open.append((self._serial, self._evm.snapshot(), self.block, self.timestamp, len(self._forced)))
        return self._serial

    def revert(self, snapshot: int) -> None:
        if all(serial != snapshot for serial, *_ in self._open):
            raise ValueError(f"snapshot {snapshot} is not open")
        while True:
            serial, checkpoint, block, timestamp, forced = self._open.pop()
            self._evm.revert(checkpoint)
            for address, added in reversed(self._forced[forced:]):
                self._evm.set_balance(address, self._evm.get_balance(address) - added)
            del self._forced[forced:]
            self.block, self.timestamp = block, timestamp
            if serial == snapshot:
                return

    @contextlib.contextmanager
    def same_block(self) -> Iterator[None]:
        if self._frozen:
            raise RuntimeError("same_block() does not nest")
        self._frozen = True
        steps = self.steps
        try:
            yield
        finally:
            self._frozen = False
            if self.steps != steps:
                self.block += 1
                self.timestamp += 1


def _logs_of(result: Any) -> list[RawLog]:
    found: list[RawLog] = []
    for log in result.logs:
        topics, data = log.data
        found.append((log.address, topics, data))
    return found


def _revert_of(error: RuntimeError) -> Revert:
    text = str(error)
    if text.startswith("Revert {"):
        return Revert(bytes.fromhex(text[text.rindex("output: 0x") + 10 : -2]))
    if text.startswith("Halt {"):
        return Revert(b"", halt=text[text.index("reason: ") + 8 :].split(",")[0].rstrip(" }"))
    return Revert(b"", halt=text)
