"""Plants one fault at a time in a scratch copy of the tree and runs the tests named for it."""

import contextlib
import os
import queue
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.mutants.fault import Fault

COPIED = ("contracts", "tests", "vitrine", "scripts", "tools", "docs")
LINKED = ("node_modules", ".venv", ".tool")
SKIPPED = shutil.ignore_patterns("__pycache__", ".cache", "*.pyc")
LIMIT = 900  # seconds for one run


@dataclass(frozen=True)
class Verdict:
    """`state`: killed (a named test went red), survived, or broken (the fault itself is no good)."""

    fault: Fault
    state: str
    seconds: float
    detail: str = ""


def complaints(faults: Sequence[Fault], root: Path) -> list[str]:
    """What is wrong with the list itself."""
    found = []
    for fault in faults:
        path = root / fault.path
        if not path.is_file():
            found.append(f"{fault.id}: {fault.path} does not exist")
            continue
        count = path.read_text().count(fault.old)
        if count != 1:
            found.append(f"{fault.id}: the old text occurs {count} times in {fault.path}, expected once")
        if fault.old == fault.new:
            found.append(f"{fault.id}: changes nothing")
        if not fault.tests:
            found.append(f"{fault.id}: names no test")
        for node in fault.tests:
            file, _, function = node.partition("::")
            name = function.split("::")[-1].split("[")[0]
            if not (root / file).is_file():
                found.append(f"{fault.id}: {file} does not exist")
            elif (
                name
                and f"def {name}(" not in (root / file).read_text()
                and not name.startswith("test_machine")
            ):
                found.append(f"{fault.id}: {file} has no {name}")
    ids = [fault.id for fault in faults]
    found += [f"{i} is used twice" for i in sorted(set(ids)) if ids.count(i) > 1]
    return found


def scratch_copy(root: Path, target: Path) -> None:
    """A copy of the sources beside links to what was installed."""
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for entry in root.iterdir():
        if entry.name in LINKED:
            (target / entry.name).symlink_to(entry.resolve())
        elif entry.is_dir() and entry.name in COPIED:
            shutil.copytree(entry, target / entry.name, ignore=SKIPPED)
        elif entry.is_file() and not entry.is_symlink():
            shutil.copy2(entry, target / entry.name)


def run_tests(tree: Path, nodes: Iterable[str], cache: Path) -> tuple[int, str]:
    """(exit code of pytest, its output)"""
    command = [sys.executable, "-B", "-m", "pytest", "-p", "no:ape_test", "-q", "-x", "--tb=line"]
    environment = os.environ | {
        "VITRINE_ARTIFACTS": "direct",
        "VITRINE_ARTIFACT_CACHE": str(cache),
        "VITRINE_TEST_PROFILE": "quick",
        "PYTHONPATH": "",
    }
    try:
        done = subprocess.run(
            [*command, *nodes],
            cwd=tree,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=LIMIT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return -1, f"no end within {LIMIT} seconds"
    return done.returncode, done.stdout


def judge(fault: Fault, tree: Path, cache: Path) -> Verdict:
    """Plant, run, take out."""
    path, start = tree / fault.path, time.monotonic()
    original = path.read_text()
    path.write_text(original.replace(fault.old, fault.new))
    try:
        code, output = run_tests(tree, fault.tests, cache)
    finally:
        path.write_text(original)
    seconds = time.monotonic() - start
    tail = "\n".join(output.strip().splitlines()[-12:])
    if code == 0:
        return Verdict(fault, "survived", seconds)
    if code != 1 or "CompileError" in output:
        return Verdict(fault, "broken", seconds, tail)
    return Verdict(fault, "killed", seconds)


def run(
    faults: Sequence[Fault],
    root: Path,
    jobs: int = 2,
    report: Callable[[Verdict], None] = lambda _: None,
) -> list[Verdict]:
    """Judge all faults over `jobs` scratch copies. The named tests must pass without any fault first."""
    base = root / ".cache" / "mutants"
    cache = Path(os.environ.get("VITRINE_ARTIFACT_CACHE") or root / ".cache" / "artifacts")
    copies = [base / f"{os.getpid()}-{i}" for i in range(max(1, min(jobs, len(faults))))]
    waiting: queue.SimpleQueue[Fault] = queue.SimpleQueue()
    verdicts: list[Verdict] = []
    try:
        for copy in copies:
            scratch_copy(root, copy)
        nodes = sorted({node for fault in faults for node in fault.tests})
        code, output = run_tests(copies[0], nodes, cache)
        if code != 0:
            raise RuntimeError(f"the named tests fail without any fault:\n{output[-4000:]}")
        for fault in faults:
            waiting.put(fault)

        def work(copy: Path) -> None:
            with contextlib.suppress(queue.Empty):
                while True:
                    verdict = judge(waiting.get_nowait(), copy, cache)
                    verdicts.append(verdict)
                    report(verdict)

        threads = [threading.Thread(target=work, args=(copy,)) for copy in copies]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        for copy in copies:
            shutil.rmtree(copy, ignore_errors=True)
    return verdicts
