// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IActReceiver} from "../../lending/interfaces/IActReceiver.sol";
import {Fill} from "./IMarketRouter.sol";

/// @title Buying with a loan, and selling to repay one
/// @notice Both are callers of {ICreditDesk-act}; the account must have made this contract its operator. Nobody but the
/// account (selling: or an operator of it) is served, at venues the market router lists, and nothing is left here.
interface ILoanRouter is IActReceiver {
    /* EVENTS */

    /// @notice NFTs were bought for `cost`, of which `borrowed` came from the vault, and pledged.
    event BoughtWithLoan(
        address indexed account,
        address indexed venue,
        address indexed collection,
        uint256[] tokenIds,
        uint256 cost,
        uint256 borrowed
    );
    /// @notice Pledged NFTs were sold: `repaid` of `proceeds` went to the debt (fines included), the rest to the owner.
    event SoldToRepay(
        address indexed account,
        address indexed venue,
        address indexed collection,
        uint256[] tokenIds,
        uint256 proceeds,
        uint256 repaid
    );
    /// @notice The owner could not be paid: `assets` were deposited in the vault for him.
    event SurplusDeposited(address indexed account, uint256 assets);

    /* ERRORS */

    /// @notice The price moved further from what the buyer saw than he allows.
    error FloorMoved(uint256 price, uint256 seen, uint256 maxMoveBps);
    /// @notice The desk, its vault and the routers are not of one asset.
    error AssetMismatch(address asset, address expected);

    /* USER ACTIONS */

    /// @notice Buys the NFTs of `fill` with `borrowAssets` from the vault and the rest, at most
    /// `fill.limit - borrowAssets`, from the caller, and pledges them; for the caller's own account. Of a loan above the
    /// cost the caller gets what is left.
    /// @param maxRate highest borrow rate, wad per second
    /// @param seen oracle mid of the collection the buyer decided on, asset units
    /// @param maxMoveBps largest move of it, either way
    /// @param deadline last second at which it may happen
    function buyWithLoan(
        Fill calldata fill,
        uint256 borrowAssets,
        uint256 maxRate,
        uint256 seen,
        uint256 maxMoveBps,
        uint256 deadline
    ) external returns (uint256 cost);

    /// @notice Sells pledged NFTs of `account` at no less than `fill.limit`; the debt is repaid first, the rest goes to
    /// the account. The caller is the account or one it authorised.
    /// @dev `fill.limit` is what is repaid before the desk judges; what the sale brings above it is repaid after.
    /// Under a notice it is open when debt / value at mid is lower afterwards.
    function sellAndRepay(address account, Fill calldata fill, uint256 deadline)
        external
        returns (uint256 proceeds, uint256 repaid);
}
