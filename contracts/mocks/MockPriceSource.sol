// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IPriceSource} from "../pricing/interfaces/IPriceSource.sol";
import {OracleState} from "../pricing/interfaces/IFloorOracle.sol";

/// @title MockPriceSource
/// @notice A token that prices itself as anyone says: raw words, so that it can also answer nonsense.
contract MockPriceSource is IPriceSource {
    uint256[7] private _words;
    uint256 private _length;
    bool private _burning;

    /// @notice Answers with `words` (bid, mid, ask, asOf, postedAt, confidence, state), cut to `length` bytes.
    function set(uint256[7] calldata words, uint256 length) external {
        _words = words;
        _length = length;
    }

    function setBurning(bool on) external {
        _burning = on;
    }

    function price() external view returns (uint256, uint256, uint256, uint40, uint40, uint16, OracleState) {
        while (_burning) {}
        uint256[7] memory words = _words;
        uint256 length = _length;
        assembly ("memory-safe") {
            return(words, length)
        }
    }
}
