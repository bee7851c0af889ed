"""Artifacts follow the sources: compiled anew when an import changes, taken from a build only of now."""

import json

import pytest

from tests.helpers import artifacts

HEAD = "// SPDX-License-Identifier: MIT\npragma solidity 0.8.37;\n"
LEAF = HEAD + "library SampleLeaf { uint256 constant N = 1; }\n"
ROOT = (
    HEAD + 'import {SampleLeaf} from "./SampleLeaf.sol";\n'
    "contract SampleRoot { uint256 public kept; error Wrong(uint256 got);\n"
    "function n() external pure returns (uint256) { return SampleLeaf.N; } }\n"
)
ALONE = HEAD + "contract SampleAlone {}\n"


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """A project of its own, with the installed packages."""
    (tmp_path / "contracts").mkdir()
    (tmp_path / "node_modules").symlink_to(artifacts.ROOT / "node_modules")
    for name, text in (("SampleLeaf", LEAF), ("SampleRoot", ROOT), ("SampleAlone", ALONE)):
        (tmp_path / "contracts" / f"{name}.sol").write_text(text)
    monkeypatch.delenv("VITRINE_ARTIFACTS", raising=False)
    monkeypatch.setattr(artifacts, "CONTRACTS", tmp_path / "contracts")
    monkeypatch.setattr(artifacts, "BUILD", tmp_path / ".build" / "__local__.json")
    monkeypatch.setattr(artifacts, "CONFIG", tmp_path / "ape-config.yaml")
    monkeypatch.setattr(artifacts, "CACHE", tmp_path / "cache")
    monkeypatch.setattr(artifacts, "ROOT", tmp_path)
    monkeypatch.setattr(artifacts, "_loaded", {})
    artifacts.compiler_settings.cache_clear()
    yield tmp_path
    artifacts.compiler_settings.cache_clear()


def cached(tree):
    return {path.name for path in (tree / "cache").glob("*.json")}


def write_build(tree, names):
    """A build as Ape writes it, with runtime code nobody else would make."""
    sources = {
        f"contracts/{n}.sol": {"content": (tree / "contracts" / f"{n}.sol").read_text()} for n in names
    }
    types = {
        name: {
            "abi": [],
            "contractName": name,
            "sourceId": f"contracts/{name}.sol",
            "deploymentBytecode": {"bytecode": "0x01"},
            "runtimeBytecode": {"bytecode": "0x02"},
        }
        for name in names
    }
    (tree / ".build").mkdir(exist_ok=True)
    (tree / ".build" / "__local__.json").write_text(json.dumps({"contractTypes": types, "sources": sources}))


def test_load__import_changed__only_its_dependants_compile_again(tree):
    first, alone = artifacts.load("SampleRoot"), artifacts.load("SampleAlone")
    assert artifacts.closure("contracts/SampleRoot.sol") == [
        "contracts/SampleLeaf.sol",
        "contracts/SampleRoot.sol",
    ]
    before = cached(tree)
    (tree / "contracts" / "SampleLeaf.sol").write_text(LEAF.replace("N = 1", "N = 2"))
    artifacts._loaded.clear()
    second = artifacts.load("SampleRoot")
    assert second.runtime != first.runtime
    assert artifacts.load("SampleAlone") == alone
    assert len(cached(tree) - before) == 1


def test_load__artifact__carries_layout_and_errors(tree):
    found = artifacts.load("SampleRoot")
    assert {entry["name"] for entry in found.abi} == {"Wrong", "kept", "n"}
    assert [slot["label"] for slot in artifacts.storage_layout("SampleRoot")["storage"]] == ["kept"]
    assert found.abi in found.context


def test_load__source_does_not_compile__says_what_solc_says(tree):
    (tree / "contracts" / "SampleAlone.sol").write_text(ALONE.replace("{}", "{ uint256 x = true; }"))
    with pytest.raises(
        artifacts.CompileError, match=r"(?s)contracts/SampleAlone.sol.*not implicitly convertible"
    ):
        artifacts.load("SampleAlone")
    assert not cached(tree)


def test_load__import_missing__names_it(tree):
    (tree / "contracts" / "SampleLeaf.sol").unlink()
    with pytest.raises(artifacts.CompileError, match=r"contracts/SampleLeaf\.sol is imported"):
        artifacts.load("SampleRoot")


def test_load__unknown_name__says_so(tree):
    with pytest.raises(KeyError, match="no contract named Nowhere"):
        artifacts.load("Nowhere")


def test_load__optimizer_setting_changed__compiles_again(tree):
    artifacts.load("SampleAlone")
    first = cached(tree)
    (tree / "ape-config.yaml").write_text("solidity: {optimization_runs: 1000}\n")
    artifacts.compiler_settings.cache_clear()
    artifacts._loaded.clear()
    artifacts.load("SampleAlone")
    assert len(cached(tree) - first) == 1


def test_load__build_of_these_sources__is_used(tree):
    write_build(tree, ["SampleRoot", "SampleLeaf"])
    assert artifacts.load("SampleRoot").runtime == b"\x02"
    assert not (tree / "cache").exists()


def test_load__build_of_other_sources__is_left_aside(tree):
    write_build(tree, ["SampleRoot", "SampleLeaf"])
    (tree / "contracts" / "SampleLeaf.sol").write_text(LEAF.replace("N = 1", "N = 3"))
    assert len(artifacts.load("SampleRoot").runtime) > 1


def test_load__ape_only_and_not_built__says_compile(tree, monkeypatch):
    write_build(tree, ["SampleLeaf"])
    monkeypatch.setenv("VITRINE_ARTIFACTS", "ape")
    with pytest.raises(KeyError, match="run `ape compile`"):
        artifacts.load("SampleRoot")
