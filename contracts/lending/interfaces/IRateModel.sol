// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Borrow rate: where it should be, and how fast it may get there
/// @notice All rates are wad per second. Pure: a model has no state, the vault keeps the path.
interface IRateModel {
    /// @notice A parameter lies outside `[low, high]`.
    error RateParameterOutOfBounds(bytes32 name, uint256 value, uint256 low, uint256 high);

    /// @notice Rate the utilisation calls for, rounded down.
    /// @param utilisationWad debt / (cash + debt), wad, 0 to 1e18
    function targetRate(uint256 utilisationWad) external view returns (uint256 ratePerSecondWad);

    /// @notice Follows the path of the rate over a time without change.
    /// @dev The path rises from `startRate` towards `target` by a bounded number of points a day (more when
    /// `utilisationWad` was above the crowded mark) and falls to a lower target at once.
    /// @param startRate rate at the start of the interval
    /// @param target what the utilisation of the interval called for
    /// @param utilisationWad utilisation that held during the interval
    /// @param elapsed seconds
    /// @return averageRate mean of the path over the interval, rounded up
    /// @return endRate rate at its end
    function follow(uint256 startRate, uint256 target, uint256 utilisationWad, uint256 elapsed)
        external
        view
        returns (uint256 averageRate, uint256 endRate);
}
