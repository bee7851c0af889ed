// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Hook: cover that pays a lender's shortfall before suppliers do
interface ILossCover {
    /// @notice Asset units that would be paid for a loss booked now.
    function available() external view returns (uint256 assets);

    /// @notice Pays up to `loss` asset units to the caller; the caller measures what arrived.
    function pay(uint256 loss) external returns (uint256 paid);
}
