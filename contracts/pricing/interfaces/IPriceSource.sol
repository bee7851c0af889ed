// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {OracleState} from "./IFloorOracle.sol";

/// @title Hook: a contract that knows its own price in the asset
/// @notice Implemented by funds and fractions; registered by governance, never named by a caller.
interface IPriceSource {
    /// @notice Price of one whole unit, asset units rounded down (`ask` rounded up).
    /// @return bid what a redeemer would get
    /// @return mid fair value
    /// @return ask what an issuer would pay
    /// @return asOf oldest observation used, unix seconds
    /// @return postedAt newest round used, unix seconds
    /// @return confidenceBps 0 to 10,000
    /// @return state worst state among what it is made of
    function price()
        external
        view
        returns (
            uint256 bid,
            uint256 mid,
            uint256 ask,
            uint40 asOf,
            uint40 postedAt,
            uint16 confidenceBps,
            OracleState state
        );
}
