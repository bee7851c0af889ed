// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {WadMath} from "../common/math/WadMath.sol";
import {DebtMath} from "../common/math/DebtMath.sol";
import {Account} from "../lending/interfaces/ICreditDesk.sol";
import {AccountCodec} from "../lending/libraries/AccountCodec.sol";
import {UnitWords} from "../lending/libraries/UnitWords.sol";

/// @title LibraryProbe
/// @notice Internal libraries from outside, so that their twins can be compared with them.
contract LibraryProbe {
    function add(uint256 word, uint256 place, uint256 units) external pure returns (uint256) {
        return UnitWords.add(word, place, units);
    }

    function sub(uint256 word, uint256 place, uint256 units) external pure returns (uint256) {
        return UnitWords.sub(word, place, units);
    }

    function anyLess(uint256 word, uint256 than) external pure returns (bool) {
        return UnitWords.anyLess(word, than);
    }

    function shift(uint256 behind, uint256 before_, uint256 after_) external pure returns (uint256) {
        return UnitWords.shift(behind, before_, after_);
    }

    function unpack(uint256 word) external pure returns (Account memory) {
        return AccountCodec.unpack(word);
    }

    function pack(Account memory a) external pure returns (uint256) {
        return AccountCodec.pack(a);
    }

    function powWad(uint256 baseWad, uint256 n) external pure returns (uint256) {
        return WadMath.powWad(baseWad, n);
    }

    function toSharesDown(uint256 assets, uint256 totalAssets, uint256 totalShares) external pure returns (uint256) {
        return DebtMath.toSharesDown(assets, totalAssets, totalShares);
    }

    function toSharesUp(uint256 assets, uint256 totalAssets, uint256 totalShares) external pure returns (uint256) {
        return DebtMath.toSharesUp(assets, totalAssets, totalShares);
    }

    function toAssetsUp(uint256 shares, uint256 totalAssets, uint256 totalShares) external pure returns (uint256) {
        return DebtMath.toAssetsUp(shares, totalAssets, totalShares);
    }
}
