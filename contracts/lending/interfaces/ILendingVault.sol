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
    /// Rates are wad per second: `averageRate` was charged, `anchorRate` is where the path stands now.
    event Accrued(uint256 interest, uint256 toReserve, uint256 averageRate, uint256 anchorRate, uint256 clock);
    /// @notice `assets` of cash were lent to `receiver` against `shares` of debt.
    event Drawn(address indexed receiver, uint256 assets, uint256 shares);
    /// @notice `assets` of debt were repaid and `shares` of debt burned; `fine` went to the reserve on top (tips out of
    /// it follow as `Credited` from the reserve).
    event Collected(address indexed payer, uint256 assets, uint256 shares, uint256 fine);
    /// @notice A sale brought `proceeds`: `repaid` of debt, `shares` burned; `surplus` is the rest, which the `Credited`
    /// events that follow hand out (tips not from the reserve, then the borrower's part).
    event SaleBooked(address indexed account, uint256 proceeds, uint256 repaid, uint256 shares, uint256 surplus);
    /// @notice `payee` was credited `assets` of cash, which the reserve bore when `fromReserve`; `kind` is one of
    /// "warn tip", "start tip", "settle tip", "surplus", "redeem" (the last with its `RedeemFilled`).
    event Credited(address indexed payee, bytes32 indexed kind, uint256 assets, bool fromReserve);
    /// @notice `account` was paid `assets` it was owed.
    event Claimed(address indexed account, address indexed receiver, uint256 assets);
    /// @notice `loss` of `account` was recognised, borne in the published order; the three parts add up to it. With
    /// the zero address: rounding dust that was left when the last debt share was burned.
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
    /// @notice A deposit of `assets` exceeds the `room` left under the cap.
    error SupplyCapExceeded(uint256 assets, uint256 room);
    /// @notice The deposit would mint no share, or the redemption pay nothing.
    error NothingForIt(uint256 assets, uint256 shares);
    /// @notice A `mint` asks for exact shares, but the asset took a fee on the way.
    error ArrivedShort(uint256 arrived, uint256 wanted);
    /// @notice The call is open only between `hold` and `free`.
    error GroupNotHeld();
    /// @notice Too little gas to give the cover its full allowance, so that nobody can starve it.
    error GasTooLow(uint256 gasLeft, uint256 needed);

    /* GROUP: CREDIT DESK ONLY */

    /// @notice Locks the group and accrues. Every entry of the desk and the auction starts with it.
    function hold() external returns (Market memory market);

    /// @notice Unlocks the group.
    function free() external;

    /// @notice True between `hold` and `free` and inside every entry of the vault.
    function locked() external view returns (bool);

    /// @notice Lends `assets` of cash to `receiver`. Refuses while paused, while requests wait, above the utilisation
    /// limit and when the rate in force afterwards exceeds `maxRate` (wad per second).
    /// @return shares debt shares to book, rounded up
    function drawDown(address receiver, uint256 assets, uint256 maxRate) external returns (uint256 shares);

    /// @notice Pulls a repayment from `payer`: at most `maxAssets` in all, at most the debt of `accountShares`, plus a
    /// fine of `fineBps` of the part repaid (rounded up) that goes to the reserve after the tips of `starter`, then
    /// `flagger` (zero address: none), each a credit, together never more than the fine. What arrives is what is
    /// credited.
    /// @return shares debt shares to burn, rounded down (all of them when the debt is met)
    /// @return repaid debt repaid, asset units
    /// @return fine paid on top, asset units
    function collectPayment(
        address payer,
        uint256 maxAssets,
        uint256 accountShares,
        uint256 fineBps,
        address flagger,
        address starter
    ) external returns (uint256 shares, uint256 repaid, uint256 fine);

    /// @notice Books `proceeds` that arrived from a sale: repays the debt of `accountShares`, pays the tips of
    /// `settler` (of the starter's part), `starter` and `flagger`, in this order, zero addresses left out, from the
    /// surplus as far as it goes, and credits the rest of it to `account`.
    /// @return shares debt shares to burn
    /// @return repaid debt repaid, asset units
    /// @return surplus what exceeded the debt, before tips
    function bookSale(
        address account,
        uint256 accountShares,
        uint256 proceeds,
        address flagger,
        address starter,
        address settler
    ) external returns (uint256 shares, uint256 repaid, uint256 surplus);

    /// @notice Pays the tips of a sale that repaid `repaid` and left no surplus, from the reserve less the floating bad
    /// debt: called when the loss of the sale has been booked or marked, so that no supplier ever pays a tip.
    function payTips(uint256 repaid, address flagger, address starter, address settler) external;

    /// @notice Recognises the debt of `shares` as lost: reserve, then cover, then suppliers.
    function realiseLoss(address account, uint256 shares) external returns (LossShare memory borne);

    /// @notice Replaces one account's contribution to the marks.
    function remark(uint256 oldShares, uint256 oldCollateral, uint256 newShares, uint256 newCollateral) external;

    /* SUPPLIERS */

    /// @notice Moves `shares` of `owner` into the queue (needs an allowance when the caller is not the owner): at least
    /// the minimum, or all the owner has. Open while paused.
    /// @return id of the request; requests are filled first come, first served, at the price of the fill
    function requestRedeem(uint256 shares, address owner) external returns (uint256 id);

    /// @notice Takes the unfilled rest of request `id` back. Open while paused.
    function cancelRequest(uint256 id) external;

    /// @notice Fills waiting requests from free cash, at most `maxRequests` of them, cancelled ones counted. Anyone,
    /// also while paused. A request too small to be worth one unit is handed back; while all shares together are worth
    /// nothing, nothing is filled.
    /// @return filledAssets credited to owners
    function fillQueue(uint256 maxRequests) external returns (uint256 filledAssets);

    /// @notice Pays the caller all it is owed, nothing when that is nothing. Open while paused.
    function claim(address receiver) external returns (uint256 assets);

    /// @notice Adds to the reserve. Anyone.
    function fundReserve(uint256 assets) external returns (uint256 arrived);

    /// @notice Books interest up to now and moves the rate along its path. Anyone.
    function accrue() external;

    /* GOVERNANCE */

    /// @notice Replaces the rate model, after accrual (left out when the old model reverts). The path goes on where it
    /// stands.
    function setRateModel(address model) external;

    /// @notice Replaces the cover (zero: none). A cover that reverts counts as empty.
    function setCover(address cover) external;

    /// @notice Share of interest that goes to the reserve, basis points, 0 to 5,000, after accrual.
    function setReserveFactor(uint256 bps) external;

    /// @notice Largest tip per event and payee, asset units, at most 1,000 whole tokens.
    function setMaxTip(uint256 assets) external;

    /// @notice Smallest redeem request, shares, at most what 1,000 whole tokens buy at par.
    function setMinRequest(uint256 shares) external;

    /// @notice Largest supply that deposits may reach, asset units, rounded down to whole tokens, at most `MAX_SUPPLY`.
    function setSupplyCap(uint256 assets) external;

    /* CONSTANTS AND PARAMETERS */

    /// @notice Name of the pause group of vault, desk and auctions.
    function PAUSE_GROUP() external view returns (bytes32);

    /// @notice Utilisation that borrowing may reach, wad.
    function MAX_UTILISATION() external view returns (uint256);

    /// @notice Highest rate any model can make the vault charge, wad per second.
    function MAX_RATE() external view returns (uint256);

    /// @notice Longest time charged in one accrual, seconds; a vault nobody touched for longer forgives the rest.
    function MAX_ELAPSED() external view returns (uint256);

    /// @notice Tip of the flagger, basis points of the debt repaid.
    function WARN_TIP_BPS() external view returns (uint256);

    /// @notice Tip of the starter, basis points of the debt repaid.
    function START_TIP_BPS() external view returns (uint256);

    /// @notice Tip of who settles an auction into an exit, basis points of the debt repaid; the starter's is less by it.
    function SETTLE_TIP_BPS() external view returns (uint256);

    /// @notice Highest reserve factor, basis points.
    function MAX_RESERVE_FACTOR_BPS() external view returns (uint256);

    /// @notice Highest supply cap, asset units.
    function MAX_SUPPLY() external view returns (uint256);

    /// @notice The credit desk.
    function DESK() external view returns (address);

    /// @notice The pauser whose clock the vault lives by.
    function PAUSER() external view returns (address);

    /// @notice The rate model in use.
    function rateModel() external view returns (address);

    /// @notice The cover, or the zero address.
    function cover() external view returns (address);

    /// @notice Share of interest that goes to the reserve, basis points.
    function reserveFactorBps() external view returns (uint256);

    /// @notice Largest tip per event and payee, asset units.
    function maxTip() external view returns (uint256);

    /// @notice Smallest redeem request, shares.
    function minRequest() external view returns (uint256);

    /// @notice Largest supply that deposits may reach, asset units.
    function supplyCap() external view returns (uint256);

    /* VIEWS (closed while the group is locked) */

    /// @notice All debt and debt shares, accrued to now.
    function debtTotals() external view returns (uint256 debtAssets, uint256 debtShares);

    /// @notice Debt that `shares` stand for, rounded up, accrued to now.
    function debtOf(uint256 shares) external view returns (uint256 assets);

    /// @notice Assets behind all shares as a depositor pays them: cash + debt - reserve.
    function supplyAssets() external view returns (uint256);

    /// @notice Debt of marked accounts above the collateral they were marked with.
    function floatingBadDebt() external view returns (uint256);

    /// @notice Sums over marked accounts: debt shares, and collateral as marked.
    function marks() external view returns (uint256 markedShares, uint256 markedCollateral);

    /// @notice First-loss reserve, asset units.
    function reserve() external view returns (uint256);

    /// @notice Cash that is not owed to anyone by name, asset units.
    function cash() external view returns (uint256);

    /// @notice debt / (cash + debt), wad, rounded up.
    function utilisation() external view returns (uint256);

    /// @notice Rates in wad per second: in force now, and what the utilisation calls for.
    function rates() external view returns (uint256 rate, uint256 target);

    /// @notice Where the path of the rate stood at `clock` (group clock, seconds), the last time anything was booked.
    function ratePath() external view returns (uint256 anchorRate, uint256 clock);

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

    /// @notice The tip that settling a sale which repays `repaid` would earn, asset units, rounded down; the surplus,
    /// or without one the reserve, may hold less.
    function quoteSettleTip(uint256 repaid) external view returns (uint256 settleTip);
}
