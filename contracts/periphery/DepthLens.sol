// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {BoundedCall} from "../common/calls/BoundedCall.sol";
import {CommonErrors} from "../common/CommonErrors.sol";
import {WadMath} from "../common/math/WadMath.sol";
import {IExitDepth} from "../lending/interfaces/IExitDepth.sol";
import {ITierBook, Tier} from "../lending/interfaces/ITierBook.sol";
import {IStandingBids} from "../liquidation/interfaces/IStandingBids.sol";
import {INFTPool, PoolKind} from "../market/interfaces/INFTPool.sol";
import {INFTPoolFactory} from "../market/interfaces/INFTPoolFactory.sol";
import {IFloorOracle, OracleState, Quote} from "../pricing/interfaces/IFloorOracle.sol";
import {DepthGauge, DepthParts, IDepthLens} from "./interfaces/IDepthLens.sol";

/// @title DepthLens
/// @notice See {IDepthLens}.
/// @custom:kill None: it only measures. Governance sets another source, or none, in the tier book.
contract DepthLens is IDepthLens, AccessManaged {
    using WadMath for uint256;

    /* TYPES */

    struct Gauge {
        // slot 0: 16 + 5 + 1 = 22
        uint128 levelWad; // units
        uint40 levelAt;
        uint8 next; // place of the next reading
        uint64[24] ring; // slots 1-6: units (24 bits), time (40 bits)
    }

    /* CONSTANTS */

    /// @inheritdoc IDepthLens
    uint256 public constant READING_EVERY = 1 hours;
    /// @inheritdoc IDepthLens
    uint256 public constant READING_LASTS = 24 hours;
    /// @inheritdoc IDepthLens
    uint256 public constant MIN_READINGS = 4;
    /// @inheritdoc IDepthLens
    uint256 public constant RISE_BPS_PER_DAY = 1_000;
    /// @inheritdoc IDepthLens
    uint256 public constant MAX_POOLS = 4;

    uint256 private constant RING = READING_LASTS / READING_EVERY; // what is overwritten does not count any more
    uint256 private constant UNITS_PER_FLOOR = 100;
    uint256 private constant SIGNED_UNITS = 300; // a reported depth is for three items
    uint256 private constant MOST_PER_POOL = 64; // NFTs
    uint256 private constant MAX_UNITS = type(uint24).max;
    uint256 private constant POOL_GAS = 400_000; // a pool walks its curve token by token
    uint256 private constant BIDS_GAS = 500_000;

    /* IMMUTABLES */

    ITierBook public immutable BOOK;
    IFloorOracle public immutable ORACLE;
    INFTPoolFactory public immutable FACTORY;
    /// @dev Zero: there are no standing bids.
    address public immutable BIDS;

    /* STORAGE */

    mapping(address collection => Gauge) internal _gauges;
    mapping(address collection => address[]) internal _pools;

    /* CONSTRUCTOR */

    constructor(address accessManager, address book, address oracle, address factory, address bids)
        AccessManaged(accessManager)
    {
        if (book == address(0) || oracle == address(0) || factory == address(0)) revert CommonErrors.ZeroAddress();
        (BOOK, ORACLE, FACTORY, BIDS) = (ITierBook(book), IFloorOracle(oracle), INFTPoolFactory(factory), bids);
    }

    /* USER ACTIONS */

    /// @inheritdoc IDepthLens
    /// @dev Refused while anything is unknown: a pool in the middle of a trade must not be read as an empty one.
    function poke(address collection) external returns (uint256 units) {
        Tier memory tier = _tierOf(collection);
        DepthParts memory parts = _depth(collection, tier);
        if (!parts.complete) revert DepthUnknown(collection);
        units = parts.units;
        Gauge storage g = _gauges[collection];
        uint256 place = g.next;
        uint256 last = g.ring[(place + RING - 1) % RING];
        bool fresh = block.timestamp >= _at(last) + READING_EVERY;
        if (fresh) g.next = uint8((place + 1) % RING);
        else place = (place + RING - 1) % RING;
        if (fresh || units < _units(last)) g.ring[place] = uint64(block.timestamp << 24 | units); // at most 24 bits
        (uint256 readings, uint256 lowest) = _recall(g);
        uint256 levelWad = _level(g, tier.creditCapUnits, readings, lowest);
        (g.levelWad, g.levelAt) = (uint128(levelWad), uint40(block.timestamp)); // at most 24 bits of units
        emit DepthRead(collection, units, lowest, readings, levelWad, fresh);
    }

    /* GOVERNANCE */

    /// @inheritdoc IDepthLens
    function setPools(address collection, address[] calldata pools) external restricted {
        if (pools.length > MAX_POOLS) revert CommonErrors.OutOfBounds("pools", pools.length, 0, MAX_POOLS);
        for (uint256 i; i < pools.length; ++i) {
            address pool = pools[i];
            bool eligible = FACTORY.isPool(pool) && INFTPool(pool).kind() == PoolKind.Shared
                && INFTPool(pool).collection() == collection;
            for (uint256 j; j < i; ++j) {
                if (pools[j] == pool) eligible = false;
            }
            if (!eligible) revert PoolNotEligible(pool, collection);
        }
        _pools[collection] = pools;
        emit PoolsSet(collection, pools);
    }

    /* VIEWS */

    /// @inheritdoc IExitDepth
    function depthUnits(address collection) external view returns (uint256) {
        Gauge storage g = _gauges[collection];
        (uint256 readings, uint256 lowest) = _recall(g);
        if (readings < MIN_READINGS) return 0;
        Tier memory tier = _tierOf(collection);
        uint256 level = _level(g, tier.creditCapUnits, readings, lowest) / WadMath.WAD;
        return level == 0 ? 0 : level.min(_depth(collection, tier).units);
    }

    /// @inheritdoc IDepthLens
    function depthNow(address collection) external view returns (DepthParts memory) {
        return _depth(collection, _tierOf(collection));
    }

    /// @inheritdoc IDepthLens
    function gaugeOf(address collection) external view returns (DepthGauge memory d) {
        Gauge storage g = _gauges[collection];
        (d.readings, d.lowest) = _recall(g);
        (d.level, d.levelAt) = (g.levelWad / WadMath.WAD, g.levelAt);
    }

    /// @inheritdoc IDepthLens
    function poolsOf(address collection) external view returns (address[] memory) {
        return _pools[collection];
    }

    /* INTERNAL */

    function _tierOf(address collection) private view returns (Tier memory tier) {
        (uint8 place,) = BOOK.placeOf(collection);
        (, tier) = BOOK.tierAt(place);
    }

    /// @dev A market that does not answer counts as empty.
    function _depth(address collection, Tier memory tier) private view returns (DepthParts memory d) {
        Quote memory q = ORACLE.quote(collection);
        if (q.state == OracleState.Stale || q.mid == 0) return d;
        d.complete = true;
        d.minPrice = q.mid.bpsUp(WadMath.BPS - tier.discountMaxBps);
        address[] memory pools = _pools[collection];
        bytes memory question = abi.encodeCall(INFTPool.depthAt, (d.minPrice, MOST_PER_POOL));
        for (uint256 i; i < pools.length; ++i) {
            (bool ok, uint256 count,,) = BoundedCall.ask(pools[i], POOL_GAS, question, 1);
            if (ok) d.pools += count.min(MOST_PER_POOL) * UNITS_PER_FLOOR;
            else d.complete = false;
        }
        if (BIDS != address(0)) {
            question = abi.encodeCall(IStandingBids.depthAt, (collection, d.minPrice));
            (bool ok, uint256 count,,) = BoundedCall.ask(BIDS, BIDS_GAS, question, 1);
            if (ok) d.bids = count.min(MAX_UNITS / UNITS_PER_FLOOR) * UNITS_PER_FLOOR;
            else d.complete = false;
        }
        // An absent depth counts as 80 % in the bid and no discount is deeper than 15 %: this bid has a reported depth.
        if (q.bid >= d.minPrice) d.signed = SIGNED_UNITS;
        d.units = (d.pools + d.bids).max(d.signed).min(MAX_UNITS);
    }

    /// @dev Number and least of the readings of the last 24 hours; a reading of exactly 24 hours ago is over.
    function _recall(Gauge storage g) private view returns (uint256 readings, uint256 lowest) {
        lowest = MAX_UNITS;
        for (uint256 i; i < RING; ++i) {
            uint256 reading = g.ring[i];
            if (_at(reading) + READING_LASTS <= block.timestamp) continue;
            ++readings;
            lowest = lowest.min(_units(reading));
        }
        if (readings == 0) lowest = 0;
    }

    /// @dev The paced level of now, wad of units. It falls at once and rises only while there are enough readings.
    function _level(Gauge storage g, uint256 ceiling, uint256 readings, uint256 lowest) private view returns (uint256) {
        uint256 level = g.levelWad;
        if (readings >= MIN_READINGS) {
            level += (ceiling * WadMath.WAD * (block.timestamp - g.levelAt)).bpsDown(RISE_BPS_PER_DAY) / 1 days;
        }
        return level.min(ceiling.min(lowest) * WadMath.WAD);
    }

    function _at(uint256 reading) private pure returns (uint256) {
        return reading >> 24;
    }

    function _units(uint256 reading) private pure returns (uint256) {
        return reading & MAX_UNITS;
    }
}
