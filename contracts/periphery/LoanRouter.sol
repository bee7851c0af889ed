// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {CommonErrors} from "../common/CommonErrors.sol";
import {IOperators} from "../common/interfaces/IOperators.sol";
import {NftRef} from "../common/types/NftTypes.sol";
import {IActReceiver} from "../lending/interfaces/IActReceiver.sol";
import {ActSteps, ICreditDesk} from "../lending/interfaces/ICreditDesk.sol";
import {ILendingVault} from "../lending/interfaces/ILendingVault.sol";
import {IFloorOracle} from "../pricing/interfaces/IFloorOracle.sol";
import {VenueCaller} from "./VenueCaller.sol";
import {ILoanRouter} from "./interfaces/ILoanRouter.sol";
import {Fill, IMarketRouter} from "./interfaces/IMarketRouter.sol";
import {IMarketTill} from "./interfaces/IMarketTill.sol";

/// @title LoanRouter
/// @notice See {ILoanRouter}. Between transactions it owns nothing and has approved nobody.
/// @custom:kill None: an account dismisses it in {IOperators}; governance takes venues off the market router's list.
contract LoanRouter is ILoanRouter, VenueCaller {
    using SafeERC20 for IERC20;

    /* TYPES */

    /// @dev What the desk's callback is to do.
    enum Deal {
        Buy,
        Sell
    }

    /* CONSTANTS */

    uint256 internal constant BPS = 10_000;

    /* IMMUTABLES */

    IMarketRouter public immutable ROUTER;
    ICreditDesk public immutable DESK;
    ILendingVault public immutable VAULT;
    IFloorOracle public immutable ORACLE;
    IOperators public immutable OPERATORS;

    /* STORAGE */

    /// @dev The account that is served; the lock.
    address private transient _account;
    /// @dev Buying: what is left of the loan. Selling: what the sale brought.
    uint256 private transient _cash;
    /// @dev What the purchase cost.
    uint256 private transient _cost;

    /* CONSTRUCTOR */

    constructor(address router, address till, address desk, address vault, address oracle, address operators)
        VenueCaller(till, IMarketTill(till).ASSET())
    {
        if (router == address(0) || desk == address(0) || oracle == address(0) || operators == address(0)) {
            revert CommonErrors.ZeroAddress();
        }
        address lent = ILendingVault(vault).asset();
        if (lent != address(ASSET)) revert AssetMismatch(lent, address(ASSET));
        (ROUTER, DESK, VAULT) = (IMarketRouter(router), ICreditDesk(desk), ILendingVault(vault));
        (ORACLE, OPERATORS) = (IFloorOracle(oracle), IOperators(operators));
    }

    /* USER ACTIONS */

    /// @inheritdoc ILoanRouter
    function buyWithLoan(
        Fill calldata fill,
        uint256 borrowAssets,
        uint256 maxRate,
        uint256 seen,
        uint256 maxMoveBps,
        uint256 deadline
    ) external returns (uint256 cost) {
        _begin(msg.sender, deadline);
        _requireStill(fill.collection, seen, maxMoveBps);
        ActSteps memory steps;
        (steps.borrowAssets, steps.maxRate, steps.pledge) = (borrowAssets, maxRate, _refs(fill));
        DESK.act(msg.sender, steps, abi.encode(Deal.Buy, fill));
        cost = _cost;
        uint256 left = _cash;
        (_account, _cash) = (address(0), 0);
        emit BoughtWithLoan(msg.sender, fill.venue, fill.collection, fill.tokenIds, cost, borrowAssets);
        if (left != 0) ASSET.safeTransfer(msg.sender, left);
    }

    /// @inheritdoc ILoanRouter
    function sellAndRepay(address account, Fill calldata fill, uint256 deadline)
        external
        returns (uint256 proceeds, uint256 repaid)
    {
        if (msg.sender != account && !OPERATORS.isOperator(account, msg.sender)) {
            revert CommonErrors.Unauthorized(msg.sender);
        }
        _begin(account, deadline);
        uint256 before = ASSET.balanceOf(address(this));
        ActSteps memory steps;
        (steps.release, steps.repayAssets) = (_refs(fill), fill.limit);
        DESK.act(account, steps, abi.encode(Deal.Sell, fill));
        proceeds = _cash;
        // what the sale brought above its limit: the debt comes first here, too
        uint256 rest = ASSET.balanceOf(address(this)) - before;
        if (rest != 0) DESK.repay(rest, account);
        ASSET.forceApprove(address(VAULT), 0);
        rest = ASSET.balanceOf(address(this)) - before;
        repaid = proceeds - rest;
        emit SoldToRepay(account, fill.venue, fill.collection, fill.tokenIds, proceeds, repaid);
        if (rest != 0) _payOut(account, rest);
        (_account, _cash) = (address(0), 0);
    }

    /* DESK */

    /// @inheritdoc IActReceiver
    function onAct(address account, uint256 borrowed, bytes calldata data) external returns (bytes4) {
        if (msg.sender != address(DESK) || account != _account) revert CommonErrors.Unauthorized(msg.sender);
        (Deal deal, Fill memory fill) = abi.decode(data, (Deal, Fill));
        if (deal == Deal.Buy) {
            _cash = borrowed;
            _cost = this.buyAlone(fill, address(this), fill.limit);
            for (uint256 i; i < fill.tokenIds.length; ++i) {
                IERC721(fill.collection).approve(address(DESK), fill.tokenIds[i]);
            }
        } else {
            _cash = this.sellAlone(fill, address(this));
            ASSET.forceApprove(address(VAULT), _cash);
        }
        return IActReceiver.onAct.selector;
    }

    /* INTERNAL */

    function _begin(address account, uint256 deadline) internal {
        if (_account != address(0)) revert CommonErrors.GroupLocked();
        if (block.timestamp > deadline) revert CommonErrors.DeadlineExpired(deadline, block.timestamp);
        _account = account;
    }

    /// @dev |price - seen| / seen at most `maxMoveBps`.
    function _requireStill(address collection, uint256 seen, uint256 maxMoveBps) internal view {
        uint256 price = ORACLE.quote(collection).mid;
        uint256 move = price > seen ? price - seen : seen - price;
        if (move * BPS > seen * maxMoveBps) revert FloorMoved(price, seen, maxMoveBps);
    }

    function _refs(Fill calldata fill) internal pure returns (NftRef[] memory refs) {
        refs = new NftRef[](fill.tokenIds.length);
        for (uint256 i; i < refs.length; ++i) {
            refs[i] = NftRef(fill.collection, fill.tokenIds[i]);
        }
    }

    /// @dev An owner whom the asset refuses gets shares of the vault instead.
    function _payOut(address account, uint256 assets) internal {
        if (ASSET.trySafeTransfer(account, assets)) return;
        ASSET.forceApprove(address(VAULT), assets);
        VAULT.deposit(assets, account);
        emit SurplusDeposited(account, assets);
    }

    function _isListed(address venue) internal view override returns (bool) {
        return ROUTER.isVenue(venue);
    }

    /// @dev The loan first, then the buyer's own.
    function _pay(address to, uint256 assets) internal override {
        uint256 lent = _cash;
        if (lent > assets) lent = assets;
        if (lent != 0) {
            _cash -= lent;
            ASSET.safeTransfer(to, lent);
        }
        if (assets > lent) TILL.pullAssets(_account, to, assets - lent);
    }

    function _give(address to, address collection, uint256[] calldata tokenIds) internal override {
        for (uint256 i; i < tokenIds.length; ++i) {
            IERC721(collection).transferFrom(address(this), to, tokenIds[i]);
        }
    }
}
