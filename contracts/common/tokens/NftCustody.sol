// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

/// @title Moves NFTs in and out of custody and proves that they moved
/// @dev `transferFrom`, not `safeTransferFrom`: a receiver gets no callback and cannot refuse.
library NftCustody {
    /// @notice After the transfer `collection` names `owner`, not `expected`, as owner of `tokenId`.
    error NftNotMoved(address collection, uint256 tokenId, address owner, address expected);

    /// @notice Moves a token from `from` into the calling contract.
    function pull(address collection, uint256 tokenId, address from) internal {
        IERC721(collection).transferFrom(from, address(this), tokenId);
        requireOwner(collection, tokenId, address(this));
    }

    /// @notice Moves a token from the calling contract to `to`.
    function push(address collection, uint256 tokenId, address to) internal {
        IERC721(collection).transferFrom(address(this), to, tokenId);
        requireOwner(collection, tokenId, to);
    }

    /// @notice Reverts unless the collection says that `expected` owns the token.
    function requireOwner(address collection, uint256 tokenId, address expected) internal view {
        address owner = IERC721(collection).ownerOf(tokenId);
        if (owner != expected) revert NftNotMoved(collection, tokenId, owner, expected);
    }
}
