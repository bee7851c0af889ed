"""The table of roles covers exactly the restricted entries of the sources."""

import re
from pathlib import Path

from vitrine.deploy import roles
from vitrine.settings import settings

_CONTRACT = re.compile(r"^(abstract )?contract (\w+)(?: is ([^{]*))?", re.MULTILINE)
_RESTRICTED = re.compile(r"function (\w+)\([^)]*\)[^{;]*?\brestricted\b")


def restricted_entries() -> dict[str, set[str]]:
    """By deployable: its own entries and those of its parents."""
    own: dict[str, set[str]] = {}
    parents: dict[str, list[str]] = {}
    deployable = []
    for path in Path(settings().root, "contracts").rglob("*.sol"):
        if "mocks" in path.parts or ".cache" in path.parts:
            continue
        text = re.sub(r"//[^\n]*|/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)
        for abstract, name, bases in _CONTRACT.findall(text):
            own[name] = set(_RESTRICTED.findall(text))
            parents[name] = [base.split("(")[0].strip() for base in bases.split(",")]
            if not abstract:
                deployable.append(name)

    def entries(name: str) -> set[str]:
        return own.get(name, set()).union(*(entries(base) for base in parents.get(name, [])))

    return {name: found for name in deployable if (found := entries(name))}


def test_roles__every_restricted_entry__has_exactly_one() -> None:
    table = {
        contract: [name for names in by_role.values() for name in names]
        for contract, by_role in roles.ENTRIES.items()
    }
    assert {contract: set(names) for contract, names in table.items()} == restricted_entries()
    assert all(len(names) == len(set(names)) for names in table.values())


def test_roles__every_role_used__has_a_name() -> None:
    used = {role for by_role in roles.ENTRIES.values() for role in by_role}
    assert used == set(roles.ROLE_NAMES)


def test_plan__local__deploys_every_contract_of_the_tree() -> None:
    """But those of which governance makes one when it needs one."""
    from vitrine.deploy.params import read_params
    from vitrine.deploy.plan import Planner
    from vitrine.deploy.steps import Create, CreateGroup
    from vitrine.registry import artifacts

    known = artifacts()
    accounts = [f"0x{number:040x}" for number in range(1, 31)]
    planned: set[str] = set()
    for step in Planner(read_params("local"), known, accounts, accounts[0]).plan().steps:
        members = (
            step.members if isinstance(step, CreateGroup) else [step] if isinstance(step, Create) else []
        )
        planned |= {member.artifact for member in members}
    deployable = {
        name
        for path in Path(settings().root, "contracts").rglob("*.sol")
        if "mocks" not in path.parts and ".cache" not in path.parts
        for abstract, name, _ in _CONTRACT.findall(path.read_text())
        if not abstract
    }
    assert deployable - planned == {"AggregatorFeed", "PoolTwapFeed"}
