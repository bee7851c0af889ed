"""Pools, royalties, standing bids, the aggregator and loans through the command line."""

from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import Run
from vitrine.sdk.facade import Vitrine

USDT = 10**6
SEND = ("--approve", "--json")


def account(vitrine: Vitrine, number: int) -> str:
    return vitrine.chain.accounts()[number]


def owner_of(vitrine: Vitrine, token_id: int, collection: str = "punks") -> str:
    return str(vitrine.chain.read(vitrine.contract(collection).ownerOf(token_id)))


def nfts(*token_ids: int) -> list[str]:
    return [word for token_id in token_ids for word in ("--nft", f"punks:{token_id}")]


def make_pool(cli: Run, kind: str = "two-sided", *more: Any, sender: int = 12) -> str:
    """A pool of account 12 with punks 120 and 121 and 400,000 USDT, the next one for 100,000."""
    said = cli(
        "pool", "create", "punks", "--kind", kind, "--price", 100_000, "--assets", 400_000,
        *nfts(120, 121), "--sender", sender, *more, *SEND,
    ).valid("action")  # fmt: skip
    return str(said["result"]["pool"])


# --- pools --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("curve", "step"), [("linear", "2000"), ("exponential", "5"), ("product", "10"), ("linear", None)]
)
def test_pool_create__each_curve__asks_the_price_named(
    cli: Run, priced: Vitrine, curve: str, step: str | None
) -> None:
    more = ("--curve", curve, *(("--step", step) if step else ()))
    pool = make_pool(cli, "two-sided", *more)
    shown = cli("pool", "show", pool, "--json").valid("pool")
    assert shown["price_units"] == str(100_000 * USDT)
    assert shown["token_ids"] == ["120", "121"]
    assert (shown["nfts"], shown["assets_units"]) == (2, str(400_000 * USDT))
    assert shown["owner"] == account(priced, 12)
    (listed,) = cli("pool", "list", "punks", "--json").valid("pools")["pools"]
    assert listed["pool"] == pool
    assert cli("pool", "list", "phunks", "--json").valid("pools")["pools"] == []


def test_pool_create__same_terms_twice__are_two_pools(cli: Run, priced: Vitrine) -> None:
    words = ("pool", "create", "punks", "--kind", "sell", "--price", 100_000, "--sender", 12, "--json")
    pools = {cli(*words).valid("action")["result"]["pool"] for _ in range(2)}
    assert len(pools) == 2


def test_pool_buy__dry_run__is_what_happens(cli: Run, priced: Vitrine) -> None:
    pool, buyer = make_pool(cli), account(priced, 11)
    quoted = cli("pool", "quote", "buy", pool, *nfts(120), "--json").valid("pool-quote")
    assert int(quoted["total_units"]) == sum(
        int(quoted[f"{leg}_units"]) for leg in ("price", "lp_fee", "protocol_fee", "royalty")
    )
    block = priced.chain.block_number()
    dry = cli("pool", "buy", pool, *nfts(120), "--sender", 11, "--dry-run", *SEND).valid("action")
    assert priced.chain.block_number() == block
    assert owner_of(priced, 120) == pool
    before = priced.tokens.balance(buyer)
    wet = cli("pool", "buy", pool, *nfts(120), "--sender", 11, *SEND).valid("action")
    assert (wet["result"], wet["gas"]) == (dry["result"], dry["gas"])
    assert owner_of(priced, 120) == buyer
    assert before - priced.tokens.balance(buyer) == int(quoted["total_units"])
    assert wet["result"]["cost_units"] == quoted["total_units"]


def test_pool_sell__into_it__pays_what_was_quoted(cli: Run, priced: Vitrine) -> None:
    pool, seller = make_pool(cli), account(priced, 11)
    quoted = cli("pool", "quote", "sell", pool, *nfts(110, 111), "--json").valid("pool-quote")
    before = priced.tokens.balance(seller)
    said = cli("pool", "sell", pool, *nfts(110, 111), "--sender", 11, *SEND).valid("action")
    assert priced.tokens.balance(seller) - before == int(quoted["total_units"])
    assert said["result"]["nfts"] == 2
    assert owner_of(priced, 110) == pool


def test_pool_deposit_withdraw__owner__moves_what_is_named(cli: Run, priced: Vitrine) -> None:
    pool, owner = make_pool(cli), account(priced, 12)
    put = cli("pool", "deposit", pool, *nfts(122), "--assets", 1_000, "--sender", 12, *SEND).valid("action")
    assert (put["before"]["nfts"], put["after"]["nfts"]) == (2, 3)
    before = priced.tokens.balance(owner)
    out = cli("pool", "withdraw", pool, *nfts(120), "--assets", 1_000, "--sender", 12, "--json").valid(
        "action"
    )
    assert out["after"]["nfts"] == 2
    assert priced.tokens.balance(owner) == before + 1_000 * USDT
    assert owner_of(priced, 120) == owner


def test_pool_shared__added_and_left__for_shares(cli: Run, priced: Vitrine) -> None:
    pool, other = make_pool(cli, "shared"), account(priced, 13)
    assert cli("pool", "show", pool, "--json").valid("pool")["assets_units"] == str(200_000 * USDT)
    added = cli("pool", "deposit", pool, *nfts(130), "--sender", 13, *SEND).valid("action")
    assert added["result"]["assets_units"] == str(100_000 * USDT)
    shown = cli("pool", "show", pool, "--account", other, "--json").valid("pool")
    assert int(shown["total_shares"]) == 3 * int(shown["shares"])
    cli("pool", "sell", pool, *nfts(110), "--sender", 11, *SEND).valid("action")
    priced.chain.warp(priced.chain.now() + 30 * 60)  # a fraction is paid at an average
    left = cli("pool", "withdraw", pool, "--shares", "all", "--sender", 13, "--json").valid("action")
    assert left["result"]["nfts"] == 1
    assert int(left["result"]["cash_in_lieu_units"]) > 0
    last = cli("pool", "withdraw", pool, "--shares", "all", "--sender", 12, "--json").valid("action")
    assert (last["after"]["nfts"], last["after"]["assets_units"]) == (0, "0")


def test_pool_list__of_ids__takes_only_those(cli: Run, priced: Vitrine, tmp_path: Path) -> None:
    path = tmp_path / "ids.txt"
    path.write_text("110\n120\n121\n")
    pool = make_pool(cli, "buy", "--list", path, "--curve", "linear")
    assert cli("pool", "show", pool, "--json").valid("pool")["listed_only"] is True
    cli("pool", "sell", pool, *nfts(110), "--sender", 11).failed(2, "only ids of its list")
    words = ("pool", "sell", pool, "--list", path, "--sender", 11, "--approve")
    cli(*words, *nfts(111)).failed(2, "111 is not on the list")
    assert cli(*words, *nfts(110), "--json").valid("action")["result"]["nfts"] == 1


# --- royalties ----------------------------------------------------------------------------------------------


def test_royalty__set_by_the_owner__is_owed_and_claimed(cli: Run, priced: Vitrine) -> None:
    artist = account(priced, 19)
    words = ("royalty", "set", "punks", "--percent", 5, "--receiver", artist)
    cli(*words, "--sender", 11).failed(6, "punks")
    cli(*words, "--sender", 0, "--json").valid("action")
    shown = cli("royalty", "show", "punks:120", "--price", 1_000, "--json").valid("royalty")
    assert (shown["due_units"], shown["royalty_bps"], shown["overridden"]) == (str(50 * USDT), 500, True)
    assert shown["policy"] == "waived"
    pool = make_pool(cli)
    bought = cli("pool", "buy", pool, *nfts(120), "--sender", 11, *SEND).valid("action")
    owed = int(bought["result"]["royalty_units"])
    assert owed == 5_000 * USDT
    asked = cli("royalty", "claimable", artist, "--json").valid("royalty-claimable")
    assert asked["claimable_units"] == str(owed)
    before = priced.tokens.balance(artist)
    assert cli("royalty", "claim", "--sender", 19, "--json").valid("action")["result"]["assets_units"] == str(
        owed
    )
    assert priced.tokens.balance(artist) == before + owed
    cli("royalty", "claim", "--sender", 19).failed(6, "No royalties are owed")
    cli("royalty", "set", "punks", "--clear", "--sender", 0, "--json").valid("action")
    assert cli("royalty", "show", "punks:120", "--json").valid("royalty")["receiver"] is None


# --- the aggregator -----------------------------------------------------------------------------------------


@pytest.fixture
def book(tmp_path: Path) -> tuple[str, str]:
    """A database of orders of this test's own."""
    return "--database", f"sqlite:///{tmp_path / 'orders.sqlite'}"


def list_for_sale(cli: Run, book: tuple[str, str], token_id: int, price: int, sender: int) -> str:
    words = ("market", "list", f"punks:{token_id}", "--price", price, "--sender", sender)
    return str(cli(*words, *book, *SEND).valid("action")["result"]["order"])


def test_market_list__signed__is_in_the_book_until_cancelled(
    cli: Run, priced: Vitrine, book: tuple[str, str]
) -> None:
    words = ("market", "list", "punks:130", "--price", 90_000, "--sender", 13, *book, *SEND)
    cli(*words, "--dry-run").valid("action")
    assert cli("market", "orders", "punks", *book, "--json").valid("market-orders")["orders"] == []
    digest = list_for_sale(cli, book, 130, 90_000, 13)
    (order,) = cli("market", "orders", "punks", *book, "--json").valid("market-orders")["orders"]
    assert (order["order"], order["side"], order["token_id"]) == (digest, "ask", "130")
    assert order["price_units"] == str(90_000 * USDT)
    cli("market", "cancel", digest, "--sender", 14, *book).failed(6, "The order is of", account(priced, 13))
    cli("market", "cancel", digest, "--sender", 13, *book, "--json").valid("action")
    assert cli("market", "orders", "punks", *book, "--json").valid("market-orders")["orders"] == []
    cli("market", "cancel", digest, "--sender", 13, *book).failed(6, "over already")


def test_market_buy__pool_and_orders__the_cheapest_of_both(
    cli: Run, priced: Vitrine, book: tuple[str, str]
) -> None:
    pool, buyer = make_pool(cli), account(priced, 11)
    list_for_sale(cli, book, 130, 90_000, 13)
    list_for_sale(cli, book, 140, 150_000, 14)
    flags = ("--sender", 11, *book, *SEND)
    before = priced.tokens.balance(buyer)
    dry = cli("market", "buy", "punks", "--count", 2, *flags, "--dry-run").valid("action")
    assert priced.tokens.balance(buyer) == before
    said = cli("market", "buy", "punks", "--count", 2, *flags).valid("action")
    assert said["result"] == dry["result"]
    assert {leg["market"] for leg in said["result"]["legs"]} == {f"pool {pool}", "order book"}
    assert {owner_of(priced, token) for token in (120, 130)} == {buyer}
    paid = before - priced.tokens.balance(buyer)
    assert paid == int(said["result"]["cost_units"]) == int(said["result"]["planned_units"])
    for leg in said["result"]["legs"]:
        parts = ("price", "fee", "royalty")
        assert int(leg["total_units"]) == sum(int(leg[f"{part}_units"]) for part in parts)
        assert leg["gas"] > 60_000
    till, router = priced.deployment.address("MarketTill"), priced.deployment.address("MarketRouter")
    assert priced.tokens.balance(till) == priced.tokens.balance(router) == 0


def test_market_buy__named_ids__where_they_are(cli: Run, priced: Vitrine, book: tuple[str, str]) -> None:
    make_pool(cli)
    list_for_sale(cli, book, 130, 90_000, 13)
    words = ("market", "buy", "punks", "--sender", 11, *book, *SEND)
    assert cli(*words, *nfts(121, 130)).valid("action")["result"]["nfts"] == 2
    assert owner_of(priced, 121) == owner_of(priced, 130) == account(priced, 11)


def test_market_sell__offer_and_pool__the_dearest_first(
    cli: Run, priced: Vitrine, book: tuple[str, str]
) -> None:
    pool, seller = make_pool(cli), account(priced, 11)
    words = ("market", "offer", "punks", "--price", 120_000, "--sender", 14, *book)
    cli(*words, *SEND).valid("action")
    flags = ("--sender", 11, *book, *SEND)
    before = priced.tokens.balance(seller)
    said = cli("market", "sell", "punks", *nfts(110, 111), *flags).valid("action")
    assert priced.tokens.balance(seller) - before == int(said["result"]["proceeds_units"])
    assert sorted([owner_of(priced, 110), owner_of(priced, 111)]) == sorted([pool, account(priced, 14)])


def test_market_depth__everything__side_by_side(cli: Run, priced: Vitrine, book: tuple[str, str]) -> None:
    pool = make_pool(cli, "shared")
    list_for_sale(cli, book, 130, 90_000, 13)
    cli("market", "offer", "punks", "--price", 80_000, "--quantity", 2, "--sender", 14, *book, *SEND)
    cli("bid", "place", "punks", "--percent", 90, "--max", 100_000, "--sender", 15, *SEND).valid("action")
    said = cli("market", "depth", "punks", *book, "--json").valid("market-depth")
    assert [(level["price_units"], level["depth"]) for level in said["asks"]] == [(str(90_000 * USDT), 1)]
    assert [(level["price_units"], level["depth"]) for level in said["bids"]] == [(str(80_000 * USDT), 2)]
    assert said["standing_bids"] == 1
    assert [row["pool"] for row in said["pools"]] == [pool]
    assert said["exit_depth"] is not None
    text = cli("market", "depth", "punks", *book)
    assert text.code == 0
    assert "90,000.00 USDT" in text.out


# --- standing bids ------------------------------------------------------------------------------------------


def test_bid__placed_cancelled_closed_claimed__gives_everything_back(cli: Run, priced: Vitrine) -> None:
    bidder = account(priced, 15)
    before = priced.tokens.balance(bidder)
    words = ("bid", "place", "punks", "--percent", "87.5", "--max", 120_000, "--quantity", 2)
    placed = cli(*words, "--sender", 15, *SEND).valid("action")
    bid = placed["result"]["bid"]
    assert placed["result"]["locked_units"] == str(240_000 * USDT)
    assert priced.tokens.balance(bidder) == before - 240_000 * USDT
    (row,) = cli("bid", "list", "punks", "--json").valid("bids")["bids"]
    assert (row["bid"], row["price_bps"], row["quantity"], row["status"]) == (bid, 8_750, 2, "live")
    cli("bid", "cancel", bid, "--sender", 14).failed(6, "is of", bidder)
    done = cli("bid", "cancel", bid, "--sender", 15, "--json").valid("action")
    cli("bid", "cancel", bid, "--sender", 15).failed(6, "cancelled already")
    assert cli("bid", "list", "--json").valid("bids")["bids"][0]["status"] == "cancelled"
    cli("bid", "close", bid, "--sender", 14).failed(6)
    priced.chain.warp(done["result"]["claimable_at"])
    cli("bid", "close", bid, "--sender", 14, "--json").valid("action")
    claimed = cli("bid", "claim", "--sender", 15, "--json").valid("action")
    assert claimed["result"] == {"nfts": 0, "assets_units": str(240_000 * USDT)}
    assert priced.tokens.balance(bidder) == before
    cli("bid", "claim", "--sender", 15).failed(6, "Nothing is owed")


# --- loans --------------------------------------------------------------------------------------------------


def test_loan_buy_and_sell_repay__through_a_pool__opens_and_closes_an_account(
    cli: Run, funded: Vitrine, book: tuple[str, str]
) -> None:
    buyer, desk = account(funded, 11), funded.desk.address
    pool = make_pool(cli)
    before = funded.tokens.balance(buyer)
    flags = ("--sender", 11, *book, "--json")
    cli("loan", "buy", "punks:120", "--borrow", 50_000, *flags).data["error"]["message"]
    dry = cli("loan", "buy", "punks:120", "--borrow", 50_000, *flags, "--approve", "--dry-run").valid(
        "action"
    )
    assert funded.desk.position(buyer).debt == 0
    said = cli("loan", "buy", "punks:120", "--borrow", 50_000, *flags, "--approve").valid("action")
    assert said["result"] == dry["result"]
    cost = int(said["result"]["cost_units"])
    assert before - funded.tokens.balance(buyer) == cost - 50_000 * USDT
    assert owner_of(funded, 120) == desk
    assert said["after"]["debt_units"] == str(50_000 * USDT)
    sold = cli("loan", "sell-repay", "punks:120", *flags).valid("action")
    assert sold["after"]["debt_units"] == "0"
    assert owner_of(funded, 120) == pool
    assert int(sold["result"]["repaid_units"]) < int(sold["result"]["proceeds_units"])
    cli("loan", "sell-repay", "punks:120", "--sender", 11, *book).failed(6, "not pledged by")
