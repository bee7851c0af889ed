"""`python -m tests.mutants [ID …] [--jobs N] [--list]`: every seeded fault must turn a named test red."""

import argparse
import sys
from pathlib import Path

from tests.mutants.faults import all_faults
from tests.mutants.runner import Verdict, complaints, run

ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("ids", nargs="*", help="only these faults; a prefix selects all that start with it")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--list", action="store_true", help="only show the faults")
    options = parser.parse_args()
    faults = [f for f in all_faults() if not options.ids or f.id.startswith(tuple(options.ids))]
    if not faults:
        print("mutants: no fault has such an id", file=sys.stderr)
        return 2
    wrong = complaints(faults, ROOT)
    if wrong:
        print("\n".join(wrong), file=sys.stderr)
        return 2
    if options.list:
        for fault in faults:
            print(f"{fault.id:<44} {fault.path}")
        return 0

    def report(verdict: Verdict) -> None:
        print(f"{verdict.state:<9} {verdict.seconds:6.1f} s  {verdict.fault.id}", flush=True)
        if verdict.detail:
            print(verdict.detail, flush=True)

    print(f"{len(faults)} faults; first the named tests without any", flush=True)
    try:
        verdicts = run(faults, ROOT, options.jobs, report)
    except RuntimeError as error:
        print(f"mutants: {error}", file=sys.stderr)
        return 1
    left = [v for v in verdicts if v.state != "killed"]
    print(f"{len(verdicts) - len(left)} of {len(verdicts)} killed")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
