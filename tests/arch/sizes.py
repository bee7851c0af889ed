"""Deployed sizes: the table in docs/sizes.md, written by `make arch-update`."""

import re
import sys

from tests.arch.tree import ROOT, runtime_sizes, solidity

TABLE = ROOT / "docs" / "sizes.md"
LIMIT = 22_000
EVER = 24_576
HEAD = f"""\
# Deployed sizes

Bytes of runtime code at the project's one optimizer setting (`docs/toolchain.md`), largest first.
Limit of the project: {LIMIT:,}; of the chain: {EVER:,}. Written by `make arch-update`; a test fails when a
row is off by more than 2 %.

| contract | module | bytes | of the limit |
| --- | --- | ---: | ---: |
"""
ROW = re.compile(r"^\| `(?P<name>\w+)` \| (?P<module>\w+) \| (?P<size>[\d,]+) \|", re.MULTILINE)


def actual() -> dict[str, int]:
    """Every deployable; one without code in the artifacts counts as 0 and fails the test."""
    sizes = runtime_sizes()
    return {unit.name: sizes.get(unit.name, 0) for unit in solidity().deployables()}


def table() -> str:
    modules = {unit.name: unit.module for unit in solidity().deployables()}
    rows = sorted(actual().items(), key=lambda row: (-row[1], row[0]))
    return "".join(
        f"| `{name}` | {modules[name]} | {size:,} | {size * 100 / LIMIT:.0f} % |\n" for name, size in rows
    )


def written() -> dict[str, int]:
    return {row["name"]: int(row["size"].replace(",", "")) for row in ROW.finditer(TABLE.read_text())}


if __name__ == "__main__":
    if sys.argv[1:] != ["--write"]:
        sys.exit("usage: python -m tests.arch.sizes --write")
    TABLE.write_text(HEAD + table())
    print(table(), end="")
