// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {CommonErrors} from "../common/CommonErrors.sol";
import {WadMath} from "../common/math/WadMath.sol";
import {NftCustody} from "../common/tokens/NftCustody.sol";
import {IAuctionTaker} from "../liquidation/interfaces/IAuctionTaker.sol";
import {IExitVenue} from "../liquidation/interfaces/IExitVenue.sol";
import {ILiquidationAuction} from "../liquidation/interfaces/ILiquidationAuction.sol";
import {PoolSeller} from "./PoolSeller.sol";
import {IPoolTaker} from "./interfaces/IPoolTaker.sol";

/// @title PoolTaker
/// @notice See {IPoolTaker}.
/// @custom:kill None: it has no rights, and callers trust it with nothing but one call.
contract PoolTaker is PoolSeller, IPoolTaker {
    using SafeERC20 for IERC20;
    using WadMath for uint256;

    /* IMMUTABLES */

    ILiquidationAuction public immutable AUCTION;
    IERC20 public immutable ASSET;

    /* STORAGE */

    /// @dev Inside a take: where to sell, and what it must leave above the price.
    address private transient _venue;
    uint256 private transient _minProfit;
    uint256 private transient _profit;

    /* CONSTRUCTOR */

    constructor(address auction, address factory, address asset) PoolSeller(factory) {
        if (auction == address(0) || asset == address(0)) revert CommonErrors.ZeroAddress();
        AUCTION = ILiquidationAuction(auction);
        ASSET = IERC20(asset);
    }

    /* KEEPERS */

    /// @inheritdoc IPoolTaker
    function takeInto(
        address collection,
        uint256 tokenId,
        address venue,
        uint256 maxPrice,
        uint256 minProfit,
        address receiver,
        bytes calldata data
    ) external returns (uint256 profit) {
        if (_venue != address(0)) revert CommonErrors.GroupLocked();
        if (!FACTORY.isPool(venue) && !AUCTION.isExit(venue)) revert UnknownTakeVenue(venue);
        (_venue, _minProfit) = (venue, minProfit);
        // never empty: without data the auction would not call back
        uint256 price = AUCTION.take(collection, tokenId, maxPrice, address(this), abi.encode(data));
        profit = _profit;
        _venue = address(0);
        emit TakenInto(collection, tokenId, venue, msg.sender, receiver, price, profit);
        if (profit != 0) ASSET.safeTransfer(receiver, profit);
    }

    /* AUCTION */

    /// @inheritdoc IAuctionTaker
    function onTake(address collection, uint256 tokenId, uint256 price, bytes calldata data) external returns (bytes4) {
        address venue = _venue;
        if (msg.sender != address(AUCTION) || venue == address(0)) revert CommonErrors.Unauthorized(msg.sender);
        bytes memory rest = abi.decode(data, (bytes));
        uint256 wanted = price + _minProfit;
        uint256 before = ASSET.balanceOf(address(this));
        if (FACTORY.isPool(venue)) {
            _sell(venue, collection, tokenId, wanted, address(this), abi.decode(rest, (bytes32[][])));
        } else {
            NftCustody.push(collection, tokenId, venue);
            IExitVenue(venue).exit(collection, tokenId, address(this), wanted, rest);
        }
        uint256 proceeds = ASSET.balanceOf(address(this)).zeroFloorSub(before);
        if (proceeds < wanted) revert TakeUnprofitable(proceeds, wanted);
        _profit = proceeds - price;
        ASSET.forceApprove(address(AUCTION), price);
        return IAuctionTaker.onTake.selector;
    }
}
