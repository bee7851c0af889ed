// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAppraisals} from "../pricing/interfaces/IAppraisals.sol";
import {IFloorOracle, OracleState, Quote} from "../pricing/interfaces/IFloorOracle.sol";

/// @title MockFloorOracle
/// @notice Quotes and units that a test sets: for testing what reads the oracle without the machinery of prices.
contract MockFloorOracle is IFloorOracle, IAppraisals {
    struct Appraisal {
        uint16 units;
        uint40 expiresAt;
    }

    mapping(address collection => Quote) private _quotes;
    mapping(address collection => mapping(uint256 tokenId => Appraisal)) private _appraisals;

    function setQuote(address collection, Quote calldata q) external {
        _quotes[collection] = q;
    }

    /// @notice One price for every signal, fresh, posted a second ago.
    function setPrice(address collection, uint256 price) external {
        _quotes[collection] = Quote({
            bid: price,
            mid: price,
            ask: price,
            spot: price,
            avg: price,
            sale: price,
            asOf: uint40(block.timestamp - 1),
            postedAt: uint40(block.timestamp - 1),
            confidenceBps: 10_000,
            state: OracleState.Fresh
        });
    }

    function setState(address collection, OracleState state) external {
        _quotes[collection].state = state;
    }

    function setConfidence(address collection, uint16 bps) external {
        _quotes[collection].confidenceBps = bps;
    }

    function setPostedAt(address collection, uint40 at) external {
        _quotes[collection].postedAt = at;
    }

    function setUnits(address collection, uint256 tokenId, uint16 units, uint40 expiresAt) external {
        _appraisals[collection][tokenId] = Appraisal(units, expiresAt);
    }

    function quote(address collection) external view returns (Quote memory q) {
        q = _quotes[collection];
        if (q.spot == 0) revert CollectionNotListed(collection);
    }

    function valueOf(address collection, uint256 tokenId) external view returns (uint256 bid, uint256 mid) {
        (uint256 units,) = unitsOf(collection, tokenId);
        Quote memory q = _quotes[collection];
        return (q.bid * units / 100, q.mid * units / 100);
    }

    function postedAt(address collection) external view returns (uint256) {
        return _quotes[collection].postedAt;
    }

    function unitsOf(address collection, uint256 tokenId) public view returns (uint256 units, uint256 expiresAt) {
        Appraisal memory a = _appraisals[collection][tokenId];
        if (a.units == 0 || (a.expiresAt != 0 && block.timestamp > a.expiresAt)) return (100, 0);
        return (a.units, a.expiresAt);
    }
}
