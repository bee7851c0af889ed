// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {NftRef} from "../../common/types/NftTypes.sol";
import {IActReceiver} from "../../lending/interfaces/IActReceiver.sol";

/// @title Use of pledged NFTs for the length of one transaction
/// @notice An owner claims an airdrop, votes or proves ownership with NFTs that back his loan: they go to a handler he
/// names, and are pledged again before the call ends. He must have approved this contract in {IOperators}.
/// @dev The NFTs must come back, whatever the handler does; the account owes and holds afterwards what it did before.
/// NFTs that counted more than 100 units are stamped anew at their appraisal of now. A rank in the order of sale is
/// lost. Refused for NFTs in auction, and for accounts that would be above their limit with 100 units per NFT.
interface IFlashClaim is IActReceiver {
    /// @notice `handler` had `count` NFTs of `account` for the length of this transaction.
    event FlashClaimed(address indexed account, address indexed handler, uint256 count);

    /// @notice A claim runs already.
    error ClaimRunning();
    /// @notice The callback did not answer with its selector.
    error BadClaimCallback(bytes4 answer);

    /// @notice Hands `nfts` of the caller's account to `handler`, calls it, and pledges them again.
    /// @param data passed on to the handler
    function claim(NftRef[] calldata nfts, address handler, bytes calldata data) external;
}
