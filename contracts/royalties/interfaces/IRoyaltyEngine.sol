// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice What entitled callers (liquidations) pay of a collection's royalty. Everyone else pays all of it.
enum RoyaltyPolicy {
    Full,
    Reduced,
    Waived
}

/// @title Royalties: one look-up, one cap, one pull ledger for every venue
/// @notice The rate of a token comes from the override of its collection's owner, else from ERC-2981, asked with bounded
/// gas and bounded return data; it is cut to `MAX_ROYALTY_BPS`. A collection that fails to answer has no royalty: no
/// trade reverts for it. Amounts are asset units, rounded down.
/// @dev Venues settle in two steps: {royaltyOf} before the trade, once, and {credit} with what was quoted, after the
/// asset was sent here. Nothing is pushed to a receiver.
interface IRoyaltyEngine {
    /* EVENTS */

    /// @notice `venue` sold a token for `price`: ERC-2981 or the override asked for `due` (capped), `paid` was credited.
    event RoyaltyDue(
        address indexed collection,
        uint256 indexed tokenId,
        address indexed venue,
        address receiver,
        uint256 price,
        uint256 due,
        uint256 paid
    );
    /// @notice `receiver` has `assets` more to claim.
    event RoyaltyPaid(address indexed receiver, address indexed venue, uint256 assets);
    /// @notice `receiver` took `assets` out, sent to `to`.
    event RoyaltyClaimed(address indexed receiver, address indexed to, uint256 assets);
    /// @notice The owner of `collection` set its royalty; `set` false: ERC-2981 is asked again.
    event RoyaltyOverridden(address indexed collection, address receiver, uint256 bps, bool set);
    /// @notice Entitled callers pay `reducedBps` of the royalty of `collection` when the policy is Reduced.
    event RoyaltyPolicySet(address indexed collection, RoyaltyPolicy policy, uint256 reducedBps);
    /// @notice `caller` is, or is no longer, entitled to the policy of a collection.
    event EntitledSet(address indexed caller, bool entitled);

    /* ERRORS */

    /// @notice `caller` does not own `collection` (ERC-173).
    error NotCollectionOwner(address collection, address caller);
    /// @notice The credits of a call exceed the asset that arrived.
    error CreditUncovered(uint256 credited, uint256 arrived);

    /* VENUES */

    /// @notice Royalty of selling `tokenId` for `price` when `trader` is the one who trades.
    /// @return receiver the zero address when there is no royalty
    /// @return due what the collection asks, capped
    /// @return payable_ what this trade owes: `due`, less what the policy forgives an entitled `trader`
    function royaltyOf(address collection, uint256 tokenId, uint256 price, address trader)
        external
        view
        returns (address receiver, uint256 due, uint256 payable_);

    /// @notice Books the royalty of a trade. The caller sent the asset here before; what is credited must have arrived.
    /// @dev Anyone may call: the money is real and the event names the venue.
    function credit(address collection, uint256 tokenId, address receiver, uint256 price, uint256 due, uint256 paid)
        external;

    /* RECEIVERS */

    /// @notice Sends all that the caller may claim to `to`.
    function claim(address to) external returns (uint256 assets);

    /// @notice What `receiver` may claim, asset units.
    function claimable(address receiver) external view returns (uint256);

    /* VIEWS */

    /// @notice Most a royalty may be of a price, basis points.
    function MAX_ROYALTY_BPS() external view returns (uint256);
}
