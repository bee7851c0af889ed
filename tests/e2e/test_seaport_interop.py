"""Orders of the official client `@opensea/seaport-js` are filled here, and ours there, on real Seaport."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.accounts import Account
from tests.helpers.artifacts import ROOT
from tests.helpers.evm import Contract
from tests.helpers.seaport import Criteria, Fee
from tests.helpers.seaport_world import BUYER, PRICE, SELLER, World, build_world
from vitrine.errors import StateError
from vitrine.sdk.seaport.hashing import order_hash
from vitrine.sdk.seaport.orders import from_json, to_json
from vitrine.sdk.seaport.venue import bids_data, listings_data

SCRIPT = Path(__file__).with_name("official_client.cjs")
CREATOR, RECEIVER = Account("creator"), Account("receiver")
WEEK = 7 * 24 * 3600


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


def official(world: World, who: Account, **request: Any) -> Any:
    """One request to the official client, as `who`."""
    body = {"rpc": world.driver.url, "seaport": world.book.seaport.address, "key": "0x" + who.key.hex()}
    done = subprocess.run(
        ["node", str(SCRIPT)], input=json.dumps(body | request), capture_output=True, text=True, cwd=ROOT,
        timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    world.driver.sync()
    return json.loads(done.stdout)


def listing_input(world: World, token: int, **more: Any) -> dict[str, Any]:
    now = world.chain.now()
    return {
        "offer": [{"itemType": 2, "token": world.nft.address, "identifier": str(token)}],
        "consideration": [{"token": world.asset.address, "amount": str(PRICE)}],
        "fees": [{"recipient": CREATOR.address, "basisPoints": 500}],
        "startTime": str(now),
        "endTime": str(now + WEEK),
        **more,
    }


def bid_input(world: World, **wanted: Any) -> dict[str, Any]:
    now = world.chain.now()
    item = {"itemType": 2, "token": world.nft.address, "recipient": BUYER.address} | wanted
    return {
        "offer": [{"token": world.asset.address, "amount": str(PRICE)}],
        "consideration": [item],
        "fees": [{"recipient": CREATOR.address, "basisPoints": 250}],
        "startTime": str(now),
        "endTime": str(now + WEEK),
    }


@pytest.fixture
def venue(world) -> tuple[Contract, Contract]:
    payer = world.driver.deploy("MarketPayer", world.asset)
    world.asset.mint(payer, 10 * PRICE, sender=BUYER)
    return world.driver.deploy("SeaportVenue", world.book.seaport, world.asset), payer


# --- theirs, filled by us -----------------------------------------------------------------------------


def test_their_listing__filled_by_our_client_and_known_to_our_store(world, tmp_path):
    signed = from_json(official(world, SELLER, do="create", input=listing_input(world, 1)))
    assert to_json(signed)["signature"] == to_json(from_json(to_json(signed)))["signature"]
    store, sync = world.store(tmp_path / "orders.sqlite")
    assert store.add(signed).price == PRICE
    before = world.asset.balanceOf(BUYER)
    world.buy(signed)
    assert world.nft.ownerOf(1) == BUYER.address
    assert before - world.asset.balanceOf(BUYER) == PRICE
    assert world.asset.balanceOf(CREATOR) == PRICE // 20
    sync.catch_up()
    assert store.get(order_hash(signed.order)).reason == "filled"


def test_their_bulk_listings__bought_through_our_venue(world, venue):
    market, payer = venue
    orders = official(
        world, SELLER, do="create many", inputs=[listing_input(world, token) for token in (2, 3, 4)]
    )
    signed = [from_json(order) for order in orders]
    assert len(signed[0].signature) > 65
    data = listings_data(signed[1:])
    payer.buy(market, world.nft, [3, 4], 2 * PRICE, RECEIVER, data, sender=BUYER)
    assert [world.nft.ownerOf(token) for token in (2, 3, 4)] == [
        SELLER.address, RECEIVER.address, RECEIVER.address,
    ]  # fmt: skip
    assert world.asset.balanceOf(payer) == 8 * PRICE


def test_their_trait_bid__our_seller_sells_into_it(world, venue):
    market, payer = venue
    ids = [2, 5, 7, 9, 1_003]
    wanted = {"identifiers": [str(token) for token in ids], "amount": "1"}
    signed = from_json(official(world, BUYER, do="create", input=bid_input(world, **wanted)))
    criteria = Criteria(ids)
    assert signed.order.consideration[0].identifier == criteria.root
    world.nft.transferFrom(SELLER, payer, 7, sender=SELLER)
    data = bids_data([(signed, 7, criteria)])
    net = PRICE - PRICE // 40
    payer.sell(market, world.nft, [7], net, RECEIVER, data, sender=SELLER)
    assert world.nft.ownerOf(7) == BUYER.address
    assert world.asset.balanceOf(RECEIVER) == net


# --- ours, filled by them -----------------------------------------------------------------------------


def test_our_listing__same_hash_and_filled_by_their_client(world):
    ask = world.ask(5, fees=[Fee(CREATOR.address, 500)])
    said = to_json(ask)
    assert official(world, BUYER, do="hash", order=said) == "0x" + order_hash(ask.order).hex()
    official(world, BUYER, do="fulfil", order=said)
    assert world.nft.ownerOf(5) == BUYER.address
    assert world.asset.balanceOf(CREATOR) == PRICE // 20


def test_our_bulk_listing__filled_by_their_client(world):
    orders = [world.ask(token).order for token in (6, 7, 8)]
    signed = world.book.sign_many(orders, SELLER)
    official(world, BUYER, do="fulfil", order=to_json(signed[2]))
    assert [world.nft.ownerOf(token) for token in (6, 8)] == [SELLER.address, BUYER.address]


def test_our_trait_bid_for_several__their_client_sells_one_into_it(world):
    ids = Criteria([1, 9, 10])
    bid = world.bid(ids=ids, quantity=3)
    proof = ["0x" + node.hex() for node in ids.proof(9)]
    official(
        world, SELLER, do="fulfil", order=to_json(bid), units="1",
        criteria=[{"identifier": "9", "proof": proof}],
    )  # fmt: skip
    assert world.nft.ownerOf(9) == BUYER.address
    assert world.client.fill_of(bid.order).left(3) == 2


def test_tampered_order_of_theirs__one_sentence_and_nothing_sent(world):
    order = official(world, SELLER, do="create", input=listing_input(world, 1))
    order["parameters"]["consideration"][0]["startAmount"] = "1"
    order["parameters"]["consideration"][0]["endAmount"] = "1"
    nonce = world.driver.nonce(BUYER)
    with pytest.raises(StateError, match="signature is not the maker's"):
        world.buy(from_json(order))
    assert world.driver.nonce(BUYER) == nonce
