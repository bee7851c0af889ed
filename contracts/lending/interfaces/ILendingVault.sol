// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";

/// @notice What the credit desk learns when it enters the group.
struct Market {
    uint256 debtAssets; // all debt, accrued to this moment, asset units
    uint256 debtShares; // all debt shares
    uint256 clock; // group clock, seconds (stands still while paused)
    bool paused;
    uint256 resumedAt; // unix seconds, 0 when no pause ever ended
}

/// @notice Who pays a recognised loss, asset units.
struct LossShare {
    uint256 byReserve;
    uint256 byCover;
    uint256 bySuppliers;
}

/// @title The money of the lending group: cash, interest, redeem queue, reserve, loss
/// @notice ERC-4626 over one asset. Shares are *deposited* at all assets less the reserve and *redeemed* at that less
/// the floating bad debt which neither reserve nor cover would bear, so nobody leaves at par ahead of a visible loss.
/// `convertTo*` use the redeem price.
/// @dev Donations are ignored: cash is a ledger. Interest on marked debt goes to the reserve whole, so that it raises
/// debt and `floatingBadDebt` alike and never the share price.
/// @dev Assumes: the asset does not grow by itself; it may charge a fee, blacklist, pause, return nothing.
interface ILendingVault is IERC4626 {
    /* EVENTS */

    /// @notice Interest was booked up to `clock`: `interest` on all debt, of which `toReserve` went to the reserve.
    /// Rates are wad per second: `rate` now in force, `target` what the utilisation calls for.
    event Accrued(uint256 interest, uint256 toReserve, uint256 rate, uint256 target, uint256 clock);
    /// @notice `assets` of cash were lent to `receiver` against `shares` of debt.
    event Drawn(address indexed receiver, uint256 assets, uint256 shares);
    /// @notice `assets` of debt were repaid and `shares` of debt burned; `fine` went to the reserve on top.
    event Collected(address indexed payer, uint256 assets, uint256 shares, uint256 fine);
    /// @notice A sale brought `proceeds`: `repaid` of debt, `shares` burned, `surplus` credited to the borrower
    /// (less tips).
    event SaleBooked(address indexed account, uint256 proceeds, uint256 repaid, uint256 shares, uint256 surplus);
    /// @notice `payee` was credited `assets`; `kind` is one of "warn tip", "start tip", "surplus", "redeem".
    event Credited(address indexed payee, bytes32 indexed kind, uint256 assets, bool fromReserve);
    /// @notice `account` was paid `assets` it was owed.
    event Claimed(address indexed account, address indexed receiver, uint256 assets);
    /// @notice `loss` of `account` was recognised, borne in the published order.
    event LossRealised(
        address indexed account, uint256 loss, uint256 shares, uint256 byReserve, uint256 byCover, uint256 bySuppliers
    );
    /// @notice The sums behind `floatingBadDebt` changed: debt shares of marked accounts, and their collateral.
    event MarksChanged(uint256 markedShares, uint256 markedCollateral);
    /// @notice `shares` of `owner` wait in the queue as request `id`.
    event RedeemRequested(uint256 indexed id, address indexed owner, address indexed caller, uint256 shares);
    /// @notice Request `id` was filled for `shares` at `assets`; `left` shares still wait.
    event RedeemFilled(uint256 indexed id, address indexed owner, uint256 shares, uint256 assets, uint256 left);
    /// @notice The rest of request `id` was withdrawn by its owner.
    event RedeemCancelled(uint256 indexed id, address indexed owner, uint256 shares);
    /// @notice `payer` gave `assets` to the reserve.
    event ReserveFunded(address indexed payer, uint256 assets);
    /// @notice A governed address changed; `kind` is "rate model" or "cover".
    event ModuleSet(bytes32 indexed kind, address module);
    /// @notice A governed number changed; `kind` is "reserve factor", "max tip", "min request" or "supply cap".
    event ParameterSet(bytes32 indexed kind, uint256 value);

    /* ERRORS */

    /// @notice The rate now in force exceeds the borrower's limit, wad per second.
    error RateAboveMax(uint256 rate, uint256 maxRate);
    /// @notice Borrowing would raise utilisation above the limit, wad.
    error UtilisationAboveMax(uint256 utilisationWad, uint256 maxWad);
    /// @notice Cash is short: `cash` is free of claims, `wanted` was asked for.
    error NotEnoughCash(uint256 cash, uint256 wanted);
    /// @notice Requests wait in the queue; nothing new is lent before they are filled.
    error QueueNotEmpty(uint256 waitingShares);
    /// @notice A redeem request is below the minimum.
    error RequestTooSmall(uint256 shares, uint256 minShares);
    /// @notice `id` is no open request of the caller.
    error NoSuchRequest(uint256 id);
    /// @notice Deposits would exceed the cap.
    error SupplyCapExceeded(uint256 assets, uint256 cap);
    /// @notice The deposit would mint no share, or the redemption pay nothing.
    error NothingForIt(uint256 assets, uint256 shares);

    /* GROUP: CREDIT DESK ONLY */

    /// @notice Locks the group and accrues. Every entry of the desk and the auction starts with it.
    function enter() external returns (Market memory market);

    /// @notice Unlocks the group.
    function leave() external;

    /// @notice True between `enter` and `leave` and inside every entry of the vault.
    function locked() external view returns (bool);

    /// @notice Lends `assets` of cash to `receiver`. Refuses while paused, while requests wait, above the utilisation
    /// limit and when the rate in force afterwards exceeds `maxRate` (wad per second).
    /// @return shares debt shares to book, rounded up
    function draw(address receiver, uint256 assets, uint256 maxRate) external returns (uint256 shares);

    /// @notice Pulls a repayment from `payer`: at most `maxAssets` in all, at most the debt of `accountShares`, plus a
    /// fine of `fineBps` of the part repaid (rounded up) that goes to the reserve after the tips of `flagger` and
    /// `starter` (zero address: none), each a credit. What arrives is what is credited.
    /// @return shares debt shares to burn, rounded down (all of them when the debt is met)
    /// @return repaid debt repaid, asset units
    /// @return fine paid on top, asset units
    function collect(
        address payer,
        uint256 maxAssets,
        uint256 accountShares,
        uint256 fineBps,
        address flagger,
        address starter
    ) external returns (uint256 shares, uint256 repaid, uint256 fine);

    /// @notice Books `proceeds` that arrived from a sale: repays the debt of `accountShares`, pays the tips of
    /// `flagger` and `starter` from the surplus, else from the reserve, and credits the rest of the surplus to
    /// `account`.
    /// @return shares debt shares to burn
    /// @return repaid debt repaid, asset units
    /// @return surplus what exceeded the debt, before tips
    function bookSale(address account, uint256 accountShares, uint256 proceeds, address flagger, address starter)
        external
        returns (uint256 shares, uint256 repaid, uint256 surplus);

    /// @notice Recognises the debt of `shares` as lost: reserve, then cover, then suppliers.
    function realiseLoss(address account, uint256 shares) external returns (LossShare memory borne);

    /// @notice Replaces one account's contribution to the marks.
    function remark(uint256 oldShares, uint256 oldCollateral, uint256 newShares, uint256 newCollateral) external;

    /* SUPPLIERS */

    /// @notice Moves `shares` of `owner` into the queue (needs an allowance when the caller is not the owner).
    /// @return id of the request; requests are filled first come, first served, at the price of the fill
    function requestRedeem(uint256 shares, address owner) external returns (uint256 id);

    /// @notice Takes the unfilled rest of request `id` back. Open while paused.
    function cancelRequest(uint256 id) external;

    /// @notice Fills waiting requests from free cash, at most `maxRequests` of them, cancelled ones counted. Anyone.
    /// @return filledAssets credited to owners
    function fillQueue(uint256 maxRequests) external returns (uint256 filledAssets);

    /// @notice Pays the caller all it is owed. Open while paused.
    function claim(address receiver) external returns (uint256 assets);

    /// @notice Adds to the reserve. Anyone.
    function fundReserve(uint256 assets) external returns (uint256 arrived);

    /// @notice Books interest up to now and moves the rate along its path. Anyone.
    function accrue() external;

    /* GOVERNANCE */

    /// @notice Replaces the rate model, after accrual.
    function setRateModel(address model) external;

    /// @notice Replaces the cover (zero: none). A cover that reverts counts as empty.
    function setCover(address cover) external;

    /// @notice Share of interest that goes to the reserve, basis points, 0 to 5,000, after accrual.
    function setReserveFactor(uint256 bps) external;

    /// @notice Largest tip per event and payee, asset units.
    function setMaxTip(uint256 assets) external;

    /// @notice Smallest redeem request, shares.
    function setMinRequest(uint256 shares) external;

    /// @notice Largest supply that deposits may reach, asset units.
    function setSupplyCap(uint256 assets) external;

    /* VIEWS (closed while the group is locked) */

    /// @notice All debt and debt shares, accrued to now.
    function debtTotals() external view returns (uint256 debtAssets, uint256 debtShares);

    /// @notice Debt that `shares` stand for, rounded up, accrued to now.
    function debtOf(uint256 shares) external view returns (uint256 assets);

    /// @notice Assets behind all shares as a depositor pays them: cash + debt - reserve.
    function supplyAssets() external view returns (uint256);

    /// @notice Debt of marked accounts above the collateral they were marked with.
    function floatingBadDebt() external view returns (uint256);

    /// @notice First-loss reserve, asset units.
    function reserve() external view returns (uint256);

    /// @notice Cash that is not owed to anyone by name, asset units.
    function cash() external view returns (uint256);

    /// @notice debt / (cash + debt), wad, rounded up.
    function utilisation() external view returns (uint256);

    /// @notice Rates in wad per second: in force now, and what the utilisation calls for.
    function rates() external view returns (uint256 rate, uint256 target);

    /// @notice What `account` may claim.
    function creditOf(address account) external view returns (uint256);

    /// @notice Sum of all credits.
    function totalCredits() external view returns (uint256);

    /// @notice Shares waiting in the queue.
    function queuedShares() external view returns (uint256);

    /// @notice First unfilled position and the one after the last.
    function queueBounds() external view returns (uint256 head, uint256 tail);

    /// @notice A request: its owner and the shares still waiting.
    function requestOf(uint256 id) external view returns (address owner, uint256 shares);

    /// @notice The tips a repayment or sale of `repaid` would earn, asset units, rounded down; the reserve or surplus
    /// may hold less.
    function quoteTips(uint256 repaid) external view returns (uint256 warnTip, uint256 startTip);
}
