"""The client on a real node: what it signs is accepted; what would fail is said before anything is sent."""

from collections.abc import Iterator

import pytest
from eth_account import Account as EthAccount

from tests.helpers.core import STRANGER
from tests.helpers.seaport import Criteria
from tests.helpers.seaport_world import BUYER, PRICE, SELLER, World, build_world
from vitrine.chain.client import Chain
from vitrine.errors import AmountError, StateError
from vitrine.sdk.seaport import build
from vitrine.sdk.seaport.build import Terms
from vitrine.sdk.seaport.orders import SignedOrder
from vitrine.sdk.seaport.signing import recover, sign_order, sign_orders
from vitrine.sdk.seaport.standing import Gone


@pytest.fixture(scope="module")
def node() -> Iterator[World]:
    made = build_world()
    yield made
    made.close()


@pytest.fixture
def world(node) -> Iterator[World]:
    mark = node.driver.snapshot()
    yield node
    node.driver.revert(mark)


def orders_of(world: World, maker: str, count: int = 1) -> list:
    now = world.chain.now()
    return [
        build.listing(maker, world.nft.address, 1 + i, world.asset.address, PRICE, Terms(now, now + 1_000))
        for i in range(count)
    ]


def test_sign__own_key_and_key_of_the_node__both_the_makers(world):
    domain = world.client.domain
    held = world.chain.accounts()[0]
    ours = Chain(world.driver.url, signers=[EthAccount.from_key(SELLER.key)])
    for chain, maker in ((ours, SELLER.address), (world.chain, held)):
        [order] = orders_of(world, maker)
        assert recover(sign_order(chain, domain, order), domain) == maker
        many = sign_orders(chain, domain, orders_of(world, maker, 3))
        assert [recover(one, domain) for one in many] == [maker] * 3
    filled = sign_order(ours, domain, orders_of(world, SELLER.address)[0])
    world.buy(filled)
    assert world.nft.ownerOf(1) == BUYER.address


def test_sign__two_makers_or_a_tall_tree_on_the_node__one_sentence(world):
    held = world.chain.accounts()[0]
    mixed = [*orders_of(world, held), *orders_of(world, SELLER.address)]
    with pytest.raises(AmountError, match="one maker"):
        sign_orders(world.chain, world.client.domain, mixed)
    with pytest.raises(AmountError, match="at most 64 orders"):
        sign_orders(world.chain, world.client.domain, orders_of(world, held), height=7)


def test_fulfil__whatever_is_wrong__one_sentence_and_nothing_sent(world):
    client, driver = world.client, world.driver
    bid, trait = world.bid(), world.bid(ids=Criteria([3, 4]))
    expired = world.ask(1, lasts=2)
    driver.warp(10)
    driver.mine()
    forged = world.book.sign(world.ask(2).order, STRANGER)
    poor = world.ask(3, 101 * PRICE)
    fine = world.ask(4)
    cases = [
        ("expired", expired, BUYER, {}),
        ("not the maker's", forged, BUYER, {}),
        ("the order costs", poor, BUYER, {}),
        ("has 0 smallest units", fine, STRANGER, {}),
        ("Say which one", bid, SELLER, {}),
        ("belongs to", bid, STRANGER, {"token_id": 5}),
        ("no token 99", bid, SELLER, {"token_id": 99}),
        ("not those the trait bid", trait, SELLER, {"token_id": 3}),
    ]
    nonces = [driver.nonce(who) for who in (SELLER, BUYER, STRANGER)]
    for words, order, taker, options in cases:
        with pytest.raises(StateError, match=words) as said:
            client.fulfil(order, taker.address, **options)
        assert "\n" not in str(said.value)
    assert [driver.nonce(who) for who in (SELLER, BUYER, STRANGER)] == nonces


def test_cancel_validate_counter__as_calls(world):
    client = world.client
    one, other, third = (world.ask(token) for token in (1, 2, 3))
    world.send(client.cancel([one.order]), SELLER)
    assert client.problem(one) == Gone.CANCELLED
    world.send(client.validate([other]), STRANGER)
    assert client.fill_of(other.order).validated
    assert client.problem(SignedOrder(other.order, b"")) is None
    world.send(client.cancel_all(), SELLER)
    assert (client.problem(other), client.problem(third)) == (Gone.COUNTER, Gone.COUNTER)
    assert client.counter(SELLER.address) != third.order.counter


def test_needs__maker__what_he_must_own_and_approve(world):
    ask, bid = world.client.needs(world.ask(1).order), world.client.needs(world.bid(quantity=2).order)
    assert (ask.nfts, ask.assets, ask.mover) == ([(world.nft.address, 1)], 0, world.book.seaport.address)
    assert (bid.nfts, bid.assets, bid.spender) == ([], 2 * PRICE, world.book.seaport.address)


def test_problem__contract_wallet__asked_itself(world):
    wallet = world.driver.deploy("Erc1271Wallet", SELLER)
    world.nft.transferFrom(SELLER, wallet, 1, sender=SELLER)
    approve = world.nft.setApprovalForAll.data(world.book.seaport, True)
    wallet.execute(world.nft, 0, approve, sender=SELLER)
    ask = world.book.listing(wallet, world.nft, 1, world.asset, PRICE, signer=SELLER, start=world.chain.now())
    assert world.client.problem(ask) is None
    wallet.setAccepting(False, sender=SELLER)
    assert world.client.problem(ask) == Gone.SIGNATURE
