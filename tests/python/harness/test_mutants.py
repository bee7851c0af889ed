"""The fault runner tells killed from survived from broken, and the committed list is sound."""

from pathlib import Path

import pytest

from tests.mutants.fault import Fault
from tests.mutants.faults import all_faults
from tests.mutants.runner import complaints, run

ROOT = Path(__file__).resolve().parents[3]
NODE = ("tests/test_limit.py::test_within__at_limit__true",)


@pytest.fixture
def tree(tmp_path):
    (tmp_path / "vitrine").mkdir()
    (tmp_path / "tests").mkdir()
    (tmp_path / "vitrine" / "__init__.py").touch()  # before an installed package of the name
    (tmp_path / "vitrine" / "limit.py").write_text("def within(x):\n    return x <= 10 and x != 99\n")
    (tmp_path / "tests" / "test_limit.py").write_text(
        "import sys\nfrom pathlib import Path\nsys.path.insert(0, str(Path(__file__).parents[1]))\n"
        "from vitrine.limit import within\n\ndef test_within__at_limit__true():\n    assert within(10)\n"
    )
    return tmp_path


def fault(old: str, new: str, tests: tuple[str, ...] = NODE, identifier: str = "x") -> Fault:
    return Fault(identifier, "vitrine/limit.py", old, new, tests)


def test_run__three_faults__killed_survived_broken(tree):
    faults = [
        fault("x <= 10", "x < 10", identifier="boundary"),
        fault("x != 99", "x != 98", identifier="unwatched"),
        fault("return", "retrun", identifier="nonsense"),
    ]
    states = {v.fault.id: v.state for v in run(faults, tree)}
    assert states == {"boundary": "killed", "unwatched": "survived", "nonsense": "broken"}
    assert (tree / "vitrine" / "limit.py").read_text().count("x <= 10 and x != 99") == 1
    assert not list((tree / ".cache" / "mutants").iterdir())


def test_run__tests_red_without_fault__refused(tree):
    (tree / "vitrine" / "limit.py").write_text("def within(x):\n    return x < 10 and x != 99\n")
    with pytest.raises(RuntimeError, match="fail without any fault"):
        run([fault("x != 99", "x != 98")], tree)


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (fault("gone", "x"), "occurs 0 times"),
        (fault("x", "y"), "occurs 3 times"),
        (fault("x <= 10", "x <= 10"), "changes nothing"),
        (fault("x <= 10", "x < 10", ()), "names no test"),
        (fault("x <= 10", "x < 10", ("tests/none.py::test_a",)), "does not exist"),
        (fault("x <= 10", "x < 10", ("tests/test_limit.py::test_a",)), "has no test_a"),
    ],
)
def test_complaints__bad_entry__named(tree, bad, reason):
    assert reason in complaints([bad], tree)[0]


def test_complaints__same_id_twice__named(tree):
    good = fault("x <= 10", "x < 10")
    assert complaints([good, good], tree) == ["x is used twice"]


def test_committed_list__every_fault__still_fits_the_tree():
    assert complaints(all_faults(), ROOT) == []
