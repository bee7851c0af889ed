// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title What a pool holds, read from its collection
/// @notice Pools keep no list of ids: events tell what went in and out, the collection says what is there. For `eth_call`;
/// the caller pages.
/// @dev A token whose owner cannot be told (burnt, never minted, or the collection refuses) counts as not held.
interface IPoolLens {
    /// @notice The ids of `candidates` that `pool` holds, in their order.
    function heldAmong(address pool, uint256[] calldata candidates) external view returns (uint256[] memory tokenIds);

    /// @notice The ids from `first` on, `count` of them looked at, that `pool` holds; ascending.
    function heldIn(address pool, uint256 first, uint256 count) external view returns (uint256[] memory tokenIds);

    /// @notice Gas that a collection gets to name one owner.
    function OWNER_GAS() external view returns (uint256);
}
