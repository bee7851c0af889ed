// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {PoolKind, PoolObservation} from "../market/interfaces/INFTPool.sol";

/// @title MockPool
/// @notice The past and the depth of a pool as a test sets them, and its own factory; fails in every way a pool can.
contract MockPool {
    enum Mode {
        Answer,
        Revert,
        BurnGas,
        Bomb, // returns 1 MB
        Short // returns 32 bytes
    }

    Mode public mode;
    PoolKind public kind = PoolKind.Shared;
    address public collection;
    address public asset;
    uint256 public price;
    uint256 public thickSince;
    uint256 public depth; // NFTs
    uint256 public bestPrice = type(uint256).max; // at which they would be taken
    mapping(address pool => bool) public isStranger;

    uint256 private _sum;
    uint256 private _at;

    error Unavailable();

    constructor(address collection_, address asset_) {
        (collection, asset, _at, thickSince) = (collection_, asset_, block.timestamp, block.timestamp);
    }

    function isPool(address pool) external view returns (bool) {
        return !isStranger[pool];
    }

    function setStranger(address pool, bool on) external {
        isStranger[pool] = on;
    }

    function setMode(Mode mode_) external {
        mode = mode_;
    }

    function setKind(PoolKind kind_) external {
        kind = kind_;
    }

    /// @notice From now on the price is `price_`.
    function setPrice(uint256 price_) external {
        (_sum, _at) = (_sum + price * (block.timestamp - _at), block.timestamp);
        price = price_;
    }

    function setThickSince(uint256 at) external {
        thickSince = at;
    }

    function setDepth(uint256 count, uint256 bestPrice_) external {
        (depth, bestPrice) = (count, bestPrice_);
    }

    function observe() external view returns (PoolObservation memory o) {
        _misbehave();
        return PoolObservation(_sum + price * (block.timestamp - _at), block.timestamp, thickSince);
    }

    function depthAt(uint256 minPrice, uint256 most) external view returns (uint256 count) {
        _misbehave();
        count = minPrice > bestPrice ? 0 : depth;
        return count < most ? count : most;
    }

    /// @notice As standing bids answer.
    function depthAt(address, uint256 minPrice) external view returns (uint256 count) {
        _misbehave();
        return minPrice > bestPrice ? 0 : depth;
    }

    function _misbehave() private view {
        if (mode == Mode.Revert) revert Unavailable();
        if (mode == Mode.BurnGas) {
            while (true) {}
        }
        if (mode == Mode.Bomb) {
            assembly ("memory-safe") {
                return(0, 1000000)
            }
        }
        if (mode == Mode.Short) {
            assembly ("memory-safe") {
                return(0, 31)
            }
        }
    }
}
