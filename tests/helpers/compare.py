"""Proof that two drivers agree: one scenario, the same storage, code and events on both."""

import re
from collections.abc import Callable
from typing import Any

from tests.helpers.abi import Event
from tests.helpers.evm import Driver, Revert, Tx

_SLOT = re.compile(r"(\d+): StorageSlot \{ previous_or_original_value: \d+, present_value: (\d+) \}")


def journal_storage(journal: str, address: str) -> dict[int, int]:
    """Non-zero slots of `address` in pyrevm's printed journal."""
    state = journal[: journal.index("transient_storage: ")]
    start = state.find(f"{address.lower()}: Account {{")
    if start < 0:
        return {}
    begin = state.index("storage: {", start)
    end = state.index("status: AccountStatus", begin)
    return {int(slot): int(value) for slot, value in _SLOT.findall(state[begin:end]) if value != "0"}


class Recorder:
    """Runs operations on one driver and keeps what they did, failures included."""

    def __init__(self, driver: Driver) -> None:
        self.driver = driver
        self.log: list[tuple[Any, ...]] = []

    def run(self, operation: Callable[[], Any]) -> Any:
        """Do one operation; a revert is recorded as its error, a transaction as its events and output."""
        try:
            result = operation()
        except Revert as error:
            self.log.append(("revert", error.name, error.params, bool(error.halt)))
            return None
        if isinstance(result, Tx):
            shown = [(e.name, e.address, e.args) for e in result.events]
            self.log.append(("tx", result.block, result.timestamp, result.output, shown))
        else:
            self.log.append(("view", result))
        return result


def outcome(driver: Driver) -> dict[str, dict[int, int]]:
    """All storage of every contract the driver knows."""
    return {address: driver.dump(address) for address in sorted(driver.interfaces)}


def assert_same(scenario: Callable[[Recorder], None], *drivers: Driver) -> int:
    """Play `scenario` on each driver and compare; returns the number of operations."""
    results = []
    for driver in drivers:
        recorder = Recorder(driver)
        scenario(recorder)
        codes = {address: driver.code(address) for address in sorted(driver.interfaces)}
        results.append((recorder.log, outcome(driver), codes))
    log, storage, codes = results[0]
    for other_log, other_storage, other_codes in results[1:]:
        for i, (ours, theirs) in enumerate(zip(log, other_log, strict=True)):
            assert ours == theirs, f"operation {i} differs: {ours} / {theirs}"
        assert codes == other_codes, "deployed code differs"
        assert storage == other_storage, "storage differs"
    return len(log)


def same_events(left: list[Event], right: list[Event]) -> bool:
    return [(e.name, e.address, e.args) for e in left] == [(e.name, e.address, e.args) for e in right]
