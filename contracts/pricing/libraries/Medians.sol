// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Medians of a handful of numbers
library Medians {
    /// @notice Median of the first `n` values; with an even count the mean of the middle two, rounded down. 0 for none.
    /// @dev Reorders `values`. Values stay below 2**128, so the sum of two does not overflow.
    function medianDown(uint256[] memory values, uint256 n) internal pure returns (uint256) {
        unchecked {
            if (n == 3) return median3(values[0], values[1], values[2]);
            if (n == 0) return 0;
            for (uint256 i = 1; i < n; ++i) {
                uint256 value = values[i];
                uint256 j = i;
                for (; j != 0 && values[j - 1] > value; --j) {
                    values[j] = values[j - 1];
                }
                values[j] = value;
            }
            uint256 half = n >> 1;
            return n & 1 == 1 ? values[half] : (values[half - 1] + values[half]) >> 1;
        }
    }

    /// @notice The middle one of three.
    function median3(uint256 a, uint256 b, uint256 c) internal pure returns (uint256) {
        if (a > b) (a, b) = (b, a);
        if (c <= a) return a;
        return c < b ? c : b;
    }
}
