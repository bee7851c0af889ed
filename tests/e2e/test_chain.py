"""The client: one block or many, unlocked or signed, and every refusal a sentence."""

from collections.abc import Iterator

import pytest
from eth_account import Account

from vitrine.chain.client import Chain
from vitrine.chain.codec import Codec
from vitrine.chain.contract import Contract
from vitrine.chain.reverts import revert_type
from vitrine.chain.rpc import Rpc, RpcError
from vitrine.errors import AmountError, ChainError, ConfigError, VitrineError
from vitrine.node import Node
from vitrine.registry import artifacts

KEY = Account.from_key("0x" + "11" * 32)


@pytest.fixture(scope="module")
def node() -> Iterator[Node]:
    """A node of this file's own."""
    with Node.start() as running:
        yield running


@pytest.fixture(scope="module")
def chain(node: Node) -> Chain:
    return Chain(node.url, artifacts().book)


@pytest.fixture(scope="module")
def token(chain: Chain) -> Contract:
    """An 18-decimal ERC-20."""
    artifact = artifacts().get("MockAsset")
    created = chain.deploy(
        artifact.code + Codec(artifact.constructor).encode([18]), chain.accounts()[0]
    ).created
    assert created is not None
    return Contract(created, artifacts().interface("MockAsset"))


@pytest.fixture(autouse=True)
def _rewind(chain: Chain, token: Contract) -> Iterator[None]:
    with chain.rolled_back():
        yield


def test_send__mint__receipt_with_events(chain: Chain, token: Contract) -> None:
    alice = chain.accounts()[1]
    receipt = chain.send(token.mint(alice, 5), alice)
    assert receipt.ok
    assert receipt.sender == alice
    assert receipt.event("Transfer").args == {"from": "0x" + "00" * 20, "to": alice, "value": 5}
    assert chain.read(token.balanceOf(alice)) == 5
    assert chain.block_number() == receipt.block


def test_send__reverts__typed_and_not_mined(chain: Chain, token: Contract) -> None:
    alice, bob = chain.accounts()[1:3]
    nonce = chain.nonce(alice)
    with pytest.raises(revert_type("InsufficientBalance")):
        chain.send(token.transfer(bob, 7), alice)
    assert chain.nonce(alice) == nonce


def test_send__reverts_with_gas_given__typed_and_mined(chain: Chain, token: Contract) -> None:
    alice, bob = chain.accounts()[1:3]
    with pytest.raises(revert_type("InsufficientBalance")):
        chain.send(token.transfer(bob, 7), alice, gas=100_000)
    receipt = chain.send(token.transfer(bob, 7), alice, gas=100_000, check=False)
    assert not receipt.ok
    assert isinstance(receipt.error, revert_type("InsufficientBalance"))


def test_send__too_little_gas__is_told(chain: Chain, token: Contract) -> None:
    alice = chain.accounts()[1]
    with pytest.raises(ChainError, match="ran out of gas"):
        chain.send(token.mint(alice, 1), alice, gas=30_000)


def test_send__at__block_has_that_time(chain: Chain, token: Contract) -> None:
    alice, at = chain.accounts()[1], chain.now() + 12_345
    chain.send(token.mint(alice, 1), alice, at=at)
    assert chain.now() == at


def test_send_block__many__one_block_in_order(chain: Chain, token: Contract) -> None:
    alice, bob, carol = chain.accounts()[1:4]
    at = chain.now() + 100
    receipts = chain.send_block(
        [
            (token.mint(alice, 10), alice),
            (token.transfer(bob, 10), alice),
            (token.transfer(carol, 10), bob),
            (token.transfer(carol, 1), bob),
        ],
        at=at,
        check=False,
    )
    assert [receipt.ok for receipt in receipts] == [True, True, True, False]
    assert len({receipt.block for receipt in receipts}) == 1
    assert chain.now() == at
    assert chain.read(token.balanceOf(carol)) == 10


def test_send_block__more_gas_than_fits__spills_into_the_next(chain: Chain, token: Contract) -> None:
    alice = chain.accounts()[1]
    receipts = chain.send_block([(token.mint(alice, 1), alice)] * 3, gas=29_990_000)
    assert len({receipt.block for receipt in receipts}) == 3
    assert chain.read(token.balanceOf(alice)) == 3
    assert chain.send(token.mint(alice, 1), alice).ok  # mining goes on as before


def test_send_block__nothing__sends_nothing(chain: Chain) -> None:
    block = chain.block_number()
    assert chain.send_block([]) == []
    assert chain.block_number() == block


def test_signer__own_key__signs_and_waits(node: Node, token: Contract) -> None:
    chain = Chain(node.url, artifacts().book, signers=[KEY])
    chain.fund(KEY.address, 10**18)
    receipt = chain.send(token.mint(KEY.address, 9), KEY.address)
    assert receipt.sender == KEY.address
    assert chain.signers == [KEY.address]
    with pytest.raises(revert_type("InsufficientBalance")):
        chain.send(token.transfer(chain.accounts()[1], 10), KEY.address)


def test_submit__same_nonce_higher_price__replaces(node: Node, token: Contract) -> None:
    chain = Chain(node.url, artifacts().book, signers=[KEY])
    chain.fund(KEY.address, 10**18)
    price = chain.gas_price()
    with chain.paused_mining():
        nonce = chain.nonce(KEY.address)
        first = chain.submit(
            token.mint(KEY.address, 1), KEY.address, gas=100_000, nonce=nonce, gas_price=price
        )
        second = chain.submit(
            token.mint(KEY.address, 2), KEY.address, gas=100_000, nonce=nonce, gas_price=price * 2
        )
        chain.rpc.call("evm_mine")
    assert chain.receipt(first) is None
    assert chain.wait(second).ok
    assert chain.read(token.balanceOf(KEY.address)) == 2
    assert chain.mined_nonce(KEY.address) == nonce + 1


def test_read_many__one_bad__raises_its_sentence(chain: Chain, token: Contract) -> None:
    alice = chain.accounts()[1]
    assert chain.read_many([token.decimals(), token.balanceOf(alice)]) == [18, 0]
    bad = Contract(token.address, artifacts().interface("LendingVault")).totalAssets()
    with pytest.raises(VitrineError):
        chain.read_many([token.decimals(), bad])
    assert chain.read_or(bad, -1) == -1


def test_read__no_contract__says_deploy(chain: Chain) -> None:
    empty = Contract("0x" + "12" * 20, artifacts().interface("MockAsset"))
    with pytest.raises(ChainError, match="no contract at 0x12"):
        chain.read(empty.decimals())


def test_read__at_a_block__sees_the_past(chain: Chain, token: Contract) -> None:
    alice = chain.accounts()[1]
    before = chain.block_number()
    chain.send(token.mint(alice, 5), alice)
    assert chain.read(token.balanceOf(alice), block=before) == 0


def test_logs__range_and_topic__only_those(chain: Chain, token: Contract) -> None:
    alice, bob = chain.accounts()[1:3]
    first = chain.send(token.mint(alice, 5), alice)
    second = chain.send(token.mint(bob, 6), alice)
    topic = [chain.book.topic("Transfer")]
    found = chain.logs(first.block, addresses=[token.address], topics=topic)
    assert [event.args["value"] for event in found] == [5, 6]
    assert [e.args["value"] for e in chain.logs(second.block, second.block)] == [6]


def test_estimate__reverting__typed(chain: Chain, token: Contract) -> None:
    alice = chain.accounts()[1]
    assert chain.estimate(token.mint(alice, 1), alice) > 21_000
    with pytest.raises(revert_type("InsufficientBalance")):
        chain.estimate(token.transfer(alice, 1), alice)


def test_require__other_chain__refuses(chain: Chain) -> None:
    chain.require(31337)
    with pytest.raises(ChainError, match="1 was expected"):
        chain.require(1)


def test_rpc__unknown_method__is_told(chain: Chain) -> None:
    with pytest.raises(RpcError, match="eth_noSuchThing"):
        chain.rpc.call("eth_noSuchThing")
    found = chain.rpc.batch_try([("eth_chainId", []), ("eth_noSuchThing", [])])
    assert found[0] == hex(31337)
    assert isinstance(found[1], RpcError)


def test_rpc__connection_closed_meanwhile__reads_go_on(node: Node) -> None:
    rpc = Rpc(node.url)
    rpc.call("eth_chainId")
    assert rpc._connection is not None
    rpc._connection.sock.close()
    assert rpc.call("eth_chainId") == hex(31337)


@pytest.mark.parametrize("url", ["ws://127.0.0.1:1", "nonsense", "http://"])
def test_rpc__not_http__refused(url: str) -> None:
    with pytest.raises(ConfigError):
        Rpc(url)


def test_call__wrong_argument__before_anything_is_sent(chain: Chain, token: Contract) -> None:
    sent = chain.rpc.requests
    with pytest.raises(AmountError, match=r"mint\(address,uint256\)"):
        token.mint("bob", 1)
    assert chain.rpc.requests == sent
