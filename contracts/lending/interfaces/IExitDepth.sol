// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Hook: how much of a collection could be sold
/// @notice Until a source is set the credit cap of a tier is the governed number in the same field.
interface IExitDepth {
    /// @notice Units (1/100 floor piece) of `collection` that markets would take now near the quoted price.
    function depthUnits(address collection) external view returns (uint256);
}
