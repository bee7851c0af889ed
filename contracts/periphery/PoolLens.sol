// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {BoundedCall} from "../common/calls/BoundedCall.sol";
import {INFTPool} from "../market/interfaces/INFTPool.sol";
import {IPoolLens} from "./interfaces/IPoolLens.sol";

/// @title PoolLens
/// @notice See {IPoolLens}.
/// @custom:kill None: it only reads.
contract PoolLens is IPoolLens {
    /* CONSTANTS */

    /// @inheritdoc IPoolLens
    uint256 public constant OWNER_GAS = 30_000;

    /* VIEWS */

    /// @inheritdoc IPoolLens
    function heldAmong(address pool, uint256[] calldata candidates) external view returns (uint256[] memory tokenIds) {
        address collection = INFTPool(pool).collection();
        tokenIds = new uint256[](candidates.length);
        uint256 found;
        for (uint256 i; i < candidates.length; ++i) {
            if (_holds(collection, pool, candidates[i])) tokenIds[found++] = candidates[i];
        }
        return _head(tokenIds, found);
    }

    /// @inheritdoc IPoolLens
    function heldIn(address pool, uint256 first, uint256 count) external view returns (uint256[] memory tokenIds) {
        address collection = INFTPool(pool).collection();
        tokenIds = new uint256[](count);
        uint256 found;
        for (uint256 i; i < count; ++i) {
            if (_holds(collection, pool, first + i)) tokenIds[found++] = first + i;
        }
        return _head(tokenIds, found);
    }

    /* INTERNAL */

    function _holds(address collection, address pool, uint256 tokenId) internal view returns (bool) {
        (bool ok, uint256 owner,,) =
            BoundedCall.ask(collection, OWNER_GAS, abi.encodeCall(IERC721.ownerOf, (tokenId)), 1);
        return ok && owner == uint256(uint160(pool));
    }

    function _head(uint256[] memory list, uint256 length) internal pure returns (uint256[] memory head) {
        head = new uint256[](length);
        for (uint256 i; i < length; ++i) {
            head[i] = list[i];
        }
    }
}
