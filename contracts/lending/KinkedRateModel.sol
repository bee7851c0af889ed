// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {WadMath} from "../common/math/WadMath.sol";
import {IRateModel} from "./interfaces/IRateModel.sol";

/// @title KinkedRateModel
/// @notice Two straight lines that meet at a kink; rises are damped, falls are immediate. See {IRateModel}.
/// @custom:kill None: it holds nothing and stores nothing; the vault's governance replaces it.
contract KinkedRateModel is IRateModel {
    using WadMath for uint256;

    /* CONSTANTS */

    uint256 internal constant WAD = 1e18;
    /// @notice Highest yearly rate any parameter may have, wad.
    uint256 public constant MAX_APR = 1e18;
    /// @notice Seconds in the year that turns yearly rates into rates per second.
    uint256 public constant YEAR = 365 days;
    /// @notice Utilisation above which the rate may rise faster, wad.
    uint256 public constant CROWDED_UTILISATION = 0.95e18;
    /// @notice Most the rate per second may rise within a day: 5 points a year.
    uint256 public constant RISE_PER_DAY = 0.05e18 / YEAR;
    /// @notice The same above the crowded mark: 15 points a year.
    uint256 public constant CROWDED_RISE_PER_DAY = 0.15e18 / YEAR;

    /* IMMUTABLES */

    /// @notice Rate per second at no utilisation.
    uint256 public immutable BASE_RATE;
    /// @notice Rate per second at the kink.
    uint256 public immutable KINK_RATE;
    /// @notice Rate per second at full utilisation.
    uint256 public immutable FULL_RATE;
    /// @notice Utilisation at the kink, wad.
    uint256 public immutable KINK_UTILISATION;

    /* CONSTRUCTOR */

    /// @param baseApr yearly rate at no utilisation, wad
    /// @param kinkApr yearly rate at the kink, wad, at least `baseApr`
    /// @param fullApr yearly rate at full utilisation, wad, at least `kinkApr`, at most `MAX_APR`
    /// @param kinkUtilisation wad, strictly between 0 and 1e18
    constructor(uint256 baseApr, uint256 kinkApr, uint256 fullApr, uint256 kinkUtilisation) {
        _requireWithin("full apr", fullApr, 0, MAX_APR);
        _requireWithin("kink apr", kinkApr, 0, fullApr);
        _requireWithin("base apr", baseApr, 0, kinkApr);
        _requireWithin("kink utilisation", kinkUtilisation, 1, WAD - 1);
        BASE_RATE = baseApr / YEAR;
        KINK_RATE = kinkApr / YEAR;
        FULL_RATE = fullApr / YEAR;
        KINK_UTILISATION = kinkUtilisation;
    }

    /* VIEWS */

    /// @inheritdoc IRateModel
    function targetRate(uint256 utilisationWad) public view returns (uint256 ratePerSecondWad) {
        uint256 kink = KINK_UTILISATION;
        if (utilisationWad <= kink) {
            return BASE_RATE + (KINK_RATE - BASE_RATE).mulDivDown(utilisationWad, kink);
        }
        uint256 above = utilisationWad.min(WAD) - kink;
        return KINK_RATE + (FULL_RATE - KINK_RATE).mulDivDown(above, WAD - kink);
    }

    /// @inheritdoc IRateModel
    function follow(uint256 anchorRate, uint256 utilisationWad, uint256 elapsed)
        external
        view
        returns (uint256 averageRate, uint256 endRate)
    {
        uint256 target = targetRate(utilisationWad);
        if (anchorRate >= target) return (target, target);
        uint256 gap = target - anchorRate;
        uint256 perDay = utilisationWad > CROWDED_UTILISATION ? CROWDED_RISE_PER_DAY : RISE_PER_DAY;
        uint256 rise = perDay.mulDivDown(elapsed, 1 days);
        if (rise < gap) {
            // Still rising: the mean of a straight line is half-way up.
            return (anchorRate + perDay.mulDivUp(elapsed, 2 days), anchorRate + rise);
        }
        // It arrived after gap / slope seconds: what is missing below the target is the triangle gap^2 / (2 * slope).
        averageRate = target - (gap * gap).mulDivDown(1 days, 2 * perDay * elapsed);
        endRate = target;
    }

    /* INTERNAL */

    function _requireWithin(bytes32 name, uint256 value, uint256 low, uint256 high) private pure {
        if (value < low || value > high) revert RateParameterOutOfBounds(name, value, low, high);
    }
}
