"""The protocol object works on the node that Ape starts, beside Ape's own transactions."""

import os

import pytest

from tests.helpers.artifacts import ROOT


@pytest.fixture(scope="module")
def node():
    """Ape connected to an Anvil of its own, with all state inside the tree."""
    before = dict(os.environ)
    os.environ["APE_DATA_FOLDER"] = str(ROOT / ".ape")
    os.environ["PATH"] = f"{ROOT / 'node_modules' / '.bin'}{os.pathsep}{before['PATH']}"
    try:
        import ape

        with ape.networks.parse_network_choice("ethereum:local:foundry"):
            yield ape
    finally:
        os.environ.clear()
        os.environ.update(before)


def test_protocol_on_ape__loan_and_ape_transaction__agree(node):
    from tests.helpers.anvil import ApeDriver
    from tests.helpers.core import BORROWER, KEEPER
    from tests.helpers.evm import reverts
    from tests.helpers.protocol import build_protocol

    driver = ApeDriver()
    protocol = build_protocol(driver, "usdt")
    protocol.supply(100_000)
    protocol.loan(20_000)
    with reverts("DebtAboveLimit"):
        protocol.desk.borrow(protocol.units(11_000), 2**256 - 1, BORROWER, BORROWER, sender=BORROWER)
    vault = driver.contract(protocol.vault)
    receipt = vault.accrue(sender=node.accounts.test_accounts[0])
    assert receipt.events[0].event_name == "Accrued"
    assert vault.debtTotals().debtShares == protocol.vault.debtTotals().debtShares
    assert vault.cash() == protocol.vault.cash() == protocol.units(80_000)
    mark = driver.snapshot()
    driver.warp(86_400)
    tx = protocol.vault.accrue(sender=KEEPER)
    assert tx.gas_used
    assert tx.one("Accrued").interest > 0
    driver.revert(mark)
    assert protocol.vault.accrue(sender=KEEPER).one("Accrued").interest < tx.one("Accrued").interest
