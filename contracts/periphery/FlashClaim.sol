// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {CommonErrors} from "../common/CommonErrors.sol";
import {NftCustody} from "../common/tokens/NftCustody.sol";
import {NftRef} from "../common/types/NftTypes.sol";
import {IActReceiver} from "../lending/interfaces/IActReceiver.sol";
import {ActSteps, ICreditDesk} from "../lending/interfaces/ICreditDesk.sol";
import {IFlashClaim} from "./interfaces/IFlashClaim.sol";
import {IFlashClaimHandler} from "./interfaces/IFlashClaimHandler.sol";

/// @title FlashClaim
/// @notice See {IFlashClaim}. It owns nothing between transactions; the only foreign code it calls is a handler, by one
/// fixed selector.
/// @custom:kill None: an account dismisses it in {IOperators}.
contract FlashClaim is IFlashClaim {
    /* IMMUTABLES */

    ICreditDesk public immutable DESK;

    /* STORAGE */

    /// @dev The account whose claim runs.
    address private transient _account;

    /* CONSTRUCTOR */

    constructor(address desk) {
        if (desk == address(0)) revert CommonErrors.ZeroAddress();
        DESK = ICreditDesk(desk);
    }

    /* USER ACTIONS */

    /// @inheritdoc IFlashClaim
    function claim(NftRef[] calldata nfts, address handler, bytes calldata data) external {
        if (_account != address(0)) revert ClaimRunning();
        _account = msg.sender;
        ActSteps memory steps;
        (steps.release, steps.pledge) = (nfts, nfts);
        bool raise = _countsMore(nfts);
        DESK.act(msg.sender, steps, abi.encode(nfts, handler, data));
        if (raise) DESK.restamp(nfts);
        _account = address(0);
        emit FlashClaimed(msg.sender, handler, nfts.length);
    }

    /// @inheritdoc IActReceiver
    function onAct(address account, uint256, bytes calldata data) external returns (bytes4) {
        if (msg.sender != address(DESK) || account != _account) revert CommonErrors.Unauthorized(msg.sender);
        (NftRef[] memory nfts, address handler, bytes memory rest) = abi.decode(data, (NftRef[], address, bytes));
        for (uint256 i; i < nfts.length; ++i) {
            NftCustody.push(nfts[i].collection, nfts[i].tokenId, handler);
        }
        bytes4 answer = IFlashClaimHandler(handler).onFlashClaim(account, nfts, rest);
        if (answer != IFlashClaimHandler.onFlashClaim.selector) revert BadClaimCallback(answer);
        for (uint256 i; i < nfts.length; ++i) {
            IERC721 collection = IERC721(nfts[i].collection);
            uint256 tokenId = nfts[i].tokenId;
            // a handler may send the NFT back or leave an approval
            if (collection.ownerOf(tokenId) != address(this)) {
                NftCustody.pull(address(collection), tokenId, handler);
            }
            collection.approve(address(DESK), tokenId);
        }
        return IActReceiver.onAct.selector;
    }

    /* INTERNAL */

    function _countsMore(NftRef[] calldata nfts) internal view returns (bool) {
        for (uint256 i; i < nfts.length; ++i) {
            if (DESK.pledgeOf(nfts[i].collection, nfts[i].tokenId).expiresAt != 0) return true;
        }
        return false;
    }
}
