// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {MockAsset} from "./MockAsset.sol";

/// @title MockAirdrop
/// @notice Pays the owner of a token, once per token.
contract MockAirdrop {
    IERC721 public immutable COLLECTION;
    MockAsset public immutable TOKEN;
    uint256 public immutable AMOUNT;

    mapping(uint256 tokenId => bool) public claimed;

    error NotOwner(address caller, address owner);
    error ClaimedBefore(uint256 tokenId);

    constructor(address collection, address token, uint256 amount) {
        COLLECTION = IERC721(collection);
        TOKEN = MockAsset(token);
        AMOUNT = amount;
    }

    function claim(uint256 tokenId, address receiver) external {
        address owner = COLLECTION.ownerOf(tokenId);
        if (owner != msg.sender) revert NotOwner(msg.sender, owner);
        if (claimed[tokenId]) revert ClaimedBefore(tokenId);
        claimed[tokenId] = true;
        TOKEN.mint(receiver, AMOUNT);
    }
}
