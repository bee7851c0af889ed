"""The demo on a short stretch of the crash: played, audited, kept, audited again, tampered with."""

import json
import re
import shutil
from pathlib import Path

import pytest

from tests.e2e.conftest import invoke
from vitrine.demo.archive import NODE, REPORT, SUMMARY, Archive
from vitrine.demo.play import Played, Production
from vitrine.demo.scenario import crash_scenario
from vitrine.deploy.run import Unkept
from vitrine.registry import artifacts

WINDOW = (100, 165)
"""6 to 17 May: the first and steepest fall."""


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Played, Archive]:
    """One run, published; its node is gone."""
    archive = Archive(tmp_path_factory.mktemp("demo"))
    records = Unkept(tmp_path_factory.mktemp("records"))
    production = Production(crash_scenario(2).window(*WINDOW), artifacts(), records)
    stage = production.stage()
    try:
        played = production.publish(production.play(stage), archive)
    finally:
        stage.node.stop()
    return played, archive


@pytest.fixture
def copied(kept: tuple[Played, Archive], tmp_path: Path) -> Path:
    """The kept run in a folder of its own."""
    return Path(shutil.copytree(kept[1].folder, tmp_path / "run"))


def test_play__fall_of_may__every_promise_kept(kept: tuple[Played, Archive]) -> None:
    played, archive = kept
    summary = json.loads((archive.folder / SUMMARY).read_text())
    assert all(summary["checks"].values()), summary["checks"]
    assert summary["audit"]["differences"] == []
    assert summary["net_sum"] == "0"
    assert summary["healthy_liquidated"] == 0
    assert summary["warned"] >= 3
    assert summary["auctions"] == sum(summary["sold"].values()) + summary["redeemed"] + summary[
        "recovered"
    ] + int(summary["end"]["open_auctions"])
    assert all(row["difference"] == "0" for row in summary["parties"])
    assert played.stage.node.process.poll() is not None


def test_play__fall_of_may__markets_traded(kept: tuple[Played, Archive]) -> None:
    summary = json.loads((kept[1].folder / SUMMARY).read_text())
    venues = {venue["name"]: venue for venue in summary["markets"]["venues"]}
    assert len([name for name in venues if ":" in name]) == 6
    assert venues["Seaport"]["pieces"] >= 1
    for found in summary["markets"]["royalties"].values():
        assert int(found["paid"]) + int(found["forgiven"]) == int(found["due"])
    assert all(found["cap"] <= found["highest_cap"] for found in summary["depth"].values())


def test_report__one_file__no_address_in_it(kept: tuple[Played, Archive]) -> None:
    page = (kept[1].folder / REPORT).read_text()
    assert page.count("<svg") >= 12
    assert not re.search(r"(src|href)=|@import|url\(", page)
    text = re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL).lower().split("<script>")[0]
    assert not re.search(r"\bnan\b", text)


def test_check__kept_run__no_difference(kept: tuple[Played, Archive]) -> None:
    done = invoke(["demo", "--check", "--json", "--out", str(kept[1].folder)])
    found = done.valid("demo-check")
    assert found["differences"] == []
    assert found["items"] == sum(found["compared"].values()) > 500


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda s: s.update(warned=s["warned"] + 1), "warned"),
        (lambda s: s["bad_debt"].update(recognised="1"), "bad debt"),
        (lambda s: s["parties"][0].update(change="1"), "change of supplier-01"),
        (lambda s: s["end"]["mid"].update(punks="1"), "last mid"),
        (lambda s: s["markets"]["exits"]["pool"].update(sales=99), "sold through pool"),
        (lambda s: s["markets"]["royalties"]["punks"].update(paid="1"), "royalties paid"),
    ],
)
def test_check__summary_changed__exit_1(copied: Path, change, word: str) -> None:
    path = copied / SUMMARY
    summary = json.loads(path.read_text())
    change(summary)
    path.write_text(json.dumps(summary))
    done = invoke(["demo", "--check", "--json", "--out", str(copied)])
    assert done.code == 1
    assert any(word in difference for difference in done.data["differences"])


def test_check__other_node__exit_1(copied: Path) -> None:
    world = json.loads((copied / "world.json").read_text())
    contracts = world["deployment"]["contracts"]
    contracts["punks"], contracts["quiet"] = contracts["quiet"], contracts["punks"]
    (copied / "world.json").write_text(json.dumps(world))
    assert invoke(["demo", "--check", "--json", "--out", str(copied)]).code != 0


def test_check__nothing_kept__one_sentence(tmp_path: Path) -> None:
    invoke(["demo", "--check", "--out", str(tmp_path)]).failed(6, "No run was kept", "vitrine demo")


def test_check__node_state_gone__one_sentence(copied: Path) -> None:
    (copied / NODE).unlink()
    invoke(["demo", "--check", "--out", str(copied)]).failed(6, "No node state was kept")


def test_demo__orders_without_sales__usage(tmp_path: Path) -> None:
    invoke(["demo", "--orders", str(tmp_path / "o.csv")]).failed(2, "--sales")


def test_demo__no_such_history__one_sentence(tmp_path: Path) -> None:
    invoke(["demo", "--sales", str(tmp_path / "none.csv")]).failed(3, "none.csv")
