"""Royalties: look-up, cap, policy, ledger."""

from tests.mutants.fault import Fault

ENGINE, CALL = "contracts/royalties/RoyaltyEngine.sol", "contracts/common/calls/BoundedCall.sol"
RATE, LEDGER = "tests/unit/royalties/test_royalty_of.py", "tests/unit/royalties/test_credit.py"
BOUNDED = "tests/unit/common/test_bounded_call.py"

FAULTS = [
    Fault(
        "royalty-cap-of-erc-2981-gone",
        ENGINE,
        "asked.min(price.bpsDown(MAX_ROYALTY_BPS))",
        "asked",
        (f"{RATE}::test_royalty_of__more_than_the_cap__is_cut_to_it",),
    ),
    Fault(
        "royalty-cap-of-override-gone",
        ENGINE,
        "if (bps > MAX_ROYALTY_BPS) revert",
        "if (bps > MAX_ROYALTY_BPS + 1) revert",
        (f"{RATE}::test_set_override__at_the_cap",),
    ),
    Fault(
        "royalty-override-by-anyone",
        ENGINE,
        "if (!ok || owner != uint256(uint160(msg.sender)))",
        "if (!ok)",
        (f"{RATE}::test_set_override__by_others_or_without_an_owner__reverts",),
    ),
    Fault(
        "royalty-everyone-entitled",
        ENGINE,
        "t.policy != RoyaltyPolicy.Full && isEntitled[trader]",
        "t.policy != RoyaltyPolicy.Full",
        (f"{RATE}::test_set_policy__only_the_entitled_pay_less",),
    ),
    Fault(
        "royalty-reduced-is-waived",
        ENGINE,
        "due.bpsDown(t.reducedBps)",
        "due - due.bpsDown(t.reducedBps)",
        (f"{RATE}::test_set_policy__only_the_entitled_pay_less",),
    ),
    Fault(
        "royalty-dirty-receiver-believed",
        ENGINE,
        "|| to >> 160 != 0",
        "",
        (f"{RATE}::test_royalty_of__hostile_collection__bounded_gas_and_an_answer",),
    ),
    Fault(
        "royalty-credit-of-what-is-somebodys",
        ENGINE,
        "payable_.min(IERC20(asset).balanceOf(address(this)).zeroFloorSub(total))",
        "payable_.min(IERC20(asset).balanceOf(address(this)))",
        (f"{LEDGER}::test_credit__less_arrived_than_named__only_what_arrived",),
    ),
    Fault(
        "royalty-credit-uncovered",
        ENGINE,
        "payable_.min(IERC20(asset).balanceOf(address(this)).zeroFloorSub(total))",
        "payable_",
        (f"{LEDGER}::test_credit__asset_with_a_fee__what_arrived",),
    ),
    Fault(
        "royalty-claim-keeps-the-sum",
        ENGINE,
        "        totalClaimable -= assets;\n",
        "",
        (f"{LEDGER}::test_claim__all_of_it__to_whom_the_receiver_says",),
    ),
    Fault(
        "royalty-claim-twice",
        ENGINE,
        "        claimable[msg.sender] = 0;\n",
        "",
        (f"{LEDGER}::test_claim__twice_or_nothing_there__nothing_happens",),
    ),
    Fault(
        "royalty-claim-unlocked",
        ENGINE,
        "        _entered = true;\n",
        "",
        (f"{LEDGER}::test_claim__asset_that_calls_out__entries_are_locked",),
    ),
    Fault(
        "royalty-waived-one-not-told",
        ENGINE,
        "        emit RoyaltyDue(",
        "        if (paid != 0) emit RoyaltyDue(",
        (f"{LEDGER}::test_credit__waived__due_is_told_and_nothing_paid",),
    ),
    Fault(
        "bounded-call-starves",
        CALL,
        "if (gasleft() < wanted) revert",
        "if (gasleft() < wanted / 2) revert",
        (f"{RATE}::test_royalty_of__too_little_gas__reverts_instead_of_finding_none",),
    ),
    Fault(
        "bounded-call-takes-short-answers",
        CALL,
        "iszero(lt(returndatasize(), shl(5, words)))",
        "iszero(lt(returndatasize(), words))",
        (f"{BOUNDED}::test_ask__any_length__as_in_plain_solidity",),
    ),
]
