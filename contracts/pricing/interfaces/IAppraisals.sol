// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Rarity multipliers per token
/// @notice A unit is 1/100 of a floor NFT. A token without a live appraisal has `FLOOR_UNITS`; none has more than
/// `MAX_UNITS`.
interface IAppraisals {
    /// @notice Units of a token and the unix time at which they end (0: no live appraisal, units = 100).
    function unitsOf(address collection, uint256 tokenId) external view returns (uint256 units, uint256 expiresAt);
}
