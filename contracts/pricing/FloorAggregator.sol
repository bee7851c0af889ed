// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";
import {IAggregatorV3} from "../common/interfaces/external/IAggregatorV3.sol";
import {OracleState, Quote} from "./interfaces/IFloorOracle.sol";
import {IFloorOracleAdmin} from "./interfaces/IFloorOracleAdmin.sol";

/// @title FloorAggregator
/// @notice The mid price of one collection for readers of Chainlink-style aggregators, in asset units. Cloned by the
/// oracle; the clone's arguments are (oracle, collection).
/// @dev As with Chainlink, an old price keeps being answered with its old `updatedAt` (the oldest observation used):
/// the reader must compare it with the age it accepts. What is Stale for any other reason (no live source, no
/// ETH/USD) is answered with `updatedAt` of at most 24 hours and a second ago, or reverts when there is no price.
/// Round ids are the times at which rounds were posted; only the newest is known.
/// @custom:kill None: it only reads the oracle.
contract FloorAggregator is IAggregatorV3 {
    /* ERRORS */

    /// @notice There is no price, or not of this round.
    error NoDataPresent();

    /* VIEWS */

    /// @inheritdoc IAggregatorV3
    function decimals() external view returns (uint8) {
        (IFloorOracleAdmin oracle,) = source();
        return oracle.assetDecimals();
    }

    /// @inheritdoc IAggregatorV3
    function description() external pure returns (string memory) {
        return "Vitrine NFT floor";
    }

    /// @inheritdoc IAggregatorV3
    function version() external pure returns (uint256) {
        return 1;
    }

    /// @inheritdoc IAggregatorV3
    function getRoundData(uint80 roundId)
        external
        view
        returns (uint80 id, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound)
    {
        (id, answer, startedAt, updatedAt, answeredInRound) = latestRoundData();
        if (id != roundId) revert NoDataPresent();
    }

    /// @inheritdoc IAggregatorV3
    function latestRoundData()
        public
        view
        returns (uint80 id, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound)
    {
        (IFloorOracleAdmin oracle, address collection) = source();
        Quote memory q = oracle.quote(collection);
        if (q.mid == 0) revert NoDataPresent();
        updatedAt = q.asOf;
        if (q.state == OracleState.Stale) {
            uint256 latest = block.timestamp - oracle.STALE_AFTER() - 1;
            if (updatedAt > latest) updatedAt = latest;
        }
        // safe: a price is below 2**190 and positive as int256
        return (q.postedAt, int256(q.mid), updatedAt, updatedAt, q.postedAt);
    }

    /// @notice The oracle that is asked and the collection it is asked for.
    function source() public view returns (IFloorOracleAdmin oracle, address collection) {
        return abi.decode(Clones.fetchCloneArgs(address(this)), (IFloorOracleAdmin, address));
    }
}
