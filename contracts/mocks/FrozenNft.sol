// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";

/// @title FrozenNft
/// @notice An ERC-721 whose issuer can freeze all transfers, single tokens, or let only listed operators move them.
contract FrozenNft is ERC721("Frozen", "ICE") {
    bool public frozen;
    bool public listOnly;
    mapping(uint256 tokenId => bool) public tokenFrozen;
    mapping(address operator => bool) public listed;

    error TransferFrozen(address operator, uint256 tokenId);

    function mint(address to, uint256 tokenId) external {
        _mint(to, tokenId);
    }

    function freeze(bool on) external {
        frozen = on;
    }

    function freezeToken(uint256 tokenId, bool on) external {
        tokenFrozen[tokenId] = on;
    }

    function setListOnly(bool on) external {
        listOnly = on;
    }

    function list(address operator, bool on) external {
        listed[operator] = on;
    }

    function transferFrom(address from, address to, uint256 tokenId) public override {
        if (frozen || tokenFrozen[tokenId] || (listOnly && !listed[msg.sender])) {
            revert TransferFrozen(msg.sender, tokenId);
        }
        super.transferFrom(from, to, tokenId);
    }
}
