"""Bad input: one clear sentence, the exit code of its family, nothing sent, nothing lost."""

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.conftest import Run, run_vitrine
from vitrine.chain.client import Chain
from vitrine.sdk.facade import Vitrine
from vitrine.units import DAY


@pytest.fixture(autouse=True)
def nothing_sent(vitrine: Vitrine, request: pytest.FixtureRequest) -> Iterator[None]:
    """No test of this file may add a transaction beyond those of its own fixtures."""
    for name in ("funded", "priced"):
        if name in request.fixturenames:
            request.getfixturevalue(name)
    before = [vitrine.chain.nonce(account) for account in vitrine.chain.accounts()]
    yield
    assert [vitrine.chain.nonce(account) for account in vitrine.chain.accounts()] == before


def test_rpc__nobody_listens__is_told(vitrine_cmd: Run) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    said = vitrine_cmd("status", "--rpc", f"http://127.0.0.1:{port}").failed(5, "does not answer")
    assert "make devnet" in said


def test_rpc__not_a_node__is_told(vitrine_cmd: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            peer, _ = server.accept()
            with peer:
                peer.recv(65_536)
                peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello")

        threading.Thread(target=answer, daemon=True).start()
        port = server.getsockname()[1]
        vitrine_cmd("status", "--rpc", f"http://127.0.0.1:{port}").failed(5, "not with JSON")


def test_rpc__silent__times_out(vitrine_cmd: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        command = ("status", "--rpc", f"http://127.0.0.1:{port}")
        vitrine_cmd(*command, VITRINE_TIMEOUT="0.3").failed(5, "did not answer within 0.3 s")


@pytest.mark.parametrize("url", ["ftp://127.0.0.1", "127.0.0.1:8545", "http://"])
def test_rpc__no_address__is_told(vitrine_cmd: Run, url: str) -> None:
    vitrine_cmd("status", "--rpc", url).failed(4, "http")


def test_chain_id__other__is_refused(cli: Run) -> None:
    cli("status", "--chain-id", 1).failed(5, "chain 31337", "1 was expected")


def test_chain_id__from_environment__is_refused(cli: Run) -> None:
    cli("status", VITRINE_CHAIN_ID="10").failed(5, "10 was expected")


@pytest.mark.parametrize(
    ("name", "value", "word"),
    [
        ("VITRINE_CHAIN_ID", "zero", "VITRINE_CHAIN_ID"),
        ("VITRINE_TIMEOUT", "-1", "VITRINE_TIMEOUT"),
        ("VITRINE_NETWORK", "No Such", "VITRINE_NETWORK"),
    ],
)
def test_environment__not_valid__names_the_variable(cli: Run, name: str, value: str, word: str) -> None:
    cli("status", **{name: value}).failed(4, word)


def test_private_key__not_one__is_never_shown(cli: Run) -> None:
    said = cli("lend", "supply", 1, VITRINE_PRIVATE_KEY="0xsecret").failed(4, "VITRINE_PRIVATE_KEY")
    assert "secret" not in said


def test_private_key__valid__signs(cli: Run, vitrine: Vitrine) -> None:
    said = cli("lend", "supply", 1, VITRINE_PRIVATE_KEY="0x" + "11" * 32).failed(6, "0.00 USDT")
    assert "0x19E7E376E7C213B7E7e7e46cc70A5dD086DAff2A" in said


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("0", ("zero",)),
        ("abc", ("not a number",)),
        ("1.1234567", ("does not fit 6 decimals",)),
        ("1e80", ("exceeds",)),
        ("nan", ("not finite",)),
    ],
)
def test_amount__not_one__is_told(cli: Run, amount: str, words: tuple[str, ...]) -> None:
    cli("lend", "supply", amount, "--sender", 10).failed(2, *words)


@pytest.mark.parametrize(
    "nft", ["punks", "punks:", ":1", "punks:x", "punks:-1", "punks:1.5", f"punks:{2**256}"]
)
def test_nft__not_one__is_told(cli: Run, nft: str) -> None:
    cli("position", "pledge", "--nft", nft).failed(2, "is not an NFT")


def test_nft__named_twice__is_told(cli: Run) -> None:
    cli("position", "pledge", "--nft", "punks:1", "--nft", "punks:1").failed(2, "named twice")


def test_nft__none__is_told(cli: Run) -> None:
    cli("position", "pledge").failed(2, "--nft punks:12")


def test_nft__unknown_id__is_told(cli: Run) -> None:
    cli("borrow", 1_000, "--nft", "punks:9999", "--sender", 10).failed(6, "no token 9999 in punks")


def test_nft__of_another__is_told(cli: Run) -> None:
    cli("borrow", 1_000, "--nft", "punks:110", "--sender", 10).failed(6, "punks:110 belongs to")


def test_collection__unknown__lists_the_known(cli: Run) -> None:
    cli("oracle", "show", "apes").failed(6, "apes", "punks, phunks")


@pytest.mark.parametrize("account", ["0x12", "vitalik.eth", "0x976EA74026E726554dB657fA54763abd0C3a0aA9"])
def test_account__not_one__is_told(cli: Run, account: str) -> None:
    cli("position", "show", account).failed(2, account)


def test_sender__beyond_the_accounts__is_told(cli: Run) -> None:
    cli("lend", "supply", 1, "--sender", 99).failed(4, "Account 99")


def test_sender__neither_address_nor_index__is_told(cli: Run) -> None:
    cli("lend", "supply", 1, "--sender", "me").failed(4, "'me'")


def test_allowance__missing__is_told_with_the_way(cli: Run) -> None:
    cli("lend", "supply", 1_000, "--sender", 10).failed(6, "may spend 0.00 USDT", "--approve")


def test_balance__missing__is_told_even_with_approve(cli: Run) -> None:
    cli("lend", "supply", 2_000_000, "--sender", 10, "--approve").failed(6, "2,000,000.00 USDT is needed")


def test_nft_approval__missing__is_told_with_the_way(cli: Run, funded: Vitrine) -> None:
    cli("borrow", 1_000, "--nft", "punks:110", "--sender", 11).failed(
        6, "may not move punks:110", "--approve"
    )


def test_borrow__above_the_limit__tells_both_numbers(cli: Run, funded: Vitrine) -> None:
    command = ("borrow", 100_000, "--nft", "punks:110", "--sender", 11, "--approve", "--dry-run")
    cli(*command).failed(6, "Debt would be 100,000.00 USDT", "above the limit of 77,", "add collateral")


def test_borrow__no_price__tells_how_to_get_one(cli: Run, rewind: None) -> None:
    command = ("borrow", 1_000, "--nft", "punks:110", "--sender", 11, "--approve", "--dry-run")
    assert "Traceback" not in cli(*command).failed(6)


def test_borrow__stale_price__is_told(cli: Run, funded: Vitrine) -> None:
    funded.chain.warp(funded.chain.now() + 2 * DAY)
    command = ("borrow", 1_000, "--nft", "punks:110", "--sender", 11, "--approve", "--dry-run")
    cli(*command).failed(6, "price is Stale", "vitrine oracle post")


def test_borrow__rate_above_what_is_accepted__is_told(cli: Run, funded: Vitrine) -> None:
    command = ("borrow", 1_000, "--nft", "punks:110", "--sender", 11, "--approve", "--dry-run")
    cli(*command, "--max-apr", "1").failed(6, "The rate is 2.00 %", "1.00 % was accepted")


def test_repay__no_debt__is_told(cli: Run) -> None:
    cli("repay", "all", "--sender", 12).failed(6, "owes nothing")


def test_auction__none__is_told(cli: Run) -> None:
    cli("auction", "take", "punks:110", "--sender", 14).failed(6, "no auction of token 110 of punks")


def test_request__unknown__is_told(cli: Run) -> None:
    cli("lend", "cancel", 7, "--sender", 10).failed(6, "Request 7 is not an open request")


def test_oracle_post__not_a_price__is_told(cli: Run) -> None:
    cli("oracle", "post", "punks").failed(2, "punks=61.75")


def test_oracle_post__far_outside_the_band__is_told(cli: Run) -> None:
    cli("oracle", "post", "punks=9000", "--sender", 9).failed(6, "first-price band")


def test_parameters__unknown_network__lists_the_known(cli: Run) -> None:
    cli("deploy", "--network", "mars").failed(4, "mars", "local")


def test_parameters__broken_yaml__names_the_line(cli: Run, tmp_path: Path) -> None:
    path = tmp_path / "broken.yml"
    path.write_text("network: local\nchain_ids: [31337\nasset:\n")
    cli("deploy", "--network", path).failed(4, "not valid YAML")


def test_price__missing_file__is_told(vitrine_cmd: Run, tmp_path: Path) -> None:
    vitrine_cmd("price", "--sales", tmp_path / "none.csv").failed(3, "no such file")


def test_price__malformed_csv__names_row_and_column(vitrine_cmd: Run, tmp_path: Path) -> None:
    path = tmp_path / "sales.csv"
    path.write_text("time,token_id,price_eth\n2022-04-20,12,61.75\n2022-04-21,abc,60\n")
    vitrine_cmd("price", "--sales", path).failed(3, "token_id", "abc")


def test_price__missing_column__lists_the_expected(vitrine_cmd: Run, tmp_path: Path) -> None:
    path = tmp_path / "sales.csv"
    path.write_text("time,token,price_eth\n2022-04-20,12,61.75\n")
    vitrine_cmd("price", "--sales", path).failed(3, "no column 'token_id'")


def test_command__unknown__points_to_help(vitrine_cmd: Run) -> None:
    vitrine_cmd("lned").failed(2, "lned", "--help")


def test_json__failure__is_json_too(cli: Run) -> None:
    import jsonschema

    from vitrine import schemas

    done = cli("status", "--chain-id", 1, "--json")
    assert done.code == 5
    jsonschema.validate(done.data, schemas.load("error"))
    assert done.data["error"]["exit_code"] == 5


def test_no_node__no_devnet__says_how(vitrine_cmd: Run, tmp_path: Path) -> None:
    vitrine_cmd("status", VITRINE_ROOT=str(tmp_path)).failed(4, "make compile")


def test_record__gone__says_deploy(vitrine: Vitrine, chain: Chain, tmp_path: Path) -> None:
    (tmp_path / ".build").symlink_to(vitrine.artifacts.path.parent)
    done = run_vitrine(["status", "--rpc", chain.rpc.url], VITRINE_ROOT=str(tmp_path))
    done.failed(6, "Nothing is deployed", "vitrine deploy")
