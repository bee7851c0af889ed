"""Pool averages under the bid, exit depth under the credit cap."""

from tests.mutants.fault import Fault

FEED, ORACLE = "contracts/pricing/PoolTwapFeed.sol", "contracts/pricing/FloorOracle.sol"
LENS, BOOK = "contracts/periphery/DepthLens.sol", "contracts/lending/TierBook.sol"
TWAP, DEPTH = "tests/unit/pricing/test_pool_twap_feed.py", "tests/unit/periphery/test_depth_lens.py"

FAULTS = [
    Fault(
        "pool-feed-owned-pool",
        FEED,
        "INFTPool(pool_).kind() != PoolKind.Shared",
        "INFTPool(pool_).kind() == PoolKind.Buy",
        (f"{TWAP}::test_constructor__owned_pool__reverts",),
    ),
    Fault(
        "pool-feed-foreign-pool",
        FEED,
        "if (!INFTPoolFactory(factory).isPool(pool_)) revert NotASharedPool(pool_);\n",
        "factory;\n",
        (f"{TWAP}::test_constructor__pool_of_another_factory__reverts",),
    ),
    Fault(
        "pool-feed-thin-within-the-span",
        FEED,
        "|| c.at < thickSince",
        "",
        (f"{TWAP}::test_average__thick_since_the_start_of_the_span",),
    ),
    Fault(
        "pool-feed-span-too-short",
        FEED,
        "|| c.at > latest) continue",
        "|| c.at > block.timestamp) continue",
        (f"{TWAP}::test_average__random_lives__equals_the_model",),
    ),
    Fault(
        "pool-feed-span-too-long",
        FEED,
        "c.at < earliest || ",
        "",
        (f"{TWAP}::test_average__nobody_poked__span_up_to_twice_the_window",),
    ),
    Fault(
        "pool-feed-raises-the-bid",
        ORACLE,
        "if (ok && average != 0 && average < q.bid) q.bid = average;",
        "if (ok && average != 0) q.bid = average;",
        (f"{TWAP}::test_quote__pool_average__lowers_the_bid_and_nothing_else",),
    ),
    Fault(
        "pool-feed-absence-is-a-price",
        ORACLE,
        "ok && average != 0 && average < q.bid",
        "ok && average < q.bid",
        (f"{TWAP}::test_quote__pool_feed_dead_or_stale__as_if_there_were_none",),
    ),
    Fault(
        "pool-feed-starved-is-caught",
        ORACLE,
        "        BoundedCall.exhaustUnless(POOL_FEED_GAS);\n",
        "",
        (f"{TWAP}::test_quote__too_little_gas__is_no_missing_price_to_a_caller_that_catches",),
    ),
    Fault(
        "pool-feed-outlives-its-listing",
        ORACLE,
        "        delete _poolFeeds[collection];\n",
        "",
        (f"{TWAP}::test_set_sources__keeps_the_pool_feed__delist_and_own_price_drop_it",),
    ),
    Fault(
        "depth-three-readings",
        LENS,
        "MIN_READINGS = 4",
        "MIN_READINGS = 3",
        (f"{DEPTH}::test_depth_units__three_readings__nothing_four__something",),
    ),
    Fault(
        "depth-reading-of-a-day-ago-counts",
        LENS,
        "_at(reading) + READING_LASTS <= block.timestamp",
        "_at(reading) + READING_LASTS < block.timestamp",
        (f"{DEPTH}::test_depth_units__reading_of_exactly_24_hours__is_over",),
    ),
    Fault(
        "depth-reading-raised-within-the-hour",
        LENS,
        "fresh || units < _units(last)",
        "fresh || units != _units(last)",
        (f"{DEPTH}::test_poke__within_the_hour__lowers_and_never_raises",),
    ),
    Fault(
        "depth-reading-too-early",
        LENS,
        "block.timestamp >= _at(last) + READING_EVERY",
        "block.timestamp + 1 >= _at(last) + READING_EVERY",
        (f"{DEPTH}::test_poke__an_hour_after_the_last__is_a_new_reading",),
    ),
    Fault(
        "depth-of-now-ignored",
        LENS,
        "level.min(_depth(collection, tier).units)",
        "level",
        (f"{DEPTH}::test_depth_units__falls_at_once_without_a_poke",),
    ),
    Fault(
        "depth-least-of-a-day-ignored",
        LENS,
        "level.min(ceiling.min(lowest) * WadMath.WAD)",
        "level.min(ceiling * WadMath.WAD)",
        (f"{DEPTH}::test_bid__placed_and_withdrawn__raises_the_cap_by_zero",),
    ),
    Fault(
        "depth-rises-at-once",
        LENS,
        "bpsDown(RISE_BPS_PER_DAY)",
        "bpsDown(10 * RISE_BPS_PER_DAY)",
        (f"{DEPTH}::test_depth_units__rises_a_tenth_of_the_ceiling_a_day",),
    ),
    Fault(
        "depth-rises-without-readings",
        LENS,
        "if (readings >= MIN_READINGS) {",
        "if (readings != 0) {",
        (f"{DEPTH}::test_depth_units__random_lives__equals_the_model_and_keeps_the_rule",),
    ),
    Fault(
        "depth-least-price-rounded-down",
        LENS,
        "q.mid.bpsUp(",
        "q.mid.bpsDown(",
        (f"{DEPTH}::test_depth_now__price_at_the_deepest_standard_discount__counts",),
    ),
    Fault(
        "depth-same-bid-twice",
        LENS,
        "(d.pools + d.bids).max(d.signed)",
        "(d.pools + d.bids + d.signed)",
        (f"{DEPTH}::test_depth_now__reported_depth_at_the_discount__three_pieces",),
    ),
    Fault(
        "depth-silent-market-is-read-as-empty",
        LENS,
        "if (!parts.complete) revert DepthUnknown(collection);",
        "",
        (f"{DEPTH}::test_depth_now__hostile_market__counts_as_empty_and_is_not_read",),
    ),
    Fault(
        "depth-cap-above-the-governed-number",
        BOOK,
        "return governed.min(abi.decode(answer, (uint256)));",
        "return abi.decode(answer, (uint256));",
        (f"{DEPTH}::test_borrow__source_of_any_answer__never_above_the_governed_number",),
    ),
    Fault(
        "depth-asked-by-exits",
        BOOK,
        "            if (behind == 0) continue;\n",
        "            if (behind == 0) _creditCap(p, tier.creditCapUnits);\n"
        "            if (behind == 0) continue;\n",
        (f"{DEPTH}::test_borrow__source_fails__named_error_and_every_exit_open",),
    ),
]
