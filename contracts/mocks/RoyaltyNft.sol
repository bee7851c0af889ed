// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MockNft} from "./MockNft.sol";

/// @title RoyaltyNft
/// @notice A collection with an owner and an ERC-2981 that behaves as told, in every way a royalty can.
contract RoyaltyNft is MockNft {
    enum Mode {
        Answer,
        Revert,
        RevertBomb, // reverts with 1 MB
        BurnGas,
        Bomb, // returns 1 MB
        Short, // returns 32 bytes
        Dirty, // a receiver of more than 160 bits
        Fickle, // asks ten times as much when it was asked before in this transaction
        Thrifty // asks for nothing when it is given less than 50,000 gas
    }

    Mode public mode;
    address public owner;
    address public receiver;
    uint256 public bps;
    uint256 public extra; // asset units on top

    error Unavailable();

    constructor(address receiver_, uint256 bps_) {
        (owner, receiver, bps) = (msg.sender, receiver_, bps_);
    }

    function setMode(Mode mode_) external {
        mode = mode_;
    }

    function setOwner(address owner_) external {
        owner = owner_;
    }

    function setRoyalty(address receiver_, uint256 bps_, uint256 extra_) external {
        (receiver, bps, extra) = (receiver_, bps_, extra_);
    }

    function royaltyInfo(uint256, uint256 price) external view returns (address, uint256) {
        if (mode == Mode.Revert) revert Unavailable();
        if (mode == Mode.BurnGas) {
            while (true) {}
        }
        if (mode == Mode.Short) {
            assembly ("memory-safe") {
                mstore(0, 1)
                return(0, 32)
            }
        }
        if (mode == Mode.Bomb || mode == Mode.RevertBomb) {
            bool fails = mode == Mode.RevertBomb;
            assembly ("memory-safe") {
                if fails { revert(0, 1000000) }
                return(0, 1000000)
            }
        }
        if (mode == Mode.Dirty) {
            assembly ("memory-safe") {
                mstore(0, not(0))
                mstore(32, 1)
                return(0, 64)
            }
        }
        if (mode == Mode.Fickle) return (receiver, price / (_warm() ? 10 : 100));
        if (mode == Mode.Thrifty && gasleft() < 40_000) return (receiver, 0);
        unchecked {
            return (receiver, price * bps / 10_000 + extra);
        }
    }

    /// @dev A slot that was read before in this transaction costs a twentieth.
    function _warm() private view returns (bool) {
        uint256 available = gasleft();
        uint256 read = extra;
        return available - gasleft() < 1_000 + (read & 1);
    }
}
