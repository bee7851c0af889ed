// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice How far a price may be relied on.
/// @dev Fresh: everything. Degraded (clamped, a source missing, low confidence, older than 6 h): nothing that turns
/// value into claims. Stale (older than 24 h, or never priced): nothing new starts; exits stay open.
enum OracleState {
    Fresh,
    Degraded,
    Stale
}

/// @notice Price of one floor NFT of a collection, in asset units, all rounded down but the ask, which is rounded up.
struct Quote {
    uint256 bid; // min(spot, avg, sale, depth): what a lender may lend against
    uint256 mid; // min(median(spot, avg, sale), 1.05 * spot): health
    uint256 ask; // max(spot, avg, sale): issue on value
    uint256 spot; // k-th lowest live ask
    uint256 avg; // time-weighted average of spot
    uint256 sale; // recent floor-equivalent sales; 0 when absent
    uint40 asOf; // oldest observation used, unix seconds
    uint40 postedAt; // newest round used, unix seconds
    uint16 confidenceBps;
    OracleState state;
}

/// @title The oracle adapter: one quote per collection out of several sources
/// @notice Prices are asset units per one NFT. Sources are quoted in the currency of the market (ETH) and converted
/// with a fresh ETH/USD; nothing is ever averaged in the asset.
interface IFloorOracle {
    /// @notice The quote of `collection`; never reverts for a listed collection, a dead source shows in `state`.
    /// @dev Reverts `CollectionNotListed` for one that is not listed.
    function quote(address collection) external view returns (Quote memory);

    /// @notice Value of one token, its appraisal included: units * price / 100, rounded down.
    function valueOf(address collection, uint256 tokenId) external view returns (uint256 bid, uint256 mid);

    /// @notice Unix time at which the newest round used by `collection` was posted; 0 when never.
    function postedAt(address collection) external view returns (uint256);

    /// @notice `collection` has no source.
    error CollectionNotListed(address collection);
}
