// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {FeedReading, IFloorFeed} from "../pricing/interfaces/IFloorFeed.sol";

/// @title MockFloorFeed
/// @notice A floor feed whose reading is set by anyone, and which fails in every way a feed can.
contract MockFloorFeed is IFloorFeed {
    enum Mode {
        Answer,
        Revert,
        Garbage, // returns fewer bytes than promised
        BurnGas,
        Bomb, // returns 1 MB
        RevertBomb, // reverts with 1 MB
        Slow // answers, after nearly all the gas that an oracle grants
    }

    Mode public mode;
    uint256 public key = 7;
    FeedReading private _reading;

    error Unavailable();

    function set(FeedReading calldata reading) external {
        _reading = reading;
    }

    function setMode(Mode mode_) external {
        mode = mode_;
    }

    function setKey(uint256 key_) external {
        key = key_;
    }

    function keyOf(address) external view returns (uint256) {
        return key;
    }

    function latest(uint256) external view returns (FeedReading memory) {
        if (mode == Mode.Revert) revert Unavailable();
        if (mode == Mode.BurnGas) {
            while (true) {}
        }
        if (mode == Mode.Garbage) {
            assembly ("memory-safe") {
                mstore(0, 1)
                return(0, 255)
            }
        }
        if (mode == Mode.Bomb) {
            assembly ("memory-safe") {
                return(0, 1000000)
            }
        }
        if (mode == Mode.RevertBomb) {
            assembly ("memory-safe") {
                revert(0, 1000000)
            }
        }
        if (mode == Mode.Slow) {
            uint256 enough = gasleft() < 225_000 ? gasleft() : 225_000;
            for (uint256 start = gasleft(); start - gasleft() < enough;) {}
        }
        return _reading;
    }
}
