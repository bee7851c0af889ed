"""Keepers through the command line: three reporters agree over a shared folder, one of them posts."""

import datetime as dt
from pathlib import Path

from tests.e2e.conftest import Run
from vitrine.sdk.facade import Vitrine
from vitrine.units import DAY


def write_sales(path: Path, until: int, eth: float) -> Path:
    """A month of sales around one price, one every six hours."""
    rows = ["time,token_id,price_eth,seller,buyer"]
    for number in range(120):
        at = dt.datetime.fromtimestamp(until - (120 - number) * DAY // 4, dt.UTC)
        price = eth * (1 + (number % 5 - 2) / 100)
        rows.append(f"{at:%Y-%m-%dT%H:%M:%S},{number},{price:.4f},s{number},b{number}")
    path.write_text("\n".join(rows) + "\n")
    return path


def write_orders(path: Path, until: int, eth: float) -> Path:
    """Ten asks a little above that price."""
    day = dt.datetime.fromtimestamp(until - 2 * DAY, dt.UTC)
    rows = ["date,token_id,k,type,eth"]
    rows += [f"{day:%Y-%m-%d},{200 + n},0,O,{eth * (1 + n / 200):.4f}" for n in range(10)]
    path.write_text("\n".join(rows) + "\n")
    return path


def test_reporters__three_of_five__one_posts(
    cli: Run, vitrine: Vitrine, rewind: None, tmp_path: Path
) -> None:
    chain = vitrine.chain
    slot = 15 * 60
    chain.warp(chain.now() // slot * slot + slot + 5)  # a slot begins
    sales, orders = (
        write_sales(tmp_path / "sales.csv", chain.now(), 60.0),
        write_orders(tmp_path / "orders.csv", chain.now(), 60.0),
    )
    common = ("--market", f"punks={sales},{orders}", "--mailbox", tmp_path / "box", "--once", "--json")
    for number in (5, 6):
        cli("keeper", "reporter", *common, "--sender", number).valid("keeper")
    assert vitrine.oracle.quote(vitrine.collection("punks")).state == "stale"
    chain.warp(chain.now() + 4 * 60)  # patience is over, and everybody's turn has come
    said = cli("keeper", "reporter", *common, "--sender", 7).valid("keeper")
    assert said["keeper"] == "reporter", said
    quote = vitrine.oracle.quote(vitrine.collection("punks"))
    assert quote.state == "fresh", said
    assert abs(quote.spot * 10**18 // vitrine.oracle.rate_wad() - 60 * 10**6) < 3 * 10**6
    assert len(list((tmp_path / "box").rglob("0x*.json"))) == 3


def test_reporter__dry_run__leaves_nothing(cli: Run, vitrine: Vitrine, rewind: None, tmp_path: Path) -> None:
    chain = vitrine.chain
    sales = write_sales(tmp_path / "sales.csv", chain.now(), 60.0)
    box, block = tmp_path / "box", chain.block_number()
    command = ("keeper", "reporter", "--market", f"punks={sales}", "--mailbox", box, "--dry-run", "--json")
    cli(*command, "--sender", 5).valid("keeper")
    assert not box.exists()
    assert chain.block_number() == block


def test_reporter__stranger__is_told(cli: Run, vitrine: Vitrine, tmp_path: Path) -> None:
    sales = write_sales(tmp_path / "sales.csv", vitrine.chain.now(), 60.0)
    command = ("keeper", "reporter", "--market", f"punks={sales}", "--once")
    cli(*command, "--sender", 12).failed(6, "is not a reporter", "vitrine oracle reporters")
    cli("keeper", "reporter", "--market", "punks", "--sender", 5).failed(2, "names no files")
    missing = tmp_path / "none.csv"
    cli("keeper", "reporter", "--market", f"punks={missing}", "--sender", 5).failed(3, "no such file")


def test_depth__two_runs__sends_once(cli: Run, priced: Vitrine) -> None:
    chain, lens = priced.chain, priced.contract("DepthLens")
    listed = [collection for collection, _ in priced.desk.tiers()]
    command = ("keeper", "depth", "--json", "--sender", 12)
    block = chain.block_number()
    planned = cli(*command, "--dry-run").valid("keeper")["actions"]
    assert [row["kind"] for row in planned] == ["read depth"] * len(listed)
    assert [row["problem"] for row in planned] == [None] * len(listed)
    assert chain.block_number() == block
    metrics = cli(*command, "--once").valid("keeper")["metrics"]
    assert metrics["actions"] == len(listed), metrics
    gauges = chain.read_many([lens.gaugeOf(collection) for collection in listed])
    assert [gauge.readings for gauge in gauges] == [1] * len(listed)
    block = chain.block_number()
    assert cli(*command, "--once").valid("keeper")["metrics"]["actions"] == 0
    assert chain.block_number() == block
