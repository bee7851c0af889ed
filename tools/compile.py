"""`ape compile` when a source or a compiler setting changed, nothing otherwise; artifacts go to .build/.

    python tools/compile.py                       the whole tree
    python tools/compile.py contracts/pricing …   only these files or folders (beside a broken module)
    python tools/compile.py --force               everything anew

Standard library only; Ape itself runs from .venv.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / ".build"
STAMP = BUILD / "stamp"
SETTINGS = ("ape-config.yaml", "package-lock.json", "tools/solc")


def environment() -> dict[str, str]:
    """All state inside the tree.

    Ape takes a project below the temporary folder for a throw-away copy of another one and leaves a
    contracts/.cache behind that breaks the next compile, hence a temporary folder of our own.
    """
    temporary = ROOT / ".tool" / "tmp"
    temporary.mkdir(parents=True, exist_ok=True)
    path = os.pathsep.join(
        [str(ROOT / ".venv/bin"), str(ROOT / "node_modules/.bin"), os.environ.get("PATH", "")]
    )
    return {
        **os.environ,
        "APE_DATA_FOLDER": str(ROOT / ".ape"),
        "SOLCX_BINARY_PATH": str(ROOT / ".tool"),
        "TMPDIR": str(temporary),
        "PATH": path,
    }


def sources() -> list[Path]:
    return sorted(path for path in (ROOT / "contracts").rglob("*.sol") if ".cache" not in path.parts)


def digest(paths: list[Path]) -> str:
    state = hashlib.sha256()
    for path in paths:
        state.update(f"{path.relative_to(ROOT)}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return state.hexdigest()


def told(lines: Iterable[str]) -> Iterator[str]:
    """What Ape says without the list of all input files and without its own stack traces: from a message
    (`ERROR: …`) up to the next such noise. Output without any message comes whole."""
    unspoken: list[str] = []
    speaking = spoken = False
    for line in lines:
        if line.startswith(("Input:", "\t", "INFO:     Compiling", "INFO:     Installing", "Traceback")):
            speaking = False
        elif line.startswith(("ERROR:", "WARNING:", "SUCCESS:")):
            speaking = spoken = True
        if speaking:
            yield line
        else:
            unspoken.append(line)
    if not spoken:
        yield from unspoken


def compile_all(arguments: list[str]) -> int:
    force = "--force" in arguments
    only = [argument for argument in arguments if argument != "--force"]
    settings, content = digest([ROOT / name for name in SETTINGS]), digest(sources())
    known = STAMP.read_text().split() if STAMP.exists() else []
    if not force and known == [settings, content]:
        return 0
    shutil.rmtree(ROOT / "contracts" / ".cache", ignore_errors=True)
    STAMP.unlink(missing_ok=True)
    if known and known[0] != settings:
        shutil.rmtree(BUILD)
    command = [str(ROOT / ".venv/bin/ape"), "compile", *(["--force"] if force else []), *only]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        for line in told(process.stdout):
            sys.stderr.write(line)
    if process.returncode == 0 and not only:
        BUILD.mkdir(exist_ok=True)
        STAMP.write_text(f"{settings} {content}\n")
    return process.returncode


def main() -> int:
    (ROOT / ".tool").mkdir(exist_ok=True)
    with (ROOT / ".tool" / "compile.lock").open("w") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        return compile_all(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
