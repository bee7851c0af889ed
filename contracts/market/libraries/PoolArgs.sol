// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";
import {PoolKind} from "../interfaces/INFTPool.sol";

/// @notice What is fixed for ever at a pool's creation, part of its code.
struct FixedTerms {
    address collection;
    address curve;
    address owner;
    PoolKind kind;
    uint256 protocolFeeBps;
    bytes32 listRoot;
}

/// @title The arguments in the code of a pool
/// @dev Three words, and the root of the list as a fourth when there is one (a byte of code costs 200 gas):
/// 96 bits tag, 160 collection | 72 zero, 16 protocol fee, 8 kind, 160 curve | 96 zero, 160 owner | root.
/// The tag binds creator, salt and the terms that may change later to the address.
library PoolArgs {
    /// @notice Most a pool may take of a price for itself, and the protocol of a pool, basis points.
    uint256 internal constant MAX_FEE_BPS = 5_000;
    uint256 internal constant MAX_PROTOCOL_FEE_BPS = 500;
    /// @notice Least code of a pool: that of a clone, and three words.
    uint256 internal constant MIN_CODE = 0x2d + 96;

    function encode(FixedTerms memory t, bytes32 tag) internal pure returns (bytes memory) {
        uint256 first = (uint256(tag) >> 160 << 160) | uint160(t.collection);
        uint256 second = t.protocolFeeBps << 168 | uint256(t.kind) << 160 | uint160(t.curve);
        if (t.listRoot == 0) return abi.encode(first, second, t.owner);
        return abi.encode(first, second, t.owner, t.listRoot);
    }

    /// @notice The terms in the code of `pool`.
    function read(address pool) internal view returns (FixedTerms memory t) {
        bytes memory args = Clones.fetchCloneArgs(pool);
        uint256 first;
        uint256 second;
        if (args.length == 96) (first, second, t.owner) = abi.decode(args, (uint256, uint256, address));
        else (first, second, t.owner, t.listRoot) = abi.decode(args, (uint256, uint256, address, bytes32));
        t.collection = address(uint160(first));
        t.curve = address(uint160(second));
        t.kind = PoolKind(uint8(second >> 160));
        t.protocolFeeBps = uint16(second >> 168);
    }
}
