// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IExitVenue} from "./IExitVenue.sol";

/// @notice A standing bid for liquidated NFTs.
struct StandingBid {
    address bidder; // zero: there is none
    address collection;
    uint16 priceBps; // of the value of the NFT at spot
    uint16 quantity; // left
    uint40 endsAt; // unix seconds; fills nothing from then on: its expiry, or the delay after its cancel
    bool cancelled;
    uint96 maxPrice; // per NFT, asset units
    uint256 locked; // asset units: quantity * maxPrice
}

/// @title Capital that waits for liquidations
/// @notice A bid pays min(priceBps of value, maxPrice), rounded down, for each of `quantity` NFTs of a collection, where
/// value is units * spot / 100; `quantity * maxPrice` is locked. The best price is served first, the older of equal ones
/// first, whoever calls. Only auctions sell here. A cancel takes effect after `CANCEL_DELAY`; a cancelled bid stops
/// counting as depth at once. Money and NFTs that a bidder is owed are claimed, never sent.
/// @dev A bid has no value to be a part of while the price is stale: then nothing is filled.
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
    /// @notice A bid was filled; `locked` and `quantity` are what is left. What the NFT cost less than `maxPrice` follows
    /// as `BidRefunded`.
    event BidFilled(
        uint256 indexed bidId,
        address indexed collection,
        uint256 indexed tokenId,
        uint256 price,
        uint256 quantity,
        uint256 locked
    );
    /// @notice `assets` that a fill did not need were credited to the bidder.
    event BidRefunded(uint256 indexed bidId, address indexed bidder, uint256 assets);
    /// @notice The bidder cancelled; the bid ends at `claimableAt`, its expiry if that is earlier than the delay.
    event BidCancelled(uint256 indexed bidId, uint256 claimableAt);
    /// @notice A bid ended, filled up, over or displaced by a better one, and `assets` were credited to its bidder.
    event BidClosed(uint256 indexed bidId, address indexed bidder, uint256 assets);
    /// @notice `bidder` took `assets` out, sent to `to`.
    event BidMoneyClaimed(address indexed bidder, address indexed to, uint256 assets);
    /// @notice `bidder` took an NFT out, sent to `to`.
    event BidNftClaimed(address indexed bidder, address indexed collection, uint256 indexed tokenId, address to);

    /* ERRORS */

    /// @notice There is no such bid, or it is not the caller's.
    error NoBid(uint256 bidId);
    /// @notice The bid was cancelled before.
    error BidAlreadyCancelled(uint256 bidId);
    /// @notice The bid stands until `endsAt`.
    error BidNotOver(uint256 bidId, uint256 endsAt);
    /// @notice `maxPrice` is below `least`: no auction could ever end there at the prices of now.
    error BidTooLow(uint256 maxPrice, uint256 least);
    /// @notice `arrived` asset units came where `wanted` must be locked.
    error BidUnderfunded(uint256 arrived, uint256 wanted);
    /// @notice The collection has its most bids and this one is not better than the worst of those that take no more NFTs;
    /// 0: all take more.
    error BidBookFull(address collection, uint256 worstBidId);
    /// @notice No bid pays `minProceeds` for this token now.
    error NoBidTakes(address collection, uint256 tokenId, uint256 minProceeds);
    /// @notice This token was bought here before and waits for its buyer.
    error NftAlreadyOwed(address collection, uint256 tokenId, address bidder);
    /// @notice The caller has no claim on this token.
    error NftNotOwed(address collection, uint256 tokenId, address claimer);

    /* BIDDERS */

    /// @notice Places a bid and locks `quantity * maxPrice`. When the collection has its most bids, one that is over, else
    /// the worst (the youngest of equal ones), makes room, if it pays less for a floor piece now; its capital is credited.
    /// @param priceBps of the value at spot, within `MIN_PRICE_BPS` and `MAX_PRICE_BPS`
    /// @param maxPrice at least `MIN_PRICE_BPS` of a floor piece at spot
    /// @param expiresAt unix seconds, `CANCEL_DELAY` to `MAX_LIFE` from now
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

    /* VIEWS (closed while an entry runs) */

    /// @notice A bid; all zero when it ended.
    function bidOf(uint256 bidId) external view returns (StandingBid memory);

    /// @notice Bids of a collection that are not over, best first at the prices of now.
    function bidsOf(address collection) external view returns (uint256[] memory bidIds);

    /// @notice How many NFTs bids that are neither cancelled nor over would take at `minPrice` or more, for a value
    /// of one floor piece at spot. None while the price is stale.
    function depthAt(address collection, uint256 minPrice) external view returns (uint256 count);

    /// @notice What `bidder` may claim, asset units.
    function claimable(address bidder) external view returns (uint256);

    /// @notice Who may claim an NFT; zero: nobody.
    function owedTo(address collection, uint256 tokenId) external view returns (address bidder);

    /* CONSTANTS */

    /// @notice How long a cancelled bid can still be filled, and the shortest life of a bid, seconds.
    function CANCEL_DELAY() external view returns (uint256);

    /// @notice Longest life of a bid, seconds.
    function MAX_LIFE() external view returns (uint256);

    /// @notice Most bids of a collection.
    function MAX_BIDS() external view returns (uint256);

    /// @notice Least `priceBps`, and of a floor piece the least `maxPrice`.
    function MIN_PRICE_BPS() external view returns (uint256);

    /// @notice Most `priceBps`.
    function MAX_PRICE_BPS() external view returns (uint256);
}
