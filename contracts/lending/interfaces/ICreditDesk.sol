// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {NftRef} from "../../common/types/NftTypes.sol";
import {IAuctionSeller} from "../../liquidation/interfaces/IAuctionSeller.sol";
import {Health} from "./ITierBook.sol";

/// @notice Steps of {ICreditDesk-act}, in the order they happen.
struct ActSteps {
    NftRef[] release; // sent to the caller
    uint256 borrowAssets; // lent to the caller
    uint256 maxRate; // wad per second
    NftRef[] pledge; // taken from the caller after the callback
    uint256 repayAssets; // at most this is pulled from the caller after the callback
}

/// @notice An account. One slot: 12 + 16 + 2 + 1 + 1 = 32 bytes.
struct Account {
    uint96 debtShares;
    uint128 units; // eight 16-bit unit sums, place 0 lowest; NFTs in auction included
    uint16 nftCount; // NFTs in auction included
    uint8 liveCount; // NFTs in auction
    uint8 flags; // 1 notice, 2 marked, 4 distressed
}

/// @notice What a marked account was last marked with. One slot.
struct Mark {
    uint128 shares;
    uint128 collateral; // asset units
}

/// @notice One pledged NFT. One slot: 20 + 2 + 5 + 1 + 1 + 1 = 30 bytes.
struct Pledge {
    address owner;
    uint16 units;
    uint40 expiresAt; // of the appraisal, unix seconds; 0: none
    uint8 place;
    uint8 rank; // in the borrower's order of sale; 0 unlisted
    bool live; // in auction
}

/// @notice A notice and who is owed for it. One slot each.
struct Notice {
    address flagger;
    uint40 openedAt; // group clock
    address starter;
    uint40 startedAt; // group clock of the last start that earned a tip
}

/// @title The collateral of the lending group: accounts, pledges, notices, liquidation
/// @notice One account per address, many NFTs, one debt. Only this contract draws and returns cash of the vault.
/// @dev Every entry locks the group (vault, desk, auction) for its duration.
interface ICreditDesk is IAuctionSeller {
    /* EVENTS */

    /// @notice `payer` pledged an NFT for `account`.
    event Pledged(
        address indexed account, address indexed collection, uint256 indexed tokenId, uint256 units, address payer
    );
    /// @notice An NFT left the account (not by a sale).
    event Withdrawn(address indexed account, address indexed collection, uint256 indexed tokenId, address receiver);
    /// @notice `assets` were borrowed; `shares` of debt were added to the account.
    event Borrowed(address indexed account, address indexed receiver, uint256 assets, uint256 shares);
    /// @notice `assets` of debt were repaid and `shares` burned; `fine` was paid on top.
    event Repaid(address indexed account, address indexed payer, uint256 assets, uint256 shares, uint256 fine);
    /// @notice The units of an NFT were stamped anew; `expiresAt` unix seconds, 0 without an appraisal.
    event Restamped(
        address indexed account, address indexed collection, uint256 indexed tokenId, uint256 units, uint256 expiresAt
    );
    /// @notice The borrower ranked an NFT in his order of sale (1 first, 0 unlisted).
    event SaleRankSet(address indexed account, address indexed collection, uint256 indexed tokenId, uint8 rank);
    /// @notice A notice was opened at `debt` against `limit` (L), asset units.
    event NoticeOpened(address indexed account, address indexed flagger, uint256 debt, uint256 limit);
    /// @notice The notice ended without being used up.
    event NoticeClosed(address indexed account);
    /// @notice `count` auctions were started at `debt` against `limit` (L), asset units.
    event LiquidationStarted(
        address indexed account, address indexed starter, uint256 count, uint256 debt, uint256 limit
    );
    /// @notice An auction ended without a sale and the NFT is pledged again; `redeemed` when the debt was within G.
    event Reclaimed(address indexed account, address indexed collection, uint256 indexed tokenId, bool redeemed);
    /// @notice An NFT was sold: `repaid` of `proceeds` went to the debt, `shares` burned, `surplus` to the borrower.
    event Sold(
        address indexed account,
        address indexed collection,
        uint256 indexed tokenId,
        uint256 proceeds,
        uint256 repaid,
        uint256 shares,
        uint256 surplus
    );
    /// @notice The account counts as bad: its debt `shares` stand against `collateral` (0, 0: no longer).
    event AccountMarked(address indexed account, uint256 shares, uint256 collateral);

    /* ERRORS */

    /// @notice The desk does not hold this NFT for anyone.
    error NotPledged(address collection, uint256 tokenId);
    /// @notice The NFT belongs to another account.
    error NotOfAccount(address collection, uint256 tokenId, address account);
    /// @notice The account would hold more NFTs than one liquidation can list.
    error TooManyNfts(uint256 count, uint256 most);
    /// @notice The desk holds this NFT already.
    error AlreadyPledged(address collection, uint256 tokenId);
    /// @notice The NFT is in auction.
    error InAuction(address collection, uint256 tokenId);
    /// @notice The NFT is not in auction.
    error NotInAuction(address collection, uint256 tokenId);
    /// @notice Debt after the call would be positive yet below the least loan.
    error DebtTooSmall(uint256 debt, uint256 minDebt);
    /// @notice The account has a live notice or auctions: it may not borrow, nor take NFTs out unless debt / value
    /// falls ({ICreditDesk-act}).
    error UnderNotice(address account);
    /// @notice Debt is below the warning line (L - 7 % of V).
    error NotWarnable(uint256 debt, uint256 line);
    /// @notice A notice lives already.
    error NoticeLives(uint256 openedAt);
    /// @notice The notice cannot be cleared: it is in force and debt is not below L - 10 % of V.
    error NoticeInForce(uint256 debt, uint256 line);
    /// @notice The list is not exactly the account's NFTs in ascending order.
    error ListIncomplete(uint256 listed, uint256 held);
    /// @notice No auction is needed, or none fits under the limits.
    error NothingToSell();
    /// @notice The auction is over: the account recovered (debt at most L - 5 % of V).
    error AuctionOver(uint256 debt, uint256 line);
    /// @notice The account has not recovered: debt above L - 5 % of V.
    error NotRecovered(uint256 debt, uint256 line);
    /// @notice More than `maxAssets` would be needed to reach G.
    error RedeemTooDear(uint256 needed, uint256 maxAssets);
    /// @notice Units may be raised by the owner only.
    error OnlyOwnerRaises(address owner);
    /// @notice The account still has collateral worth waiting for.
    error NothingToWriteOff(address account);
    /// @notice The auction of this NFT is still in its premium or band phase.
    error NotDistressed(address collection, uint256 tokenId);
    /// @notice The callback did not answer with its selector.
    error BadActCallback(bytes4 answer);

    /* BORROWERS */

    /// @notice Pledges NFTs of the caller for `account`. Open while paused.
    function pledge(NftRef[] calldata nfts, address account) external;

    /// @notice Pledges NFTs of the caller and borrows `assets`, all for the caller.
    /// @param maxRate most the rate in force afterwards may be, wad per second
    function open(NftRef[] calldata nfts, uint256 assets, uint256 maxRate, address receiver) external;

    /// @notice Borrows for `account` (the caller or one it operates for).
    function borrow(uint256 assets, uint256 maxRate, address account, address receiver) external;

    /// @notice Repays up to `assets` of `account`, pulled from the caller; never more than is owed. Open while paused.
    /// @return repaid debt repaid; a fine comes on top while auctions are open, `assets` bounds both together
    function repay(uint256 assets, address account) external returns (uint256 repaid);

    /// @notice Takes NFTs out. Without debt always; with debt only within the loan-to-value limit at fresh prices.
    function withdraw(NftRef[] calldata nfts, address account, address receiver) external;

    /// @notice Repays up to `assets`, then takes NFTs out: closing in one call.
    function close(uint256 assets, NftRef[] calldata nfts, address receiver) external;

    /// @notice Lends cash and releases NFTs to the caller, calls it back, takes NFTs and assets in, and checks the
    /// account once, at the end.
    function act(address account, ActSteps calldata steps, bytes calldata data) external;

    /// @notice Stamps the units of NFTs from their live appraisals: down by anyone, up by the owner.
    function restamp(NftRef[] calldata nfts) external;

    /// @notice Sets the order in which the caller's NFTs are sold.
    function setSaleRanks(NftRef[] calldata nfts, uint8[] calldata ranks) external;

    /* WATCH AND LIQUIDATE */

    /// @notice Opens a notice on an account at or above the warning line. Anyone.
    function flag(address account) external;

    /// @notice Closes a notice that died by time or recovery. Anyone.
    function clear(address account) external;

    /// @notice Starts the auctions that are needed. Anyone.
    /// @param nfts all NFTs of the account in ascending (collection, tokenId) order
    function liquidate(address account, NftRef[] calldata nfts) external;

    /// @notice Ends auctions of `account` once it recovered, or those that nobody took for a day. Anyone.
    function reclaim(address account, NftRef[] calldata nfts) external;

    /// @notice Repays for `account` just enough to reach G (at most `maxAssets`, the fine included) and ends the named
    /// auctions. Anyone.
    function redeem(address account, uint256 maxAssets, NftRef[] calldata nfts) external returns (uint256 repaid);

    /// @notice Marks accounts at the prices of now. Anyone.
    function mark(address[] calldata accounts) external;

    /// @notice Tells that an auction of `account` is past its standard band: it is marked at the reserve multiple.
    function markDistressed(address account, NftRef calldata nft) external;

    /// @notice Recognises the debt of `account` above its collateral at the reserve multiple as lost. Governance, for
    /// collateral that cannot be sold.
    function writeOff(address account) external;

    /// @notice An auction of the account is past its standard band: its collateral counts at the reserve multiple until
    /// no auction of it is open.
    event AccountDistressed(address indexed account);

    /// @notice Sends out an NFT that reached the desk without a pledge. Governance.
    function rescue(NftRef calldata nft, address receiver) external;

    /// @notice The least loan changed, asset units.
    event MinDebtSet(uint256 assets);

    /// @notice Sets the least loan, asset units. Governance.
    function setMinDebt(uint256 assets) external;

    /* VIEWS (closed while the group is locked) */

    /// @notice The account as stored.
    function accountOf(address account) external view returns (Account memory);

    /// @notice The NFT as stored; a zero owner means it is not pledged.
    function pledgeOf(address collection, uint256 tokenId) external view returns (Pledge memory);

    /// @notice The notice of an account and the starter owed for its auctions.
    function noticeOf(address account) external view returns (Notice memory);

    /// @notice Debt now, asset units rounded up, and the sums it is compared with.
    function healthOf(address account) external view returns (uint256 debt, Health memory health);

    /// @notice Per place, 32 bits: units behind debt (24) and live auctions (8).
    function behindDebt() external view returns (uint256);

    /// @notice What the account is marked with; zero when it is not marked.
    function markOf(address account) external view returns (Mark memory);

    /// @notice NFTs pledged of the collection on `place`.
    function heldAt(uint8 place) external view returns (uint256);

    /// @notice Newest round among the listed collections, unix seconds.
    function latestRoundAt() external view returns (uint256);

    /// @notice Least loan, asset units.
    function minDebt() external view returns (uint256);
}
