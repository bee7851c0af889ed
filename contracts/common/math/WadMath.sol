// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title Fixed-point helpers whose names say how they round
library WadMath {
    uint256 internal constant WAD = 1e18;
    uint256 internal constant BPS = 10_000;

    /// @notice `x * y / d`, rounded down.
    function mulDivDown(uint256 x, uint256 y, uint256 d) internal pure returns (uint256) {
        unchecked {
            return (x | y) >> 128 == 0 ? x * y / d : Math.mulDiv(x, y, d); // safe: both below 2 ** 128
        }
    }

    /// @notice `x * y / d`, rounded up.
    function mulDivUp(uint256 x, uint256 y, uint256 d) internal pure returns (uint256 result) {
        result = mulDivDown(x, y, d);
        if (mulmod(x, y, d) != 0) ++result;
    }

    /// @notice `x` times `bps` basis points, rounded down.
    function bpsDown(uint256 x, uint256 bps) internal pure returns (uint256) {
        return mulDivDown(x, bps, BPS);
    }

    /// @notice `x` times `bps` basis points, rounded up.
    function bpsUp(uint256 x, uint256 bps) internal pure returns (uint256) {
        return mulDivUp(x, bps, BPS);
    }

    /// @notice The base or the result of a power exceeds 128 bits.
    error PowerTooLarge(uint256 baseWad, uint256 resultWad);

    /// @notice `baseWad ** n` in wad by squaring; each product is rounded to the nearest, halves up.
    /// @dev Reverts `PowerTooLarge` rather than overflow. The twin in Python squares in the same order.
    function powWad(uint256 baseWad, uint256 n) internal pure returns (uint256 resultWad) {
        resultWad = WAD;
        unchecked {
            while (n != 0) {
                // both below 2 ** 128: no product of them plus half a wad overflows
                if ((baseWad | resultWad) >> 128 != 0) revert PowerTooLarge(baseWad, resultWad);
                if (n & 1 != 0) resultWad = (resultWad * baseWad + WAD / 2) / WAD;
                n >>= 1;
                if (n != 0) baseWad = (baseWad * baseWad + WAD / 2) / WAD;
            }
        }
    }

    function min(uint256 x, uint256 y) internal pure returns (uint256) {
        return x < y ? x : y;
    }

    function max(uint256 x, uint256 y) internal pure returns (uint256) {
        return x > y ? x : y;
    }

    /// @notice `x - y`, or 0 when `y` exceeds `x`.
    function zeroFloorSub(uint256 x, uint256 y) internal pure returns (uint256) {
        return x > y ? x - y : 0;
    }
}
