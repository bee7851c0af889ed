// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {CommonErrors} from "../../common/CommonErrors.sol";
import {IAggregatorV3} from "../../common/interfaces/external/IAggregatorV3.sol";

/// @notice What became of a read.
enum AnswerState {
    Dead, // no usable answer: call failed, not positive, out of bounds, incomplete round, from the future
    Halted, // the chain's sequencer is down or came back less than `grace` ago; the answer is the last known
    Late, // older than the heartbeat
    Live
}

/// @notice An aggregator and what to expect of it.
struct AggregatorTerms {
    address aggregator;
    uint256 heartbeat; // seconds after which an answer is late
    uint256 minWad; // answers outside [minWad, maxWad] are no answers
    uint256 maxWad;
    address sequencerFeed; // answers 0 up, 1 down since `startedAt`; zero address where there is no sequencer
    uint256 grace; // seconds after the sequencer came back
}

/// @title Reading a Chainlink-style aggregator that may revert, lie, burn gas or return a bomb
/// @notice Gas and return data are bounded; nothing an aggregator does reverts the reader.
library AggregatorReader {
    /// @notice Gas given to one call of an aggregator.
    uint256 internal constant CALL_GAS = 80_000;
    /// @notice Largest believable answer of any aggregator.
    uint256 internal constant MAX_ANSWER_WAD = 1e28;
    /// @notice Most decimals of an aggregator.
    uint256 internal constant MAX_DECIMALS = 36;

    /// @notice The call was given less gas than `CALL_GAS`, so its failure says nothing about the aggregator.
    error GasTooLow(uint256 available);

    /// @notice Longest heartbeat, seconds.
    uint256 internal constant MAX_HEARTBEAT = 2 days;
    /// @notice Longest grace, seconds.
    uint256 internal constant MAX_GRACE = 1 days;

    /// @notice Reverts unless the terms make sense; returns the factors that turn an answer into a wad.
    function check(AggregatorTerms memory t) internal view returns (uint256 toWadMul, uint256 toWadDiv) {
        if (t.aggregator == address(0)) revert CommonErrors.ZeroAddress();
        if (t.heartbeat == 0 || t.heartbeat > MAX_HEARTBEAT) {
            revert CommonErrors.OutOfBounds("heartbeat", t.heartbeat, 1, MAX_HEARTBEAT);
        }
        if (t.minWad == 0 || t.minWad > t.maxWad) revert CommonErrors.OutOfBounds("minWad", t.minWad, 1, t.maxWad);
        if (t.maxWad > MAX_ANSWER_WAD) {
            revert CommonErrors.OutOfBounds("maxWad", t.maxWad, t.minWad, MAX_ANSWER_WAD);
        }
        if (t.grace > MAX_GRACE) revert CommonErrors.OutOfBounds("grace", t.grace, 0, MAX_GRACE);
        uint256 decimals = IAggregatorV3(t.aggregator).decimals();
        if (decimals > MAX_DECIMALS) revert CommonErrors.OutOfBounds("decimals", decimals, 0, MAX_DECIMALS);
        return decimals <= 18 ? (10 ** (18 - decimals), uint256(1)) : (uint256(1), 10 ** (decimals - 18));
    }

    /// @notice The newest answer as a wad rounded down, its time, and whether to believe it. The sequencer is not
    /// asked, see {sequencerUp}.
    function readWad(
        address aggregator,
        uint256 heartbeat,
        uint256 minWad,
        uint256 maxWad,
        uint256 toWadMul,
        uint256 toWadDiv
    ) internal view returns (uint256 answerWad, uint256 updatedAt, AnswerState state) {
        unchecked {
            (bool ok, uint256 roundId, uint256 answer,, uint256 at, uint256 answeredIn) = latest(aggregator);
            // An answer above 2**128 is absurd at any number of decimals; a negative one is above it, too. A time of 0
            // wraps around and is after the block's.
            if (!ok || answer >> 128 != 0 || at - 1 >= block.timestamp || answeredIn < roundId) {
                return (0, 0, AnswerState.Dead);
            }
            answerWad = answer * toWadMul / toWadDiv; // safe: below 2**128 * 2**60
            if (answerWad < minWad || answerWad > maxWad) return (0, 0, AnswerState.Dead); // minWad is positive
            updatedAt = at;
            state = block.timestamp - at > heartbeat ? AnswerState.Late : AnswerState.Live;
        }
    }

    /// @notice Whether a sequencer feed (zero address: there is no sequencer) says up, since more than `grace`.
    function sequencerUp(address feed, uint256 grace) internal view returns (bool) {
        if (feed == address(0)) return true;
        (bool ok,, uint256 answer, uint256 startedAt,,) = latest(feed);
        return
            ok && answer == 0 && startedAt != 0 && startedAt <= block.timestamp && block.timestamp - startedAt > grace;
    }

    /// @notice The five words of `latestRoundData`, unjudged; `ok` is false when the call failed or returned less.
    function latest(address aggregator)
        internal
        view
        returns (bool ok, uint256 roundId, uint256 answer, uint256 startedAt, uint256 updatedAt, uint256 answeredIn)
    {
        bytes4 selector = IAggregatorV3.latestRoundData.selector;
        uint256 available = gasleft();
        assembly ("memory-safe") {
            let out := mload(0x40)
            mstore(0, selector)
            ok := staticcall(CALL_GAS, aggregator, 0, 4, out, 160)
            ok := and(ok, gt(returndatasize(), 159))
            if ok {
                roundId := mload(out)
                answer := mload(add(out, 32))
                startedAt := mload(add(out, 64))
                updatedAt := mload(add(out, 96))
                answeredIn := mload(add(out, 128))
            }
        }
        if (!ok && available < CALL_GAS * 64 / 63 + 5_000) revert GasTooLow(available);
    }
}
