// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {CommonErrors} from "../../common/CommonErrors.sol";
import {INFTPool} from "../../market/interfaces/INFTPool.sol";
import {INFTPoolFactory} from "../../market/interfaces/INFTPoolFactory.sol";
import {IPoolTrader} from "../../market/interfaces/IPoolTrader.sol";
import {IMarketPayer} from "../interfaces/IMarketPayer.sol";
import {IMarketVenue} from "../interfaces/IMarketVenue.sol";
import {IPoolVenue} from "../interfaces/IPoolVenue.sol";

/// @title PoolVenue
/// @notice See {IPoolVenue}. Assets and NFTs never pass through it: inside the swap the pool is paid straight from the
/// trader. It gives no allowance and owns nothing.
/// @custom:kill None: the routers stop using it once governance takes it off their list.
contract PoolVenue is IPoolVenue {
    /* CONSTANTS */

    /// @dev Not empty: the pool calls back instead of pulling.
    bytes private constant CALL_BACK = hex"01";

    /* IMMUTABLES */

    INFTPoolFactory public immutable FACTORY;

    /* STORAGE */

    /// @dev The swap in progress: the pool, and who pays.
    address private transient _pool;
    address private transient _payer;

    /* CONSTRUCTOR */

    constructor(address factory) {
        if (factory == address(0)) revert CommonErrors.ZeroAddress();
        FACTORY = INFTPoolFactory(factory);
    }

    /* TRADES */

    /// @inheritdoc IMarketVenue
    function buy(
        address collection,
        uint256[] calldata tokenIds,
        uint256 maxCost,
        address receiver,
        bytes calldata data
    ) external returns (uint256 cost) {
        INFTPool pool = _begin(data, collection);
        cost = pool.buy(tokenIds, maxCost, receiver, block.timestamp, CALL_BACK);
        _pool = address(0);
    }

    /// @inheritdoc IMarketVenue
    function sell(
        address collection,
        uint256[] calldata tokenIds,
        uint256 minProceeds,
        address receiver,
        bytes calldata data
    ) external returns (uint256 proceeds) {
        INFTPool pool = _begin(data, collection);
        bytes memory sold = abi.encode(collection, tokenIds);
        (, bytes32[][] memory proofs) = abi.decode(data, (address, bytes32[][]));
        proceeds = pool.sell(tokenIds, minProceeds, receiver, block.timestamp, proofs, sold);
        _pool = address(0);
    }

    /* POOLS */

    /// @inheritdoc IPoolTrader
    function onPoolBuy(uint256 cost, bytes calldata) external returns (bytes4) {
        if (msg.sender != _pool) revert CommonErrors.Unauthorized(msg.sender);
        IMarketPayer(_payer).drawAssets(msg.sender, cost);
        return IPoolTrader.onPoolBuy.selector;
    }

    /// @inheritdoc IPoolTrader
    function onPoolSell(uint256, bytes calldata data) external returns (bytes4) {
        if (msg.sender != _pool) revert CommonErrors.Unauthorized(msg.sender);
        (address collection, uint256[] memory tokenIds) = abi.decode(data, (address, uint256[]));
        IMarketPayer(_payer).drawNfts(msg.sender, collection, tokenIds);
        return IPoolTrader.onPoolSell.selector;
    }

    /* INTERNAL */

    function _begin(bytes calldata data, address collection) internal returns (INFTPool) {
        if (_pool != address(0)) revert CommonErrors.GroupLocked();
        address pool = data.length < 32 ? address(0) : abi.decode(data, (address));
        if (!FACTORY.isPool(pool)) revert UnknownPool(pool);
        address trades = INFTPool(pool).collection();
        if (trades != collection) revert WrongCollection(trades, collection);
        (_pool, _payer) = (pool, msg.sender);
        return INFTPool(pool);
    }
}
