// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {LibCall} from "solady/src/utils/LibCall.sol";
import {CommonErrors} from "../common/CommonErrors.sol";
import {VenueCaller} from "./VenueCaller.sol";
import {Fill, IMarketRouter, Leg} from "./interfaces/IMarketRouter.sol";

/// @title MarketRouter
/// @notice See {IMarketRouter}. It holds neither approvals nor tokens: whatever a fill needs goes straight from the
/// trader to the market, by the till.
/// @custom:kill Governance takes venues off the list; a trader takes his approvals of the till back.
contract MarketRouter is IMarketRouter, VenueCaller, AccessManaged {
    using LibCall for address;

    /* CONSTANTS */

    /// @inheritdoc IMarketRouter
    uint256 public constant FILL_GAS = 600_000;
    /// @inheritdoc IMarketRouter
    uint256 public constant TOKEN_GAS = 250_000;
    uint16 internal constant REASON_BYTES = 260; // a selector and eight words

    /* STORAGE */

    /// @inheritdoc IMarketRouter
    mapping(address venue => bool) public isVenue;

    /// @dev The caller while his plan runs; the lock.
    address private transient _trader;

    /* CONSTRUCTOR */

    constructor(address accessManager, address till_, address asset)
        VenueCaller(till_, asset)
        AccessManaged(accessManager)
    {}

    /* GOVERNANCE */

    /// @inheritdoc IMarketRouter
    function setVenue(address venue, bool listed) external restricted {
        if (venue == address(0)) revert CommonErrors.ZeroAddress();
        isVenue[venue] = listed;
        emit VenueListed(venue, listed);
    }

    /* USER ACTIONS */

    /// @inheritdoc IMarketRouter
    function buy(Leg[] calldata legs, uint256 minFilled, uint256 maxTotal, address receiver, uint256 deadline)
        external
        returns (uint256 filled, uint256 total)
    {
        _begin(receiver, deadline);
        (filled, total) = _buyLegs(legs, minFilled, maxTotal, receiver);
        _trader = address(0);
    }

    /// @inheritdoc IMarketRouter
    function sell(Leg[] calldata legs, uint256 minFilled, uint256 minTotal, address receiver, uint256 deadline)
        external
        returns (uint256 filled, uint256 total)
    {
        _begin(receiver, deadline);
        (filled, total) = _sellLegs(legs, minFilled, receiver);
        if (total < minTotal) revert TotalBelowMin(total, minTotal);
        _trader = address(0);
    }

    /* VIEWS */

    /// @inheritdoc IMarketRouter
    function till() external view returns (address) {
        return address(TILL);
    }

    /* INTERNAL */

    function _begin(address receiver, uint256 deadline) internal {
        if (_trader != address(0)) revert CommonErrors.GroupLocked();
        if (block.timestamp > deadline) revert CommonErrors.DeadlineExpired(deadline, block.timestamp);
        if (receiver == address(0)) revert CommonErrors.ZeroAddress();
        _trader = msg.sender;
    }

    function _buyLegs(Leg[] calldata legs, uint256 minFilled, uint256 maxTotal, address receiver)
        internal
        returns (uint256 filled, uint256 total)
    {
        for (uint256 i; i < legs.length; ++i) {
            bool must = filled + legs.length - i <= minFilled;
            (bool bought, uint256 cost) = _buyLeg(legs[i], i, receiver, maxTotal - total, must);
            if (bought) ++filled;
            total += cost;
        }
        if (filled < minFilled) revert TooFewFilled(filled, minFilled);
    }

    function _sellLegs(Leg[] calldata legs, uint256 minFilled, address receiver)
        internal
        returns (uint256 filled, uint256 total)
    {
        for (uint256 i; i < legs.length; ++i) {
            (bool sold, uint256 proceeds) = _sellLeg(legs[i], i, receiver, filled + legs.length - i <= minFilled);
            if (sold) ++filled;
            total += proceeds;
        }
        if (filled < minFilled) revert TooFewFilled(filled, minFilled);
    }

    /// @dev The last hope of a leg without which too few are filled runs unguarded: its error is the caller's.
    function _buyLeg(Leg calldata leg, uint256 index, address receiver, uint256 budget, bool must)
        internal
        returns (bool bought, uint256 cost)
    {
        bytes memory reason;
        for (uint256 i; i < leg.fills.length; ++i) {
            Fill calldata fill = leg.fills[i];
            bought = must && i + 1 == leg.fills.length;
            if (bought) cost = _buyFill(fill, receiver, budget);
            else (bought, cost, reason) = _alone(fill, abi.encodeCall(this.buyAlone, (fill, receiver, budget)));
            if (!bought) continue;
            emit LegBought(msg.sender, fill.venue, fill.collection, fill.tokenIds, cost, i);
            return (true, cost);
        }
        emit LegFailed(msg.sender, index, reason);
    }

    function _sellLeg(Leg calldata leg, uint256 index, address receiver, bool must)
        internal
        returns (bool sold, uint256 proceeds)
    {
        bytes memory reason;
        for (uint256 i; i < leg.fills.length; ++i) {
            Fill calldata fill = leg.fills[i];
            sold = must && i + 1 == leg.fills.length;
            if (sold) proceeds = _sellFill(fill, receiver);
            else (sold, proceeds, reason) = _alone(fill, abi.encodeCall(this.sellAlone, (fill, receiver)));
            if (!sold) continue;
            emit LegSold(msg.sender, fill.venue, fill.collection, fill.tokenIds, proceeds, i);
            return (true, proceeds);
        }
        emit LegFailed(msg.sender, index, reason);
    }

    /// @dev A fill in a call of its own, with bounded gas and a bounded answer.
    function _alone(Fill calldata fill, bytes memory call)
        internal
        returns (bool success, uint256 assets, bytes memory answer)
    {
        uint256 stipend = FILL_GAS + TOKEN_GAS * fill.tokenIds.length;
        (success,, answer) = address(this).tryCall(0, stipend, REASON_BYTES, call);
        if (success) assets = abi.decode(answer, (uint256));
    }

    function _isListed(address venue) internal view override returns (bool) {
        return isVenue[venue];
    }

    function _pay(address to, uint256 assets) internal override {
        TILL.pullAssets(_trader, to, assets);
    }

    function _give(address to, address collection, uint256[] calldata tokenIds) internal override {
        TILL.pullNfts(_trader, to, collection, tokenIds);
    }
}
