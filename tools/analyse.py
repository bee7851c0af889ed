"""Static analysis with Slither; every finding is answered in docs/analysis.toml.

    python tools/analyse.py            fail on a finding without an answer, and on an answer without a finding
    python tools/analyse.py --list     print what is unanswered, as entries to fill in

Slither needs syntax trees, not code, so trees are all that the compiler is asked for: seconds instead of the
minutes that a build through the optimizer takes.
"""

from __future__ import annotations

import argparse
import inspect
import json
import logging
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

from crytic_compile import CryticCompile
from crytic_compile.compilation_unit import CompilationUnit
from crytic_compile.compiler.compiler import CompilerVersion
from crytic_compile.platform.solc_standard_json import SolcStandardJson, parse_standard_json_output
from slither import Slither
from slither.detectors import all_detectors
from slither.detectors.abstract_detector import AbstractDetector, DetectorClassification

ROOT = Path(__file__).resolve().parent.parent
ANSWERS = ROOT / "docs" / "analysis.toml"
LEVELS = (DetectorClassification.HIGH, DetectorClassification.MEDIUM, DetectorClassification.LOW)
REMAPPINGS = ["@openzeppelin/=node_modules/@openzeppelin/", "solady/=node_modules/solady/"]
EMPTY_CODE = {part: {"object": "", "sourceMap": ""} for part in ("bytecode", "deployedBytecode")}


class Trees(SolcStandardJson):
    """The project as crytic-compile sees it, made from syntax trees alone."""

    def compile(self, crytic_compile: CryticCompile, **_: str) -> None:
        paths = sorted(p.relative_to(ROOT).as_posix() for p in (ROOT / "contracts").rglob("*.sol"))
        request = {
            "language": "Solidity",
            "sources": {
                path: {"content": (ROOT / path).read_text()} for path in paths if "/.cache/" not in path
            },
            "settings": {
                "evmVersion": "cancun",
                "remappings": REMAPPINGS,
                "outputSelection": {"*": {"": ["ast"], "*": ["abi", "devdoc", "userdoc"]}},
            },
        }
        done = subprocess.run(
            [str(ROOT / "tools" / "solc"), "--standard-json", "--base-path", str(ROOT)],
            input=json.dumps(request), capture_output=True, text=True, check=True,
        )  # fmt: skip
        output = json.loads(done.stdout)
        for error in output.get("errors", []):
            if error["severity"] == "error":
                raise SystemExit(f"analyse: the contracts do not compile\n{error['formattedMessage']}")
        for contracts in output["contracts"].values():
            for entry in contracts.values():
                entry["evm"] = EMPTY_CODE
        unit = CompilationUnit(crytic_compile, "vitrine")
        unit.compiler_version = CompilerVersion(compiler="solc", version="0.8.37", optimized=True)
        parse_standard_json_output(output, unit, solc_working_dir=str(ROOT))


def detectors() -> list[type[AbstractDetector]]:
    found = [getattr(all_detectors, name) for name in dir(all_detectors)]
    return [
        item
        for item in found
        if inspect.isclass(item) and issubclass(item, AbstractDetector) and item.IMPACT in LEVELS
    ]


def place(finding: dict[str, Any]) -> str:
    """`Contract.function(…)` or the like: what the finding is about, without line numbers."""
    first = finding["elements"][0]
    parts = [first["name"]]
    parent = first.get("type_specific_fields", {}).get("parent")
    while parent:
        parts.insert(0, parent["name"])
        parent = parent.get("type_specific_fields", {}).get("parent")
    if parts and parts[0].endswith(".sol"):
        parts = parts[1:]
    # a node's own text says little and changes often: name the function that holds it
    return ".".join(parts[:2])


class Unread(logging.Handler):
    """Collects what Slither could not read: it only logs that, and analyses the rest."""

    def __init__(self) -> None:
        super().__init__(level=logging.ERROR)
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(record.getMessage())


def findings() -> dict[tuple[str, str], list[str]]:
    """(check, place) -> descriptions, for everything outside mocks and packages."""
    unread = Unread()
    logging.getLogger().addHandler(unread)
    slither = Slither(CryticCompile(Trees({"language": "Solidity", "sources": {}})), disable_color=True)
    if unread.texts:
        raise SystemExit("analyse: Slither cannot read everything\n" + "\n".join(unread.texts))
    classes = detectors()
    if len(classes) < 40 or not slither.contracts:
        raise SystemExit("analyse: Slither offers hardly any detector or sees no contract")
    for item in classes:
        slither.register_detector(item)
    found: dict[tuple[str, str], list[str]] = {}
    for results in slither.run_detectors():
        for finding in results:
            files = {e["source_mapping"]["filename_relative"] for e in finding["elements"]}
            own = {name for name in files if name.startswith("contracts/") and "/mocks/" not in name}
            if own:
                found.setdefault((finding["check"], place(finding)), []).append(
                    finding["description"].strip()
                )
    return found


def answers() -> dict[tuple[str, str], str]:
    entries = tomllib.loads(ANSWERS.read_text()).get("finding", [])
    table: dict[tuple[str, str], str] = {}
    for entry in entries:
        if len(str(entry.get("answer", ""))) < 20:
            raise SystemExit(f"analyse: {entry.get('check')} at {entry.get('where')} has no real answer")
        for where in [entry["where"]] if isinstance(entry["where"], str) else entry["where"]:
            table[entry["check"], where] = entry["answer"]
    return table


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--list", action="store_true", help="print unanswered findings as entries")
    options = parser.parse_args()
    found, answered = findings(), answers() if ANSWERS.exists() else {}
    unanswered = {key: texts for key, texts in found.items() if key not in answered}
    stale = [key for key in answered if key not in found]
    for (check, where), texts in sorted(unanswered.items()):
        if options.list:
            print("\n".join(f"# {line}" for text in texts[:2] for line in text.splitlines()[:6]))
            print(f'[[finding]]\ncheck = "{check}"\nwhere = "{where}"\nanswer = ""\n')
        else:
            print(f"unanswered: {check} at {where}: {texts[0].splitlines()[0]}")
    for check, where in stale:
        print(f"answered but not found (remove it): {check} at {where}")
    print(f"Slither: {len(found)} findings, {len(unanswered)} unanswered, {len(stale)} stale answers")
    return 1 if unanswered or stale else 0


if __name__ == "__main__":
    sys.exit(main())
