// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice One way of filling a leg: these tokens, at this venue, for at most (selling: at least) `limit` in all.
struct Fill {
    address venue;
    address collection;
    uint256[] tokenIds;
    uint256 limit; // asset units, fees and royalty included
    bytes data;
}

/// @notice A leg of a plan: the first of `fills` that works is taken, the others are substitutes.
struct Leg {
    Fill[] fills;
}

/// @title The aggregator: one transaction executes a plan over several markets
/// @notice Plans are made off-chain. The asset and the NFTs of the caller are pulled through a separate till, which is
/// what callers approve; the code that calls venues holds no approval. After a call the router holds no token, no NFT,
/// and has given no allowance.
interface IMarketRouter {
    /* EVENTS */

    /// @notice A leg was bought; `fill` is the index of the one taken.
    event LegBought(
        address indexed buyer,
        address indexed venue,
        address indexed collection,
        uint256[] tokenIds,
        uint256 cost,
        uint256 fill
    );
    /// @notice A leg was sold.
    event LegSold(
        address indexed seller,
        address indexed venue,
        address indexed collection,
        uint256[] tokenIds,
        uint256 proceeds,
        uint256 fill
    );
    /// @notice No fill of a leg worked; `reason` is the last error.
    event LegFailed(address indexed trader, uint256 leg, bytes reason);
    /// @notice `venue` may, or may no longer, be used.
    event VenueListed(address indexed venue, bool listed);

    /* ERRORS */

    /// @notice `venue` is not listed.
    error VenueNotListed(address venue);
    /// @notice Fewer legs were filled than wanted; `reason` is the error of the last that failed.
    error TooFewFilled(uint256 filled, uint256 wanted, bytes reason);
    /// @notice The cost of all legs exceeds the limit.
    error TotalAboveMax(uint256 total, uint256 maxTotal);
    /// @notice The proceeds of all legs are below the limit.
    error TotalBelowMin(uint256 total, uint256 minTotal);
    /// @notice A venue took more, or delivered less, than the fill allows.
    error VenueCheated(address venue);

    /* USER ACTIONS */

    /// @notice Buys the legs. At least `minFilled` must be filled (all of them: atomic), for at most `maxTotal`; what is
    /// not spent is refunded.
    /// @return filled legs; `total` asset units spent
    function buy(Leg[] calldata legs, uint256 minFilled, uint256 maxTotal, address receiver, uint256 deadline)
        external
        returns (uint256 filled, uint256 total);

    /// @notice Sells the legs, all NFTs the caller's. At least `minFilled` must be filled, for at least `minTotal` in
    /// all; NFTs that were not sold go back.
    function sell(Leg[] calldata legs, uint256 minFilled, uint256 minTotal, address receiver, uint256 deadline)
        external
        returns (uint256 filled, uint256 total);

    /* GOVERNANCE */

    function setVenue(address venue, bool listed) external;

    /* VIEWS */

    /// @notice What callers approve.
    function till() external view returns (address);

    function isVenue(address venue) external view returns (bool);
}
