"""Storage layouts, pinned: one JSON per deployable in tests/arch/storage/, written by `make arch-update`.

A layout is what solc says, reduced to what a reader of the chain depends on: slot, offset, size and type of
every variable and of every struct member below it. Compiler-internal ids are left out.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

from tests.arch.tree import solidity

FOLDER = Path(__file__).with_name("storage")


def _plain(identifier: str) -> str:
    return re.sub(r"\)\d+_storage|\)\d+", ")", identifier)


def _entries(storage: list[dict[str, Any]], types: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "name": entry["label"],
            "slot": int(entry["slot"]),
            "offset": entry["offset"],
            "bytes": int(types[entry["type"]]["numberOfBytes"]),
            "type": types[entry["type"]]["label"],
        }
        for entry in storage
    ]


def reduce(layout: dict[str, Any]) -> dict[str, Any]:
    types = layout.get("types") or {}
    structs = {
        entry["label"]: _entries(entry["members"], types)
        for _, entry in sorted(types.items(), key=lambda item: _plain(item[0]))
        if "members" in entry
    }
    return {"storage": _entries(layout["storage"], types), "structs": structs}


def actual() -> dict[str, dict[str, Any]]:
    found = solidity()
    return {unit.name: reduce(found.layouts[unit.name]) for unit in found.deployables()}


def pinned() -> dict[str, dict[str, Any]]:
    return {path.stem: json.loads(path.read_text()) for path in sorted(FOLDER.glob("*.json"))}


def _text(layout: dict[str, Any]) -> str:
    """One variable a line, so that a change reads well in a diff."""

    def rows(entries: list[dict[str, Any]], indent: str) -> str:
        return ",\n".join(indent + json.dumps(entry) for entry in entries)

    structs = ",\n".join(
        f"    {json.dumps(name)}: [\n{rows(entries, '      ')}\n    ]"
        for name, entries in layout["structs"].items()
    )
    storage = rows(layout["storage"], "    ")
    return (
        "{\n"
        + ('  "storage": [\n' + storage + "\n  ],\n" if storage else '  "storage": [],\n')
        + ('  "structs": {\n' + structs + "\n  }\n" if structs else '  "structs": {}\n')
        + "}\n"
    )


def write() -> None:
    FOLDER.mkdir(exist_ok=True)
    layouts = actual()
    for path in FOLDER.glob("*.json"):
        if path.stem not in layouts:
            path.unlink()
    for name, layout in layouts.items():
        (FOLDER / f"{name}.json").write_text(_text(layout))
    print(f"pinned the storage of {len(layouts)} contracts in {FOLDER.relative_to(Path.cwd())}")


if __name__ == "__main__":
    if sys.argv[1:] != ["--write"]:
        sys.exit("usage: python -m tests.arch.layout --write")
    write()
