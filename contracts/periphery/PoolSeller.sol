// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {CommonErrors} from "../common/CommonErrors.sol";
import {NftCustody} from "../common/tokens/NftCustody.sol";
import {INFTPool} from "../market/interfaces/INFTPool.sol";
import {INFTPoolFactory} from "../market/interfaces/INFTPoolFactory.sol";
import {IPoolTrader} from "../market/interfaces/IPoolTrader.sol";
import {IPoolVenue} from "./interfaces/IPoolVenue.sol";

/// @title PoolSeller
/// @notice Sells an NFT that this contract holds into a pool of the factory: the pool pays first, then is handed the
/// NFT, so that no approval is ever given.
abstract contract PoolSeller is IPoolTrader {
    /* IMMUTABLES */

    INFTPoolFactory public immutable FACTORY;

    /* STORAGE */

    /// @dev The pool of the sale in progress.
    address private transient _pool;

    /* CONSTRUCTOR */

    constructor(address factory) {
        if (factory == address(0)) revert CommonErrors.ZeroAddress();
        FACTORY = INFTPoolFactory(factory);
    }

    /* POOLS */

    /// @inheritdoc IPoolTrader
    function onPoolBuy(uint256, bytes calldata) external view returns (bytes4) {
        revert CommonErrors.Unauthorized(msg.sender);
    }

    /// @inheritdoc IPoolTrader
    function onPoolSell(uint256, bytes calldata data) external returns (bytes4) {
        if (msg.sender != _pool) revert CommonErrors.Unauthorized(msg.sender);
        (address collection, uint256 tokenId) = abi.decode(data, (address, uint256));
        NftCustody.push(collection, tokenId, msg.sender);
        return IPoolTrader.onPoolSell.selector;
    }

    /* INTERNAL */

    /// @param proofs one Merkle proof when the pool has a list, else empty
    function _sell(
        address pool,
        address collection,
        uint256 tokenId,
        uint256 minProceeds,
        address receiver,
        bytes32[][] memory proofs
    ) internal returns (uint256 proceeds) {
        if (_pool != address(0)) revert CommonErrors.GroupLocked();
        _requirePool(pool, collection);
        _pool = pool;
        uint256[] memory tokenIds = _single(tokenId);
        bytes memory data = abi.encode(collection, tokenId);
        proceeds = INFTPool(pool).sell(tokenIds, minProceeds, receiver, block.timestamp, proofs, data);
        _pool = address(0);
    }

    function _requirePool(address pool, address collection) internal view {
        if (!FACTORY.isPool(pool)) revert IPoolVenue.UnknownPool(pool);
        address trades = INFTPool(pool).collection();
        if (trades != collection) revert IPoolVenue.WrongCollection(trades, collection);
    }

    function _single(uint256 tokenId) internal pure returns (uint256[] memory tokenIds) {
        tokenIds = new uint256[](1);
        tokenIds[0] = tokenId;
    }
}
