// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {IMarketPayer} from "../periphery/interfaces/IMarketPayer.sol";
import {IMarketVenue} from "../periphery/interfaces/IMarketVenue.sol";
import {Scripted} from "./Scripted.sol";

/// @title MockVenue
/// @notice A venue over the stock and the purse of one maker, who has approved it. `data` of a fill says how it behaves:
/// empty for honestly, else `abi.encode(mode)`. In the midst of every trade it runs the script of the selector.
contract MockVenue is IMarketVenue, Scripted {
    enum Mode {
        Honest,
        Keeps, // takes the money, or the NFTs, and gives nothing
        Overdraws, // draws one unit more than the limit
        DrawsTwice, // selling: the same NFTs again
        DrawsOthers, // selling: other NFTs of the seller instead
        Burns, // all gas
        Bombs, // reverts with 100 kB
        Refuses,
        Lies, // reports twice the amount
        Gives // takes nothing and delivers
    }

    error Refused();

    address public immutable maker;
    address public immutable asset;
    uint256 public price; // asset units per token

    constructor(address maker_, address asset_) {
        (maker, asset) = (maker_, asset_);
    }

    function setPrice(uint256 price_) external {
        price = price_;
    }

    /// @inheritdoc IMarketVenue
    function buy(
        address collection,
        uint256[] calldata tokenIds,
        uint256 maxCost,
        address receiver,
        bytes calldata data
    ) external returns (uint256 cost) {
        Mode mode = _mode(data);
        cost = price * tokenIds.length;
        if (mode == Mode.Overdraws) cost = maxCost + 1;
        if (mode != Mode.Gives) IMarketPayer(msg.sender).drawAssets(maker, cost);
        _run(msg.sig);
        if (mode != Mode.Keeps) {
            for (uint256 i; i < tokenIds.length; ++i) {
                IERC721(collection).transferFrom(maker, receiver, tokenIds[i]);
            }
        }
        if (mode == Mode.Lies) cost *= 2;
    }

    /// @inheritdoc IMarketVenue
    function sell(address collection, uint256[] calldata tokenIds, uint256, address receiver, bytes calldata data)
        external
        returns (uint256 proceeds)
    {
        Mode mode = _mode(data);
        bool takes = mode != Mode.Gives && mode != Mode.DrawsOthers;
        if (takes) IMarketPayer(msg.sender).drawNfts(maker, collection, tokenIds);
        if (mode == Mode.DrawsTwice) IMarketPayer(msg.sender).drawNfts(maker, collection, tokenIds);
        if (mode == Mode.DrawsOthers) {
            uint256[] memory others = tokenIds;
            others[0] += 1;
            IMarketPayer(msg.sender).drawNfts(maker, collection, others);
        }
        _run(msg.sig);
        proceeds = price * tokenIds.length;
        if (mode != Mode.Keeps) _pay(receiver, proceeds);
        if (mode == Mode.Lies) proceeds *= 2;
    }

    function _pay(address to, uint256 assets) private {
        (bool success, bytes memory output) =
            asset.call(abi.encodeWithSignature("transferFrom(address,address,uint256)", maker, to, assets));
        if (!success) _bubble(output);
    }

    function _mode(bytes calldata data) private pure returns (Mode mode) {
        if (data.length == 0) return Mode.Honest;
        mode = abi.decode(data, (Mode));
        if (mode == Mode.Burns) {
            while (true) {}
        }
        if (mode == Mode.Bombs) {
            assembly ("memory-safe") {
                revert(0, 100000)
            }
        }
        if (mode == Mode.Refuses) revert Refused();
    }
}
