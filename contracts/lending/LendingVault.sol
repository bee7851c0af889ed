// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {CommonErrors} from "../common/CommonErrors.sol";
import {DebtMath} from "../common/math/DebtMath.sol";
import {ShareMath} from "../common/math/ShareMath.sol";
import {WadMath} from "../common/math/WadMath.sol";
import {MeasuredTransfer} from "../common/tokens/MeasuredTransfer.sol";
import {ILendingVault, LossShare, Market} from "./interfaces/ILendingVault.sol";
import {ILossCover} from "./interfaces/ILossCover.sol";
import {IRateModel} from "./interfaces/IRateModel.sol";
import {VaultBook} from "./VaultBook.sol";

/// @title LendingVault
/// @notice See {ILendingVault}. Roundings, roles and pauses are listed in VAULT.md beside this file.
/// @dev The group lock is one transient flag. Every entry books interest first, so that what it changes afterwards
/// holds from now on only. The desk calls `hold`, then any of its entries, then `free`.
/// @dev Where the asset is pulled it is pulled first, because what arrived is what is credited; the lock keeps every
/// entry and view closed meanwhile.
/// @custom:kill The pause group "lending" stops deposits and lending, and interest with the clock; withdrawals, queue,
/// claims and repayments stay open. Nothing can stop those.
contract LendingVault is VaultBook {
    using MeasuredTransfer for IERC20;
    using SafeERC20 for IERC20;
    using ShareMath for uint256;
    using WadMath for uint256;

    /* CONSTANTS */

    uint256 internal constant COVER_GAS = 500_000;

    /* CONSTRUCTOR */

    constructor(
        address asset_,
        string memory name_,
        string memory symbol_,
        address accessManager,
        address pauser,
        address desk,
        address model
    ) ERC20(name_, symbol_) AccessManaged(accessManager) VaultBook(asset_, pauser, desk, model) {}

    /* MODIFIERS */

    /// @dev The desk, inside the group.
    modifier held() {
        if (msg.sender != DESK) revert CommonErrors.Unauthorized(msg.sender);
        if (!_locked) revert GroupNotHeld();
        _;
    }

    /* GROUP: CREDIT DESK ONLY */

    /// @inheritdoc ILendingVault
    function hold() external open returns (Market memory market) {
        if (msg.sender != DESK) revert CommonErrors.Unauthorized(msg.sender);
        Book memory b;
        _sync(b);
        _locked = true;
        _paused = b.paused;
        market = Market(b.debtAssets, b.debtShares, b.clock, b.paused, b.resumedAt);
    }

    /// @inheritdoc ILendingVault
    function free() external held {
        _locked = false;
    }

    /// @inheritdoc ILendingVault
    function drawDown(address receiver, uint256 assets, uint256 maxRate) external held returns (uint256 shares) {
        if (_paused) revert CommonErrors.GroupPaused(PAUSE_GROUP);
        Book memory b;
        _load(b);
        if (b.waiting) revert QueueNotEmpty(_queue.shares);
        if (assets > b.cash) revert NotEnoughCash(b.cash, assets);
        shares = DebtMath.toSharesUp(assets, b.debtAssets, b.debtShares);
        b.cash -= assets;
        b.debtAssets += assets;
        b.debtShares += shares;
        uint256 used = _utilisation(b);
        if (used > MAX_UTILISATION) revert UtilisationAboveMax(used, MAX_UTILISATION);
        uint256 rate = IRateModel(_terms.model).targetRate(used).min(b.anchorRate);
        if (rate > maxRate) revert RateAboveMax(rate, maxRate);
        _store(b);
        emit Drawn(receiver, assets, shares);
        ASSET.safeTransfer(receiver, assets);
    }

    /// @inheritdoc ILendingVault
    function collectPayment(
        address payer,
        uint256 maxAssets,
        uint256 accountShares,
        uint256 fineBps,
        address flagger,
        address starter
    ) external held returns (uint256 shares, uint256 repaid, uint256 fine) {
        Book memory b;
        _load(b);
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
        if (fine != 0) _payTips(b, fine, repaid, flagger, starter, address(0), true);
        _store(b);
    }

    /// @inheritdoc ILendingVault
    function bookSale(
        address account,
        uint256 accountShares,
        uint256 proceeds,
        address flagger,
        address starter,
        address settler
    ) external held returns (uint256 shares, uint256 repaid, uint256 surplus) {
        Book memory b;
        _load(b);
        uint256 debt = DebtMath.toAssetsUp(accountShares, b.debtAssets, b.debtShares);
        repaid = debt.min(proceeds);
        surplus = proceeds - repaid;
        shares = _repay(b, accountShares, debt, repaid);
        b.cash += proceeds;
        emit SaleBooked(account, proceeds, repaid, shares, surplus);
        if (surplus != 0) {
            uint256 left = surplus - _payTips(b, surplus, repaid, flagger, starter, settler, false);
            _credit(b, account, "surplus", left, false);
        }
        _store(b);
    }

    /// @inheritdoc ILendingVault
    function payTips(uint256 repaid, address flagger, address starter, address settler) external held {
        Book memory b;
        _load(b);
        _payTips(b, b.reserve.zeroFloorSub(_floating(b)).min(b.cash), repaid, flagger, starter, settler, true);
        _store(b);
    }

    /// @inheritdoc ILendingVault
    function realiseLoss(address account, uint256 shares) external held returns (LossShare memory borne) {
        Book memory b;
        _load(b);
        // The last share takes the rounding dust along; no account owes more than there is.
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
    function remark(uint256 oldShares, uint256 oldCollateral, uint256 newShares, uint256 newCollateral) external held {
        Marks memory sums = _marks;
        uint256 shares = sums.shares - oldShares + newShares;
        uint256 collateral = sums.collateral - oldCollateral + newCollateral;
        _marks = Marks(_to128(shares), _to128(collateral));
        uint8 flags = _ledger.flags;
        if ((flags & MARKED != 0) != (shares != 0)) _ledger.flags = flags ^ MARKED;
        emit MarksChanged(shares, collateral);
    }

    /* SUPPLIERS: ERC-4626 */

    /// @inheritdoc IERC4626
    function deposit(uint256 assets, address receiver) external returns (uint256 shares) {
        Book memory b;
        _begin(b);
        uint256 total = _requireRoom(b, assets);
        uint256 arrived = ASSET.pullTo(msg.sender, address(this), assets);
        shares = arrived.toSharesDown(total, super.totalSupply());
        _issue(b, arrived, shares, receiver);
    }

    /// @inheritdoc IERC4626
    function mint(uint256 shares, address receiver) external returns (uint256 assets) {
        Book memory b;
        _begin(b);
        assets = _bounded(shares).toAssetsUp(_grossAssets(b), super.totalSupply());
        _requireRoom(b, assets);
        uint256 arrived = ASSET.pullTo(msg.sender, address(this), assets);
        if (arrived < assets) revert ArrivedShort(arrived, assets);
        _issue(b, assets, shares, receiver);
    }

    /// @inheritdoc IERC4626
    function withdraw(uint256 assets, address receiver, address owner) external returns (uint256 shares) {
        Book memory b;
        _begin(b);
        uint256 total = _redeemableAssets(b);
        _requireCash(b, total, assets);
        shares = assets.toSharesUp(total, super.totalSupply());
        _payOut(b, assets, shares, receiver, owner);
    }

    /// @inheritdoc IERC4626
    function redeem(uint256 shares, address receiver, address owner) external returns (uint256 assets) {
        Book memory b;
        _begin(b);
        uint256 total = _redeemableAssets(b);
        assets = _bounded(shares).toAssetsDown(total, super.totalSupply());
        _requireCash(b, total, assets);
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
        uint256 least = _minRequest;
        if (shares == 0 || (shares < least && shares != super.balanceOf(owner))) {
            revert RequestTooSmall(shares, least);
        }
        if (msg.sender != owner) _spendAllowance(owner, msg.sender, shares);
        _transfer(owner, address(this), shares);
        Queue memory q = _queue;
        id = q.tail++;
        q.shares += uint128(shares); // no more than the total supply, which _issue keeps within 128 bits
        _queue = q;
        _requests[id] = Request(owner, uint128(shares));
        uint8 flags = _ledger.flags;
        if (flags & WAITING == 0) _ledger.flags = flags | WAITING;
        emit RedeemRequested(id, owner, msg.sender, shares);
    }

    /// @inheritdoc ILendingVault
    function cancelRequest(uint256 id) external open {
        Request memory request = _requests[id];
        if (request.owner != msg.sender) revert NoSuchRequest(id);
        delete _requests[id];
        uint128 left = _queue.shares - request.shares;
        _queue.shares = left;
        if (left == 0) _ledger.flags ^= WAITING;
        emit RedeemCancelled(id, msg.sender, request.shares);
        _transfer(address(this), msg.sender, request.shares);
    }

    /// @inheritdoc ILendingVault
    function fillQueue(uint256 maxRequests) external returns (uint256 filledAssets) {
        Book memory b;
        _begin(b);
        Queue memory q = _queue;
        uint256 total = _redeemableAssets(b);
        uint256 supply = super.totalSupply();
        uint256 supplyBefore = supply;
        for (; q.head != q.tail && maxRequests != 0 && total != 0; --maxRequests) {
            uint256 id = q.head;
            Request memory request = _requests[id];
            uint256 shares = request.shares;
            uint256 assets = shares.toAssetsDown(total, supply);
            if (assets > b.cash) {
                if (b.cash == 0) break;
                assets = b.cash;
                shares = assets.toSharesUp(total, supply).min(shares);
            }
            uint256 left = request.shares - shares;
            if (left == 0) {
                delete _requests[id];
                ++q.head;
            } else {
                _requests[id].shares = uint128(left);
            }
            q.shares -= uint128(shares);
            if (assets != 0) {
                filledAssets += assets;
                total = total.zeroFloorSub(assets);
                supply -= shares;
                emit RedeemFilled(id, request.owner, shares, assets, left);
                _credit(b, request.owner, "redeem", assets, false);
            } else if (shares != 0) {
                emit RedeemCancelled(id, request.owner, shares);
                _transfer(address(this), request.owner, shares);
            }
        }
        _queue = q;
        b.waiting = q.shares != 0;
        _store(b);
        _burn(address(this), supplyBefore - supply);
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
        Book memory b;
        _sync(b);
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
        Book memory b;
        _sync(b);
    }

    /* VIEWS: ERC-20 AND ERC-4626 */

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
    function totalAssets() external view returns (uint256 total) {
        (total,) = _redeemBasis();
    }

    /// @inheritdoc IERC4626
    function convertToShares(uint256 assets) external view returns (uint256) {
        (uint256 total, uint256 supply) = _redeemBasis();
        return _bounded(assets).toSharesDown(total, supply);
    }

    /// @inheritdoc IERC4626
    function convertToAssets(uint256 shares) public view returns (uint256) {
        (uint256 total, uint256 supply) = _redeemBasis();
        return _bounded(shares).toAssetsDown(total, supply);
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
    function previewWithdraw(uint256 assets) external view returns (uint256) {
        (uint256 total, uint256 supply) = _redeemBasis();
        return _bounded(assets).toSharesUp(total, supply);
    }

    /// @inheritdoc IERC4626
    function previewRedeem(uint256 shares) external view returns (uint256) {
        return convertToAssets(shares);
    }

    /// @inheritdoc IERC4626
    function maxDeposit(address) external view open returns (uint256) {
        Book memory b = _current();
        uint256 supply = super.totalSupply();
        uint256 mintable = type(uint128).max - supply;
        // After a total loss, shares are so cheap that what they can stand for ends before the cap.
        return _room(b).min(mintable.toAssetsDown(_grossAssets(b), supply));
    }

    /// @inheritdoc IERC4626
    function maxMint(address) external view open returns (uint256) {
        Book memory b = _current();
        uint256 supply = super.totalSupply();
        return _room(b).toSharesDown(_grossAssets(b), supply).min(type(uint128).max - supply);
    }

    /// @inheritdoc IERC4626
    function maxWithdraw(address owner) external view returns (uint256 assets) {
        (assets,) = _maxExit(owner);
    }

    /// @inheritdoc IERC4626
    function maxRedeem(address owner) external view returns (uint256 shares) {
        (, shares) = _maxExit(owner);
    }

    /// @inheritdoc ILendingVault
    function quoteTips(uint256 repaid) external view open returns (uint256 warnTip, uint256 startTip) {
        (warnTip, startTip,) = _tips(_bounded(repaid), address(this), address(this), address(0));
    }

    /// @inheritdoc ILendingVault
    function quoteSettleTip(uint256 repaid) external view open returns (uint256 settleTip) {
        (,, settleTip) = _tips(_bounded(repaid), address(0), address(0), address(this));
    }

    /* INTERNAL: SUPPLIERS */

    /// @dev Opens an entry that turns value into claims: books interest, refuses a round of this very block while bad
    /// debt floats, locks. The check comes before the lock because the desk's views are closed while it holds.
    function _begin(Book memory b) private open {
        _sync(b);
        if (_freshRound(b)) revert CommonErrors.RoundInThisBlock(block.timestamp);
        _locked = true;
    }

    function _requireRoom(Book memory b, uint256 assets) private view returns (uint256 total) {
        if (b.paused) revert CommonErrors.GroupPaused(PAUSE_GROUP);
        total = _grossAssets(b);
        uint256 room = supplyCap().zeroFloorSub(total);
        if (assets > room) revert SupplyCapExceeded(assets, room);
    }

    function _requireCash(Book memory b, uint256 total, uint256 assets) private view {
        uint256 available = _freeCash(b, total);
        if (assets > available) revert NotEnoughCash(available, assets);
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

    function _redeemBasis() private view open returns (uint256 total, uint256 supply) {
        return (_redeemableAssets(_current()), super.totalSupply());
    }

    function _room(Book memory b) private view returns (uint256) {
        if (b.paused || _freshRound(b)) return 0;
        return supplyCap().zeroFloorSub(_grossAssets(b));
    }

    function _maxExit(address owner) private view open returns (uint256 assets, uint256 shares) {
        Book memory b = _current();
        if (_freshRound(b)) return (0, 0);
        uint256 total = _redeemableAssets(b);
        uint256 supply = super.totalSupply();
        uint256 available = _freeCash(b, total);
        shares = super.balanceOf(owner);
        assets = shares.toAssetsDown(total, supply);
        if (assets > available) {
            assets = available;
            shares = available.toSharesDown(total, supply);
        }
        if (shares.toAssetsDown(total, supply) == 0) shares = 0; // a redemption that pays nothing reverts
    }

    /* INTERNAL: DEBT, TIPS, CREDITS, COVER */

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

    /// @dev The settler's tip is a part of the starter's: the sum does not grow by it.
    function _tips(uint256 repaid, address flagger, address starter, address settler)
        private
        view
        returns (uint256 warnTip, uint256 startTip, uint256 settleTip)
    {
        if (flagger == address(0) && starter == address(0) && settler == address(0)) return (0, 0, 0);
        uint256 most = _maxTip;
        if (flagger != address(0)) warnTip = repaid.bpsDown(WARN_TIP_BPS).min(most);
        if (settler != address(0)) settleTip = repaid.bpsDown(SETTLE_TIP_BPS).min(most);
        if (starter != address(0)) startTip = repaid.bpsDown(START_TIP_BPS).min(most).zeroFloorSub(settleTip);
    }

    /// @dev Credits the settler's tip, then the starter's, then the flagger's, as far as `most` goes.
    function _payTips(
        Book memory b,
        uint256 most,
        uint256 repaid,
        address flagger,
        address starter,
        address settler,
        bool fromReserve
    ) private returns (uint256 paid) {
        (uint256 warnTip, uint256 startTip, uint256 settleTip) = _tips(repaid, flagger, starter, settler);
        settleTip = settleTip.min(most);
        startTip = startTip.min(most - settleTip);
        paid = settleTip + startTip;
        warnTip = warnTip.min(most - paid);
        _credit(b, settler, "settle tip", settleTip, fromReserve);
        _credit(b, starter, "start tip", startTip, fromReserve);
        _credit(b, flagger, "warn tip", warnTip, fromReserve);
        return paid + warnTip;
    }

    function _credit(Book memory b, address payee, bytes32 kind, uint256 assets, bool fromReserve) private {
        if (assets == 0) return;
        b.cash -= assets;
        if (fromReserve) b.reserve -= assets;
        _credits[payee] += assets;
        _totalCredits += uint128(assets); // at most the cash, which fits in 104 bits
        emit Credited(payee, kind, assets, fromReserve);
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
}
