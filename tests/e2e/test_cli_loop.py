"""Supply, borrow, repay, liquidate through the command line: what it prints is what the chain holds."""

from tests.e2e.conftest import Run
from vitrine.sdk.facade import Vitrine
from vitrine.units import DAY, HOUR

USDT = 10**6


def account(vitrine: Vitrine, number: int) -> str:
    return vitrine.chain.accounts()[number]


def test_lend_supply__approved__moves_money_and_tells_shares(cli: Run, priced: Vitrine) -> None:
    supplier = account(priced, 10)
    before = priced.tokens.balance(supplier)
    said = cli("lend", "supply", "1,250.50", "--sender", 10, "--approve", "--json").valid("action")
    assert priced.tokens.balance(supplier) == before - 1_250_500_000
    state = priced.vault.supplier(supplier)
    assert said["result"]["shares"] == str(state.shares)
    assert [row["function"] for row in said["transactions"]] == ["approve", "deposit"]
    assert (said["before"]["shares"], said["after"]["shares"]) == ("0", str(state.shares))


def test_lend_supply__dry_run__tells_the_same_and_sends_nothing(cli: Run, priced: Vitrine) -> None:
    supplier, block = account(priced, 10), priced.chain.block_number()
    dry = cli("lend", "supply", 1_000, "--sender", 10, "--approve", "--dry-run", "--json").valid("action")
    assert priced.chain.block_number() == block
    assert priced.vault.supplier(supplier).shares == 0
    assert all(row["hash"] is None for row in dry["transactions"])
    wet = cli("lend", "supply", 1_000, "--sender", 10, "--approve", "--json").valid("action")
    assert dry["result"] == wet["result"]
    assert dry["gas"] == wet["gas"]
    assert dry["after"] == wet["after"]


def test_borrow__with_nfts__opens_a_position(cli: Run, funded: Vitrine) -> None:
    borrower, punks = account(funded, 11), funded.contract("punks")
    before = funded.tokens.balance(borrower)
    said = cli(
        "borrow", 50_000, "--nft", "punks:110", "--nft", "punks:111", "--sender", 11, "--approve", "--json"
    ).valid("action")
    assert funded.tokens.balance(borrower) == before + 50_000 * USDT
    assert funded.chain.read(punks.ownerOf(110)) == funded.desk.address
    assert said["before"]["status"] == "no debt"
    assert said["after"]["status"] == "healthy"
    assert said["after"]["debt_units"] == str(50_000 * USDT)
    shown = cli("position", "show", borrower, "--json").valid("position")
    assert [nft["token_id"] for nft in shown["nfts"]] == ["110", "111"]
    assert int(shown["debt_units"]) >= 50_000 * USDT
    listed = cli("position", "list", "--json").valid("positions")
    assert [row["account"] for row in listed["accounts"]] == [borrower]


def test_borrow__dry_run__shows_health_before_and_after(cli: Run, funded: Vitrine) -> None:
    flags = ("--sender", 11, "--approve", "--json")
    dry = cli("borrow", 50_000, "--nft", "punks:110", "--dry-run", *flags).valid("action")
    assert dry["before"]["health_bps"] is None
    assert dry["after"]["health_bps"] > 10_000
    assert funded.desk.position(account(funded, 11)).debt == 0
    wet = cli("borrow", 50_000, "--nft", "punks:110", *flags).valid("action")
    assert wet["after"]["health_bps"] == dry["after"]["health_bps"]


def test_repay__all_with_nft__closes_the_account(cli: Run, funded: Vitrine) -> None:
    borrower = account(funded, 11)
    cli("borrow", 50_000, "--nft", "punks:110", "--sender", 11, "--approve", "--json").valid("action")
    part = cli("repay", 20_000, "--sender", 11, "--approve", "--json").valid("action")
    assert part["result"]["repaid_units"] == str(20_000 * USDT)
    said = cli("repay", "all", "--nft", "punks:110", "--sender", 11, "--approve", "--json").valid("action")
    assert said["after"]["debt_units"] == "0"
    assert said["result"]["taken_out"] == 1
    assert funded.chain.read(funded.contract("punks").ownerOf(110)) == borrower


def test_position__pledge_and_withdraw__come_and_go(cli: Run, funded: Vitrine) -> None:
    owner, punks = account(funded, 12), funded.contract("punks")
    cli("position", "pledge", "--nft", "punks:120", "--sender", 12, "--approve", "--json").valid("action")
    assert funded.chain.read(punks.ownerOf(120)) == funded.desk.address
    out = cli("position", "withdraw", "--nft", "punks:120", "--sender", 12, "--json").valid("action")
    assert out["result"] == {"withdrawn": 1}
    assert funded.chain.read(punks.ownerOf(120)) == owner


def test_lend_queue__no_cash__waits_and_is_filled(cli: Run, funded: Vitrine) -> None:
    supplier = account(funded, 10)
    for number in range(5):
        nft = ("--nft", f"punks:{110 + number}")
        cli("borrow", 77_000, *nft, "--sender", 11, "--approve", "--json").valid("action")
    now = cli("lend", "withdraw", "all", "--sender", 10, "--json").valid("action")
    assert now["result"]["assets_units"] == str(500_000 * USDT - 5 * 77_000 * USDT)
    cli("lend", "withdraw", "all", "--sender", 10).failed(6, "can withdraw nothing now", "vitrine lend queue")
    queued = cli("lend", "queue", "all", "--sender", 10, "--json").valid("action")
    assert queued["after"]["requests"]
    cli("repay", 77_000, "--sender", 11, "--approve", "--json").valid("action")
    filled = cli("lend", "fill", "--sender", 15, "--json").valid("action")
    assert int(filled["result"]["assets_units"]) == 77_000 * USDT
    before = funded.tokens.balance(supplier)
    cli("lend", "claim", "--sender", 10, "--json").valid("action")
    assert funded.tokens.balance(supplier) == before + 77_000 * USDT
    request = queued["result"]["request"]
    cli("lend", "cancel", request, "--sender", 10, "--json").valid("action")
    assert cli("lend", "show", supplier, "--json").valid("supplier")["requests"] == []


def fall(cli: Run, vitrine: Vitrine, dollars: int) -> None:
    """Dollars an ETH, and a fresh round at the same price in ETH a slot later."""
    vitrine.chain.warp(vitrine.chain.now() + 15 * 60)
    post = ("oracle", "post", "punks=61.75", "phunks=1.2", "--eth-usd", dollars, "--sender", 9, "--json")
    cli(*post).valid("action")


def test_auction__price_falls__flag_start_take(cli: Run, funded: Vitrine) -> None:
    borrower, taker = account(funded, 11), account(funded, 14)
    cli("borrow", 77_000, "--nft", "punks:110", "--sender", 11, "--approve", "--json").valid("action")
    cli("auction", "flag", borrower, "--sender", 13).failed(6, "below the warning line")
    fall(cli, funded, 1_660)
    flagged = cli("auction", "flag", borrower, "--sender", 13, "--json").valid("action")
    assert flagged["after"]["notice_at"] is not None
    cli("auction", "start", borrower, "--sender", 13).failed(6, "No ripe notice")
    funded.chain.warp(funded.chain.now() + 6 * HOUR)
    fall(cli, funded, 1_660)
    started = cli("auction", "start", borrower, "--sender", 13, "--json").valid("action")
    assert started["result"]["auctions"] == 1
    assert started["after"]["status"] == "in auction"
    (lot,) = cli("auction", "list", "--json").valid("auctions")["auctions"]
    assert (lot["name"], lot["token_id"], lot["phase"]) == ("punks", "110", "premium")
    cli("auction", "take", "punks:110", "--max", 1, "--approve", "--sender", 14).failed(6, "The price is")
    funded.chain.warp(funded.chain.now() + 3 * HOUR)
    assert cli("auction", "show", "punks:110", "--json").valid("auction")["phase"] == "band"
    dry = cli("auction", "take", "punks:110", "--approve", "--sender", 14, "--dry-run", "--json").valid(
        "action"
    )
    assert funded.chain.read(funded.contract("punks").ownerOf(110)) == funded.desk.address
    sold = cli("auction", "take", "punks:110", "--approve", "--sender", 14, "--json").valid("action")
    assert 500 <= sold["result"]["discount_bps"] <= 1_500
    assert abs(sold["result"]["discount_bps"] - dry["result"]["discount_bps"]) <= 1
    assert funded.chain.read(funded.contract("punks").ownerOf(110)) == taker
    assert cli("auction", "list", "--json").valid("auctions")["auctions"] == []


def test_auction__redeem__ends_it_for_the_borrower(cli: Run, funded: Vitrine) -> None:
    borrower = account(funded, 11)
    cli("borrow", 77_000, "--nft", "punks:110", "--sender", 11, "--approve", "--json").valid("action")
    cli("auction", "redeem", borrower, "--max", 10, "--sender", 11).failed(6, "in auction")
    fall(cli, funded, 1_400)
    started = cli("auction", "start", borrower, "--sender", 13)
    if started.code:  # not above the critical line: the notice has to ripen
        cli("auction", "flag", borrower, "--sender", 13, "--json").valid("action")
        funded.chain.warp(funded.chain.now() + 6 * HOUR)
        fall(cli, funded, 1_400)
        cli("auction", "start", borrower, "--sender", 13, "--json").valid("action")
    said = cli("auction", "redeem", borrower, "--max", 60_000, "--sender", 11, "--approve", "--json").valid(
        "action"
    )
    assert said["result"]["reclaimed"] == 1
    assert said["after"]["status"] != "in auction"
    assert not any(nft["in_auction"] for nft in said["after"]["nfts"])


def test_status__with_everything_running__fits_its_schema(cli: Run, funded: Vitrine) -> None:
    cli("borrow", 77_000, "--nft", "punks:110", "--sender", 11, "--approve", "--json").valid("action")
    said = cli("status", "--json").valid("status")
    assert said["vault"]["debt_units"] == str(funded.vault.state().debt)
    assert {item["name"]: item["state"] for item in said["collections"]} == {
        "punks": "fresh",
        "phunks": "fresh",
    }
    assert said["accounts"] == 1
    text = cli("status")
    assert "Collections" in text.out
    assert "77,000.00 USDT" in text.out


def test_oracle__posted_round__is_what_is_shown(cli: Run, funded: Vitrine) -> None:
    shown = cli("oracle", "show", "punks", "--json").valid("oracle-show")
    (quote,) = shown["quotes"]
    assert int(quote["spot_units"]) == 61_750_000 * 3_104_690_000 // 10**6
    value = cli("oracle", "value", "punks:110", "--json").valid("oracle-value")
    assert (value["bid_units"], value["pieces"]) == (quote["bid_units"], "1.00")
    reporters = cli("oracle", "reporters", "--json").valid("oracle-reporters")
    assert sorted(row["account"] for row in reporters["reporters"]) == sorted(funded.chain.accounts()[5:10])
    funded.chain.warp(funded.chain.now() + 2 * DAY)
    assert cli("oracle", "show", "punks", "--json").valid("oracle-show")["quotes"][0]["state"] == "stale"
    cli("borrow", 1_000, "--nft", "punks:110", "--sender", 11, "--approve").failed(6, "price is Stale")


def test_keeper__liquidator__rehearses_then_flags(cli: Run, funded: Vitrine) -> None:
    borrower = account(funded, 11)
    cli("borrow", 77_000, "--nft", "punks:110", "--sender", 11, "--approve", "--json").valid("action")
    fall(cli, funded, 1_660)
    dry = cli("keeper", "liquidator", "--dry-run", "--sender", 13, "--json").valid("keeper")
    assert [(row["kind"], row["accounts"], row["problem"]) for row in dry["actions"]] == [
        ("flag", [borrower], None)
    ]
    assert funded.desk.position(borrower).notice_at == 0
    done = cli("keeper", "liquidator", "--once", "--sender", 13, "--json").valid("keeper")
    assert done["rounds"] == 1
    assert funded.desk.position(borrower).notice_at > 0


def test_position_preview__borrow__is_what_happens(cli: Run, funded: Vitrine) -> None:
    borrower = account(funded, 11)
    step = ("--add", "punks:110", "--borrow", 50_000)
    seen = cli("position", "preview", borrower, *step, "--json").valid("position-preview")
    said = cli("borrow", 50_000, "--nft", "punks:110", "--sender", 11, "--approve", "--json").valid("action")
    keys = ("debt_units", "value_units", "borrow_limit_units", "liquidation_limit_units", "health_bps")
    assert {key: seen[key] for key in keys} == {key: said["after"][key] for key in keys}
    assert seen["refusal"] is None
    more = cli("position", "preview", borrower, "--borrow", 30_000, "--json").valid("position-preview")
    assert more["refusal"] == "DebtAboveLimit"
    cli("borrow", 30_000, "--sender", 11).failed(6, "above the limit")
    room = cli("position", "preview", borrower, "--json").valid("position-preview")["room_units"]
    assert 0 < int(room) < 30_000 * USDT


def test_position_preview__against_caps__refuses_what_the_desk_refuses(cli: Run, funded: Vitrine) -> None:
    borrower, governor = account(funded, 11), account(funded, 1)
    book, lens = funded.contract("TierBook"), funded.contract("DepthLens")
    step = ("--add", "punks:110", "--borrow", 50_000)
    words = ("borrow", 50_000, "--nft", "punks:110", "--sender", 11, "--approve")
    funded.chain.send(book.call("setExitDepth", lens.address), governor)  # nobody took a reading
    seen = cli("position", "preview", borrower, *step, "--json").valid("position-preview")
    assert seen["refusal"] == "CreditCapExceeded"
    assert "cap allows" in cli("position", "preview", borrower, *step).out
    cli(*words).failed(6, "its cap is 0")
    funded.chain.send(book.call("setExitDepth", "0x" + "00" * 20), governor)
    seen = cli("position", "preview", borrower, *step, "--json").valid("position-preview")
    assert seen["refusal"] is None
    cli(*words, "--json").valid("action")
    # taking out asks for no cap
    funded.chain.send(book.call("setExitDepth", lens.address), governor)
    out = cli("position", "preview", borrower, "--remove", "punks:110", "--json").valid("position-preview")
    assert out["refusal"] == "DebtAboveLimit"


def test_position_preview__repay_and_remove__is_what_happens(cli: Run, funded: Vitrine) -> None:
    borrower = account(funded, 11)
    nfts = ("--nft", "punks:110", "--nft", "punks:111")
    cli("borrow", 50_000, *nfts, "--sender", 11, "--approve", "--json").valid("action")
    step = ("--repay", 50_001, "--remove", "punks:111")
    seen = cli("position", "preview", borrower, *step, "--json").valid("position-preview")
    assert (seen["debt_units"], seen["health_bps"]) == ("0", None)
    cli("repay", "all", "--nft", "punks:111", "--sender", 11, "--approve", "--json").valid("action")
    left = cli("position", "show", borrower, "--json").valid("position")
    assert left["value_units"] == seen["value_units"]
    assert left["debt_units"] == "0"
