"""Pools, their curves and their factory."""

from tests.mutants.fault import Fault

POOL = "contracts/market/NFTPool.sol"
FACTORY = "contracts/market/NFTPoolFactory.sol"
SWAP = "contracts/market/libraries/SwapMath.sol"
LISTS = "contracts/market/libraries/TokenLists.sol"
LINEAR = "contracts/market/curves/LinearCurve.sol"
EXPONENTIAL = "contracts/market/curves/ExponentialCurve.sol"
PRODUCT = "contracts/market/curves/ConstantProductCurve.sol"
BUY, SELL = "tests/unit/market/test_buy.py", "tests/unit/market/test_sell.py"
SHARED, OWNED = "tests/unit/market/test_shared.py", "tests/unit/market/test_owned.py"
TWIN = "tests/unit/market/test_twin.py"
MADE = "tests/unit/market/test_factory.py"
ATTACKS = "tests/unit/attacks/test_pool_attacks.py"
REGRESSION = "tests/regression/test_pool_shares.py"
LOCK = "tests/regression/test_pool_lock.py"
CURVES = "tests/python/models/test_curves.py"
DUST = "tests/regression/test_pool_shares.py"

FAULTS = [
    Fault(
        "market-fee-rounded-down",
        SWAP,
        "return (price * bps + BPS - 1) / BPS;",
        "return price * bps / BPS;",
        (f"{SELL}::test_sell__price_that_fees_would_eat__named_error",),
    ),
    Fault(
        "market-buy-payment-not-measured",
        POOL,
        "        if (arrived < cost) revert ShortPayment(arrived, cost);\n",
        "        arrived;\n",
        (f"{BUY}::test_buy__with_a_fee_asset__short_payment",),
    ),
    Fault(
        "market-buy-limit-off-by-one",
        POOL,
        "if (cost > maxCost) revert CostAboveMax(cost, maxCost);",
        "if (cost > maxCost + 1) revert CostAboveMax(cost, maxCost);",
        (f"{BUY}::test_buy__cost_at_the_limit__passes_and_one_unit_less_reverts",),
    ),
    Fault(
        "market-deadline-a-second-early",
        POOL,
        "if (block.timestamp > deadline)",
        "if (block.timestamp >= deadline)",
        (f"{BUY}::test_buy__at_the_deadline__passes_and_a_second_later_reverts",),
    ),
    Fault(
        "market-own-includes-protocol-fees",
        POOL,
        "return ASSET.balanceOf(address(this)).zeroFloorSub(_feesOf(hot));\n    }\n\n    function _quoteBuy",
        "return ASSET.balanceOf(address(this));\n    }\n\n    function _quoteBuy",
        (f"{OWNED}::test_drain__more_than_the_pools_own__reverts",),
    ),
    Fault(
        "market-carried-fees-forgotten",
        POOL,
        "            _carriedFees += fees;\n",
        "            _carriedFees = fees;\n",
        (f"{OWNED}::test_swaps__protocol_fees_of_18_decimals__are_carried_over",),
    ),
    Fault(
        "market-sold-nft-may-be-the-pools",
        POOL,
        "            TokenLists.requireForeign(t.collection, tokenIds);\n            ASSET",
        "            ASSET",
        (f"{ATTACKS}::test_sell__of_the_pools_own_nfts_in_a_callback__reverts",),
    ),
    Fault(
        "market-delivery-unchecked",
        POOL,
        "            TokenLists.requireHeld(t.collection, tokenIds);\n        }\n        _payRoyalties",
        "        }\n        _payRoyalties",
        (f"{ATTACKS}::test_sell__in_a_callback_without_delivering__reverts",),
    ),
    Fault(
        "market-duplicates-allowed",
        LISTS,
        "if (tokenIds[i] == tokenIds[j]) revert",
        "if (false) revert",
        (f"{ATTACKS}::test_sell__one_nft_named_twice_in_a_callback__reverts",),
    ),
    Fault(
        "market-list-leaf-hashed-once",
        LISTS,
        "keccak256(bytes.concat(keccak256(abi.encode(tokenIds[i]))))",
        "keccak256(abi.encode(tokenIds[i]))",
        (f"{SELL}::test_sell__to_a_pool_with_a_list__only_what_is_on_it",),
    ),
    Fault(
        "market-list-ignored",
        LISTS,
        "if (!MerkleProof.verifyCalldata(proofs[i], root, leaf)) revert",
        "if (leaf == 0) revert",
        (f"{SELL}::test_sell__to_a_pool_with_a_list__only_what_is_on_it",),
    ),
    Fault(
        "market-views-open-in-a-callback",
        POOL,
        "    modifier unlocked() {\n        if (_locked != 0) revert CommonErrors.GroupLocked();\n",
        "    modifier unlocked() {\n",
        (f"{ATTACKS}::test_trader__calls_back_from_its_callback__finds_everything_closed",),
    ),
    Fault(
        "market-deposit-rounded-down",
        POOL,
        "assets = uint256(book_.assets).mulDivUp(count, book_.nfts);",
        "assets = uint256(book_.assets).mulDivDown(count, book_.nfts);",
        (f"{TWIN}::test_pool__random_history__equals_the_model",),
    ),
    Fault(
        "market-gifts-count",
        POOL,
        "if (t.kind == PoolKind.Shared) return _ledger.assets;",
        "if (t.kind == PoolKind.Shared) return ASSET.balanceOf(address(this));",
        (f"{SHARED}::test_shared__gifts__move_neither_shares_nor_reserves",),
    ),
    Fault(
        "market-past-takes-the-price-of-now",
        POOL,
        "            _remember(t, hot);\n            Ledger memory book_ = _ledger;\n"
        "            _keep(t, q, book_.assets + q.price",
        "            Ledger memory book_ = _ledger;\n            _keep(t, q, book_.assets + q.price",
        (f"{SHARED}::test_observe__adds_the_price_left_by_the_block_before",),
    ),
    Fault(
        "market-thin-for-a-block-forgiven",
        POOL,
        "if (!thick) _past.thickSince = 0;",
        "if (!thick && nfts == 0) _past.thickSince = 0;",
        (f"{SHARED}::test_observe__thick_only_without_a_gap",),
    ),
    Fault(
        "market-cash-in-lieu-without-fees",
        SWAP,
        "return price.zeroFloorSub(feeUp(price, feeBps) + feeUp(price, t.protocolFeeBps));",
        "return price.zeroFloorSub(0 * (feeBps + t.protocolFeeBps));",
        (f"{SHARED}::test_remove_liquidity__a_fraction__cash_at_the_pools_own_bid_net_of_fees",),
    ),
    Fault(
        "market-dust-may-be-added-to",
        POOL,
        "if (supply != 0 && supply < LEAST_SUPPLY) revert",
        "if (false) revert",
        (f"{REGRESSION}::test_add_liquidity__to_a_dust_of_shares__refused",),
    ),
    Fault(
        "market-shared-on-any-curve",
        FACTORY,
        "if (terms.kind == PoolKind.Shared) ICurve(terms.curve).scale(",
        "if (false) ICurve(terms.curve).scale(",
        (f"{MADE}::test_create__shared_with_prices_that_cannot_follow_liquidity__refused",),
    ),
    Fault(
        "market-creator-not-in-the-address",
        FACTORY,
        "keccak256(abi.encode(creator, terms.salt,",
        "keccak256(abi.encode(creator == address(0), terms.salt,",
        (f"{MADE}::test_create__the_same_terms_again__reverts_and_another_salt_is_another_pool",),
    ),
    Fault(
        "market-initialize-open",
        POOL,
        "uint256 feeBps) external onlyFactory {",
        "uint256 feeBps) external {",
        (f"{MADE}::test_is_pool__clones_by_others_and_plain_addresses__are_not",),
    ),
    Fault(
        "market-linear-bid-a-step-high",
        LINEAR,
        "delta * (count * (count + 1) / 2)",
        "delta * (count * (count - 1) / 2)",
        (f"{CURVES}::test_curve__any_numbers__model_equals_the_chain",),
    ),
    Fault(
        "market-exponential-rounded-down",
        EXPONENTIAL,
        "newSpot = (newSpot * delta + WAD - 1) / WAD;",
        "newSpot = newSpot * delta / WAD;",
        (f"{CURVES}::test_curve__any_numbers__model_equals_the_chain",),
    ),
    Fault(
        "market-product-rounded-down",
        PRODUCT,
        "newSpot = (spot * delta + newDelta - 1) / newDelta; // 88 + 88 bits\n        if (newSpot > MAX)",
        "newSpot = spot * delta / newDelta; // 88 + 88 bits\n        if (newSpot > MAX)",
        (f"{CURVES}::test_curve__any_numbers__model_equals_the_chain",),
    ),
    Fault(
        "market-fractions-at-one-price",
        POOL,
        "        if (cashed >= CASHED_NFT) {\n            cashed -= CASHED_NFT;\n            try",
        "        if (cashed >= CASHED_NFT) {\n            cashed -= CASHED_NFT;\n            if (false) try",
        (f"{REGRESSION}::test_remove_liquidity__in_fractions__sells_along_the_curve",),
    ),
    Fault(
        "market-observe-locked",
        POOL,
        "function observe() external view returns",
        "function observe() external view unlocked returns",
        (f"{LOCK}::test_quote__inside_a_trade_of_the_pool__bid_is_held_down_as_before",),
    ),
    Fault(
        "market-past-price-uncut",
        POOL,
        "ICurve(t.curve).priceOf(hot.spot, hot.delta).min(type(uint88).max);",
        "ICurve(t.curve).priceOf(hot.spot, hot.delta);",
        (f"{DUST}::test_remove_liquidity__at_a_price_beyond_what_a_sum_holds__goes_out",),
    ),
]
