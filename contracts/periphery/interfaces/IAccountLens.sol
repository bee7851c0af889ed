// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {NftRef} from "../../common/types/NftTypes.sol";
import {Account, Mark, Notice, Pledge} from "../../lending/interfaces/ICreditDesk.sol";
import {Health, Tier} from "../../lending/interfaces/ITierBook.sol";
import {AuctionPhase, AuctionTerms} from "../../liquidation/interfaces/ILiquidationAuction.sol";
import {Quote} from "../../pricing/interfaces/IFloorOracle.sol";

/// @notice An account as people look at it.
struct AccountView {
    uint256 debt; // asset units, rounded up
    Account account;
    Notice notice;
    Mark mark;
    Health health;
    uint256 warnLine; // from here upward it may be flagged
    uint256 calmLine; // below it a notice dies
    uint256 recoveredLine; // up to it auctions are over
}

/// @notice One of the eight places of the book.
struct PlaceView {
    address collection; // zero: empty
    bool quoted; // false: the oracle refused to answer, and so will every health that needs it
    Tier tier;
    Quote quote;
}

/// @notice All of a market that decides about an account.
struct MarketView {
    uint256 blockNumber;
    uint256 timestamp; // unix seconds
    uint256 clock; // group clock, seconds
    bool paused;
    uint256 resumedAt; // end of the last pause, unix seconds; 0: none
    uint256 debtAssets; // accrued to now
    uint256 debtShares;
    uint256 cash;
    uint256 reserve;
    uint256 supplyAssets; // what a depositor pays for
    uint256 supplyShares;
    uint256 floatingBadDebt;
    uint256 markedShares;
    uint256 markedCollateral;
    uint256 queuedShares;
    uint256 queueHead;
    uint256 queueTail;
    uint256 rate; // wad per second
    uint256 targetRate; // wad per second
    uint256 maxTip;
    uint256 minDebt;
    uint256 behind; // per place, 32 bits: units behind debt (24), live auctions (8)
    PlaceView[8] places;
}

/// @notice A running auction.
struct AuctionView {
    AuctionTerms terms; // all zero: there is none
    uint256 price; // asset units, rounded up; 0 without a reference price
    uint256 worth; // at spot, rounded down
    AuctionPhase phase;
    address account; // whose NFT it is
}

/// @title Pages of accounts, auctions and the market, read in one call
/// @notice Stateless. Everything is as of the block of the call; closed while the lending group is locked.
/// @dev Packed pages are for machines: a head of two words (block number << 64 | timestamp; hash of the parent block),
/// by which pages of one reading are known to belong together, then records of `RECORD` bytes:
/// account word as stored | flagger, notice opened (40 bits) | starter, started (40 bits) | marked shares, collateral.
interface IAccountLens {
    /* ERRORS */

    /// @notice A contract given at deployment does not belong to the others.
    error LensMismatch(address given, address expected);

    /* PAGES */

    /// @notice Accounts in full, for people.
    function accounts(address[] calldata list) external view returns (AccountView[] memory);

    /// @notice Accounts in full, packed: one record each, in order. An account that never had anything is all zero.
    function packed(address[] calldata list) external view returns (bytes memory page);

    /// @notice Of `list`, only those whose debt is at or above the warning line, that have auctions running, or that
    /// carry a notice or a mark; packed, each record behind a word that holds its address.
    function packedAtRisk(address[] calldata list) external view returns (bytes memory page);

    /// @notice The market, with terms and quotes of all places: with it every number of {accounts} can be computed from
    /// the records of {packed}.
    function market() external view returns (MarketView memory);

    /// @notice Auctions of the named NFTs.
    function auctions(NftRef[] calldata nfts) external view returns (AuctionView[] memory);

    /// @notice Pledges of the named NFTs, as stored.
    function pledges(NftRef[] calldata nfts) external view returns (Pledge[] memory);

    /// @notice Bytes of a packed record.
    function RECORD() external view returns (uint256);
}
