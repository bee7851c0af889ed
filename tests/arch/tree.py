"""The project as data: files, compiler ASTs, storage layouts, build artifacts, Python imports.

Whatever cannot be read or parsed raises: a rule that sees nothing must not pass.
"""

import ast
import fcntl
import functools
import hashlib
import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools import compile as build

ROOT = Path(__file__).resolve().parents[2]
CONTRACTS = ROOT / "contracts"
CACHE = ROOT / ".cache" / "arch"
REMAPPINGS = ["@openzeppelin/=node_modules/@openzeppelin/", "solady/=node_modules/solady/"]


class UnreadableError(Exception):
    """Something the rules must look at cannot be read; the message says what to do."""


# ---------------------------------------------------------------- files


@functools.cache
def files(*suffixes: str) -> tuple[Path, ...]:
    """Files that are, or would be, committed, relative to the root."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    found = [Path(name) for name in listed.split("\0") if name and (ROOT / name).is_file()]
    chosen = tuple(path for path in sorted(found) if not suffixes or path.suffix in suffixes)
    if not chosen:
        raise UnreadableError(f"no file with suffix {suffixes} in the tree")
    return chosen


def read(path: Path) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


# ---------------------------------------------------------------- Solidity


@dataclass(frozen=True)
class Import:
    source: str  # the importing file, contracts/…
    target: str  # as the compiler resolved it: contracts/… or @openzeppelin/… or solady/…
    named: bool


@dataclass(frozen=True)
class Member:
    kind: str  # function, error, event, variable
    name: str
    visibility: str
    documentation: str
    fixed: bool  # constant or immutable: its name says what it is
    mutability: str  # of a function
    reaches: frozenset[str]  # names of its modifiers and of what it calls directly


@dataclass(frozen=True)
class Unit:
    """One contract, interface or library."""

    name: str
    kind: str
    abstract: bool
    source: str
    documentation: str
    bases: tuple[int, ...]  # ids of direct bases
    identity: int
    members: tuple[Member, ...]

    @property
    def module(self) -> str:
        return self.source.split("/")[1]

    @property
    def deployable(self) -> bool:
        return self.kind == "contract" and not self.abstract and self.module != "mocks"


@dataclass(frozen=True)
class Solidity:
    imports: tuple[Import, ...]
    units: tuple[Unit, ...]
    pragmas: dict[str, tuple[str, ...]]
    licenses: dict[str, str | None]
    assembly: dict[str, list[list[str]]]  # file -> flags of every assembly block in it
    layouts: dict[str, dict[str, Any]]

    def deployables(self) -> list[Unit]:
        return [unit for unit in self.units if unit.deployable]


def _nodes(node: Any, kind: str) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        if node.get("nodeType") == kind:
            yield node
        for value in node.values():
            yield from _nodes(value, kind)
    elif isinstance(node, list):
        for value in node:
            yield from _nodes(value, kind)


def _documentation(node: dict[str, Any]) -> str:
    found = node.get("documentation")
    return found["text"] if isinstance(found, dict) else (found or "")


KINDS = {
    "FunctionDefinition": "function",
    "ErrorDefinition": "error",
    "EventDefinition": "event",
    "VariableDeclaration": "variable",
}


def _reaches(node: dict[str, Any]) -> frozenset[str]:
    modifiers = {call["modifierName"]["name"] for call in _nodes(node, "ModifierInvocation")}
    called = {
        call["expression"].get("name") or call["expression"].get("memberName")
        for call in _nodes(node.get("body"), "FunctionCall")
    }
    return frozenset(modifiers | (called - {None}))


def _member(node: dict[str, Any]) -> Member:
    return Member(
        kind=KINDS[node["nodeType"]],
        name=node["name"] or node.get("kind", ""),
        visibility=node.get("visibility", ""),
        documentation=_documentation(node),
        fixed=node.get("mutability") in ("constant", "immutable"),
        mutability=node.get("stateMutability", ""),
        reaches=_reaches(node),
    )


def _unit(source: str, node: dict[str, Any]) -> Unit:
    return Unit(
        name=node["name"],
        kind=node["contractKind"],
        abstract=node["abstract"],
        source=source,
        documentation=_documentation(node),
        bases=tuple(base["baseName"]["referencedDeclaration"] for base in node["baseContracts"]),
        identity=node["id"],
        members=tuple(_member(child) for child in node["nodes"] if child["nodeType"] in KINDS),
    )


def question(sources: dict[str, str]) -> str:
    """What the compiler is asked about `sources`: syntax trees and storage layouts, no code."""
    return json.dumps(
        {
            "language": "Solidity",
            "sources": {name: {"content": text} for name, text in sources.items()},
            "settings": {
                "evmVersion": "cancun",
                "remappings": REMAPPINGS,
                "outputSelection": {name: {"": ["ast"], "*": ["storageLayout"]} for name in sources},
            },
        }
    )


def analyse(sources: dict[str, str], root: Path = ROOT) -> dict[str, Any]:
    """The compiler's own reading of `sources`."""
    done = subprocess.run(
        [str(ROOT / "tools" / "solc"), "--standard-json", "--base-path", str(root)],
        input=question(sources), capture_output=True, text=True, check=True,
    )  # fmt: skip
    output = json.loads(done.stdout)
    errors = [entry["formattedMessage"] for entry in output.get("errors", []) if entry["severity"] == "error"]
    if errors:
        raise UnreadableError("the contracts do not compile:\n" + "\n".join(errors))
    return {
        "sources": {name: output["sources"][name]["ast"] for name in sources},
        "layouts": {
            contract: entry["storageLayout"]
            for name in sources
            for contract, entry in output.get("contracts", {}).get(name, {}).items()
        },
    }


def _cached(sources: dict[str, str]) -> dict[str, Any]:
    key = hashlib.sha256((question(sources) + read(Path("tools/solc"))).encode()).hexdigest()[:32]
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "lock").open("w") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        cached = CACHE / f"{key}.json"
        if not cached.exists():
            for old in CACHE.glob("*.json"):
                old.unlink()
            cached.write_text(json.dumps(analyse(sources)))
        result: dict[str, Any] = json.loads(cached.read_text())
        return result


def understand(analysis: dict[str, Any]) -> Solidity:
    imports, units, pragmas, licenses, assembly = [], [], {}, {}, {}
    for source, tree in analysis["sources"].items():
        licenses[source] = tree.get("license")
        pragmas[source] = tuple("".join(n["literals"][1:]) for n in _nodes(tree, "PragmaDirective"))
        assembly[source] = [n.get("flags") or [] for n in _nodes(tree, "InlineAssembly")]
        for node in tree["nodes"]:
            if node["nodeType"] == "ImportDirective":
                target = node["absolutePath"].removeprefix("node_modules/")
                named = bool(node["symbolAliases"]) and not node["unitAlias"]
                imports.append(Import(source, target, named))
            elif node["nodeType"] == "ContractDefinition":
                units.append(_unit(source, node))
    return Solidity(tuple(imports), tuple(units), pragmas, licenses, assembly, analysis["layouts"])


@functools.cache
def solidity() -> Solidity:
    sources = {path.relative_to(ROOT).as_posix(): path.read_text() for path in build.sources()}
    if not sources:
        raise UnreadableError("no Solidity source under contracts/")
    found = understand(_cached(sources))
    if not found.deployables():
        raise UnreadableError("no deployable contract under contracts/")
    return found


@functools.cache
def runtime_sizes() -> dict[str, int]:
    """Deployed bytes of every contract, from the artifacts of `make compile`; stale artifacts are refused."""
    settings = build.digest([ROOT / name for name in build.SETTINGS])
    if not build.STAMP.exists() or build.STAMP.read_text().split() != [
        settings,
        build.digest(build.sources()),
    ]:
        raise UnreadableError(".build is missing or older than the contracts; run `make compile`")
    types = json.loads((build.BUILD / "__local__.json").read_text())["contractTypes"]
    code = {
        name: ((entry.get("runtimeBytecode") or {}).get("bytecode") or "0x") for name, entry in types.items()
    }
    return {name: len(text.removeprefix("0x")) // 2 for name, text in code.items()}


# ---------------------------------------------------------------- lines and Python


def code_lines(text: str, *, comment: str) -> int:
    """Lines that are neither blank nor nothing but a comment (or a comment block's inside)."""
    if comment == "//":
        text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    return sum(1 for line in text.splitlines() if line.strip() and not line.strip().startswith(comment))


def python_imports(path: Path, text: str) -> list[str]:
    """Absolute dotted names that a module of the tree imports, wherever in it the import stands."""
    package = list(path.with_suffix("").parts)
    package = package[:-1]
    names = []
    for node in ast.walk(ast.parse(text, filename=str(path))):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            prefix = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*prefix, *([node.module] if node.module else [])])
            names += [f"{module}.{alias.name}" for alias in node.names]
    return names
