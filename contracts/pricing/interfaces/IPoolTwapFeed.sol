// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title The time-weighted price of one shared pool
/// @notice It joins no median: the oracle takes the lower of its bid and this average, so a pool can never raise a
/// price, and one without an answer changes nothing. The pool itself adds up the price each block left behind;
/// checkpoints of that sum, at most one per eighth of the window, are kept here by anyone.
interface IPoolTwapFeed {
    /* EVENTS */

    /// @notice The sum of the pool as of `at` was kept.
    event CheckpointKept(uint256 at, uint256 priceSeconds);

    /* ERRORS */

    /// @notice `pool` is no shared pool of the factory.
    error NotASharedPool(address pool);

    /* USER ACTIONS */

    /// @notice Keeps the sum as of now, unless this eighth of the window has one. Anyone.
    /// @return kept whether it was kept
    function poke() external returns (bool kept);

    /* VIEWS */

    /// @notice Average price over the shortest span of at least the window that ends now, asset units rounded down; 0
    /// (stale) unless a checkpoint starts such a span of at most twice the window and the pool was thick all through
    /// it. Never reverts for what the pool does.
    function average() external view returns (uint256 price);

    /// @notice The average with the start of its span, unix seconds; both 0 when stale.
    function averageSince() external view returns (uint256 price, uint256 since);

    /// @notice The sum kept in `period` (unix seconds / step); both 0 when none was.
    function checkpointIn(uint256 period) external view returns (uint256 at, uint256 priceSeconds);

    /// @notice The pool.
    function pool() external view returns (address);

    /// @notice What the pool trades.
    function collection() external view returns (address);

    /// @notice What it trades it against.
    function asset() external view returns (address);

    /// @notice Least span of an average, seconds.
    function window() external view returns (uint256);

    /// @notice An eighth of the window: how often a checkpoint is kept at most.
    function step() external view returns (uint256);

    /// @notice Shortest window, seconds.
    function MIN_WINDOW() external view returns (uint256);

    /// @notice Longest window, seconds.
    function MAX_WINDOW() external view returns (uint256);
}
