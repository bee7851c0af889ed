"""Anvil nodes with a deployment on them, and the command line: in this process, or as another one."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner

from vitrine import schemas
from vitrine.chain.client import Chain
from vitrine.cli import cli as command_line
from vitrine.deploy.run import deploy_local
from vitrine.node import Node
from vitrine.registry import Records, artifacts
from vitrine.sdk.facade import Vitrine
from vitrine.settings import settings

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Result:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        return json.loads(self.out)

    def valid(self, schema: str) -> Any:
        """The JSON, after it was held against its schema."""
        assert self.code == 0, self.err or self.out
        jsonschema.validate(self.data, schemas.load(schema))
        return self.data

    def failed(self, code: int, *words: str) -> str:
        """The one sentence of a failure."""
        assert self.code == code, (self.code, self.out, self.err)
        assert "Traceback" not in self.err + self.out
        said = self.err.strip()
        assert said.startswith("error: "), said
        assert "\n" not in said, said
        for word in words:
            assert word in said, (word, said)
        return said


Run = Callable[..., Result]


def invoke(arguments: Sequence[str], **environment: str) -> Result:
    """The command line in this process: no second start of Python, otherwise the same."""
    done = CliRunner(mix_stderr=False).invoke(command_line, list(arguments), env=environment)
    return Result(done.exit_code, done.stdout, done.stderr)


def run_vitrine(arguments: Sequence[str], **environment: str) -> Result:
    """The command line as a person uses it."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith("VITRINE_")}
    done = subprocess.run(
        [sys.executable, "-m", "vitrine", *arguments],
        cwd=ROOT,
        env={**clean, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        stdin=subprocess.DEVNULL,
    )
    return Result(done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="session")
def vitrine_cmd() -> Run:
    """`vitrine …` without a node."""
    return lambda *arguments, **environment: run_vitrine([str(a) for a in arguments], **environment)


@pytest.fixture(scope="session")
def node() -> Iterator[Node]:
    with Node.start() as running:
        yield running


@pytest.fixture(scope="session")
def chain(node: Node) -> Chain:
    return Chain(node.url, artifacts().book)


@pytest.fixture(scope="session")
def vitrine(chain: Chain) -> Iterator[Vitrine]:
    """A deployment with one second a block, money and NFTs for accounts 10 to 19.

    One for all tests: whoever sends uses `rewind`, or a fixture that does.
    """
    record = deploy_local(chain)
    opened = Vitrine(chain, record, artifacts())
    chain.second_per_block(1)
    for number, account in enumerate(chain.accounts()[10:20], start=10):
        chain.send(opened.contract("asset").call("mint", account, 1_000_000 * 10**6), account)
        chain.send(opened.contract("punks").call("mintBatch", account, number * 10, 5), account)
    yield opened
    Records(settings().deployments(chain.chain_id)).remove(record)


@pytest.fixture(scope="session")
def cli(vitrine: Vitrine) -> Run:
    """`vitrine …` against the node."""
    return lambda *arguments, **environment: invoke(
        [*(str(a) for a in arguments), "--rpc", vitrine.chain.rpc.url], **environment
    )


@pytest.fixture
def rewind(chain: Chain) -> Iterator[None]:
    """Everything a test sends is undone."""
    with chain.rolled_back():
        yield


@pytest.fixture
def priced(cli: Run, vitrine: Vitrine, rewind: None) -> Vitrine:
    """The same with a round: 61.75 ETH a punk, 1.2 a phunk."""
    cli("oracle", "post", "punks=61.75", "phunks=1.2", "--sender", 9, "--json").valid("action")
    return vitrine


@pytest.fixture
def funded(cli: Run, priced: Vitrine) -> Vitrine:
    """The same with 500,000 supplied by account 10."""
    cli("lend", "supply", 500_000, "--sender", 10, "--approve", "--json").valid("action")
    return priced
