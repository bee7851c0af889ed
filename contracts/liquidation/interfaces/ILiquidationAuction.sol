// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Terms of one auction, fixed at its start. One slot: 5 + 2 * 5 + 3 * 3 = 24 bytes.
struct AuctionTerms {
    uint40 startedAt; // group clock, seconds; 0: no auction
    uint16 units; // 1/100 floor piece
    uint16 premiumBps; // start, of the reference price
    uint16 discountMinBps; // end of the premium phase
    uint16 discountMaxBps; // end of the standard band
    uint16 reserveBps; // end of the distressed phase
    uint24 premiumSeconds;
    uint24 bandSeconds;
    uint24 distressedSeconds;
}

/// @notice Where an auction stands.
enum AuctionPhase {
    None,
    Premium,
    Band,
    Distressed,
    Reserve
}

/// @title Falling-price auctions of single NFTs, priced as a multiple of the reference of now
/// @notice `price(t) = multiple(t) * spot * units / 100`, rounded up. Premium: exponential from `premiumBps` to
/// 1 - discountMin. Band: linear to 1 - discountMax. Distressed: linear to the reserve, then it stays; anyone may
/// restart after `RESTART_AFTER`. While the reference is stale the multiple does not fall below the end of the band,
/// nor below where it stood when the reference went stale.
/// @dev An auction is named by its NFT; the seller keeps custody.
interface ILiquidationAuction {
    /* EVENTS */

    /// @notice An auction began.
    event AuctionStarted(address indexed collection, uint256 indexed tokenId, AuctionTerms terms);
    /// @notice An auction began anew at `startedAt` on the group clock.
    event AuctionRestarted(address indexed collection, uint256 indexed tokenId, uint256 startedAt);
    /// @notice An auction ended without a sale.
    event AuctionCancelled(address indexed collection, uint256 indexed tokenId);
    /// @notice A sale: `price` was asked, `proceeds` arrived, `worth` was the value of the NFT at spot;
    /// `discountBps` = 10,000 - price / worth, negative above the reference.
    event AuctionTaken(
        address indexed collection,
        uint256 indexed tokenId,
        address indexed taker,
        address receiver,
        uint256 price,
        uint256 proceeds,
        uint256 worth,
        int256 discountBps,
        AuctionPhase phase
    );
    /// @notice A sale into a registered exit: `price` was asked, `proceeds` arrived; `discountBps` = 10,000 - proceeds /
    /// worth, because all of the proceeds went to the account.
    event AuctionSettledInto(
        address indexed collection,
        uint256 indexed tokenId,
        address indexed venue,
        address settler,
        uint256 price,
        uint256 proceeds,
        uint256 worth,
        int256 discountBps,
        AuctionPhase phase
    );
    /// @notice `venue` may, or may no longer, take auctioned NFTs.
    event ExitListed(address indexed venue, bool listed);

    /* ERRORS */

    /// @notice `venue` is not a registered exit.
    error ExitNotListed(address venue);
    /// @notice The venue paid `proceeds` where at least `wanted` is due.
    error ProceedsTooLow(uint256 proceeds, uint256 wanted);

    /// @notice No auction of this token.
    error NoAuction(address collection, uint256 tokenId);
    /// @notice An auction of this token is running.
    error AuctionRunning(address collection, uint256 tokenId);
    /// @notice The price exceeds the taker's limit.
    error PriceAboveMax(uint256 price, uint256 maxPrice);
    /// @notice The auction may be restarted from `restartAt` on the group clock.
    error RestartTooEarly(uint256 clock, uint256 restartAt);
    /// @notice The callback did not answer with its selector.
    error BadCallback(bytes4 answer);
    /// @notice There is no reference price.
    error NoReference(address collection);

    /* SELLER */

    /// @notice Starts an auction; `terms.startedAt` is set to the group clock. Seller only.
    function start(address collection, uint256 tokenId, AuctionTerms calldata terms) external;

    /// @notice Ends an auction without a sale. Seller only.
    function cancel(address collection, uint256 tokenId) external;

    /* ANYONE */

    /// @notice Begins an auction anew, once it has run for `RESTART_AFTER`. Not while paused.
    function restart(address collection, uint256 tokenId) external;

    /// @notice Buys the NFT at the price of now. The NFT goes to `receiver`; with `data` the caller is called back
    /// ({IAuctionTaker}); then the price is pulled from the caller, which must have approved this contract.
    /// @return price asked, asset units
    function take(address collection, uint256 tokenId, uint256 maxPrice, address receiver, bytes calldata data)
        external
        returns (uint256 price);

    /// @notice Sells the NFT into a registered exit: the venue gets the NFT, and what arrives at the vault by it, all of
    /// it for the account, must be at least the price of now and at least `minProceeds`. The caller earns a bounded tip.
    /// @return proceeds measured, asset units
    function settleInto(address collection, uint256 tokenId, address venue, uint256 minProceeds, bytes calldata data)
        external
        returns (uint256 proceeds);

    /* GOVERNANCE */

    /// @notice Lists or unlists an exit.
    function setExit(address venue, bool listed) external;

    /* VIEWS */

    /// @notice Whether `venue` may take auctioned NFTs.
    function isExit(address venue) external view returns (bool);

    /// @notice Shortest run before a restart, seconds.
    function RESTART_AFTER() external view returns (uint256);

    /// @notice Price of now, asset units rounded up; the value at spot, rounded down; the phase. Closed while the
    /// seller's group is locked, except to the seller.
    function priceOf(address collection, uint256 tokenId)
        external
        view
        returns (uint256 price, uint256 worth, AuctionPhase phase);

    /// @notice Terms of a running auction; all zero when there is none.
    function termsOf(address collection, uint256 tokenId) external view returns (AuctionTerms memory);

    /// @notice Multiple of the reference after `elapsed` seconds, wad rounded up, and the phase.
    function multipleAt(AuctionTerms calldata terms, uint256 elapsed)
        external
        pure
        returns (uint256 multipleWad, AuctionPhase phase);
}
