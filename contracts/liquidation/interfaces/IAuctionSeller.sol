// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Hook: who sells through the auction house
/// @notice Declared by the auction house, implemented by the credit desk. The address is fixed at deployment.
interface IAuctionSeller {
    /// @notice A sale begins: locks the seller's module group, refuses when the auction is over, moves the NFT to
    /// `receiver`.
    /// @return payTo where the price must arrive
    function release(address collection, uint256 tokenId, address receiver) external returns (address payTo);

    /// @notice A sale ends: `proceeds` arrived at `payTo`; books them and unlocks the group.
    /// @param settler who found the exit and earns a tip for it; zero: nobody, the taker is his own reward
    function settled(address collection, uint256 tokenId, uint256 proceeds, address settler) external;

    /// @notice True while the seller's module group is inside a call: prices must not be read then.
    function entered() external view returns (bool);
}
