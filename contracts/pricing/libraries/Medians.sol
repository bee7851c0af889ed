// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Medians of a handful of numbers
library Medians {
    /// @notice Median of the first `n` values; with an even count the mean of the middle two, rounded down. 0 for none.
    /// @dev Reorders `values`. Values stay below 2**128, so the sum of two does not overflow.
    function medianDown(uint256[] memory values, uint256 n) internal pure returns (uint256) {
        unchecked {
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

    /// @notice Median of one field (`word >> shift & mask`, `mask` below 2**128) of the first `n` words.
    function fieldMedianDown(uint256[] memory words, uint256 n, uint256 shift, uint256 mask)
        internal
        pure
        returns (uint256 median)
    {
        (median,) = _fieldMedianDown(words, n, shift, mask);
    }

    /// @notice The same of a field in which 0 says "absent": 0 unless more than half give a value; the zeros of the
    /// others count as low values, so that leaving a value out can only lower the median within what was given.
    function majorityMedianDown(uint256[] memory words, uint256 n, uint256 shift, uint256 mask)
        internal
        pure
        returns (uint256)
    {
        (uint256 median, uint256 present) = _fieldMedianDown(words, n, shift, mask);
        return 2 * present > n ? median : 0;
    }

    function _fieldMedianDown(uint256[] memory words, uint256 n, uint256 shift, uint256 mask)
        private
        pure
        returns (uint256 median, uint256 present)
    {
        uint256[] memory values = new uint256[](n);
        for (uint256 i; i < n; ++i) {
            values[i] = words[i] >> shift & mask;
            if (values[i] != 0) ++present;
        }
        median = medianDown(values, n);
    }

    /// @notice The median of three words, by comparisons alone: max(min(a, b), min(max(a, b), c)).
    function fieldMedian3(uint256 a, uint256 b, uint256 c, uint256 shift, uint256 mask)
        internal
        pure
        returns (uint256 m)
    {
        assembly ("memory-safe") {
            mask := shl(shift, mask)
            a := and(a, mask)
            b := and(b, mask)
            c := and(c, mask)
            let swap := mul(xor(a, b), lt(b, a))
            m := xor(b, swap)
            m := xor(m, mul(xor(m, c), lt(c, m)))
            swap := xor(a, swap)
            m := shr(shift, xor(m, mul(xor(m, swap), lt(m, swap))))
        }
    }
}
