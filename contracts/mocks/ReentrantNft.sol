// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {Scripted} from "./Scripted.sol";

/// @title ReentrantNft
/// @notice An ERC-721 that makes scripted calls before (`BEFORE`) and after (`AFTER`) it moves a token.
contract ReentrantNft is ERC721("Reentrant", "RE"), Scripted {
    bytes4 public constant BEFORE = bytes4("bfor");
    bytes4 public constant AFTER = bytes4("aftr");

    function mint(address to, uint256 tokenId) external {
        _mint(to, tokenId);
    }

    function mintBatch(address to, uint256 firstId, uint256 count) external {
        for (uint256 i; i < count; ++i) {
            _mint(to, firstId + i);
        }
    }

    function transferFrom(address from, address to, uint256 tokenId) public override {
        _run(BEFORE);
        super.transferFrom(from, to, tokenId);
        _run(AFTER);
    }
}
