// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title LeanAggregator
/// @notice A Chainlink-style feed in one slot that only answers: for measuring gas, as the lean tokens are.
contract LeanAggregator {
    // slot 0: 16 + 5 + 10 = 31
    int128 public answer;
    uint40 public updatedAt;
    uint80 public roundId;

    uint8 public constant decimals = 8;

    constructor(int128 answer_) {
        set(answer_);
    }

    /// @notice A new round, now.
    function set(int128 answer_) public {
        (answer, updatedAt) = (answer_, uint40(block.timestamp));
        roundId += 1;
    }

    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80) {
        return (roundId, answer, updatedAt, updatedAt, roundId);
    }
}
