// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Hook: a trader that pays or delivers inside the swap instead of giving an allowance
/// @notice Called by a pool when `data` is not empty. The caller must check that `msg.sender` is the pool it called.
interface IPoolTrader {
    /// @notice The NFTs were sent; `cost` asset units must reach the pool before this returns.
    /// @return magic `IPoolTrader.onPoolBuy.selector`
    function onPoolBuy(uint256 cost, bytes calldata data) external returns (bytes4 magic);

    /// @notice The proceeds were sent; the NFTs named in the swap must belong to the pool when this returns.
    /// @return magic `IPoolTrader.onPoolSell.selector`
    function onPoolSell(uint256 proceeds, bytes calldata data) external returns (bytes4 magic);
}
