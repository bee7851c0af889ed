"""What holds for every file: locks, settings, paths, links, tests that really run."""

import ast
import re
import tomllib
from pathlib import Path

import pytest
import yaml

from tests.arch.tree import ROOT, files, read
from tools import lock

TEXT = (".py", ".sol", ".md", ".toml", ".yaml", ".yml", ".json", ".cfg", ".html", ".cjs", ".js", ".sh")
MACHINE_PATH = re.compile(r"(?<![\w.\-$}])/(?:home|root|Users|work|private|mnt)/[\w.\-]+")
UNFINISHED = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|X" + r"XX|HA" + r"CK)\b")
SKIPS = {"skip", "skipif", "xfail", "importorskip", "skipTest", "skipUnless", "skipIf", "SkipTest"}


# ---------------------------------------------------------------- locks and settings


def test_locks__both__fit_and_name_no_address():
    assert lock.check_pip_lock() > 50
    assert lock.check_npm_lock() > 5


@pytest.mark.parametrize(
    "line",
    [
        "web3==7.16.0",
        "web3==7.16.0 --hash=sha256:" + "0" * 63,
        "--index-url https://example.org/simple",
        "web3 @ https://example.org/web3.whl --hash=sha256:" + "0" * 64,
    ],
)
def test_pip_lock__line_without_hash_or_with_address__refused(line, tmp_path, monkeypatch):
    bad = tmp_path / "requirements.lock"
    bad.write_text(line + "\n")
    monkeypatch.setattr(lock, "PIP_LOCK", bad)
    with pytest.raises(lock.LockError):
        lock.check_pip_lock()


def test_npm_lock__with_an_address__refused(tmp_path, monkeypatch):
    bad = tmp_path / "package-lock.json"
    bad.write_text(
        (ROOT / "package-lock.json").read_text().replace('"version"', '"resolved": "https://x", "version"', 1)
    )
    monkeypatch.setattr(lock, "NPM_LOCK", bad)
    with pytest.raises(lock.LockError, match="address"):
        lock.check_npm_lock()


def test_optimizer_setting__ape_and_forge__equal():
    ape = yaml.safe_load(read(Path("ape-config.yaml")))["solidity"]
    forge = tomllib.loads(read(Path("foundry.toml")))["profile"]["default"]
    assert (ape["optimization_runs"], ape["via_ir"], ape["evm_version"]) == (
        forge["optimizer_runs"],
        forge["via_ir"],
        forge["evm_version"],
    )
    pipeline = "via-IR" if ape["via_ir"] else "legacy"
    assert f"**Chosen: {pipeline}, {ape['optimization_runs']:,} runs.**" in read(Path("docs/toolchain.md"))


def test_compiler__shim_and_package__same_version():
    packages = yaml.safe_load(read(Path("package.json")))["dependencies"]
    assert f'VERSION = "{packages["solc"]}+commit.' in read(Path("tools/solc"))


# ---------------------------------------------------------------- text


def test_machine_paths__planted__found():
    assert MACHINE_PATH.search("see /home/" + "someone/x")
    assert not MACHINE_PATH.search("out/home/x and https://a/root/b")


def test_machine_paths__no_file__names_one():
    found = [
        f"{path}: {match[0]}"
        for path in files(*TEXT)
        if path.suffix != ".csv" and (match := MACHINE_PATH.search(read(path)))
    ]
    assert not found, "\n" + "\n".join(found)


def test_unfinished__no_file__carries_a_mark():
    found = [f"{path}: {match[0]}" for path in files(*TEXT) if (match := UNFINISHED.search(read(path)))]
    assert not found, "\n" + "\n".join(found)


def test_links__every_relative_one__resolves():
    checked, broken = 0, []
    for path in files(".md"):
        for target in re.findall(r"\]\(([^)\s]+)\)", read(path)):
            if re.match(r"^(?:[a-z]+:|#)", target):
                continue
            checked += 1
            if not (ROOT / path.parent / target.split("#")[0]).exists():
                broken.append(f"{path}: {target}")
    assert checked
    assert not broken, "\n" + "\n".join(broken)


# ---------------------------------------------------------------- tests that run


def skips(text: str) -> list[int]:
    """Lines that skip a test or expect it to fail, `pytest.skip` under any import."""
    found = []
    for node in ast.walk(ast.parse(text)):
        name = (
            node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else None
        )
        if name in SKIPS:
            found.append(node.lineno)
        if isinstance(node, ast.ImportFrom) and any(alias.name in SKIPS for alias in node.names):
            found.append(node.lineno)
    return found


def test_skips__planted__found():
    for text in (
        "import pytest\npytest." + "skip('x')",
        "@pytest.mark." + "xfail\ndef f(): ...",
        "from pytest import " + "skip",
    ):
        assert skips(text)


def test_skips__no_test__is_skipped_or_expected_to_fail():
    tests = [path for path in files(".py") if path.parts[0] == "tests"]
    assert tests
    found = [f"{path}:{line}" for path in tests for line in skips(read(path))]
    assert not found, "\n" + "\n".join(found)


def test_names__every_test_file__has_unique_test_functions():
    """A second function of one name silently replaces the first."""
    doubled = []
    for path in files(".py"):
        if path.parts[0] != "tests":
            continue
        for scope in ast.walk(ast.parse(read(path))):
            if not isinstance(scope, (ast.Module, ast.ClassDef)):
                continue
            names = [
                n.name for n in scope.body if isinstance(n, ast.FunctionDef) and n.name.startswith("test_")
            ]
            doubled += [f"{path}: {name}" for name in set(names) if names.count(name) > 1]
    assert not doubled, "\n" + "\n".join(doubled)
