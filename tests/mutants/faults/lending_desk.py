"""Notices, thresholds and starts of liquidations."""

from tests.mutants.fault import Fault

DESK, BOOK = "contracts/lending/CreditDesk.sol", "contracts/lending/TierBook.sol"
BASE = "contracts/lending/DeskBook.sol"
NOTICE = "tests/unit/lending/desk/test_notice.py"
LIQUIDATE = "tests/unit/lending/desk/test_liquidate.py"

FAULTS = [
    Fault(
        "desk-warn-line-excluded",
        DESK,
        "if (debt < line || debt == 0) revert NotWarnable(debt, line);",
        "if (debt <= line || debt == 0) revert NotWarnable(debt, line);",
        (f"{NOTICE}::test_flag__exact_line_in_the_unit",),
    ),
    Fault(
        "desk-notice-overwritten",
        DESK,
        "if (_noticeLives(a, n, m)) revert NoticeLives(n.openedAt);",
        "if (_noticeLives(a, n, m) && n.openedAt == m.clock) revert NoticeLives(n.openedAt);",
        (f"{NOTICE}::test_flag__while_one_lives__reverts_and_keeps_the_first",),
    ),
    Fault(
        "desk-notice-lives-a-week",
        BASE,
        "uint256 public constant NOTICE_LIFE = 72 hours;",
        "uint256 public constant NOTICE_LIFE = 168 hours;",
        (
            f"{NOTICE}::test_liquidate__notice_age",
            f"{NOTICE}::test_liquidate__hoarded_notice_of_another_day_is_worthless",
        ),
    ),
    Fault(
        "desk-recovered-line-included",
        DESK,
        "if (debt <= line) revert AuctionOver(debt, line);",
        "if (debt < line / 2) revert AuctionOver(debt, line);",
        (f"{LIQUIDATE}::test_take__around_the_recovery_line",),
    ),
    Fault(
        "desk-watched-account-borrows",
        DESK,
        "return a.liveCount != 0 || _noticeLives(a, _notices[account], m);",
        "return a.liveCount != 0;",
        ("tests/unit/lending/desk/test_borrow.py::test_borrow__under_notice__reverts_until_it_dies",),
    ),
    Fault(
        "book-threshold-plus-one",
        BOOK,
        "if (debt < h.limit || debt == 0) revert NotLiquidatable(debt, h.limit);",
        "if (debt + h.limit / 50 < h.limit || debt == 0) revert NotLiquidatable(debt, h.limit);",
        (f"{NOTICE}::test_liquidate__below_the_threshold__reverts",),
    ),
    Fault(
        "book-round-of-this-block-used",
        BOOK,
        "        if (h.postedAt == block.timestamp) revert CommonErrors.RoundInThisBlock(h.postedAt);\n"
        "        if (debt < h.limit || debt == 0)",
        "        if (debt < h.limit || debt == 0)",
        (f"{NOTICE}::test_liquidate__round_of_this_block__reverts",),
    ),
    Fault(
        "book-no-grace-after-pause",
        BOOK,
        "if (resumedAt != 0 && block.timestamp < resumedAt + h.graceSeconds) {",
        "if (resumedAt != 0 && block.timestamp < resumedAt) {",
        (f"{NOTICE}::test_liquidate__mass_at_unpause__waits_for_grace",),
    ),
    Fault(
        "book-notice-a-second-too-young",
        BOOK,
        "if (!critical && noticeAge < h.graceSeconds)",
        "if (!critical && noticeAge + 1 < h.graceSeconds)",
        (f"{NOTICE}::test_liquidate__notice_age",),
    ),
]
