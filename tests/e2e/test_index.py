"""The index through the command line: built from events, equal to the contracts, honest when it is not."""

import sqlite3
from pathlib import Path

from tests.e2e.conftest import Run
from vitrine.sdk.facade import Vitrine


def test_index__run_and_verify__agree_with_the_chain(cli: Run, funded: Vitrine, tmp_path: Path) -> None:
    cli("borrow", 50_000, "--nft", "punks:110", "--sender", 11, "--approve", "--json").valid("action")
    database = ("--database", f"sqlite:///{tmp_path / 'index.sqlite'}")
    done = cli("index", "run", "--once", *database, "--json").valid("index-run")
    assert done["block"] == done["head"] == funded.chain.block_number()
    assert done["events"] > 30
    seen = cli("index", "verify", *database, "--json").valid("index-verify")
    assert seen["differences"] == []
    assert seen["compared"] > 20
    cli("repay", 10_000, "--sender", 11, "--approve", "--json").valid("action")
    more = cli("index", "run", "--once", *database, "--json").valid("index-run")
    assert 0 < more["events"] < done["events"]


def test_index__markets__agree_with_the_chain(cli: Run, priced: Vitrine, tmp_path: Path) -> None:
    database = ("--database", f"sqlite:///{tmp_path / 'index.sqlite'}")
    cli("index", "run", "--once", *database, "--json").valid("index-run")
    words = ("pool", "create", "punks", "--kind", "shared", "--price", 1_000, "--nft", "punks:120")
    pool = cli(*words, "--sender", 12, "--approve", "--json").valid("action")["result"]["pool"]
    cli("pool", "sell", pool, "--nft", "punks:110", "--sender", 11, "--approve", "--json").valid("action")
    words = ("bid", "place", "punks", "--percent", 90, "--max", 100_000, "--sender", 15)
    cli(*words, "--approve", "--json").valid("action")
    cli("market", "buy", "punks", "--count", 1, "--sender", 14, *database, "--approve", "--json").valid(
        "action"
    )
    cli("index", "run", "--once", *database, "--json").valid("index-run")
    assert cli("index", "verify", *database, "--json").valid("index-verify")["differences"] == []
    with sqlite3.connect(tmp_path / "index.sqlite") as connection:
        assert connection.execute("select count(*) from swaps").fetchone() == (2,)
        assert connection.execute("select side from legs").fetchone() == ("buy",)


def test_index__tampered__verify_exits_1(cli: Run, funded: Vitrine, tmp_path: Path) -> None:
    path = tmp_path / "index.sqlite"
    database = ("--database", f"sqlite:///{path}")
    cli("index", "run", "--once", *database, "--json").valid("index-run")
    with sqlite3.connect(path) as connection:
        connection.execute("delete from accounts")
        tables = [row[0] for row in connection.execute("select name from sqlite_master where type = 'table'")]
        assert "share_balances" in tables or tables
        for table in tables:
            columns = [row[1] for row in connection.execute(f"pragma table_info({table})")]
            if "shares" in columns:
                connection.execute(f"update {table} set shares = shares + 1")
    said = cli("index", "verify", *database, "--json")
    assert said.code == 1
    assert said.data["differences"]
    cli("index", "verify", *database).failed(1, "differs from the chain", "--rebuild")
