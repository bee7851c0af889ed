// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Hook: a market into which an auctioned NFT can be sold at once
/// @notice Registered by governance; implemented by pools, standing bids and order-book adapters.
interface IExitVenue {
    /// @notice Net proceeds of selling one token now, asset units rounded down.
    function quoteExit(address collection, uint256 tokenId, bytes calldata data) external view returns (uint256 net);

    /// @notice Sells the token, which the venue holds when called; the proceeds must arrive at `payTo`.
    /// @return net proceeds as the venue sees them; the caller measures what arrived
    function exit(address collection, uint256 tokenId, address payTo, uint256 minProceeds, bytes calldata data)
        external
        returns (uint256 net);
}
