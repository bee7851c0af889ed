"""The price path, the sale, the lock."""

from tests.mutants.fault import Fault

AUCTION = "contracts/liquidation/LiquidationAuction.sol"
LIQUIDATE = "tests/unit/lending/desk/test_liquidate.py"
ATTACKS = "tests/unit/attacks/test_liquidation_attacks.py"
REENTRANCY = "tests/unit/attacks/test_reentrancy.py"
EDGES = f"{ATTACKS}::test_auction__at_each_phase_boundary__price_phase_and_discount"

FAULTS = [
    Fault(
        "auction-price-rounded-down",
        AUCTION,
        "price = (q.spot * t.units).mulDivUp(multipleWad, UNITS_PER_FLOOR * WAD);",
        "price = (q.spot * t.units).mulDivDown(multipleWad, UNITS_PER_FLOOR * WAD);",
        (EDGES,),
    ),
    Fault(
        "auction-band-ends-early",
        AUCTION,
        "if (elapsed <= t.bandSeconds) {",
        "if (elapsed < t.bandSeconds) {",
        (EDGES,),
    ),
    Fault(
        "auction-premium-a-second-longer",
        AUCTION,
        "if (elapsed < t.premiumSeconds) {",
        "if (elapsed <= t.premiumSeconds) {",
        (EDGES,),
    ),
    Fault(
        "auction-reserve-a-second-late",
        AUCTION,
        "if (elapsed >= t.distressedSeconds)",
        "if (elapsed > t.distressedSeconds)",
        (EDGES,),
    ),
    Fault(
        "auction-falls-while-stale",
        AUCTION,
        "return elapsed.min(bandEnd.max(elapsed.zeroFloorSub(staleFor)));",
        "return elapsed + 0 * bandEnd * staleFor;",
        (
            f"{ATTACKS}::test_auction__stale_price__stops_at_the_end_of_the_band",
            f"{ATTACKS}::test_auction__price_stale_in_the_distressed_phase__stays_where_it_stood",
        ),
    ),
    Fault(
        "auction-stays-after-sale",
        AUCTION,
        "        delete _auctions[collection][tokenId];\n\n"
        "        address payTo = SELLER.release(collection, tokenId, receiver);",
        "        address payTo = SELLER.release(collection, tokenId, receiver);",
        (f"{LIQUIDATE}::test_take__twice__reverts",),
    ),
    Fault(
        "auction-limit-ignored",
        AUCTION,
        "        if (price > maxPrice) revert PriceAboveMax(price, maxPrice);\n",
        "",
        (f"{LIQUIDATE}::test_take__limit_is_kept",),
    ),
    Fault(
        "auction-restart-a-second-early",
        AUCTION,
        "if (clock < restartAt) revert RestartTooEarly(clock, restartAt);",
        "if (clock + 1 < restartAt) revert RestartTooEarly(clock, restartAt);",
        (f"{LIQUIDATE}::test_restart__only_after_a_day_without_takers",),
    ),
    Fault(
        "auction-restart-while-paused",
        AUCTION,
        "        if (paused) revert CommonErrors.GroupPaused(PAUSE_GROUP);\n",
        "",
        (f"{ATTACKS}::test_auction__pause_in_the_middle__clock_price_and_grace_stand_still",),
    ),
    Fault(
        "auction-pause-clock-ignored",
        AUCTION,
        "uint256 elapsed = clock - t.startedAt;",
        "uint256 elapsed = block.timestamp - t.startedAt + 0 * clock;",
        (f"{ATTACKS}::test_auction__pause_in_the_middle__clock_price_and_grace_stand_still",),
    ),
    Fault(
        "auction-callback-answer-ignored",
        AUCTION,
        "            if (answer != IAuctionTaker.onTake.selector) revert BadCallback(answer);\n",
        "",
        (f"{REENTRANCY}::test_reentrancy__taker_that_answers_wrongly__reverts_whole_sale",),
    ),
    Fault(
        "auction-views-open-inside",
        AUCTION,
        "        if (_taking || SELLER.entered()) revert CommonErrors.GroupLocked();\n",
        "",
        (f"{REENTRANCY}::test_reentrancy__nft_on_pledge__everything_is_closed",),
    ),
    Fault(
        "auction-anyone-cancels",
        AUCTION,
        "        if (msg.sender != address(SELLER)) revert CommonErrors.Unauthorized(msg.sender);\n",
        "",
        (f"{LIQUIDATE}::test_settled_and_release__only_the_auction",),
    ),
]
