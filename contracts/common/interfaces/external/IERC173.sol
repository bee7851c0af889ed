// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title The part of ERC-173 that is asked: who owns a contract
interface IERC173 {
    /// @notice The owner; the zero address when it was renounced.
    function owner() external view returns (address);
}
