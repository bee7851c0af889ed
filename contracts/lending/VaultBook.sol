// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {CommonErrors} from "../common/CommonErrors.sol";
import {IPauser} from "../common/interfaces/IPauser.sol";
import {DebtMath} from "../common/math/DebtMath.sol";
import {ShareMath} from "../common/math/ShareMath.sol";
import {WadMath} from "../common/math/WadMath.sol";
import {ICreditDesk} from "./interfaces/ICreditDesk.sol";
import {ILendingVault} from "./interfaces/ILendingVault.sol";
import {ILossCover} from "./interfaces/ILossCover.sol";
import {IRateModel} from "./interfaces/IRateModel.sol";

/// @title VaultBook
/// @notice The book of the vault: what is stored, how interest is booked, what a share is worth, and governance.
/// Entries that move money stand in {LendingVault}.
abstract contract VaultBook is ILendingVault, ERC20, AccessManaged {
    using ShareMath for uint256;
    using WadMath for uint256;

    /* TYPES */

    struct Ledger {
        // slot 0: 13 + 13 + 5 + 1 = 32
        uint104 cash;
        uint104 debtAssets;
        uint40 clock; // group clock up to which interest is booked
        uint8 flags; // 1: the queue holds shares, 2: some account is marked
        // slot 1: 13 + 14 + 5 = 32
        uint104 reserve;
        uint112 debtShares;
        uint40 anchorRate; // wad per second, at the end of the last interval
    }

    struct Terms {
        // slot 0: 20 + 2 + 10 = 32
        address model;
        uint16 reserveFactorBps;
        uint80 supplyCapTokens; // whole tokens
    }

    struct Marks {
        // slot 0: 16 + 16 = 32
        uint128 shares;
        uint128 collateral;
    }

    struct Queue {
        // slot 0: 16 + 5 + 5 = 26
        uint128 shares;
        uint40 head;
        uint40 tail;
    }

    struct Request {
        // slot 0: 20; slot 1: 16
        address owner;
        uint128 shares;
    }

    /// @dev The ledger in memory, booked up to now, and the state of the pause group.
    struct Book {
        uint256 cash;
        uint256 reserve;
        uint256 debtAssets;
        uint256 debtShares;
        uint256 anchorRate;
        uint256 clock;
        uint256 resumedAt;
        bool paused;
        bool waiting;
        bool marked;
        // the accrual that led here
        uint256 elapsed;
        uint256 interest;
        uint256 toReserve;
        uint256 averageRate;
    }

    /* CONSTANTS */

    /// @inheritdoc ILendingVault
    bytes32 public constant PAUSE_GROUP = "lending";
    /// @inheritdoc ILendingVault
    uint256 public constant MAX_UTILISATION = 0.95e18;
    /// @inheritdoc ILendingVault
    uint256 public constant MAX_RATE = 1e18 / uint256(365 days);
    /// @inheritdoc ILendingVault
    uint256 public constant MAX_ELAPSED = 3_650 days;
    /// @inheritdoc ILendingVault
    uint256 public constant WARN_TIP_BPS = 25;
    /// @inheritdoc ILendingVault
    uint256 public constant START_TIP_BPS = 75;
    /// @inheritdoc ILendingVault
    uint256 public constant SETTLE_TIP_BPS = 25;
    /// @inheritdoc ILendingVault
    uint256 public constant MAX_RESERVE_FACTOR_BPS = 5_000;
    /// @inheritdoc ILendingVault
    uint256 public constant MAX_SUPPLY = 2 ** 96;
    /// @dev Cash and debt together stop growing by interest here, so that no exit can ever overflow. All ones.
    uint256 internal constant MAX_BOOK = type(uint104).max;
    uint256 internal constant MAX_DEBT_SHARES = type(uint112).max;
    uint8 internal constant WAITING = 1;
    uint8 internal constant MARKED = 2;
    uint256 internal constant MAX_GOVERNED_TOKENS = 1_000;
    uint256 internal constant COVER_VIEW_GAS = 100_000;

    /* IMMUTABLES */

    IERC20 internal immutable ASSET;
    uint8 internal immutable ASSET_DECIMALS;
    /// @inheritdoc ILendingVault
    address public immutable PAUSER;
    /// @inheritdoc ILendingVault
    address public immutable DESK;

    /* STORAGE */

    Ledger internal _ledger;
    Terms internal _terms;
    Marks internal _marks;
    Queue internal _queue;
    // slot: 16 + 16 = 32
    uint128 internal _maxTip;
    uint128 internal _totalCredits;
    // slot: 20 + 12 = 32
    /// @inheritdoc ILendingVault
    address public cover;
    uint96 internal _minRequest;
    mapping(address account => uint256) internal _credits;
    mapping(uint256 id => Request) internal _requests;

    // transient slot 0: 1 + 1
    bool transient _locked;
    bool transient _paused; // as `hold` found it

    /* CONSTRUCTOR */

    /// @param desk may not exist yet: its address is predicted
    constructor(address asset_, address pauser, address desk, address model) {
        if (asset_ == address(0) || pauser == address(0) || desk == address(0)) revert CommonErrors.ZeroAddress();
        ASSET = IERC20(asset_);
        ASSET_DECIMALS = IERC20Metadata(asset_).decimals();
        PAUSER = pauser;
        DESK = desk;
        _setModel(model);
        (uint256 clock,,) = IPauser(pauser).status(PAUSE_GROUP);
        _ledger.clock = uint40(clock);
        _ledger.anchorRate = uint40(IRateModel(model).targetRate(0).min(MAX_RATE)); // MAX_RATE < 2**40
        uint256 one = 10 ** ASSET_DECIMALS;
        _setReserveFactor(1_000);
        _setMaxTip(100 * one);
        _setMinRequest(10 * one * ShareMath.VIRTUAL_SHARES);
        _setSupplyCap(MAX_SUPPLY);
    }

    /* MODIFIERS */

    /// @dev Closed while the group is inside a call.
    modifier open() {
        _requireUnlocked();
        _;
    }

    /* GOVERNANCE */

    /// @inheritdoc ILendingVault
    function setRateModel(address model) external restricted open {
        try this.accrue() {} catch {} // a broken model must not prevent its own replacement
        _setModel(model);
    }

    /// @inheritdoc ILendingVault
    function setCover(address cover_) external restricted open {
        cover = cover_;
        emit ModuleSet("cover", cover_);
    }

    /// @inheritdoc ILendingVault
    function setReserveFactor(uint256 bps) external restricted open {
        Book memory b;
        _sync(b);
        _setReserveFactor(bps);
    }

    /// @inheritdoc ILendingVault
    function setMaxTip(uint256 assets) external restricted open {
        _setMaxTip(assets);
    }

    /// @inheritdoc ILendingVault
    function setMinRequest(uint256 shares) external restricted open {
        _setMinRequest(shares);
    }

    /// @inheritdoc ILendingVault
    function setSupplyCap(uint256 assets) external restricted open {
        _setSupplyCap(assets);
    }

    /* VIEWS */

    /// @inheritdoc ILendingVault
    function locked() external view returns (bool) {
        return _locked;
    }

    /// @inheritdoc ILendingVault
    function debtTotals() external view open returns (uint256 debtAssets, uint256 debtShares) {
        Book memory b = _current();
        return (b.debtAssets, b.debtShares);
    }

    /// @inheritdoc ILendingVault
    function debtOf(uint256 shares) external view open returns (uint256 assets) {
        Book memory b = _current();
        return DebtMath.toAssetsUp(_bounded(shares), b.debtAssets, b.debtShares);
    }

    /// @inheritdoc ILendingVault
    function supplyAssets() external view open returns (uint256) {
        return _grossAssets(_current());
    }

    /// @inheritdoc ILendingVault
    function floatingBadDebt() external view open returns (uint256) {
        return _floating(_current());
    }

    /// @inheritdoc ILendingVault
    function marks() external view open returns (uint256 markedShares, uint256 markedCollateral) {
        return (_marks.shares, _marks.collateral);
    }

    /// @inheritdoc ILendingVault
    function reserve() external view open returns (uint256) {
        return _current().reserve;
    }

    /// @inheritdoc ILendingVault
    function cash() external view open returns (uint256) {
        return _ledger.cash;
    }

    /// @inheritdoc ILendingVault
    function utilisation() external view open returns (uint256) {
        return _utilisation(_current());
    }

    /// @inheritdoc ILendingVault
    function rates() external view open returns (uint256 rate, uint256 target) {
        Book memory b = _current();
        target = IRateModel(_terms.model).targetRate(_utilisation(b)).min(MAX_RATE);
        rate = target.min(b.anchorRate);
    }

    /// @inheritdoc ILendingVault
    function ratePath() external view open returns (uint256 anchorRate, uint256 clock) {
        return (_ledger.anchorRate, _ledger.clock);
    }

    /// @inheritdoc ILendingVault
    function creditOf(address account) external view open returns (uint256) {
        return _credits[account];
    }

    /// @inheritdoc ILendingVault
    function totalCredits() external view open returns (uint256) {
        return _totalCredits;
    }

    /// @inheritdoc ILendingVault
    function queuedShares() external view open returns (uint256) {
        return _queue.shares;
    }

    /// @inheritdoc ILendingVault
    function queueBounds() external view open returns (uint256 head, uint256 tail) {
        return (_queue.head, _queue.tail);
    }

    /// @inheritdoc ILendingVault
    function requestOf(uint256 id) external view open returns (address owner, uint256 shares) {
        Request storage request = _requests[id];
        return (request.owner, request.shares);
    }

    /// @inheritdoc ILendingVault
    function rateModel() external view returns (address) {
        return _terms.model;
    }

    /// @inheritdoc ILendingVault
    function reserveFactorBps() external view returns (uint256) {
        return _terms.reserveFactorBps;
    }

    /// @inheritdoc ILendingVault
    function maxTip() external view returns (uint256) {
        return _maxTip;
    }

    /// @inheritdoc ILendingVault
    function minRequest() external view returns (uint256) {
        return _minRequest;
    }

    /// @inheritdoc ILendingVault
    function supplyCap() public view returns (uint256) {
        return _terms.supplyCapTokens * 10 ** ASSET_DECIMALS;
    }

    /// @inheritdoc IERC20Metadata
    function decimals() public view override(ERC20, IERC20Metadata) returns (uint8) {
        return ASSET_DECIMALS + ShareMath.DECIMALS_OFFSET;
    }

    /* INTERNAL: THE BOOK */

    /// @dev The functions below fill a book that the entry allocates once.
    function _load(Book memory b) internal view {
        Ledger storage l = _ledger;
        b.cash = l.cash;
        b.debtAssets = l.debtAssets;
        b.clock = l.clock;
        uint8 flags = l.flags;
        b.waiting = flags & WAITING != 0;
        b.marked = flags & MARKED != 0;
        b.reserve = l.reserve;
        b.debtShares = l.debtShares;
        b.anchorRate = l.anchorRate;
    }

    function _store(Book memory b) internal {
        if (b.debtShares == 0 && b.debtAssets != 0) {
            // Nobody owes the dust that rounding left behind: the reserve bears it, then suppliers.
            uint256 dust = b.debtAssets;
            uint256 byReserve = dust.min(b.reserve);
            b.reserve -= byReserve;
            b.debtAssets = 0;
            emit LossRealised(address(0), dust, 0, byReserve, 0, dust - byReserve);
        }
        // MAX_BOOK is all ones: each is below it when all of their bits are
        if ((b.cash | b.reserve | b.debtAssets) > MAX_BOOK) {
            revert CommonErrors.Overflow(b.cash.max(b.reserve).max(b.debtAssets), 104);
        }
        if (b.debtShares > MAX_DEBT_SHARES) revert CommonErrors.Overflow(b.debtShares, 112);
        Ledger storage l = _ledger;
        l.cash = uint104(b.cash);
        l.debtAssets = uint104(b.debtAssets);
        l.clock = uint40(b.clock);
        l.flags = (b.waiting ? WAITING : 0) | (b.marked ? MARKED : 0);
        l.reserve = uint104(b.reserve);
        l.debtShares = uint112(b.debtShares);
        l.anchorRate = uint40(b.anchorRate); // at most MAX_RATE, below 2**40
    }

    /// @dev The book of now, and the accrual that makes it so.
    function _loadNow(Book memory b) internal view {
        _load(b);
        uint256 elapsed = b.clock;
        (b.clock, b.paused, b.resumedAt) = IPauser(PAUSER).status(PAUSE_GROUP);
        elapsed = b.clock - elapsed;
        b.elapsed = elapsed;
        if (elapsed == 0) return;

        elapsed = elapsed.min(MAX_ELAPSED);
        (address model, uint256 factorBps) = (_terms.model, _terms.reserveFactorBps);
        (uint256 averageRate, uint256 endRate) = IRateModel(model).follow(b.anchorRate, _utilisation(b), elapsed);
        (b.averageRate, b.anchorRate) = (averageRate.min(MAX_RATE), endRate.min(MAX_RATE));
        if (b.debtAssets == 0) return;

        // At 100 % for ten years the debt grows 22,026-fold: no overflow; what would exceed MAX_BOOK is forgiven.
        uint256 growth = WadMath.powWad(WadMath.WAD + b.averageRate, elapsed) - WadMath.WAD;
        uint256 interest = b.debtAssets.mulDivUp(growth, WadMath.WAD).min(MAX_BOOK.zeroFloorSub(b.cash + b.debtAssets));
        // Of the rest, suppliers keep the odd unit.
        uint256 toReserve = b.marked ? interest.mulDivUp(_marks.shares, b.debtShares).min(interest) : 0;
        toReserve += (interest - toReserve).bpsDown(factorBps);
        (b.interest, b.toReserve) = (interest, toReserve);
        b.debtAssets += interest;
        b.reserve += toReserve;
    }

    /// @dev Books interest up to now and moves the rate along its path. Within one second only the first call does
    /// anything: the anchor is the rate of an earlier moment, so that a deposit which leaves in the same block has
    /// no part in it.
    function _sync(Book memory b) internal {
        _loadNow(b);
        if (b.elapsed == 0) return;
        _store(b);
        if (b.interest != 0) emit Accrued(b.interest, b.toReserve, b.averageRate, b.anchorRate, b.clock);
    }

    function _current() internal view returns (Book memory b) {
        _loadNow(b);
    }

    function _utilisation(Book memory b) internal pure returns (uint256) {
        return b.debtAssets == 0 ? 0 : b.debtAssets.mulDivUp(WadMath.WAD, b.cash + b.debtAssets);
    }

    function _requireUnlocked() internal view {
        if (_locked) revert CommonErrors.GroupLocked();
    }

    /* INTERNAL: PRICE OF SHARES */

    /// @dev What a depositor pays for: everything but the reserve.
    function _grossAssets(Book memory b) internal pure returns (uint256) {
        return (b.cash + b.debtAssets).zeroFloorSub(b.reserve);
    }

    /// @dev What a leaver gets a part of: that less the visible loss which neither reserve nor cover would bear.
    function _redeemableAssets(Book memory b) internal view returns (uint256) {
        uint256 uncovered = _floating(b).zeroFloorSub(b.reserve);
        if (uncovered != 0) uncovered = uncovered.zeroFloorSub(_coverAvailable());
        return _grossAssets(b).zeroFloorSub(uncovered);
    }

    function _floating(Book memory b) internal view returns (uint256) {
        if (!b.marked) return 0;
        Marks memory m = _marks;
        return DebtMath.toAssetsUp(m.shares, b.debtAssets, b.debtShares).zeroFloorSub(m.collateral);
    }

    /// @dev A price round of this very block counts while it moves the price of shares.
    function _freshRound(Book memory b) internal view returns (bool) {
        return _floating(b) != 0 && ICreditDesk(DESK).latestRoundAt() == block.timestamp;
    }

    /// @dev Cash for instant exits: what the queue would take at the price of now goes first.
    function _freeCash(Book memory b, uint256 total) internal view returns (uint256) {
        if (!b.waiting) return b.cash;
        return b.cash.zeroFloorSub(uint256(_queue.shares).toAssetsUp(total, super.totalSupply()));
    }

    function _coverAvailable() internal view returns (uint256 assets) {
        address cover_ = cover;
        if (cover_ == address(0)) return 0;
        _requireGas(COVER_VIEW_GAS);
        bytes memory data = abi.encodeCall(ILossCover.available, ());
        // Not try/catch: an answer that is too short or too long counts as nothing instead of reverting.
        assembly ("memory-safe") {
            let ok := staticcall(COVER_VIEW_GAS, cover_, add(data, 32), mload(data), 0, 32)
            if and(ok, gt(returndatasize(), 31)) { assets := mload(0) }
        }
    }

    /// @dev So that nobody can starve the cover of gas: a call gets at most 63/64 of what is left.
    function _requireGas(uint256 wanted) internal view {
        uint256 needed = wanted + wanted / 32 + 10_000;
        if (gasleft() < needed) revert GasTooLow(gasleft(), needed);
    }

    /* INTERNAL: PARAMETERS */

    function _setModel(address model) internal {
        if (model == address(0)) revert CommonErrors.ZeroAddress();
        uint256 highest = IRateModel(model).targetRate(WadMath.WAD);
        if (highest > MAX_RATE) revert CommonErrors.OutOfBounds("rate", highest, 0, MAX_RATE);
        _terms.model = model;
        emit ModuleSet("rate model", model);
    }

    function _setReserveFactor(uint256 bps) internal {
        _terms.reserveFactorBps = uint16(_governed("reserve factor", bps, MAX_RESERVE_FACTOR_BPS));
    }

    function _setMaxTip(uint256 assets) internal {
        _maxTip = _governed("max tip", assets, MAX_GOVERNED_TOKENS * 10 ** ASSET_DECIMALS);
    }

    function _setMinRequest(uint256 shares) internal {
        uint256 high = uint256(type(uint96).max).min(MAX_GOVERNED_TOKENS * 10 ** decimals());
        _minRequest = uint96(_governed("min request", shares, high));
    }

    function _setSupplyCap(uint256 assets) internal {
        uint256 one = 10 ** ASSET_DECIMALS;
        uint256 high = MAX_SUPPLY.min(type(uint80).max * one);
        _terms.supplyCapTokens = uint80(_governed("supply cap", assets / one * one, high) / one);
    }

    function _governed(bytes32 kind, uint256 value, uint256 high) internal returns (uint128) {
        if (value > high) revert CommonErrors.OutOfBounds(kind, value, 0, high);
        emit ParameterSet(kind, value);
        return _to128(value);
    }

    /* INTERNAL: NUMBERS */

    /// @dev An amount no vault can hold is refused by name before it can overflow a product.
    function _bounded(uint256 x) internal pure returns (uint256) {
        return _to128(x);
    }

    function _to128(uint256 x) internal pure returns (uint128) {
        if (x > type(uint128).max) revert CommonErrors.Overflow(x, 128);
        return uint128(x);
    }
}
