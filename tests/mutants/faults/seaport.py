"""Seaport behind the router, and as an exit."""

from tests.mutants.fault import Fault

ORDERS = "contracts/periphery/libraries/SeaportOrders.sol"
VENUE = "contracts/periphery/venues/SeaportVenue.sol"
EXIT = "contracts/periphery/exits/SeaportBidExit.sol"
VENUE_TESTS = "tests/unit/periphery/test_seaport_venue.py"
EXIT_TESTS = "tests/unit/periphery/test_seaport_bid_exit.py"

FAULTS = [
    Fault(
        "seaport-price-rounded-down",
        ORDERS,
        "return roundUp ? (sum + duration - 1) / duration : sum / duration;",
        "return sum / duration;",
        (f"{VENUE_TESTS}::test_buy__descending_price__the_price_of_the_block_rounded_up",),
    ),
    Fault(
        "seaport-venue-limit-ignored",
        VENUE,
        "        if (cost > maxCost) revert INFTPool.CostAboveMax(cost, maxCost);\n",
        "",
        (f"{VENUE_TESTS}::test_buy__cost_at_the_limit_and_one_above",),
    ),
    Fault(
        "seaport-venue-draws-the-limit",
        VENUE,
        "drawAssets(address(this), cost);",
        "drawAssets(address(this), cost + 1);",
        (f"{VENUE_TESTS}::test_buy__listing_with_fees__everyone_gets_his_part_and_the_receiver_the_token",),
    ),
    Fault(
        "seaport-venue-keeps-what-fees-left",
        VENUE,
        "        if (held != 0) IERC20(ASSET).safeTransfer(receiver, held);\n",
        "",
        (f"{VENUE_TESTS}::test_sell__single_collection_and_trait_bids__net_proceeds_arrive",),
    ),
    Fault(
        "seaport-venue-minimum-ignored",
        VENUE,
        "        if (proceeds < minProceeds) revert INFTPool.ProceedsBelowMin(proceeds, minProceeds);\n",
        "",
        (f"{VENUE_TESTS}::test_sell__proceeds_at_the_limit_and_one_below",),
    ),
    Fault(
        "seaport-venue-unlocked",
        VENUE,
        """        bytes calldata data
    ) external nonReentrant returns (uint256 cost) {""",
        """        bytes calldata data
    ) external returns (uint256 cost) {""",
        (f"{VENUE_TESTS}::test_buy__token_that_reenters_the_venue__cannot_spend_what_was_drawn_for_another",),
    ),
    Fault(
        "seaport-contract-orders-taken",
        ORDERS,
        "        if (terms.orderType > LAST_ORDER_TYPE) revert OrderTypeRefused(terms.orderType);\n",
        "",
        (f"{VENUE_TESTS}::test_buy__order_made_up_by_a_contract__refused",),
    ),
    Fault(
        "seaport-exit-minimum-ignored",
        EXIT,
        "        if (net < minProceeds) revert ExitBelowMin(net, minProceeds);\n",
        "",
        (f"{EXIT_TESTS}::test_exit__net_at_the_minimum_and_one_above",),
    ),
    Fault(
        "seaport-exit-leaves-its-allowance",
        EXIT,
        "            asset.forceApprove(address(SEAPORT), 0);\n",
        "",
        (f"{EXIT_TESTS}::test_exit__every_kind_of_bid__pays_what_was_quoted",),
    ),
    Fault(
        "seaport-exit-quotes-another-counter",
        EXIT,
        "        if (bid.counter != SEAPORT.getCounter(terms.offerer)) return false;\n",
        "",
        (f"{EXIT_TESTS}::test_quote__cancelled_counter_expired_early__zero",),
    ),
    Fault(
        "seaport-exit-quotes-a-filled-bid",
        EXIT,
        "filled * bid.quantity + size <= size * bid.quantity",
        "filled * bid.quantity <= size * bid.quantity",
        (f"{EXIT_TESTS}::test_exit__bid_for_three__three_times_and_no_fourth",),
    ),
    Fault(
        "seaport-exit-quotes-without-money",
        EXIT,
        "return asset.balanceOf(offerer) >= gross && asset.allowance(offerer, spender) >= gross;",
        "return asset.balanceOf(offerer) + 1 >= gross && asset.allowance(offerer, spender) + 1 >= gross;",
        (f"{EXIT_TESTS}::test_quote__balance_and_allowance_exact_and_one_below",),
    ),
    Fault(
        "seaport-exit-quotes-before-fees",
        ORDERS,
        "return gross > fees ? gross - fees : 0;",
        "return gross;",
        (
            f"{EXIT_TESTS}::test_quote__fees_around_the_offer__never_below_zero",
            f"{EXIT_TESTS}::test_exit__every_kind_of_bid__pays_what_was_quoted",
        ),
    ),
    Fault(
        "seaport-open-at-its-end",
        ORDERS,
        "block.timestamp < terms.endTime",
        "block.timestamp <= terms.endTime",
        (
            f"{VENUE_TESTS}::test_buy__last_second_and_the_one_after",
            f"{EXIT_TESTS}::test_quote__cancelled_counter_expired_early__zero",
        ),
    ),
]
