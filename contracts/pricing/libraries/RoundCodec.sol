// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title One round of one collection in one word
/// @notice Prices are in units of 1e-8 ETH.
///
///     bits   0-43   spot
///     bits  44-87   average
///     bits  88-131  sale, 0 absent
///     bits 132-175  depth, 0 absent
///     bits 176-207  posted at, unix seconds
///     bits 208-219  posted at - slot time, seconds
///     bits 220-236  slot time - observed at, seconds, saturated
///     bits 237-250  confidence, bps
///     bit  251      clamped
///     bit  252      listed
library RoundCodec {
    uint256 internal constant MAX_PRICE = (1 << 44) - 1;
    uint256 internal constant MAX_DELAY = (1 << 12) - 1;
    uint256 internal constant MAX_AGE = (1 << 17) - 1;
    uint256 internal constant LISTED = 1 << 252;
    uint256 internal constant CLAMPED = 1 << 251;

    uint256 private constant AVG = 44;
    uint256 private constant SALE = 88;
    uint256 private constant DEPTH = 132;
    uint256 private constant POSTED = 176;
    uint256 private constant DELAY = 208;
    uint256 private constant AGE = 220;
    uint256 private constant CONFIDENCE = 237;
    uint256 private constant TIMES = uint256(type(uint32).max) << POSTED | MAX_DELAY << DELAY;

    /// @notice Spot and average, each at most `MAX_PRICE`.
    function packPrices(uint256 spot_, uint256 avg_) internal pure returns (uint256) {
        return spot_ | avg_ << AVG;
    }

    /// @notice A first spot, which is the average, too.
    function packFirst(uint256 spot_) internal pure returns (uint256) {
        return spot_ | spot_ << AVG;
    }

    /// @notice Sale and depth at most `MAX_PRICE`, `age` at most `MAX_AGE`, `confidence` at most 10,000.
    function packRest(uint256 sale_, uint256 depth_, uint256 age, uint256 confidence) internal pure returns (uint256) {
        return sale_ << SALE | depth_ << DEPTH | age << AGE | confidence << CONFIDENCE;
    }

    /// @notice Times of a listed round: posted before 2**32 (the year 2106), `delay` at most `MAX_DELAY`.
    function packTimes(uint256 posted, uint256 delay) internal pure returns (uint256) {
        return posted << POSTED | delay << DELAY | LISTED;
    }

    /// @notice The word in an event that tells the slot time: the feed id stands in the place of the posting time.
    function inEvent(uint256 round, uint256 id) internal pure returns (uint256) {
        return round & ~(uint256(type(uint32).max) << POSTED) | id << POSTED;
    }

    function spot(uint256 round) internal pure returns (uint256) {
        return round & MAX_PRICE;
    }

    function avg(uint256 round) internal pure returns (uint256) {
        return round >> AVG & MAX_PRICE;
    }

    function sale(uint256 round) internal pure returns (uint256) {
        return round >> SALE & MAX_PRICE;
    }

    function depth(uint256 round) internal pure returns (uint256) {
        return round >> DEPTH & MAX_PRICE;
    }

    function postedAt(uint256 round) internal pure returns (uint256) {
        return round >> POSTED & type(uint32).max;
    }

    function slotAt(uint256 round) internal pure returns (uint256) {
        unchecked {
            return postedAt(round) - (round >> DELAY & MAX_DELAY); // safe: a slot is never posted before its time
        }
    }

    function observedAt(uint256 round) internal pure returns (uint256) {
        unchecked {
            return slotAt(round) - (round >> AGE & MAX_AGE); // safe: slot times are past 1970 by more than MAX_AGE
        }
    }

    function confidenceBps(uint256 round) internal pure returns (uint256) {
        return round >> CONFIDENCE & 0x3fff;
    }

    function isClamped(uint256 round) internal pure returns (bool) {
        return round & CLAMPED != 0;
    }

    function isListed(uint256 round) internal pure returns (bool) {
        return round & LISTED != 0;
    }

    /// @notice Only the times of a round: what stays of it after a delisting.
    function timesOf(uint256 round) internal pure returns (uint256) {
        return round & TIMES;
    }
}
