"""Through Ape: the same plan, sent by an account of Ape, leaves the same deployment."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.conftest import ROOT, invoke
from vitrine.chain.client import Chain
from vitrine.deploy.run import deploy_on
from vitrine.node import Node
from vitrine.registry import Records, artifacts
from vitrine.settings import pin_tools

SCRIPT = """
import json, sys
from pathlib import Path
from vitrine.settings import pin_tools
pin_tools()
import ape
from vitrine.deploy.ape import deploy_with_ape
from vitrine.errors import VitrineError
from vitrine.registry import Records
from vitrine.sdk.facade import Vitrine

url, folder = sys.argv[1:]
with ape.networks.parse_network_choice("ethereum:local:foundry", provider_settings={"host": url}) as provider:
    account = ape.accounts.test_accounts[0]
    records = Records(Path(folder))
    record = deploy_with_ape(account, ape.project, provider, records=records)
    again = ""
    try:
        deploy_with_ape(account, ape.project, provider, records=records)
    except VitrineError as error:
        again = str(error)
    vault = ape.project.LendingVault.at(record.address("LendingVault"))
    print("RESULT " + json.dumps({
        "record": record.model_dump(), "again": again, "desk": str(vault.DESK()), "asset": str(vault.asset())
    }))
"""


@pytest.fixture(scope="module")
def ape_environment() -> dict[str, str]:
    pin_tools()
    return {**os.environ, "PYTHONPATH": str(ROOT)}


def test_ape_deployer__same_plan__same_deployment(ape_environment: dict[str, str], tmp_path: Path) -> None:
    with Node.start() as node:
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT, node.url, str(tmp_path)],
            cwd=ROOT,
            env=ape_environment,
            capture_output=True,
            text=True,
            timeout=240,
        )
        lines = [line for line in done.stdout.splitlines() if line.startswith("RESULT ")]
        assert lines, done.stdout + done.stderr
        found = json.loads(lines[0].removeprefix("RESULT "))
        record = found["record"]
        assert record["complete"]
        assert "already" in found["again"]
        assert found["desk"] == record["contracts"]["CreditDesk"]["address"]
        assert found["asset"] == record["asset"]["address"]
    with Node.start() as node:
        chain = Chain(node.url, artifacts().book)
        own = deploy_on(chain, artifacts(), Records(tmp_path), "local", chain.accounts()[0]).record
    assert {name: item.address for name, item in own.contracts.items()} == {
        name: item["address"] for name, item in record["contracts"].items()
    }
    assert list(own.done) == list(record["done"])


def test_scripts__each__is_a_thin_command_of_ape() -> None:
    for path in sorted((ROOT / "scripts").glob("*.py")):
        assert len(path.read_text().splitlines()) <= 100, path


def test_through_ape__provider_with_an_address__runs_the_command() -> None:
    from vitrine.cli.through_ape import node_address, run_on
    from vitrine.errors import ConfigError

    with Node.start() as node:

        class Provider:
            http_uri = node.url

        assert node_address(Provider()) == node.url
        with pytest.raises(SystemExit) as ended:
            run_on(Provider(), ["status"])
        assert ended.value.code == invoke(["status", "--rpc", node.url]).code == 6
    with pytest.raises(ConfigError, match="no HTTP address"):
        node_address(object())
