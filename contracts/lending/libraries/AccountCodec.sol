// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Account} from "../interfaces/ICreditDesk.sol";

/// @title An account in one word
/// @notice Bits, lowest first: debt shares (96), units (128), NFT count (16), live count (8), flags (8).
library AccountCodec {
    function unpack(uint256 word) internal pure returns (Account memory a) {
        a.debtShares = uint96(word);
        a.units = uint128(word >> 96);
        a.nftCount = uint16(word >> 224);
        a.liveCount = uint8(word >> 240);
        a.flags = uint8(word >> 248);
    }

    function pack(Account memory a) internal pure returns (uint256 word) {
        word = uint256(a.debtShares) | (uint256(a.units) << 96) | (uint256(a.nftCount) << 224);
        word |= (uint256(a.liveCount) << 240) | (uint256(a.flags) << 248);
    }

    /// @notice Units of a packed account.
    function unitsOf(uint256 word) internal pure returns (uint256) {
        return uint128(word >> 96);
    }

    /// @notice {unitsBehind} of a packed account.
    function unitsBehindOf(uint256 word) internal pure returns (uint256) {
        return uint96(word) == 0 ? 0 : unitsOf(word);
    }

    /// @notice The account's units if they stand behind debt, else 0.
    function unitsBehind(Account memory a) internal pure returns (uint256) {
        return a.debtShares == 0 ? 0 : a.units;
    }
}
