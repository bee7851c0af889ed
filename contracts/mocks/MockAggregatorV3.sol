// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title MockAggregatorV3
/// @notice A Chainlink-style feed with everything settable: answer, times, decimals and ways to fail. As a sequencer
/// uptime feed its answer is 0 (up) or 1 (down) since `startedAt`.
contract MockAggregatorV3 {
    enum Mode {
        Answer,
        Revert,
        Garbage, // returns fewer bytes than promised
        BurnGas,
        Bomb // returns 1 MB
    }

    uint256 public constant version = 4;
    string public constant description = "mock";

    // One slot, so that reading it costs what a lean aggregator costs: 16 + 4 + 4 + 3 + 3 + 1 + 1 = 32.
    int128 public answer;
    uint32 public startedAt;
    uint32 public updatedAt;
    uint24 public roundId;
    uint24 public answeredInRound;
    uint8 public decimals;
    Mode public mode;

    event AnswerUpdated(int256 indexed current, uint256 indexed roundId, uint256 updatedAt);

    error Unavailable();
    error AnswerTooWide(int256 answer);

    constructor(uint8 decimals_, int256 answer_) {
        decimals = decimals_;
        set(answer_);
    }

    /// @notice A new round, now.
    function set(int256 answer_) public {
        setRound(uint80(roundId) + 1, answer_, block.timestamp, block.timestamp);
    }

    /// @notice A round of one's own choice; times beyond the year 2106 become that year.
    function setRound(uint80 roundId_, int256 answer_, uint256 startedAt_, uint256 updatedAt_) public {
        if (answer_ != int128(answer_)) revert AnswerTooWide(answer_);
        roundId = uint24(roundId_);
        answeredInRound = uint24(roundId_);
        answer = int128(answer_);
        startedAt = startedAt_ > type(uint32).max ? type(uint32).max : uint32(startedAt_);
        updatedAt = updatedAt_ > type(uint32).max ? type(uint32).max : uint32(updatedAt_);
        emit AnswerUpdated(answer_, roundId_, updatedAt_);
    }

    function setAnsweredInRound(uint80 answeredInRound_) external {
        answeredInRound = uint24(answeredInRound_);
    }

    function setDecimals(uint8 decimals_) external {
        decimals = decimals_;
    }

    function setMode(Mode mode_) external {
        mode = mode_;
    }

    function latestAnswer() external view returns (int256) {
        return answer;
    }

    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80) {
        if (mode == Mode.Revert) revert Unavailable();
        if (mode == Mode.Garbage) {
            assembly ("memory-safe") {
                mstore(0, 1)
                return(0, 32)
            }
        }
        if (mode == Mode.BurnGas) {
            while (true) {}
        }
        if (mode == Mode.Bomb) {
            assembly ("memory-safe") {
                return(0, 1000000)
            }
        }
        return (roundId, answer, startedAt, updatedAt, answeredInRound);
    }
}
