// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {IMarketPayer} from "../periphery/interfaces/IMarketPayer.sol";
import {IMarketVenue} from "../periphery/interfaces/IMarketVenue.sol";

/// @title MarketPayer
/// @notice A router without checks: it lets a venue draw whatever it wants of what lies here.
contract MarketPayer is IMarketPayer {
    using SafeERC20 for IERC20;

    IERC20 public immutable asset;
    uint256 public drawn;

    constructor(address asset_) {
        asset = IERC20(asset_);
    }

    function buy(
        IMarketVenue venue,
        address collection,
        uint256[] calldata tokenIds,
        uint256 maxCost,
        address receiver,
        bytes calldata data
    ) external returns (uint256) {
        drawn = 0;
        return venue.buy(collection, tokenIds, maxCost, receiver, data);
    }

    function sell(
        IMarketVenue venue,
        address collection,
        uint256[] calldata tokenIds,
        uint256 minProceeds,
        address receiver,
        bytes calldata data
    ) external returns (uint256) {
        return venue.sell(collection, tokenIds, minProceeds, receiver, data);
    }

    /// @inheritdoc IMarketPayer
    function drawAssets(address to, uint256 assets) external {
        drawn += assets;
        asset.safeTransfer(to, assets);
    }

    /// @inheritdoc IMarketPayer
    function drawNfts(address to, address collection, uint256[] calldata tokenIds) external {
        for (uint256 i; i < tokenIds.length; ++i) {
            IERC721(collection).transferFrom(address(this), to, tokenIds[i]);
        }
    }
}
