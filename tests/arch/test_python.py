"""Rules of the Python package. Every rule is first shown a module that breaks it."""

from pathlib import Path

import pytest

from tests.arch import rules
from tests.arch.tree import code_lines, files, read

HARD_LINES = 450


def package() -> list[Path]:
    return [path for path in files(".py") if path.parts[0] == "vitrine"]


@pytest.mark.parametrize(
    ("path", "text", "count"),
    [
        ("vitrine/models/a.py", "from vitrine.units import x", 0),
        ("vitrine/models/a.py", "from ..units import x", 0),
        ("vitrine/models/a.py", "from vitrine.sdk import x", 1),
        ("vitrine/models/a.py", "from ..sdk import x", 1),
        ("vitrine/models/a.py", "def f():\n    import web3", 1),
        ("vitrine/models/a.py", "from ape import project", 1),
        ("vitrine/sdk/a.py", "import web3", 0),
        ("vitrine/sdk/a.py", "from vitrine import cli", 1),
        ("vitrine/sdk/a.py", "from tests.helpers import evm", 1),
        ("vitrine/unheard.py", "", 1),
        ("vitrine/cli/a.py", "from vitrine.keepers.reporter import x", 0),
        ("vitrine/__init__.py", "from vitrine.sdk import x", 1),
    ],
)
def test_layer_rule__each_kind_of_import__judged(path, text, count):
    assert len(rules.layer_complaints(Path(path), text)) == count


def test_layers__whole_package__point_down():
    assert package()
    complaints = [text for path in package() for text in rules.layer_complaints(path, read(path))]
    assert not complaints, "\n" + "\n".join(complaints)


def test_scripts__every_one__flat_and_thin():
    scripts = [path for path in files(".py") if path.parts[0] == "scripts"]
    assert scripts
    nested = [str(path) for path in scripts if len(path.parts) > 2]
    assert not nested, "Ape imports the package from flat scripts only"
    thick = [f"{path}: {n} lines" for path in scripts if (n := code_lines(read(path), comment="#")) > 150]
    assert not thick, "\n" + "\n".join(thick)


def test_length__every_module__within_the_hard_limit():
    long = [
        f"{path}: {n} lines" for path in package() if (n := code_lines(read(path), comment="#")) > HARD_LINES
    ]
    assert not long, "\n" + "\n".join(long)


def test_root_error__every_exception__descends_from_it():
    import ast

    roots = {"VitrineError"}
    found = []
    for path in package():
        for node in ast.walk(ast.parse(read(path))):
            if isinstance(node, ast.ClassDef):
                bases = [ast.unparse(base).split(".")[-1] for base in node.bases]
                builtin = [base for base in bases if base.endswith(("Error", "Exception"))]
                if builtin:
                    found.append((path, node.name, bases))
    roots |= {name for _, name, _ in found}
    orphans = [f"{path}: {name}({', '.join(bases)})" for path, name, bases in found
               if name != "VitrineError" and not roots & set(bases)]  # fmt: skip
    assert found
    assert not orphans, "one root: vitrine.errors.VitrineError\n" + "\n".join(orphans)
