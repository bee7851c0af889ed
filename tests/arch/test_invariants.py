"""The invariant catalogue and the code agree: every id is checked under its own name, and no other id is."""

import ast
from pathlib import Path

from tests.arch import invariants
from tests.arch.tree import UnreadableError, files, read
from tests.stateful.catalogue import INV

CATALOGUE = Path("tests/stateful/catalogue.py")


def checked_ids(text: str, where: str = "") -> set[str]:
    """First arguments of every `check(…)`; one that is no literal cannot be judged and raises."""
    found = set()
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", None)
        if name != "check":
            continue
        first = node.args[0] if node.args else None
        if not isinstance(first, ast.Constant) or not isinstance(first.value, str):
            raise UnreadableError(f"{where}:{node.lineno}: check() without a literal id")
        found.add(first.value)
    return found


def used() -> dict[str, set[str]]:
    by_id: dict[str, set[str]] = {}
    for path in files(".py"):
        if path.parts[0] == "tests" and path.parts[1] != "arch" and path != CATALOGUE:
            for identity in checked_ids(read(path), str(path)):
                by_id.setdefault(identity, set()).add(str(path))
    return by_id


def test_reader__planted_calls__found():
    assert checked_ids('check("A-1", True)\nself.book.check("A-2", x == y)') == {"A-1", "A-2"}


def test_catalogue__every_id__is_checked_under_its_own_name():
    assert INV
    unused = sorted(set(INV) - set(used()))
    assert not unused, f"in the catalogue, checked nowhere: {', '.join(unused)}"


def test_catalogue__every_checked_id__is_in_it():
    unknown = {identity: paths for identity, paths in used().items() if identity not in INV}
    assert not unknown, f"checked, not in the catalogue: {unknown}"


def test_catalogue__every_text__unique_and_in_the_readme():
    assert len(set(INV.values())) == len(INV)
    assert invariants.written() == invariants.table(), "run `make arch-update`"
