"""Settings: one prefix, one reader, one sentence per mistake; all state in the tree."""

import os
from pathlib import Path

import pytest

from vitrine.errors import ConfigError
from vitrine.settings import find_root, load_settings, pin_tools


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith("VITRINE_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_settings__nothing_given__defaults_inside_the_tree() -> None:
    found = load_settings()
    assert found.root == find_root()
    assert (found.root / "ape-config.yaml").is_file()
    assert found.state.is_relative_to(found.root)
    assert found.deployments(31337).is_relative_to(found.state)
    assert found.deployments(1) == found.root / "deployments"
    assert str(found.state) in found.database_url(1, "0x12345678" + "00" * 28)


def test_settings__environment__wins_over_file_and_option_over_both(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("VITRINE_CHAIN_ID=5\nVITRINE_SENDER=3\n")
    monkeypatch.setenv("VITRINE_CHAIN_ID", "6")
    found = load_settings()
    assert (found.chain_id, found.sender) == (6, "3")
    assert load_settings(chain_id=7).chain_id == 7
    assert load_settings(chain_id=None).chain_id == 6


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("RPC_URL", "127.0.0.1:8545"),
        ("CHAIN_ID", "0"),
        ("CHAIN_ID", "mainnet"),
        ("TIMEOUT", "0"),
        ("CONFIRMATIONS", "65"),
        ("NETWORK", "../local"),
    ],
)
def test_settings__not_valid__names_variable_and_value(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"VITRINE_{name}", value)
    with pytest.raises(ConfigError) as caught:
        load_settings()
    assert f"VITRINE_{name} = '{value}'" in str(caught.value)


def test_settings__private_key__never_in_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VITRINE_PRIVATE_KEY", "0x" + "11" * 32)
    assert "1111" not in repr(load_settings())
    assert "1111" not in str(load_settings().model_dump())


def test_pin_tools__twice__once_on_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", "/usr/bin")
    for name in ("APE_DATA_FOLDER", "SOLCX_BINARY_PATH"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    pin_tools(tmp_path)
    pin_tools(tmp_path)
    assert os.environ["PATH"].split(os.pathsep) == [str(tmp_path / "node_modules" / ".bin"), "/usr/bin"]
    assert os.environ["APE_DATA_FOLDER"] == str(tmp_path / ".ape")


def test_pin_tools__set_by_the_caller__stays(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("APE_DATA_FOLDER", "elsewhere")
    monkeypatch.setenv("SOLCX_BINARY_PATH", "elsewhere")
    monkeypatch.setenv("PATH", os.environ["PATH"])
    pin_tools(tmp_path)
    assert os.environ["APE_DATA_FOLDER"] == "elsewhere"
