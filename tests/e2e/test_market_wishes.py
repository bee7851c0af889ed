"""Wishes by trait, offers on some tokens, and pools with a list of ids, through the command line."""

from pathlib import Path

import pytest

from tests.e2e.conftest import Run
from tests.e2e.test_market_cli import SEND, USDT, account, list_for_sale, make_pool, nfts, owner_of
from vitrine.sdk.facade import Vitrine

TRAITS = "token_id,type,hat\n120,alien,cap;halo\n121,ape,cap\n130,alien,none\n131,ape,none\n110,zombie,cap\n"


@pytest.fixture
def book(tmp_path: Path) -> tuple[str, str]:
    return "--database", f"sqlite:///{tmp_path / 'orders.sqlite'}"


@pytest.fixture
def traits(tmp_path: Path) -> Path:
    path = tmp_path / "traits.csv"
    path.write_text(TRAITS)
    return path


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    path = tmp_path / "ids.txt"
    path.write_text("110\n111\n")
    return path


def test_market_buy__by_trait__the_cheapest_that_bear_it(
    cli: Run, priced: Vitrine, book: tuple[str, str], traits: Path
) -> None:
    make_pool(cli)
    list_for_sale(cli, book, 130, 90_000, 13)
    list_for_sale(cli, book, 131, 50_000, 13)
    words = ("market", "buy", "punks", "--traits", traits, "--sender", 11, *book, *SEND)
    said = cli(*words, "--count", 2, "--trait", "type=Alien").valid("action")
    assert said["result"]["nfts"] == 2
    assert owner_of(priced, 120) == owner_of(priced, 130) == account(priced, 11)
    assert owner_of(priced, 131) == account(priced, 13)
    said = cli(*words, "--count", 1, "--trait", "type=ape", "--trait", "hat=cap").valid("action")
    assert owner_of(priced, 121) == account(priced, 11)


def test_market_buy__under_a_limit_each__leaves_the_dearer_ones(
    cli: Run, priced: Vitrine, book: tuple[str, str], traits: Path
) -> None:
    make_pool(cli)
    list_for_sale(cli, book, 130, 90_000, 13)
    words = ("market", "buy", "punks", "--trait", "type=alien", "--traits", traits, "--sender", 11, *book)
    cli(*words, "--count", 2, "--under", 95_000, "--approve").failed(6, "Only 1 of 2 punks")
    said = cli(*words, "--count", 2, "--under", 95_000, "--best-effort", *SEND).valid("action")
    assert said["result"]["nfts"] == 1
    assert owner_of(priced, 130) == account(priced, 11)


def test_market_offer__by_trait__takes_those_tokens_only(
    cli: Run, priced: Vitrine, book: tuple[str, str], traits: Path
) -> None:
    make_pool(cli)
    words = ("market", "offer", "punks", "--price", 120_000, "--trait", "type=zombie", "--traits", traits)
    cli(*words, "--sender", 14, *book, *SEND).valid("action")
    (order,) = cli("market", "orders", "punks", *book, "--json").valid("market-orders")["orders"]
    assert (order["by_trait"], order["token_id"]) == (True, None)
    depth = cli("market", "depth", "punks", *book).out
    assert depth.index("Bids on some tokens") < depth.index("120,000.00 USDT") < depth.index("Pools")
    cli("market", "sell", "punks", *nfts(110, 111), "--sender", 11, *book, *SEND).valid("action")
    assert owner_of(priced, 110) == account(priced, 14)
    assert owner_of(priced, 111) != account(priced, 14)


def test_market_offer__two_of_one_maker__both_stay_live(
    cli: Run, priced: Vitrine, book: tuple[str, str]
) -> None:
    """The second offer approves what both may take."""
    for price, token in ((80_000, 110), (70_000, 111)):
        words = ("market", "offer", "punks", "--price", price, "--token", token, "--sender", 14)
        cli(*words, *book, *SEND).valid("action")
    orders = cli("market", "orders", "punks", *book, "--json").valid("market-orders")["orders"]
    assert [order["price_units"] for order in orders] == [str(80_000 * USDT), str(70_000 * USDT)]
    seaport = priced.deployment.address("Seaport")
    assert priced.tokens.allowance(account(priced, 14), seaport) == 150_000 * USDT


def test_market_sell__pool_with_a_list__pays_when_the_list_is_given(
    cli: Run, priced: Vitrine, book: tuple[str, str], listed: Path
) -> None:
    closed = make_pool(cli, "buy", "--list", listed)
    words = ("market", "sell", "punks", "--sender", 11, *book)
    cli(*words, *nfts(110), "--approve").failed(6, "wanted by anybody")
    cli(*words, *nfts(112), "--list", listed, "--approve").failed(6, "wanted by anybody")
    cli(*words, *nfts(110, 111), "--list", listed, *SEND).valid("action")
    assert owner_of(priced, 110) == owner_of(priced, 111) == closed


def test_loan_sell_repay__pool_with_a_list__takes_the_pledge(
    cli: Run, funded: Vitrine, book: tuple[str, str], listed: Path
) -> None:
    closed = make_pool(cli, "buy", "--list", listed)
    cli("borrow", 20_000, *nfts(110), "--sender", 11, *SEND).valid("action")
    words = ("loan", "sell-repay", "punks:110", *book)
    cli(*words, "--sender", 11, "--approve").failed(6, "not wanted by anybody")
    cli(*words, "--sender", 18, "--account", account(funded, 11)).failed(6, "may not act for", "operator")
    said = cli(*words, "--sender", 11, "--list", listed, *SEND).valid("action")
    assert said["after"]["debt_units"] == "0"
    assert owner_of(funded, 110) == closed


def test_market_buy__purse_below_the_limit_but_not_the_price__buys(
    cli: Run, priced: Vitrine, book: tuple[str, str]
) -> None:
    """What a pool may still move by needs not be there, nor a limit above what the plan can cost."""
    make_pool(cli)
    buyer = account(priced, 11)
    left = 100_700 * USDT
    asset, spare = priced.tokens.asset, priced.tokens.balance(buyer) - left
    priced.send(asset.transfer(account(priced, 10), spare), buyer)
    words = ("market", "buy", "punks", "--count", 1, "--max", 5_000_000, "--sender", 11, *book)
    said = cli(*words, *SEND).valid("action")
    assert said["result"]["cost_units"] == str(100_600 * USDT)


BAD = [
    (("market", "buy", "punks", "--count", 1, "--trait", "type=alien"), 2, "--traits"),
    (("market", "buy", "punks", "--count", 1, "--trait", "alien", "--traits", "T"), 2, "type=alien"),
    (("market", "buy", "punks", "--count", 1, "--trait", "nose=big", "--traits", "T"), 3, "type, hat"),
    (("market", "buy", "punks", "--count", 1, "--trait", "type=cat", "--traits", "T"), 3, "No token"),
    (("market", "buy", "punks", "--count", 1, "--under", 5), 2, "--among"),
    (("market", "buy", "punks", "--nft", "punks:1", "--among", "T"), 2, "--count"),
    (("market", "buy", "punks", "--count", 1, "--among", "/nowhere"), 3, "cannot be read"),
    (("market", "offer", "punks", "--price", 1, "--token", 110, "--quantity", 2), 2, "one token"),
    (("market", "offer", "punks", "--price", 1, "--token", 99_999), 6, "no token 99999"),
    (("market", "sell", "punks"), 2, "No NFT is named"),
    (("bid", "place", "punks", "--percent", 90, "--max", 1, "--days", 1), 2, "2<=x<=365"),
    (("pool", "create", "punks", "--price", 1), 2, "Missing option '--kind'"),
]


@pytest.mark.parametrize(
    ("words", "code", "said"), BAD, ids=lambda v: " ".join(map(str, v)) if isinstance(v, tuple) else ""
)
def test_bad_input__wishes_and_offers__one_sentence(
    cli: Run,
    vitrine: Vitrine,
    book: tuple[str, str],
    traits: Path,
    words: tuple[object, ...],
    code: int,
    said: str,
) -> None:
    database = book if words[0] == "market" else ()
    block = vitrine.chain.block_number()
    cli(*(traits if word == "T" else word for word in words), "--sender", 11, *database).failed(code, said)
    assert vitrine.chain.block_number() == block


def test_pool__too_much_taken_out__names_the_option(cli: Run, priced: Vitrine) -> None:
    pool = make_pool(cli)
    cli("pool", "withdraw", pool, "--assets", 9_000_000, "--sender", 12).failed(
        6, "holds 400,000", "--assets"
    )


def test_pool_shared__more_asked_than_shares_bring__names_the_option(cli: Run, priced: Vitrine) -> None:
    pool = make_pool(cli, "shared")
    words = ("pool", "withdraw", pool, "--shares", "all", "--assets", 9_000_000, "--sender", 12)
    cli(*words).failed(6, "bring 200,000", "--assets")
