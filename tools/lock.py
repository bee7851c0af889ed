"""Write the lock files, or check that they still fit (`--check`, offline and fast).

    python3.11 tools/lock.py           resolve pyproject.toml and package.json anew
    python3.11 tools/lock.py --check   fail when a lock misses a dependency, a hash, or names an address

requirements.lock is made from pip's own resolver report: every package with its version and the sha256 of
the one file that was chosen. It therefore fits CPython 3.11 on Linux x86-64 and nothing else. Neither lock
records where a file came from; the client's configuration decides that, the hash decides what is accepted.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PIP_LOCK = ROOT / "requirements.lock"
NPM_LOCK = ROOT / "package-lock.json"
HEADER = """\
# Written by tools/lock.py from pyproject.toml; do not edit.
# CPython 3.11 on Linux x86-64. Install with: pip install --require-hashes --no-deps -r requirements.lock
"""
PIN = re.compile(
    r"^(?P<name>[a-z0-9][a-z0-9._-]*)==(?P<version>[^\s;]+) --hash=sha256:(?P<hash>[0-9a-f]{64})$"
)
ADDRESS = re.compile(r"https?:|file:|git\+|//", re.IGNORECASE)


class LockError(Exception):
    """A lock file does not fit; the message says which line and what to do."""


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def wanted() -> list[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return [*project["dependencies"], *project["optional-dependencies"]["dev"]]


def write_pip_lock() -> int:
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = [
            sys.executable,
            "-m",
            "pip",
            "install",
            "--dry-run",
            "--ignore-installed",
            "--quiet",
            "--quiet",
        ]
        subprocess.run([*command, "--report", str(report), *wanted()], check=True, cwd=ROOT)
        installs = json.loads(report.read_text())["install"]
    lines = sorted(
        f"{canonical(item['metadata']['name'])}=={item['metadata']['version']}"
        f" --hash=sha256:{item['download_info']['archive_info']['hashes']['sha256']}"
        for item in installs
    )
    PIP_LOCK.write_text(HEADER + "\n".join(lines) + "\n")
    return len(lines)


def write_npm_lock() -> int:
    subprocess.run(
        ["npm", "install", "--package-lock-only", "--ignore-scripts", "--silent"], check=True, cwd=ROOT
    )
    lock = json.loads(NPM_LOCK.read_text())
    for package in lock["packages"].values():
        package.pop("resolved", None)
        package.pop("funding", None)
    NPM_LOCK.write_text(json.dumps(lock, indent=2) + "\n")
    return len(lock["packages"]) - 1


def check_pip_lock() -> int:
    pins: dict[str, str] = {}
    for number, line in enumerate(PIP_LOCK.read_text().splitlines(), start=1):
        if line.startswith("#"):
            continue
        match = PIN.match(line)
        if match is None:
            raise LockError(f"requirements.lock:{number} is not 'name==version --hash=sha256:…': {line!r}")
        if ADDRESS.search(line):
            raise LockError(f"requirements.lock:{number} names an address; run tools/lock.py")
        pins[match["name"]] = match["version"]
    if not pins:
        raise LockError("requirements.lock holds no package; run tools/lock.py")
    for requirement in wanted():
        match = re.match(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?(?:==([^;\s]+))?$", requirement)
        if match is None:
            raise LockError(f"pyproject.toml: {requirement!r} is not pinned as 'name==version'")
        name, version = canonical(match[1]), match[2]
        if name not in pins:
            raise LockError(f"requirements.lock misses {name} of pyproject.toml; run tools/lock.py")
        if version is not None and not re.fullmatch(re.escape(version).replace(r"\*", r".*"), pins[name]):
            raise LockError(
                f"pyproject.toml wants {name} {version}, the lock has {pins[name]}; run tools/lock.py"
            )
    return len(pins)


def check_npm_lock() -> int:
    text = NPM_LOCK.read_text()
    lock = json.loads(text)
    manifest = json.loads((ROOT / "package.json").read_text())
    root = lock["packages"][""]
    for key in ("dependencies", "optionalDependencies"):
        if root.get(key, {}) != manifest.get(key, {}):
            raise LockError(f"package-lock.json does not fit package.json ({key}); run tools/lock.py")
    for number, line in enumerate(text.splitlines(), start=1):
        if ADDRESS.search(re.sub(r'"integrity": "[^"]*"', "", line)):
            raise LockError(f"package-lock.json:{number} names an address; run tools/lock.py")
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    if not packages:
        raise LockError("package-lock.json holds no package; run tools/lock.py")
    for name, entry in packages.items():
        if not str(entry.get("integrity", "")).startswith("sha512-"):
            raise LockError(f"package-lock.json: {name} has no sha512 integrity; run tools/lock.py")
    return len(packages)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="check only, change nothing, reach no registry")
    try:
        if parser.parse_args().check:
            print(
                f"locks fit: {check_pip_lock()} Python and {check_npm_lock()} npm packages, all with hashes"
            )
        else:
            print(f"locked {write_pip_lock()} Python and {write_npm_lock()} npm packages")
            check_pip_lock()
            check_npm_lock()
    except (LockError, OSError, KeyError, ValueError) as error:
        print(f"lock: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
