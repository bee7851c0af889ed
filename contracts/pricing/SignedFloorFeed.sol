// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {CommonErrors} from "../common/CommonErrors.sol";
import {WadMath} from "../common/math/WadMath.sol";
import {FeedFlags, FeedReading, IFloorFeed} from "./interfaces/IFloorFeed.sol";
import {ISignedFloorFeed, ItemReason, Report} from "./interfaces/ISignedFloorFeed.sol";
import {Decay} from "./libraries/Decay.sol";
import {Medians} from "./libraries/Medians.sol";
import {RoundCodec} from "./libraries/RoundCodec.sol";

/// @title SignedFloorFeed
/// @notice See {ISignedFloorFeed}.
/// @custom:kill None: pricing is never paused. Governance may delist a collection, which then reads as dead.
contract SignedFloorFeed is ISignedFloorFeed, AccessManaged, EIP712 {
    using Medians for uint256[];
    using RoundCodec for uint256;

    /* TYPES */

    struct Feed {
        // slot 0: 20 + 6 + 6 = 32
        address collection;
        uint48 low; // first-price band, units of 1e-8 ETH
        uint48 high;
    }

    /// @dev What `update` carries from one item to the next.
    struct Batch {
        uint256 slotAt;
        uint256 quorum;
        uint256 live; // counted reports
        uint256[] reports; // their places in the calldata array
        uint256[] cursors; // calldata positions of their next items
        uint256[] ends;
        uint256 used; // usable values of the current item
        uint256 sales; // of them with a sale
        uint256 depths;
        uint256[] spot;
        uint256[] sale;
        uint256[] depth;
        uint256[] confidence;
        uint256[] age;
        uint256 decayFrom; // time since which `decayWad` was computed; 0 none
        uint256 decayWad;
    }

    /* CONSTANTS */

    /// @inheritdoc ISignedFloorFeed
    uint256 public constant PRICE_UNIT = 1e10;
    /// @inheritdoc ISignedFloorFeed
    uint256 public constant MAX_PRICE = RoundCodec.MAX_PRICE;
    /// @inheritdoc ISignedFloorFeed
    uint256 public constant MIN_QUORUM = 3;
    /// @inheritdoc ISignedFloorFeed
    uint256 public constant MAX_REPORTERS = 16;
    /// @inheritdoc ISignedFloorFeed
    uint256 public constant MAX_REPORT_AGE = 1 hours;

    uint256 private constant MAX_FEEDS = 4_095;
    uint256 private constant BOUND_BPS = 1_500; // of the last spot,
    uint256 private constant BOUND_SECONDS = 4 hours; // per this much time
    uint256 private constant MAX_BOUND_BPS = 6_000;
    uint256 private constant MIN_HALF_LIFE = 1 hours;
    uint256 private constant MAX_HALF_LIFE = 24 hours;
    bytes32 private constant REPORT_TYPEHASH = keccak256("Report(uint256 slotAt,uint256[] items)");

    /* IMMUTABLES */

    /// @inheritdoc ISignedFloorFeed
    uint256 public immutable slotSeconds;
    /// @inheritdoc ISignedFloorFeed
    uint256 public immutable decayPerSecondWad;

    /* STORAGE */

    // slot: 1 + 1 + 2 = 4
    uint8 internal _quorum;
    uint8 internal _reporterCount;
    uint16 internal _feedCount;
    mapping(address reporter => bool) internal _isReporter;
    mapping(address collection => uint256) internal _idOf;
    mapping(uint256 id => Feed) internal _feeds;
    uint256[MAX_FEEDS + 1] internal _rounds;

    /* CONSTRUCTOR */

    /// @param slotSeconds_ slot times are multiples of this: 1 minute to 1 day
    /// @param decayPerSecondWad_ 2**(-1 / half-life in seconds); half-life 1 to 24 hours
    constructor(
        address accessManager,
        uint256 slotSeconds_,
        uint256 decayPerSecondWad_,
        address[] memory reporters,
        uint256 quorum_
    ) AccessManaged(accessManager) EIP712("Vitrine SignedFloorFeed", "1") {
        if (slotSeconds_ < 1 minutes || slotSeconds_ > 1 days) {
            revert CommonErrors.OutOfBounds("slotSeconds", slotSeconds_, 1 minutes, 1 days);
        }
        if (
            decayPerSecondWad_ >= 1e18 || Decay.over(decayPerSecondWad_, MAX_HALF_LIFE) > 0.5e18 + 1e9
                || Decay.over(decayPerSecondWad_, MIN_HALF_LIFE) < 0.5e18 - 1e9
        ) revert CommonErrors.OutOfBounds("decayPerSecondWad", decayPerSecondWad_, 0, 1e18);
        slotSeconds = slotSeconds_;
        decayPerSecondWad = decayPerSecondWad_;
        for (uint256 i; i < reporters.length; ++i) {
            _addReporter(reporters[i]);
        }
        _setQuorum(quorum_);
    }

    /* GOVERNANCE */

    /// @inheritdoc ISignedFloorFeed
    function addReporter(address reporter) external restricted {
        _addReporter(reporter);
    }

    /// @inheritdoc ISignedFloorFeed
    function removeReporter(address reporter) external restricted {
        if (_reporterCount <= _quorum) revert QuorumMissing(_reporterCount - 1, _quorum);
        _removeReporter(reporter);
    }

    /// @inheritdoc ISignedFloorFeed
    function replaceReporter(address previous, address next) external restricted {
        _removeReporter(previous);
        _addReporter(next);
    }

    /// @inheritdoc ISignedFloorFeed
    function setQuorum(uint256 quorum_) external restricted {
        _setQuorum(quorum_);
    }

    /// @inheritdoc ISignedFloorFeed
    function list(address collection, uint256 low, uint256 high) external restricted returns (uint256 id) {
        if (collection == address(0)) revert CommonErrors.ZeroAddress();
        if (_idOf[collection] != 0) revert FeedKnown(collection, _idOf[collection]);
        _checkBand(low, high);
        id = uint256(_feedCount) + 1;
        if (id > MAX_FEEDS) revert CommonErrors.OutOfBounds("feeds", id, 1, MAX_FEEDS);
        _feedCount = uint16(id); // safe: id <= MAX_FEEDS
        _idOf[collection] = id;
        _feeds[id] = Feed({collection: collection, low: uint48(low), high: uint48(high)}); // safe: _checkBand
        _rounds[id] = RoundCodec.LISTED;
        emit FeedListed(id, collection, low, high);
    }

    /// @inheritdoc ISignedFloorFeed
    function setBand(uint256 id, uint256 low, uint256 high) external restricted {
        if (id == 0 || id > _feedCount) revert FeedStateWrong(id);
        _checkBand(low, high);
        (_feeds[id].low, _feeds[id].high) = (uint48(low), uint48(high)); // safe: _checkBand
        emit BandSet(id, low, high);
    }

    /// @inheritdoc ISignedFloorFeed
    function setListed(uint256 id, bool listed) external restricted {
        if (id == 0 || id > _feedCount || _rounds[id].isListed() == listed) revert FeedStateWrong(id);
        uint256 times = _rounds[id].timesOf();
        _rounds[id] = listed ? times | RoundCodec.LISTED : times;
        if (listed) emit FeedRelisted(id);
        else emit FeedDelisted(id);
    }

    /* USER ACTIONS */

    /// @inheritdoc ISignedFloorFeed
    function update(uint256 slotAt, Report[] calldata reports) external returns (uint256 accepted) {
        if (slotAt % slotSeconds != 0) revert SlotMisaligned(slotAt, slotSeconds);
        if (slotAt > block.timestamp) revert SlotInFuture(slotAt, block.timestamp);
        if (block.timestamp - slotAt > MAX_REPORT_AGE) {
            revert SlotTooOld(slotAt, block.timestamp - MAX_REPORT_AGE);
        }
        Batch memory b = _verify(slotAt, reports);
        uint256 last;
        while (true) {
            uint256 id = _nextId(b);
            if (id == type(uint256).max) break;
            if (id <= last) revert ItemsUnordered(last, id);
            last = id;
            _collect(b, id, reports);
            if (_store(b, id)) ++accepted;
        }
        if (accepted == 0) revert NothingAccepted(slotAt);
    }

    /* VIEWS */

    /// @inheritdoc IFloorFeed
    function keyOf(address collection) external view returns (uint256 key) {
        key = _idOf[collection];
        if (key == 0) revert UnknownToFeed(collection);
    }

    /// @inheritdoc IFloorFeed
    function read(uint256 key) external view returns (FeedReading memory r) {
        if (key > MAX_FEEDS) return r;
        uint256 round = _rounds[key];
        uint256 spot = round.spot();
        if (spot == 0) return r;
        unchecked {
            // safe: prices are below 2**44, times in the past
            uint256 posted = round.postedAt();
            uint256 decayWad = Decay.over(decayPerSecondWad, block.timestamp - posted);
            r.spot = spot * PRICE_UNIT;
            r.avg = Decay.towardsDown(round.avg(), spot, decayWad) * PRICE_UNIT;
            r.sale = round.sale() * PRICE_UNIT;
            r.depth = round.depth() * PRICE_UNIT;
            r.asOf = round.observedAt();
            r.postedAt = posted;
            r.confidenceBps = round.confidenceBps();
            if (round.isClamped()) r.flags = FeedFlags.CLAMPED;
        }
    }

    /// @inheritdoc ISignedFloorFeed
    function quorum() external view returns (uint256) {
        return _quorum;
    }

    /// @inheritdoc ISignedFloorFeed
    function reporterCount() external view returns (uint256) {
        return _reporterCount;
    }

    /// @inheritdoc ISignedFloorFeed
    function isReporter(address reporter) external view returns (bool) {
        return _isReporter[reporter];
    }

    /// @inheritdoc ISignedFloorFeed
    function feedCount() external view returns (uint256) {
        return _feedCount;
    }

    /// @inheritdoc ISignedFloorFeed
    function feedAt(uint256 id) external view returns (address collection, uint256 low, uint256 high, bool listed) {
        Feed storage feed = _feeds[id];
        return (feed.collection, feed.low, feed.high, id <= MAX_FEEDS && _rounds[id].isListed());
    }

    /// @inheritdoc ISignedFloorFeed
    function roundAt(uint256 id) external view returns (uint256 round) {
        return id <= MAX_FEEDS ? _rounds[id] : 0;
    }

    /// @inheritdoc ISignedFloorFeed
    function digestOf(uint256 slotAt, uint256[] calldata items) external view returns (bytes32) {
        return _digest(slotAt, items);
    }

    /* INTERNAL */

    function _addReporter(address reporter) private {
        if (reporter == address(0)) revert CommonErrors.ZeroAddress();
        if (_isReporter[reporter]) revert ReporterKnown(reporter);
        if (_reporterCount == MAX_REPORTERS) {
            revert CommonErrors.OutOfBounds("reporters", MAX_REPORTERS + 1, MIN_QUORUM, MAX_REPORTERS);
        }
        _isReporter[reporter] = true;
        ++_reporterCount;
        emit ReporterAdded(reporter);
    }

    function _removeReporter(address reporter) private {
        if (!_isReporter[reporter]) revert ReporterUnknown(reporter);
        _isReporter[reporter] = false;
        --_reporterCount;
        emit ReporterRemoved(reporter);
    }

    function _setQuorum(uint256 quorum_) private {
        if (quorum_ < MIN_QUORUM || quorum_ > _reporterCount) {
            revert CommonErrors.OutOfBounds("quorum", quorum_, MIN_QUORUM, _reporterCount);
        }
        _quorum = uint8(quorum_); // safe: at most MAX_REPORTERS
        emit QuorumSet(quorum_);
    }

    function _checkBand(uint256 low, uint256 high) private pure {
        if (low == 0 || low > high) revert CommonErrors.OutOfBounds("low", low, 1, high);
        if (high > MAX_PRICE) revert CommonErrors.OutOfBounds("high", high, low, MAX_PRICE);
    }

    function _digest(uint256 slotAt, uint256[] calldata items) private view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(REPORT_TYPEHASH, slotAt, keccak256(abi.encodePacked(items)))));
    }

    /// @dev Checks every signature and keeps the reports whose signers are reporters now.
    function _verify(uint256 slotAt, Report[] calldata reports) private returns (Batch memory b) {
        uint256 n = reports.length;
        b.slotAt = slotAt;
        b.quorum = _quorum;
        (b.reports, b.cursors, b.ends) = (new uint256[](n), new uint256[](n), new uint256[](n));
        (b.spot, b.sale, b.depth) = (new uint256[](n), new uint256[](n), new uint256[](n));
        (b.confidence, b.age) = (new uint256[](n), new uint256[](n));
        address last;
        uint256 live;
        for (uint256 i; i < n; ++i) {
            Report calldata report = reports[i];
            address reporter = report.reporter;
            if (reporter <= last) revert ReportersUnordered(last, reporter);
            last = reporter;
            if (!_isReporter[reporter]) {
                emit ReportIgnored(slotAt, reporter);
                continue;
            }
            uint256[] calldata items = report.items;
            if (!_signed(reporter, _digest(slotAt, items), report.signature)) {
                revert CommonErrors.BadSignature(reporter);
            }
            uint256 start;
            assembly ("memory-safe") {
                start := items.offset
            }
            b.reports[live] = i;
            b.cursors[live] = start;
            b.ends[live] = start + items.length * 32;
            ++live;
        }
        if (live < b.quorum) revert QuorumMissing(live, b.quorum);
        b.live = live;
    }

    /// @dev An EOA is tried first: it saves the look at the code of a cold account.
    function _signed(address reporter, bytes32 digest, bytes calldata signature) private view returns (bool) {
        (address recovered, ECDSA.RecoverError problem,) = ECDSA.tryRecoverCalldata(digest, signature);
        if (problem == ECDSA.RecoverError.NoError && recovered == reporter) return true;
        return SignatureChecker.isValidERC1271SignatureNowCalldata(reporter, digest, signature);
    }

    /// @dev The smallest feed id that any report has next; the maximum when all are done.
    function _nextId(Batch memory b) private pure returns (uint256 id) {
        uint256 live = b.live;
        uint256[] memory cursors = b.cursors;
        uint256[] memory ends = b.ends;
        id = type(uint256).max;
        for (uint256 i; i < live; ++i) {
            uint256 cursor = cursors[i];
            if (cursor == ends[i]) continue;
            uint256 next;
            assembly ("memory-safe") {
                next := shr(240, calldataload(cursor))
            }
            if (next < id) id = next;
        }
    }

    /// @dev Takes the item `id` of every report that has it next; keeps the usable values.
    function _collect(Batch memory b, uint256 id, Report[] calldata reports) private {
        (b.used, b.sales, b.depths) = (0, 0, 0);
        uint256 live = b.live;
        for (uint256 i; i < live; ++i) {
            uint256 cursor = b.cursors[i];
            if (cursor == b.ends[i]) continue;
            uint256 item;
            assembly ("memory-safe") {
                item := calldataload(cursor)
            }
            if (item >> 240 != id) continue;
            b.cursors[i] = cursor + 32;
            uint256 spot = item >> 128 & type(uint64).max;
            uint256 confidence = item >> 192 & type(uint16).max;
            if (spot == 0 || spot > MAX_PRICE) {
                emit ValueIgnored(id, b.slotAt, reports[b.reports[i]].reporter, ItemReason.BadSpot, spot);
                continue;
            }
            if (confidence > WadMath.BPS) {
                emit ValueIgnored(id, b.slotAt, reports[b.reports[i]].reporter, ItemReason.BadConfidence, confidence);
                continue;
            }
            b.spot[b.used] = spot;
            b.confidence[b.used] = confidence;
            b.age[b.used++] = item >> 208 & type(uint32).max;
            uint256 sale = item >> 64 & type(uint64).max;
            if (sale != 0) b.sale[b.sales++] = WadMath.min(sale, MAX_PRICE);
            uint256 depth = item & type(uint64).max;
            if (depth != 0) b.depth[b.depths++] = WadMath.min(depth, MAX_PRICE);
        }
    }

    /// @dev Medians, bound, average; writes the round. False when the item is rejected.
    function _store(Batch memory b, uint256 id) private returns (bool) {
        if (b.used < b.quorum) return _reject(b, id, ItemReason.NoQuorum, b.used);
        uint256 round = id > MAX_FEEDS ? 0 : _rounds[id];
        if (!round.isListed()) return _reject(b, id, ItemReason.NotListed, id);
        if (round.slotAt() >= b.slotAt) return _reject(b, id, ItemReason.SlotNotNew, round.slotAt());

        uint256 median = b.spot.medianDown(b.used);
        uint256 spot = median;
        uint256 avg = median;
        if (round.spot() == 0) {
            Feed storage feed = _feeds[id];
            if (median < feed.low || median > feed.high) {
                return _reject(b, id, ItemReason.OutsideBand, median);
            }
        } else {
            spot = _clamp(median, round.spot(), b.slotAt - round.slotAt());
            if (spot != median) emit SpotClamped(id, b.slotAt, median, spot);
            if (b.decayFrom != round.postedAt()) {
                b.decayFrom = round.postedAt();
                b.decayWad = Decay.over(decayPerSecondWad, block.timestamp - b.decayFrom);
            }
            avg = Decay.towardsDown(round.avg(), round.spot(), b.decayWad);
        }
        round = RoundCodec.packPrices(
            spot,
            avg,
            b.sales < b.quorum ? 0 : b.sale.medianDown(b.sales),
            b.depths < b.quorum ? 0 : b.depth.medianDown(b.depths)
        )
        | RoundCodec.packMeta(
            block.timestamp,
            block.timestamp - b.slotAt,
            WadMath.min(b.age.medianDown(b.used), RoundCodec.MAX_AGE),
            b.confidence.medianDown(b.used),
            spot != median
        );
        _rounds[id] = round;
        emit RoundPosted(id, round);
        return true;
    }

    function _reject(Batch memory b, uint256 id, ItemReason reason, uint256 detail) private returns (bool) {
        emit ItemRejected(id, b.slotAt, reason, detail);
        return false;
    }

    /// @dev The bound is rounded up, so that the smallest price can still move.
    function _clamp(uint256 wanted, uint256 previous, uint256 elapsed) private pure returns (uint256) {
        unchecked {
            // safe: prices below 2**44, elapsed below 2**32; the bound is at most 60 % of previous, plus 1
            uint256 bps = BOUND_BPS * elapsed; // times BOUND_SECONDS
            uint256 cap = MAX_BOUND_BPS * BOUND_SECONDS;
            if (bps > cap) bps = cap;
            uint256 scale = WadMath.BPS * BOUND_SECONDS;
            uint256 move = (previous * bps + scale - 1) / scale;
            if (wanted > previous + move) return WadMath.min(previous + move, MAX_PRICE);
            return wanted + move < previous ? previous - move : wanted;
        }
    }
}
