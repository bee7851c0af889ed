// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title One market behind the routers
/// @notice Registered by governance. A venue holds nothing between calls and calls only the market it is made for.
/// `data` is what that market needs (pool and proofs, order and signature), never an arbitrary call.
/// @dev Nothing is sent to a venue beforehand: it draws from its caller ({IMarketPayer}), straight to where the market
/// wants it, exactly what the trade needs and at the moment it needs it.
interface IMarketVenue {
    /// @notice Buys the tokens for `receiver`, at most `maxCost` for all of them, with asset drawn from the caller.
    /// @return cost asset units spent, fees and royalties included; the caller counts what was drawn
    function buy(
        address collection,
        uint256[] calldata tokenIds,
        uint256 maxCost,
        address receiver,
        bytes calldata data
    ) external returns (uint256 cost);

    /// @notice Sells the tokens, drawn from the caller; the net proceeds go to `receiver`.
    /// @return proceeds asset units as the venue sees them; the caller measures what arrived
    function sell(
        address collection,
        uint256[] calldata tokenIds,
        uint256 minProceeds,
        address receiver,
        bytes calldata data
    ) external returns (uint256 proceeds);
}
