"""Prove the README's promise: a fresh clone works anywhere, twice, beside another, and leaves nothing behind.

    python3.11 tools/prove_clone.py                 everything (about half an hour on two cores)
    python3.11 tools/prove_clone.py --skip-test     only `make demo`, not `make test`

Clones the committed state into a folder with a space in its name and into one below the temporary folder,
runs the commands of the README's quick start in both (twice in the first), then both copies beside each
other, then ends the demo half-way with SIGINT, SIGTERM and SIGKILL. After every step no process may be left,
`git status` must be clean and the home folder that the runs were given must be empty. Standard library only.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOKEN = "VITRINE_PROOF"
GRACE = 20.0  # seconds that a signalled run has for putting everything away


class ProofError(Exception):
    """The promise does not hold; the message says where."""


def say(text: str) -> None:
    print(f"proof: {text}", flush=True)


def commands() -> list[list[str]]:
    """The make commands of the first code block in the README."""
    block = re.search(r"```sh\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    found = [line.split("#")[0].split() for line in (block[1] if block else "").splitlines()]
    makes = [words for words in found if words[:1] == ["make"]]
    if [words[1] for words in makes] != ["demo", "test"]:
        raise ProofError(f"the README's first code block should run make demo and make test, it has {makes}")
    return makes


class Copy:
    """A clone, and every process that it ever starts, recognised by a mark in its environment."""

    def __init__(self, folder: Path, home: Path) -> None:
        self.folder, self.home, self.mark = folder, home, uuid.uuid4().hex
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(folder)], check=True)
        self.log = folder.parent / f"{folder.name}.log"

    def environment(self, *, own_home: bool) -> dict[str, str]:
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("APE_", "VITRINE_", "MAKE"))
        }
        marked = {**kept, TOKEN: self.mark, "PYTHON": sys.executable}
        return {**marked, "HOME": str(self.home)} if own_home else marked

    def start(self, words: list[str], *, own_home: bool = True) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as out:
            out.write(f"$ {' '.join(words)}\n".encode())
            out.flush()
            return subprocess.Popen(
                words, cwd=self.folder, env=self.environment(own_home=own_home), stdin=subprocess.DEVNULL,
                stdout=out, stderr=out, start_new_session=True,
            )  # fmt: skip

    def run(self, words: list[str], *, own_home: bool = True) -> float:
        started = time.monotonic()
        code = self.start(words, own_home=own_home).wait()
        seconds = time.monotonic() - started
        if code != 0:
            tail = self.log.read_text(errors="replace").splitlines()[-30:]
            raise ProofError(f"`{' '.join(words)}` in {self.folder} ended with {code}\n" + "\n".join(tail))
        say(f"{' '.join(words)} in “{self.folder.name}”: {seconds:.0f} s")
        return seconds

    def processes(self) -> list[int]:
        needle = f"{TOKEN}={self.mark}".encode()
        found = []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                state = (entry / "stat").read_text().rsplit(")", 1)[1].split()[0]
                if state != "Z" and needle in (entry / "environ").read_bytes().split(b"\0"):
                    found.append(int(entry.name))
            except OSError:
                continue
        return found

    def named(self, text: str) -> list[int]:
        found = []
        for process in self.processes():
            try:
                if text.encode() in Path(f"/proc/{process}/cmdline").read_bytes():
                    found.append(process)
            except OSError:
                continue
        return found

    def must_be_clean(self, after: str) -> None:
        deadline = time.monotonic() + GRACE
        while (left := self.processes()) and time.monotonic() < deadline:
            time.sleep(0.2)
        if left:
            names = [Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode() for pid in left]
            raise ProofError(f"after {after} these processes are left: {names}")
        status = subprocess.run(
            ["git", "status", "--porcelain"], cwd=self.folder, capture_output=True, text=True, check=True
        ).stdout
        if status:
            raise ProofError(f"after {after} `git status` in {self.folder} is not clean:\n{status}")
        if written := [str(path) for path in self.home.rglob("*") if path.is_file()]:
            raise ProofError(f"after {after} the home folder holds {written[:5]}")

    def summary(self) -> dict[str, object]:
        found: dict[str, object] = json.loads((self.folder / "out/demo/summary.json").read_text())
        return {key: value for key, value in found.items() if not key.startswith("seconds")}


def end_half_way(copy: Copy, kind: signal.Signals, whom: str, seconds: float) -> None:
    make = copy.start(["make", "demo"])
    deadline = time.monotonic() + 60 + seconds
    while not copy.named("anvil"):
        if make.poll() is not None or time.monotonic() > deadline:
            raise ProofError(f"the demo started no chain (exit code {make.poll()})")
        time.sleep(0.1)
    time.sleep(seconds / 2)
    if make.poll() is not None:
        raise ProofError("the demo was over before half of the time it took before")
    if whom == "terminal":  # Ctrl-C reaches the whole foreground group
        os.killpg(make.pid, kind)
    elif whom == "make":
        make.send_signal(kind)
    else:
        for process in copy.named("vitrine\0demo") or copy.named("vitrine"):
            os.kill(process, kind)
    code = make.wait(timeout=GRACE + 10)
    if code == 0:
        raise ProofError(f"the demo ended by {kind.name} reports success")
    copy.must_be_clean(f"{kind.name} to the {whom}")
    say(f"{kind.name} to the {whom} half-way: exit code {code}, no process left, git status clean")


def prove(base: Path, below_temporary: Path, *, with_test: bool) -> None:
    demo, test = commands()
    home = base / "home"
    home.mkdir()
    first = Copy(base / "a folder with spaces", home)
    second = Copy(below_temporary / "vitrine", home)
    for copy in (first, second):
        copy.run(
            ["make", "setup"], own_home=False
        )  # package clients keep their configuration in the home folder
        copy.must_be_clean("make setup")
    seconds = float("inf")  # of the quickest demo: the first one also compiles
    for copy, times in ((first, 2), (second, 1)):
        for _ in range(times):
            for words in [demo, test] if with_test else [demo]:
                took = copy.run(words)
                copy.must_be_clean(" ".join(words))
                seconds = min(seconds, took) if words is demo else seconds
    started = [copy.start(demo) for copy in (first, second)]
    if codes := [code for process in started if (code := process.wait()) != 0]:
        raise ProofError(f"beside each other the demos ended with {codes}; see {first.log} and {second.log}")
    for copy in (first, second):
        copy.must_be_clean("two demos beside each other")
    if first.summary() != second.summary():
        raise ProofError("two copies played the same seed and disagree in summary.json")
    say("two copies beside each other: both fine, same summary")
    for kind, whom in (
        (signal.SIGINT, "terminal"),
        (signal.SIGTERM, "make"),
        (signal.SIGTERM, "demo"),
        (signal.SIGKILL, "demo"),
        (signal.SIGKILL, "make"),
    ):
        end_half_way(first, kind, whom, seconds)
    first.run(demo)
    first.must_be_clean("a demo after all that")


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--skip-test", action="store_true", help="leave `make test` out")
    parser.add_argument("--keep", action="store_true", help="keep the two clones")
    parser.add_argument("--base", type=Path, default=ROOT.parent, help="where the first clone goes")
    options = parser.parse_args()
    base = Path(tempfile.mkdtemp(prefix="vitrine proof ", dir=options.base))
    below = Path(tempfile.mkdtemp(prefix="vitrine-proof-"))
    try:
        prove(base, below, with_test=not options.skip_test)
    except (ProofError, subprocess.SubprocessError, OSError) as error:
        say(f"FAILED: {error}")
        return 1
    finally:
        if not options.keep:
            shutil.rmtree(base, ignore_errors=True)
            shutil.rmtree(below, ignore_errors=True)
    say("the promise holds")
    return 0


if __name__ == "__main__":
    sys.exit(main())
