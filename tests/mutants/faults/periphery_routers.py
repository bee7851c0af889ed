"""Routers, till and pool venue: who may draw, how much, and what is measured afterwards."""

from tests.mutants.fault import Fault

CALLER = "contracts/periphery/VenueCaller.sol"
ROUTER = "contracts/periphery/MarketRouter.sol"
TILL = "contracts/periphery/MarketTill.sol"
LOANS = "contracts/periphery/LoanRouter.sol"
POOLS = "contracts/periphery/venues/PoolVenue.sol"
UNIT = "tests/unit/periphery"
PLAN, LOAN, POOL = (f"{UNIT}/test_{name}.py" for name in ("market_router", "loan_router", "pool_venue"))

FAULTS = [
    Fault(
        "router-anyone-draws-assets",
        CALLER,
        """        if (msg.sender != _venue) revert CommonErrors.Unauthorized(msg.sender);
        uint256 left = _left;""",
        "        uint256 left = _left;",
        (f"{PLAN}::test_draw__by_anyone_but_the_venue_in_progress__refused",),
    ),
    Fault(
        "router-draw-one-above-the-limit",
        CALLER,
        "if (assets > left) revert DrawAboveLimit(assets, left);",
        "if (assets > left + 1) revert DrawAboveLimit(assets, left);",
        (f"{PLAN}::test_buy__limit_of_a_fill",),
    ),
    Fault(
        "router-draw-not-counted",
        CALLER,
        "            _left = left - assets; // checked above\n",
        "            _left = left; // checked above\n",
        (f"{PLAN}::test_buy__three_legs__trader_pays_the_maker_and_owns_all",),
    ),
    Fault(
        "router-limit-outlives-its-fill",
        CALLER,
        "(_venue, _left) = (address(0), 0);",
        "_venue = address(0);",
        (f"{PLAN}::test_sale__after_a_purchase_in_one_transaction__draws_no_assets",),
    ),
    Fault(
        "router-any-nfts-drawn",
        CALLER,
        "if (keccak256(abi.encode(collection, tokenIds)) != _nfts) revert WrongNftsDrawn(collection);",
        "if (_nfts == 0) revert WrongNftsDrawn(collection);",
        (f"{PLAN}::test_sell__venue_that_cheats__all_undone",),
    ),
    Fault(
        "router-plan-limit-ignored",
        CALLER,
        "uint256 most = fill.limit < budget ? fill.limit : budget;",
        "uint256 most = fill.limit;",
        (f"{PLAN}::test_buy__total_limit",),
    ),
    Fault(
        "router-believes-that-it-was-delivered",
        CALLER,
        "if (IERC721(collection).ownerOf(ids[i]) != receiver) revert IMarketRouter.VenueCheated(venue);",
        "if (receiver == address(0)) revert IMarketRouter.VenueCheated(venue);",
        (f"{PLAN}::test_buy__venue_that_delivers_nothing__all_undone",),
    ),
    Fault(
        "router-buys-what-the-receiver-owns",
        CALLER,
        "if (IERC721(collection).ownerOf(ids[i]) == receiver) revert",
        "if (IERC721(collection).ownerOf(ids[i]) == address(0)) revert",
        (f"{PLAN}::test_buy__token_the_receiver_owns_already__refused",),
    ),
    Fault(
        "router-proceeds-not-compared",
        CALLER,
        "        if (proceeds < fill.limit) revert IMarketRouter.VenueCheated(fill.venue);\n",
        "",
        (f"{PLAN}::test_sell__limit_of_a_fill",),
    ),
    Fault(
        "router-venue-not-looked-up",
        CALLER,
        "        if (!_isListed(venue)) revert IMarketRouter.VenueNotListed(venue);\n",
        "",
        (f"{PLAN}::test_venue__not_listed_or_no_longer__refused",),
    ),
    Fault(
        "router-fill-run-by-anyone",
        CALLER,
        """        if (msg.sender != address(this)) revert CommonErrors.Unauthorized(msg.sender);
        return _buyFill""",
        "        return _buyFill",
        (f"{PLAN}::test_alone__called_by_anyone__refused",),
    ),
    Fault(
        "router-no-lock",
        ROUTER,
        "        if (_trader != address(0)) revert CommonErrors.GroupLocked();\n",
        "",
        (
            f"{PLAN}::test_venue__reenters_everything__every_entry_is_closed",
            f"{PLAN}::test_nft__reenters_from_its_transfer__every_entry_is_closed",
        ),
    ),
    Fault(
        "router-deadline-a-second-early",
        ROUTER,
        "if (block.timestamp > deadline)",
        "if (block.timestamp >= deadline)",
        (f"{PLAN}::test_deadline__last_second_counts",),
    ),
    Fault(
        "router-sale-below-the-total",
        ROUTER,
        "        if (total < minTotal) revert TotalBelowMin(total, minTotal);\n",
        "",
        (f"{PLAN}::test_sell__total_limit",),
    ),
    Fault(
        "router-dead-leg-takes-all-gas",
        ROUTER,
        "address(this).tryCall(0, stipend, REASON_BYTES, call)",
        "address(this).tryCall(0, gasleft() + 0 * stipend, REASON_BYTES, call)",
        (f"{PLAN}::test_buy__leg_that_burns_gas__takes_no_more_than_its_share",),
    ),
    Fault(
        "till-open-to-all",
        TILL,
        "if (msg.sender != MARKET_ROUTER && msg.sender != LOAN_ROUTER) revert",
        "if (msg.sender == address(0)) revert",
        (f"{PLAN}::test_till__called_by_anyone__refused",),
    ),
    Fault(
        "loans-floor-may-fall",
        LOANS,
        "uint256 move = price > seen ? price - seen : seen - price;",
        "uint256 move = price > seen ? price - seen : 0;",
        (f"{LOAN}::test_buy_with_loan__floor_moved",),
    ),
    Fault(
        "loans-floor-compared-wrongly",
        LOANS,
        "if (move * BPS > seen * maxMoveBps)",
        "if (move * BPS >= seen * maxMoveBps && move != 0)",
        (f"{LOAN}::test_buy_with_loan__floor_moved",),
    ),
    Fault(
        "loans-anyone-sells",
        LOANS,
        "if (msg.sender != account && !OPERATORS.isOperator(account, msg.sender))",
        "if (account == address(0))",
        (f"{LOAN}::test_sell_and_repay__by_an_operator__owner_gets_the_rest",),
    ),
    Fault(
        "loans-rest-goes-to-the-caller",
        LOANS,
        "if (rest != 0) _payOut(account, rest);",
        "if (rest != 0) _payOut(msg.sender, rest);",
        (f"{LOAN}::test_sell_and_repay__by_an_operator__owner_gets_the_rest",),
    ),
    Fault(
        "loans-rest-before-the-debt",
        LOANS,
        "        if (rest != 0) DESK.repay(rest, account);\n",
        "",
        (f"{LOAN}::test_sell_and_repay__debt_above_the_proceeds__all_of_them_are_repaid",),
    ),
    Fault(
        "loans-allowance-left",
        LOANS,
        "        ASSET.forceApprove(address(VAULT), 0);\n",
        "",
        (f"{LOAN}::test_sell_and_repay__proceeds_above_the_debt__rest_is_the_owners",),
    ),
    Fault(
        "loans-refusing-owner-blocks-the-sale",
        LOANS,
        "if (ASSET.trySafeTransfer(account, assets)) return;",
        "ASSET.safeTransfer(account, assets);",
        (f"{LOAN}::test_sell_and_repay__owner_whom_the_asset_refuses__rest_becomes_his_deposit",),
    ),
    Fault(
        "loans-callback-from-anyone",
        LOANS,
        "if (msg.sender != address(DESK) || account != _account)",
        "if (account == address(0))",
        (f"{LOAN}::test_on_act__called_by_anyone__refused",),
    ),
    Fault(
        "pools-of-anyone",
        POOLS,
        "        if (!FACTORY.isPool(pool)) revert UnknownPool(pool);\n",
        "",
        (f"{POOL}::test_pool__of_another_factory__refused",),
    ),
    Fault(
        "pools-callback-from-anyone",
        POOLS,
        """        if (msg.sender != _pool) revert CommonErrors.Unauthorized(msg.sender);
        IMarketPayer""",
        "        IMarketPayer",
        (f"{POOL}::test_callbacks__from_anyone_but_the_pool_in_progress__refused",),
    ),
    Fault(
        "pools-collection-not-compared",
        POOLS,
        "        if (trades != collection) revert WrongCollection(trades, collection);\n",
        "",
        (f"{POOL}::test_pool__of_another_collection__refused",),
    ),
]
