// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {CommonErrors} from "../../common/CommonErrors.sol";
import {ISeaport} from "../../common/interfaces/external/ISeaport.sol";
import {INFTPool} from "../../market/interfaces/INFTPool.sol";
import {IMarketPayer} from "../interfaces/IMarketPayer.sol";
import {IMarketVenue} from "../interfaces/IMarketVenue.sol";
import {ISeaportVenue} from "../interfaces/ISeaportVenue.sol";
import {SeaportBid, SeaportListing, SeaportOrders} from "../libraries/SeaportOrders.sol";

/// @title SeaportVenue
/// @notice See {ISeaportVenue}.
/// @dev The allowance to Seaport stands for ever: it moves only what lies here, which between calls is nothing, and the
/// venue can be the maker of no order (it signs nothing and validates nothing). An exact allowance would cost 25,000 gas
/// per purchase. The lock keeps makers, zones and tokens from trading with what was drawn for somebody else.
/// @custom:kill None: the routers stop using it once governance takes it off their list.
contract SeaportVenue is ISeaportVenue, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    /* IMMUTABLES */

    /// @inheritdoc ISeaportVenue
    ISeaport public immutable SEAPORT;
    /// @inheritdoc ISeaportVenue
    address public immutable ASSET;

    /* CONSTRUCTOR */

    constructor(address seaport, address asset) {
        if (seaport == address(0) || asset == address(0)) revert CommonErrors.ZeroAddress();
        SEAPORT = ISeaport(seaport);
        ASSET = asset;
        IERC20(asset).forceApprove(seaport, type(uint256).max);
    }

    /* TRADES */

    /// @inheritdoc IMarketVenue
    function buy(
        address collection,
        uint256[] calldata tokenIds,
        uint256 maxCost,
        address receiver,
        bytes calldata data
    ) external nonReentrant returns (uint256 cost) {
        SeaportListing[] memory listings = abi.decode(data, (SeaportListing[]));
        uint256 count = tokenIds.length;
        if (listings.length != count) revert CommonErrors.LengthMismatch(count, listings.length);
        cost = _draw(listings, maxCost);
        for (uint256 i; i < count; ++i) {
            SeaportOrders.buy(SEAPORT, ASSET, collection, tokenIds[i], listings[i], receiver);
        }
    }

    /// @inheritdoc IMarketVenue
    function sell(
        address collection,
        uint256[] calldata tokenIds,
        uint256 minProceeds,
        address receiver,
        bytes calldata data
    ) external nonReentrant returns (uint256 proceeds) {
        SeaportBid[] memory bids = abi.decode(data, (SeaportBid[]));
        uint256 count = tokenIds.length;
        if (bids.length != count) revert CommonErrors.LengthMismatch(count, bids.length);
        // an ERC-20 understands `approve` too: of the asset it would end the allowance that purchases need
        if (collection == ASSET) revert AssetNotSold(collection);
        IMarketPayer(msg.sender).drawNfts(address(this), collection, tokenIds);
        uint256 before = IERC20(ASSET).balanceOf(receiver);
        for (uint256 i; i < count; ++i) {
            IERC721(collection).approve(address(SEAPORT), tokenIds[i]);
            // fees are paid out of the proceeds: those pass through here when there are any
            address to = bids[i].fees.length == 0 ? receiver : address(this);
            SeaportOrders.sell(SEAPORT, ASSET, collection, tokenIds[i], bids[i], to);
        }
        uint256 held = IERC20(ASSET).balanceOf(address(this));
        if (held != 0) IERC20(ASSET).safeTransfer(receiver, held);
        uint256 now_ = IERC20(ASSET).balanceOf(receiver);
        proceeds = now_ > before ? now_ - before : 0;
        if (proceeds < minProceeds) revert INFTPool.ProceedsBelowMin(proceeds, minProceeds);
    }

    /* INTERNAL */

    /// @dev Draws what `listings` cost now.
    function _draw(SeaportListing[] memory listings, uint256 maxCost) internal returns (uint256 cost) {
        uint256 count = listings.length;
        for (uint256 i; i < count; ++i) {
            cost += SeaportOrders.priceUp(listings[i]);
        }
        if (cost > maxCost) revert INFTPool.CostAboveMax(cost, maxCost);
        IMarketPayer(msg.sender).drawAssets(address(this), cost);
    }
}
