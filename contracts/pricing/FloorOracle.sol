// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";
import {BoundedCall} from "../common/calls/BoundedCall.sol";
import {CommonErrors} from "../common/CommonErrors.sol";
import {WadMath} from "../common/math/WadMath.sol";
import {IAppraisals} from "./interfaces/IAppraisals.sol";
import {FeedFlags, FeedReading, IFloorFeed} from "./interfaces/IFloorFeed.sol";
import {IFloorOracle, OracleState, Quote} from "./interfaces/IFloorOracle.sol";
import {IFloorOracleAdmin} from "./interfaces/IFloorOracleAdmin.sol";
import {IPoolTwapFeed} from "./interfaces/IPoolTwapFeed.sol";
import {IPriceSource} from "./interfaces/IPriceSource.sol";
import {AggregatorReader, AggregatorTerms, AnswerState} from "./libraries/AggregatorReader.sol";
import {Medians} from "./libraries/Medians.sol";

/// @title FloorOracle
/// @notice See {IFloorOracle} and {IFloorOracleAdmin}.
/// @custom:kill None: pricing is never paused. Governance replaces or removes the sources of a collection.
contract FloorOracle is IFloorOracleAdmin, AccessManaged {
    using Medians for uint256[];

    /* TYPES */

    struct Source {
        // slot 0: 20 + 8 = 28
        address feed;
        uint64 key;
    }

    struct Listing {
        // slot 0: 20 + 8 + 1 + 1 + 1 + 1 = 32
        address feed; // the first source
        uint64 key;
        uint8 count;
        bool priced; // `feed` is an IPriceSource
        bool backupRate;
        bool pooled; // _poolFeeds has one
        Source[3] more; // slots 1-3
    }

    /* CONSTANTS */

    /// @inheritdoc IFloorOracleAdmin
    uint256 public constant MAX_SOURCES = 4;
    /// @inheritdoc IFloorOracleAdmin
    uint256 public constant DEGRADED_AFTER = 6 hours;
    /// @inheritdoc IFloorOracleAdmin
    uint256 public constant STALE_AFTER = 24 hours;
    /// @inheritdoc IFloorOracleAdmin
    uint256 public constant MIN_CONFIDENCE_BPS = 5_000;

    uint256 private constant MID_CAP_BPS = 10_500; // of spot
    uint256 private constant ABSENT_DEPTH_BPS = 8_000; // of the others' minimum
    uint256 private constant FEED_GAS = 250_000;
    uint256 private constant PRICE_SOURCE_GAS = 1_500_000;
    uint256 private constant POOL_FEED_GAS = 150_000;
    uint256 private constant PRICE_BITS = 96; // a feed's price above 2**96 wei is absurd
    uint256 private constant FLOOR_UNITS = 100;

    /* IMMUTABLES */

    /// @inheritdoc IFloorOracleAdmin
    address public immutable asset;
    /// @inheritdoc IFloorOracleAdmin
    uint8 public immutable assetDecimals;
    /// @inheritdoc IFloorOracleAdmin
    address public immutable appraisals;

    address internal immutable _aggregatorCode;
    uint256 internal immutable _toAssetDiv; // ETH wad * dollars per ETH wad / this = asset units
    address internal immutable _rateAggregator;
    uint256 internal immutable _rateHeartbeat;
    uint256 internal immutable _rateMinWad;
    uint256 internal immutable _rateMaxWad;
    address internal immutable _rateSequencerFeed;
    uint256 internal immutable _rateGrace;
    uint256 internal immutable _rateMul;
    uint256 internal immutable _rateDiv;

    /* STORAGE */

    /// @inheritdoc IFloorOracleAdmin
    address public backupRate;
    mapping(address collection => Listing) internal _listings;
    mapping(address collection => address feed) internal _poolFeeds;

    /* CONSTRUCTOR */

    /// @param asset_ a dollar token of at most 18 decimals
    /// @param ethUsd the aggregator of ETH/USD and its limits
    /// @param appraisals_ zero: every token is one floor piece
    /// @param aggregatorCode what {createAggregator} clones
    constructor(
        address accessManager,
        address asset_,
        AggregatorTerms memory ethUsd,
        address appraisals_,
        address aggregatorCode
    ) AccessManaged(accessManager) {
        if (aggregatorCode == address(0)) revert CommonErrors.ZeroAddress();
        uint8 decimals = IERC20Metadata(asset_).decimals();
        if (decimals > 18) revert CommonErrors.OutOfBounds("assetDecimals", decimals, 0, 18);
        (_rateMul, _rateDiv) = AggregatorReader.check(ethUsd);
        asset = asset_;
        assetDecimals = decimals;
        appraisals = appraisals_;
        _aggregatorCode = aggregatorCode;
        _toAssetDiv = 10 ** (36 - uint256(decimals));
        _rateAggregator = ethUsd.aggregator;
        _rateHeartbeat = ethUsd.heartbeat;
        _rateMinWad = ethUsd.minWad;
        _rateMaxWad = ethUsd.maxWad;
        _rateSequencerFeed = ethUsd.sequencerFeed;
        _rateGrace = ethUsd.grace;
    }

    /* GOVERNANCE */

    /// @inheritdoc IFloorOracleAdmin
    function setSources(address collection, address[] calldata feeds, bool backupRate_) external restricted {
        if (collection == address(0)) revert CommonErrors.ZeroAddress();
        uint256 n = feeds.length;
        if (n == 0 || n > MAX_SOURCES) revert CommonErrors.OutOfBounds("sources", n, 1, MAX_SOURCES);
        if (backupRate_ && backupRate == address(0)) revert CommonErrors.ZeroAddress();
        Listing storage listing = _listings[collection];
        for (uint256 i; i < n; ++i) {
            for (uint256 j; j < i; ++j) {
                if (feeds[i] == feeds[j]) revert SourceRepeated(feeds[i]);
            }
            uint256 key = IFloorFeed(feeds[i]).keyOf(collection);
            if (key > type(uint64).max) revert CommonErrors.Overflow(key, 64);
            if (i == 0) (listing.feed, listing.key) = (feeds[0], uint64(key)); // safe: checked above
            else listing.more[i - 1] = Source({feed: feeds[i], key: uint64(key)});
        }
        for (uint256 i = n; i < listing.count; ++i) {
            delete listing.more[i - 1];
        }
        listing.count = uint8(n); // safe: at most MAX_SOURCES
        (listing.priced, listing.backupRate) = (false, backupRate_);
        emit SourcesSet(collection, feeds, backupRate_);
    }

    /// @inheritdoc IFloorOracleAdmin
    function setPriceSource(address token, address source) external restricted {
        if (token == address(0) || source == address(0)) revert CommonErrors.ZeroAddress();
        _clear(token);
        Listing storage listing = _listings[token];
        (listing.feed, listing.count, listing.priced) = (source, 1, true);
        emit PriceSourceSet(token, source);
    }

    /// @inheritdoc IFloorOracleAdmin
    function delist(address collection) external restricted {
        if (_listings[collection].count == 0) revert CollectionNotListed(collection);
        _clear(collection);
        emit CollectionDelisted(collection);
    }

    /// @inheritdoc IFloorOracleAdmin
    function setPoolFeed(address collection, address feed) external restricted {
        Listing storage listing = _listings[collection];
        if (listing.count == 0 || listing.priced) revert CollectionNotListed(collection);
        if (feed != address(0)) {
            if (IPoolTwapFeed(feed).collection() != collection) revert PoolFeedMismatch(feed, collection, asset);
            if (IPoolTwapFeed(feed).asset() != asset) revert PoolFeedMismatch(feed, collection, asset);
        }
        listing.pooled = feed != address(0);
        _poolFeeds[collection] = feed;
        emit PoolFeedSet(collection, feed);
    }

    /// @inheritdoc IFloorOracleAdmin
    function setBackupRate(address feed) external restricted {
        if (feed != address(0)) IFloorFeed(feed).keyOf(address(0));
        backupRate = feed;
        emit BackupRateSet(feed);
    }

    /* USER ACTIONS */

    /// @inheritdoc IFloorOracleAdmin
    function createAggregator(address collection) external returns (address aggregator) {
        if (_listings[collection].count == 0) revert CollectionNotListed(collection);
        aggregator = aggregatorOf(collection);
        if (aggregator.code.length != 0) return aggregator;
        Clones.cloneDeterministicWithImmutableArgs(_aggregatorCode, _aggregatorArgs(collection), bytes32(0));
        emit AggregatorCreated(collection, aggregator);
    }

    /* VIEWS */

    /// @inheritdoc IFloorOracle
    function quote(address collection) public view returns (Quote memory q) {
        Listing storage listing = _listings[collection];
        (address feed, uint256 key, uint256 count) = (listing.feed, listing.key, listing.count);
        if (count == 0) revert CollectionNotListed(collection);
        if (listing.priced) return _priceSourceQuote(feed);
        (uint256 rateWad, uint256 rateAt, bool degraded, bool halted) = _rate(listing.backupRate);
        FeedReading memory s = _read(feed, key, rateWad);
        uint256 live;
        if (count != 1) (s, live) = _combine(listing, s, count, rateWad);
        else if (_isLive(s)) live = 1;
        if (s.spot == 0 || rateWad == 0) {
            q.state = OracleState.Stale;
            return q;
        }
        _price(q, s, rateWad);
        if (listing.pooled) _lowerToPool(q, collection);
        uint256 asOf = degraded && rateAt < s.asOf ? rateAt : s.asOf;
        q.asOf = uint40(asOf); // safe here and below: times are not after the block's
        q.postedAt = uint40(WadMath.max(s.postedAt, rateAt));
        q.confidenceBps = uint16(s.confidenceBps); // safe: at most 10,000, checked in _read
        unchecked {
            uint256 age = block.timestamp - asOf; // safe: checked in _read and in AggregatorReader
            if (live == 0 || halted || age > STALE_AFTER) {
                q.state = OracleState.Stale;
            } else if (
                live != count || degraded || s.flags & FeedFlags.CLAMPED != 0 || age > DEGRADED_AFTER
                    || s.confidenceBps < MIN_CONFIDENCE_BPS
            ) {
                q.state = OracleState.Degraded;
            }
        }
    }

    /// @inheritdoc IFloorOracle
    function valueOf(address collection, uint256 tokenId) external view returns (uint256 bid, uint256 mid) {
        Quote memory q = quote(collection);
        if (appraisals == address(0)) return (q.bid, q.mid);
        (uint256 units,) = IAppraisals(appraisals).unitsOf(collection, tokenId);
        return (q.bid * units / FLOOR_UNITS, q.mid * units / FLOOR_UNITS);
    }

    /// @inheritdoc IFloorOracle
    function postedAt(address collection) external view returns (uint256) {
        return quote(collection).postedAt;
    }

    /// @inheritdoc IFloorOracleAdmin
    function rate() external view returns (uint256 rateWad, uint256 updatedAt, bool degraded, bool halted) {
        return _rate(false);
    }

    /// @inheritdoc IFloorOracleAdmin
    function rateTerms() external view returns (AggregatorTerms memory) {
        return AggregatorTerms({
            aggregator: _rateAggregator,
            heartbeat: _rateHeartbeat,
            minWad: _rateMinWad,
            maxWad: _rateMaxWad,
            sequencerFeed: _rateSequencerFeed,
            grace: _rateGrace
        });
    }

    /// @inheritdoc IFloorOracleAdmin
    function sourcesOf(address collection)
        external
        view
        returns (address[] memory feeds, uint256[] memory keys, bool priced, bool backupRate_)
    {
        Listing memory listing = _listings[collection];
        (feeds, keys) = (new address[](listing.count), new uint256[](listing.count));
        for (uint256 i; i < listing.count; ++i) {
            (feeds[i], keys[i]) =
                i == 0 ? (listing.feed, listing.key) : (listing.more[i - 1].feed, listing.more[i - 1].key);
        }
        return (feeds, keys, listing.priced, listing.backupRate);
    }

    /// @inheritdoc IFloorOracleAdmin
    function poolFeedOf(address collection) external view returns (address) {
        return _poolFeeds[collection];
    }

    /// @inheritdoc IFloorOracleAdmin
    function aggregatorOf(address collection) public view returns (address aggregator) {
        return
            Clones.predictDeterministicAddressWithImmutableArgs(
                _aggregatorCode, _aggregatorArgs(collection), bytes32(0)
            );
    }

    /* INTERNAL */

    function _clear(address collection) private {
        delete _listings[collection];
        if (_poolFeeds[collection] == address(0)) return;
        delete _poolFeeds[collection];
        emit PoolFeedSet(collection, address(0));
    }

    function _aggregatorArgs(address collection) private view returns (bytes memory) {
        return abi.encode(address(this), collection);
    }

    /// @dev The primary; the backup when the primary is dead or late and the backup is live, or when told so.
    function _rate(bool backupOnly) private view returns (uint256 wad, uint256 updatedAt, bool degraded, bool halted) {
        if (!backupOnly) {
            AnswerState state;
            (wad, updatedAt, state) =
                AggregatorReader.readWad(_rateAggregator, _rateHeartbeat, _rateMinWad, _rateMaxWad, _rateMul, _rateDiv);
            halted = !AggregatorReader.sequencerUp(_rateSequencerFeed, _rateGrace);
            degraded = halted || state != AnswerState.Live;
            if (!degraded || halted) return (wad, updatedAt, degraded, halted);
        }
        address backup = backupRate;
        if (backup == address(0)) return (wad, updatedAt, degraded, halted);
        FeedReading memory b = _read(backup, 0, 0);
        if (b.spot == 0 || b.spot > AggregatorReader.MAX_ANSWER_WAD) return (wad, updatedAt, degraded, halted);
        bool late = b.flags & FeedFlags.LATE != 0;
        // A late backup is no better than a late primary.
        if (!late || wad == 0) (wad, updatedAt, degraded) = (b.spot, b.postedAt, degraded || late);
    }

    /// @dev A reading in ETH; spot 0 when the feed is dead. Never reverts for anything the feed does.
    function _read(address feed, uint256 key, uint256 rateWad) private view returns (FeedReading memory r) {
        bytes4 selector = IFloorFeed.latest.selector;
        uint256 available = gasleft();
        bool ok;
        assembly ("memory-safe") {
            mstore(0, selector)
            mstore(4, key)
            ok := staticcall(FEED_GAS, feed, 0, 36, r, 256)
            ok := and(ok, gt(returndatasize(), 255))
        }
        if (!ok) {
            if (available < FEED_GAS * 64 / 63 + 5_000) revert AggregatorReader.GasTooLow(available);
            r.spot = 0;
            return r;
        }
        unchecked {
            // a time of 0 wraps around and is after the block's
            if (
                _absurd(r) || r.asOf - 1 >= block.timestamp || r.postedAt > block.timestamp
                    || r.confidenceBps > WadMath.BPS
            ) {
                r.spot = 0;
            } else if (r.flags & FeedFlags.IN_USD != 0) {
                _toEth(r, rateWad);
            }
        }
    }

    function _toEth(FeedReading memory r, uint256 rateWad) private pure {
        if (rateWad == 0) {
            r.spot = 0;
            return;
        }
        r.spot = r.spot * WadMath.WAD / rateWad;
        r.avg = r.avg * WadMath.WAD / rateWad;
        r.sale = r.sale * WadMath.WAD / rateWad;
        r.depth = r.depth * WadMath.WAD / rateWad;
        if (_absurd(r)) r.spot = 0;
    }

    function _absurd(FeedReading memory r) private pure returns (bool) {
        return (r.spot | r.avg | r.sale | r.depth) >> PRICE_BITS != 0;
    }

    function _isLive(FeedReading memory s) private view returns (bool) {
        unchecked {
            // safe: for a spot, _read checked the time
            return s.spot != 0 && s.flags & FeedFlags.LATE == 0 && block.timestamp - s.asOf <= STALE_AFTER;
        }
    }

    /// @dev Per signal the median over live sources; when none is live, over those that still know a price.
    function _combine(Listing storage listing, FeedReading memory first, uint256 count, uint256 rateWad)
        private
        view
        returns (FeedReading memory s, uint256 live)
    {
        FeedReading[] memory all = new FeedReading[](count);
        all[0] = first;
        for (uint256 i; i < count; ++i) {
            if (i != 0) all[i] = _read(listing.more[i - 1].feed, listing.more[i - 1].key, rateWad);
            if (_isLive(all[i])) ++live;
        }
        uint256[] memory spots = new uint256[](count);
        uint256[] memory avgs = new uint256[](count);
        uint256[] memory sales = new uint256[](count);
        uint256[] memory depths = new uint256[](count);
        uint256[] memory confidences = new uint256[](count);
        uint256[4] memory n; // spots, averages, sales, depths
        for (uint256 i; i < count; ++i) {
            FeedReading memory r = all[i];
            if (r.spot == 0 || (live != 0 && !_isLive(r))) continue;
            if (s.asOf == 0 || r.asOf < s.asOf) s.asOf = r.asOf;
            if (r.postedAt > s.postedAt) s.postedAt = r.postedAt;
            s.flags |= r.flags;
            confidences[n[0]] = r.confidenceBps;
            spots[n[0]++] = r.spot;
            if (r.avg != 0) avgs[n[1]++] = r.avg;
            if (r.sale != 0) sales[n[2]++] = r.sale;
            if (r.depth != 0) depths[n[3]++] = r.depth;
        }
        s.spot = spots.medianDown(n[0]);
        s.avg = avgs.medianDown(n[1]);
        s.sale = sales.medianDown(n[2]);
        s.depth = depths.medianDown(n[3]);
        s.confidenceBps = confidences.medianDown(n[0]);
    }

    /// @dev The three prices out of the four signals, in ETH, then each converted once: down, the ask up.
    function _price(Quote memory q, FeedReading memory s, uint256 rateWad) private view {
        unchecked {
            // safe: prices are below 2**96, the rate below 2**94, bps below 2**14
            uint256 spot = s.spot;
            uint256 avg = s.avg == 0 ? spot : s.avg;
            uint256 sale = s.sale;
            uint256 low = spot < avg ? spot : avg;
            uint256 high = spot < avg ? avg : spot;
            uint256 mid;
            if (sale == 0) {
                mid = (low + high) / 2;
            } else if (sale < low) {
                (mid, low) = (low, sale);
            } else if (sale > high) {
                (mid, high) = (high, sale);
            } else {
                mid = sale;
            }
            uint256 cap = spot * MID_CAP_BPS / WadMath.BPS;
            if (mid > cap) mid = cap;
            if (s.depth == 0) low = low * ABSENT_DEPTH_BPS / WadMath.BPS;
            else if (s.depth < low) low = s.depth;
            uint256 div = _toAssetDiv;
            q.bid = low * rateWad / div;
            q.mid = mid * rateWad / div;
            q.ask = (high * rateWad + div - 1) / div;
            q.spot = spot * rateWad / div;
            q.avg = avg * rateWad / div;
            q.sale = sale * rateWad / div;
        }
    }

    /// @dev Only the bid, and only down. A feed without an answer (0) or one that fails changes nothing.
    function _lowerToPool(Quote memory q, address collection) private view {
        BoundedCall.exhaustUnless(POOL_FEED_GAS);
        (bool ok, uint256 average,,) =
            BoundedCall.ask(_poolFeeds[collection], POOL_FEED_GAS, abi.encodeCall(IPoolTwapFeed.average, ()), 1);
        if (ok && average != 0 && average < q.bid) q.bid = average;
    }

    /// @dev A token that prices itself: its prices are in the asset already, its sale and average are its own affair.
    function _priceSourceQuote(address source) private view returns (Quote memory q) {
        bytes4 selector = IPriceSource.price.selector;
        uint256 available = gasleft();
        uint256[7] memory w; // bid, mid, ask, asOf, postedAt, confidence, state
        bool ok;
        assembly ("memory-safe") {
            mstore(0, selector)
            ok := staticcall(PRICE_SOURCE_GAS, source, 0, 4, w, 224)
            ok := and(ok, gt(returndatasize(), 223))
        }
        if (!ok && available < PRICE_SOURCE_GAS * 64 / 63 + 5_000) revert AggregatorReader.GasTooLow(available);
        q.state = OracleState.Stale;
        if (
            !ok || w[0] > w[1] || w[1] > w[2] || w[1] == 0 || w[2] >> 128 != 0 || w[3] > block.timestamp
                || w[4] > block.timestamp || w[5] > WadMath.BPS || w[6] > uint256(OracleState.Stale)
        ) return q;
        (q.bid, q.mid, q.ask, q.spot, q.avg) = (w[0], w[1], w[2], w[1], w[1]);
        (q.asOf, q.postedAt, q.confidenceBps) = (uint40(w[3]), uint40(w[4]), uint16(w[5])); // safe: checked above
        q.state = OracleState(w[6]);
        uint256 age = block.timestamp - w[3];
        if (age > STALE_AFTER) {
            q.state = OracleState.Stale;
        } else if (q.state == OracleState.Fresh && (age > DEGRADED_AFTER || w[5] < MIN_CONFIDENCE_BPS)) {
            q.state = OracleState.Degraded;
        }
    }
}
