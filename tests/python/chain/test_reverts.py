"""Every custom error of the contracts is a sentence with its numbers and a next step."""

import pickle
from string import Formatter
from typing import Any

import pytest

from vitrine.chain.abibook import AbiBook, Revert
from vitrine.chain.advice import ADVICE
from vitrine.chain.codec import Codec, ErrorCodec
from vitrine.chain.reverts import Money, RevertError, date, percent, revert_error, revert_type, span
from vitrine.errors import StateError
from vitrine.registry import artifacts
from vitrine.units import WAD

USDT = Money("USDT", 6)
# Errors of libraries that no call of ours can reach.
UNREACHED = {
    "AccessManagedInvalidAuthority",
    "AccessManagerBadConfirmation",
    "AccessManagerInvalidInitialAdmin",
    "AccessManagerLockedFunction",
    "AccessManagerLockedRole",
    "AccessManagerUnauthorizedCancel",
    "AccessManagerUnauthorizedConsume",
    "AddressEmptyCode",
    "CloneArgumentsTooLong",
    "Create2EmptyBytecode",
    "ERC20InvalidApprover",
    "ERC20InvalidSender",
    "ERC20InvalidSpender",
    "FailedCall",
    "FailedDeployment",
    "InsufficientBalance",
    "InvalidShortString",
    "SafeCastOverflowedUintDowncast",
    "StringTooLong",
}


def production_errors() -> dict[str, dict[str, Any]]:
    found = {}
    known = artifacts()
    for name in known.names():
        artifact = known.get(name)
        if "/mocks/" not in artifact.source:
            found.update({entry["name"]: entry for entry in artifact.abi if entry["type"] == "error"})
    return found


def test_advice__every_error_of_the_contracts__has_a_sentence() -> None:
    silent = sorted(set(production_errors()) - set(ADVICE) - UNREACHED)
    assert not silent, f"no sentence for {silent}"


def test_advice__every_sentence__names_numbers_the_error_has() -> None:
    wrong = []
    for name, entry in production_errors().items():
        for text in ADVICE.get(name, ()):
            have = {part["name"] for part in entry["inputs"]}
            wrong += [(name, f) for _, f, _, _ in Formatter().parse(text) if f and f not in have]
    assert not wrong


@pytest.mark.parametrize("name", sorted(set(production_errors()) - UNREACHED))
def test_error__any_values__reads_as_one_paragraph(name: str) -> None:
    entry = production_errors()[name]
    zeros = {"address": "0x" + "11" * 20, "bool": True, "bytes32": b"lending" + bytes(25), "bytes4": b"abcd"}
    values = [zeros.get(part["type"], 1) for part in entry["inputs"]]
    codec = ErrorCodec(entry)
    data = codec.selector + Codec(entry["inputs"]).encode(values)
    error = revert_error(AbiBook([[entry]]).revert(data), None, USDT, {})
    assert error.error == name
    assert "{" not in str(error)
    assert "\n" not in str(error)
    assert error.next_step


def test_debt_above_limit__amounts__in_units_of_the_asset() -> None:
    values = {"debt": 1_234_560_000, "limit": 1_000_000_000}
    error = revert_error(Revert("DebtAboveLimit", values), None, USDT, {})
    expected = "Debt would be 1,234.56 USDT, above the limit of 1,000.00 USDT. Borrow less or add collateral."
    assert str(error) == expected
    assert error.values == values


def test_revert_type__by_name__can_be_caught() -> None:
    with pytest.raises(revert_type("DebtAboveLimit")):
        raise revert_error(Revert("DebtAboveLimit", {"debt": 2, "limit": 1}), None, None, {})
    assert issubclass(revert_type("DebtAboveLimit"), RevertError)
    assert issubclass(RevertError, StateError)


def test_error__same_name_other_values__falls_back_to_its_description() -> None:
    revert = Revert("DebtAboveLimit", {"other": 5}, "`other` is too much.")
    assert str(revert_error(revert, None, USDT, {})) == "`other` is too much (other 5)."


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("", "without a reason"),
        ("deadbeef", "unknown error 0xdeadbeef"),
        ("4e487b71" + f"{0x11:064x}", "over- or underflow"),
        ("4e487b71" + f"{0x77:064x}", "panic 0x77"),
        ("08c379a0" + f"{32:064x}{4:064x}" + "6e6f7065".ljust(64, "0"), "nope"),
        ("08c379a0ff", "unknown error 0x08c379a0"),
    ],
)
def test_revert__foreign_data__is_told(data: str, words: str) -> None:
    assert words in str(revert_error(AbiBook().revert(bytes.fromhex(data)), None, None, {}))


def test_names__known_address__is_named() -> None:
    who = "0x" + "11" * 20
    revert = Revert("CollectionUnknown", {"collection": who})
    assert f"punks ({who})" in str(revert_error(revert, None, None, {who: "punks"}))


def test_error__pickled__keeps_name_and_values() -> None:
    error = revert_error(Revert("NoAuction", {"collection": "0x1", "tokenId": 3}), None, None, {})
    back = pickle.loads(pickle.dumps(error))
    assert (type(back), str(back), back.values) == (type(error), str(error), error.values)


def test_units_of_sentences__edges__written_plainly() -> None:
    assert (span(0), span(59), span(90_061), span(3_600)) == ("0 s", "59 s", "1 d 1 h", "1 h")
    assert date(0) == "1970-01-01 00:00:00 UTC"
    assert date(2**200) == str(2**200)
    assert (percent(WAD), percent(WAD // 3), percent(0)) == ("100.00 %", "33.33 %", "0.00 %")
