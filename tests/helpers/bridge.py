"""A test driver in the clothes of the project's chain client, so that its off-chain programs run in process.

Reads see the next block, as `eth_call` on a pending block does. Submitted transactions wait in a pool until
`mine()`; the highest price per nonce wins, as in a node. Blocks can be taken back: `reorg()`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from tests.helpers import artifacts
from tests.helpers.evm import GAS, Driver, Revert, address_of
from tests.helpers.evm import Contract as TestContract
from vitrine.chain.abibook import Revert as Decoded
from vitrine.chain.contract import Call, Contract, Interface
from vitrine.chain.reverts import revert_error
from vitrine.chain.rpc import RpcError
from vitrine.chain.transaction import Receipt
from vitrine.errors import VitrineError

GWEI = 10**9


def wrap(contract: TestContract) -> Contract:
    """A test's contract as the package sees it."""
    name = contract.interface.name
    return Contract(contract.address, Interface(name, artifacts.load(name).abi))


@dataclass
class Waiting:
    call: Call
    sender: str
    gas: int
    price: int
    tx_hash: str


class Bridge:
    """Reader and Writer of `vitrine.keepers` over a driver."""

    def __init__(self, driver: Driver, *, price: int = GWEI) -> None:
        self.driver = driver
        self.price = price
        self.least_price = 0  # below it nothing is mined
        self.reads = 0
        self.pool: dict[tuple[str, int], Waiting] = {}
        self.mined: dict[str, Receipt] = {}
        self.nonces: dict[str, int] = {}
        self.salt = 0
        self._serial = 0
        self.sent: list[Waiting] = []

    # --- reads ----------------------------------------------------------------------------------

    def block(self, number: int | str = "latest") -> dict[str, Any]:
        height = self.driver.block if isinstance(number, str) else number
        return {
            "number": hex(height),
            "timestamp": hex(self.driver.timestamp),
            "hash": f"0x{height << 64 | self.salt:064x}",
        }

    def read(self, call: Call, *, block: int | str = "latest", sender: str | None = None) -> Any:
        self.reads += 1
        caller = sender or "0x" + "11" * 20
        try:
            raw = self.driver.simulate(caller, call.to, call.data, call.value)
        except Revert as error:
            raise self.explain(error, call) from None
        return call.function.decode(raw)

    def read_many(self, calls: Iterable[Call], *, block: int | str = "latest") -> list[Any]:
        return [self.read(call, block=block) for call in calls]

    def explain(self, error: Revert, call: Call) -> VitrineError:
        return revert_error(Decoded(error.name, error.params, data=error.data), call, None, {})

    # --- writes ---------------------------------------------------------------------------------

    def estimate(self, call: Call, sender: str) -> int:
        self.read(call, sender=sender)
        return 500_000

    def mined_nonce(self, address: str) -> int:
        return self.nonces.get(address_of(address), 0)

    def gas_price(self) -> int:
        return self.price

    def submit(
        self, call: Call, sender: str, *, gas: int, nonce: int | None = None, gas_price: int | None = None
    ) -> str:
        who = address_of(sender)
        number = self.mined_nonce(who) if nonce is None else nonce
        if number < self.mined_nonce(who):
            raise RpcError("The node refused eth_sendTransaction: nonce too low")
        old = self.pool.get((who, number))
        price = self.price if gas_price is None else gas_price
        if old is not None and price * 10 < old.price * 11:
            raise RpcError("The node refused eth_sendTransaction: replacement transaction underpriced")
        self._serial += 1
        waiting = Waiting(call, who, gas, price, f"0x{self._serial:064x}")
        self.pool[who, number] = waiting
        self.sent.append(waiting)
        return waiting.tx_hash

    def receipt(self, tx_hash: str, call: Call | None = None, *, check: bool = True) -> Receipt | None:
        return self.mined.get(tx_hash)

    # --- the chain moves ------------------------------------------------------------------------

    def mine(self) -> list[Receipt]:
        """One block with everything in the pool that pays enough and whose turn it is; dearest first."""
        done: list[Receipt] = []
        with self.driver.same_block():
            progress = True
            while progress:
                progress = False
                for (who, nonce), item in sorted(self.pool.items(), key=lambda pair: -pair[1].price):
                    if nonce != self.nonces.get(who, 0) or item.price < self.least_price:
                        continue
                    del self.pool[who, nonce]
                    self.nonces[who] = nonce + 1
                    done.append(self._run(item))
                    progress = True
                    break
        self.driver.mine()
        return done

    def _run(self, item: Waiting) -> Receipt:
        error = None
        try:
            self.driver.transact(item.sender, item.call.to, item.call.data, item.call.value, GAS)
        except Revert as failed:
            error = self.explain(failed, item.call)
        receipt = Receipt(
            item.tx_hash,
            error is None,
            self.driver.block,
            100_000,
            item.price,
            item.sender,
            None,
            [],
            [],
            error,
        )
        self.mined[item.tx_hash] = receipt
        return receipt

    def fork(self) -> tuple[int, dict[str, int], dict[str, Receipt]]:
        """A point to come back to."""
        return self.driver.snapshot(), dict(self.nonces), dict(self.mined)

    def reorg(self, point: tuple[int, dict[str, int], dict[str, Receipt]]) -> None:
        """Blocks since `point` never happened."""
        snapshot, self.nonces, self.mined = point
        self.driver.revert(snapshot)
        self.salt += 1
