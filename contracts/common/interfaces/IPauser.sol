// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Named pause groups with a clock that stops while paused
/// @notice A guardian pauses a group at once; a pause ends by itself after `MAX_PAUSE` and cannot be renewed for
/// `COOL_DOWN` after it ended. Modules measure interest, notices and auctions on `clock`, so no time passes for them
/// while paused.
interface IPauser {
    /// @notice `group` was paused at `at`, unix seconds.
    event GroupPausedAt(bytes32 indexed group, address indexed guardian, uint256 at);
    /// @notice `group` was resumed by hand at `at`, unix seconds.
    event GroupResumedAt(bytes32 indexed group, address indexed guardian, uint256 at);

    /// @notice `group` is already paused.
    error AlreadyPaused(bytes32 group);
    /// @notice `group` is not paused.
    error NotPaused(bytes32 group);
    /// @notice A new pause of `group` is not allowed before `allowedAt`, unix seconds.
    error PauseCoolingDown(bytes32 group, uint256 allowedAt);

    /// @notice Longest pause, seconds.
    function MAX_PAUSE() external view returns (uint256);

    /// @notice Shortest time between the end of a pause and the next, seconds.
    function COOL_DOWN() external view returns (uint256);

    /// @notice Pauses `group`. Guardian role.
    function pause(bytes32 group) external;

    /// @notice Ends the pause of `group` before its time. Guardian role.
    function resume(bytes32 group) external;

    /// @notice State of `group`.
    /// @return clock unix time less all time spent paused, seconds; it stands still while paused
    /// @return paused whether the group is paused now
    /// @return resumedAt unix time at which the last pause ended; 0 when there was none or one is running
    function status(bytes32 group) external view returns (uint256 clock, bool paused, uint256 resumedAt);
}
