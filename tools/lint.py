"""Every check that needs no chain, cheap first; stops at the first that fails.

python tools/lint.py            all
python tools/lint.py ruff mypy  only these
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / ".venv" / "bin"
FORGE = ROOT / "node_modules" / ".bin" / "forge"

CHECKS: dict[str, list[str]] = {
    "locks": [str(BIN / "python"), "tools/lock.py", "--check"],
    "ruff": [str(BIN / "ruff"), "check", "--quiet", "."],
    "format": [str(BIN / "ruff"), "format", "--check", "--quiet", "."],
    "forge-fmt": [str(FORGE), "fmt", "--check"],
    "mypy": [str(BIN / "mypy"), "--no-error-summary"],
    "slither": [str(BIN / "python"), "tools/analyse.py"],
}
TAIL = 60  # lines of a failing tool's output that are shown


def run(name: str) -> bool:
    started = time.monotonic()
    environment = {**os.environ, "NO_COLOR": "1"}
    done = subprocess.run(
        CHECKS[name],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    seconds = time.monotonic() - started
    print(f"lint: {name:<10} {'ok' if done.returncode == 0 else 'FAILED'} ({seconds:.1f} s)", flush=True)
    if done.returncode != 0:
        lines = done.stdout.splitlines()
        print(
            "\n".join([*lines[:TAIL], *([f"… {len(lines) - TAIL} more lines"] if len(lines) > TAIL else [])])
        )
    return done.returncode == 0


def main() -> int:
    names = sys.argv[1:] or list(CHECKS)
    unknown = [name for name in names if name not in CHECKS]
    if unknown:
        print(f"lint: no check named {', '.join(unknown)}; there are {', '.join(CHECKS)}", file=sys.stderr)
        return 2
    return 0 if all(run(name) for name in names) else 1


if __name__ == "__main__":
    sys.exit(main())
