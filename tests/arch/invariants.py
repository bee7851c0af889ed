"""The catalogue in the README, written by `make arch-update` from tests/stateful/catalogue.py."""

import re
import sys

from tests.arch.tree import ROOT
from tests.stateful.catalogue import INV

README = ROOT / "README.md"
SECTION = re.compile(r"(<!-- invariants:[^\n]*-->\n)(.*?)(<!-- end of invariants -->)", re.DOTALL)


def table() -> str:
    rows = "".join(f"| `{identity}` | {text} |\n" for identity, text in INV.items())
    return f"| id | holds |\n| --- | --- |\n{rows}"


def written() -> str:
    found = SECTION.search(README.read_text())
    if found is None:
        raise LookupError("README.md has lost the markers of the invariant catalogue")
    return found[2]


if __name__ == "__main__":
    if sys.argv[1:] != ["--write"]:
        sys.exit("usage: python -m tests.arch.invariants --write")
    written()
    README.write_text(SECTION.sub(lambda found: found[1] + table() + found[3], README.read_text()))
