"""Orders as values: amounts to the unit, hashes, trees, proofs, the exchanged shape, and who signed."""

import json
from dataclasses import replace

import pytest

from tests.helpers.accounts import Account
from vitrine.errors import AmountError, DataError, StateError
from vitrine.sdk.seaport import build
from vitrine.sdk.seaport.build import Fee, Terms
from vitrine.sdk.seaport.criteria import Criteria
from vitrine.sdk.seaport.hashing import MAX_HEIGHT, BulkTree, Domain, order_hash, signed_digest
from vitrine.sdk.seaport.orders import OrderKind, SignedOrder, from_json, to_json
from vitrine.sdk.seaport.signing import recover
from vitrine.sdk.seaport.venue import bids_data, listings_data

MAKER, CREATOR = Account("maker"), Account("creator")
NFT, ASSET, ZONE = (Account(name).address for name in ("nft", "asset", "zone"))
TERMS = Terms(1_000, 2_000, salt=7)
DOMAIN = Domain(31337, Account("seaport").address)


def ask(price=1_000, **options):
    return build.listing(MAKER.address, NFT, 5, ASSET, price, options.pop("terms", TERMS), **options)


def signed(order, domain=DOMAIN):
    return SignedOrder(order, MAKER.sign(domain.digest(order_hash(order))))


@pytest.mark.parametrize(("price", "bps", "fee"), [(1_000, 250, 25), (999, 250, 24), (1, 9_999, 0)])
def test_listing__fees__come_out_of_the_price_rounded_down(price, bps, fee):
    order = ask(price, fees=[Fee(CREATOR.address, bps)])
    assert sum(item.start for item in order.consideration) == price
    assert order.consideration[0].start == price - fee
    assert len(order.consideration) == (2 if fee else 1)


def test_amounts__moving__offers_down_considerations_up():
    item = ask(1_000, end_price=1_001).consideration[0]
    order = ask(1_000, end_price=1_001)
    assert [order.wants(item, at) for at in (1_000, 1_001, 1_999)] == [1_000, 1_001, 1_001]
    assert [order.gives(item, at) for at in (1_000, 1_001, 1_999)] == [1_000, 1_000, 1_000]
    assert [order.is_open(at) for at in (999, 1_000, 1_999, 2_000)] == [False, True, True, False]


def test_bid__quantity__every_amount_splits():
    order = build.collection_bid(
        MAKER.address, NFT, ASSET, 1_001, TERMS, quantity=3, fees=[Fee(CREATOR.address, 250)]
    )
    assert order.kind == OrderKind.PARTIAL_OPEN
    assert order.gives(order.offer[0], 1_500, 1, 3) == 1_001
    assert order.wants(order.consideration[1], 1_500, 1, 3) == 25
    with pytest.raises(DataError, match="not whole"):
        order.gives(replace(order.offer[0], start=1_000, end=1_000), 1_500, 1, 3)


def test_order__with_a_zone__restricted():
    zoned = replace(TERMS, zone=ZONE)
    assert ask(terms=zoned).kind == OrderKind.FULL_RESTRICTED
    many = build.collection_bid(MAKER.address, NFT, ASSET, 5, zoned, quantity=2)
    assert many.kind == OrderKind.PARTIAL_RESTRICTED


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: ask(0), "not positive"),
        (lambda: ask(5, end_price=0), "not positive"),
        (lambda: ask(terms=Terms(5, 5)), "end before it starts"),
        (lambda: ask(fees=[Fee(CREATOR.address, 10_000)]), "whole price"),
        (lambda: build.collection_bid(MAKER.address, NFT, ASSET, 5, TERMS, quantity=0), "buys nothing"),
        (lambda: Criteria([]), "names no token"),
        (lambda: Criteria([1, 2]).proof(3), "not among"),
        (lambda: BulkTree([]), "0 orders"),
        (lambda: BulkTree([bytes(32)] * 3, 1), "3 orders"),
        (lambda: BulkTree([bytes(32)], MAX_HEIGHT + 1), "height 25"),
    ],
)
def test_bad_input__one_sentence(make, words):
    with pytest.raises(AmountError, match=words) as said:
        make()
    assert "\n" not in str(said.value)


def test_json__there_and_back__the_same():
    order = signed(ask(fees=[Fee(CREATOR.address, 250)]))
    assert from_json(json.loads(json.dumps(to_json(order)))) == order
    lower = json.loads(json.dumps(to_json(order)).replace(NFT, NFT.lower()))
    assert from_json(lower) == order


@pytest.mark.parametrize("broken", [{}, {"parameters": {}}, {"parameters": None, "signature": "0x"}])
def test_json__something_else__one_sentence(broken):
    with pytest.raises(DataError, match="not a Seaport order"):
        from_json(broken)


def test_json__tip_behind_the_signed_items__refused():
    data = to_json(signed(ask()))
    data["parameters"]["consideration"] *= 2
    with pytest.raises(DataError, match="1 were signed"):
        from_json(data)


@pytest.mark.parametrize("count", [1, 2, 3, 5, 8, 9])
def test_tree__any_number__every_leaf_proves_and_recovers(count):
    orders = [ask(1_000 + i) for i in range(count)]
    tree = BulkTree([order_hash(order) for order in orders])
    signature = MAKER.sign(DOMAIN.digest(tree.struct_hash))
    for index, order in enumerate(orders):
        one = SignedOrder(order, tree.signature(signature, index))
        assert signed_digest(order, one.signature, DOMAIN) == DOMAIN.digest(tree.struct_hash)
        assert recover(one, DOMAIN) == MAKER.address
        assert recover(SignedOrder(ask(9_999), one.signature), DOMAIN) != MAKER.address


def test_recover__plain_compact_foreign_and_malformed():
    order = signed(ask())
    compact = order.signature[:32] + (
        int.from_bytes(order.signature[32:64], "big") | (order.signature[64] - 27) << 255
    ).to_bytes(32, "big")
    assert recover(order, DOMAIN) == recover(SignedOrder(order.order, compact), DOMAIN) == MAKER.address
    assert recover(order, replace(DOMAIN, chain_id=1)) != MAKER.address
    for malformed in (b"", bytes(64), bytes(65), order.signature[:-1] + b"\x02", b"\xff" * 65):
        assert recover(SignedOrder(order.order, malformed), DOMAIN) is None


def test_data__wrong_token_or_list__one_sentence_and_nothing_packed():
    ids = Criteria([1, 2, 3])
    one = signed(build.bid(MAKER.address, NFT, 5, ASSET, 100, TERMS))
    trait = signed(build.trait_bid(MAKER.address, NFT, ids, ASSET, 100, TERMS))
    with pytest.raises(StateError, match="for token 5, not for 6"):
        bids_data([(one, 6, None)])
    with pytest.raises(StateError, match="not those the trait bid"):
        bids_data([(trait, 1, None)])
    with pytest.raises(AmountError, match="not among"):
        bids_data([(trait, 4, ids)])
    with pytest.raises(StateError, match="not one ERC-721"):
        listings_data([one])
    with pytest.raises(StateError, match="not one ERC-20"):
        bids_data([(signed(ask()), 5, None)])
