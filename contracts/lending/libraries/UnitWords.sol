// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Eight unit sums in one word
/// @notice A unit word holds 16 bits per place. A behind word holds 32 bits per place: units behind debt in the upper
/// 24, live auctions in the lower 8. Place 0 is lowest in both.
library UnitWords {
    /// @notice The units of one collection in one account would exceed 65,535.
    error TooManyUnits(uint256 units);
    /// @notice The units of one collection behind debt would exceed 24 bits.
    error TooManyUnitsBehindDebt();

    uint256 private constant LANE = 0xffff;
    /// @dev The lowest bit of the places 1 to 7 of a behind word: a carry out of the lane below shows there.
    uint256 private constant CARRIES = 0x0000000100000001000000010000000100000001000000010000000100000000;

    /// @notice Units on `place`.
    function at(uint256 word, uint256 place) internal pure returns (uint256) {
        return (word >> (place * 16)) & LANE;
    }

    /// @notice Unit word with `units` more on `place`.
    function add(uint256 word, uint256 place, uint256 units) internal pure returns (uint256) {
        uint256 sum = at(word, place) + units;
        if (sum > LANE) revert TooManyUnits(sum);
        return word + (units << (place * 16));
    }

    /// @notice Unit word with `units` less on `place`, which must hold them.
    function sub(uint256 word, uint256 place, uint256 units) internal pure returns (uint256) {
        return word - (units << (place * 16));
    }

    /// @notice Whether any place of `word` holds less than the same place of `than`.
    function anyLess(uint256 word, uint256 than) internal pure returns (bool) {
        for (; than != 0; than >>= 16) {
            if (word & LANE < than & LANE) return true;
            word >>= 16;
        }
        return false;
    }

    /// @notice Behind word in which `before_` no longer counts and `after_` does (both unit words).
    function shift(uint256 behind, uint256 before_, uint256 after_) internal pure returns (uint256 sum) {
        uint256 rest = behind - _spread(before_);
        uint256 more = _spread(after_);
        unchecked {
            sum = rest + more; // a carry out of a lane is refused below
        }
        if ((sum ^ rest ^ more) & CARRIES != 0 || sum < rest) revert TooManyUnitsBehindDebt();
    }

    /// @dev Moves eight 16-bit lanes to 32-bit lanes, 8 bits up.
    function _spread(uint256 x) private pure returns (uint256) {
        x = (x | (x << 64)) & 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff;
        x = (x | (x << 32)) & 0x00000000ffffffff00000000ffffffff00000000ffffffff00000000ffffffff;
        x = (x | (x << 16)) & 0x0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff;
        return x << 8;
    }
}
