// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Hook: the caller of {ICreditDesk-act}
interface IActReceiver {
    /// @notice Called with the cash and NFTs of the steps in hand, before NFTs and assets are taken in.
    /// @return magic `IActReceiver.onAct.selector`
    function onAct(address account, uint256 borrowed, bytes calldata data) external returns (bytes4 magic);
}
