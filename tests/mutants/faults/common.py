"""Clock, operators, custody, measured transfers."""

from tests.mutants.fault import Fault

PAUSER, OPERATORS = "contracts/common/Pauser.sol", "contracts/common/Operators.sol"
CUSTODY = "contracts/common/tokens/NftCustody.sol"
MEASURED = "contracts/common/tokens/MeasuredTransfer.sol"
DEBT = "contracts/common/math/DebtMath.sol"
UNIT = "tests/unit/common"
ATTACKS = "tests/unit/attacks/test_liquidation_attacks.py"

FAULTS = [
    Fault(
        "pauser-second-pause-forgets-the-first",
        PAUSER,
        "        g.pausedBefore += g.endsAt - g.startedAt;\n",
        "",
        (f"{UNIT}/test_pauser.py::test_clock__over_two_pauses__loses_exactly_the_time_paused",),
    ),
    Fault(
        "pauser-clock-runs",
        PAUSER,
        "clock = block.timestamp - g.pausedBefore - stoppedFor;",
        "clock = block.timestamp - g.pausedBefore - 0 * stoppedFor;",
        (f"{UNIT}/test_pauser.py::test_pause__clock_stands_still_and_other_groups_run",),
    ),
    Fault(
        "pauser-renewed-at-once",
        PAUSER,
        "if (g.endsAt != 0 && block.timestamp < g.endsAt + COOL_DOWN) {",
        "if (g.endsAt != 0 && block.timestamp + 1 < g.endsAt + COOL_DOWN) {",
        (f"{UNIT}/test_pauser.py::test_pause__renewed_only_a_week_after_its_end",),
    ),
    Fault(
        "operators-nonce-not-used",
        OPERATORS,
        "_useNonce(account), deadline",
        "nonces(account), deadline",
        (f"{UNIT}/test_operators.py::test_set_operator_by_sig__valid__counts_once",),
    ),
    Fault(
        "operators-deadline-a-second-late",
        OPERATORS,
        "if (block.timestamp > deadline)",
        "if (block.timestamp > deadline + 1)",
        (f"{UNIT}/test_operators.py::test_set_operator_by_sig__at_its_deadline",),
    ),
    Fault(
        "custody-believes-the-transfer",
        CUSTODY,
        "        if (owner != expected) revert NftNotMoved(collection, tokenId, owner, expected);\n",
        "",
        (
            f"{ATTACKS}::test_lying_collection__claims_to_have_moved__pledge_reverts",
            f"{ATTACKS}::test_taker__nft_that_does_not_arrive__sale_reverts",
        ),
    ),
    Fault(
        "measured-believes-the-amount",
        MEASURED,
        "arrived = after_ > before ? after_ - before : 0;",
        "arrived = after_ > before ? assets : 0;",
        (f"{ATTACKS}::test_fee_switched_on_mid_life__what_arrives_is_credited",),
    ),
    Fault(
        "debt-owed-rounded-down",
        DEBT,
        "return shares.mulDivUp(totalAssets + VIRTUAL_ASSETS, totalShares + VIRTUAL_SHARES);",
        "return shares.mulDivDown(totalAssets + VIRTUAL_ASSETS, totalShares + VIRTUAL_SHARES);",
        ("tests/python/models/test_desk.py",),
    ),
]
