// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
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
    using MessageHashUtils for bytes32;
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
        uint256 meta; // times and flag of the rounds to store
        uint256 live; // counted reports
        uint256 count; // items in each of them
        address[] reporters; // their signers
        uint256[] starts; // calldata positions of their items
        uint256[] words; // items of the collection at hand
        // of the last round seen, the same for all that were posted together:
        uint256 times;
        uint256 lastSlotAt;
        uint256 weightX64; // what the old average keeps
        uint256 boundBps; // times BOUND_SECONDS
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

    uint256 private constant MAX_FEEDS = 65_535; // an id has 16 bits
    uint256 private constant BOUND_BPS = 1_500; // of the last spot,
    uint256 private constant BOUND_SECONDS = 4 hours; // per this much time
    uint256 private constant MAX_BOUND_BPS = 6_000;
    uint256 private constant MIN_HALF_LIFE = 1 hours;
    uint256 private constant MAX_HALF_LIFE = 24 hours;
    // fields of an item, see Report
    uint256 private constant DEPTH = 0;
    uint256 private constant SALE = 64;
    uint256 private constant SPOT = 128;
    uint256 private constant CONFIDENCE = 192;
    uint256 private constant AGE = 208;
    uint256 private constant PRICE_MASK = 0xffffffffffffffff;
    uint256 private constant CONFIDENCE_MASK = 0xffff;
    uint256 private constant AGE_MASK = 0xffffffff;
    uint256 private constant SPOT_FIELD = 0xffffffffffffffff << 128;
    uint256 private constant TOO_HIGH = 0xfffff00000000000fffff00000000000fffff00000000000 | 0xfffe0000 << 208;
    bytes32 private constant REPORT_TYPEHASH = keccak256("Report(uint256 slotAt,uint256[] items)");

    /* IMMUTABLES */

    /// @inheritdoc ISignedFloorFeed
    uint256 public immutable slotSeconds;
    /// @inheritdoc ISignedFloorFeed
    uint256 public immutable halfLife;

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
    /// @param halfLife_ of the average, seconds: 1 to 24 hours
    constructor(
        address accessManager,
        uint256 slotSeconds_,
        uint256 halfLife_,
        address[] memory reporters,
        uint256 quorum_
    ) AccessManaged(accessManager) EIP712("Vitrine SignedFloorFeed", "1") {
        if (slotSeconds_ < 1 minutes || slotSeconds_ > 1 days) {
            revert CommonErrors.OutOfBounds("slotSeconds", slotSeconds_, 1 minutes, 1 days);
        }
        if (halfLife_ < MIN_HALF_LIFE || halfLife_ > MAX_HALF_LIFE) {
            revert CommonErrors.OutOfBounds("halfLife", halfLife_, MIN_HALF_LIFE, MAX_HALF_LIFE);
        }
        slotSeconds = slotSeconds_;
        halfLife = halfLife_;
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
        uint256[] memory posted = new uint256[](b.count);
        uint256 last;
        for (uint256 i; i < b.count;) {
            (uint256 id, uint256 used) = _collect(b, i);
            if (id <= last) revert ItemsUnordered(last, id);
            last = id;
            uint256 round = _next(b, id, used);
            unchecked {
                ++i;
            }
            if (round == 0) continue;
            _rounds[id] = round;
            round = round.inEvent(id);
            assembly ("memory-safe") {
                accepted := add(accepted, 1)
                mstore(add(posted, shl(5, accepted)), round) // within: accepted <= i <= b.count
            }
        }
        if (accepted == 0) revert NothingAccepted(slotAt);
        assembly ("memory-safe") {
            mstore(posted, accepted) // shortens it
        }
        emit RoundsPosted(slotAt, posted);
    }

    /* VIEWS */

    /// @inheritdoc IFloorFeed
    function keyOf(address collection) external view returns (uint256 key) {
        key = _idOf[collection];
        if (key == 0) revert UnknownToFeed(collection);
    }

    /// @inheritdoc IFloorFeed
    function latest(uint256 key) external view returns (FeedReading memory r) {
        if (key > MAX_FEEDS) return r;
        uint256 round = _rounds[key];
        uint256 spot = round.spot();
        if (spot == 0) return r;
        unchecked {
            // safe: prices are below 2**44, times in the past
            uint256 posted = round.postedAt();
            uint256 weightX64 = Decay.weightX64(halfLife, block.timestamp - posted);
            r.spot = spot * PRICE_UNIT;
            r.avg = Decay.towardsDown(round.avg(), spot, weightX64) * PRICE_UNIT;
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
        return _hashTypedDataV4(_reportHash(slotAt, items));
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

    function _reportHash(uint256 slotAt, uint256[] calldata items) private view returns (bytes32) {
        bytes32 itemsHash;
        assembly ("memory-safe") {
            let free := mload(0x40)
            let size := shl(5, items.length)
            calldatacopy(free, items.offset, size)
            itemsHash := keccak256(free, size)
        }
        return keccak256(abi.encode(REPORT_TYPEHASH, slotAt, itemsHash));
    }

    /// @dev Checks every signature and keeps the reports whose signers are reporters now.
    function _verify(uint256 slotAt, Report[] calldata reports) private returns (Batch memory b) {
        uint256 n = reports.length;
        (b.slotAt, b.quorum, b.times) = (slotAt, _quorum, type(uint256).max);
        b.meta = RoundCodec.packTimes(block.timestamp, block.timestamp - slotAt);
        (b.reporters, b.words, b.starts) = (new address[](n), new uint256[](n), new uint256[](n));
        bytes32 domain = _domainSeparatorV4();
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
            if (!_signed(reporter, domain.toTypedDataHash(_reportHash(slotAt, items)), report.signature)) {
                revert CommonErrors.BadSignature(reporter);
            }
            if (live == 0) b.count = items.length;
            else if (items.length != b.count) revert ItemsMisaligned(reporter);
            uint256 start;
            assembly ("memory-safe") {
                start := items.offset
            }
            b.reporters[live] = reporter;
            b.starts[live] = start;
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

    /// @dev Reads item `index` of every report into `b.words`; all must be of one feed.
    function _collect(Batch memory b, uint256 index) private returns (uint256 id, uint256 used) {
        (uint256[] memory starts, uint256[] memory words) = (b.starts, b.words);
        used = b.live;
        bool odd;
        assembly ("memory-safe") {
            let offset := shl(5, index)
            let first := calldataload(add(mload(add(starts, 32)), offset))
            let differing := 0
            let any := 0
            let noSpot := 0
            for { let i := shl(5, used) } i { i := sub(i, 32) } {
                let item := calldataload(add(mload(add(starts, i)), offset))
                mstore(add(words, i), item) // within: words is as long as starts
                differing := or(differing, xor(first, item))
                any := or(any, item)
                noSpot := or(noSpot, iszero(and(item, SPOT_FIELD)))
            }
            id := shr(240, first)
            odd := or(or(iszero(iszero(shr(240, differing))), noSpot), iszero(iszero(and(any, TOO_HIGH))))
        }
        if (odd) used = _sift(b, id);
    }

    /// @dev The rare case: refuses the report of another feed, drops items without a usable spot, saturates the rest.
    function _sift(Batch memory b, uint256 id) private returns (uint256 used) {
        for (uint256 i; i < b.live; ++i) {
            uint256 item = b.words[i];
            if (item >> 240 != id) revert ItemsMisaligned(b.reporters[i]);
            uint256 spot = item >> SPOT & PRICE_MASK;
            if (spot == 0 || spot > MAX_PRICE) {
                emit ValueIgnored(id, b.slotAt, b.reporters[i], spot);
                continue;
            }
            uint256 sale = WadMath.min(item >> SALE & PRICE_MASK, MAX_PRICE);
            uint256 depth = WadMath.min(item >> DEPTH & PRICE_MASK, MAX_PRICE);
            uint256 age = WadMath.min(item >> AGE & AGE_MASK, RoundCodec.MAX_AGE);
            uint256 confidence = item >> CONFIDENCE & CONFIDENCE_MASK;
            b.words[used++] = age << AGE | confidence << CONFIDENCE | spot << SPOT | sale << SALE | depth << DEPTH;
        }
    }

    /// @dev Medians, bound, average: the next round; 0 when the item is rejected.
    function _next(Batch memory b, uint256 id, uint256 used) private returns (uint256) {
        if (used < b.quorum) return _reject(b, id, ItemReason.NoQuorum, used);
        uint256 last = _rounds[id];
        if (!last.isListed()) return _reject(b, id, ItemReason.NotListed, id);
        if (last.timesOf() != b.times) _look(b, last);
        if (b.lastSlotAt >= b.slotAt) return _reject(b, id, ItemReason.SlotNotNew, b.lastSlotAt);

        (uint256 median, uint256 rest) = _medians(b.words, used);
        uint256 spot = last.spot();
        if (spot == 0) {
            if (median < _feeds[id].low || median > _feeds[id].high) {
                return _reject(b, id, ItemReason.OutsideBand, median);
            }
            return RoundCodec.packFirst(median) | rest | b.meta;
        }
        uint256 avg = Decay.towardsDown(last.avg(), spot, b.weightX64);
        spot = _clamp(median, spot, b.boundBps);
        if (spot == median) return RoundCodec.packPrices(spot, avg) | rest | b.meta;
        emit SpotClamped(id, b.slotAt, median, spot);
        return RoundCodec.packPrices(spot, avg) | rest | b.meta | RoundCodec.CLAMPED;
    }

    /// @dev What follows from the times of the last round; computed once for all that were posted together.
    function _look(Batch memory b, uint256 last) private view {
        b.times = last.timesOf();
        b.lastSlotAt = last.slotAt();
        if (b.lastSlotAt >= b.slotAt) return;
        b.weightX64 = Decay.weightX64(halfLife, block.timestamp - last.postedAt());
        b.boundBps = WadMath.min(BOUND_BPS * (b.slotAt - b.lastSlotAt), MAX_BOUND_BPS * BOUND_SECONDS);
    }

    /// @dev The median spot, and the other medians packed as a round. Age and confidence may be 0, which is a value
    /// there; a sale or depth of 0 is absent.
    function _medians(uint256[] memory words, uint256 used) private pure returns (uint256 spot, uint256 rest) {
        uint256 sale;
        uint256 depth;
        uint256 confidence;
        uint256 age;
        if (used == 3) {
            (uint256 x, uint256 y, uint256 z) = (words[0], words[1], words[2]);
            spot = Medians.fieldMedian3(x, y, z, SPOT, PRICE_MASK);
            confidence = Medians.fieldMedian3(x, y, z, CONFIDENCE, CONFIDENCE_MASK);
            age = Medians.fieldMedian3(x, y, z, AGE, AGE_MASK);
            sale = Medians.fieldMedian3(x, y, z, SALE, PRICE_MASK);
            depth = Medians.fieldMedian3(x, y, z, DEPTH, PRICE_MASK);
        } else {
            spot = words.fieldMedianDown(used, SPOT, PRICE_MASK);
            confidence = words.fieldMedianDown(used, CONFIDENCE, CONFIDENCE_MASK);
            age = words.fieldMedianDown(used, AGE, AGE_MASK);
            sale = words.majorityMedianDown(used, SALE, PRICE_MASK);
            depth = words.majorityMedianDown(used, DEPTH, PRICE_MASK);
        }
        rest = RoundCodec.packRest(sale, depth, age, WadMath.min(confidence, WadMath.BPS));
    }

    function _reject(Batch memory b, uint256 id, ItemReason reason, uint256 detail) private returns (uint256) {
        emit ItemRejected(id, b.slotAt, reason, detail);
        return 0;
    }

    /// @dev The bound is rounded up, so that the smallest price can still move. `boundBps` is times BOUND_SECONDS.
    function _clamp(uint256 wanted, uint256 previous, uint256 boundBps) private pure returns (uint256) {
        unchecked {
            // safe: prices below 2**44; the bound is at most 60 % of previous, plus 1
            uint256 scale = WadMath.BPS * BOUND_SECONDS;
            uint256 move = (previous * boundBps + scale - 1) / scale;
            if (wanted > previous + move) return WadMath.min(previous + move, MAX_PRICE);
            return wanted + move < previous ? previous - move : wanted;
        }
    }
}
