// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice What one feed knows about one collection. Amounts are wads of the feed's currency (ETH, or dollars when
/// flagged) per one NFT, rounded down; 0 means absent.
struct FeedReading {
    uint256 spot; // 0: the feed is dead for this collection
    uint256 avg; // time-weighted average of spot, extrapolated to now
    uint256 sale;
    uint256 depth;
    uint256 asOf; // when it was observed, unix seconds
    uint256 postedAt; // when it was posted, unix seconds
    uint256 confidenceBps; // 0 to 10,000
    uint256 flags; // FeedFlags
}

/// @title Meaning of `FeedReading.flags`
library FeedFlags {
    /// @notice The last move exceeded the bound and was clamped.
    uint256 internal constant CLAMPED = 1;
    /// @notice The values are the last ones known, but too old or not to be trusted now: the feed is not live.
    uint256 internal constant LATE = 2;
    /// @notice Amounts are dollars, not ETH.
    uint256 internal constant IN_USD = 4;
}

/// @title A source of floor prices in the currency of the market
/// @dev A key belongs to one collection for ever, so a reader may keep it and save a look-up.
interface IFloorFeed {
    /// @notice `collection` has no key in this feed.
    error UnknownToFeed(address collection);

    /// @notice The key of `collection`; reverts `UnknownToFeed` when there is none.
    function keyOf(address collection) external view returns (uint256 key);

    /// @notice The current reading under `key`; all zero for an unknown key. Never reverts.
    /// @dev The name makes it the first selector of a dispatcher, so that it is found at once.
    function latest(uint256 key) external view returns (FeedReading memory);
}
