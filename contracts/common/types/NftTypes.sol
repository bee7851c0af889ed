// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice One ERC-721 token.
struct NftRef {
    address collection;
    uint256 tokenId;
}
