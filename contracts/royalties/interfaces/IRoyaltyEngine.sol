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

    /* VENUES */

    /// @notice Royalty of selling `tokenId` for `price` when `trader` is the one who trades.
    /// @return receiver the zero address when there is no royalty
    /// @return due what the collection asks, capped
    /// @return payable_ what this trade owes: `due`, less what the policy forgives an entitled `trader`
    function royaltyOf(address collection, uint256 tokenId, uint256 price, address trader)
        external
        view
        returns (address receiver, uint256 due, uint256 payable_);

    /// @notice Books the royalty of a trade; to be called when `due` is not zero, a waived one included. The caller sent
    /// the asset here before. What is credited is at most what arrived and belongs to nobody yet.
    /// @dev Anyone may call: the money is real and the events name the venue.
    /// @return paid credited to `receiver`; less than `payable_` only when less arrived
    function credit(address collection, uint256 tokenId, address receiver, uint256 price, uint256 due, uint256 payable_)
        external
        returns (uint256 paid);

    /* RECEIVERS */

    /// @notice Sends all that the caller may claim to `to`.
    function claim(address to) external returns (uint256 assets);

    /// @notice What `receiver` may claim, asset units.
    function claimable(address receiver) external view returns (uint256);

    /* COLLECTION OWNERS */

    /// @notice Replaces ERC-2981 of a collection by `bps` for `receiver`; 0 and the zero address: no royalty. Its owner
    /// (ERC-173) only.
    function setOverride(address collection, address receiver, uint256 bps) external;

    /// @notice Takes the override back. The collection's owner only.
    function clearOverride(address collection) external;

    /* GOVERNANCE */

    /// @notice Sets what entitled callers pay; `reducedBps` of the royalty when Reduced, else it must be 0.
    function setPolicy(address collection, RoyaltyPolicy policy, uint256 reducedBps) external;

    /// @notice Lists or unlists a caller the policies are for.
    function setEntitled(address caller, bool entitled) external;

    /* VIEWS */

    /// @notice The override of a collection; `set` false: there is none.
    function overrideOf(address collection) external view returns (address receiver, uint256 bps, bool set);

    /// @notice What entitled callers pay.
    function policyOf(address collection) external view returns (RoyaltyPolicy policy, uint256 reducedBps);

    /// @notice Whether the policies are for `caller`.
    function isEntitled(address caller) external view returns (bool);

    /// @notice The asset of the ledger.
    function asset() external view returns (address);

    /// @notice Sum of all that may be claimed; never above the balance.
    function totalClaimable() external view returns (uint256);

    /// @notice Most a royalty may be of a price, basis points.
    function MAX_ROYALTY_BPS() external view returns (uint256);

    /// @notice Gas a collection gets to answer.
    function LOOKUP_GAS() external view returns (uint256);
}
