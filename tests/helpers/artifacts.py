"""Compiled contracts for tests: ABI, creation and runtime bytecode, storage layout.

Two origins give the same `Artifact`:

* `ape`: `.build/__local__.json`, written by `ape compile`;
* `direct`: solc over one file and what it imports, cached by content under `.cache/artifacts`.

`VITRINE_PIPELINE=legacy` compiles directly without via-IR: three times as fast, for a quick edit loop only.
`VITRINE_ARTIFACTS` picks one (`ape`, `direct`); by default a contract comes from the build when the build was
made from the sources as they are, else it is compiled alone. `VITRINE_ARTIFACT_CACHE` moves the cache.
"""

import fcntl
import functools
import hashlib
import json
import os
import posixpath
import re
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
CONTRACTS = ROOT / "contracts"
BUILD = ROOT / ".build" / "__local__.json"
CONFIG = ROOT / "ape-config.yaml"
WORKER = Path(__file__).with_name("solc_worker.cjs")
CACHE = Path(os.environ.get("VITRINE_ARTIFACT_CACHE") or ROOT / ".cache" / "artifacts")

_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
_IMPORT = re.compile(r"\bimport\b[^;\"']*[\"']([^\"']+)[\"']\s*;")
_UNIT = re.compile(r"^\s*(?:abstract\s+)?(?:contract|interface|library)\s+([A-Za-z_$][\w$]*)", re.MULTILINE)


class CompileError(Exception):
    """solc refused a source; the message is solc's own."""


@dataclass(frozen=True)
class Artifact:
    """One compiled contract. `context`: the ABIs of all it was compiled with (for errors and events)."""

    name: str
    source: str
    abi: list[dict[str, Any]]
    bytecode: bytes
    runtime: bytes
    storage_layout: dict[str, Any] | None
    context: list[list[dict[str, Any]]] = field(repr=False, compare=False)


# ---------------------------------------------------------------- sources


def _path_of(unit: str) -> Path:
    return ROOT / unit if unit.startswith("contracts/") else ROOT / "node_modules" / unit


@functools.cache
def _imports_of(unit: str, mtime_ns: int) -> tuple[str, ...]:
    text = _COMMENT.sub("", _path_of(unit).read_text())
    found = []
    for target in _IMPORT.findall(text):
        found.append(
            posixpath.normpath(posixpath.join(posixpath.dirname(unit), target))
            if target[0] == "."
            else target
        )
    return tuple(found)


def closure(unit: str) -> list[str]:
    """`unit` and every source it imports, as solc source unit names, sorted."""
    seen: set[str] = set()
    todo = [unit]
    while todo:
        current = todo.pop()
        if current in seen:
            continue
        seen.add(current)
        try:
            mtime = _path_of(current).stat().st_mtime_ns
        except FileNotFoundError:
            raise CompileError(f"{current} is imported in the sources of {unit} but does not exist") from None
        todo.extend(_imports_of(current, mtime))
    return sorted(seen)


@functools.cache
def _names_in(unit: str, mtime_ns: int) -> tuple[str, ...]:
    return tuple(_UNIT.findall(_COMMENT.sub("", _path_of(unit).read_text())))


def source_index() -> dict[str, str]:
    """Contract, interface and library name -> source unit, over `contracts/`."""
    index: dict[str, str] = {}
    for path in sorted(CONTRACTS.rglob("*.sol")):
        unit = path.relative_to(ROOT).as_posix()
        if "/.cache/" in unit:
            continue
        for name in _names_in(unit, path.stat().st_mtime_ns):
            index[name] = unit
    return index


def _locate(name: str) -> tuple[str, str]:
    """`Name` of the project, or `path.sol:Name` of a package, -> (source unit, contract name)."""
    if ":" in name:
        unit, _, contract = name.partition(":")
        return unit, contract
    unit_or_none = source_index().get(name)
    if unit_or_none is None:
        raise KeyError(f"no contract named {name} under contracts/")
    return unit_or_none, name


# ---------------------------------------------------------------- direct compilation


@functools.lru_cache(maxsize=1)
def compiler_settings() -> dict[str, Any]:
    """solc settings of `ape-config.yaml`, the project's one optimizer setting."""
    config: dict[str, Any] = {}
    if CONFIG.exists():
        config = (yaml.safe_load(CONFIG.read_text()) or {}).get("solidity") or {}
    settings: dict[str, Any] = {
        "optimizer": {"enabled": config.get("optimize", True), "runs": config.get("optimization_runs", 200)},
        "evmVersion": config.get("evm_version", "cancun"),
    }
    if config.get("via_ir") and os.environ.get("VITRINE_PIPELINE") != "legacy":
        settings["viaIR"] = True
    return settings


def _digest(unit: str) -> str:
    digest = hashlib.sha256(json.dumps(compiler_settings(), sort_keys=True).encode())
    digest.update((ROOT / "node_modules" / "solc" / "package.json").read_bytes())
    digest.update(unit.encode())
    for source in closure(unit):
        digest.update(source.encode() + b"\0" + hashlib.sha256(_path_of(source).read_bytes()).digest())
    return digest.hexdigest()[:32]


def _request(unit: str) -> str:
    full = ["abi", "evm.bytecode.object", "evm.deployedBytecode.object", "storageLayout"]
    return json.dumps(
        {
            "language": "Solidity",
            "sources": {source: {"content": _path_of(source).read_text()} for source in closure(unit)},
            "settings": compiler_settings() | {"outputSelection": {"*": {"*": ["abi"]}, unit: {"*": full}}},
        }
    )


class _Compiler:
    """One solc process, started when first needed."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None

    def compile(self, unit: str, target: Path) -> None:
        output = json.loads(self._ask(_request(unit), unit))
        errors = [e["formattedMessage"] for e in output.get("errors", []) if e["severity"] == "error"]
        if errors:
            raise CompileError(f"{unit} does not compile:\n" + "\n".join(errors))
        scratch = target.with_suffix(f".{os.getpid()}.tmp")
        scratch.write_text(json.dumps(output["contracts"]))
        scratch.replace(target)

    def _ask(self, request: str, unit: str) -> str:
        if self._process is None:
            environment = os.environ | {"NODE_PATH": str(ROOT / "node_modules")}
            self._process = subprocess.Popen(
                ["node", str(WORKER)],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(request + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise CompileError(f"the compiler process ended while compiling {unit}")
        return answer

    def close(self) -> None:
        if self._process is not None:
            self._process.communicate()


def _compile_missing(units: list[str]) -> None:
    """Compile what is not cached. Test workers that need the same units share the work by locks per unit."""
    waiting = {unit: CACHE / f"{_digest(unit)}.json" for unit in dict.fromkeys(units)}
    waiting = {unit: target for unit, target in waiting.items() if not target.exists()}
    if waiting:
        CACHE.mkdir(parents=True, exist_ok=True)
    compiler = _Compiler()
    try:
        wait = False
        while waiting:
            left = dict(waiting)
            for unit, target in waiting.items():
                with target.with_suffix(".lock").open("w") as lock:
                    try:
                        fcntl.flock(lock, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
                    except BlockingIOError:
                        continue  # another worker compiles it
                    wait = False
                    if not target.exists():
                        compiler.compile(unit, target)
                    target.with_suffix(".lock").unlink(missing_ok=True)
                    del left[unit]
            wait = left == waiting
            waiting = left
    finally:
        compiler.close()


def _load_direct(unit: str, name: str) -> Artifact:
    contracts = json.loads((CACHE / f"{_digest(unit)}.json").read_text())
    try:
        entry = contracts[unit][name]
    except KeyError:
        raise KeyError(f"{unit} declares no contract named {name}") from None
    return Artifact(
        name=name,
        source=unit,
        abi=entry["abi"],
        bytecode=_hex(entry["evm"]["bytecode"]["object"], name),
        runtime=_hex(entry["evm"]["deployedBytecode"]["object"], name),
        storage_layout=entry.get("storageLayout"),
        context=[
            c["abi"] for unit_contracts in contracts.values() for c in unit_contracts.values() if c["abi"]
        ],
    )


def _hex(text: str, name: str) -> bytes:
    if "__$" in text:
        raise CompileError(f"{name} needs an external library linked; external libraries are not used here")
    return bytes.fromhex(text.removeprefix("0x"))


# ---------------------------------------------------------------- Ape build


@functools.lru_cache(maxsize=1)
def _manifest(mtime_ns: int) -> dict[str, Any]:
    return json.loads(BUILD.read_text())


def _load_build(name: str) -> Artifact | None:
    types = _manifest(BUILD.stat().st_mtime_ns)["contractTypes"]
    entry = types.get(name)
    if entry is None:
        return None
    return Artifact(
        name=name,
        source=entry["sourceId"],
        abi=entry["abi"],
        bytecode=_hex((entry.get("deploymentBytecode") or {}).get("bytecode") or "", name),
        runtime=_hex((entry.get("runtimeBytecode") or {}).get("bytecode") or "", name),
        storage_layout=None,
        context=[t["abi"] for t in types.values() if t.get("abi")],
    )


def _build_is_fresh(unit: str) -> bool:
    """Whether the build was made from exactly the sources and settings of now."""
    if not BUILD.exists():
        return False
    built = BUILD.stat().st_mtime_ns
    if CONFIG.exists() and CONFIG.stat().st_mtime_ns > built:
        return False
    known = _manifest(built).get("sources") or {}
    own = [source for source in closure(unit) if source.startswith("contracts/")]
    return all((known.get(source) or {}).get("content") == _path_of(source).read_text() for source in own)


# ---------------------------------------------------------------- public

_loaded: dict[str, Artifact] = {}


def load(name: str) -> Artifact:
    """The artifact of `Name`, or of a package's `path.sol:Name`."""
    if name not in _loaded:
        load_all([name])
    return _loaded[name]


def load_all(names: Iterable[str]) -> None:
    """Load many at once; whatever needs compiling shares one compiler process."""
    mode = os.environ.get("VITRINE_ARTIFACTS", "auto")
    direct: list[tuple[str, str, str]] = []
    for name in names:
        if name in _loaded:
            continue
        unit, contract = _locate(name)
        if mode == "ape" or (mode == "auto" and _build_is_fresh(unit)):
            artifact = _load_build(contract)
            if artifact is not None:
                _loaded[name] = artifact
                continue
            if mode == "ape" and unit.startswith("contracts/"):
                raise KeyError(f"{contract} is not in {BUILD.relative_to(ROOT)}; run `ape compile`")
        direct.append((name, unit, contract))
    _compile_missing([unit for _, unit, _ in direct])
    for name, unit, contract in direct:
        _loaded[name] = _load_direct(unit, contract)


def storage_layout(name: str) -> dict[str, Any]:
    """solc's storage layout of `name` (always compiled directly: Ape's build does not carry it)."""
    unit, contract = _locate(name)
    _compile_missing([unit])
    layout = _load_direct(unit, contract).storage_layout
    assert layout is not None
    return layout
