// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Borrow rate: where it should be, and how fast it may get there
/// @notice All rates are wad per second. Stateless: the vault keeps the path in one number, the *anchor*, which is the
/// rate at the end of the last interval. The rate in force is min(anchor, target of the utilisation of now).
/// @dev Assumed of every model (the vault clamps rates to 100 % a year, governance answers for the rest): it never
/// reverts and uses bounded gas.
interface IRateModel {
    /// @notice A parameter lies outside `[low, high]`.
    error RateParameterOutOfBounds(bytes32 name, uint256 value, uint256 low, uint256 high);

    /// @notice Rate the utilisation calls for, rounded down.
    /// @param utilisationWad debt / (cash + debt), wad; more than 1e18 counts as 1e18
    function targetRate(uint256 utilisationWad) external view returns (uint256 ratePerSecondWad);

    /// @notice Follows the rate over an interval in which the utilisation did not change.
    /// @dev The path starts at min(anchor, target): it falls to a lower target at once, and rises to a higher one by a
    /// bounded number of points a day (more when the utilisation is above the crowded mark).
    /// @param anchorRate rate at the end of the interval before
    /// @param utilisationWad utilisation that held during the interval
    /// @param elapsed seconds, more than 0
    /// @return averageRate mean of the path over the interval, rounded up
    /// @return endRate rate at its end, rounded down
    function follow(uint256 anchorRate, uint256 utilisationWad, uint256 elapsed)
        external
        view
        returns (uint256 averageRate, uint256 endRate);
}
