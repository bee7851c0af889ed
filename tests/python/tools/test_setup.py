"""What the installer says when a machine lacks something, and that it leaves foreign environments alone."""

import os
import stat
import subprocess
from pathlib import Path

import pytest

from tools import setup


def fake(folder: Path, name: str, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text("#!/bin/sh\n" + text)
    path.chmod(path.stat().st_mode | stat.S_IEXEC)
    return path


def test_check_node__absent__says_so(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(setup.SetupError, match="Node 20 or newer with npm is needed"):
        setup.check_node()


@pytest.mark.parametrize("version", ["v18.20.4", "", "nonsense"])
def test_check_node__too_old__says_which_is_there(version, tmp_path, monkeypatch):
    fake(tmp_path, "node", f"echo {version}")
    fake(tmp_path, "npm", "")
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}/bin")
    with pytest.raises(setup.SetupError, match="Node 20 or newer is needed"):
        setup.check_node()


def test_check_binaries__missing__names_the_platform_package(tmp_path, monkeypatch):
    monkeypatch.setattr(setup, "MODULES", tmp_path)
    with pytest.raises(setup.SetupError, match=r"anvil does not run .*@foundry-rs/anvil-linux-"):
        setup.check_binaries()


def test_once__key_unchanged__step_left_out(tmp_path):
    ran: list[int] = []
    stamp, present = tmp_path / "stamp", tmp_path / "present"
    present.touch()
    for key in ("a", "a", "b", "b"):
        setup.once(stamp, key, present, lambda: ran.append(1))
    assert len(ran) == 2
    present.unlink()
    setup.once(stamp, "b", present, lambda: ran.append(1))
    assert len(ran) == 3


def test_once__step_fails__runs_again_next_time(tmp_path):
    stamp, present = tmp_path / "stamp", tmp_path / "present"
    present.touch()
    setup.once(stamp, "a", present, lambda: None)

    def broken() -> None:
        raise setup.SetupError("no network")

    with pytest.raises(setup.SetupError):
        setup.once(stamp, "b", present, broken)
    assert not stamp.exists()


def test_run__command_fails__shows_the_end_of_its_log(tmp_path, monkeypatch):
    monkeypatch.setattr(setup, "ROOT", tmp_path)
    with pytest.raises(setup.SetupError, match=r"(?s)npm ci failed.*npm\.log.*no such registry"):
        setup.run(["sh", "-c", "echo no such registry; exit 3"], tmp_path / "npm.log", "npm ci")


def test_make__no_fitting_python__one_sentence():
    answer = subprocess.run(
        ["make", "setup", "PYTHON="], cwd=setup.ROOT, capture_output=True, text=True, check=False
    )
    assert answer.returncode != 0
    assert answer.stderr.startswith("setup: Python 3.11 is needed")
