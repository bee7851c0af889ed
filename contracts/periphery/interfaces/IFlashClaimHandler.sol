// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {NftRef} from "../../common/types/NftTypes.sol";

/// @title Hook: what the owner of an account lets use his pledged NFTs for the length of one call
interface IFlashClaimHandler {
    /// @notice Called while the handler owns the NFTs. They must be back with the caller when it returns: sent, or
    /// approved to it.
    /// @return magic `IFlashClaimHandler.onFlashClaim.selector`
    function onFlashClaim(address account, NftRef[] calldata nfts, bytes calldata data) external returns (bytes4 magic);
}
