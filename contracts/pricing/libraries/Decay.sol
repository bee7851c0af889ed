// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Exponential average
library Decay {
    uint256 private constant WAD = 1e18;

    /// @notice `perSecondWad ** elapsed` in wad, each product rounded to the nearest, halves up.
    /// @dev The same numbers as `WadMath.powWad`, unchecked: `perSecondWad <= 1e18` is the caller's duty, so every
    /// factor stays at most 1e18 and every product below 2**120.
    function over(uint256 perSecondWad, uint256 elapsed) internal pure returns (uint256 decayWad) {
        assembly ("memory-safe") {
            decayWad := 1000000000000000000
            for {} elapsed {} {
                if and(elapsed, 1) {
                    decayWad := div(add(mul(decayWad, perSecondWad), 500000000000000000), 1000000000000000000)
                }
                elapsed := shr(1, elapsed)
                perSecondWad := div(add(mul(perSecondWad, perSecondWad), 500000000000000000), 1000000000000000000)
            }
        }
    }

    /// @notice `target + (avg - target) * decayWad`, rounded down on either side.
    function towardsDown(uint256 avg, uint256 target, uint256 decayWad) internal pure returns (uint256) {
        unchecked {
            // safe: prices are below 2**44, decayWad at most 1e18, and the result lies between avg and target
            if (avg >= target) return target + (avg - target) * decayWad / WAD;
            return target - ((target - avg) * decayWad + WAD - 1) / WAD;
        }
    }
}
