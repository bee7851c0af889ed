// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title What traders approve
/// @notice Holds the approvals and nothing else: it moves asset and NFTs of a trader at the word of two routers fixed
/// for ever, and has no other entry. The code that talks to markets has no approval of anyone.
/// @dev The routers name nobody but their own caller as `trader`.
interface IMarketTill {
    /// @notice Moves `assets` of `trader` to `to`. Routers only.
    function pullAssets(address trader, address to, uint256 assets) external;

    /// @notice Moves the NFTs of `trader` to `to`, without asking the receiver. Routers only.
    function pullNfts(address trader, address to, address collection, uint256[] calldata tokenIds) external;

    /// @notice The ERC-20 it moves.
    function ASSET() external view returns (address);
}
