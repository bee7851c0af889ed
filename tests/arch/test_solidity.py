"""Rules of the Solidity tree. Every rule is first shown a tree that breaks it."""

import re

import pytest

from tests.arch import rules
from tests.arch.tree import Import, UnreadableError, analyse, code_lines, read, solidity, understand
from tools import compile as build

HARD_LINES = 600
OWN_LEVELS = 2
PRAGMA = "0.8.37"


def lines(complaints: list[str]) -> str:
    return "\n" + "\n".join(complaints)


def toy(**sources: str):
    """A small tree, read by the compiler like the real one."""
    head = f"// SPDX-License-Identifier: MIT\npragma solidity {PRAGMA};\n"
    return understand(
        analyse({name.replace("__", "/") + ".sol": head + text for name, text in sources.items()})
    )


# ---------------------------------------------------------------- ranks


@pytest.mark.parametrize(
    ("source", "target", "allowed"),
    [
        ("contracts/lending/A.sol", "contracts/lending/B.sol", True),
        ("contracts/lending/A.sol", "contracts/common/math/B.sol", True),
        ("contracts/lending/A.sol", "contracts/pricing/interfaces/IB.sol", True),
        ("contracts/lending/A.sol", "contracts/pricing/B.sol", False),
        ("contracts/pricing/A.sol", "contracts/lending/interfaces/IB.sol", False),
        ("contracts/common/A.sol", "contracts/pricing/interfaces/IB.sol", False),
        ("contracts/lending/A.sol", "contracts/mocks/B.sol", False),
        ("contracts/lending/A.sol", "contracts/periphery/interfaces/IB.sol", False),
        ("contracts/mocks/A.sol", "contracts/lending/B.sol", True),
        ("contracts/unheard/A.sol", "contracts/common/B.sol", False),
        ("contracts/lending/A.sol", "@openzeppelin/contracts/token/ERC20/ERC20.sol", True),
        ("contracts/lending/A.sol", "solady/src/utils/LibSort.sol", True),
        ("contracts/lending/A.sol", "elsewhere/C.sol", False),
    ],
)
def test_import_rule__each_kind_of_edge__judged(source, target, allowed):
    assert (rules.import_complaint(Import(source, target, named=True)) is None) is allowed


def test_imports__whole_tree__keep_the_ranks():
    found = solidity()
    assert found.imports
    complaints = [text for edge in found.imports if (text := rules.import_complaint(edge))]
    assert not complaints, lines(complaints)


def test_imports__whole_tree__are_named():
    bad = toy(
        contracts__common__A="contract A {}", contracts__common__B='import "./A.sol"; contract B is A {}'
    )
    assert [edge.named for edge in bad.imports] == [False]
    unnamed = [f"{edge.source} imports {edge.target} whole" for edge in solidity().imports if not edge.named]
    assert not unnamed, lines(unnamed)


def test_interfaces__whole_tree__depend_on_no_implementation():
    bad = toy(
        contracts__lending__A="contract A {}",
        contracts__lending__interfaces__IB='import {A} from "../A.sol";'
        "interface IB { function a() external returns (A); } contract C {}",
    )
    assert len(rules.placement_complaints(bad)) == 2
    complaints = rules.placement_complaints(solidity())
    assert not complaints, lines(complaints)


# ---------------------------------------------------------------- names, headers, shape


def test_names__whole_tree__are_unique():
    bad = toy(contracts__common__A="interface IThing {}", contracts__market__B="library IThing {}")
    assert rules.duplicate_names(bad.units)
    complaints = rules.duplicate_names(solidity().units)
    assert not complaints, lines(complaints)


def test_headers__whole_tree__same_compiler_and_licence():
    found = solidity()
    wrong = [f"{name}: pragma {pragma}" for name, pragma in found.pragmas.items() if pragma != (PRAGMA,)]
    wrong += [f"{name}: licence {licence}" for name, licence in found.licenses.items() if licence != "MIT"]
    assert not wrong, lines(wrong)
    assert f"version: {PRAGMA}" in read(build.ROOT / "ape-config.yaml")


def test_inheritance__whole_tree__at_most_two_own_levels():
    chain = toy(contracts__common__A="contract A {} contract B is A {} contract C is B {} contract D is C {}")
    assert [rules.own_depth(unit, chain) for unit in chain.units] == [0, 1, 2, 3]
    found = solidity()
    deep = [
        f"{unit.source}: {unit.name} stands on {depth} own levels"
        for unit in found.units
        if unit.module != "mocks" and (depth := rules.own_depth(unit, found)) > OWN_LEVELS
    ]
    assert not deep, lines(deep)


def test_assembly__whole_tree__only_where_it_belongs():
    bad = toy(contracts__market__A="contract A { function f() public { assembly {} } }")
    assert len(rules.assembly_complaints(bad)) == 2 + len(rules.ASSEMBLY)
    complaints = rules.assembly_complaints(solidity())
    assert not complaints, lines(complaints)


# The lending group is one lock. These reach no guard, each for a reason.
UNGUARDED = {
    "CreditDesk": {
        "setMinDebt",  # restricted; moves nothing
        "settled",  # only the auction, between `release` and the end of `take`, while the lock is held
        "entered",  # tells whether the lock is held
        "latestRoundAt",  # of the oracle, not of the group
        "heldAt",  # counts custody for the book, which lists and unlists by it; no amount, no price
    },
    "LendingVault": {"locked", "asset", "decimals"}  # tell nothing that a callback could catch half-way
    | {"rateModel", "reserveFactorBps", "maxTip", "minRequest", "supplyCap"},  # parameters
    "LiquidationAuction": {
        "start",  # only the desk, which holds the lock
        "cancel",  # only the desk, which holds the lock
        "termsOf",  # what an auction was started with
    },
}
GUARDS = {"_enter", "_requireUnlocked", "debtOf", "open", "held", "_begin"}


def test_lock__every_entry_and_view_of_the_group__is_behind_it():
    bad = toy(
        contracts__common__A="""contract A {
            modifier open() { _; }
            function f() external { g(); }
            function g() internal {}
            function h() external open {}
            function i() external { j(); }
            function j() internal open {}
        }"""
    )
    assert rules.unguarded(bad.units[0], bad, {"open"}) == ["A.f"]
    found = solidity()
    for name, expected in UNGUARDED.items():
        [unit] = [unit for unit in found.units if unit.name == name]
        assert set(rules.unguarded(unit, found, GUARDS)) == {f"{name}.{function}" for function in expected}


def test_length__every_contract__within_the_hard_limit():
    assert code_lines("// a\n\ncode;\n/* b\n c */\n  code; // d\n", comment="//") == 2
    long = [
        f"{path.relative_to(build.ROOT)}: {count} lines of code"
        for path in build.sources()
        if (count := code_lines(path.read_text(), comment="//")) > HARD_LINES
    ]
    assert not long, lines(long)


# ---------------------------------------------------------------- documentation


def test_documentation__whole_tree__present():
    bad = toy(
        contracts__common__A="interface IA { function f() external; error E(); event V(); }"
        "contract A { function g() external {} }"
    )
    text = lines(rules.documentation_complaints(bad))
    for expected in ("IA.f", "IA.E", "IA.V", "A.g", "@custom:kill", "IA has neither"):
        assert expected in text
    complaints = rules.documentation_complaints(solidity())
    assert not complaints, lines(complaints)


def test_module_readmes__every_module_with_contracts__cover_what_is_promised():
    modules = {unit.module for unit in solidity().deployables()} - {"mocks"}
    assert modules
    complaints = []
    for module in sorted(modules):
        path = build.ROOT / "contracts" / module / "README.md"
        if not path.exists():
            complaints.append(f"contracts/{module}/README.md is missing")
            continue
        headings = " ".join(re.findall(r"^#+ (.*)$", path.read_text(), re.MULTILINE)).lower()
        complaints += [
            f"contracts/{module}/README.md has no heading about {topic}"
            for topic in ("rounding", "roles", "invariants", "pause")
            if topic not in headings
        ]
    assert not complaints, lines(complaints)


def test_reader__source_that_does_not_compile__raises():
    with pytest.raises(UnreadableError, match="do not compile"):
        toy(contracts__common__A="contract A { uint x = true; }")
