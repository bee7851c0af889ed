// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAuctionTaker} from "../../liquidation/interfaces/IAuctionTaker.sol";
import {IPoolTrader} from "../../market/interfaces/IPoolTrader.sol";

/// @title Taking an auctioned NFT without capital
/// @notice Takes, sells what it took into a pool (or an exit that serves anyone) inside the callback, pays the auction
/// out of that, and sends the difference to its caller. Where `settleInto` would leave the difference to the borrower
/// and pay a tip, a taker keeps it: who calls chooses.
/// @dev Holds nothing between calls; asset that was sent here by mistake is nobody's profit and stays.
interface IPoolTaker is IAuctionTaker, IPoolTrader {
    /// @notice `keeper` took a token for `price` and sold it at `venue`; `receiver` got `profit`.
    event TakenInto(
        address indexed collection,
        uint256 indexed tokenId,
        address indexed venue,
        address keeper,
        address receiver,
        uint256 price,
        uint256 profit
    );

    /// @notice The sale brought `proceeds`; price and least profit need `wanted`.
    error TakeUnprofitable(uint256 proceeds, uint256 wanted);
    /// @notice `venue` is neither a pool of the factory nor an exit the auction house knows.
    error UnknownTakeVenue(address venue);

    /// @notice Takes the NFT for at most `maxPrice` and sells it at `venue` for at least the price and `minProfit`.
    /// @param data at a pool `abi.encode(proofs)`, at an exit what that exit takes
    function takeInto(
        address collection,
        uint256 tokenId,
        address venue,
        uint256 maxPrice,
        uint256 minProfit,
        address receiver,
        bytes calldata data
    ) external returns (uint256 profit);
}
