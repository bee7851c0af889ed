"""Feed, oracle, aggregators, appraisals."""

from tests.mutants.fault import Fault

FEED, ORACLE = "contracts/pricing/SignedFloorFeed.sol", "contracts/pricing/FloorOracle.sol"
APPRAISALS, READER = "contracts/pricing/Appraisals.sol", "contracts/pricing/libraries/AggregatorReader.sol"
MEDIANS, DECAY = "contracts/pricing/libraries/Medians.sol", "contracts/pricing/libraries/Decay.sol"
UPDATE, REPORTS = "tests/unit/pricing/feed/test_update.py", "tests/unit/pricing/feed/test_reports.py"
AVERAGE, QUOTE = "tests/unit/pricing/feed/test_average.py", "tests/unit/pricing/oracle/test_quote.py"
SOURCES, RATE = "tests/unit/pricing/oracle/test_sources.py", "tests/unit/pricing/oracle/test_rate.py"
AGGREGATOR, BOOK = "tests/unit/pricing/test_aggregator_feed.py", "tests/unit/pricing/test_appraisals.py"

FAULTS = [
    Fault(
        "feed-quorum-minus-one",
        FEED,
        "if (live < b.quorum) revert QuorumMissing(live, b.quorum);",
        "if (live + 1 < b.quorum) revert QuorumMissing(live, b.quorum);",
        (f"{UPDATE}::test_update__fewer_reports_than_quorum__reverts",),
    ),
    Fault(
        "feed-item-quorum-minus-one",
        FEED,
        "if (used < b.quorum) return",
        "if (used + 1 < b.quorum) return",
        (f"{UPDATE}::test_update__spot_zero_or_absurd__ignored_and_others_proceed",),
    ),
    Fault(
        "feed-even-median-low",
        MEDIANS,
        "(values[half - 1] + values[half]) >> 1",
        "values[half - 1]",
        (f"{UPDATE}::test_update__odd_and_even_counts__mean_of_the_middle_two_rounded_down",),
    ),
    Fault(
        "feed-median-of-three-is-the-first",
        MEDIANS,
        "            m := xor(m, mul(xor(m, c), lt(c, m)))\n",
        "",
        (f"{UPDATE}::test_update__all_orders_of_three__same_median",),
    ),
    Fault(
        "feed-sale-of-half-is-a-sale",
        MEDIANS,
        "return 2 * present > n ? median : 0;",
        "return 2 * present >= n ? median : 0;",
        (f"{UPDATE}::test_update__sale_of_half_or_fewer__is_absent",),
    ),
    Fault(
        "feed-removed-reporter-counts",
        FEED,
        "if (!_isReporter[reporter]) {",
        "if (reporter == address(0)) {",
        (f"{REPORTS}::test_rotation__removed_between_signing_and_posting__his_signature_does_not_count",),
    ),
    Fault(
        "feed-reporter-twice",
        FEED,
        "if (reporter <= last) revert ReportersUnordered",
        "if (reporter < last) revert ReportersUnordered",
        (f"{REPORTS}::test_double__one_report_carried_twice__reverts",),
    ),
    Fault(
        "feed-replay-of-a-slot",
        FEED,
        "if (b.lastSlotAt >= b.slotAt) return _reject",
        "if (b.lastSlotAt > b.slotAt) return _reject",
        (f"{REPORTS}::test_replay__same_transaction_again__reverts",),
    ),
    Fault(
        "feed-slot-not-signed",
        FEED,
        "keccak256(abi.encode(REPORT_TYPEHASH, slotAt, itemsHash))",
        "keccak256(abi.encode(REPORT_TYPEHASH, slotAt * 0, itemsHash))",
        (f"{REPORTS}::test_replay__in_a_later_slot__signatures_do_not_fit",),
    ),
    Fault(
        "feed-first-price-without-band",
        FEED,
        "median > _feeds[id].high",
        "median > MAX_PRICE",
        (f"{UPDATE}::test_update__first_price__only_inside_the_band",),
    ),
    Fault(
        "feed-bound-a-unit-wide",
        FEED,
        "if (wanted > previous + move)",
        "if (wanted > previous + move + 1)",
        (f"{UPDATE}::test_update__at_the_bound__taken_and_beyond_it_clamped",),
    ),
    Fault(
        "feed-bound-without-cap",
        FEED,
        "WadMath.min(BOUND_BPS * (b.slotAt - b.lastSlotAt), MAX_BOUND_BPS * BOUND_SECONDS)",
        "WadMath.min(BOUND_BPS * (b.slotAt - b.lastSlotAt), WadMath.BPS * BOUND_SECONDS)",
        (f"{UPDATE}::test_update__at_the_bound__taken_and_beyond_it_clamped",),
    ),
    Fault(
        "feed-clamp-not-flagged",
        FEED,
        "rest | b.meta | RoundCodec.CLAMPED;",
        "rest | b.meta;",
        (f"{UPDATE}::test_update__after_a_clamped_round__flag_ends_with_the_next_honest_one",),
    ),
    Fault(
        "feed-average-of-the-new-spot",
        FEED,
        "Decay.towardsDown(last.avg(), spot, b.weightX64)",
        "Decay.towardsDown(last.avg(), median, b.weightX64)",
        (f"{AVERAGE}::test_average__integrates_the_previous_spot_not_the_new_one",),
    ),
    Fault(
        "feed-average-rounded-up",
        DECAY,
        "wX64 + type(uint64).max >> 64)",
        "wX64 >> 64)",
        ("tests/unit/pricing/feed/test_twin.py", AVERAGE),
    ),
    Fault(
        "oracle-bid-ignores-depth",
        ORACLE,
        "else if (s.depth < low) low = s.depth;",
        "else if (s.depth < low) low = low;",
        (f"{QUOTE}::test_quote__signals__bid_mid_ask",),
    ),
    Fault(
        "oracle-mid-without-cap",
        ORACLE,
        "if (mid > cap) mid = cap;",
        "if (mid > cap * 2) mid = cap;",
        (f"{QUOTE}::test_quote__signals__bid_mid_ask",),
    ),
    Fault(
        "oracle-ask-rounded-down",
        ORACLE,
        "(high * rateWad + div - 1) / div",
        "(high * rateWad) / div",
        (f"{QUOTE}::test_quote__odd_wei_and_rate__down_and_the_ask_up",),
    ),
    Fault(
        "oracle-stale-a-second-late",
        ORACLE,
        "if (live == 0 || halted || age > STALE_AFTER) {",
        "if (live == 0 || halted || age > STALE_AFTER + 1) {",
        (f"{RATE}::test_rate__older_than_its_heartbeat__degraded_then_stale",),
    ),
    Fault(
        "oracle-missing-source-unnoticed",
        ORACLE,
        "live != count || degraded",
        "live == 0 || degraded",
        (f"{QUOTE}::test_sources__some_dead__degraded_until_none_is_left",),
    ),
    Fault(
        "oracle-starved-source-is-dead",
        ORACLE,
        "if (available < FEED_GAS * 64 / 63 + 5_000) revert",
        "if (available < FEED_GAS / 640) revert",
        (f"{SOURCES}::test_hostile__caller_starves_a_slow_source__reverts_instead_of_calling_it_dead",),
    ),
    Fault(
        "oracle-believes-the-future",
        ORACLE,
        "r.asOf - 1 >= block.timestamp ||",
        "r.asOf == 0 ||",
        (f"{SOURCES}::test_hostile__times_from_the_future__dead_and_now_is_not_the_future",),
    ),
    Fault(
        "aggregator-incomplete-round-counts",
        READER,
        " || answeredIn < roundId) {",
        ") {",
        (f"{AGGREGATOR}::test_latest__incomplete_round__dead",),
    ),
    Fault(
        "aggregator-heartbeat-a-second-late",
        READER,
        "block.timestamp - at > heartbeat",
        "block.timestamp - at > heartbeat + 1",
        (f"{AGGREGATOR}::test_latest__older_than_the_heartbeat__late_with_its_value",),
    ),
    Fault(
        "appraisal-older-replaces-newer",
        APPRAISALS,
        "if (issuedAt <= standing) revert",
        "if (issuedAt < standing) revert",
        (f"{BOOK}::test_post_signed__newer_replaces_older_and_never_the_reverse",),
    ),
    Fault(
        "appraisal-lives-a-second-longer",
        APPRAISALS,
        "block.timestamp > expiresAt ||",
        "block.timestamp > expiresAt + 1 ||",
        (f"{BOOK}::test_units__at_expiry__end_with_that_second",),
    ),
    Fault(
        "appraisal-hashed-once",
        APPRAISALS,
        "keccak256(bytes.concat(keccak256(abi.encode(collection, tokenId, units, expiresAt))))",
        "keccak256(abi.encode(collection, tokenId, units, expiresAt))",
        (f"{BOOK}::test_post_proven__every_leaf_of_the_root__counts",),
    ),
]
