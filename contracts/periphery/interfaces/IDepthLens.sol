// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IExitDepth} from "../../lending/interfaces/IExitDepth.sol";

/// @notice What a collection could be sold into now, units of 1/100 floor piece.
struct DepthParts {
    uint256 minPrice; // what each NFT must fetch, asset units: mid less the deepest standard discount, rounded up
    uint256 pools; // listed shared pools, each NFT net of fees
    uint256 bids; // standing bids that are neither cancelled nor expired
    uint256 signed; // reported: the depth of the order book lies at or above `minPrice`
    uint256 units; // max(pools + bids, signed): the same bid is never counted twice
    bool complete; // the price is not stale and every market answered
}

/// @notice What is remembered of a collection.
struct DepthGauge {
    uint256 readings; // of the last 24 hours
    uint256 lowest; // of them, units; 0 when there are none
    uint256 level; // the paced level as of `levelAt`, units rounded down
    uint256 levelAt; // unix seconds
}

/// @title Measured exit depth: how many units behind debt markets could take
/// @notice Readings are taken by anyone, an hour apart; in between one can only be lowered. The cap is the least of:
/// the depth of now, every reading of the last 24 hours (at least four, else 0: what nobody measured is no depth), the
/// tier's ceiling, and a level that rises by at most a tenth of that ceiling a day. So what is added for a while raises
/// nothing unless it is there at every reading of a day and when the credit is drawn; one reading without it is enough.
interface IDepthLens is IExitDepth {
    /* EVENTS */

    /// @notice Depth was read: `units` now; `fresh` a new reading, else the last one was lowered or confirmed.
    event DepthRead(
        address indexed collection, uint256 units, uint256 lowest, uint256 readings, uint256 levelWad, bool fresh
    );
    /// @notice Depth of `collection` counts `pools`.
    event PoolsSet(address indexed collection, address[] pools);

    /* ERRORS */

    /// @notice `pool` is no shared pool of the factory that trades `collection`, or is named twice.
    error PoolNotEligible(address pool, address collection);
    /// @notice The price of `collection` is stale, or a market did not answer: there is nothing to read.
    error DepthUnknown(address collection);

    /* USER ACTIONS */

    /// @notice Takes a reading. Anyone, at any time: within an hour of the last one it can only lower that.
    /// @return units the depth of now
    function poke(address collection) external returns (uint256 units);

    /* GOVERNANCE */

    /// @notice Sets which shared pools count for `collection`, at most MAX_POOLS.
    function setPools(address collection, address[] calldata pools) external;

    /* VIEWS */

    /// @notice The depth of now, by market.
    function depthNow(address collection) external view returns (DepthParts memory);

    /// @notice What is remembered of a collection.
    function gaugeOf(address collection) external view returns (DepthGauge memory);

    /// @notice The pools that count for a collection.
    function poolsOf(address collection) external view returns (address[] memory);

    /// @notice Least time between two readings, seconds.
    function READING_EVERY() external view returns (uint256);

    /// @notice How long a reading counts, seconds.
    function READING_LASTS() external view returns (uint256);

    /// @notice Least readings a cap needs.
    function MIN_READINGS() external view returns (uint256);

    /// @notice Most of the tier's ceiling that the level rises in a day, basis points.
    function RISE_BPS_PER_DAY() external view returns (uint256);

    /// @notice Most pools of a collection.
    function MAX_POOLS() external view returns (uint256);
}
