// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AggregatorTerms} from "../libraries/AggregatorReader.sol";
import {IFloorFeed} from "./IFloorFeed.sol";

/// @title A Chainlink-style aggregator as a feed
/// @notice Prices one collection, or (collection zero, key 0) a currency. Only `spot` is given: an aggregator knows no
/// average, sale or depth. An answer that is not positive, out of bounds, of an incomplete round or from the future,
/// and a call that fails or burns its gas, read as dead; one older than the heartbeat, or of a chain whose sequencer
/// was down, reads as the last known value, flagged late.
interface IAggregatorFeed is IFloorFeed {
    /// @notice The collection it prices; zero for a currency.
    function collection() external view returns (address);

    /// @notice Confidence it is given, bps.
    function confidenceBps() external view returns (uint256);

    /// @notice Whether answers are dollars.
    function inUsd() external view returns (bool);

    /// @notice The aggregator and its limits.
    function terms() external view returns (AggregatorTerms memory);
}
