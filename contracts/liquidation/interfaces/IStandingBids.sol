// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IExitVenue} from "./IExitVenue.sol";

/// @notice A standing bid for liquidated NFTs.
struct StandingBid {
    address bidder;
    address collection;
    uint16 priceBps; // of the value of the NFT at spot
    uint16 quantity; // left
    uint40 expiresAt; // unix seconds
    uint40 cancelledAt; // unix seconds; 0: live
    uint128 maxPrice; // per NFT, asset units
    uint128 locked; // asset units
}

/// @title Capital that waits for liquidations
/// @notice A bid pays min(priceBps of value, maxPrice) for each of `quantity` NFTs of a collection; `quantity *
/// maxPrice` is locked. The best price is served first, the older of equal ones first. A cancel takes effect after
/// `CANCEL_DELAY`; a cancelled bid stops counting as depth at once. Money and NFTs that a bidder is owed are claimed.
interface IStandingBids is IExitVenue {
    /* EVENTS */

    /// @notice A bid was placed and its capital locked.
    event BidPlaced(
        uint256 indexed bidId,
        address indexed bidder,
        address indexed collection,
        uint256 priceBps,
        uint256 maxPrice,
        uint256 quantity,
        uint256 expiresAt,
        uint256 locked
    );
    /// @notice A bid was filled; `locked` and `quantity` are what is left.
    event BidFilled(
        uint256 indexed bidId,
        address indexed collection,
        uint256 indexed tokenId,
        uint256 price,
        uint256 quantity,
        uint256 locked
    );
    /// @notice The bidder cancelled; the capital may be claimed from `claimableAt`.
    event BidCancelled(uint256 indexed bidId, uint256 claimableAt);
    /// @notice A bid ended and `assets` were credited to its bidder.
    event BidClosed(uint256 indexed bidId, address indexed bidder, uint256 assets);
    /// @notice `bidder` took `assets` out, sent to `to`.
    event BidMoneyClaimed(address indexed bidder, address indexed to, uint256 assets);
    /// @notice `bidder` took an NFT out, sent to `to`.
    event BidNftClaimed(address indexed bidder, address indexed collection, uint256 indexed tokenId, address to);

    /* ERRORS */

    error NoBid(uint256 bidId);
    error BidNotOver(uint256 bidId, uint256 endsAt);
    /// @notice The collection has its most bids and this one is not better than the worst of them.
    error BidBookFull(address collection, uint256 worstBidId);
    error NoBidTakes(address collection, uint256 tokenId, uint256 minProceeds);
    error NftNotOwed(address collection, uint256 tokenId, address claimer);

    /* BIDDERS */

    /// @notice Places a bid and locks `quantity * maxPrice`.
    function place(address collection, uint256 priceBps, uint256 maxPrice, uint256 quantity, uint256 expiresAt)
        external
        returns (uint256 bidId);

    /// @notice Cancels a bid of the caller; it can still be filled for `CANCEL_DELAY`.
    function cancel(uint256 bidId) external;

    /// @notice Ends a bid that is expired, or whose cancel took effect, and credits its capital. Anyone.
    function close(uint256 bidId) external;

    /// @notice Sends all that the caller is owed in asset to `to`.
    function claim(address to) external returns (uint256 assets);

    /// @notice Sends an NFT the caller bought to `to`.
    function claimNft(address collection, uint256 tokenId, address to) external;

    /* VIEWS */

    function bidOf(uint256 bidId) external view returns (StandingBid memory);

    /// @notice Live bids of a collection, best first at the prices of now.
    function bidsOf(address collection) external view returns (uint256[] memory bidIds);

    /// @notice How many NFTs bids that are neither cancelled nor expired would take at `minPrice` or more, for a value
    /// of one floor piece at spot.
    function depthAt(address collection, uint256 minPrice) external view returns (uint256 count);

    function claimable(address bidder) external view returns (uint256);

    function CANCEL_DELAY() external view returns (uint256);

    function MAX_BIDS() external view returns (uint256);
}
