// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AuctionTerms} from "../../liquidation/interfaces/ILiquidationAuction.sol";
import {OracleState} from "../../pricing/interfaces/IFloorOracle.sol";

/// @notice Terms of one collection. One slot: 7 * 2 + 5 * 3 + 1 + 1 = 31 bytes.
struct Tier {
    uint16 ltvBps; // loan to value at `bid` and full confidence
    uint16 ltBps; // liquidation threshold at `mid`
    uint16 discountMinBps; // end of the premium phase
    uint16 discountMaxBps; // end of the standard band
    uint16 gapBps; // fall that a liquidation at the threshold survives without a loss
    uint16 premiumBps; // start of the auction, of the reference price
    uint16 reserveBps; // end of the distressed phase, of the reference price
    uint24 premiumSeconds;
    uint24 bandSeconds;
    uint24 distressedSeconds;
    uint24 graceSeconds; // least age of a notice
    uint24 creditCapUnits; // most units behind debt (the governed number behind {IExitDepth})
    uint8 maxLive; // most auctions at once
    bool open; // new pledges and loans
}

/// @notice Sums over the collections of an account, asset units.
struct Health {
    uint256 value; // V: at mid, rounded down
    uint256 limit; // L: at the liquidation thresholds, rounded down
    uint256 target; // G: at the thresholds less 10 points, rounded down
    uint256 deep; // D: at one less the deepest standard discount, rounded down
    uint256 borrowLimit; // at bid, loan to value scaled by confidence, rounded down
    uint256 reserveValue; // at mid times the reserve multiple, rounded down
    uint256 graceSeconds; // longest of its collections
    uint256 postedAt; // newest round, unix seconds
    OracleState state; // worst of its collections; Stale only when no price of them is live, or one is missing
}

/// @notice An NFT of an account as the sale plan sees it.
struct Candidate {
    uint8 place; // of its collection
    uint16 units;
    uint8 rank; // borrower's order, 1 first; 0 unlisted
    bool live; // in auction already
    uint256 auctionPrice; // of a live one, asset units
}

/// @title Tiers: terms per collection inside hard bounds, and the sums health is made of
/// @notice A book has eight places. `units` words hold one 16-bit unit sum per place, place 0 lowest.
interface ITierBook {
    /* EVENTS */

    /// @notice `collection` took `place`; `epoch` counts the collections this place has had.
    event CollectionAdded(address indexed collection, uint8 place, uint256 epoch);
    /// @notice `collection` left `place`, which was empty.
    event CollectionRemoved(address indexed collection, uint8 place);
    /// @notice The terms of `place` changed.
    event TierSet(uint8 indexed place, Tier tier);
    /// @notice Credit caps are held down to the depth `source` measures (zero: the governed numbers alone).
    event ExitDepthSet(address indexed source);

    /* ERRORS */

    /// @notice Eight collections are listed already.
    error NoFreePlace();
    /// @notice `collection` is listed already.
    error CollectionListed(address collection);
    /// @notice `collection` is not listed here.
    error CollectionUnknown(address collection);
    /// @notice `collection` takes no new pledges or loans.
    error CollectionClosed(address collection);
    /// @notice `balance` tokens of `collection` are still in custody.
    error PlaceNotEmpty(address collection, uint256 balance);
    /// @notice `1.05 * LT <= (1 - discountMax - tipCap) * (1 - gap)` does not hold; both sides in 1e8.
    error TierUnsafe(uint256 left, uint256 right);
    /// @notice Debt exceeds what may be borrowed, asset units.
    error DebtAboveLimit(uint256 debt, uint256 limit);
    /// @notice The price is not fresh enough for this call.
    error PriceNotFresh(OracleState state);
    /// @notice More units of `collection` would stand behind debt than its cap allows.
    error CreditCapExceeded(address collection, uint256 units, uint256 cap);
    /// @notice `source` does not say how much of `collection` could be sold, so there is no new credit against it.
    error ExitDepthUnavailable(address source, address collection);
    /// @notice Debt is below L: nothing to liquidate.
    error NotLiquidatable(uint256 debt, uint256 limit);
    /// @notice The notice is too young, too old or absent, and debt is not above the critical line.
    error NoRipeNotice(uint256 age, uint256 graceSeconds);
    /// @notice Liquidations wait for the grace after a pause, unix seconds.
    error GraceAfterPause(uint256 now_, uint256 startsAt);
    /// @notice The price went stale: nothing new starts.
    error PriceStale();

    /* GOVERNANCE */

    /// @notice Lists `collection` on a free place, with its terms.
    function addCollection(address collection, Tier calldata tier) external returns (uint8 place);

    /// @notice Unlists `collection`; refused while the desk holds a token of it.
    function removeCollection(address collection) external;

    /// @notice Replaces the terms of `collection`. Running auctions keep theirs.
    function setTier(address collection, Tier calldata tier) external;

    /// @notice Sets where exit depth is measured ({IExitDepth}); zero: the governed caps alone. Only new credit asks it.
    function setExitDepth(address source) external;

    /* VIEWS */

    /// @notice Where exit depth is measured; zero: nowhere.
    function exitDepth() external view returns (address);

    /// @notice Most units of `collection` that may stand behind debt now: the governed number, held down to the
    /// measured depth. Reverts `ExitDepthUnavailable` as new credit would.
    function creditCapOf(address collection) external view returns (uint256 units);

    /// @notice Place of `collection` and whether it takes new pledges. Reverts `CollectionUnknown`.
    function placeOf(address collection) external view returns (uint8 place, bool open);

    /// @notice Whether the price of `collection` is stale or missing.
    function isStale(address collection) external view returns (bool);

    /// @notice Collection and terms on `place`; the zero address when empty.
    function tierAt(uint8 place) external view returns (address collection, Tier memory tier);

    /// @notice Sums for the unit word `units` at the quotes of now.
    function measure(uint256 units) external view returns (Health memory);

    /// @notice Reverts unless an account with `units` may owe `debt`: every price fresh and debt within the
    /// loan-to-value limit. With a non-zero `behind` (one 32-bit word per place, units in its upper 24 bits) it is new
    /// credit: every collection open and its units behind debt within the cap.
    function requireBorrowable(uint256 units, uint256 debt, uint256 behind) external view;

    /// @notice Terms of an auction of a token on `place` that counts `units`; it starts at least at the appraised value.
    /// `startedAt` is left to the caller.
    function auctionTerms(uint8 place, uint256 tokenId, uint256 units) external view returns (AuctionTerms memory);

    /// @notice Newest round among the listed collections, unix seconds.
    function latestRoundAt() external view returns (uint256);

    /// @notice Reverts unless a liquidation of an account with `units` may start at `debt`: price not stale and not of
    /// this block, debt at least L, grace after a pause over, and a notice of at least the grace period, or debt above
    /// the critical line (L + D) / 2.
    /// @param noticeAge of the live notice, seconds of the group clock; 0: none
    /// @param resumedAt end of the last pause, unix seconds; 0: never paused
    function requireLiquidatable(uint256 units, uint256 debt, uint256 noticeAge, uint256 resumedAt)
        external
        view
        returns (Health memory);

    /// @notice {requireLiquidatable} and {plan} in one, at the same quotes. `units` names the places of all candidates.
    function liquidation(
        uint256 units,
        uint256 debt,
        uint256 noticeAge,
        uint256 resumedAt,
        Candidate[] calldata candidates,
        uint256 behind
    ) external view returns (Health memory, uint256[] memory chosen);

    /// @notice Which of `candidates` a liquidation at `debt` has to put up now.
    /// @dev Live ones count as sold at min(mid value, auction price). The borrower's ranks come first, in order; then
    /// the smallest set that suffices, lowest units first: all when the debt left reaches `deep`, for what sales cover
    /// beyond the target adds up to `deep` less the target. Places whose `live` count (8 low bits
    /// per 32-bit word of `behind`) is full, and stale ones, are passed over.
    /// @return chosen indices into `candidates`
    function plan(Candidate[] calldata candidates, uint256 debt, uint256 behind)
        external
        view
        returns (uint256[] memory chosen);
}
