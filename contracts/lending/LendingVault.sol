// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {CommonErrors} from "../common/CommonErrors.sol";
import {IPauser} from "../common/interfaces/IPauser.sol";
import {DebtMath} from "../common/math/DebtMath.sol";
import {ShareMath} from "../common/math/ShareMath.sol";
import {WadMath} from "../common/math/WadMath.sol";
import {MeasuredTransfer} from "../common/tokens/MeasuredTransfer.sol";
import {ICreditDesk} from "./interfaces/ICreditDesk.sol";
import {ILendingVault, LossShare, Market} from "./interfaces/ILendingVault.sol";
import {ILossCover} from "./interfaces/ILossCover.sol";
import {IRateModel} from "./interfaces/IRateModel.sol";

/// @title LendingVault
/// @notice See {ILendingVault}. Roundings, roles and pauses are listed in VAULT.md beside this file.
/// @dev The group lock is one transient flag. Every entry books interest first, so that what it changes afterwards
/// holds from now on only. The desk calls `enter`, then any of its entries, then `leave`.
/// @dev Where the asset is pulled it is pulled first, because what arrived is what is credited; the lock keeps every
/// entry and view closed meanwhile.
/// @custom:kill The pause group "lending" stops deposits and lending, and interest with the clock; withdrawals, queue,
/// claims and repayments stay open. Nothing can stop those.
contract LendingVault is ILendingVault, ERC20, AccessManaged {
    using MeasuredTransfer for IERC20;
    using SafeERC20 for IERC20;
    using ShareMath for uint256;
    using WadMath for uint256;

    /* TYPES */

    struct Ledger {
        // slot 0: 15 + 15 + 1 + 1 = 32
        uint120 cash;
        uint120 reserve;
        bool waiting; // queuedShares != 0
        bool marked; // markedShares != 0
        // slot 1: 16 + 16 = 32
        uint128 debtAssets;
        uint128 debtShares;
    }

    struct RatePath {
        // slot 0: 20 + 5 + 5 + 2 = 32
        address model;
        uint40 anchorRate; // wad per second, at the end of the last interval
        uint40 bookedAt; // group clock
        uint16 reserveFactorBps;
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

    /// @dev The ledger in memory, booked up to `clock`.
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
    uint256 public constant MAX_RESERVE_FACTOR_BPS = 5_000;
    /// @inheritdoc ILendingVault
    uint256 public constant MAX_SUPPLY = 2 ** 104;
    /// @dev Cash and debt together stop growing by interest here, so that no exit can ever overflow.
    uint256 internal constant MAX_BOOK = type(uint120).max;
    uint256 internal constant MAX_GOVERNED_TOKENS = 1_000;
    uint256 internal constant COVER_GAS = 500_000;
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
    RatePath internal _path;
    Marks internal _marks;
    Queue internal _queue;
    // slot: 16 + 16 = 32
    uint128 internal _totalCredits;
    uint128 internal _supplyCap;
    // slot: 16 + 16 = 32
    uint128 internal _maxTip;
    uint128 internal _minRequest;
    /// @inheritdoc ILendingVault
    address public cover;
    mapping(address account => uint256) internal _credits;
    mapping(uint256 id => Request) internal _requests;

    // transient slot 0: 1 + 1
    bool transient _locked;
    bool transient _paused; // as `enter` found it

    /* CONSTRUCTOR */

    /// @param desk may not exist yet: its address is predicted
    constructor(
        address asset_,
        string memory name_,
        string memory symbol_,
        address accessManager,
        address pauser,
        address desk,
        address rateModel_
    ) ERC20(name_, symbol_) AccessManaged(accessManager) {
        if (asset_ == address(0) || accessManager == address(0) || pauser == address(0) || desk == address(0)) {
            revert CommonErrors.ZeroAddress();
        }
        ASSET = IERC20(asset_);
        ASSET_DECIMALS = IERC20Metadata(asset_).decimals();
        PAUSER = pauser;
        DESK = desk;
        _setModel(rateModel_);
        uint256 start = IRateModel(rateModel_).targetRate(0);
        (uint256 clock,,) = IPauser(pauser).status(PAUSE_GROUP);
        (_path.anchorRate, _path.bookedAt) = (uint40(start), uint40(clock)); // start <= MAX_RATE < 2**40
        uint256 one = 10 ** ASSET_DECIMALS;
        _setReserveFactor(1_000);
        _setMaxTip(100 * one);
        _setMinRequest(10 * one * ShareMath.VIRTUAL_SHARES);
        _setSupplyCap(MAX_SUPPLY);
    }

    /* MODIFIERS */

    modifier entered() {
        if (msg.sender != DESK) revert CommonErrors.Unauthorized(msg.sender);
        if (!_locked) revert GroupNotEntered();
        _;
    }

    modifier open() {
        _requireUnlocked();
        _;
    }

    /* GROUP: CREDIT DESK ONLY */

    /// @inheritdoc ILendingVault
    function enter() external open returns (Market memory market) {
        if (msg.sender != DESK) revert CommonErrors.Unauthorized(msg.sender);
        Book memory b = _sync();
        _locked = true;
        _paused = b.paused;
        market = Market(b.debtAssets, b.debtShares, b.clock, b.paused, b.resumedAt);
    }

    /// @inheritdoc ILendingVault
    function leave() external entered {
        _locked = false;
    }

    /// @inheritdoc ILendingVault
    function locked() external view returns (bool) {
        return _locked;
    }

    /// @inheritdoc ILendingVault
    function draw(address receiver, uint256 assets, uint256 maxRate) external entered returns (uint256 shares) {
        if (_paused) revert CommonErrors.GroupPaused(PAUSE_GROUP);
        Book memory b = _load();
        if (b.waiting) revert QueueNotEmpty(_queue.shares);
        if (assets > b.cash) revert NotEnoughCash(b.cash, assets);
        shares = DebtMath.toSharesUp(assets, b.debtAssets, b.debtShares);
        b.cash -= assets;
        b.debtAssets += assets;
        b.debtShares += shares;
        uint256 used = _utilisation(b);
        if (used > MAX_UTILISATION) revert UtilisationAboveMax(used, MAX_UTILISATION);
        RatePath memory path = _path;
        uint256 rate = IRateModel(path.model).targetRate(used).min(path.anchorRate);
        if (rate > maxRate) revert RateAboveMax(rate, maxRate);
        _store(b);
        emit Drawn(receiver, assets, shares);
        ASSET.safeTransfer(receiver, assets);
    }

    /// @inheritdoc ILendingVault
    function collect(
        address payer,
        uint256 maxAssets,
        uint256 accountShares,
        uint256 fineBps,
        address flagger,
        address starter
    ) external entered returns (uint256 shares, uint256 repaid, uint256 fine) {
        Book memory b = _load();
        uint256 debt = DebtMath.toAssetsUp(accountShares, b.debtAssets, b.debtShares);
        repaid = debt.min(maxAssets.mulDivDown(WadMath.BPS, WadMath.BPS + fineBps));
        fine = repaid.bpsUp(fineBps);
        uint256 arrived = ASSET.pullTo(payer, address(this), repaid + fine);
        if (arrived < repaid + fine) {
            repaid = arrived.mulDivDown(WadMath.BPS, WadMath.BPS + fineBps);
            fine = arrived - repaid;
        }
        shares = _repay(b, accountShares, debt, repaid);
        b.cash += arrived;
        b.reserve += fine;
        emit Collected(payer, repaid, shares, fine);
        if (fine != 0) {
            (uint256 warnTip, uint256 startTip) = _tips(repaid, flagger, starter);
            startTip = startTip.min(fine);
            warnTip = warnTip.min(fine - startTip);
            _credit(b, starter, "start tip", startTip, true);
            _credit(b, flagger, "warn tip", warnTip, true);
        }
        _store(b);
    }

    /// @inheritdoc ILendingVault
    function bookSale(address account, uint256 accountShares, uint256 proceeds, address flagger, address starter)
        external
        entered
        returns (uint256 shares, uint256 repaid, uint256 surplus)
    {
        Book memory b = _load();
        uint256 debt = DebtMath.toAssetsUp(accountShares, b.debtAssets, b.debtShares);
        repaid = debt.min(proceeds);
        surplus = proceeds - repaid;
        shares = _repay(b, accountShares, debt, repaid);
        b.cash += proceeds;
        emit SaleBooked(account, proceeds, repaid, shares, surplus);
        (uint256 warnTip, uint256 startTip) = _tips(repaid, flagger, starter);
        uint256 left = surplus;
        left -= _payTip(b, starter, "start tip", startTip, left);
        left -= _payTip(b, flagger, "warn tip", warnTip, left);
        _credit(b, account, "surplus", left, false);
        _store(b);
    }

    /// @inheritdoc ILendingVault
    function realiseLoss(address account, uint256 shares) external entered returns (LossShare memory borne) {
        Book memory b = _load();
        // The last share takes the rounding dust along; a single account never owes more than there is.
        uint256 loss = shares == b.debtShares
            ? b.debtAssets
            : DebtMath.toAssetsUp(shares, b.debtAssets, b.debtShares).min(b.debtAssets);
        b.debtAssets -= loss;
        b.debtShares -= shares;
        borne.byReserve = loss.min(b.reserve);
        b.reserve -= borne.byReserve;
        borne.byCover = _callCover(loss - borne.byReserve);
        b.cash += borne.byCover;
        borne.bySuppliers = loss - borne.byReserve - borne.byCover;
        _store(b);
        emit LossRealised(account, loss, shares, borne.byReserve, borne.byCover, borne.bySuppliers);
    }

    /// @inheritdoc ILendingVault
    function remark(uint256 oldShares, uint256 oldCollateral, uint256 newShares, uint256 newCollateral)
        external
        entered
    {
        Marks memory marks_ = _marks;
        uint256 shares = marks_.shares - oldShares + newShares;
        uint256 collateral = marks_.collateral - oldCollateral + newCollateral;
        _marks = Marks(_to128(shares), _to128(collateral));
        if (_ledger.marked != (shares != 0)) _ledger.marked = shares != 0;
        emit MarksChanged(shares, collateral);
    }

    /* SUPPLIERS: ERC-4626 */

    /// @inheritdoc IERC4626
    function deposit(uint256 assets, address receiver) external returns (uint256 shares) {
        Book memory b = _begin();
        uint256 total = _requireRoom(b, assets);
        uint256 arrived = ASSET.pullTo(msg.sender, address(this), assets);
        shares = arrived.toSharesDown(total, super.totalSupply());
        _issue(b, arrived, shares, receiver);
    }

    /// @inheritdoc IERC4626
    function mint(uint256 shares, address receiver) external returns (uint256 assets) {
        Book memory b = _begin();
        assets = _bounded(shares).toAssetsUp(_grossAssets(b), super.totalSupply());
        _requireRoom(b, assets);
        uint256 arrived = ASSET.pullTo(msg.sender, address(this), assets);
        if (arrived < assets) revert ArrivedShort(arrived, assets);
        _issue(b, assets, shares, receiver);
    }

    /// @inheritdoc IERC4626
    function withdraw(uint256 assets, address receiver, address owner) external returns (uint256 shares) {
        Book memory b = _begin();
        uint256 total = _redeemableAssets(b);
        uint256 free = _freeCash(b, total);
        if (assets > free) revert NotEnoughCash(free, assets);
        shares = assets.toSharesUp(total, super.totalSupply());
        _payOut(b, assets, shares, receiver, owner);
    }

    /// @inheritdoc IERC4626
    function redeem(uint256 shares, address receiver, address owner) external returns (uint256 assets) {
        Book memory b = _begin();
        uint256 total = _redeemableAssets(b);
        assets = _bounded(shares).toAssetsDown(total, super.totalSupply());
        uint256 free = _freeCash(b, total);
        if (assets > free) revert NotEnoughCash(free, assets);
        _payOut(b, assets, shares, receiver, owner);
    }

    /// @inheritdoc IERC20
    function transfer(address to, uint256 value) public override(ERC20, IERC20) open returns (bool) {
        return super.transfer(to, value);
    }

    /// @inheritdoc IERC20
    function transferFrom(address from, address to, uint256 value) public override(ERC20, IERC20) open returns (bool) {
        return super.transferFrom(from, to, value);
    }

    /* SUPPLIERS: QUEUE AND CREDITS */

    /// @inheritdoc ILendingVault
    function requestRedeem(uint256 shares, address owner) external open returns (uint256 id) {
        uint256 held = super.balanceOf(owner);
        if (shares == 0 || (shares < _minRequest && shares != held)) revert RequestTooSmall(shares, _minRequest);
        if (msg.sender != owner) _spendAllowance(owner, msg.sender, shares);
        _transfer(owner, address(this), shares);
        Queue memory q = _queue;
        id = q.tail++;
        q.shares += uint128(shares); // the total supply fits in 128 bits, see _issue
        _queue = q;
        _requests[id] = Request(owner, uint128(shares));
        if (!_ledger.waiting) _ledger.waiting = true;
        emit RedeemRequested(id, owner, msg.sender, shares);
    }

    /// @inheritdoc ILendingVault
    function cancelRequest(uint256 id) external open {
        Request memory request = _requests[id];
        if (request.owner != msg.sender) revert NoSuchRequest(id);
        delete _requests[id];
        _queue.shares -= request.shares;
        if (_queue.shares == 0) _ledger.waiting = false;
        emit RedeemCancelled(id, msg.sender, request.shares);
        _transfer(address(this), msg.sender, request.shares);
    }

    /// @inheritdoc ILendingVault
    function fillQueue(uint256 maxRequests) external returns (uint256 filledAssets) {
        Book memory b = _begin();
        Queue memory q = _queue;
        uint256 total = _redeemableAssets(b);
        uint256 supply = super.totalSupply();
        uint256 burned;
        for (; q.head != q.tail && maxRequests != 0 && total != 0; --maxRequests) {
            Request memory request = _requests[q.head];
            uint256 shares = request.shares;
            uint256 assets = shares.toAssetsDown(total, supply);
            if (assets > b.cash) {
                if (b.cash == 0) break;
                assets = b.cash;
                shares = assets.toSharesUp(total, supply).min(shares);
            }
            if (shares == request.shares) {
                delete _requests[q.head++];
            } else {
                _requests[q.head].shares = uint128(request.shares - shares);
            }
            q.shares -= uint128(shares);
            if (assets == 0) {
                // Cancelled before, or not worth one unit: the shares go back, nothing is burned for nothing.
                if (shares == 0) continue;
                emit RedeemCancelled(q.head - 1, request.owner, shares);
                _transfer(address(this), request.owner, shares);
                continue;
            }
            filledAssets += assets;
            burned += shares;
            total = total.zeroFloorSub(assets);
            supply -= shares;
            emit RedeemFilled(
                shares == request.shares ? q.head - 1 : q.head, request.owner, shares, assets, request.shares - shares
            );
            _credit(b, request.owner, "redeem", assets, false);
        }
        _queue = q;
        b.waiting = q.shares != 0;
        _store(b);
        _burn(address(this), burned);
        _locked = false;
    }

    /// @inheritdoc ILendingVault
    function claim(address receiver) external open returns (uint256 assets) {
        assets = _credits[msg.sender];
        if (assets == 0) return 0;
        _locked = true;
        delete _credits[msg.sender];
        _totalCredits -= uint128(assets); // every credit is part of the total
        emit Claimed(msg.sender, receiver, assets);
        ASSET.safeTransfer(receiver, assets);
        _locked = false;
    }

    /// @inheritdoc ILendingVault
    function fundReserve(uint256 assets) external open returns (uint256 arrived) {
        Book memory b = _sync();
        _locked = true;
        arrived = ASSET.pullTo(msg.sender, address(this), assets);
        b.cash += arrived;
        b.reserve += arrived;
        _store(b);
        emit ReserveFunded(msg.sender, arrived);
        _locked = false;
    }

    /// @inheritdoc ILendingVault
    function accrue() external open {
        _sync();
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
        _sync();
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

    /* VIEWS: ERC-20 AND ERC-4626 */

    /// @inheritdoc IERC20Metadata
    function decimals() public view override(ERC20, IERC20Metadata) returns (uint8) {
        return ASSET_DECIMALS + ShareMath.DECIMALS_OFFSET;
    }

    /// @inheritdoc IERC20
    function balanceOf(address account) public view override(ERC20, IERC20) open returns (uint256) {
        return super.balanceOf(account);
    }

    /// @inheritdoc IERC20
    function totalSupply() public view override(ERC20, IERC20) open returns (uint256) {
        return super.totalSupply();
    }

    /// @inheritdoc IERC4626
    function asset() external view returns (address) {
        return address(ASSET);
    }

    /// @inheritdoc IERC4626
    function totalAssets() external view open returns (uint256) {
        return _redeemableAssets(_current());
    }

    /// @inheritdoc IERC4626
    function convertToShares(uint256 assets) external view open returns (uint256) {
        return _bounded(assets).toSharesDown(_redeemableAssets(_current()), super.totalSupply());
    }

    /// @inheritdoc IERC4626
    function convertToAssets(uint256 shares) public view open returns (uint256) {
        return _bounded(shares).toAssetsDown(_redeemableAssets(_current()), super.totalSupply());
    }

    /// @inheritdoc IERC4626
    function previewDeposit(uint256 assets) external view open returns (uint256) {
        return _bounded(assets).toSharesDown(_grossAssets(_current()), super.totalSupply());
    }

    /// @inheritdoc IERC4626
    function previewMint(uint256 shares) external view open returns (uint256) {
        return _bounded(shares).toAssetsUp(_grossAssets(_current()), super.totalSupply());
    }

    /// @inheritdoc IERC4626
    function previewWithdraw(uint256 assets) external view open returns (uint256) {
        return _bounded(assets).toSharesUp(_redeemableAssets(_current()), super.totalSupply());
    }

    /// @inheritdoc IERC4626
    function previewRedeem(uint256 shares) external view returns (uint256) {
        return convertToAssets(shares);
    }

    /// @inheritdoc IERC4626
    function maxDeposit(address) external view open returns (uint256) {
        return _room(_current());
    }

    /// @inheritdoc IERC4626
    function maxMint(address) external view open returns (uint256) {
        Book memory b = _current();
        uint256 supply = super.totalSupply();
        return _room(b).toSharesDown(_grossAssets(b), supply).min(type(uint128).max - supply);
    }

    /// @inheritdoc IERC4626
    function maxWithdraw(address owner) external view open returns (uint256) {
        (uint256 assets,) = _maxExit(owner);
        return assets;
    }

    /// @inheritdoc IERC4626
    function maxRedeem(address owner) external view open returns (uint256) {
        (, uint256 shares) = _maxExit(owner);
        return shares;
    }

    /* VIEWS */

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
        target = IRateModel(_path.model).targetRate(_utilisation(b)).min(MAX_RATE);
        rate = target.min(b.anchorRate);
    }

    /// @inheritdoc ILendingVault
    function ratePath() external view open returns (uint256 anchorRate, uint256 clock) {
        return (_path.anchorRate, _path.bookedAt);
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
        Request memory request = _requests[id];
        return (request.owner, request.shares);
    }

    /// @inheritdoc ILendingVault
    function quoteTips(uint256 repaid) external view open returns (uint256 warnTip, uint256 startTip) {
        return _tips(_bounded(repaid), address(this), address(this));
    }

    /// @inheritdoc ILendingVault
    function rateModel() external view returns (address) {
        return _path.model;
    }

    /// @inheritdoc ILendingVault
    function reserveFactorBps() external view returns (uint256) {
        return _path.reserveFactorBps;
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
    function supplyCap() external view returns (uint256) {
        return _supplyCap;
    }

    /* INTERNAL: THE BOOK */

    /// @dev Opens an entry that turns value into claims: books interest, refuses a round of this very block while bad
    /// debt floats, locks. The check comes before the lock because the desk's views are closed while it holds.
    function _begin() private open returns (Book memory b) {
        b = _sync();
        if (_freshRound(b)) revert CommonErrors.RoundInThisBlock(block.timestamp);
        _locked = true;
    }

    function _load() private view returns (Book memory b) {
        Ledger memory l = _ledger;
        (b.cash, b.reserve, b.waiting, b.marked) = (l.cash, l.reserve, l.waiting, l.marked);
        (b.debtAssets, b.debtShares) = (l.debtAssets, l.debtShares);
    }

    function _store(Book memory b) private {
        if (b.debtShares == 0 && b.debtAssets != 0) {
            // Nobody owes the dust that rounding left behind: the reserve bears it, then suppliers.
            uint256 dust = b.debtAssets;
            uint256 byReserve = dust.min(b.reserve);
            b.reserve -= byReserve;
            b.debtAssets = 0;
            emit LossRealised(address(0), dust, 0, byReserve, 0, dust - byReserve);
        }
        if (b.cash > MAX_BOOK) revert CommonErrors.Overflow(b.cash, 120); // the reserve is never above cash and debt
        _ledger = Ledger(
            uint120(b.cash), uint120(b.reserve), b.waiting, b.marked, _to128(b.debtAssets), _to128(b.debtShares)
        );
    }

    /// @dev The book of now, and what has to be written to make it so.
    function _accrued()
        private
        view
        returns (Book memory b, uint256 elapsed, uint256 interest, uint256 toReserve, uint256 averageRate)
    {
        b = _load();
        RatePath memory path = _path;
        (b.clock, b.paused, b.resumedAt) = IPauser(PAUSER).status(PAUSE_GROUP);
        b.anchorRate = path.anchorRate;
        elapsed = b.clock - path.bookedAt;
        if (elapsed == 0) return (b, 0, 0, 0, 0);
        uint256 charged = elapsed.min(MAX_ELAPSED);
        (averageRate, b.anchorRate) = IRateModel(path.model).follow(path.anchorRate, _utilisation(b), charged);
        (averageRate, b.anchorRate) = (averageRate.min(MAX_RATE), b.anchorRate.min(MAX_RATE));
        if (b.debtAssets == 0) return (b, elapsed, 0, 0, averageRate);

        // At 100 % for ten years the debt grows 22,026-fold: no overflow; what would exceed MAX_BOOK is forgiven.
        uint256 growth = WadMath.powWad(WadMath.WAD + averageRate, charged) - WadMath.WAD;
        interest = b.debtAssets.mulDivUp(growth, WadMath.WAD).min(MAX_BOOK.zeroFloorSub(b.cash + b.debtAssets));
        if (b.marked) toReserve = interest.mulDivUp(_marks.shares, b.debtShares).min(interest);
        toReserve += (interest - toReserve).bpsDown(path.reserveFactorBps);
        b.debtAssets += interest;
        b.reserve += toReserve;
    }

    /// @dev Books interest up to now and moves the rate along its path. Within one second only the first call does
    /// anything: the anchor is the rate of an earlier moment, so that a deposit which leaves in the same block has
    /// no part in it.
    function _sync() private returns (Book memory b) {
        uint256 elapsed;
        uint256 interest;
        uint256 toReserve;
        uint256 averageRate;
        (b, elapsed, interest, toReserve, averageRate) = _accrued();
        if (elapsed == 0) return b;
        _path.anchorRate = uint40(b.anchorRate); // at most MAX_RATE
        _path.bookedAt = uint40(b.clock);
        if (interest == 0) return b;
        _store(b);
        emit Accrued(interest, toReserve, averageRate, b.anchorRate, b.clock);
    }

    function _current() private view returns (Book memory b) {
        (b,,,,) = _accrued();
    }

    function _utilisation(Book memory b) private pure returns (uint256) {
        return b.debtAssets == 0 ? 0 : b.debtAssets.mulDivUp(WadMath.WAD, b.cash + b.debtAssets);
    }

    /* INTERNAL: PRICE OF SHARES */

    /// @dev What a depositor pays for: everything but the reserve.
    function _grossAssets(Book memory b) private pure returns (uint256) {
        return (b.cash + b.debtAssets).zeroFloorSub(b.reserve);
    }

    /// @dev What a leaver gets a part of: that less the visible loss which neither reserve nor cover would bear.
    function _redeemableAssets(Book memory b) private view returns (uint256) {
        uint256 uncovered = _floating(b).zeroFloorSub(b.reserve);
        if (uncovered != 0) uncovered = uncovered.zeroFloorSub(_coverAvailable());
        return _grossAssets(b).zeroFloorSub(uncovered);
    }

    function _floating(Book memory b) private view returns (uint256) {
        if (!b.marked) return 0;
        Marks memory m = _marks;
        return DebtMath.toAssetsUp(m.shares, b.debtAssets, b.debtShares).zeroFloorSub(m.collateral);
    }

    function _freshRound(Book memory b) private view returns (bool) {
        return _floating(b) != 0 && ICreditDesk(DESK).latestRoundAt() == block.timestamp;
    }

    /// @dev Cash for instant exits: what the queue would take at the price of now goes first.
    function _freeCash(Book memory b, uint256 total) private view returns (uint256) {
        if (!b.waiting) return b.cash;
        return b.cash.zeroFloorSub(uint256(_queue.shares).toAssetsUp(total, super.totalSupply()));
    }

    function _room(Book memory b) private view returns (uint256) {
        if (b.paused || _freshRound(b)) return 0;
        return uint256(_supplyCap).zeroFloorSub(_grossAssets(b));
    }

    function _maxExit(address owner) private view returns (uint256 assets, uint256 shares) {
        Book memory b = _current();
        if (_freshRound(b)) return (0, 0);
        uint256 total = _redeemableAssets(b);
        uint256 supply = super.totalSupply();
        uint256 free = _freeCash(b, total);
        shares = super.balanceOf(owner);
        assets = shares.toAssetsDown(total, supply);
        if (assets > free) {
            assets = free;
            shares = free.toSharesDown(total, supply);
        }
        if (shares.toAssetsDown(total, supply) == 0) shares = 0; // a redemption that pays nothing reverts
    }

    /* INTERNAL: ENTRIES */

    function _requireUnlocked() private view {
        if (_locked) revert CommonErrors.GroupLocked();
    }

    function _requireRoom(Book memory b, uint256 assets) private view returns (uint256 total) {
        if (b.paused) revert CommonErrors.GroupPaused(PAUSE_GROUP);
        total = _grossAssets(b);
        uint256 room = uint256(_supplyCap).zeroFloorSub(total);
        if (assets > room) revert SupplyCapExceeded(assets, room);
    }

    function _issue(Book memory b, uint256 assets, uint256 shares, address receiver) private {
        if (assets == 0 || shares == 0) revert NothingForIt(assets, shares);
        _to128(super.totalSupply() + shares);
        b.cash += assets;
        _store(b);
        _mint(receiver, shares);
        emit Deposit(msg.sender, receiver, assets, shares);
        _locked = false;
    }

    function _payOut(Book memory b, uint256 assets, uint256 shares, address receiver, address owner) private {
        if (assets == 0 || shares == 0) revert NothingForIt(assets, shares);
        if (msg.sender != owner) _spendAllowance(owner, msg.sender, shares);
        _burn(owner, shares);
        b.cash -= assets;
        _store(b);
        emit Withdraw(msg.sender, receiver, owner, assets, shares);
        ASSET.safeTransfer(receiver, assets);
        _locked = false;
    }

    /// @dev Takes `repaid` of debt off the book. Shares round down unless the account is clear.
    function _repay(Book memory b, uint256 accountShares, uint256 debt, uint256 repaid)
        private
        pure
        returns (uint256 shares)
    {
        shares = repaid == debt ? accountShares : DebtMath.toSharesDown(repaid, b.debtAssets, b.debtShares);
        b.debtShares -= shares;
        b.debtAssets = b.debtAssets.zeroFloorSub(repaid); // debts round up: the last unit may be paid twice
    }

    function _tips(uint256 repaid, address flagger, address starter)
        private
        view
        returns (uint256 warnTip, uint256 startTip)
    {
        if (flagger == address(0) && starter == address(0)) return (0, 0);
        uint256 most = _maxTip;
        if (flagger != address(0)) warnTip = repaid.bpsDown(WARN_TIP_BPS).min(most);
        if (starter != address(0)) startTip = repaid.bpsDown(START_TIP_BPS).min(most);
    }

    /// @dev Pays a tip from the surplus, the rest of it from the reserve as far as reserve and cash go.
    function _payTip(Book memory b, address payee, bytes32 kind, uint256 tip, uint256 surplus)
        private
        returns (uint256 fromSurplus)
    {
        fromSurplus = tip.min(surplus);
        _credit(b, payee, kind, fromSurplus, false);
        _credit(b, payee, kind, (tip - fromSurplus).min(b.reserve).min(b.cash), true);
    }

    function _credit(Book memory b, address payee, bytes32 kind, uint256 assets, bool fromReserve) private {
        if (assets == 0) return;
        b.cash -= assets;
        if (fromReserve) b.reserve -= assets;
        _credits[payee] += assets;
        _totalCredits += uint128(assets); // at most the cash, which fits in 120 bits
        emit Credited(payee, kind, assets, fromReserve);
    }

    /* INTERNAL: COVER */

    function _coverAvailable() private view returns (uint256 assets) {
        address cover_ = cover;
        if (cover_ == address(0)) return 0;
        _requireGas(COVER_VIEW_GAS);
        bytes memory data = abi.encodeCall(ILossCover.available, ());
        // Not try/catch: an answer that is too short or too long must count as nothing instead of reverting.
        assembly ("memory-safe") {
            let ok := staticcall(COVER_VIEW_GAS, cover_, add(data, 32), mload(data), 0, 32)
            if and(ok, gt(returndatasize(), 31)) { assets := mload(0) }
        }
    }

    function _callCover(uint256 loss) private returns (uint256 arrived) {
        address cover_ = cover;
        if (loss == 0 || cover_ == address(0)) return 0;
        _requireGas(COVER_GAS);
        uint256 before = ASSET.balanceOf(address(this));
        bytes memory data = abi.encodeCall(ILossCover.pay, (loss));
        assembly ("memory-safe") {
            pop(call(COVER_GAS, cover_, 0, add(data, 32), mload(data), 0, 0))
        }
        arrived = ASSET.balanceOf(address(this)).zeroFloorSub(before).min(loss);
    }

    /// @dev A call gets at most 63/64 of the gas left.
    function _requireGas(uint256 wanted) private view {
        uint256 needed = wanted + wanted / 32 + 10_000;
        if (gasleft() < needed) revert GasTooLow(gasleft(), needed);
    }

    /* INTERNAL: PARAMETERS */

    function _setModel(address model) private {
        if (model == address(0)) revert CommonErrors.ZeroAddress();
        uint256 highest = IRateModel(model).targetRate(WadMath.WAD);
        if (highest > MAX_RATE) revert CommonErrors.OutOfBounds("rate", highest, 0, MAX_RATE);
        _path.model = model;
        emit ModuleSet("rate model", model);
    }

    function _setReserveFactor(uint256 bps) private {
        _path.reserveFactorBps = uint16(_governed("reserve factor", bps, MAX_RESERVE_FACTOR_BPS));
    }

    function _setMaxTip(uint256 assets) private {
        _maxTip = _governed("max tip", assets, MAX_GOVERNED_TOKENS * 10 ** ASSET_DECIMALS);
    }

    function _setMinRequest(uint256 shares) private {
        _minRequest = _governed("min request", shares, MAX_GOVERNED_TOKENS * 10 ** decimals());
    }

    function _setSupplyCap(uint256 assets) private {
        _supplyCap = _governed("supply cap", assets, MAX_SUPPLY);
    }

    function _governed(bytes32 kind, uint256 value, uint256 high) private returns (uint128) {
        if (value > high) revert CommonErrors.OutOfBounds(kind, value, 0, high);
        emit ParameterSet(kind, value);
        return _to128(value);
    }

    /* INTERNAL: NUMBERS */

    /// @dev An amount no vault can hold is refused by name before it can overflow a product.
    function _bounded(uint256 x) private pure returns (uint256) {
        _to128(x);
        return x;
    }

    function _to128(uint256 x) private pure returns (uint128) {
        if (x > type(uint128).max) revert CommonErrors.Overflow(x, 128);
        return uint128(x);
    }
}
