"""All faults, one module of `FAULTS` per area."""

import importlib
import pkgutil

from tests.mutants.fault import Fault


def all_faults() -> list[Fault]:
    found: list[Fault] = []
    for info in sorted(pkgutil.iter_modules(__path__), key=lambda m: m.name):
        found += importlib.import_module(f"{__name__}.{info.name}").FAULTS
    return found
