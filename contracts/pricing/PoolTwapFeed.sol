// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BoundedCall} from "../common/calls/BoundedCall.sol";
import {CommonErrors} from "../common/CommonErrors.sol";
import {INFTPool, PoolKind, PoolObservation} from "../market/interfaces/INFTPool.sol";
import {INFTPoolFactory} from "../market/interfaces/INFTPoolFactory.sol";
import {IPoolTwapFeed} from "./interfaces/IPoolTwapFeed.sol";

/// @title PoolTwapFeed
/// @notice See {IPoolTwapFeed}. Nothing can be changed after construction; governance replaces the feed.
/// @custom:kill None: it holds nothing and only reads. The oracle's governance takes it off a collection.
contract PoolTwapFeed is IPoolTwapFeed {
    /* TYPES */

    struct Checkpoint {
        // slot 0: 5 + 27 = 32
        uint40 at;
        uint216 priceSeconds;
    }

    /* CONSTANTS */

    /// @inheritdoc IPoolTwapFeed
    uint256 public constant MIN_WINDOW = 30 minutes;
    /// @inheritdoc IPoolTwapFeed
    uint256 public constant MAX_WINDOW = 24 hours;

    uint256 private constant STEPS = 8; // per window
    uint256 private constant RING = 32; // periods kept; a span reaches back at most 2 * STEPS of them
    uint256 private constant POOL_GAS = 80_000;

    /* IMMUTABLES */

    /// @inheritdoc IPoolTwapFeed
    address public immutable pool;
    /// @inheritdoc IPoolTwapFeed
    address public immutable collection;
    /// @inheritdoc IPoolTwapFeed
    address public immutable asset;
    /// @inheritdoc IPoolTwapFeed
    uint256 public immutable window;
    /// @inheritdoc IPoolTwapFeed
    uint256 public immutable step;

    /* STORAGE */

    Checkpoint[RING] internal _ring;

    /* CONSTRUCTOR */

    constructor(address factory, address pool_, uint256 window_) {
        if (!INFTPoolFactory(factory).isPool(pool_)) revert NotASharedPool(pool_);
        if (INFTPool(pool_).kind() != PoolKind.Shared) revert NotASharedPool(pool_);
        if (window_ < MIN_WINDOW || window_ > MAX_WINDOW) {
            revert CommonErrors.OutOfBounds("window", window_, MIN_WINDOW, MAX_WINDOW);
        }
        pool = pool_;
        collection = INFTPool(pool_).collection();
        asset = INFTPool(pool_).asset();
        window = window_;
        step = window_ / STEPS;
    }

    /* USER ACTIONS */

    /// @inheritdoc IPoolTwapFeed
    function poke() external returns (bool kept) {
        uint256 period = block.timestamp / step;
        Checkpoint storage c = _ring[period % RING];
        if (c.at / step == period) return false;
        PoolObservation memory o = INFTPool(pool).observe();
        if (o.priceSeconds >> 216 != 0) revert CommonErrors.Overflow(o.priceSeconds, 216);
        (c.at, c.priceSeconds) = (uint40(block.timestamp), uint216(o.priceSeconds)); // safe: checked above
        emit CheckpointKept(block.timestamp, o.priceSeconds);
        return true;
    }

    /* VIEWS */

    /// @inheritdoc IPoolTwapFeed
    function average() external view returns (uint256 price) {
        (price,) = averageSince();
    }

    /// @inheritdoc IPoolTwapFeed
    function averageSince() public view returns (uint256 price, uint256 since) {
        (bool ok, uint256 sum, uint256 at, uint256 thickSince) =
            BoundedCall.ask(pool, POOL_GAS, abi.encodeCall(INFTPool.observe, ()), 3);
        if (!ok || at != block.timestamp || thickSince == 0) return (0, 0);
        uint256 latest = block.timestamp - window;
        uint256 earliest = latest - window;
        for (uint256 period = latest / step; period >= earliest / step; --period) {
            Checkpoint memory c = _ring[period % RING];
            if (c.at / step != period || c.at > latest) continue;
            if (c.at < earliest || c.at < thickSince || sum < c.priceSeconds) return (0, 0);
            return ((sum - c.priceSeconds) / (block.timestamp - c.at), c.at);
        }
    }

    /// @inheritdoc IPoolTwapFeed
    function checkpointIn(uint256 period) external view returns (uint256 at, uint256 priceSeconds) {
        Checkpoint memory c = _ring[period % RING];
        if (c.at / step == period) return (c.at, c.priceSeconds);
    }
}
