// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {CommonErrors} from "../common/CommonErrors.sol";
import {IPauser} from "../common/interfaces/IPauser.sol";
import {WadMath} from "../common/math/WadMath.sol";
import {MeasuredTransfer} from "../common/tokens/MeasuredTransfer.sol";
import {IFloorOracle, OracleState, Quote} from "../pricing/interfaces/IFloorOracle.sol";
import {IAuctionSeller} from "./interfaces/IAuctionSeller.sol";
import {IAuctionTaker} from "./interfaces/IAuctionTaker.sol";
import {IExitVenue} from "./interfaces/IExitVenue.sol";
import {AuctionPhase, AuctionTerms, ILiquidationAuction} from "./interfaces/ILiquidationAuction.sol";

/// @title LiquidationAuction
/// @notice See {ILiquidationAuction}. Holds neither NFTs nor money.
/// @custom:kill Pausing the lending group stops the clock of every auction; nothing can be taken meanwhile. A bad
/// exit is unlisted by governance; taking needs none.
contract LiquidationAuction is ILiquidationAuction, AccessManaged {
    using MeasuredTransfer for IERC20;
    using WadMath for uint256;

    /* CONSTANTS */

    /// @inheritdoc ILiquidationAuction
    uint256 public constant RESTART_AFTER = 24 hours;
    bytes32 public constant PAUSE_GROUP = "lending";
    /// @dev Age from which the oracle calls a price stale.
    uint256 internal constant STALE_AFTER = 24 hours;
    uint256 internal constant WAD = 1e18;
    uint256 internal constant WAD_PER_BPS = 1e14;
    uint256 internal constant BPS = 10_000;
    uint256 internal constant UNITS_PER_FLOOR = 100;
    /// @dev The premium halves ten times over its phase, cut into 3,600 steps: 2^(-10 / 3600) in wad, and where it
    /// ends, 2^-10.
    uint256 internal constant DECAY_STEPS = 3600;
    uint256 internal constant DECAY_PER_STEP_WAD = 998_076_443_575_628_739;
    uint256 internal constant DECAY_END_WAD = WAD / 1024;

    /* IMMUTABLES */

    IAuctionSeller public immutable SELLER;
    IFloorOracle public immutable ORACLE;
    IPauser public immutable PAUSER;
    IERC20 public immutable ASSET;

    /* STORAGE */

    mapping(address collection => mapping(uint256 tokenId => AuctionTerms)) internal _auctions;
    /// @inheritdoc ILiquidationAuction
    mapping(address venue => bool) public isExit;
    bool private transient _taking;

    /* CONSTRUCTOR */

    constructor(address accessManager, address seller, address oracle, address pauser, address asset)
        AccessManaged(accessManager)
    {
        if (seller == address(0) || oracle == address(0) || pauser == address(0) || asset == address(0)) {
            revert CommonErrors.ZeroAddress();
        }
        SELLER = IAuctionSeller(seller);
        ORACLE = IFloorOracle(oracle);
        PAUSER = IPauser(pauser);
        ASSET = IERC20(asset);
    }

    modifier onlySeller() {
        if (msg.sender != address(SELLER)) revert CommonErrors.Unauthorized(msg.sender);
        _;
    }

    /* GOVERNANCE */

    /// @inheritdoc ILiquidationAuction
    function setExit(address venue, bool listed) external restricted {
        _requireUnlocked();
        if (venue == address(0)) revert CommonErrors.ZeroAddress();
        isExit[venue] = listed;
        emit ExitListed(venue, listed);
    }

    /* SELLER */

    /// @inheritdoc ILiquidationAuction
    function start(address collection, uint256 tokenId, AuctionTerms calldata terms) external onlySeller {
        if (_auctions[collection][tokenId].startedAt != 0) revert AuctionRunning(collection, tokenId);
        AuctionTerms memory t = terms;
        (uint256 clock,,) = PAUSER.status(PAUSE_GROUP);
        t.startedAt = uint40(clock);
        _auctions[collection][tokenId] = t;
        emit AuctionStarted(collection, tokenId, t);
    }

    /// @inheritdoc ILiquidationAuction
    function cancel(address collection, uint256 tokenId) external onlySeller {
        if (_auctions[collection][tokenId].startedAt == 0) revert NoAuction(collection, tokenId);
        delete _auctions[collection][tokenId];
        emit AuctionCancelled(collection, tokenId);
    }

    /* ANYONE */

    /// @inheritdoc ILiquidationAuction
    function restart(address collection, uint256 tokenId) external {
        _requireUnlocked();
        AuctionTerms storage t = _auctions[collection][tokenId];
        if (t.startedAt == 0) revert NoAuction(collection, tokenId);
        (uint256 clock, bool paused,) = PAUSER.status(PAUSE_GROUP);
        if (paused) revert CommonErrors.GroupPaused(PAUSE_GROUP);
        uint256 restartAt = t.startedAt + RESTART_AFTER;
        if (clock < restartAt) revert RestartTooEarly(clock, restartAt);
        t.startedAt = uint40(clock);
        emit AuctionRestarted(collection, tokenId, clock);
    }

    /// @inheritdoc ILiquidationAuction
    function take(address collection, uint256 tokenId, uint256 maxPrice, address receiver, bytes calldata data)
        external
        returns (uint256 price)
    {
        // else `release` refuses while the group is locked; asking twice is dear
        if (_taking) revert CommonErrors.GroupLocked();
        uint256 worth;
        AuctionPhase phase;
        (price, worth, phase) = _price(collection, tokenId);
        _taking = true;
        if (price > maxPrice) revert PriceAboveMax(price, maxPrice);
        delete _auctions[collection][tokenId];

        address payTo = SELLER.release(collection, tokenId, receiver);
        if (data.length != 0) {
            bytes4 answer = IAuctionTaker(msg.sender).onTake(collection, tokenId, price, data);
            if (answer != IAuctionTaker.onTake.selector) revert BadCallback(answer);
        }
        uint256 proceeds = ASSET.pullTo(msg.sender, payTo, price);
        int256 discountBps = _discountBps(price, worth);
        emit AuctionTaken(collection, tokenId, msg.sender, receiver, price, proceeds, worth, discountBps, phase);
        SELLER.settled(collection, tokenId, proceeds, address(0));
        _taking = false;
    }

    /// @inheritdoc ILiquidationAuction
    function settleInto(address collection, uint256 tokenId, address venue, uint256 minProceeds, bytes calldata data)
        external
        returns (uint256 proceeds)
    {
        _requireUnlocked();
        if (!isExit[venue]) revert ExitNotListed(venue);
        (uint256 price, uint256 worth, AuctionPhase phase) = _price(collection, tokenId);
        _taking = true;
        uint256 wanted = price.max(minProceeds);
        delete _auctions[collection][tokenId];

        address payTo = SELLER.release(collection, tokenId, venue);
        uint256 before = ASSET.balanceOf(payTo);
        IExitVenue(venue).exit(collection, tokenId, payTo, wanted, data);
        // what the venue says it paid counts for nothing
        proceeds = ASSET.balanceOf(payTo).zeroFloorSub(before);
        if (proceeds < wanted) revert ProceedsTooLow(proceeds, wanted);
        int256 discountBps = _discountBps(proceeds, worth);
        emit AuctionSettledInto(collection, tokenId, venue, msg.sender, price, proceeds, worth, discountBps, phase);
        SELLER.settled(collection, tokenId, proceeds, msg.sender);
        _taking = false;
    }

    /* VIEWS */

    /// @inheritdoc ILiquidationAuction
    function priceOf(address collection, uint256 tokenId)
        external
        view
        returns (uint256 price, uint256 worth, AuctionPhase phase)
    {
        if (msg.sender != address(SELLER)) _requireUnlocked();
        return _price(collection, tokenId);
    }

    /// @inheritdoc ILiquidationAuction
    function termsOf(address collection, uint256 tokenId) external view returns (AuctionTerms memory) {
        return _auctions[collection][tokenId];
    }

    /// @inheritdoc ILiquidationAuction
    function multipleAt(AuctionTerms calldata terms, uint256 elapsed)
        external
        pure
        returns (uint256 multipleWad, AuctionPhase phase)
    {
        return _multiple(terms, elapsed);
    }

    /* INTERNAL */

    function _requireUnlocked() internal view {
        if (_taking || SELLER.entered()) revert CommonErrors.GroupLocked();
    }

    /// @dev Rounding the ratio down keeps a sale inside the band inside 10,000 - discountMin .. discountMax.
    function _discountBps(uint256 paid, uint256 worth) internal pure returns (int256) {
        return int256(BPS) - int256(paid.mulDivDown(BPS, worth));
    }

    function _price(address collection, uint256 tokenId)
        internal
        view
        returns (uint256 price, uint256 worth, AuctionPhase phase)
    {
        AuctionTerms memory t = _auctions[collection][tokenId];
        if (t.startedAt == 0) {
            if (msg.sender != address(SELLER)) _requireUnlocked();
            revert NoAuction(collection, tokenId);
        }
        Quote memory q = ORACLE.quote(collection);
        worth = q.spot.mulDivDown(t.units, UNITS_PER_FLOOR);
        if (worth == 0) revert NoReference(collection);
        (uint256 clock,,) = PAUSER.status(PAUSE_GROUP);
        uint256 elapsed = clock - t.startedAt;
        if (q.state == OracleState.Stale) elapsed = _elapsedWhileStale(t, elapsed, q.asOf);
        uint256 multipleWad;
        (multipleWad, phase) = _multiple(t, elapsed);
        price = (q.spot * t.units).mulDivUp(multipleWad, UNITS_PER_FLOOR * WAD);
    }

    /// @dev Time stands still at the end of the band, or where it stood when the price went stale if that was later.
    function _elapsedWhileStale(AuctionTerms memory t, uint256 elapsed, uint256 asOf) internal view returns (uint256) {
        uint256 bandEnd = uint256(t.premiumSeconds) + t.bandSeconds;
        // stale for another reason than its age: nobody knows since when
        if (block.timestamp < asOf + STALE_AFTER) return elapsed.min(bandEnd);
        uint256 staleFor = block.timestamp - asOf - STALE_AFTER;
        return elapsed.min(bandEnd.max(elapsed.zeroFloorSub(staleFor)));
    }

    function _multiple(AuctionTerms memory t, uint256 elapsed)
        internal
        pure
        returns (uint256 multipleWad, AuctionPhase phase)
    {
        uint256 bandTop = (BPS - t.discountMinBps) * WAD_PER_BPS;
        if (elapsed < t.premiumSeconds) {
            uint256 step = elapsed.mulDivDown(DECAY_STEPS, t.premiumSeconds);
            uint256 left = DECAY_PER_STEP_WAD.powWad(step).zeroFloorSub(DECAY_END_WAD);
            uint256 span = uint256(t.premiumBps) * WAD_PER_BPS - bandTop;
            return (bandTop + span.mulDivUp(left, WAD - DECAY_END_WAD), AuctionPhase.Premium);
        }
        elapsed -= t.premiumSeconds;
        uint256 bandFall = uint256(t.discountMaxBps - t.discountMinBps) * WAD_PER_BPS;
        if (elapsed <= t.bandSeconds) {
            return (bandTop - bandFall.mulDivDown(elapsed, t.bandSeconds), AuctionPhase.Band);
        }
        elapsed -= t.bandSeconds;
        uint256 bottom = uint256(t.reserveBps) * WAD_PER_BPS;
        if (elapsed >= t.distressedSeconds) return (bottom, AuctionPhase.Reserve);
        uint256 fall = (bandTop - bandFall - bottom).mulDivDown(elapsed, t.distressedSeconds);
        return (bandTop - bandFall - fall, AuctionPhase.Distressed);
    }
}
