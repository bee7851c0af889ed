"""Install what the project needs inside its own folder. Run by every make target; quick when nothing changed.

    .venv/          Python packages, from requirements.lock (hashes required) and the project itself, editable
    node_modules/   Solidity libraries, the compiler, Anvil and forge, from package-lock.json
    .tool/          the compiler under the name Ape looks for, stamps and logs of this file

A `.venv` or `node_modules` that is a symbolic link is somebody's own environment: it is used, never changed.
Standard library only: this file runs before anything is installed.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
import venv
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
MODULES = ROOT / "node_modules"
TOOL = ROOT / ".tool"
PYTHON = VENV / "bin" / "python"
SOLC_LINK = TOOL / "solc-v0.8.37"
BUILD_FIRST = (
    "flit-core==",
    "setuptools==",
)  # what the few source packages and the project itself are built with
BINARIES = ("anvil", "forge", "cast")


class SetupError(Exception):
    """Something the machine must have is missing; the message says what."""


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def run(command: list[str], log: Path, what: str, **environment: str) -> None:
    """Run quietly; on failure show the end of the log."""
    with log.open("a") as out:
        out.write(f"$ {' '.join(command)}\n")
        out.flush()
        done = subprocess.run(
            command,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            env={**os.environ, **environment},
        )
    if done.returncode != 0:
        tail = "\n".join(f"    {line}" for line in log.read_text().splitlines()[-15:])
        raise SetupError(f"{what} failed; the end of {log.relative_to(ROOT)}:\n{tail}")


def digest(*names: str) -> str:
    """What an installation depends on, including where it stands: a moved .venv does not work."""
    state = hashlib.sha256(str(ROOT).encode())
    for name in names:
        state.update((ROOT / name).read_bytes())
    return state.hexdigest()


def once(stamp: Path, key: str, present: Path, step: Callable[[], None]) -> None:
    if present.exists() and stamp.exists() and stamp.read_text() == key:
        return
    stamp.unlink(missing_ok=True)
    step()
    stamp.write_text(key)


def install_python() -> None:
    started = time.monotonic()
    say("setup: installing Python packages into .venv (once, about two minutes)")
    shutil.rmtree(VENV, ignore_errors=True)
    log = TOOL / "pip.log"
    log.unlink(missing_ok=True)
    try:
        venv.create(VENV, with_pip=True)
    except (subprocess.CalledProcessError, OSError) as error:
        raise SetupError(f"python -m venv failed ({error}); on Debian install python3.11-venv") from error
    pip = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--quiet"]
    locked = (ROOT / "requirements.lock").read_text().splitlines()
    first = TOOL / "build-first.txt"
    first.write_text("\n".join(line for line in locked if line.startswith(BUILD_FIRST)) + "\n")
    hashed = [*pip, "--require-hashes", "--no-deps", "--no-compile", "--no-build-isolation", "--use-pep517"]
    run([*hashed, "-r", str(first)], log, "installing the Python build tools")
    run([*hashed, "-r", "requirements.lock"], log, "installing the Python packages")
    run(
        [*pip, "--no-deps", "--no-build-isolation", "--editable", "."],
        log,
        "installing the project into .venv",
    )
    say(f"setup: Python packages ready after {time.monotonic() - started:.0f} s")


def install_node() -> None:
    say("setup: installing npm packages into node_modules")
    log = TOOL / "npm.log"
    log.unlink(missing_ok=True)
    run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], log, "npm ci")


def check_binaries() -> None:
    """The native tools come as packages of one platform each, which npm skips silently on any other."""
    for name in BINARIES:
        binary = MODULES / ".bin" / name
        try:
            subprocess.run([str(binary), "--version"], check=True, capture_output=True, timeout=60)
        except (OSError, subprocess.SubprocessError) as error:
            system, machine = os.uname().sysname.lower(), os.uname().machine
            arch = {"x86_64": "amd64", "aarch64": "arm64"}.get(machine, machine)
            raise SetupError(
                f"{name} does not run ({error.__class__.__name__}). This machine is {system}/{machine}; "
                f"the lock names @foundry-rs/{name}-linux-amd64. Add @foundry-rs/{name}-{system}-{arch} to "
                "optionalDependencies in package.json and run tools/lock.py."
            ) from error


def link_compiler() -> None:
    target = Path("..") / "tools" / "solc"
    if not SOLC_LINK.is_symlink() or SOLC_LINK.readlink() != target:
        SOLC_LINK.unlink(missing_ok=True)
        SOLC_LINK.symlink_to(target)


def check_node() -> None:
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        raise SetupError("Node 20 or newer with npm is needed and `node` or `npm` is not on the PATH")
    text = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout.strip()
    if not text.startswith("v") or int(text[1:].split(".")[0]) < 20:
        raise SetupError(f"Node 20 or newer is needed; `node --version` says {text or 'nothing'}")


def setup() -> None:
    if sys.version_info[:2] != (3, 11):
        raise SetupError(f"Python 3.11 is needed; this is {sys.version.split()[0]} (set PYTHON=…/python3.11)")
    check_node()
    TOOL.mkdir(exist_ok=True)
    with (TOOL / "lock").open("w") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)  # two makes in one tree install once
        if not VENV.is_symlink():
            key = digest("requirements.lock", "pyproject.toml", "tools/setup.py")
            once(TOOL / "python.stamp", key, PYTHON, install_python)
        key = digest("package-lock.json")
        if not MODULES.is_symlink():
            once(TOOL / "node.stamp", key, MODULES / ".package-lock.json", install_node)
        once(TOOL / "binaries.stamp", key, MODULES / ".bin" / "anvil", check_binaries)
        link_compiler()


def main() -> int:
    try:
        setup()
    except SetupError as error:
        say(f"setup: {error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
