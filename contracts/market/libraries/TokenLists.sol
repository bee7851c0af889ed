// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {LowLevelCall} from "@openzeppelin/contracts/utils/LowLevelCall.sol";
import {CommonErrors} from "../../common/CommonErrors.sol";
import {NftCustody} from "../../common/tokens/NftCustody.sol";
import {INFTPool} from "../interfaces/INFTPool.sol";

/// @title Lists of token ids: distinct, held, on a Merkle list, moved
library TokenLists {
    /// @notice At least one, and none twice. Ascending ids cost the least.
    function requireDistinct(uint256[] calldata tokenIds) internal pure {
        if (tokenIds.length == 0) revert INFTPool.NothingTraded();
        for (uint256 i = 1; i < tokenIds.length; ++i) {
            uint256 tokenId = tokenIds[i];
            if (tokenId > tokenIds[i - 1]) continue;
            _requireAllDistinct(tokenIds);
            return;
        }
    }

    /// @notice Each id is a leaf, hashed twice, of the tree under `root`; a root of 0 takes every id, and no proofs.
    function requireListed(bytes32 root, uint256[] calldata tokenIds, bytes32[][] calldata proofs) internal pure {
        uint256 wanted = root == 0 ? 0 : tokenIds.length;
        if (proofs.length != wanted) revert CommonErrors.LengthMismatch(proofs.length, wanted);
        for (uint256 i; i < wanted; ++i) {
            bytes32 leaf = keccak256(bytes.concat(keccak256(abi.encode(tokenIds[i]))));
            if (!MerkleProof.verifyCalldata(proofs[i], root, leaf)) revert INFTPool.NotOnList(tokenIds[i]);
        }
    }

    /// @notice Every token belongs to the calling pool.
    function requireHeld(address collection, uint256[] calldata tokenIds) internal view {
        for (uint256 i; i < tokenIds.length; ++i) {
            if (IERC721(collection).ownerOf(tokenIds[i]) != address(this)) revert INFTPool.TokenNotHeld(tokenIds[i]);
        }
    }

    /// @notice No token belongs to the calling pool.
    function requireForeign(address collection, uint256[] calldata tokenIds) internal view {
        for (uint256 i; i < tokenIds.length; ++i) {
            if (IERC721(collection).ownerOf(tokenIds[i]) == address(this)) {
                revert INFTPool.TokenHeldAlready(tokenIds[i]);
            }
        }
    }

    /// @notice Moves tokens of `from` to the calling pool.
    function pullAll(address collection, uint256[] calldata tokenIds, address from) internal {
        for (uint256 i; i < tokenIds.length; ++i) {
            NftCustody.pull(collection, tokenIds[i], from);
        }
    }

    /// @notice Moves tokens of the calling pool to `to`.
    function pushAll(address collection, uint256[] calldata tokenIds, address to) internal {
        for (uint256 i; i < tokenIds.length; ++i) {
            uint256 tokenId = tokenIds[i];
            try IERC721(collection).transferFrom(address(this), to, tokenId) {}
            catch (bytes memory reason) {
                if (IERC721(collection).ownerOf(tokenId) != address(this)) revert INFTPool.TokenNotHeld(tokenId);
                LowLevelCall.bubbleRevert(reason);
            }
            NftCustody.requireOwner(collection, tokenId, to);
        }
    }

    function _requireAllDistinct(uint256[] calldata tokenIds) private pure {
        for (uint256 i = 1; i < tokenIds.length; ++i) {
            for (uint256 j; j < i; ++j) {
                if (tokenIds[i] == tokenIds[j]) revert INFTPool.DuplicateToken(tokenIds[i]);
            }
        }
    }
}
