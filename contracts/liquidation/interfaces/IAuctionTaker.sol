// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Hook: a taker that pays after it received the NFT
interface IAuctionTaker {
    /// @notice Called after the NFT reached its receiver and before `price` asset units are pulled from the taker.
    /// @return magic `IAuctionTaker.onTake.selector`
    function onTake(address collection, uint256 tokenId, uint256 price, bytes calldata data)
        external
        returns (bytes4 magic);
}
