"""Which slots and accounts a transaction touched, from the steps of its trace."""

from typing import NamedTuple

from tests.helpers.evm import Driver

_CALLS = {"CALL", "STATICCALL", "DELEGATECALL", "CALLCODE"}


class Footprint(NamedTuple):
    """Counts of unique slots and accounts."""

    read: int  # slots read or written
    written: int
    fresh: int  # written when they held zero
    accounts: int


def footprint_of_last(driver: Driver) -> Footprint:
    """Of the only transaction of the newest block. The node must trace steps (`--steps-tracing`)."""
    rpc = driver.rpc  # type: ignore[attr-defined]
    block = rpc("eth_getBlockByNumber", "latest", True)
    (tx,) = block["transactions"]
    steps = rpc("debug_traceTransaction", tx["hash"], {})["structLogs"]
    accounts = {tx["to"]}
    path = [tx["to"]]
    entered = None  # the account a call step enters, and whose storage it works on
    seen: set[tuple[str, str]] = set()
    written: set[tuple[str, str]] = set()
    fresh: set[tuple[str, str]] = set()
    before = 1
    for step in steps:
        while step["depth"] < before:
            path.pop()
            before -= 1
        if step["depth"] > before:
            path.append(entered or path[-1])
            before = step["depth"]
        op, stack = step["op"], step["stack"]
        if op in _CALLS:
            target = "0x" + f"{int(stack[-2], 16):040x}"[-40:]
            accounts.add(target)
            entered = path[-1] if op == "DELEGATECALL" else target
        elif op in ("SLOAD", "SSTORE"):
            key = (path[-1], stack[-1])
            seen.add(key)
            if op == "SSTORE":
                if key not in written and step["gasCost"] >= 20_000:
                    fresh.add(key)
                written.add(key)
    return Footprint(len(seen), len(written), len(fresh), len(accounts))
