// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC2981} from "@openzeppelin/contracts/interfaces/IERC2981.sol";
import {MockNft} from "./MockNft.sol";

/// @title SplitRoyaltyNft
/// @notice A collection whose tokens pay different receivers: id 1 the first, id 2 the second …, and the one after the
/// last receiver nobody.
contract SplitRoyaltyNft is MockNft {
    address[] public receivers;
    uint256 public immutable bps;

    constructor(address[] memory receivers_, uint256 bps_) {
        (receivers, bps) = (receivers_, bps_);
    }

    function royaltyInfo(uint256 tokenId, uint256 price) external view returns (address, uint256) {
        uint256 place = (tokenId + receivers.length) % (receivers.length + 1);
        if (place == receivers.length) return (address(0), 0);
        return (receivers[place], price * bps / 10_000);
    }

    function supportsInterface(bytes4 id) public view override returns (bool) {
        return id == type(IERC2981).interfaceId || super.supportsInterface(id);
    }
}
