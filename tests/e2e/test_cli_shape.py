"""The shape of the command line: help everywhere, JSON everywhere, a rehearsal for whatever sends."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import jsonschema
import pytest

from tests.e2e.conftest import ROOT, Run, invoke
from tests.e2e.test_keepers_cli import write_orders, write_sales
from vitrine import schemas
from vitrine.cli import cli
from vitrine.cli.main import COMMANDS

SENDING = {"rpc", "sender", "yes"}


def commands() -> Iterator[tuple[str, click.Command]]:
    """Every command that does something, by its whole name."""

    def below(name: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
        if not isinstance(command, click.Group):
            yield name, command
            return
        for part in sorted(command.commands):
            yield from below(f"{name} {part}", command.commands[part])

    context = click.Context(cli)
    for name in COMMANDS:
        found = cli.get_command(context, name)
        assert found is not None
        yield from below(name, found)


ALL = dict(commands())


@pytest.mark.parametrize("name", ALL)
def test_command__help__says_what_it_does(name: str) -> None:
    done = invoke([*name.split(), "--help"])
    assert done.code == 0
    assert ALL[name].help
    assert done.out.startswith("Usage: ")


@pytest.mark.parametrize("name", ALL)
def test_command__every_one__has_json(name: str) -> None:
    assert "--json" in {option for param in ALL[name].params for option in param.opts}


@pytest.mark.parametrize("name", [name for name in ALL if {p.name for p in ALL[name].params} >= SENDING])
def test_command__sends__has_a_rehearsal(name: str) -> None:
    options = {option for param in ALL[name].params for option in param.opts}
    assert {"--dry-run", "--approve", "--chain-id"} <= options


@pytest.mark.parametrize("name", [name for name in ALL if name.startswith("keeper ")])
def test_keeper__each__has_a_rehearsal(name: str) -> None:
    assert "--dry-run" in {option for param in ALL[name].params for option in param.opts}


def test_commands__those_of_the_promise__are_there() -> None:
    promised = "deploy status oracle price lend borrow repay position auction keeper index demo"
    promised += " pool market bid loan"
    assert set(promised.split()) <= set(COMMANDS)


def test_help__of_the_root__imports_no_chain() -> None:
    code = (
        "import sys\n"
        "from vitrine.cli import cli\n"
        "try:\n    cli.main(['--help'])\nexcept SystemExit:\n    pass\n"
        "heavy = {'pandas', 'numpy', 'eth_abi', 'pydantic', 'sqlalchemy', 'ape', 'web3'} & set(sys.modules)\n"
        "sys.exit(str(sorted(heavy)) if heavy else 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", schemas.names())
def test_schema__each__is_one_and_closed(name: str) -> None:
    schema = schemas.load(name)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["title"]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({}, schema)


def test_price__files__valued_and_rejects_listed(tmp_path: Path, vitrine_cmd: Run) -> None:
    until = 1_655_600_000
    sales = write_sales(tmp_path / "sales.csv", until, 60.0)
    with sales.open("a") as file:
        file.write("2022-06-18T00:00:00,7,0.000000001,s7,b7\n")
    orders = write_orders(tmp_path / "orders.csv", until, 60.0)
    command = ("price", "--sales", sales, "--orders", orders, "--at", until, "--rejected", "--json")
    said = invoke([str(part) for part in command]).valid("price")
    assert 59 * 10**18 < int(said["spot_wei"]) < 62 * 10**18
    assert 59 * 10**18 < int(said["sale_wei"]) < 61 * 10**18
    assert said["rejects"]["dust"] == 1
    assert any(row["reason"] for row in said["rejected"])
    text = invoke(["price", "--sales", str(sales), "--at", "2022-06-19", "--rejected"])
    assert text.code == 0
    assert "60." in text.out
    invoke(["price", "--sales", str(sales), "--at", "soon"]).failed(2, "'soon' is no time")


def test_unexpected__bug__one_sentence_and_debug_shows_more(monkeypatch: pytest.MonkeyPatch) -> None:
    import vitrine.sdk.session

    def broken(*_: object) -> None:
        raise RuntimeError("the roof\nfell in")

    monkeypatch.setattr(vitrine.sdk.session, "open_chain", broken)
    done = invoke(["deploy"])
    assert done.code == 70
    assert "Unexpected RuntimeError: the roof." in done.err
    assert "--debug" in done.err


def test_interrupted__ctrl_c__says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    import vitrine.sdk.session

    def impatient(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(vitrine.sdk.session, "open_chain", impatient)
    done = invoke(["deploy"])
    assert (done.code, done.err.strip()) == (130, "error: Interrupted.")


def test_demo_check__nothing_kept__says_play_first(tmp_path: Path) -> None:
    invoke(["demo", "--check", "--out", str(tmp_path)]).failed(6, "No run was kept", "vitrine demo")


def test_devnet__second_one__is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from vitrine.settings import settings

    folder = tmp_path / ".vitrine"
    folder.mkdir()
    (folder / "devnet.json").write_text(f'{{"url": "http://127.0.0.1:1", "pid": {os.getpid()}}}')
    settings.cache_clear()
    try:
        done = invoke(["devnet", "--bare"], VITRINE_ROOT=str(tmp_path))
    finally:
        settings.cache_clear()
    done.failed(6, "runs already at http://127.0.0.1:1")


def test_devnet_file__of_a_dead_process__is_ignored(tmp_path: Path) -> None:
    from vitrine.sdk.session import running_devnet
    from vitrine.settings import load_settings

    folder = tmp_path / ".vitrine"
    folder.mkdir()
    own = load_settings(root=tmp_path)
    assert running_devnet(own) is None
    (folder / "devnet.json").write_text('{"url": "http://127.0.0.1:1", "pid": 4194304}')
    assert running_devnet(own) is None
    (folder / "devnet.json").write_text("half a fi")
    assert running_devnet(own) is None
