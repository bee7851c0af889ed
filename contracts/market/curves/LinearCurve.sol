// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ICurve} from "../interfaces/ICurve.sol";

/// @title LinearCurve
/// @notice See {ICurve}. The next token costs `spot`, each further one `delta` more; the next one sold brings
/// `spot - delta`. Trades are whole numbers all the way; only {scale} rounds.
/// @custom:kill None: it holds nothing. The factory delists it for new pools.
contract LinearCurve is ICurve {
    /* CONSTANTS */

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
        if (count > MAX_COUNT) revert CurveExhausted(spot, delta, count);
        unchecked {
            // nothing exceeds 88 + 32 + 32 bits
            newSpot = spot + count * delta;
            if (newSpot > MAX) revert CurveExhausted(spot, delta, count);
            if (count != 0) cost = count * spot + delta * (count * (count - 1) / 2);
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
        // the last one sold brings `newSpot`: at least one unit
        if (count > MAX_COUNT || count * delta >= spot) revert CurveExhausted(spot, delta, count);
        unchecked {
            // nothing exceeds 88 + 32 + 32 bits; what is taken off is less than `count * spot`
            newSpot = spot - count * delta;
            proceeds = count * spot - delta * (count * (count + 1) / 2);
        }
        newDelta = delta;
    }

    /// @inheritdoc ICurve
    function priceOf(uint256 spot, uint256 delta) external pure returns (uint256) {
        _validate(spot, delta);
        return spot;
    }

    /// @inheritdoc ICurve
    /// @dev The step shrinks as liquidity grows; the middle between what a buyer pays and a seller gets stays. To the
    /// nearest: neither dust, nor adding and taking out again, moves it one way.
    function scale(uint256 spot, uint256 delta, uint256 before_, uint256 after_)
        external
        pure
        returns (uint256 newSpot, uint256 newDelta)
    {
        _validate(spot, delta);
        if (before_ == 0 || after_ == 0 || before_ > type(uint128).max || after_ > type(uint128).max) {
            revert CurveExhausted(spot, delta, after_);
        }
        newDelta = (delta * before_ + after_ / 2) / after_; // 88 + 128 bits
        if (2 * spot + newDelta < delta + 2) revert CurveExhausted(spot, delta, after_);
        newSpot = (2 * spot + newDelta - delta) / 2;
        _validate(newSpot, newDelta);
    }

    /* INTERNAL */

    function _validate(uint256 spot, uint256 delta) internal pure {
        if (spot == 0 || spot > MAX) revert BadSpot(spot);
        if (delta > MAX) revert BadDelta(delta);
    }
}
