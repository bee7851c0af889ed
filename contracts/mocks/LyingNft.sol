// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";

/// @title LyingNft
/// @notice An ERC-721 whose transfers may do nothing and whose `ownerOf` may say anything.
contract LyingNft is ERC721("Lying", "LIE") {
    enum Transfers {
        Honest,
        NoOp, // succeed and move nothing
        Elsewhere // move the token to `elsewhere`
    }

    enum Owners {
        Honest,
        Asker, // every caller owns everything
        Fixed, // `claimedOwner` owns everything
        Receiver // the receiver of the last transfer call, moved or not
    }

    Transfers public transfers;
    Owners public owners;
    address public claimedOwner;
    address public elsewhere;
    address public lastReceiver;

    function mint(address to, uint256 tokenId) external {
        _mint(to, tokenId);
    }

    function setTransfers(Transfers mode, address elsewhere_) external {
        transfers = mode;
        elsewhere = elsewhere_;
    }

    function setOwners(Owners mode, address claimed) external {
        owners = mode;
        claimedOwner = claimed;
    }

    function trueOwnerOf(uint256 tokenId) external view returns (address) {
        return _ownerOf(tokenId);
    }

    function ownerOf(uint256 tokenId) public view override returns (address) {
        if (owners == Owners.Asker) return msg.sender;
        if (owners == Owners.Fixed) return claimedOwner;
        if (owners == Owners.Receiver && lastReceiver != address(0)) return lastReceiver;
        return super.ownerOf(tokenId);
    }

    function transferFrom(address from, address to, uint256 tokenId) public override {
        lastReceiver = to;
        if (transfers == Transfers.NoOp) return;
        super.transferFrom(from, transfers == Transfers.Elsewhere ? elsewhere : to, tokenId);
    }
}
