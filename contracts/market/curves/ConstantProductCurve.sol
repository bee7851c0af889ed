// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {WadMath} from "../../common/math/WadMath.sol";
import {ICurve} from "../interfaces/ICurve.sol";

/// @title ConstantProductCurve
/// @notice See {ICurve}. `spot` is a reserve of asset, `delta` a reserve of NFTs (wad); their product never falls by a
/// trade. They are virtual: the pool need not hold them, and holds back nothing beyond them.
/// @custom:kill None: it holds nothing. The factory delists it for new pools.
contract ConstantProductCurve is ICurve {
    using WadMath for uint256;

    /* CONSTANTS */

    uint256 internal constant WAD = 1e18;
    uint256 internal constant MAX = type(uint88).max;
    uint256 internal constant MAX_COUNT = type(uint32).max;

    /* VIEWS */

    /// @inheritdoc ICurve
    function validate(uint256 spot, uint256 delta) external pure {
        _validate(spot, delta);
    }

    /// @inheritdoc ICurve
    function buyUp(uint256 spot, uint256 delta, uint256 count)
        external
        pure
        returns (uint256 cost, uint256 newSpot, uint256 newDelta)
    {
        _validate(spot, delta);
        if (count > MAX_COUNT || count * WAD >= delta) revert CurveExhausted(spot, delta, count);
        newDelta = delta - count * WAD;
        newSpot = (spot * delta + newDelta - 1) / newDelta; // 88 + 88 bits
        if (newSpot > MAX) revert CurveExhausted(spot, delta, count);
        cost = newSpot - spot;
    }

    /// @inheritdoc ICurve
    function sellDown(uint256 spot, uint256 delta, uint256 count)
        external
        pure
        returns (uint256 proceeds, uint256 newSpot, uint256 newDelta)
    {
        _validate(spot, delta);
        if (count > MAX_COUNT) revert CurveExhausted(spot, delta, count);
        newDelta = delta + count * WAD;
        newSpot = (spot * delta + newDelta - 1) / newDelta; // 88 + 88 bits
        if (newDelta > MAX || newSpot * WAD < newDelta) revert CurveExhausted(spot, delta, count);
        proceeds = spot - newSpot;
        if (count != 0 && proceeds == 0) revert CurveExhausted(spot, delta, count);
    }

    /// @inheritdoc ICurve
    function priceOf(uint256 spot, uint256 delta) external pure returns (uint256) {
        _validate(spot, delta);
        return spot * WAD / delta;
    }

    /// @inheritdoc ICurve
    function scale(uint256 spot, uint256 delta, uint256 before_, uint256 after_)
        external
        pure
        returns (uint256 newSpot, uint256 newDelta)
    {
        _validate(spot, delta);
        if (before_ == 0 || before_ > type(uint128).max || after_ > type(uint128).max) {
            revert CurveExhausted(spot, delta, after_);
        }
        if (after_ > before_) {
            (newSpot, newDelta) = (spot.mulDivUp(after_, before_), delta.mulDivUp(after_, before_));
        } else {
            (newSpot, newDelta) = (spot.mulDivDown(after_, before_), delta.mulDivDown(after_, before_));
        }
        _validate(newSpot, newDelta);
    }

    /* INTERNAL */

    /// @dev One token is worth at least one unit, or the reserve of asset is the wrong one.
    function _validate(uint256 spot, uint256 delta) internal pure {
        if (delta == 0 || delta > MAX) revert BadDelta(delta);
        if (spot > MAX || spot * WAD < delta) revert BadSpot(spot);
    }
}
