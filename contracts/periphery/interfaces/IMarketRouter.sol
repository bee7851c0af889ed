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
/// @notice Plans are made off-chain. Traders approve a till apart from the code that calls venues; what a fill needs goes
/// from the trader straight to the market at the moment it is needed, so nothing has to be refunded: router, till and
/// venues hold no token and no NFT, before and after. A fill that fails is undone whole.
/// @dev Of the fills of a leg all run guarded, with bounded gas, except the last of a leg without which fewer than
/// `minFilled` would be filled: its error is passed on as it is.
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
    /// @notice No fill of a leg worked; `reason` is the last error, cut off after 260 bytes.
    event LegFailed(address indexed trader, uint256 leg, bytes reason);
    /// @notice `venue` may, or may no longer, be used.
    event VenueListed(address indexed venue, bool listed);

    /* ERRORS */

    /// @notice `venue` is not listed.
    error VenueNotListed(address venue);
    /// @notice Fewer legs were filled than wanted.
    error TooFewFilled(uint256 filled, uint256 wanted);
    /// @notice The proceeds of all legs are below the limit.
    error TotalBelowMin(uint256 total, uint256 minTotal);
    /// @notice The receiver does not own what a venue was paid for, or got less than the fill demands.
    error VenueCheated(address venue);
    /// @notice The receiver owned the token before it was bought.
    error OwnedBefore(address collection, uint256 tokenId);

    /* USER ACTIONS */

    /// @notice Buys the legs for `receiver`. At least `minFilled` must be filled (all of them: atomic), for at most
    /// `maxTotal` in all; a fill that would exceed it fails like any other.
    /// @param deadline last second at which the plan may be executed
    /// @return filled legs; `total` asset units spent
    function buy(Leg[] calldata legs, uint256 minFilled, uint256 maxTotal, address receiver, uint256 deadline)
        external
        returns (uint256 filled, uint256 total);

    /// @notice Sells the legs, all NFTs the caller's; proceeds go to `receiver`. At least `minFilled` must be filled,
    /// for at least `minTotal` in all; NFTs of legs that were not filled never leave the caller.
    /// @return filled legs; `total` asset units that arrived
    function sell(Leg[] calldata legs, uint256 minFilled, uint256 minTotal, address receiver, uint256 deadline)
        external
        returns (uint256 filled, uint256 total);

    /* GOVERNANCE */

    /// @notice Lists `venue` or takes it off the list, for all routers. Governance.
    function setVenue(address venue, bool listed) external;

    /* VIEWS */

    /// @notice What callers approve.
    function till() external view returns (address);

    /// @notice Whether routers may use `venue`.
    function isVenue(address venue) external view returns (bool);

    /// @notice Most gas of a guarded fill, and what each of its tokens adds.
    function FILL_GAS() external view returns (uint256);

    /// @notice See {FILL_GAS}.
    function TOKEN_GAS() external view returns (uint256);
}
