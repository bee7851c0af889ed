"""The optimizer table of docs/toolchain.md, measured on the real lending core (some minutes).

    python tools/optimizer.py

For each setting: bytes of the two largest deployables, time to compile the core alone, and gas of its main
operations from receipts on Anvil (cancun), each in a transaction of its own and in steady state.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

# neither the build nor an earlier compile may answer for a setting
os.environ["VITRINE_ARTIFACTS"] = "direct"
os.environ["VITRINE_ARTIFACT_CACHE"] = tempfile.mkdtemp(prefix="optimizer-")

from tests.helpers import anvil, artifacts
from tests.helpers.accounts import Account
from tests.helpers.core import BORROWER, HOUR, MAX_RATE, SUPPLIER, build_core

SETTINGS = [
    (False, 1),
    (False, 200),
    (False, 1_000_000),
    (True, 1),
    (True, 200),
    (True, 600),
    (True, 2_000),
    (True, 1_000_000),
]
CORE = (
    "MockAsset", "MockNft", "MockFloorOracle", "Authority", "Pauser", "Operators", "KinkedRateModel",
    "LendingVault", "LiquidationAuction", "TierBook", "CreditDesk",
)  # fmt: skip
WITNESS = Account("witness")


def use(via_ir: bool, runs: int) -> float:
    """Compile the core anew under a setting; seconds."""
    settings = {"optimizer": {"enabled": True, "runs": runs}, "evmVersion": "cancun", "viaIR": via_ir}
    artifacts.compiler_settings = lambda: settings
    artifacts._loaded.clear()
    started = time.monotonic()
    artifacts.load_all(CORE)
    return time.monotonic() - started


def operations() -> dict[str, int]:
    """Gas by operation. A second borrower keeps the totals warm, so nothing is a first time for the vault."""
    anvil.CODE_SIZE_LIMIT = 100_000  # a setting that breaks the limit still gets its row
    driver = anvil.AnvilDriver()
    try:
        core = build_core(driver, 18)
        gas: dict[str, int] = {}

        def note(name: str, tx: Any) -> None:
            gas[name] = tx.gas_used

        core.supply(10_000_000)
        core.fund(SUPPLIER, core.units(1_000))
        note("supply", core.vault.deposit(core.units(1_000), SUPPLIER, sender=SUPPLIER))
        core.loan(10_000, who=WITNESS)
        core.fund(BORROWER, core.units(1_000_000))
        driver.warp(HOUR)
        refs = core.mint(BORROWER, 1)
        note("pledge + borrow", core.desk.open(refs, core.units(10_000), MAX_RATE, BORROWER, sender=BORROWER))
        driver.warp(HOUR)
        note("borrow", core.desk.borrow(core.units(1_000), MAX_RATE, BORROWER, BORROWER, sender=BORROWER))
        driver.warp(HOUR)
        note("repay", core.desk.repay(core.units(1_000), BORROWER, sender=BORROWER))
        driver.warp(HOUR)
        note("close", core.desk.close(core.units(100_000), refs, BORROWER, sender=BORROWER))
        refs = core.loan(50_000, count=2)
        core.price(33_000)
        core.flag()
        driver.warp(6 * HOUR + 1)
        note("start", core.liquidate(refs))
        driver.warp(3 * HOUR)
        note("take", core.take(refs[0]))
        return gas
    finally:
        driver.close()


def main() -> int:
    for number, (via_ir, runs) in enumerate(SETTINGS):
        name = f"| {'via-IR' if via_ir else 'legacy'} | {runs:,} |"
        try:
            seconds = use(via_ir, runs)
        except artifacts.CompileError as error:
            print(f"{name} does not compile: {str(error).splitlines()[1]} |", flush=True)
            continue
        sizes = [len(artifacts.load(contract).runtime) for contract in ("LendingVault", "CreditDesk")]
        gas = operations()
        if number == 0 or len(gas) == 0:
            print(f"(columns: {', '.join(gas)})")
        cells = [f"{size:,}" for size in sizes] + [f"{seconds:.0f} s"] + [f"{gas[key]:,}" for key in gas]
        print(f"{name} {' | '.join(cells)} | {sum(gas.values()):,} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
