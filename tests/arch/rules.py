"""The rules of the layout, from data to complaints, so that each can be shown a tree that breaks it."""

from pathlib import Path

from tests.arch.tree import Import, Solidity, Unit, python_imports

RANK = (
    "common",
    "royalties",
    "market",
    "pricing",
    "liquidation",
    "lending",
    "derivatives",
    "protection",
    "periphery",
)
# Assembly stands in common/ and in libraries/. Elsewhere only here, each for one reason.
ASSEMBLY = {
    "contracts/lending/LendingVault.sol": "calls a cover with bounded gas and ignores what it answers",
    "contracts/lending/VaultBook.sol": "asks a cover with bounded gas; a malformed answer counts as nothing",
    "contracts/pricing/FloorOracle.sol": "asks feeds with bounded gas; a malformed answer counts as dead",
    "contracts/periphery/AccountLens.sol": "writes packed pages of accounts in place",
    "contracts/pricing/SignedFloorFeed.sol": "walks packed calldata of many reports in one pass",
}
LIBRARIES = ("@openzeppelin/contracts/", "solady/src/")

# Lower layers first; a module may import its own layer and those below.
LAYERS = (
    ("units", "errors", "settings", "schemas", "benching"),
    ("models",),
    ("pricing", "risk", "exchange", "routing"),
    ("node", "chain"),
    ("registry", "deploy", "sdk"),
    ("indexer",),
    ("keepers",),
    ("dashboard", "demo"),
    ("cli", "__main__"),
)
LAYER = {name: rank for rank, names in enumerate(LAYERS) for name in names}
OFFLINE = ("units", "errors", "settings", "models", "pricing", "routing")  # never reach for a chain
CHAIN_PACKAGES = ("ape", "web3", "silverback", "eth_account", "requests", "httpx", "aiohttp", "urllib")


def import_complaint(edge: Import) -> str | None:
    """Why `edge` may not be, or None."""
    if edge.target.startswith(LIBRARIES):
        return None
    source, target = edge.source.split("/"), edge.target.split("/")
    if target[0] != "contracts" or len(target) < 3:
        return f"{edge.source} imports {edge.target}: neither the project's own nor {' nor '.join(LIBRARIES)}"
    mine, other = source[1], target[1]
    for module in (mine, other):
        if module not in RANK and module != "mocks":
            return f"{edge.source} imports {edge.target}: {module} has no rank"
    if mine == "mocks" or other in (mine, "common"):
        return None
    if other in ("mocks", "periphery"):
        return f"{edge.source} imports {edge.target}: nothing may import {other}"
    if RANK.index(other) >= RANK.index(mine):
        return f"{edge.source} imports {edge.target}: {other} ranks above {mine}; declare a hook here instead"
    if "interfaces" not in target:
        return f"{edge.source} imports {edge.target}: of another module only interfaces/ may be imported"
    return None


def placement_complaints(found: Solidity) -> list[str]:
    """Interfaces folders hold interfaces and named constants, and do not depend on implementations."""
    complaints = [
        f"{unit.source}: {unit.kind} {unit.name} stands in interfaces/"
        for unit in found.units
        if "/interfaces/" in unit.source
        and (
            unit.kind == "contract"
            or any(unit.kind == "library" and m.kind == "function" for m in unit.members)
        )
    ]
    for edge in found.imports:
        own = edge.target.startswith("contracts/")
        below = {"interfaces", "types", "libraries"} & set(edge.target.split("/"))
        if "/interfaces/" in edge.source and own and not below:
            complaints.append(
                f"{edge.source} imports {edge.target}: an interface depends on an implementation"
            )
    return complaints


def duplicate_names(units: tuple[Unit, ...]) -> list[str]:
    seen: dict[str, str] = {}
    complaints = []
    for unit in units:
        if unit.name in seen:
            complaints.append(f"{unit.name} stands in {seen[unit.name]} and in {unit.source}")
        seen[unit.name] = unit.source
    return complaints


def own_depth(unit: Unit, found: Solidity) -> int:
    """Longest chain of own contracts above `unit`, interfaces not counted."""
    by_id = {other.identity: other for other in found.units}
    parents = [by_id[base] for base in unit.bases if base in by_id and by_id[base].kind != "interface"]
    return max((1 + own_depth(parent, found) for parent in parents), default=0)


def assembly_complaints(found: Solidity) -> list[str]:
    """Assembly outside its places, blocks that are not memory-safe, and places that no longer need it."""
    complaints = []
    for source, flags in found.assembly.items():
        parts = source.split("/")
        free = parts[1] in ("common", "mocks") or "libraries" in parts
        if flags and not free and source not in ASSEMBLY:
            complaints.append(f"{source}: {len(flags)} assembly blocks outside common/ and libraries/")
        if parts[1] != "mocks" and not all("memory-safe" in flag for flag in flags):
            complaints.append(f"{source}: an assembly block is not marked memory-safe")
    complaints += [
        f"{source}: listed in ASSEMBLY, has none" for source in ASSEMBLY if not found.assembly.get(source)
    ]
    return complaints


def unguarded(unit: Unit, found: Solidity, guards: set[str]) -> list[str]:
    """External functions of `unit` and its parents that reach none of `guards` in any way."""
    by_id = {other.identity: other for other in found.units}
    family, todo = [], [unit]
    while todo:
        current = todo.pop()
        if current.kind != "interface" and current not in family:
            family.append(current)
            todo += [by_id[base] for base in current.bases if base in by_id]
    functions = [member for one in family for member in one.members if member.kind == "function"]
    calls: dict[str, set[str]] = {}
    for member in functions:
        calls.setdefault(member.name, set()).update(member.reaches)

    def guarded(start: frozenset[str]) -> bool:
        seen: set[str] = set()
        todo = list(start)
        while todo:
            name = todo.pop()
            if name in guards:
                return True
            if name not in seen:
                seen.add(name)
                todo += calls.get(name, ())
        return False

    return sorted(
        f"{unit.name}.{member.name}"
        for member in functions
        if member.visibility in ("external", "public")
        and member.name != "constructor"
        and member.mutability != "pure"
        and not guarded(member.reaches)
    )


def documentation_complaints(found: Solidity) -> list[str]:
    complaints = []
    for unit in found.units:
        if unit.module == "mocks" or "/external/" in unit.source:
            continue
        if "@notice" not in unit.documentation and "@title" not in unit.documentation:
            complaints.append(f"{unit.source}: {unit.name} has neither @title nor @notice")
        for member in unit.members:
            where = f"{unit.source}: {unit.name}.{member.name}"
            text = member.documentation
            if unit.kind == "interface":
                if "@notice" not in text and "@inheritdoc" not in text:
                    complaints.append(f"{where} ({member.kind}) has no @notice")
            elif (
                member.visibility in ("external", "public")
                and not member.fixed
                and member.name not in ("constructor", "receive")
                and "@inheritdoc" not in text
                and "@notice" not in text
            ):
                complaints.append(f"{where} ({member.kind}) has neither @inheritdoc nor @notice")
        if unit.deployable:
            _, mark, note = unit.documentation.partition("@custom:kill")
            if not mark or not note.strip():
                complaints.append(f"{unit.source}: {unit.name} is deployable and has no @custom:kill note")
    return complaints


def layer_complaints(path: Path, text: str) -> list[str]:
    """Which imports of the package module at `path` point upward or out."""
    mine = path.with_suffix("").parts[1]
    if mine == "__init__":
        inside = [name for name in python_imports(path, text) if name.startswith("vitrine.")]
        return [f"{path} imports {name}: the package itself stays empty" for name in inside]
    if mine not in LAYER:
        return [f"{path}: {mine} has no layer; add it to LAYERS"]
    complaints = []
    for name in python_imports(path, text):
        parts = name.split(".")
        if parts[0] in ("tests", "scripts", "tools"):
            complaints.append(f"{path} imports {name}: the package does not know {parts[0]}")
        if mine in OFFLINE and parts[0] in CHAIN_PACKAGES:
            complaints.append(f"{path} imports {name}: {mine} is offline")
        if parts[0] != "vitrine" or len(parts) < 2:
            continue
        if parts[1].startswith("__"):
            continue
        if parts[1] not in LAYER:
            complaints.append(f"{path} imports {name}: {parts[1]} has no layer; add it to LAYERS")
        elif LAYER[parts[1]] > LAYER[mine]:
            complaints.append(f"{path} imports {name}: {parts[1]} lies above {mine}")
    return complaints
