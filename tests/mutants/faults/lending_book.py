"""Terms, sums and the plan of a liquidation; the words that accounts are packed in."""

from tests.mutants.fault import Fault

BOOK = "contracts/lending/TierBook.sol"
WORDS = "contracts/lending/libraries/UnitWords.sol"
CODEC = "contracts/lending/libraries/AccountCodec.sol"
BORROW = "tests/unit/lending/desk/test_borrow.py"
LIQUIDATE = "tests/unit/lending/desk/test_liquidate.py"
PLEDGE = "tests/unit/lending/desk/test_pledge.py"
ATTACKS = "tests/unit/attacks/test_liquidation_attacks.py"
TIER = f"{ATTACKS}::test_tier__outside_its_bounds_or_unsafe__reverts"

FAULTS = [
    Fault(
        "book-limit-plus-one",
        BOOK,
        "if (debt > h.borrowLimit) revert",
        "if (debt > h.borrowLimit + 1) revert",
        (f"{BORROW}::test_borrow__at_the_limit",),
    ),
    Fault(
        "book-confidence-ignored",
        BOOK,
        "uint256(tier.ltvBps) * q.confidenceBps, BPS * BPS",
        "uint256(tier.ltvBps) * BPS, BPS * BPS",
        (f"{BORROW}::test_borrow__confidence_scales_the_limit_not_the_threshold",),
    ),
    Fault(
        "book-borrows-against-mid",
        BOOK,
        "q.bid.mulDivDown(units, UNITS_PER_FLOOR)",
        "q.mid.mulDivDown(units, UNITS_PER_FLOOR)",
        (f"{BORROW}::test_borrow__bid_not_mid_decides",),
    ),
    Fault(
        "book-degraded-price-lends",
        BOOK,
        "if (state != OracleState.Fresh) revert PriceNotFresh(state);",
        "if (state == OracleState.Stale) revert PriceNotFresh(state);",
        (f"{BORROW}::test_borrow__price_not_fresh__reverts",),
    ),
    Fault(
        "book-credit-cap-plus-one",
        BOOK,
        "if (used > cap)",
        "if (used > cap + 1)",
        (f"{BORROW}::test_borrow__credit_cap_counts_units_behind_debt",),
    ),
    Fault(
        "book-cap-stops-withdrawals-too",
        BOOK,
        "if (behind == 0) continue;",
        "",
        ("tests/unit/lending/desk/test_repay_withdraw.py::test_withdraw__closed_collection__is_open",),
    ),
    Fault(
        "book-critical-at-once-below",
        BOOK,
        "bool critical = 2 * debt > h.limit + h.deep;",
        "bool critical = debt > h.limit;",
        ("tests/unit/lending/desk/test_notice.py::test_liquidate__notice_age",),
    ),
    Fault(
        "book-live-auctions-not-counted",
        BOOK,
        "debt = debt.zeroFloorSub(value.min(c.auctionPrice));",
        "",
        (f"{LIQUIDATE}::test_liquidate__again_while_enough_is_up__reverts",),
    ),
    Fault(
        "book-largest-first",
        BOOK,
        "if (cover + others < need && n - i != left) continue;",
        "if (n - i != left) continue;",
        (f"{LIQUIDATE}::test_liquidate__puts_up_the_least_number_that_restores_the_target",),
    ),
    Fault(
        "book-ranks-ignored",
        BOOK,
        "uint256 rank = c.rank == 0 ? UNRANKED : c.rank;",
        "uint256 rank = UNRANKED;",
        (f"{LIQUIDATE}::test_liquidate__borrowers_ranks_come_first",),
    ),
    Fault(
        "book-one-too-few",
        BOOK,
        "while (left < n - i && largest < need)",
        "while (left + 1 < n - i && largest < need)",
        (f"{LIQUIDATE}::test_liquidate__debt_above_deep__all_start",),
    ),
    Fault(
        "book-slots-unbounded",
        BOOK,
        "if (_slots(lines[place]) == 0) continue;",
        "if (_slots(lines[place]) == 0) lines[place] += 1 << SLOTS_SHIFT;",
        (f"{LIQUIDATE}::test_liquidate__slots_of_the_collection_bound_it",),
    ),
    Fault(
        "book-appraisal-not-the-start",
        BOOK,
        "t.premiumBps = uint16(uint256(tier.premiumBps).max(appraised.mulDivUp(BPS, units)));",
        "t.premiumBps = uint16(uint256(tier.premiumBps).max(0 * appraised));",
        (
            (
                "tests/unit/lending/desk/test_restamp.py"
                "::test_liquidate__live_appraisal_never_stamped__auction_starts_at_it"
            ),
        ),
    ),
    Fault(
        "book-unsafe-tier-at-equality-plus",
        BOOK,
        "if (left > right) revert TierUnsafe(left, right);",
        "if (left > right + 20_000) revert TierUnsafe(left, right);",
        (TIER,),
    ),
    Fault(
        "book-threshold-bound-loose",
        BOOK,
        '_requireBetween("lt", t.ltBps, 7000, 9000);',
        '_requireBetween("lt", t.ltBps, 6999, 9000);',
        (TIER,),
    ),
    Fault(
        "book-place-reused-while-held",
        BOOK,
        "if (held != 0) revert PlaceNotEmpty(collection, held);",
        "",
        (f"{ATTACKS}::test_removed_collection__place_is_reused_only_when_empty",),
    ),
    Fault(
        "words-unit-sum-overflows",
        WORDS,
        "if (sum > LANE) revert TooManyUnits(sum);",
        "",
        (f"{PLEDGE}::test_pledge__units_at_the_edge_of_16_bits",),
    ),
    Fault(
        "codec-units-behind-without-debt",
        CODEC,
        "return a.debtShares == 0 ? 0 : a.units;",
        "return a.units;",
        (f"{PLEDGE}::test_pledge__for_oneself__moves_nft_and_counts_units",),
    ),
]
