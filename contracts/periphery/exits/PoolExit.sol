// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {CommonErrors} from "../../common/CommonErrors.sol";
import {IExitVenue} from "../../liquidation/interfaces/IExitVenue.sol";
import {INFTPool} from "../../market/interfaces/INFTPool.sol";
import {PoolSeller} from "../PoolSeller.sol";

/// @title PoolExit
/// @notice Sells an auctioned NFT into a pool of the factory, straight to the vault. `data` is
/// `abi.encode(pool, proofs)`. Only the auction house sells here, because liquidations may be entitled to a lower royalty:
/// nobody else shall have it. Between calls it holds nothing.
/// @custom:kill None: the auction house unlists it.
contract PoolExit is PoolSeller, IExitVenue {
    /* IMMUTABLES */

    /// @notice The auction house, the only seller.
    address public immutable AUCTION;

    /* CONSTRUCTOR */

    constructor(address auction, address factory) PoolSeller(factory) {
        if (auction == address(0)) revert CommonErrors.ZeroAddress();
        AUCTION = auction;
    }

    /* AUCTION */

    /// @inheritdoc IExitVenue
    function exit(address collection, uint256 tokenId, address payTo, uint256 minProceeds, bytes calldata data)
        external
        returns (uint256 net)
    {
        if (msg.sender != AUCTION) revert CommonErrors.Unauthorized(msg.sender);
        (address pool, bytes32[][] memory proofs) = abi.decode(data, (address, bytes32[][]));
        net = _sell(pool, collection, tokenId, minProceeds, payTo, proofs);
    }

    /* VIEWS */

    /// @inheritdoc IExitVenue
    /// @dev Reverts as the sale would where the pool cannot buy; whether the proof fits is seen when it sells.
    function quoteExit(address collection, uint256 tokenId, bytes calldata data) external view returns (uint256 net) {
        (address pool,) = abi.decode(data, (address, bytes32[][]));
        _requirePool(pool, collection);
        return INFTPool(pool).quoteSell(_single(tokenId), address(this)).total;
    }
}
