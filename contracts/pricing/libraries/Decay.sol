// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Exponential average
library Decay {
    /// @notice `2 ** (-elapsed / halfLife)` in 64 fractional bits, exact to 2e-12.
    /// @dev Whole half-lives shift, the rest is the Taylor series of `2 ** -g` for g in [0, 1) up to g**12, every
    /// product rounded down. Coefficients are `ln(2) ** k / k! * 2 ** 64`. The twin in Python computes the same bits.
    function weightX64(uint256 halfLife, uint256 elapsed) internal pure returns (uint256 w) {
        assembly ("memory-safe") {
            // safe: elapsed below 2**32 and halfLife at least 1; each term exceeds the next times g
            let g := div(shl(64, mod(elapsed, halfLife)), halfLife)
            w := sub(8200570677, shr(64, mul(g, 473683537)))
            w := sub(130140149132, shr(64, mul(g, w)))
            w := sub(1877525477726, shr(64, mul(g, w)))
            w := sub(24378270262728, shr(64, mul(g, w)))
            w := sub(281363276907910, shr(64, mul(g, w)))
            w := sub(2841449829983172, shr(64, mul(g, w)))
            w := sub(24596073471909060, shr(64, mul(g, w)))
            w := sub(177423166116318949, shr(64, mul(g, w)))
            w := sub(1023870087579328454, shr(64, mul(g, w)))
            w := sub(4431396893595737425, shr(64, mul(g, w)))
            w := sub(12786308645202655660, shr(64, mul(g, w)))
            w := shr(div(elapsed, halfLife), sub(0x10000000000000000, shr(64, mul(g, w))))
        }
    }

    /// @notice `target + (avg - target) * weight`, rounded down on either side.
    function towardsDown(uint256 avg, uint256 target, uint256 wX64) internal pure returns (uint256) {
        unchecked {
            // safe: prices are below 2**44, the weight at most 2**64, and the result lies between avg and target
            if (avg >= target) return target + ((avg - target) * wX64 >> 64);
            return target - ((target - avg) * wX64 + type(uint64).max >> 64);
        }
    }
}
