// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title One market behind the router
/// @notice Registered by governance. A venue holds nothing between calls and calls only the market it is made for.
/// `data` is what that market needs (pool and proofs, order and signature), never an arbitrary call.
interface IMarketVenue {
    /// @notice Buys the tokens for `receiver` with asset the caller sent here before: at most `maxCost` for all of
    /// them. What is left goes back to the caller.
    /// @return cost asset units spent, fees and royalties included
    function buy(
        address collection,
        uint256[] calldata tokenIds,
        uint256 maxCost,
        address receiver,
        bytes calldata data
    ) external returns (uint256 cost);

    /// @notice Sells the tokens, which the caller sent here before; the net proceeds go to `receiver`.
    /// @return proceeds asset units as the venue sees them; the caller measures what arrived
    function sell(
        address collection,
        uint256[] calldata tokenIds,
        uint256 minProceeds,
        address receiver,
        bytes calldata data
    ) external returns (uint256 proceeds);
}
