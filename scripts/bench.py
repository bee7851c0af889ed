"""Run the benches: `make bench DATA=<folder>`, or `python -m scripts.bench --data <folder> [--only NAME]`.

A module joins by being listed in `MODULES`; it holds a tuple `BENCHES`. Without a data folder the benches
that need one are named, not run.
"""

import argparse
import importlib
import json
import os
import sys
from pathlib import Path

from vitrine.benching import Bench, Context, Report
from vitrine.errors import VitrineError

MODULES = (
    "vitrine.pricing.bench",
    "vitrine.keepers.bench",
    "vitrine.indexer.bench",
    "vitrine.indexer.orders_bench",
    "vitrine.routing.bench",
)


def benches() -> list[Bench]:
    """All registered benches, in the order of the modules."""
    return [bench for module in MODULES for bench in importlib.import_module(module).BENCHES]


def show(bench: Bench, report: Report) -> None:
    """One report, for people."""
    print(f"\n== {bench.name}: {bench.title}")
    for block in report.text:
        print(f"\n{block}")
    if report.checks:
        print()
    width = max((len(check.id) for check in report.checks), default=0)
    for check in report.checks:
        verdict = {None: "", True: "ok", False: "MISSED"}[check.ok]
        line = f"  {check.id:<{width}}  {check.value:>12.6g} {check.unit:<8} {check.bound:<12} {verdict}"
        print(line.rstrip())


def main(argv: list[str] | None = None) -> int:
    """Exit code 1 when a bound is missed."""
    parser = argparse.ArgumentParser(prog="python -m scripts.bench", description="Measure Vitrine.")
    parser.add_argument("--data", default=os.environ.get("DATA", ""), help="folder of real market data")
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME", help="run these (prefixes count)")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of text")
    parser.add_argument("--list", action="store_true", help="list the benches")
    args = parser.parse_args(argv)
    context = Context(Path(args.data) if args.data else None)
    chosen = [bench for bench in benches() if not args.only or bench.name.startswith(tuple(args.only))]
    if args.list:
        print("\n".join(f"{bench.name:<24} {bench.title}" for bench in chosen))
        return 0
    if args.only and not chosen:
        print(f"bench: no bench is called {' or '.join(args.only)}; see --list", file=sys.stderr)
        return 2
    if context.data is not None and not context.data.is_dir():
        print(
            f"bench: {context.data} is no folder; give the folder that holds the data files", file=sys.stderr
        )
        return 2
    missed, skipped, record = 0, [], {}
    for bench in chosen:
        if bench.needs_data and context.data is None:
            skipped.append(bench.name)
            continue
        try:
            report = bench.run(context)
        except VitrineError as error:
            print(f"bench {bench.name}: {error}", file=sys.stderr)
            return error.exit_code
        missed += sum(check.ok is False for check in report.checks)
        record[bench.name] = [
            {"id": c.id, "value": c.value, "unit": c.unit, "bound": c.bound, "ok": c.ok}
            for c in report.checks
        ]
        if not args.json:
            show(bench, report)
    if args.json:
        print(json.dumps({"benches": record, "not_run": skipped, "missed": missed}, indent=2))
    else:
        if skipped:
            print(f"\nNot run without real data (DATA=<folder>): {', '.join(skipped)}")
        print(f"\n{missed} bounds missed" if missed else "\nall bounds kept")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
