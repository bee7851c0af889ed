"""The fast signatures are ordinary ones: eth_account and the chain agree with them."""

import pytest
from eth_account import Account as EthAccount
from eth_account.messages import encode_typed_data
from eth_keys import keys

from tests.helpers.abi import create_address
from tests.helpers.accounts import Account, domain, malleate, typed_digest

keeper, vault = Account("keeper"), Account("vault")
TYPES = {
    "Order": [
        ("maker", "address"),
        ("legs", "Leg[]"),
        ("amounts", "uint256[]"),
        ("note", "string"),
        ("raw", "bytes"),
    ],
    "Leg": [("token", "address"), ("delta", "int128"), ("tag", "bytes4"), ("done", "bool")],
}
ORDER = {
    "maker": keeper,
    "legs": [{"token": vault, "delta": -5, "tag": b"abcd", "done": True}],
    "amounts": [1, 2**256 - 1],
    "note": "per annum",
    "raw": b"\x01\x02",
}


def test_address__key__matches_eth_account():
    assert EthAccount.from_key(keeper.key).address == keeper.address


@pytest.mark.parametrize("seed", range(8))
def test_sign__any_digest__recovers_signer_with_low_s(seed):
    digest = bytes([seed]) * 32
    v, r, s = keeper.sign_digest(digest)
    signature = keys.Signature(vrs=(v - 27, r, s))
    assert signature.recover_public_key_from_msg_hash(digest).to_checksum_address() == keeper.address
    assert s <= 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0


def test_malleate__recovers_same_signer_with_high_s():
    digest = b"\x07" * 32
    other = malleate(keeper.sign(digest))
    r, s, v = int.from_bytes(other[:32], "big"), int.from_bytes(other[32:64], "big"), other[64]
    recovered = keys.Signature(vrs=(v - 27, r, s)).recover_public_key_from_msg_hash(digest)
    assert recovered.to_checksum_address() == keeper.address
    assert s > 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0


def test_typed_digest__nested_struct_and_arrays__matches_eth_account():
    terms = domain("Desk", vault)
    plain = ORDER | {"maker": keeper.address}
    plain["legs"] = [leg | {"token": vault.address} for leg in ORDER["legs"]]
    signable = encode_typed_data(
        terms | {"verifyingContract": vault.address},
        {name: [{"name": f, "type": t} for f, t in fields] for name, fields in TYPES.items()},
        plain,
    )
    expected = EthAccount.from_key(keeper.key).unsafe_sign_hash(typed_digest(terms, TYPES, "Order", ORDER))
    assert EthAccount.sign_message(signable, keeper.key).signature == expected.signature
    assert (
        EthAccount.recover_message(signable, signature=keeper.sign_typed(terms, TYPES, "Order", ORDER))
        == keeper
    )


@pytest.mark.parametrize(
    ("nonce", "address"),
    [
        (0, "0xcd234A471b72ba2F1Ccf0A70FCABA648a5eeCD8d"),
        (1, "0x343c43A37D37dfF08AE8C4A11544c718AbB4fCF8"),
    ],
)
def test_create_address__published_example__matches(nonce, address):
    assert create_address("0x6ac7ea33f8831ea9dcc53393aaa88b25a785dbf0", nonce) == address


@pytest.mark.parametrize("nonce", [127, 128, 255, 256, 65_536])
def test_create_address__long_nonce__matches_rlp(nonce):
    import rlp
    from eth_utils import keccak, to_checksum_address

    raw = bytes.fromhex(keeper.address[2:])
    assert create_address(keeper.address, nonce) == to_checksum_address(keccak(rlp.encode([raw, nonce]))[12:])
