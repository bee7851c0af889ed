"""What `make compile` passes on of what Ape says."""

from tools.compile import told

INPUT = ["Input:\n", "\tcontracts/.cache/a.sol\n", "\tcontracts/b.sol\n"]
TRACE = ["Traceback (most recent call last):\n", '  File "x.py", line 1, in f\n', "    f()\n", "\n"]
ERROR = ["ERROR:    (SolcCompileError) TypeError: no.\n", "  --> contracts/b.sol:1:1:\n"]


def test_told__success__one_line():
    assert list(told([*INPUT, "SUCCESS:  compiled.\n"])) == ["SUCCESS:  compiled.\n"]


def test_told__compile_error__only_the_error():
    assert list(told([*INPUT, *TRACE, *ERROR])) == ERROR


def test_told__crash_without_a_message__everything():
    assert list(told([*INPUT, *TRACE])) == [*INPUT, *TRACE]
