// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {CommonErrors} from "../common/CommonErrors.sol";
import {IMarketTill} from "./interfaces/IMarketTill.sol";

/// @title MarketTill
/// @notice See {IMarketTill}. Stateless; the routers are immutable, so what a trader approves never changes its meaning.
/// @custom:kill None: a trader takes his approvals back at the token.
contract MarketTill is IMarketTill {
    using SafeERC20 for IERC20;

    /* IMMUTABLES */

    /// @inheritdoc IMarketTill
    address public immutable ASSET;
    address public immutable MARKET_ROUTER;
    address public immutable LOAN_ROUTER;

    /* CONSTRUCTOR */

    constructor(address asset, address marketRouter, address loanRouter) {
        if (asset == address(0) || marketRouter == address(0) || loanRouter == address(0)) {
            revert CommonErrors.ZeroAddress();
        }
        (ASSET, MARKET_ROUTER, LOAN_ROUTER) = (asset, marketRouter, loanRouter);
    }

    modifier onlyRouters() {
        if (msg.sender != MARKET_ROUTER && msg.sender != LOAN_ROUTER) revert CommonErrors.Unauthorized(msg.sender);
        _;
    }

    /* ROUTERS */

    /// @inheritdoc IMarketTill
    function pullAssets(address trader, address to, uint256 assets) external onlyRouters {
        IERC20(ASSET).safeTransferFrom(trader, to, assets);
    }

    /// @inheritdoc IMarketTill
    function pullNfts(address trader, address to, address collection, uint256[] calldata tokenIds)
        external
        onlyRouters
    {
        for (uint256 i; i < tokenIds.length; ++i) {
            IERC721(collection).transferFrom(trader, to, tokenIds[i]);
        }
    }
}
