// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AggregatorTerms} from "../libraries/AggregatorReader.sol";
import {IFloorOracle} from "./IFloorOracle.sol";

/// @title What governance and integrators see of the oracle
/// @notice A collection has one to four feeds, or is a token that prices itself ({IPriceSource}). ETH/USD comes from
/// one aggregator fixed at deployment; a backup set by governance takes over while that one is dead or late, and for
/// good where a listing says so.
/// @dev Every source is called with bounded gas and bounded return data. A source that fails, burns its gas, returns
/// less than promised, absurd amounts or times from the future is dead.
interface IFloorOracleAdmin is IFloorOracle {
    /* EVENTS */

    /// @notice `collection` is priced by the median of `feeds`; `backupRate`: converted with the backup ETH/USD only.
    event SourcesSet(address indexed collection, address[] feeds, bool backupRate);
    /// @notice `token` prices itself through `source`.
    event PriceSourceSet(address indexed token, address indexed source);
    /// @notice `collection` has no source any more.
    event CollectionDelisted(address indexed collection);
    /// @notice The backup for ETH/USD is `feed` (zero: none).
    event BackupRateSet(address indexed feed);
    /// @notice The bid of `collection` is at most the average of `feed` (zero: none).
    event PoolFeedSet(address indexed collection, address indexed feed);
    /// @notice `aggregator` answers for `collection` from now on.
    event AggregatorCreated(address indexed collection, address aggregator);

    /* ERRORS */

    /// @notice `feed` is named twice.
    error SourceRepeated(address feed);
    /// @notice `feed` is not of a pool that trades `collection` against `asset`.
    error PoolFeedMismatch(address feed, address collection, address asset);

    /* GOVERNANCE */

    /// @notice Lists `collection` or replaces its sources: 1 to MAX_SOURCES different feeds that know it. With
    /// `backupRate` the backup ETH/USD alone is used. Governance role.
    function setSources(address collection, address[] calldata feeds, bool backupRate) external;

    /// @notice Makes `source` the only source of `token`. Governance role.
    function setPriceSource(address token, address source) external;

    /// @notice Takes all sources off `collection`. Governance role.
    function delist(address collection) external;

    /// @notice Sets the backup ETH/USD: a feed whose key 0 reads dollars per ETH; zero for none. Governance role.
    function setBackupRate(address feed) external;

    /// @notice Sets the feed of a shared pool whose average the bid of a listed `collection` may not exceed; zero for
    /// none. It never raises anything, never degrades the state and has no round. Dropped when the collection is
    /// delisted or starts to price itself. Governance role.
    function setPoolFeed(address collection, address feed) external;

    /* USER ACTIONS */

    /// @notice Creates the aggregator of a listed collection unless it exists. Anyone.
    function createAggregator(address collection) external returns (address aggregator);

    /* VIEWS */

    /// @notice Most sources of a collection.
    function MAX_SOURCES() external view returns (uint256);

    /// @notice Older than this is Degraded, seconds.
    function DEGRADED_AFTER() external view returns (uint256);

    /// @notice Older than this is Stale, seconds.
    function STALE_AFTER() external view returns (uint256);

    /// @notice Confidence below this is Degraded, bps.
    function MIN_CONFIDENCE_BPS() external view returns (uint256);

    /// @notice The asset prices are in.
    function asset() external view returns (address);

    /// @notice Its decimals.
    function assetDecimals() external view returns (uint8);

    /// @notice The appraisals {valueOf} uses; zero: every token is one floor piece.
    function appraisals() external view returns (address);

    /// @notice The backup for ETH/USD; zero: none.
    function backupRate() external view returns (address);

    /// @notice The aggregator of ETH/USD.
    function rateTerms() external view returns (AggregatorTerms memory);

    /// @notice ETH/USD as quotes use it: wad (0: none), its time, whether it is late or the backup, whether it is
    /// halted (sequencer).
    function rate() external view returns (uint256 rateWad, uint256 updatedAt, bool degraded, bool halted);

    /// @notice The sources of a collection; `priced`: it prices itself through `feeds[0]`.
    function sourcesOf(address collection)
        external
        view
        returns (address[] memory feeds, uint256[] memory keys, bool priced, bool backupRate_);

    /// @notice The pool feed of a collection; zero: none.
    function poolFeedOf(address collection) external view returns (address);

    /// @notice The aggregator of `collection`, which answers `IAggregatorV3` with mid in asset units. The address is
    /// known before {createAggregator} puts code there.
    function aggregatorOf(address collection) external view returns (address aggregator);
}
