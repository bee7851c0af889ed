// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {CommonErrors} from "../common/CommonErrors.sol";
import {IOperators} from "../common/interfaces/IOperators.sol";
import {DebtMath} from "../common/math/DebtMath.sol";
import {WadMath} from "../common/math/WadMath.sol";
import {NftRef} from "../common/types/NftTypes.sol";
import {ILiquidationAuction} from "../liquidation/interfaces/ILiquidationAuction.sol";
import {IAppraisals} from "../pricing/interfaces/IAppraisals.sol";
import {Account, ICreditDesk, Mark, Notice, Pledge} from "./interfaces/ICreditDesk.sol";
import {ILendingVault, Market} from "./interfaces/ILendingVault.sol";
import {Health, ITierBook} from "./interfaces/ITierBook.sol";
import {AccountCodec} from "./libraries/AccountCodec.sol";
import {UnitWords} from "./libraries/UnitWords.sol";

/// @title DeskBook
/// @notice What the credit desk stores, who may act, and what anyone may read. Entries stand in {CreditDesk}.
abstract contract DeskBook is ICreditDesk, AccessManaged {
    using AccountCodec for Account;
    using AccountCodec for uint256;
    using DebtMath for uint256;
    using UnitWords for uint256;
    using WadMath for uint256;

    /* CONSTANTS */

    bytes32 public constant PAUSE_GROUP = "lending";
    /// @notice Fine on debt repaid while auctions are open, basis points.
    uint256 public constant FINE_BPS = 200;
    /// @notice Longest life of a notice, seconds of the group clock.
    uint256 public constant NOTICE_LIFE = 72 hours;
    /// @notice Most NFTs of an account: its complete list must fit in one liquidation.
    uint256 public constant MAX_NFTS = 1000;
    /// @notice Time after which an auction without a taker may be ended by anyone, seconds of the group clock.
    uint256 public constant SLOT_LIFE = 24 hours;
    uint256 internal constant WARN_BPS = 700; // below L, of V
    uint256 internal constant CALM_BPS = 1000; // below L, of V: a notice dies
    uint256 internal constant RECOVERED_BPS = 500; // below L, of V: auctions are over
    uint256 internal constant BPS = 10_000;
    uint256 internal constant FLOOR_UNITS = 100;

    uint8 internal constant NOTICE = 1;
    uint8 internal constant MARKED = 2;
    uint8 internal constant DISTRESSED = 4;

    /* IMMUTABLES */

    ILendingVault public immutable VAULT;
    ILiquidationAuction public immutable AUCTION;
    ITierBook public immutable BOOK;
    IAppraisals public immutable APPRAISALS;
    IOperators public immutable OPERATORS;

    /* STORAGE */

    /// @dev One packed {Account} each, see {AccountCodec}.
    mapping(address account => uint256) internal _accounts;
    mapping(address collection => mapping(uint256 tokenId => Pledge)) internal _pledges;
    mapping(address account => Notice) internal _notices;
    mapping(address account => Mark) internal _marks;
    /// @dev Per place, 32 bits: units behind debt (24), live auctions (8); place 0 lowest.
    uint256 internal _behind;
    /// @dev Per place, 32 bits: NFTs pledged.
    uint256 internal _held;
    /// @inheritdoc ICreditDesk
    uint256 public minDebt;

    /* CONSTRUCTOR */

    constructor(
        address accessManager,
        address vault,
        address auction,
        address book,
        address appraisals,
        address operators
    ) AccessManaged(accessManager) {
        if (vault == address(0) || auction == address(0) || book == address(0)) {
            revert CommonErrors.ZeroAddress();
        }
        if (appraisals == address(0) || operators == address(0)) revert CommonErrors.ZeroAddress();
        VAULT = ILendingVault(vault);
        AUCTION = ILiquidationAuction(auction);
        BOOK = ITierBook(book);
        APPRAISALS = IAppraisals(appraisals);
        OPERATORS = IOperators(operators);
    }

    modifier onlyFor(address account) {
        if (!_actsFor(account)) revert CommonErrors.Unauthorized(msg.sender);
        _;
    }

    modifier onlyAuction() {
        if (msg.sender != address(AUCTION)) revert CommonErrors.Unauthorized(msg.sender);
        _;
    }

    /* VIEWS */

    /// @inheritdoc ICreditDesk
    function accountOf(address account) external view returns (Account memory) {
        _requireUnlocked();
        return _load(account);
    }

    /// @inheritdoc ICreditDesk
    function pledgeOf(address collection, uint256 tokenId) external view returns (Pledge memory) {
        _requireUnlocked();
        return _pledges[collection][tokenId];
    }

    /// @inheritdoc ICreditDesk
    function noticeOf(address account) external view returns (Notice memory) {
        _requireUnlocked();
        return _notices[account];
    }

    /// @inheritdoc ICreditDesk
    function markOf(address account) external view returns (Mark memory) {
        _requireUnlocked();
        return _marks[account];
    }

    /// @inheritdoc ICreditDesk
    function healthOf(address account) external view returns (uint256 debt, Health memory health) {
        Account memory a = _load(account);
        debt = VAULT.debtOf(a.debtShares); // closed while locked
        health = _measure(a.units);
    }

    /// @inheritdoc ICreditDesk
    function behindDebt() external view returns (uint256) {
        _requireUnlocked();
        return _behind;
    }

    /// @inheritdoc ICreditDesk
    function heldAt(uint8 place) external view returns (uint256) {
        return (_held >> (uint256(place) * 32)) & type(uint32).max;
    }

    /// @inheritdoc ICreditDesk
    function latestRoundAt() external view returns (uint256) {
        return BOOK.latestRoundAt();
    }

    /* INTERNAL */

    function _requireRunning(Market memory m) internal pure {
        if (m.paused) revert CommonErrors.GroupPaused(PAUSE_GROUP);
    }

    function _requireUnlocked() internal view {
        if (VAULT.locked()) revert CommonErrors.GroupLocked();
    }

    function _noticeLives(Account memory a, Notice storage n, Market memory m) internal view returns (bool) {
        return a.flags & NOTICE != 0 && m.clock - n.openedAt <= NOTICE_LIFE;
    }

    function _line(Health memory h, uint256 bps) internal pure returns (uint256) {
        return h.limit.zeroFloorSub(h.value.bpsUp(bps));
    }

    function _pledgedBy(address account, NftRef calldata nft) internal view returns (Pledge storage p) {
        p = _pledged(nft);
        if (p.owner != account) revert NotOfAccount(nft.collection, nft.tokenId, account);
    }

    function _pledged(NftRef calldata nft) internal view returns (Pledge storage p) {
        p = _pledges[nft.collection][nft.tokenId];
        if (p.owner == address(0)) revert NotPledged(nft.collection, nft.tokenId);
    }

    function _actsFor(address account) internal view returns (bool) {
        return msg.sender == account || OPERATORS.isOperator(account, msg.sender);
    }

    function _enter() internal returns (Market memory) {
        return VAULT.hold();
    }

    function _leave() internal {
        VAULT.free();
    }

    function _measure(uint256 units) internal view returns (Health memory) {
        return BOOK.measure(units);
    }

    function _debt(Account memory a, Market memory m) internal pure returns (uint256) {
        return uint256(a.debtShares).toAssetsUp(m.debtAssets, m.debtShares);
    }

    function _load(address account) internal view returns (Account memory) {
        return _accounts[account].unpack();
    }

    function _store(address account, Account memory a) internal {
        uint256 before_ = _accounts[account].unitsBehindOf();
        uint256 after_ = a.unitsBehind();
        if (before_ != after_) _behind = _behind.shift(before_, after_);
        _accounts[account] = a.pack();
    }
}
