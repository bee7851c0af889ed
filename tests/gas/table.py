"""The gas table: budgets and the best measured peer per operation, and the two files made of it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from tests.gas.footprint import Footprint

ROOT = Path(__file__).resolve().parents[2]
JSON = ROOT / "docs" / "gas.json"
PAGE = ROOT / "docs" / "gas.md"
GROWTH_BPS = 200  # a row may grow by this much before the file must be updated

HEAD = """# Gas

Whole transactions net of refunds, from receipts on Anvil: own transaction, cold access, steady state
(balances, approvals, earlier loans and trades exist), lean ERC-20 and ERC-721 doubles, 6 decimals.
`oracle.read`, `royalty.none`, `royalty.of` and `twap.average` are execution alone (less the base fee and
calldata of their transaction). `oracle.update` is per collection in a batch of ten with three signatures.
Pools take 1 % for their maker and 0.5 % for the protocol; `_royalty`: of a collection that asks 5 % by
ERC-2981. Peers are compiled from their own sources and measured the same way.

Compiler {version}, {pipeline}, {runs} optimizer runs, {evm}. Written by `make gas`; `tests/gas` fails when a
row grows by more than 2 % and this file was not updated.

| operation | gas | budget | of budget | best peer | peer gas |
| --- | ---: | ---: | ---: | --- | ---: |
"""


TOUCHED = """
## What each one touches

Unique storage slots read or written, written, written for the first time; accounts called, tokens too.

| operation | slots | written | fresh | accounts |
| --- | ---: | ---: | ---: | ---: |
"""


@dataclass(frozen=True)
class Row:
    id: str
    budget: int | None
    peer: str | None
    peer_gas: int | None


CORE_ROWS = (
    Row("vault.supply", 85_000, "Morpho Blue", 77_428),
    Row("vault.withdraw", None, "Morpho Blue", 75_742),
    Row("vault.pledge_borrow", 170_000, "papr (two calls)", 202_349),
    Row("vault.pledge", None, "papr", 80_198),
    Row("vault.borrow", 90_000, "Morpho Blue", 83_033),
    Row("vault.repay", 75_000, "Morpho Blue", 77_391),
    Row("vault.close", 115_000, "JPEG'd (two calls)", 180_652),
    Row("desk.flag", None, None, None),
    Row("desk.redeem", None, "BendDAO", 373_532),
    Row("auction.start", 118_000, "papr", 122_182),
    Row("auction.take", 115_000, "papr", 94_028),
    Row("auction.take_last", 130_000, "papr", 94_028),
    Row("oracle.update", 15_000, "BendDAO", 146_487),
    Row("oracle.read", 14_000, "BendDAO (ETH, one feed)", 14_513),
)


def committed() -> dict[str, int]:
    return {row["id"]: row["gas"] for row in json.loads(JSON.read_text())}


Measured = Mapping[str, tuple[int, Footprint | None]]
"""Row -> gas, and what a whole transaction touched."""


def write(table: Sequence[Row], measured: Measured) -> None:
    """Both files, rows in the order of `table`; what was touched, for whole transactions."""
    rows = [
        {"id": r.id, "gas": measured[r.id][0], "budget": r.budget, "peer": r.peer, "peer_gas": r.peer_gas}
        for r in table
    ]
    JSON.write_text(json.dumps(rows, indent=1) + "\n")
    solidity = yaml.safe_load((ROOT / "ape-config.yaml").read_text())["solidity"]
    page = HEAD.format(
        version=solidity["version"],
        pipeline="via-IR" if solidity["via_ir"] else "legacy pipeline",
        runs=solidity["optimization_runs"],
        evm=solidity["evm_version"],
    )
    for r in table:
        gas = measured[r.id][0]
        share = f"{gas * 100 / r.budget:.0f} %" if r.budget else ""
        peer = f"{r.peer_gas:,}" if r.peer_gas else ""
        budget = f"{r.budget:,}" if r.budget else ""
        page += f"| `{r.id}` | {gas:,} | {budget} | {share} | {r.peer or ''} | {peer} |\n"
    page += TOUCHED
    for r in table:
        touched = measured[r.id][1]
        if touched is not None:
            page += (
                f"| `{r.id}` | {touched.read} | {touched.written} | {touched.fresh} | {touched.accounts} |\n"
            )
    PAGE.write_text(page)
