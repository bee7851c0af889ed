"""What the compiler made: deployed sizes and storage layouts, held against the committed records."""

import copy
import json

import pytest

from tests.arch import layout, sizes, tree
from tests.arch.tree import UnreadableError

DRIFT = 0.02


def test_sizes__every_deployable__below_the_limit(capsys):
    actual = sizes.actual()
    with capsys.disabled():
        print("\n" + sizes.table(), end="")
    wrong = [f"{name}: {size:,} bytes" for name, size in actual.items() if not 0 < size <= sizes.LIMIT]
    assert actual
    assert not wrong, f"limit {sizes.LIMIT:,}\n" + "\n".join(wrong)


def test_sizes__table_in_docs__says_what_is_built():
    actual, written = sizes.actual(), sizes.written()
    assert written.keys() == actual.keys(), "run `make arch-update`"
    drifted = [
        f"{name}: {size:,} built, {written[name]:,} written"
        for name, size in actual.items()
        if abs(size - written[name]) > DRIFT * written[name]
    ]
    assert not drifted, "run `make arch-update`\n" + "\n".join(drifted)


def test_sizes__stale_build__refused(monkeypatch, tmp_path):
    stamp = tmp_path / "stamp"
    stamp.write_text("an older tree")
    monkeypatch.setattr(tree.build, "STAMP", stamp)
    with pytest.raises(UnreadableError, match="make compile"):
        tree.runtime_sizes.__wrapped__()


def test_storage__every_deployable__laid_out_as_pinned():
    actual, pinned = layout.actual(), layout.pinned()
    assert actual.keys() == pinned.keys(), "run `make arch-update`"
    changed = [
        f"{name}\n  pinned {json.dumps(pinned[name])}\n  actual {json.dumps(actual[name])}"
        for name in actual
        if actual[name] != pinned[name]
    ]
    assert not changed, "storage moved; if that is meant, run `make arch-update`\n" + "\n".join(changed)


def test_storage__two_variables_swapped__noticed():
    name, pinned = next((name, found) for name, found in layout.pinned().items() if found["storage"])
    moved = copy.deepcopy(pinned)
    moved["storage"][0]["slot"] += 1
    assert moved != layout.actual()[name]
