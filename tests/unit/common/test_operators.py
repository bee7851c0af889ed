import pytest

from tests.helpers.accounts import domain
from tests.helpers.core import BORROWER, STRANGER, THIEF
from tests.helpers.evm import reverts

TYPES = {
    "SetOperator": [
        ("account", "address"), ("operator", "address"), ("approved", "bool"), ("nonce", "uint256"),
        ("deadline", "uint256"),
    ]
}  # fmt: skip


@pytest.fixture
def operators(driver):
    return driver.deploy("Operators")


def message(operators, account=BORROWER, **changes):
    body = {
        "account": getattr(account, "address", account), "operator": STRANGER.address, "approved": True,
        "nonce": operators.nonces(account), "deadline": operators.driver.timestamp + 100,
    }  # fmt: skip
    return body | changes


def sign(operators, body, signer=BORROWER, **terms):
    return signer.sign_typed(domain("Vitrine Operators", operators) | terms, TYPES, "SetOperator", body)


def submit(operators, body, signature, **changes):
    body = body | changes
    args = (body["account"], body["operator"], body["approved"], body["deadline"], signature)
    return operators.setOperatorBySig(*args, sender=THIEF)


def test_set_operator__own_call__only_for_oneself(operators):
    tx = operators.setOperator(STRANGER, True, sender=BORROWER)
    assert operators.isOperator(BORROWER, STRANGER) and not operators.isOperator(STRANGER, BORROWER)
    assert operators.event("OperatorSet", tx).approved is True
    operators.setOperator(STRANGER, False, sender=BORROWER)
    assert not operators.isOperator(BORROWER, STRANGER)


def test_set_operator_by_sig__valid__counts_once(operators):
    body = message(operators)
    signature = sign(operators, body)
    submit(operators, body, signature)
    assert operators.isOperator(BORROWER, STRANGER)
    operators.setOperator(STRANGER, False, sender=BORROWER)
    with reverts("BadSignature", signer=BORROWER.address):
        submit(operators, body, signature)
    assert not operators.isOperator(BORROWER, STRANGER)


@pytest.mark.parametrize(
    "changes",
    [{"account": THIEF.address}, {"operator": THIEF.address}, {"approved": False}, {"deadline": 2**40}],
)
def test_set_operator_by_sig__any_field_changed__reverts(operators, changes):
    body = message(operators)
    with reverts("BadSignature"):
        submit(operators, body, sign(operators, body), **changes)
    assert not operators.isOperator(BORROWER, THIEF)


@pytest.mark.parametrize("terms", [{"chainId": 1}, {"name": "Other"}, {"verifyingContract": THIEF.address}])
def test_set_operator_by_sig__other_chain_or_contract__reverts(operators, terms):
    body = message(operators)
    with reverts("BadSignature"):
        submit(operators, body, sign(operators, body, **terms))


@pytest.mark.parametrize("late", [0, 1])
def test_set_operator_by_sig__at_its_deadline(operators, driver, late):
    body = message(operators)
    driver.warp_to(body["deadline"] + late)
    with driver.same_block():
        if late:
            with reverts("DeadlineExpired", deadline=body["deadline"]):
                submit(operators, body, sign(operators, body))
        else:
            submit(operators, body, sign(operators, body))
            assert operators.isOperator(BORROWER, STRANGER)


def test_set_operator_by_sig__contract_account__erc1271(operators, driver):
    wallet = driver.deploy("Erc1271Wallet", BORROWER)
    body = message(operators, wallet.address)
    with reverts("BadSignature"):
        submit(operators, body, sign(operators, body, THIEF))
    submit(operators, body, sign(operators, body))
    assert operators.isOperator(wallet, STRANGER)
