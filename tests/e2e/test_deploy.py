"""Deployment: once, never twice, and to the end even when it is killed at any point."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.e2e.conftest import invoke
from vitrine.chain.client import Chain
from vitrine.deploy import roles
from vitrine.deploy.deployers import ChainDeployer, Sent, create_address
from vitrine.deploy.params import Params, parse_params, read_params
from vitrine.deploy.plan import Planner
from vitrine.deploy.run import deploy_on, deploy_with
from vitrine.errors import ChainError, CheckError, StateError
from vitrine.node import Node
from vitrine.registry import Records, artifacts
from vitrine.settings import settings


class Killed(BaseException):
    """The process ended here."""


class Mortal(ChainDeployer):
    """Dies once, before or after the n-th transaction reached the chain."""

    def __init__(self, chain: Chain, sender: str, lives: int, after: bool) -> None:
        super().__init__(chain, artifacts(), sender)
        self.lives, self.after = lives, after

    def create(self, artifact: str, args: Sequence[Any]) -> Sent:
        return self._once(lambda: ChainDeployer.create(self, artifact, args))

    def invoke(self, artifact: str, address: str, function: str, args: Sequence[Any]) -> Sent:
        return self._once(lambda: ChainDeployer.invoke(self, artifact, address, function, args))

    def _once(self, send: Any) -> Sent:
        self.lives -= 1
        if self.lives == 0 and not self.after:
            raise Killed
        sent = send()
        if self.lives == 0:
            raise Killed
        return sent


@pytest.fixture(scope="module")
def node() -> Iterator[Node]:
    """A node of this file's own."""
    with Node.start() as running:
        yield running


@pytest.fixture(scope="module")
def chain(node: Node) -> Chain:
    return Chain(node.url, artifacts().book)


@pytest.fixture
def fresh(chain: Chain) -> Iterator[Chain]:
    with chain.rolled_back():
        yield chain


@pytest.fixture
def records(tmp_path: Path) -> Records:
    return Records(tmp_path / "records")


@pytest.fixture
def params() -> Params:
    return read_params("local")


def test_plan__local__names_every_transaction(chain: Chain, params: Params) -> None:
    accounts = chain.accounts()
    lines = Planner(params, artifacts(), accounts, accounts[0]).plan().describe()
    assert len(lines) == len(set(lines))
    assert lines[-1] == "renounce admin"


def test_deploy__fresh_chain__records_verifies_and_gives_up_power(
    fresh: Chain, params: Params, records: Records
) -> None:
    deployer = fresh.accounts()[0]
    done = deploy_on(fresh, artifacts(), records, params, deployer)
    record = records.load(fresh.chain_id, fresh.genesis, fresh.code)
    assert record == done.record
    assert record.complete
    assert done.gas > 10_000_000
    authority = artifacts().interface("Authority")
    reader = ChainDeployer(fresh, artifacts(), deployer)

    def has(role: int, who: str) -> bool:
        return bool(reader.read(authority.name, record.address("Authority"), "hasRole", [role, who])[0])

    assert not has(roles.ADMIN, deployer)
    assert has(roles.ADMIN, fresh.accounts()[1])
    assert has(roles.GOVERNOR, fresh.accounts()[1])
    assert has(roles.GUARDIAN, fresh.accounts()[2])
    grouped = ("LendingVault", "CreditDesk", "LiquidationAuction", "TierBook")
    for name in (*grouped, "MarketTill", "MarketRouter", "LoanRouter"):
        assert record.predicted[name] == record.address(name)


def test_deploy__second_time__refuses(fresh: Chain, params: Params, records: Records) -> None:
    deploy_on(fresh, artifacts(), records, params, fresh.accounts()[0])
    sent = fresh.sent
    with pytest.raises(StateError, match="already"):
        deploy_on(fresh, artifacts(), records, params, fresh.accounts()[0])
    assert fresh.sent == sent


def step_of(line: str) -> int:
    """Number of the transaction that the plan calls so."""
    accounts = [f"0x{number:040x}" for number in range(1, 31)]
    lines = Planner(read_params("local"), artifacts(), accounts, accounts[0]).plan().describe()
    return 1 + next(number for number, text in enumerate(lines) if text.split(" (")[0] == line)


# First, mocks, foundations, each of the two groups, their neighbours, listings, roles, last.
@pytest.mark.parametrize(
    ("line", "after"),
    [
        ("create asset", False),
        ("create punks", True),
        ("create LendingVault", True),
        ("create CreditDesk", False),
        ("create LiquidationAuction", True),
        ("create TierBook", True),
        ("create NFTPool", True),
        ("create NFTPoolFactory", False),
        ("create MarketTill", True),
        ("create MarketRouter", False),
        ("create LoanRouter", True),
        ("feed punks", True),
        ("oracle punks", True),
        ("venue PoolVenue", True),
        ("renounce admin", True),
    ],
)
def test_deploy__killed__resumes_to_the_same_end(
    fresh: Chain, params: Params, records: Records, line: str, after: bool
) -> None:
    deployer = fresh.accounts()[0]
    with pytest.raises(Killed):
        deploy_with(Mortal(fresh, deployer, step_of(line), after), artifacts(), records, params)
    half = records.find(fresh.chain_id, fresh.genesis, fresh.code)
    if half is not None:
        assert not half.complete
        with pytest.raises(StateError, match="half-way"):
            records.load(fresh.chain_id, fresh.genesis, fresh.code)
    record = deploy_on(fresh, artifacts(), records, params, deployer).record
    assert record.complete
    assert record.pending is None
    sent = fresh.nonce(deployer)
    whole = len(Planner(params, artifacts(), fresh.accounts(), deployer).plan().describe())
    # What had been sent is not sent again; calls that may be repeated are, once.
    assert whole <= sent <= whole + 1


def test_deploy__deployer_used_between__group_is_deployed_anew(
    fresh: Chain, params: Params, records: Records
) -> None:
    deployer = fresh.accounts()[0]
    with pytest.raises(Killed):
        deploy_with(Mortal(fresh, deployer, step_of("create CreditDesk"), True), artifacts(), records, params)
    fresh.deploy(b"\x00", deployer)
    record = deploy_on(fresh, artifacts(), records, params, deployer).record
    assert record.address("CreditDesk") == record.predicted["CreditDesk"]


def test_deploy__half_way_with_other_parameters__refuses(
    fresh: Chain, params: Params, records: Records
) -> None:
    deployer = fresh.accounts()[0]
    with pytest.raises(Killed):
        deploy_with(Mortal(fresh, deployer, 20, True), artifacts(), records, params)
    data = yaml.safe_load((settings().params / "local.yml").read_text())
    data["vault"]["min_debt"] = "501"
    with pytest.raises(StateError, match="other parameters"):
        deploy_on(fresh, artifacts(), records, parse_params(data, "changed.yml"), deployer)
    with pytest.raises(StateError, match="was started by"):
        deploy_on(fresh, artifacts(), records, params, fresh.accounts()[3])


def test_deploy__other_chain_id__refuses_before_sending(
    fresh: Chain, params: Params, records: Records
) -> None:
    other = params.model_copy(update={"chain_ids": [1]})
    with pytest.raises(ChainError, match="chain 31337"):
        deploy_on(fresh, artifacts(), records, other, fresh.accounts()[0])
    assert fresh.sent == 0 or not records.folder.exists()


def test_deploy__eighteen_decimals__works(fresh: Chain, records: Records) -> None:
    data = yaml.safe_load((settings().params / "local.yml").read_text())
    data["asset"]["decimals"] = 18
    record = deploy_on(fresh, artifacts(), records, parse_params(data, "18.yml"), fresh.accounts()[0]).record
    assert record.asset is not None
    assert record.asset.decimals == 18


def test_deploy__order_book_of_the_network__is_used(fresh: Chain, records: Records, params: Params) -> None:
    first = deploy_on(fresh, artifacts(), records, params, fresh.accounts()[0]).record
    markets = params.markets.model_copy(update={"seaport": first.address("Seaport").lower()})
    own = Records(records.folder / "second")
    second = deploy_on(
        fresh, artifacts(), own, params.model_copy(update={"markets": markets}), fresh.accounts()[0]
    ).record
    assert second.address("Seaport") == first.address("Seaport")
    assert second.address("SeaportVenue") != first.address("SeaportVenue")
    assert "LocalConduitController" not in second.contracts


def test_deploy__governor_is_the_deployer__keeps_admin(fresh: Chain, records: Records) -> None:
    data = yaml.safe_load((settings().params / "local.yml").read_text())
    data["roles"]["governor"] = 0
    record = deploy_on(fresh, artifacts(), records, parse_params(data, "own.yml"), fresh.accounts()[0]).record
    assert record.complete


def test_verify__pointer_changed__is_told(fresh: Chain, params: Params, records: Records) -> None:
    from vitrine.deploy.verify import verify

    deployer = ChainDeployer(fresh, artifacts(), fresh.accounts()[0])
    record = deploy_with(deployer, artifacts(), records, params).record
    stranger = record.contracts["Operators"].address
    moved = record.contracts["Pauser"].model_copy(update={"address": stranger})
    wrong = record.model_copy(update={"contracts": {**record.contracts, "Pauser": moved}})
    with pytest.raises(CheckError, match="Pauser"):
        verify(wrong, deployer)


def test_record__chain_started_again__is_forgotten(fresh: Chain, params: Params, records: Records) -> None:
    record = deploy_on(fresh, artifacts(), records, params, fresh.accounts()[0]).record
    path = records.path(record.chain_id, record.genesis)
    assert records.find(record.chain_id, record.genesis, lambda _address: b"") is None
    assert not path.exists()


def test_record__broken_file__is_one_sentence(fresh: Chain, params: Params, records: Records) -> None:
    record = deploy_on(fresh, artifacts(), records, params, fresh.accounts()[0]).record
    path = records.path(record.chain_id, record.genesis)
    path.write_text(json.dumps({"version": 1}))
    with pytest.raises(Exception, match="cannot be read"):
        records.find(record.chain_id, record.genesis, fresh.code)


def test_create_address__of_a_deployment__is_where_it_lands(fresh: Chain) -> None:
    sender = fresh.accounts()[0]
    expected = create_address(sender, fresh.nonce(sender))
    assert fresh.deploy(artifacts().get("Operators").code, sender).created == expected


def test_deploy_command__dry_run_then_real_then_again() -> None:
    with Node.start() as node:
        chain = Chain(node.url, artifacts().book)
        dry = invoke(["deploy", "--rpc", node.url, "--dry-run", "--json"]).valid("deploy")
        assert dry["record"] is None
        assert chain.block_number() == 0
        real = invoke(["deploy", "--rpc", node.url, "--json"]).valid("deploy")
        assert real["contracts"] == dry["contracts"]
        assert real["transactions"] == dry["transactions"]
        assert abs(real["gas"] - dry["gas"]) < real["gas"] // 1_000  # first writes of clocks differ a little
        path = Path(real["record"])
        try:
            invoke(["deploy", "--rpc", node.url]).failed(6, "already", str(path))
            assert invoke(["status", "--rpc", node.url, "--json"]).valid("status")["accounts"] == 0
        finally:
            path.unlink()
        invoke(["status", "--rpc", node.url]).failed(6, "Nothing is deployed", "vitrine deploy")
