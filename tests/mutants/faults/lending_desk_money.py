"""Who pays, who is paid, what is marked, who may act."""

from tests.mutants.fault import Fault

DESK, BASE = "contracts/lending/CreditDesk.sol", "contracts/lending/DeskBook.sol"
UNIT = "tests/unit/lending/desk"
LIQUIDATE = f"{UNIT}/test_liquidate.py"
MARK = f"{UNIT}/test_mark.py"
ACT = f"{UNIT}/test_act.py"
REPAY = f"{UNIT}/test_repay_withdraw.py"
ATTACKS = "tests/unit/attacks/test_liquidation_attacks.py"
JUNK = "tests/regression/test_stale_and_junk_collateral.py"
MARKS = "tests/regression/test_marks_and_exits.py"

FAULTS = [
    Fault(
        "desk-fine-skipped",
        DESK,
        "        if (a.liveCount != 0) {\n            Notice storage n = _notices[account];\n",
        "        if (a.liveCount > 200) {\n            Notice storage n = _notices[account];\n",
        (f"{LIQUIDATE}::test_repay__while_auctions_are_open__pays_the_fine_by_any_entry",),
    ),
    Fault(
        "desk-tips-before-the-loss",
        DESK,
        "        _settleFlags(account, a, m, true);\n"
        "        // after the loss: the reserve bears it before it pays anyone\n"
        "        if (surplus == 0) VAULT.payTips(repaid, flagger, starter, settler);",
        "        if (surplus == 0) VAULT.payTips(repaid, flagger, starter, settler);\n"
        "        _settleFlags(account, a, m, true);",
        (f"{LIQUIDATE}::test_take__below_debt__loss_in_the_published_order",),
    ),
    Fault(
        "desk-loss-not-realised",
        DESK,
        "            _loseDebt(account, a, m, a.debtShares);",
        "",
        (f"{LIQUIDATE}::test_take__below_debt__loss_in_the_published_order",),
    ),
    Fault(
        "desk-mark-takes-full-value",
        DESK,
        "uint256 collateral = a.flags & DISTRESSED == 0 ? h.deep : h.reserveValue;",
        "uint256 collateral = a.flags & DISTRESSED == 0 ? h.value : h.reserveValue;",
        (f"{MARK}::test_mark__underwater__floating_bad_debt_is_debt_less_deep_value",),
    ),
    Fault(
        "desk-distress-not-marked",
        DESK,
        "uint256 collateral = a.flags & DISTRESSED == 0 ? h.deep : h.reserveValue;",
        "uint256 collateral = h.deep;",
        (f"{MARK}::test_mark__distressed_auction__counts_at_the_reserve",),
    ),
    Fault(
        "desk-mark-raised-while-stale",
        DESK,
        "            collateral = _marks[account].collateral;",
        "",
        (f"{MARK}::test_mark__stale__last_mark_stays",),
    ),
    Fault(
        "desk-repaid-mark-stays",
        DESK,
        "} else if (sold || a.flags & (NOTICE | MARKED) != 0) {",
        "} else if (sold || a.flags & NOTICE != 0) {",
        (f"{MARK}::test_mark__repaying_shrinks_the_mark_at_once",),
    ),
    Fault(
        "desk-anyone-acts",
        BASE,
        "        if (!_actsFor(account)) revert CommonErrors.Unauthorized(msg.sender);\n        _;",
        "        _;",
        (
            f"{UNIT}/test_borrow.py::test_borrow__stranger__reverts_operator_may",
            f"{ACT}::test_act__stranger__reverts",
        ),
    ),
    Fault(
        "desk-anyone-settles",
        BASE,
        "        if (msg.sender != address(AUCTION)) revert CommonErrors.Unauthorized(msg.sender);\n",
        "",
        (f"{LIQUIDATE}::test_settled_and_release__only_the_auction",),
    ),
    Fault(
        "desk-act-worse-ratio-allowed",
        DESK,
        "debt * _measure(unitsBefore).value < debtBefore * h.value",
        "debt != 0",
        (
            f"{ACT}::test_act__sell_below_value_under_notice__reverts",
            f"{ACT}::test_act__above_its_limit_may_only_improve",
        ),
    ),
    Fault(
        "desk-act-fewer-units-unseen",
        DESK,
        "} else if (uint256(a.units).anyLess(unitsBefore) || (exchanged && _isWatched(account, a, m))) {",
        "} else if (exchanged && _isWatched(account, a, m)) {",
        (f"{ACT}::test_act__flash_claim_without_return__reverts",),
    ),
    Fault(
        "desk-act-new-debt-unchecked",
        DESK,
        "        if (debt > debtBefore) {\n            _requireUnwatched",
        "        if (debt > 2 * debtBefore) {\n            _requireUnwatched",
        (f"{ACT}::test_act__new_debt_under_notice__reverts_even_when_the_ratio_falls",),
    ),
    Fault(
        "desk-paused-release-with-debt",
        DESK,
        "        if (a.debtShares != 0) {\n            _requireRunning(m);\n",
        "        if (a.debtShares != 0) {\n",
        (f"{REPAY}::test_repay_and_pledge__open_while_paused_and_stale",),
    ),
    Fault(
        "desk-same-nft-pledged-twice",
        DESK,
        "            if (p.owner != address(0)) revert AlreadyPledged(collection, tokenId);\n",
        "",
        (f"{UNIT}/test_pledge.py::test_pledge__same_nft_twice_in_a_call__reverts",),
    ),
    Fault(
        "desk-nfts-without-number",
        DESK,
        "if (++a.nftCount > MAX_NFTS)",
        "if (++a.nftCount > 2 * MAX_NFTS)",
        (f"{ATTACKS}::test_account_of_1000_nfts__is_the_most_and_still_fits_in_a_block",),
    ),
    Fault(
        "desk-auctioned-nft-withdrawn",
        DESK,
        "            if (p.live) revert InAuction(collection, tokenId);\n            _remove",
        "            _remove",
        (f"{LIQUIDATE}::test_repay__while_auctions_are_open__pays_the_fine_by_any_entry",),
    ),
    Fault(
        "desk-nft-of-another-withdrawn",
        BASE,
        "        if (p.owner != account) revert NotOfAccount(nft.collection, nft.tokenId, account);\n",
        "",
        (f"{REPAY}::test_withdraw__nft_of_another__reverts",),
    ),
    Fault(
        "desk-list-may-repeat",
        DESK,
        "(x.collection == y.collection && x.tokenId < y.tokenId)",
        "(x.collection == y.collection && x.tokenId <= y.tokenId)",
        (f"{LIQUIDATE}::test_liquidate__list_must_be_complete_and_ascending",),
    ),
    Fault(
        "desk-later-starter-displaces",
        DESK,
        "if (n.starter == address(0) || m.clock >= uint256(n.startedAt) + 1 days) {",
        "{",
        (f"{ATTACKS}::test_start_tip__second_start_within_a_day__first_starter_stays",),
    ),
    Fault(
        "desk-stranger-raises-units",
        DESK,
        "            if (units > p.units && !_actsFor(owner)) revert OnlyOwnerRaises(owner);\n",
        "",
        (f"{UNIT}/test_restamp.py::test_restamp__up_by_stranger__reverts",),
    ),
    Fault(
        "desk-least-loan-ignored",
        DESK,
        "if (debt < minDebt) revert DebtTooSmall(debt, minDebt);",
        "",
        (f"{UNIT}/test_borrow.py::test_borrow__below_least_loan__reverts_at_minus_one_only",),
    ),
    Fault(
        "desk-act-list-swapped-under-notice",
        DESK,
        "} else if (uint256(a.units).anyLess(unitsBefore) || (exchanged && _isWatched(account, a, m))) {",
        "} else if (uint256(a.units).anyLess(unitsBefore)) {",
        (f"{JUNK}::test_act__list_swapped_under_notice__is_refused",),
    ),
    Fault(
        "desk-act-swap-is-no-new-credit",
        DESK,
        "bool swapped = unitsBefore.anyLess(a.units);",
        "bool swapped = false;",
        (f"{JUNK}::test_act__good_collateral_swapped_for_bad__is_new_credit",),
    ),
    Fault(
        "desk-stale-collateral-taken",
        DESK,
        "if (a.debtShares != 0 && BOOK.isStale(collection)) revert ITierBook.PriceStale();",
        "",
        (f"{JUNK}::test_pledge__stale_collection_into_a_loan__is_refused",),
    ),
    Fault(
        "desk-sold-account-not-measured",
        DESK,
        "} else if (sold || a.flags & (NOTICE | MARKED) != 0) {",
        "} else if (a.flags & (NOTICE | MARKED) != 0) {",
        (f"{MARKS}::test_take__distressed_sale_without_notice__leaves_the_rest_marked",),
    ),
    Fault(
        "desk-borrowers-mark-stays",
        DESK,
        "_setMark(account, a, 0, 0); // within",
        "// within",
        (f"{MARKS}::test_borrow__recovered_account__loses_its_mark",),
    ),
    Fault(
        "desk-slot-freed-a-second-early",
        DESK,
        "m.clock < startedAt + SLOT_LIFE",
        "m.clock + 1 < startedAt + SLOT_LIFE",
        (f"{JUNK}::test_slots__auction_that_nobody_takes__is_ended_after_a_day",),
    ),
    Fault(
        "book-one-stale-shields-all",
        "contracts/lending/TierBook.sol",
        "if (h.state == OracleState.Stale && live && !missing) h.state = OracleState.Degraded;",
        "",
        (f"{JUNK}::test_liquidate__one_collection_stale__the_others_are_sold",),
    ),
    Fault(
        "book-dropped-collection-reverts",
        "contracts/lending/TierBook.sol",
        "            q.state = OracleState.Stale;\n",
        "            revert CollectionUnknown(collection);\n",
        (f"{MARKS}::test_exits__collection_dropped_by_the_oracle__stay_open",),
    ),
    Fault(
        "auction-falls-while-stale-of-late",
        "contracts/liquidation/LiquidationAuction.sol",
        "if (block.timestamp < asOf + STALE_AFTER) return elapsed.min(bandEnd);",
        "if (block.timestamp < asOf + STALE_AFTER) return elapsed;",
        (f"{MARKS}::test_auction__stale_though_recent__does_not_fall_below_the_band",),
    ),
]
