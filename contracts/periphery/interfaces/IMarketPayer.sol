// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Hook: who calls a venue, and lets it draw what a trade needs
/// @notice Only the venue in progress may draw, at most the limit of the fill, and of NFTs exactly those of the fill.
interface IMarketPayer {
    /// @notice The venue wants more than the fill, or the rest of the plan, allows it.
    error DrawAboveLimit(uint256 assets, uint256 left);
    /// @notice The venue wants other NFTs than those of the fill, or the same twice.
    error WrongNftsDrawn(address collection);

    /// @notice Sends `assets` of the trader to `to`: the venue itself, or the market behind it.
    function drawAssets(address to, uint256 assets) external;

    /// @notice Sends the NFTs of the fill from the trader to `to`.
    function drawNfts(address to, address collection, uint256[] calldata tokenIds) external;
}
