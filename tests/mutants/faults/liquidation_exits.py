"""Settling into exits, the settler's tip, standing bids, pool exit and taker."""

from tests.mutants.fault import Fault

AUCTION = "contracts/liquidation/LiquidationAuction.sol"
BIDS = "contracts/liquidation/StandingBids.sol"
VAULT = "contracts/lending/LendingVault.sol"
EXIT = "contracts/periphery/exits/PoolExit.sol"
TAKER = "contracts/periphery/PoolTaker.sol"
SELLER = "contracts/periphery/PoolSeller.sol"
SETTLE = "tests/unit/liquidation/test_settle_into.py"
ROOM = "tests/regression/test_bid_room.py"
BOOK = "tests/unit/liquidation/test_standing_bids.py"
POOL = "tests/unit/periphery/test_pool_exit.py"
TAKE = "tests/unit/periphery/test_pool_taker.py"

FAULTS = [
    Fault(
        "exit-unlisted-venue-served",
        AUCTION,
        "if (!isExit[venue]) revert ExitNotListed(venue);",
        "",
        (f"{SETTLE}::test_settle_into__exit_not_listed__refused",),
    ),
    Fault(
        "exit-receipt-one-short",
        AUCTION,
        "if (proceeds < wanted) revert ProceedsTooLow(proceeds, wanted);",
        "if (proceeds + 1 < wanted) revert ProceedsTooLow(proceeds, wanted);",
        (f"{SETTLE}::test_settle_into__receipt_around_the_price__boundary",),
    ),
    Fault(
        "exit-callers-minimum-ignored",
        AUCTION,
        "uint256 wanted = price.max(minProceeds);",
        "uint256 wanted = price;",
        (f"{SETTLE}::test_settle_into__receipt_around_the_callers_minimum__boundary",),
    ),
    Fault(
        "exit-price-ignored",
        AUCTION,
        "uint256 wanted = price.max(minProceeds);",
        "uint256 wanted = minProceeds;",
        (f"{SETTLE}::test_settle_into__receipt_around_the_price__boundary",),
    ),
    Fault(
        "exit-venue-believed",
        AUCTION,
        "IExitVenue(venue).exit(collection, tokenId, payTo, wanted, data);",
        "uint256 told = IExitVenue(venue).exit(collection, tokenId, payTo, wanted, data);\n"
        "        if (told > wanted) before = before.zeroFloorSub(told);",
        (f"{SETTLE}::test_settle_into__venue_lies_about_net__what_arrived_counts",),
    ),
    Fault(
        "exit-auction-stays-after-settlement",
        AUCTION,
        "        delete _auctions[collection][tokenId];\n\n"
        "        address payTo = SELLER.release(collection, tokenId, venue);",
        "        address payTo = SELLER.release(collection, tokenId, venue);",
        (f"{SETTLE}::test_settle_into__two_keepers_two_venues_one_block__second_fails_cleanly",),
    ),
    Fault(
        "exit-settler-unpaid",
        AUCTION,
        "SELLER.settled(collection, tokenId, proceeds, msg.sender);",
        "SELLER.settled(collection, tokenId, proceeds, address(0));",
        (f"{SETTLE}::test_settle_into__all_for_the_account__debt_then_surplus",),
    ),
    Fault(
        "exit-taker-tipped-as-settler",
        AUCTION,
        "SELLER.settled(collection, tokenId, proceeds, address(0));",
        "SELLER.settled(collection, tokenId, proceeds, msg.sender);",
        (f"{SETTLE}::test_settle_into__taken_auction__pays_no_settler",),
    ),
    Fault(
        "exit-anyone-lists",
        AUCTION,
        "function setExit(address venue, bool listed) external restricted {",
        "function setExit(address venue, bool listed) external {",
        (f"{SETTLE}::test_set_exit__governance__lists_and_unlists",),
    ),
    Fault(
        "exit-tips-add-up-higher",
        VAULT,
        "startTip = repaid.bpsDown(START_TIP_BPS).min(most).zeroFloorSub(settleTip);",
        "startTip = repaid.bpsDown(START_TIP_BPS).min(most);",
        (f"{SETTLE}::test_settle_into__tip_at_its_cap__boundary",),
    ),
    Fault(
        "exit-tip-uncapped",
        VAULT,
        "settleTip = repaid.bpsDown(SETTLE_TIP_BPS).min(most);",
        "settleTip = repaid.bpsDown(SETTLE_TIP_BPS);",
        (f"{SETTLE}::test_settle_into__tip_at_its_cap__boundary",),
    ),
    Fault(
        "exit-tip-beyond-the-surplus",
        VAULT,
        "settleTip = settleTip.min(most);",
        "most = most.max(settleTip);",
        (f"{SETTLE}::test_settle_into__surplus_below_all_tips__settler_first_never_the_suppliers",),
    ),
    Fault(
        "bid-anyone-sells",
        BIDS,
        "if (msg.sender != AUCTION) revert CommonErrors.Unauthorized(msg.sender);",
        "",
        (f"{BOOK}::test_exit__stranger__refused",),
    ),
    Fault(
        "bid-price-rounded-up",
        BIDS,
        "return worth.bpsDown(rung.priceBps).min(rung.maxPrice);",
        "return worth.bpsUp(rung.priceBps).min(rung.maxPrice);",
        ("tests/python/models/test_standing_bids.py::test_book__random_life__equals_the_chain",),
    ),
    Fault(
        "bid-maximum-ignored",
        BIDS,
        "return worth.bpsDown(rung.priceBps).min(rung.maxPrice);",
        "return worth.bpsDown(rung.priceBps);",
        (f"{BOOK}::test_exit__absolute_maximum__binds",),
    ),
    Fault(
        "bid-youngest-first",
        BIDS,
        "return px == py ? x.bidId < y.bidId : px > py;",
        "return px == py ? x.bidId > y.bidId : px > py;",
        (f"{BOOK}::test_exit__equal_prices__first_come",),
    ),
    Fault(
        "bid-place-decides-among-equals",
        BIDS,
        "return px == py ? x.bidId < y.bidId : px > py;",
        "return px > py;",
        ("tests/python/models/test_standing_bids.py::test_book__random_life__equals_the_chain",),
    ),
    Fault(
        "bid-expired-served",
        BIDS,
        "return block.timestamp >= rung.endsAt;",
        "return block.timestamp > rung.endsAt;",
        (f"{BOOK}::test_expiry__second_it_falls_on__fills_no_more",),
    ),
    Fault(
        "bid-cancel-at-once",
        BIDS,
        "uint256(rung.endsAt).min(block.timestamp + CANCEL_DELAY)",
        "uint256(rung.endsAt).min(block.timestamp)",
        (f"{BOOK}::test_cancel__takes_effect_after_a_day__fillable_until_then",),
    ),
    Fault(
        "bid-cancel-lengthens",
        BIDS,
        "uint256(rung.endsAt).min(block.timestamp + CANCEL_DELAY)",
        "block.timestamp + CANCEL_DELAY",
        (f"{BOOK}::test_cancel__expiry_is_nearer__does_not_lengthen_it",),
    ),
    Fault(
        "bid-cancelled-counts-as-depth",
        BIDS,
        "if (!rung.cancelled && !_isOver(rung) && _price(rung, worth) >= minPrice)",
        "if (!_isOver(rung) && _price(rung, worth) >= minPrice)",
        (f"{BOOK}::test_cancel__takes_effect_after_a_day__fillable_until_then",),
    ),
    Fault(
        "bid-short-life-skips-the-delay",
        BIDS,
        "expiresAt, block.timestamp + CANCEL_DELAY, block.timestamp + MAX_LIFE",
        "expiresAt, block.timestamp + 1, block.timestamp + MAX_LIFE",
        (f"{BOOK}::test_place__fields_at_their_bounds__boundary",),
    ),
    Fault(
        "bid-equal-one-displaces",
        BIDS,
        "if (_price(rung, worth) <= _price(all[worst], worth)) revert",
        "if (_price(rung, worth) < _price(all[worst], worth)) revert",
        (f"{BOOK}::test_place__full_book__only_a_better_one_displaces_the_worst",),
    ),
    Fault(
        "bid-displaced-uncredited",
        BIDS,
        "if (assets != 0) _credits[bidder] += assets;",
        "",
        (f"{BOOK}::test_place__full_book__only_a_better_one_displaces_the_worst",),
    ),
    Fault(
        "bid-refund-forgotten",
        BIDS,
        "            _credits[bidder] += saved;\n",
        "",
        (f"{BOOK}::test_exit__best_bid__pays_bps_of_value_and_gets_the_rest_back",),
    ),
    Fault(
        "bid-deposit-unmeasured",
        BIDS,
        "if (arrived < wanted) revert BidUnderfunded(arrived, wanted);",
        "",
        (f"{BOOK}::test_place__asset_takes_a_fee__refused",),
    ),
    Fault(
        "bid-served-while-stale",
        BIDS,
        "return q.state == OracleState.Stale ? 0 : q.spot.mulDivDown(units, UNITS_PER_FLOOR);",
        "return q.spot.mulDivDown(units, UNITS_PER_FLOOR);",
        (f"{BOOK}::test_exit__stale_price__no_bid_is_served",),
    ),
    Fault(
        "bid-nft-claimed-by-anyone",
        BIDS,
        "if (_owed[collection][tokenId] != msg.sender) revert NftNotOwed(collection, tokenId, msg.sender);",
        "",
        (f"{BOOK}::test_exit__best_bid__pays_bps_of_value_and_gets_the_rest_back",),
    ),
    Fault(
        "pool-exit-serves-anyone",
        EXIT,
        "if (msg.sender != AUCTION) revert CommonErrors.Unauthorized(msg.sender);",
        "",
        (f"{POOL}::test_exit__anyone_else__refused",),
    ),
    Fault(
        "pool-exit-any-pool",
        SELLER,
        "if (!FACTORY.isPool(pool)) revert IPoolVenue.UnknownPool(pool);",
        "",
        (f"{POOL}::test_exit__no_pool_of_the_factory__refused",),
    ),
    Fault(
        "pool-taker-least-profit-ignored",
        TAKER,
        "uint256 wanted = price + _minProfit;",
        "uint256 wanted = price;",
        (f"{TAKE}::test_take_into__least_profit__boundary",),
    ),
    Fault(
        "pool-taker-pays-out-what-lay-there",
        TAKER,
        "if (profit != 0) ASSET.safeTransfer(receiver, profit);",
        "if (profit != 0) ASSET.safeTransfer(receiver, ASSET.balanceOf(address(this)));",
        (f"{TAKE}::test_take_into__asset_sent_before__is_nobodys_profit",),
    ),
    Fault(
        "pool-taker-callback-open",
        TAKER,
        "if (msg.sender != address(AUCTION) || venue == address(0)) revert",
        "if (venue == address(0) && msg.sender == address(AUCTION)) revert",
        (f"{TAKE}::test_on_take__not_from_the_auction__refused",),
    ),
    Fault(
        "exit-large-bid-displaced-by-small",
        BIDS,
        "            if (all[i].quantity > rung.quantity) continue;\n",
        "",
        (f"{ROOM}::test_place__full_book_and_fewer_than_the_worst_bid_takes__displaces_nothing",),
    ),
]
