// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ICurve} from "../interfaces/ICurve.sol";

/// @title ExponentialCurve
/// @notice See {ICurve}. The next token costs `spot`, each further one `delta` (wad) times the one before; the next one
/// sold brings `spot / delta`.
/// @dev Priced token by token in whole units, so that a trade costs exactly what its parts cost. Up is rounded up; down is
/// the least spot from which one step up leads back or higher: no walk that ends where it began brings a unit.
/// @custom:kill None: it holds nothing. The factory delists it for new pools.
contract ExponentialCurve is ICurve {
    /* CONSTANTS */

    uint256 internal constant WAD = 1e18;
    uint256 internal constant MAX = type(uint88).max;
    /// @notice Most a step may multiply the price by, wad; the least is just above one.
    uint256 public constant MAX_RATIO_WAD = 10 * WAD;
    /// @dev The price grows by a unit at least each time: without a bound, 2^88 times.
    uint256 internal constant MAX_COUNT = 10_000;

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
        if (count > MAX_COUNT) revert CurveExhausted(spot, delta, count);
        newSpot = spot;
        unchecked {
            // 88 bits times 64 bits, summed 10,000 times
            for (uint256 i; i < count; ++i) {
                cost += newSpot;
                newSpot = (newSpot * delta + WAD - 1) / WAD;
                if (newSpot > MAX) revert CurveExhausted(spot, delta, count);
            }
        }
        newDelta = delta;
    }

    /// @inheritdoc ICurve
    function sellDown(uint256 spot, uint256 delta, uint256 count)
        external
        pure
        returns (uint256 proceeds, uint256 newSpot, uint256 newDelta)
    {
        _validate(spot, delta);
        if (count > MAX_COUNT) revert CurveExhausted(spot, delta, count);
        newSpot = spot;
        unchecked {
            // 88 bits times 60 bits, summed 10,000 times
            for (uint256 i; i < count; ++i) {
                if (newSpot * WAD < delta) revert CurveExhausted(spot, delta, count);
                // the least spot whose next is not below this one
                newSpot = (newSpot - 1) * WAD / delta + 1;
                proceeds += newSpot;
            }
        }
        newDelta = delta;
    }

    /// @inheritdoc ICurve
    function priceOf(uint256 spot, uint256 delta) external pure returns (uint256) {
        _validate(spot, delta);
        return spot;
    }

    /// @inheritdoc ICurve
    /// @dev Half the liquidity would need the square of the ratio: no whole number of units stays exact.
    function scale(uint256, uint256, uint256, uint256) external pure returns (uint256, uint256) {
        revert NotScalable();
    }

    /* INTERNAL */

    function _validate(uint256 spot, uint256 delta) internal pure {
        if (spot == 0 || spot > MAX) revert BadSpot(spot);
        if (delta <= WAD || delta > MAX_RATIO_WAD) revert BadDelta(delta);
    }
}
