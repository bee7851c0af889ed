"""What governance sets about depth, through the command line: feeds, pools that count, what caps follow."""

from typing import Any

import pytest

from tests.e2e.conftest import Run
from tests.e2e.test_market_cli import account, make_pool
from vitrine.chain.contract import Contract
from vitrine.sdk.facade import Vitrine
from vitrine.units import HOUR

GOVERNOR, STRANGER = 1, 13
ZERO = "0x" + "00" * 20


def depth(cli: Run, name: str = "punks") -> Any:
    (found,) = cli("oracle", "depth", name, "--json").valid("oracle-depth")["collections"]
    return found


def feed_of(vitrine: Vitrine) -> str:
    oracle = vitrine.contract("FloorOracle")
    return str(vitrine.chain.read(oracle.poolFeedOf(vitrine.collection("punks"))))


def measure(
    vitrine: Vitrine, cli: Run, names: tuple[str, ...] = ("punks", "phunks"), rounds: int = 4
) -> None:
    """An hour between readings, and a round before each."""
    for _ in range(rounds):
        vitrine.chain.warp(vitrine.chain.now() + HOUR)
        cli("oracle", "post", "punks=61.75", "phunks=1.2", "--sender", 9, "--json").valid("action")
        for name in names:
            call = vitrine.contract("DepthLens").poke(vitrine.collection(name))
            vitrine.chain.send(call, account(vitrine, STRANGER))


# --- pool feeds ---------------------------------------------------------------------------------------------


def test_pool_feed__governor__deploys_and_attaches_it(cli: Run, priced: Vitrine) -> None:
    pool = make_pool(cli, "shared")
    words = ("oracle", "pool-feed", "punks", pool, "--window", "6h", "--sender", GOVERNOR, "--json")
    block = priced.chain.block_number()
    dry = cli(*words, "--dry-run").valid("action")
    assert (priced.chain.block_number(), feed_of(priced)) == (block, ZERO)
    said = cli(*words).valid("action")
    feed = feed_of(priced)
    assert [step["function"] for step in said["transactions"]] == ["constructor", "setPoolFeed"]
    assert said["result"] == dry["result"] == {"feed": feed, "pool": pool, "window_seconds": 6 * HOUR}
    assert (said["before"]["pool_feed"], said["after"]["pool_feed"]) == (None, feed)
    made = Contract(feed, priced.artifacts.interface("PoolTwapFeed"))
    views = [made.pool(), made.collection(), made.window()]
    assert priced.chain.read_many(views) == [pool, priced.collection("punks"), 6 * HOUR]
    assert depth(cli)["pool_feed"] == feed
    cli("oracle", "pool-feed", "punks", "--off", "--sender", GOVERNOR, "--json").valid("action")
    assert feed_of(priced) == ZERO


def test_pool_feed__deployed_by_anyone__attached_by_the_governor(cli: Run, priced: Vitrine) -> None:
    pool = make_pool(cli, "shared")
    words = ("oracle", "pool-feed", "punks", pool, "--deploy-only", "--sender", STRANGER, "--json")
    feed = cli(*words).valid("action")["result"]["feed"]
    assert feed_of(priced) == ZERO
    attach = ("oracle", "pool-feed", "punks", "--feed", feed, "--sender")
    cli(*attach, STRANGER).failed(6, account(priced, STRANGER), "does not have the role")
    cli(*attach, GOVERNOR, "--json").valid("action")
    assert feed_of(priced) == feed


def test_pool_feed__stranger__is_told_before_anything_is_deployed(cli: Run, priced: Vitrine) -> None:
    pool, nonce = make_pool(cli, "shared"), priced.chain.nonce(account(priced, STRANGER))
    words = ("oracle", "pool-feed", "punks")
    cli(*words, pool, "--sender", STRANGER).failed(6, account(priced, STRANGER), "does not have the role")
    assert priced.chain.nonce(account(priced, STRANGER)) == nonce
    cli(*words, "--off", "--sender", STRANGER).failed(6, "does not have the role")


def test_pool_feed__delayed_governor__schedules_what_was_deployed(cli: Run, priced: Vitrine) -> None:
    pool, member, authority = (
        make_pool(cli, "shared"),
        account(priced, STRANGER),
        priced.contract("Authority"),
    )
    priced.chain.send(authority.grantRole(1, member, 48 * HOUR), account(priced, GOVERNOR))
    words = ("oracle", "pool-feed", "punks", "--sender", STRANGER)
    cli(*words, pool).failed(6, "after a delay only", "--deploy-only")
    cli("oracle", "exit-depth", "off", "--sender", STRANGER).failed(6, "after a delay only", "Schedule it")
    feed = cli(*words, pool, "--deploy-only", "--json").valid("action")["result"]["feed"]
    cli(*words, "--feed", feed).failed(6, "not scheduled", "Schedule it")
    call = priced.contract("FloorOracle").setPoolFeed(priced.collection("punks"), feed)
    priced.chain.send(authority.schedule(call.to, call.data, 0), member)
    cli(*words, "--feed", feed).failed(6, "not ready")
    priced.chain.warp(priced.chain.now() + 48 * HOUR)
    cli(*words, "--feed", feed, "--json").valid("action")
    assert feed_of(priced) == feed


@pytest.mark.parametrize(
    ("more", "code", "words"),
    [
        (("--window", "29m"), 2, ("29 min is outside 30 min to 1 d",)),
        (("--window", "25h"), 2, ("1 d 1 h is outside",)),
        (("--window", "soon"), 2, ("'soon' is no time span",)),
        (("--off",), 2, ("Give one of",)),
    ],
)
def test_pool_feed__terms_that_cannot_be__refused(
    cli: Run, priced: Vitrine, more: tuple[str, ...], code: int, words: tuple[str, ...]
) -> None:
    pool = make_pool(cli, "shared")
    cli("oracle", "pool-feed", "punks", pool, *more, "--sender", GOVERNOR).failed(code, *words)
    assert feed_of(priced) == ZERO


@pytest.mark.parametrize(("kind", "name"), [("two-sided", "punks"), ("shared", "phunks")])
def test_pool_feed__owned_or_of_another_collection__refused(
    cli: Run, priced: Vitrine, kind: str, name: str
) -> None:
    pool = make_pool(cli, kind)
    nonce = priced.chain.nonce(account(priced, GOVERNOR))
    said = cli("oracle", "pool-feed", name, pool, "--sender", GOVERNOR)
    said.failed(6, f"not a shared pool of {name}")
    assert priced.chain.nonce(account(priced, GOVERNOR)) == nonce


# --- pools that count ---------------------------------------------------------------------------------------


def test_depth_pools__governor__count_as_depth(cli: Run, priced: Vitrine) -> None:
    pool = make_pool(cli, "shared", "--price", 300_000, "--assets", 600_000)
    before = depth(cli)
    words = ("oracle", "depth-pools", "punks", pool, "--json", "--sender")
    cli(*words, GOVERNOR, "--dry-run").valid("action")
    assert depth(cli) == before
    assert (before["pools"], before["now"]["pools_pieces"]) == ([], "0.00")
    cli("oracle", "depth-pools", "punks", pool, "--sender", STRANGER).failed(6, "does not have the role")
    said = cli(*words, GOVERNOR).valid("action")
    assert (said["before"]["pools"], said["after"]["pools"]) == ([], [pool])
    after = depth(cli)
    assert after["pools"] == [pool]
    assert float(after["now"]["pools_pieces"]) >= 1
    cli("oracle", "depth-pools", "punks", "--sender", GOVERNOR, "--json").valid("action")
    assert depth(cli)["pools"] == []


def test_depth_pools__not_a_shared_pool_of_it__refused(cli: Run, priced: Vitrine) -> None:
    owned = make_pool(cli)
    words = ("oracle", "depth-pools")
    cli(*words, "punks", owned, "--sender", GOVERNOR).failed(6, "not a shared pool of punks")
    cli(*words, "punks", account(priced, 11), "--sender", GOVERNOR).failed(6, "not a pool of this deployment")


# --- what caps follow ---------------------------------------------------------------------------------------


def test_exit_depth__too_few_readings__on_is_refused_unless_forced(cli: Run, priced: Vitrine) -> None:
    book = priced.contract("TierBook")
    words = ("oracle", "exit-depth", "on", "--sender", GOVERNOR)
    cli(*words).failed(6, "punks 0", "phunks 0", "4 are needed")
    measure(priced, cli, ("punks",))
    cli(*words, "--dry-run").failed(6, "lend by: phunks 0;")
    assert priced.chain.read(book.exitDepth()) == ZERO
    forced = cli(*words, "--force", "--json").valid("action")
    assert forced["after"]["exit_depth"] == priced.deployment.address("DepthLens")
    assert depth(cli, "phunks")["cap_pieces"] == "0.00"


def test_exit_depth__measured__on_and_off(cli: Run, priced: Vitrine) -> None:
    pool = make_pool(cli, "shared", "--price", 300_000, "--assets", 600_000)
    cli("oracle", "depth-pools", "punks", pool, "--sender", GOVERNOR, "--json").valid("action")
    governed = depth(cli)
    assert governed["cap_pieces"] == governed["ceiling_pieces"]
    measure(priced, cli)
    found = depth(cli)
    assert (found["readings"], found["lowest_pieces"]) == (4, found["now"]["pieces"])
    words = ("oracle", "exit-depth")
    cli(*words, "on", "--sender", STRANGER).failed(6, account(priced, STRANGER), "does not have the role")
    cli(*words, "on", "--sender", GOVERNOR, "--dry-run", "--json").valid("action")
    assert cli("oracle", "depth", "--json").valid("oracle-depth")["measured"] is False
    said = cli(*words, "on", "--sender", GOVERNOR, "--json").valid("action")
    assert said["before"]["exit_depth"] is None
    measured = depth(cli)
    assert float(measured["cap_pieces"]) <= float(measured["lowest_pieces"])
    text = cli("oracle", "depth")
    assert text.code == 0
    assert "caps follow the measured depth" in text.out
    cli(*words, "off", "--sender", GOVERNOR, "--json").valid("action")
    assert depth(cli)["cap_pieces"] == governed["ceiling_pieces"]


def test_depth__stale_price__is_unknown(cli: Run, vitrine: Vitrine, rewind: None) -> None:
    found = cli("oracle", "depth", "--json").valid("oracle-depth")
    assert {item["now"] for item in found["collections"]} == {None}
    text = cli("oracle", "depth")
    assert text.code == 0
    assert "unknown" in text.out
    assert "not followed" in text.out
