"""Codecs: what is encoded decodes to itself, structs are named, mistakes are sentences."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitrine.chain.abibook import AbiBook
from vitrine.chain.codec import Codec, Function, abi_type, checksum, signature
from vitrine.chain.contract import Contract, Interface, signature_function
from vitrine.errors import AmountError, ChainError, ConfigError

ALICE = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
NFT = {
    "name": "nfts",
    "type": "tuple[]",
    "components": [{"name": "collection", "type": "address"}, {"name": "tokenId", "type": "uint256"}],
}
PLEDGE = {
    "type": "function",
    "name": "pledge",
    "stateMutability": "nonpayable",
    "inputs": [NFT, {"name": "account", "type": "address"}],
    "outputs": [{"name": "count", "type": "uint256"}, {"name": "first", "type": "address"}],
}


def test_signature__struct_array__written_out() -> None:
    assert signature(PLEDGE) == "pledge((address,uint256)[],address)"
    assert abi_type({"type": "tuple[2][]", "components": [{"type": "bool"}]}) == "(bool)[2][]"


def test_selector__transfer__as_everywhere() -> None:
    assert signature_function("transfer(address,uint256)").selector.hex() == "a9059cbb"


@given(st.lists(st.tuples(st.just(ALICE), st.integers(0, 2**256 - 1)), max_size=4))
def test_codec__structs__round_trip_with_names(nfts: list[tuple[str, int]]) -> None:
    codec = Codec(PLEDGE["inputs"])
    back, account = codec.decode(codec.encode([nfts, ALICE.lower()]))
    assert [(ref.collection, ref.tokenId) for ref in back] == nfts
    assert account == ALICE


def test_encode__struct_as_mapping_and_bytes_as_text__taken() -> None:
    codec = Codec([NFT, {"name": "data", "type": "bytes"}])
    by_name = codec.encode([[{"tokenId": 7, "collection": ALICE}], "0x1234"])
    assert by_name == codec.encode([[(ALICE, 7)], b"\x12\x34"])


def test_function__several_outputs__named() -> None:
    function = Function(PLEDGE)
    answer = Codec(PLEDGE["outputs"]).encode([3, ALICE])
    assert function.decode(answer).count == 3
    assert function.decode(answer)._asdict() == {"count": 3, "first": ALICE}


@pytest.mark.parametrize(
    "args", [[], [[], ALICE, 1], [[], "0x12"], [[(ALICE, -1)], ALICE], [[(ALICE,)], ALICE]]
)
def test_function__wrong_arguments__one_sentence(args: list[object]) -> None:
    with pytest.raises(AmountError, match=r"pledge\(\(address,uint256\)\[\],address\)"):
        Function(PLEDGE).encode(args)


def test_function__answer_of_another_contract__one_sentence() -> None:
    with pytest.raises(ChainError, match="right contract"):
        Function(PLEDGE).decode(b"\x01")


def test_interface__overloads__by_count_or_signature() -> None:
    def entry(*types: str) -> dict[str, object]:
        return {
            "type": "function",
            "name": "f",
            "inputs": [{"name": "", "type": t} for t in types],
            "outputs": [],
        }

    interface = Interface("X", [entry("uint256"), entry("address"), entry("uint256", "uint256")])
    assert interface.function("f", 2).signature == "f(uint256,uint256)"
    assert interface.function("f(address)").signature == "f(address)"
    with pytest.raises(ConfigError, match="overloaded"):
        interface.function("f", 1)
    with pytest.raises(ConfigError, match="no function 'g'"):
        Contract(ALICE, interface).call("g")


def test_book__same_event_twice_indexed_differently__told_apart() -> None:
    def transfer(*indexed: bool) -> dict[str, object]:
        names = ("from", "to", "value")
        kinds = ("address", "address", "uint256")
        parts = [{"name": n, "type": k, "indexed": i} for n, k, i in zip(names, kinds, indexed, strict=True)]
        return {"type": "event", "name": "Transfer", "inputs": parts}

    book = AbiBook([[transfer(True, True, False)], [transfer(True, True, True)]])
    topic = book.topic("Transfer")
    word = "0x" + ALICE[2:].lower().rjust(64, "0")
    log = {
        "address": ALICE.lower(),
        "data": "0x" + f"{7:064x}",
        "topics": [topic, word, word],
        "blockNumber": "0x1",
        "logIndex": "0x2",
        "transactionHash": "0x" + "ab" * 32,
        "transactionIndex": "0x0",
    }
    fungible = book.event(log)
    nft = book.event({**log, "data": "0x", "topics": [topic, word, word, "0x" + f"{7:064x}"]})
    assert fungible is not None
    assert nft is not None
    assert fungible.args == nft.args == {"from": ALICE, "to": ALICE, "value": 7}
    assert fungible.value == 7
    assert book.event({**log, "topics": ["0x" + "00" * 32]}) is None
    assert book.event({**log, "topics": []}) is None


def test_checksum__lower_case__eip55() -> None:
    assert checksum(ALICE.lower()) == ALICE
