"""The whole loop on Anvil: equal to the contracts, every tampered row found, real reorgs followed."""

import json

import jsonschema
import pytest
from click.testing import CliRunner
from sqlalchemy import text

from tests.helpers.anvil import AnvilDriver
from tests.helpers.core import KEEPER
from tests.python.indexer import market_worlds, worlds
from vitrine import schemas
from vitrine.cli import index as command_line
from vitrine.errors import StateError
from vitrine.indexer import schema
from vitrine.indexer.compare import rows_of
from vitrine.indexer.holdings import IndexHoldings
from vitrine.indexer.source import LogSource
from vitrine.indexer.store import Store
from vitrine.indexer.sync import Indexer
from vitrine.indexer.verify import Verifier
from vitrine.keepers.lens import LensReader

MUST_HAPPEN = {
    "Accrued", "Deposit", "Drawn", "Collected", "SaleBooked", "Credited", "Claimed", "LossRealised",
    "ReserveFunded", "MarksChanged", "RedeemRequested", "RedeemFilled", "RedeemCancelled", "Pledged",
    "Withdrawn", "Borrowed", "Repaid", "Restamped", "SaleRankSet", "NoticeOpened", "NoticeClosed",
    "LiquidationStarted", "Reclaimed", "Sold", "AccountMarked", "AuctionStarted", "AuctionRestarted",
    "AuctionCancelled", "AuctionTaken", "RoundsPosted", "ValueIgnored", "SpotClamped", "TierSet",
    "PoolCreated", "CurveListed", "ProtocolFeeSet", "FeeReceiverSet", "NftsBought", "NftsSold",
    "PoolFunded", "PoolDrained", "PoolTermsSet", "LiquidityAdded", "LiquidityRemoved",
    "ProtocolFeesCollected", "RoyaltyDue", "RoyaltyPaid", "RoyaltyClaimed", "RoyaltyOverridden",
    "RoyaltyPolicySet", "EntitledSet", "VenueListed", "LegBought", "LegSold", "BidPlaced", "BidFilled",
    "BidRefunded", "BidCancelled", "BidClosed", "BidMoneyClaimed", "BidNftClaimed", "AuctionSettledInto",
    "ExitListed", "DepthRead", "PoolsSet", "ExitDepthSet", "PoolFeedSet", "OperatorSet", "GroupPausedAt",
    "GroupResumedAt", "AppraisalPosted", "AppraisalRevoked", "ParameterSet",
}  # fmt: skip


class World:
    """The node, what lives on it, and an index of it."""

    def __init__(self, path):
        self.driver = AnvilDriver()
        self.p, self.lens = worlds.deploy(self.driver)
        self.markets = market_worlds.deploy_markets(self.p)
        live = worlds.life(self.p)
        market_worlds.trade(self.markets)
        market_worlds.settle(self.markets, live)
        self.chain = worlds.chain_of(self.driver)
        self.source = LogSource(self.chain, worlds.target_of(self.p, self.lens, self.markets.watched()))
        self.path = path / "index.sqlite"
        self.store = Store(f"sqlite:///{self.path}")
        self.indexer = Indexer(self.source, self.store)
        self.indexer.open()
        self.indexer.catch_up()

    def verify(self, **options):
        return Verifier(self.source, self.store).run(**options)

    def table(self, name):
        with self.store.reading() as connection:
            return rows_of(connection, schema.metadata.tables[name])


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    made = World(tmp_path_factory.mktemp("index"))
    yield made
    made.store.close()
    made.driver.close()


@pytest.fixture
def tampered(world):
    """Changes a row for the length of a test."""

    def change(sql):
        with world.store.writing() as connection:
            assert connection.execute(text(sql)).rowcount == 1, sql
        return world.verify(replay=False).differences, world.verify().differences

    with world.store.engine.connect() as connection:
        connection.exec_driver_sql("commit")
        connection.exec_driver_sql("pragma wal_checkpoint(truncate)")
        connection.exec_driver_sql("begin")
    copy = world.path.read_bytes()
    yield change
    world.store.close()
    for extra in world.path.parent.glob("index.sqlite-*"):
        extra.unlink()
    world.path.write_bytes(copy)


@pytest.fixture
def command(world, monkeypatch):
    """`vitrine index …` on this world."""
    monkeypatch.setattr(command_line, "_open", lambda *_: (world.source, Store(f"sqlite:///{world.path}")))

    def run(*words):
        return CliRunner(mix_stderr=False).invoke(command_line.command, words)

    return run


def test_verify__after_everything_happened__all_equal(world):
    names = {row["name"] for row in world.table("events").values()}
    assert not MUST_HAPPEN - names
    report = world.verify()
    assert not report.differences, "\n".join(map(str, report.differences))
    assert report.compared > 900
    losses = world.table("losses").values()
    assert losses
    assert all(row["loss"] == row["by_reserve"] + row["by_cover"] + row["by_suppliers"] for row in losses)
    sales = world.table("sales").values()
    assert {"band", "distressed"} <= {row["phase"] for row in sales}
    assert all(row["proceeds"] == row["repaid"] + row["surplus"] for row in sales)


def test_verify__blocks_later_with_interest_running__still_equal(world):
    mark = world.driver.snapshot()
    world.driver.warp(40 * 86_400)
    world.driver.mine(2)
    world.indexer.catch_up()
    booked = world.table("vault")[0,]["debt_assets"]
    assert world.p.vault.debtTotals()[0] > booked > 0
    assert not world.verify().differences
    world.driver.revert(mark)
    world.indexer.catch_up()
    assert not world.verify().differences


def test_reorg__real_blocks_replaced__followed(world):
    mark, before = world.driver.snapshot(), world.table("events")
    for whole in (10, 20, 30):
        world.p.fund(KEEPER, world.p.units(whole))
        world.p.vault.deposit(world.p.units(whole), KEEPER, sender=KEEPER)
    world.indexer.catch_up()
    held = world.table("suppliers")[KEEPER.address,]["shares"]
    assert held > 0
    world.driver.revert(mark)
    world.driver.mine(30)  # longer than what it replaces
    assert world.indexer.catch_up().undone >= 9
    assert world.table("suppliers").get((KEEPER.address,), {"shares": 0})["shares"] == 0
    assert world.table("events") == before
    assert not world.verify().differences


def test_verify__index_on_a_block_that_is_gone__refused(world):
    mark = world.driver.snapshot()
    world.driver.mine(3)
    world.indexer.catch_up()
    world.driver.revert(mark)
    with pytest.raises(StateError, match="index run --once"):
        world.verify()
    world.indexer.catch_up()
    assert not world.verify().differences


BIG = "123".zfill(78)
STATE = {
    "vault": (f"cash = '{BIG}'", "id = 0", "cash"),
    "suppliers": (f"shares = '{BIG}'", "true", "shares"),
    "requests": (f"waiting = '{BIG}'", "id = 0", "waiting"),
    "parameters": ("value = '7'", "name = 'desk min debt'", "desk min debt"),
    "accounts": ("flagger = 'nobody'", "true", "flagger"),
    "pledges": ("rank = 9", "true", "rank"),
    "places": ("lt_bps = 8000", "place = 0", "terms"),
    "operators": ("approved = not approved", "true", "approved"),
    "pauses": ("ends_at = ends_at + 1", "true", "status"),
    "auctions": ("units = 299", "running", "units"),
    "feeds": (f"word = '{BIG}'", "id = 1", "word"),
    "reporters": ("counts = false", "counts", "counts"),
    "sources": ("feeds = '[]'", "true", "terms"),
    "appraisals": ("units = 299", "units = 130", "terms"),
    "appraisal_roots": ("set_at = set_at + 1", "true", "terms"),
    "appraisers": ("allowed = false", "true", "allowed"),
    "pools": (f"assets = '{BIG}'", "kind = 'shared' and nfts > 0", "reserves"),
    "pool_nfts": (f"token_id = '{BIG}'", "true", "owner"),
    "pool_shares": (f"shares = '{BIG}'", "true", "shares"),
    "curves": ("listed = not listed", "true", "listed"),
    "royalties": (f"claimable = '{BIG}'", "true", "claimable"),
    "royalty_rates": ("reduced_bps = 1", "true", "policy"),
    "entitled": ("entitled = not entitled", "true", "entitled"),
    "bids": ("ends_at = ends_at + 1", "open", "terms"),
    "bidders": (f"claimable = '{BIG}'", "true", "claimable"),
    "bid_nfts": ("bidder = 'nobody'", "true", "owed to"),
    "venues": ("listed = not listed", "true", "listed"),
    "exits": ("listed = not listed", "true", "listed"),
    "depths": ("level_at = level_at + 1", "true", "level"),
    "pool_feeds": ("feed = 'none'", "true", "feed"),
}


@pytest.mark.parametrize("table", STATE)
def test_verify__one_row_tampered__named_from_contract_state_alone(tampered, table):
    values, where, field = STATE[table]
    one = f"(select min(rowid) from {table} where {where})"
    by_state, by_all = tampered(f"update {table} set {values} where rowid = {one}")
    assert table in {found.table for found in by_state}
    assert field in {part for found in by_state for part in (found.field, found.key)}
    assert len(by_all) > len(by_state)


@pytest.mark.parametrize(
    "where",
    [
        "accounts where nft_count > 0",
        "pledges",
        f"suppliers where shares > '{BIG}'",
        "royalties",
        f"pool_shares where shares > '{BIG}'",
        "pool_nfts",
    ],
)
def test_verify__row_deleted__missed(tampered, where):
    table = where.split()[0]
    by_state, _ = tampered(f"delete from {table} where rowid = (select min(rowid) from {where})")
    assert by_state


@pytest.mark.parametrize("table", [table.name for table in schema.HISTORIES])
def test_verify__history_tampered__named_from_the_logs(tampered, table):
    newest = f"(select max(rowid) from {table})"
    by_state, by_all = tampered(f"update {table} set at = at + 1 where rowid = {newest}")
    assert not by_state
    assert [(found.table, found.field) for found in by_all] == [(table, "at")]


def test_command__verify__tells_equal_and_tampered_apart(command, tampered):
    run = command("run", "--once", "--json")
    assert run.exit_code == 0, run.output
    jsonschema.validate(json.loads(run.stdout), schemas.load("index-run"))
    good = command("verify", "--json")
    assert good.exit_code == 0, good.output
    jsonschema.validate(json.loads(good.stdout), schemas.load("index-verify"))
    tampered("update vault set reserve = '" + "5".zfill(78) + "'")
    bad = command("verify", "--json")
    assert bad.exit_code == 1
    payload = json.loads(bad.stdout)
    jsonschema.validate(payload, schemas.load("index-verify"))
    assert {"vault"} == {item["table"] for item in payload["differences"]}
    said = command("verify")
    assert said.exit_code == 1
    assert "vault 0 reserve: index 5, chain " in said.stdout
    assert command("run", "--once", "--rebuild").exit_code == 0
    assert command("verify").exit_code == 0


def test_holdings__of_the_index__keepers_see_the_same_market(world):
    holdings = IndexHoldings(world.store)
    accounts = holdings.accounts()
    assert {who.address for who in worlds.BORROWERS} <= set(accounts)
    for account, refs in holdings.refs(accounts).items():
        assert len(refs) == world.p.desk.accountOf(account).nftCount
        assert all(world.p.desk.pledgeOf(*ref).owner == account for ref in refs)
    reader = LensReader(world.chain, world.source.target.lens)
    assert reader.snapshot(holdings).market.block == world.chain.block_number()
