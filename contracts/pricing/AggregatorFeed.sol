// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {CommonErrors} from "../common/CommonErrors.sol";
import {WadMath} from "../common/math/WadMath.sol";
import {IAggregatorFeed} from "./interfaces/IAggregatorFeed.sol";
import {FeedFlags, FeedReading, IFloorFeed} from "./interfaces/IFloorFeed.sol";
import {AggregatorReader, AggregatorTerms, AnswerState} from "./libraries/AggregatorReader.sol";

/// @title AggregatorFeed
/// @notice See {IAggregatorFeed}. Nothing can be changed after construction; governance replaces the feed.
/// @custom:kill None: it holds nothing and only reads.
contract AggregatorFeed is IAggregatorFeed {
    /* IMMUTABLES */

    /// @inheritdoc IAggregatorFeed
    address public immutable collection;
    /// @inheritdoc IAggregatorFeed
    uint256 public immutable confidenceBps;
    /// @inheritdoc IAggregatorFeed
    bool public immutable inUsd;

    address internal immutable _aggregator;
    uint256 internal immutable _heartbeat;
    uint256 internal immutable _minWad;
    uint256 internal immutable _maxWad;
    address internal immutable _sequencerFeed;
    uint256 internal immutable _grace;
    uint256 internal immutable _toWadMul;
    uint256 internal immutable _toWadDiv;

    /* CONSTRUCTOR */

    /// @param collection_ zero for a currency
    constructor(address collection_, bool inUsd_, uint256 confidenceBps_, AggregatorTerms memory terms_) {
        if (confidenceBps_ > WadMath.BPS) {
            revert CommonErrors.OutOfBounds("confidenceBps", confidenceBps_, 0, WadMath.BPS);
        }
        (_toWadMul, _toWadDiv) = AggregatorReader.check(terms_);
        collection = collection_;
        inUsd = inUsd_;
        confidenceBps = confidenceBps_;
        _aggregator = terms_.aggregator;
        _heartbeat = terms_.heartbeat;
        _minWad = terms_.minWad;
        _maxWad = terms_.maxWad;
        _sequencerFeed = terms_.sequencerFeed;
        _grace = terms_.grace;
    }

    /* VIEWS */

    /// @inheritdoc IFloorFeed
    function keyOf(address collection_) external view returns (uint256 key) {
        if (collection_ != collection) revert UnknownToFeed(collection_);
        return 0;
    }

    /// @inheritdoc IFloorFeed
    function latest(uint256 key) external view returns (FeedReading memory r) {
        if (key != 0) return r;
        (uint256 answerWad, uint256 updatedAt, AnswerState state) =
            AggregatorReader.readWad(_aggregator, _heartbeat, _minWad, _maxWad, _toWadMul, _toWadDiv);
        if (state == AnswerState.Dead) return r;
        r.spot = answerWad;
        r.asOf = updatedAt;
        r.postedAt = updatedAt;
        r.confidenceBps = confidenceBps;
        bool live = state == AnswerState.Live && AggregatorReader.sequencerUp(_sequencerFeed, _grace);
        r.flags = (inUsd ? FeedFlags.IN_USD : 0) | (live ? 0 : FeedFlags.LATE);
    }

    /// @inheritdoc IAggregatorFeed
    function terms() external view returns (AggregatorTerms memory) {
        return AggregatorTerms({
            aggregator: _aggregator,
            heartbeat: _heartbeat,
            minWad: _minWad,
            maxWad: _maxWad,
            sequencerFeed: _sequencerFeed,
            grace: _grace
        });
    }
}
