"""Bad input to the commands of markets: one sentence with the next step, nothing sent, nothing lost."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.conftest import Run
from vitrine.sdk.facade import Vitrine
from vitrine.units import DAY

USDT = 10**6
NOWHERE = "0x71bE63f3384f5fb98995898A86B02Fb2426c5788"
Guard = Callable[[], None]


def account(vitrine: Vitrine, number: int) -> str:
    return vitrine.chain.accounts()[number]


@pytest.fixture
def book(tmp_path: Path) -> tuple[str, str]:
    return "--database", f"sqlite:///{tmp_path / 'orders.sqlite'}"


@pytest.fixture
def pool(cli: Run, funded: Vitrine) -> str:
    """Punks 120 and 121 and 400,000 USDT of account 12, the next one for 100,000."""
    words = ("pool", "create", "punks", "--kind", "two-sided", "--price", 100_000, "--assets", 400_000)
    held = ("--nft", "punks:120", "--nft", "punks:121", "--sender", 12, "--approve", "--json")
    return str(cli(*words, *held).valid("action")["result"]["pool"])


@pytest.fixture
def order(cli: Run, funded: Vitrine, book: tuple[str, str]) -> str:
    """Punk 130 of account 13 for 90,000."""
    words = ("market", "list", "punks:130", "--price", 90_000, "--sender", 13, "--approve", "--json")
    return str(cli(*words, *book).valid("action")["result"]["order"])


@pytest.fixture
def nothing_sent(vitrine: Vitrine) -> Iterator[Guard]:
    """No transaction from where the test calls it until its end. Not called: from its fixtures on."""
    mark: list[list[int]] = []

    def nonces() -> list[int]:
        return [vitrine.chain.nonce(who) for who in vitrine.chain.accounts()]

    mark.append(nonces())

    def from_here() -> None:
        mark[0] = nonces()

    yield from_here
    assert nonces() == mark[0]


# --- unknown ------------------------------------------------------------------------------------------------


UNKNOWN = [
    ("pool", "list", "apes"),
    ("pool", "create", "apes", "--kind", "buy", "--price", "1"),
    ("market", "buy", "apes", "--count", "1"),
    ("market", "sell", "apes", "--nft", "apes:1"),
    ("market", "orders", "apes"),
    ("market", "depth", "apes"),
    ("market", "list", "apes:1", "--price", "1"),
    ("market", "offer", "apes", "--price", "1"),
    ("bid", "place", "apes", "--percent", "90", "--max", "1"),
    ("loan", "buy", "apes:1", "--borrow", "1"),
    ("loan", "sell-repay", "apes:1"),
    ("royalty", "show", "apes:1"),
]


@pytest.mark.parametrize("words", UNKNOWN, ids=lambda words: " ".join(words[:2]))
def test_collection__unknown__lists_the_known(
    cli: Run, words: tuple[str, ...], nothing_sent: Guard, book: tuple[str, str]
) -> None:
    database = book if words[0] in ("market", "loan") else ()
    cli(*words, *database).failed(6, "no collection 'apes'", "punks, phunks")


@pytest.mark.parametrize("words", [("buy", "--nft", "punks:1"), ("sell", "--nft", "punks:110"), ("show",)])
def test_pool__not_one__is_told(cli: Run, words: tuple[str, ...], nothing_sent: Guard) -> None:
    cli("pool", words[0], NOWHERE, *words[1:]).failed(6, "is not a pool", "vitrine pool list")


def test_order__unknown__is_told(cli: Run, book: tuple[str, str], nothing_sent: Guard) -> None:
    cli("market", "cancel", "0x" + "11" * 32, "--sender", 13, *book).failed(6, "not in the store")


def test_bid__unknown__is_told(cli: Run, nothing_sent: Guard) -> None:
    cli("bid", "cancel", 77, "--sender", 15).failed(6, "no standing bid 77", "vitrine bid list")
    cli("bid", "close", 77, "--sender", 15).failed(6, "no standing bid 77")


# --- not the owner ------------------------------------------------------------------------------------------


def test_not_owner__each_way_to_sell__is_told(
    cli: Run, pool: str, book: tuple[str, str], nothing_sent: Guard
) -> None:
    nothing_sent()
    flags = ("--sender", 11, "--approve")
    cli("pool", "sell", pool, "--nft", "punks:140", *flags).failed(6, "punks:140 belongs to")
    cli("pool", "deposit", pool, "--nft", "punks:110", *flags).failed(
        6, "The pool is of", "--sender its owner"
    )
    cli("pool", "withdraw", pool, "--nft", "punks:120", *flags).failed(6, "The pool is of")
    cli("market", "sell", "punks", "--nft", "punks:140", *book, *flags).failed(6, "punks:140 belongs to")
    cli("market", "list", "punks:140", "--price", 1_000, *book, *flags).failed(6, "punks:140 belongs to")
    cli("loan", "sell-repay", "punks:110", *book, *flags).failed(6, "is not pledged by")
    cli("royalty", "set", "punks", "--percent", 1, "--receiver", NOWHERE, "--sender", 11).failed(6, "punks")


def test_pool_buy__not_held__says_what_is(cli: Run, pool: str, nothing_sent: Guard) -> None:
    nothing_sent()
    cli("pool", "buy", pool, "--nft", "punks:140", "--sender", 11).failed(
        6, "does not hold punks:140", "120, 121"
    )
    cli("pool", "buy", pool, "--nft", "phunks:1", "--sender", 11).failed(2, "phunks:1 is not of punks")
    cli("pool", "buy", pool, "--sender", 11).failed(2, "No NFT is named")


# --- money --------------------------------------------------------------------------------------------------


def test_balance__too_small__is_told_even_with_approve(
    cli: Run, pool: str, order: str, book: tuple[str, str], nothing_sent: Guard
) -> None:
    nothing_sent()
    flags = ("--sender", 20, "--approve")
    cli("pool", "buy", pool, "--nft", "punks:120", *flags).failed(6, "has 0.00 USDT", "is needed")
    cli("market", "buy", "punks", "--count", 2, *book, *flags).failed(6, "has 0.00 USDT", "is needed")
    cli("market", "offer", "punks", "--price", 1_000, *book, *flags).failed(6, "has 0.00 USDT")
    cli("bid", "place", "punks", "--percent", 90, "--max", 1_000, *flags).failed(6, "has 0.00 USDT")
    cli("loan", "buy", "punks:120", "--borrow", 50_000, *book, *flags).failed(6, "has 0.00 USDT")


def test_allowance__missing__is_told_with_the_way(
    cli: Run, pool: str, book: tuple[str, str], nothing_sent: Guard
) -> None:
    nothing_sent()
    cli("pool", "buy", pool, "--nft", "punks:120", "--sender", 11).failed(6, "may spend 0.00", "--approve")
    cli("pool", "sell", pool, "--nft", "punks:110", "--sender", 11).failed(6, "may not move", "--approve")
    words = ("market", "buy", "punks", "--nft", "punks:120", "--sender", 11, *book)
    cli(*words).failed(6, "The MarketTill may spend 0.00", "--approve")
    words = ("loan", "buy", "punks:120", "--borrow", 50_000, "--sender", 11, *book)
    cli(*words).failed(6, "--approve")


def test_limits__below_the_price__are_told(
    cli: Run, pool: str, book: tuple[str, str], nothing_sent: Guard
) -> None:
    nothing_sent()
    flags = ("--sender", 11, "--approve", *book)
    cli("market", "buy", "punks", "--count", 1, "--max", 1, *flags).failed(6, "The plan costs 100,", "--max")
    sell = ("market", "sell", "punks", "--nft", "punks:110", "--min", 900_000, *flags)
    cli(*sell).failed(6, "The plan brings", "--min")
    cli("market", "buy", "punks", "--count", 3, *flags).failed(6, "Only 2 of 3 punks", "--best-effort")
    cli("market", "buy", "phunks", "--count", 1, *flags).failed(6, "None of the phunks is for sale")
    loan = ("loan", "buy", "punks:120", "--borrow", 500_000, *flags)
    cli(*loan).failed(2, "less than the loan", "Borrow less")


def test_pool_create__not_a_curve__is_told(cli: Run, priced: Vitrine, nothing_sent: Guard) -> None:
    nothing_sent()
    words = ("pool", "create", "punks", "--kind", "buy", "--price", 1, "--sender", 12)
    cli(*words, "--curve", "product", "--step", "1.5").failed(2, "no number of NFTs")
    cli(*words, "--curve", "round").failed(2, "round")
    cli(*words, "--fee", "80").failed(6, "outside 0")
    cli(*words, "--list", "/nowhere").failed(3, "cannot be read")


# --- time, and a market that moved --------------------------------------------------------------------------


def test_order__expired__is_not_for_sale(
    cli: Run, funded: Vitrine, order: str, book: tuple[str, str], nothing_sent: Guard
) -> None:
    nothing_sent()
    funded.chain.warp(funded.chain.now() + 8 * DAY)
    words = ("market", "buy", "punks", "--nft", "punks:130", "--sender", 11, "--approve", *book)
    cli(*words).failed(6, "None of the punks is for sale", "vitrine market depth")
    cli("market", "cancel", order, "--sender", 13, *book).failed(6, "over already: expired")


def test_order__its_token_sold_elsewhere__is_not_for_sale(
    cli: Run, funded: Vitrine, pool: str, order: str, book: tuple[str, str], nothing_sent: Guard
) -> None:
    cli("pool", "sell", pool, "--nft", "punks:130", "--sender", 13, "--approve", "--json").valid("action")
    nothing_sent()
    found = cli("market", "orders", "punks", *book, "--json").valid("market-orders")["orders"]
    assert found == []
    cli("market", "cancel", order, "--sender", 13, *book).failed(6, "over already: not the owner")


def test_plan__stale__sends_nothing_but_says_ask_again(
    cli: Run, funded: Vitrine, pool: str, book: tuple[str, str], nothing_sent: Guard
) -> None:
    """The pool moves between the quote and the transaction: the node refuses before anything is sent."""
    vitrine = funded
    vitrine.send(vitrine.tokens.asset.approve(pool, 10**12), account(vitrine, 11))
    quoted = vitrine.pools.quote_buy(pool, [120], account(vitrine, 11)).total
    call = vitrine.pools.buy(pool, [120], quoted, account(vitrine, 11), vitrine.chain.now() + DAY)
    cli("pool", "buy", pool, "--nft", "punks:121", "--sender", 14, "--approve", "--json").valid("action")
    nothing_sent()
    from vitrine.errors import StateError

    with pytest.raises(StateError) as caught:
        vitrine.send(call, account(vitrine, 11))
    assert "USDT" in str(caught.value)
    assert caught.value.next_step
    limit = ("--max", "100000", "--sender", 11)
    cli("pool", "buy", pool, "--nft", "punks:120", *limit, "--approve").failed(6, "100,000.00 USDT")


def test_bid__too_short_or_too_low__is_told(cli: Run, priced: Vitrine, nothing_sent: Guard) -> None:
    nothing_sent()
    words = ("bid", "place", "punks", "--max", 1_000, "--sender", 15, "--approve")
    cli(*words, "--percent", 0).failed(2, "zero")
    cli(*words, "--percent", "12.345").failed(2, "does not fit 2 decimals")


def test_royalty_claim__nothing__is_told(cli: Run, nothing_sent: Guard) -> None:
    cli("royalty", "claim", "--sender", 15).failed(6, "No royalties are owed")
    cli("bid", "claim", "--sender", 15).failed(6, "Nothing is owed")
    cli("royalty", "set", "punks").failed(2, "--percent")
